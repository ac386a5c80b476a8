"""Where a head listens, and how others find it: `nerproc.client.address` reads what is written here."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from nerproc.client.address import address_file
from nerproc.errors import Conflict, Refused, SettingsError

BACKLOG = 2_048  # connections that wait to be accepted


def check_exposure(host: str, *, insecure: bool) -> None:
    """See that only this machine reaches a head that asks nobody who they are.

    Raises:
        Refused: others would, and nobody said that they may.
    """
    if not (is_loopback(host) or insecure):
        raise Refused(
            f"On {host}, everyone who reaches this machine could read every report.",
            hint="Bind 127.0.0.1 (the default) and use a tunnel or a proxy that asks for a login; "
            "or add --insecure if everyone in that network may.",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 stands for any free one.

    Raises:
        Conflict: the port is in use.
        SettingsError: this machine does not have that address, or the port is not ours to take.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} of {host} is in use.",
                hint="Another head may have it; name another port with --port (0: any free one).",
            ) from None
        raise SettingsError(
            f"{host} port {port} cannot be bound: {error.strerror}.", hint="See --host and --port."
        ) from None
    # Connections inherit it; without, the second piece of a response waits 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a client on this machine reaches a socket."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


@contextlib.contextmanager
def announced(home: Path, url: str) -> Iterator[None]:
    """Write the address into the home for the length of the block."""
    path = address_file(home)
    home.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    fresh.replace(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError, KeyError):
            if json.loads(path.read_bytes())["pid"] == os.getpid():  # else another head has taken over
                path.unlink()
