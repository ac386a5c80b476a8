"""A multipart body (RFC 7578) as files to read one after another, while it arrives.

The parser is python-multipart's; here its callbacks are turned into streams. Nothing is held but the piece that
arrived last.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from nerproc.errors import InvalidRequest

HEADER_BYTES = 16_384  # a name may be as long as a path
# Browsers write these three thus in names (HTML Living Standard, "multipart form data").
_IN_NAMES = {"%22": '"', "%0D": "\r", "%0A": "\n"}

Piece = bytes | None  # of the content of a part; None ends it


class MultipartFiles:
    """The files in the field `field` of a body that `pull` hands out piece by piece (b"" at its end)."""

    def __init__(self, content_type: str, pull: Callable[[], bytes], *, field: str) -> None:
        """Nothing is read yet.

        Raises:
            InvalidRequest: the content type names no boundary.
        """
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise InvalidRequest(
                "The body is not multipart/form-data.", hint=f"Send files in the form field {field!r}."
            )
        self._pull = pull
        self._field = field
        self._arrived: deque[dict[bytes, bytes] | Piece] = deque()  # headers begin a part
        self._headers: dict[bytes, bytes] = {}
        self._header = (bytearray(), bytearray())
        self._ended = False
        try:
            self._parser = self._make_parser(options[b"boundary"])
        except FormParserError as error:
            raise InvalidRequest(f"The boundary of the body is not valid: {error}.") from None

    def __iter__(self) -> Iterator[tuple[str, BinaryIO]]:
        """Name and content of every file. The content is to be read before the next one is asked for.

        Raises:
            InvalidRequest: the body is broken.
        """
        while (headers := self._next()) is not None:
            assert isinstance(headers, dict)
            content = _Content(self._piece)
            _, options = parse_options_header(headers.get(b"content-disposition"))
            if options.get(b"name") == self._field.encode() and b"filename" in options:
                name = _name(options[b"filename"])
                file = io.BufferedReader(content, 1 << 16)
                if name or file.peek(1):  # browsers send neither where no file was chosen
                    yield name, cast("BinaryIO", file)
            content.skip()

    def _piece(self) -> Piece:
        piece = self._next()
        assert not isinstance(piece, dict)
        return piece

    def _next(self) -> dict[bytes, bytes] | Piece:
        while not self._arrived:
            data = b"" if self._ended else self._pull()
            if not data and self._ended:
                return None
            if not data:
                raise InvalidRequest("The body ends before its last boundary.")
            try:
                self._parser.write(data)
            except FormParserError as error:
                raise InvalidRequest(f"The body is not valid multipart/form-data: {error}.") from None
        return self._arrived.popleft()

    def _make_parser(self, boundary: bytes) -> MultipartParser:
        def on_header_end() -> None:
            field, value = self._header
            self._headers[bytes(field).lower()] = bytes(value)
            self._header = (bytearray(), bytearray())

        def on_headers_finished() -> None:
            self._arrived.append(self._headers)
            self._headers = {}

        def on_end() -> None:
            self._ended = True

        return MultipartParser(
            boundary,
            {
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": on_header_end,
                "on_headers_finished": on_headers_finished,
                "on_part_data": lambda data, start, end: self._arrived.append(data[start:end]),
                "on_part_end": lambda: self._arrived.append(None),
                "on_end": on_end,
            },
            max_header_size=HEADER_BYTES,
        )


class _Content(io.RawIOBase):
    """The content of one part."""

    def __init__(self, pull: Callable[[], Piece]) -> None:
        self._pull = pull
        self._left: Piece = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._left == b"":
            self._left = self._pull()
        if self._left is None:
            return 0
        view = memoryview(buffer)
        size = min(len(view), len(self._left))
        view[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def skip(self) -> None:
        """Read to the end."""
        while self._left is not None:
            self._left = self._pull()


def _name(raw: bytes) -> str:
    name = raw.decode(errors="replace")
    for escaped, character in _IN_NAMES.items():
        name = name.replace(escaped, character)
    return name
