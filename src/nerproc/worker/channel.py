"""What supervisor and child say to each other: JSON messages over a socket pair.

    supervisor -> child   start {settings, identity} · task {claim} · drain
    child -> supervisor   ready · plan {tasks} · part {…, causes} · merged {files, moves} · done
                          · yield {reason} · error {reason, slug, permanent} · progress {…}
                          · epoch {checkpoint, progress} · model {id, description, files}

A task ends with exactly one of plan, merged, done, model, yield, error; any number of parts, or of progress and
epochs, come before.
"""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import Any


class Channel:
    """One end of the socket pair."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, message: dict[str, Any]) -> None:
        """Send a message.

        Raises:
            OSError: the other end is gone.
        """
        self._connection.send_bytes(json.dumps(message, separators=(",", ":")).encode())

    def receive(self) -> dict[str, Any] | None:
        """Wait for the next message; None when the other end is gone."""
        try:
            message: dict[str, Any] = json.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            return None
        return message

    def waiting(self, timeout: float = 0) -> bool:
        """Whether a message (or the end) can be received within `timeout` seconds."""
        return self._connection.poll(timeout)

    def close(self) -> None:
        """Close this end."""
        self._connection.close()
