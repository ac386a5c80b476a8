"""A TCP proxy on loopback that stands in front of a server and does to its connections what networks do."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHUNK = 1 << 16
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST instead of FIN


class Proxy:
    """Passes connections to `port` on to 127.0.0.1:`target`; every method works from any thread, at once."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._delay = 0.0
        self._bytes_left: int | None = None
        self.accepted = 0
        self.port = 0
        self._listener: asyncio.Server | None = None
        self.accept()

    def cut(self) -> None:
        """End every connection in order (FIN)."""
        self._do(lambda: self._end(reset=False))

    def reset(self) -> None:
        """Break every connection (RST)."""
        self._do(lambda: self._end(reset=True))

    def reset_after(self, count: int) -> None:
        """Pass `count` more bytes to the server, then break every connection."""
        self._do(lambda: setattr(self, "_bytes_left", count))

    def stall(self) -> None:
        """Keep every connection, also new ones, but pass nothing on: a link that is half open."""
        self._do(self._flowing.clear)

    def resume(self) -> None:
        """Pass on what was held back."""
        self._do(self._flowing.set)

    def delay(self, seconds: float) -> None:
        """Hold every piece of data back for so long, in both directions."""
        self._do(lambda: setattr(self, "_delay", seconds))

    def refuse(self) -> None:
        """Refuse new connections; those there are go on."""
        self._do(self._refuse)

    def accept(self) -> None:
        """Accept connections, on the same port as before."""
        self._do(self._accept)

    def close(self) -> None:
        """End everything."""
        self.refuse()
        self.reset()
        self._do(lambda: None)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, action: Callable[[], Any]) -> None:
        async def act() -> None:
            result = action()
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(10)

    async def _accept(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
            self.port = self._listener.sockets[0].getsockname()[1]

    def _refuse(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._writers.add(writer)
        try:
            server_reader, server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            _end(writer, reset=True)
            self._writers.discard(writer)
            return
        self._writers.add(server)
        pumps = [
            asyncio.ensure_future(self._pump(reader, server, counted=True)),
            asyncio.ensure_future(self._pump(server_reader, writer, counted=False)),
        ]
        self._tasks.update(pumps)
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        self._tasks.difference_update(pumps)
        for end in (writer, server):
            end.close()
            self._writers.discard(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                if counted and self._bytes_left is not None:
                    data, self._bytes_left = data[: self._bytes_left], self._bytes_left - len(data)
                writer.write(data)
                await writer.drain()
                if self._bytes_left is not None and self._bytes_left <= 0:
                    self._bytes_left = None
                    self._end(reset=True)

    def _end(self, *, reset: bool) -> None:
        for writer in self._writers:
            _end(writer, reset=reset)
        for task in self._tasks:
            task.cancel()


def _end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    if reset:
        with suppress(OSError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
    else:
        writer.close()


@contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    """A proxy in front of `target` for the length of the block."""
    made = Proxy(target)
    try:
        yield made
    finally:
        made.close()
