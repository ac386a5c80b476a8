"""Objects of a bucket: the one that a URL names, or those below it.

Keys come in the order of their UTF-8 bytes, which is that of code points. Placeholders that stand for folders
(no bytes, a key that ends with "/") are left out. An object is read as the version that was listed
(`If-Match`): a small one by a single request, before its turn if the source is told of it, a large one block
by block.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, BinaryIO, cast

from nerproc.errors import NerprocError, NotFound, Refused, SourceUnreachable
from nerproc.settings import S3Connection
from nerproc.source import s3_divide
from nerproc.source.base import Changed, ObjectRef, OpenObject, Section, Unreadable
from nerproc.source.s3_read import PieceReader
from nerproc.storage import s3_client

BLOCK = 4 << 20  # bytes of one request; an object of at most one block is read at once
BLOCKS = 4  # of a large object that are kept
AHEAD_BYTES = 32 << 20  # of objects read before their turn
READERS = 4  # threads, which only wait
REQUEST_SECONDS = 20.0
PATIENCE_SECONDS = 60.0  # so a server must send a block in that time, 70 kB/s, or its object fails
_ARCHIVED = {"GLACIER", "DEEP_ARCHIVE"}


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What a look at the source shows."""

    keys: int  # of the first page of the listing
    more: bool  # whether there are others


class S3Source:
    """The object `url`, or else the objects below it. Names are relative to it; a single object has its own."""

    def __init__(
        self,
        url: str,
        connection: S3Connection,
        *,
        progress: Callable[[], None] = lambda: None,
        request_seconds: float = REQUEST_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Nothing is asked yet. `progress` is called while an object is waited for.

        Raises:
            InvalidRequest: `url` is not s3://bucket or s3://bucket/prefix.
        """
        self._url = url
        self._bucket, self._root = s3_client.split_url(url)
        self._folder = self._root if self._root.endswith("/") or not self._root else f"{self._root}/"
        self._connection = connection
        self.progress = progress
        self._seconds = (request_seconds, patience_seconds)
        self._ahead: dict[str, tuple[int, Future[memoryview]]] = {}  # by name: size, and content to come

    def look(self) -> FirstPage:
        """Ask for the first page of the listing, to see that the source can be listed.

        Raises:
            NotFound: there is no such bucket, or nothing at the URL.
            Refused: the bucket may not be listed.
            SourceUnreachable: the server does not answer.
        """
        client = s3_client.request_client(self._connection, attempts=2)
        page = self._page(client, self._root)
        found = [item["Key"] for item in page.get("Contents", ()) if self._belongs(item["Key"])]
        if not found and self._folder != self._root:
            page = self._page(client, self._folder)
            found = [item["Key"] for item in page.get("Contents", ())]
        if not found:
            raise self._nothing()
        return FirstPage(len(found), bool(page.get("IsTruncated")))

    def list(self) -> Iterator[ObjectRef]:
        """Every object in order of name, a page at a time.

        Raises:
            NotFound: there is no such bucket, or nothing at the URL.
            Refused: the bucket may not be listed.
            SourceUnreachable: the server does not answer; also later, in the middle of the listing.
        """
        client = s3_client.request_client(self._connection)
        if self._folder != self._root:
            first = self._page(client, self._root, MaxKeys=1).get("Contents", ())
            if first and first[0]["Key"] == self._root:  # the least key with that prefix
                return (ref for ref in [self._ref(first[0])] if ref is not None)
        pages = self._pages(client, self._folder)
        page = next(pages)
        if not page.get("Contents"):
            raise self._nothing()
        return self._refs(chain([page], pages), None)

    def divide(self) -> Sequence[Section]:
        """Sections that hold every object once, in order; none if there are no folders to cut at."""
        client = s3_client.request_client(self._connection)

        def folders_in(prefix: str) -> Iterator[str]:
            for page in self._pages(client, prefix, Delimiter="/"):
                yield from (folder["Prefix"] for folder in page.get("CommonPrefixes", ()))

        return s3_divide.divide(self._folder, folders_in)

    def list_section(self, section: Section) -> Iterator[ObjectRef]:
        """The objects of a section, as `list` would give them."""
        client = s3_client.request_client(self._connection)
        start = {} if section.after is None else {"StartAfter": section.after}
        return self._refs(self._pages(client, self._folder, **start), section.upto)

    def expect(self, ref: ObjectRef) -> None:
        """Begin to read the object if it is small, unless there is enough to read already."""
        size = sum(size for size, _ in self._ahead.values())
        if ref.problem is None and ref.size <= BLOCK and size + ref.size <= AHEAD_BYTES:
            self._ahead[ref.name] = ref.size, self.start(ref, 0, ref.size)

    def open(self, ref: ObjectRef) -> OpenObject:
        """Open an object for reading, as it was listed or, if it changed since, as it is now.

        Raises:
            Unreadable: the object is gone, may not be read, or comes too slowly.
            SourceUnreachable: no object can be read at the moment.
        """
        _, ahead = self._ahead.pop(ref.name, (0, None))
        try:
            return self._open(ref, ahead)
        except Changed:
            size, version = self._pieces.head(self.key(ref))
            return self._open(replace(ref, size=size, version=version), None)

    def key(self, ref: ObjectRef) -> str:
        """The key of an object."""
        return ref.handle or self._folder + ref.name

    def start(self, ref: ObjectRef, start: int, end: int) -> Future[memoryview]:
        """Begin to read bytes of an object."""
        return self._readers.submit(self._pieces.read, self.key(ref), ref.version, start, end)

    def wait(self, piece: Future[memoryview]) -> memoryview:
        """Wait for what was begun; that takes PATIENCE_SECONDS at most, and is no standstill."""
        while True:
            try:
                return piece.result(timeout=1)
            except TimeoutError:
                self.progress()

    def _open(self, ref: ObjectRef, ahead: Future[memoryview] | None) -> OpenObject:
        if ref.size > BLOCK:
            blocks = _Blocks(self, ref)
            return OpenObject(cast("BinaryIO", io.BufferedReader(blocks, 1 << 20)), ref.version, blocks.check)
        return OpenObject(io.BytesIO(self.wait(ahead or self.start(ref, 0, ref.size))), ref.version)

    @cached_property
    def _pieces(self) -> PieceReader:
        request_seconds, patience_seconds = self._seconds
        return PieceReader(
            self._connection,
            self._bucket,
            request_seconds=request_seconds,
            patience_seconds=patience_seconds,
        )

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(READERS, thread_name_prefix="s3")

    def _belongs(self, key: str) -> bool:
        return key == self._root or key.startswith(self._folder)

    def _pages(self, client: Any, prefix: str, **asked: str) -> Iterator[dict[str, Any]]:
        page = self._page(client, prefix, **asked)
        yield page
        while page.get("IsTruncated"):
            page = self._page(client, prefix, **asked, ContinuationToken=page["NextContinuationToken"])
            yield page

    def _page(self, client: Any, prefix: str, **more: Any) -> dict[str, Any]:
        try:
            page: dict[str, Any] = client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, **more)
        except Exception as error:
            if not s3_client.is_failure(error):
                raise
            raise self._refusal(error) from error
        return page

    def _refusal(self, error: Exception) -> NerprocError:
        why = s3_client.reason(error)
        match s3_client.status(error):
            case 404:
                return NotFound(f"There is no bucket {self._bucket} at {self._connection.endpoint}.")
            case 401 | 403:
                return Refused(f"{self._url} cannot be listed: {why}.", hint="See the keys in the settings.")
            case 301 | 307 | 400:
                return Refused(f"{self._url} cannot be listed: {why}.", hint="See the region in the settings.")
        return SourceUnreachable(
            f"Listing {self._url} at {self._connection.endpoint} failed: {why}.",
            hint="See that the S3 server answers, and its address in the settings.",
        )

    def _nothing(self) -> NotFound:
        return NotFound(f"There is nothing at {self._url}.")

    def _refs(self, pages: Iterator[dict[str, Any]], upto: str | None) -> Iterator[ObjectRef]:
        for page in pages:
            for item in page.get("Contents", ()):
                if upto is not None and item["Key"] > upto:
                    return
                if (ref := self._ref(item)) is not None:
                    yield ref

    def _ref(self, item: dict[str, Any]) -> ObjectRef | None:
        """The object of a line of the listing; None for what only stands for a folder."""
        key: str = item["Key"]
        if item["Size"] == 0 and key.endswith("/"):
            return None
        name = key.removeprefix(self._folder) if key != self._root else key.rpartition("/")[2]
        readable = name.replace("\0", "\ufffd") or "/"
        kind = item.get("StorageClass")
        return ObjectRef(
            readable,
            item["Size"],
            item.get("ETag", "").strip('"'),
            handle="" if self._folder + readable == key else key,
            problem=f"it is archived ({kind})" if kind in _ARCHIVED else None,
        )


class _Blocks(io.RawIOBase):
    """A large object: the blocks that were asked for last, and the next one while they are read in order."""

    def __init__(self, source: S3Source, ref: ObjectRef) -> None:
        """Reads the first block."""
        self._source = source
        self._ref = ref
        self._position = 0
        self._last = -1
        self._problem: Exception | None = None
        self._blocks: OrderedDict[int, Future[memoryview]] = OrderedDict()
        self._block(0)

    def check(self) -> None:
        """Raise again what went wrong: a parser may have taken it for its own."""
        if self._problem is not None:
            raise self._problem

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._ref.size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        if self._position >= self._ref.size:
            return 0
        number, offset = divmod(self._position, BLOCK)
        piece = self._block(number)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _block(self, number: int) -> memoryview:
        self._start(number)
        if number == self._last + 1:
            self._start(number + 1)
        self._last = number
        self._blocks.move_to_end(number)
        while len(self._blocks) > BLOCKS:
            self._blocks.popitem(last=False)
        self._source.progress()
        try:
            return self._source.wait(self._blocks[number])
        except (Unreadable, NerprocError) as problem:
            self._problem = problem
            raise

    def _start(self, number: int) -> None:
        start, end = number * BLOCK, min((number + 1) * BLOCK, self._ref.size)
        if start < end and number not in self._blocks:
            self._blocks[number] = self._source.start(self._ref, start, end)
