"""A small S3 in memory: fast enough to measure against, and able to fail on request.

    python -m benchmarks.s3_stub OBJECTS SIZE      serve them, print the endpoint, until standard input ends

Path-style requests, no signatures checked: ListObjectsV2 (prefix, delimiter, continuation-token, start-after,
max-keys), GET (Range, If-Match), HEAD, PUT, DELETE of one object. Who starts it in a process of its own reads
the number of requests at `/-/requests`.
"""

from __future__ import annotations

import asyncio
import bisect
import hashlib
import json
import random
import re
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Self
from urllib.parse import parse_qsl, quote, unquote

BUCKET = "bucket"
_MOST_KEYS = 1_000  # in one page
_NEVER_CHANGED = formatdate(0, usegmt=True)
_REASONS = {200: "OK", 204: "No Content", 206: "Partial Content"}
_CODES = {
    403: "AccessDenied",
    404: "NoSuchKey",
    412: "PreconditionFailed",
    416: "InvalidRange",
    503: "SlowDown",
}


class Objects(MutableMapping[str, bytes]):
    """Keys in order, their contents and ETags."""

    def __init__(self) -> None:
        self.keys_in_order: list[str] = []
        self._contents: dict[str, bytes] = {}
        self._etags: dict[bytes, str] = {}

    def fill(self, keys: list[str], content: bytes) -> None:
        """Many keys of one content at once; they are in order."""
        self.keys_in_order = keys
        self._contents = dict.fromkeys(keys, content)

    def etag(self, key: str) -> str:
        """The quoted checksum of the content."""
        content = self._contents[key]
        if content not in self._etags:
            self._etags[content] = f'"{hashlib.md5(content).hexdigest()}"'
        return self._etags[content]

    def __getitem__(self, key: str) -> bytes:
        return self._contents[key]

    def __setitem__(self, key: str, content: bytes) -> None:
        if key not in self._contents:
            bisect.insort(self.keys_in_order, key)
        self._contents[key] = content

    def __delitem__(self, key: str) -> None:
        del self._contents[key]
        self.keys_in_order.remove(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys_in_order)

    def __len__(self) -> int:
        return len(self._contents)


@dataclass
class Faults:
    """What goes wrong; nothing at first."""

    busy: float = 0  # fraction of requests that answer 503
    cut: Counter[str] = field(default_factory=Counter)  # key -> answers still to be cut in the middle
    drip: dict[str, float] = field(default_factory=dict)  # key -> bytes a second
    denied: set[str] = field(default_factory=set)  # keys that answer 403
    broken: set[str] = field(default_factory=set)  # keys that answer 503 always
    redirect: str | None = None  # address that every request is sent on to
    before: Callable[[str, str, int], None] | None = None  # told method, key, and how often they were asked for
    dice: random.Random = field(default_factory=lambda: random.Random(3))


class Stub:
    """The server; the objects and faults may be changed while it runs."""

    def __init__(self) -> None:
        self.objects = Objects()
        self.faults = Faults()
        self.requests: Counter[str] = Counter()  # "GET key", "LIST prefix" -> number
        self.headers: deque[dict[str, str]] = deque(maxlen=100)  # of the last requests
        self.endpoint = ""
        self.connections: set[asyncio.Transport] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="s3-stub", daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._disconnect)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, step: Callable[[], Coroutine[None, None, None]]) -> None:
        asyncio.run_coroutine_threadsafe(step(), self._loop).result()

    async def _listen(self) -> None:
        port = int(self.endpoint.rpartition(":")[2] or 0)
        self._server = await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", port)
        self.endpoint = "http://127.0.0.1:{1}".format(*self._server.sockets[0].getsockname())

    async def _disconnect(self) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self.connections):
            connection.abort()
        await asyncio.sleep(0)

    def pause(self) -> None:
        """Cut all connections and take no new ones."""
        self._call(self._disconnect)

    def resume(self) -> None:
        """Serve again, at the same address."""
        self._call(self._listen)

    @property
    def total(self) -> int:
        """Requests so far."""
        return self.requests.total()

    def of(self, method: str) -> int:
        """Requests so far of a method ("LIST" apart from "GET")."""
        return sum(count for what, count in self.requests.items() if what.startswith(f"{method} "))


class _Connection(asyncio.Protocol):
    """One connection: requests in, answers out, one after the other."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._stub.connections.add(transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._stub.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            size = int(headers.get("content-length", 0))
            if len(self._received) < end + 4 + size:
                if headers.get("expect") == "100-continue":
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body, self._received = self._received[end + 4 : end + 4 + size], self._received[end + 4 + size :]
            method, target, _ = first.split(" ")
            self._answer(method, target, headers, body)

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        path, _, query = target.partition("?")
        if path == "/-/requests":
            self._send(200, json.dumps(self._stub.requests.total()).encode())
            return
        faults, key = self._stub.faults, unquote(path[len(f"/{BUCKET}/") :])
        listing = method == "GET" and "list-type=2" in query
        what = f"LIST {dict(parse_qsl(query)).get('prefix', '')}" if listing else f"{method} {key}"
        self._stub.requests[what] += 1
        self._stub.headers.append(headers)
        if faults.before is not None:
            faults.before("LIST" if listing else method, key, self._stub.requests[what])
        if faults.redirect is not None:
            self._send(307, headers={"Location": f"{faults.redirect}{target}"})
        elif faults.dice.random() < faults.busy or key in faults.broken:
            self._fail(503)
        elif key in faults.denied:
            self._fail(403)
        elif path.strip("/").partition("/")[0] != BUCKET:
            self._fail(404, "NoSuchBucket")
        elif listing:
            self._list(dict(parse_qsl(query, keep_blank_values=True)))
        elif method == "PUT":
            self._stub.objects[key] = body
            self._send(200, headers={"ETag": self._stub.objects.etag(key)})
        elif method == "DELETE":
            self._stub.objects.pop(key, None)
            self._send(204)
        else:
            self._get(key, headers, head=method == "HEAD")

    def _list(self, asked: dict[str, str]) -> None:
        objects, prefix, delimiter = self._stub.objects, asked.get("prefix", ""), asked.get("delimiter") or None
        keys = objects.keys_in_order
        after = max(unquote(asked.get("continuation-token", "")), asked.get("start-after", ""))
        most = min(int(asked.get("max-keys", _MOST_KEYS)), _MOST_KEYS)
        at = max(bisect.bisect_left(keys, prefix), bisect.bisect_right(keys, after) if after else 0)
        found: list[str] = []
        last = ""
        count = 0
        while at < len(keys) and keys[at].startswith(prefix) and count < most:
            key = last = keys[at]
            folder = "" if delimiter is None else key[len(prefix) :].partition(delimiter)[0]
            if delimiter is not None and key.startswith(shared := f"{prefix}{folder}{delimiter}"):
                found.append(f"<CommonPrefixes><Prefix>{quote(shared)}</Prefix></CommonPrefixes>")
                last = shared + "\U0010ffff"
                at = bisect.bisect_right(keys, last)
            else:
                found.append(
                    f"<Contents><Key>{quote(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                    f"<ETag>{objects.etag(key)}</ETag><Size>{len(objects[key])}</Size></Contents>"
                )
                at += 1
            count += 1
        more = at < len(keys) and keys[at].startswith(prefix)
        token = f"<NextContinuationToken>{quote(last)}</NextContinuationToken>" if more else ""
        self._send(
            200,
            (
                '<?xml version="1.0" encoding="UTF-8"?>'
                '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<Name>{BUCKET}</Name><KeyCount>{count}</KeyCount><EncodingType>url</EncodingType>"
                f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{''.join(found)}</ListBucketResult>"
            ).encode(),
            {"Content-Type": "application/xml"},
        )

    def _get(self, key: str, headers: dict[str, str], *, head: bool) -> None:
        objects = self._stub.objects
        if key not in objects:
            self._fail(404, head=head)
            return
        content, etag = objects[key], objects.etag(key)
        if headers.get("if-match", etag) not in {etag, "*"}:
            self._fail(412, head=head)
            return
        if headers.get("if-none-match") == etag:
            self._send(304, headers={"ETag": etag}, head=True)
            return
        about = {"ETag": etag, "Last-Modified": _NEVER_CHANGED, "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", ""))
        if wanted is None:
            self._send(200, content, about, key=key, head=head)
            return
        start, end = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
        if start > end:
            self._fail(416)
            return
        about["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        self._send(206, content[start : end + 1], about, key=key, head=head)

    def _fail(self, status: int, code: str | None = None, *, head: bool = False) -> None:
        code = code or _CODES[status]
        body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
        self._send(status, body, {"Content-Type": "application/xml"}, head=head)

    def _send(
        self,
        status: int,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        key: str | None = None,
        head: bool = False,
    ) -> None:
        length = {} if status == 204 else {"Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**(headers or {}), **length}.items())
        start = f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}\r\n{lines}\r\n".encode("latin-1")
        faults = self._stub.faults
        if head:
            self._transport.write(start)
        elif key is not None and faults.cut[key] > 0:
            faults.cut[key] -= 1
            self._transport.write(start + body[: len(body) // 2])
            self._transport.close()
        elif key is not None and key in faults.drip:
            self._transport.write(start)
            self._drip(body, faults.drip[key])
        else:
            self._transport.write(start + body)

    def _drip(self, rest: bytes, rate: float) -> None:
        step = max(1, int(rate / 10))
        if rest and not self._transport.is_closing():
            self._transport.write(rest[:step])
            asyncio.get_running_loop().call_later(0.1, self._drip, rest[step:], rate)


@contextmanager
def serving() -> Iterator[Stub]:
    """A stub for the length of the block."""
    with Stub() as stub:
        yield stub


def main() -> None:
    count, size = int(sys.argv[1]), int(sys.argv[2])
    with serving() as stub:
        stub.objects.fill([f"data/{n // 1_000:06}/{n:09}.txt" for n in range(count)], b"x" * size)
        print(stub.endpoint, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
