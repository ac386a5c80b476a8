"""Word, PowerPoint and OpenDocument texts: what is found is replaced in the XML of their parts; all else stays.

Where something is found over several runs of a paragraph, it is replaced in the first of them and deleted in
the others. Repetitions that no scan reads (fallbacks of drawings, addresses of links) change with what they
repeat.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from html import escape, unescape
from typing import BinaryIO, cast
from urllib.parse import quote, unquote
from zipfile import ZipFile

from nerproc.extraction.decode import Decoded, pieces
from nerproc.extraction.document import OpenedDocument
from nerproc.extraction.ooxml import Package, embedded
from nerproc.extraction.part import ADDRESS, PartReader, Placed, Vocabulary
from nerproc.extraction.xml import declared
from nerproc.extraction.zipped import open_part, open_zip
from nerproc.redaction import xml, zipped
from nerproc.redaction.formats import Task, Unwritten
from nerproc.redaction.member import Members
from nerproc.redaction.rewriter import Rewriter
from nerproc.redaction.span import Changed, Span, Spans, check, lines

_TOKEN = re.compile(
    r"""<!--.*?-->|<\?.*?\?>|(?P<odd><!)|<(?P<close>/)?(?P<name>[^\s/>]+)"""
    r"""(?:[^>"'/]|/(?!>)|"[^"]*"|'[^']*')*(?P<empty>/)?>|(?P<text>[^<]+)""",
    re.DOTALL,
)
_PIECE = re.compile(r"&[^;]*;|\r\n?|\n|[^&\r\n]+")
_TARGET = re.compile(r"""\bTarget\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ATTRIBUTE = re.compile(r"""([^\s=<]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FALLBACK = "Fallback"
_PLAIN = "@+-._~!*(),;:"  # characters that stand for themselves in an address

Edit = tuple[int, int, str]  # start and end in a part's source, and what stands there now


def copy(task: Task) -> None:
    """Write the copy of a document.

    Raises:
        Changed: it is not what was scanned.
        Unwritten: a document in it cannot be written in its format.
    """
    document = task.open()
    spans = task.ordered()
    with open_zip(document) as archive, ExitStack() as files:
        package = Followed(document, archive, spans)
        contents = copied(task, package, files)
        with ZipFile(task.output, "w") as output:
            for part in archive.infolist():
                with archive.open(part) as original:
                    zipped.put(output, part, contents.get(part.filename, cast("BinaryIO", original)))


def copied(task: Task, package: Followed, files: ExitStack) -> dict[str, BinaryIO]:
    """The parts of a document that change, and the copies of the documents in it; `files` closes them.

    Raises:
        Changed, Unwritten: see `copy`.
    """
    archive, budget = package.archive, package.budget
    for _ in package.parts():
        pass
    contents: dict[str, BinaryIO] = package.edited()
    members = Members(task, package.spans)
    for name in embedded(archive, budget):
        copy = members.copy(partial(open_part, archive, archive.getinfo(name), budget), name, package.offset)
        package.offset += copy.length
        if copy.name != name:
            raise Unwritten
        contents[name] = files.enter_context(copy.file or io.BytesIO())
    package.spans.finish()
    return contents


class Followed(Package):
    """Follows the text of the parts, and notes what to change in their sources."""

    def __init__(self, document: OpenedDocument, archive: ZipFile, spans: Spans) -> None:
        super().__init__(document, archive)
        self.offset = 0  # code points of the document's text so far
        self.spans = spans
        self.archive = archive
        self.budget = document.budget
        self.replaced: dict[str, str] = {}
        self._limits = document.limits
        self._edits: dict[str, list[Edit]] = {}  # by part
        self._addresses: dict[str, str] = {}

    def texts(self, part: str, vocabulary: Vocabulary) -> Iterator[str]:
        """See `Package`; notes what becomes of each text."""
        source = "".join(piece.text for piece in self._decoded(part))
        reader = PartReader(self._limits, vocabulary)
        fallback = _feed(reader, source)
        placed = reader.rest()
        text = "".join(placed)
        edits = self._edits_of(placed, text)
        if edits:
            self._edits.setdefault(part, []).extend(edits + fallback)
        self.offset += len(text)
        if text:
            yield text

    def hidden(self, addresses: list[str]) -> str:
        """See `Package`; notes what becomes of each address."""
        for address in addresses:
            end = self.offset + len(address) + 1
            new, done = "", 0
            for span in self.spans.before(end):
                for line in lines(span):
                    start = line.start - self.offset
                    check(line, address[start : start + len(line.text)])
                    new += address[done:start] + self.spans.new(line)
                    done = start + len(line.text)
            if done:
                self._addresses[address] = new + address[done:]
            self.offset = end
        return super().hidden(addresses)

    def edited(self) -> dict[str, BinaryIO]:
        """The parts that change, with what they hold now."""
        changed: dict[str, BinaryIO] = {}
        for part, edits in self._edits.items():
            output = io.BytesIO()
            rewriter = Rewriter(output.write)
            for piece in self._decoded(part):
                rewriter.add(piece)
            for start, end, new in sorted(set(edits)):
                if start >= rewriter.done:  # a part may be read twice
                    rewriter.edit(start, end, escape(new))
            rewriter.close()
            output.seek(0)
            changed[part] = output
        for part in self.archive.namelist():
            if part.endswith(".rels") and (self.replaced or self._addresses):
                relations = self.archive.read(part)
                linked = links(relations, self._addresses, self.replaced)
                if linked != relations:
                    changed[part] = io.BytesIO(linked)
        return changed

    def _decoded(self, part: str) -> Iterator[Decoded]:
        source = self.open(part)
        return pieces(source, declared(source))

    def _edits_of(self, placed: list[str], text: str) -> list[Edit]:
        starts = [0]
        for piece in placed:
            starts.append(starts[-1] + len(piece))
        edits: list[Edit] = []
        for span in self.spans.before(self.offset + len(text)):
            check(span, text[span.start - self.offset : span.end - self.offset])
            for line in lines(span):
                edits += self._line(line, placed, starts)
        return edits

    def _line(self, line: Span, placed: list[str], starts: list[int]) -> Iterator[Edit]:
        start, end = line.start - self.offset, line.end - self.offset
        new = self.replaced[line.text] = self.spans.new(line)
        is_written = False
        for index in range(bisect_right(starts, start) - 1, len(placed)):
            if starts[index] >= end:
                break
            piece = placed[index]
            if isinstance(piece, Placed) and piece:
                part = piece.part(max(0, start - starts[index]), min(len(piece), end - starts[index]))
                yield part.start, part.end, "" if is_written else new
                is_written = True
        if not is_written:
            raise Changed(str(Changed.__doc__))


def links(relations: bytes, addresses: dict[str, str], replaced: dict[str, str]) -> bytes:
    """Relationships of a part, their addresses replaced or rid of what was replaced in the text."""

    def target(found: re.Match[str]) -> str:
        old = unescape(found[1] or found[2] or "")
        link = ADDRESS.match(old)
        if not link:
            return found[0]
        address = unquote(link[1])
        new = addresses.get(address, address)
        for text, stand_in in replaced.items():
            new = new.replace(text, stand_in)
        if new == address:
            return found[0]
        new = old[: link.start(1)] + quote(new, safe=_PLAIN) + old[link.end(1) :]
        return f'Target="{escape(new)}"'

    return _TARGET.sub(target, relations.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _feed(reader: PartReader, source: str) -> list[Edit]:
    """Show a part's source to its reader; the edits that empty what the fallbacks in it say."""
    fallbacks, edits = 0, []
    flows = reader.flows
    for found in _TOKEN.finditer(source):
        if found["odd"]:
            raise Unwritten
        if found["text"]:
            for piece in _placed(source, *found.span()):
                if fallbacks and not piece.isspace():
                    edits.append((piece.start, piece.end, ""))
                reader.characters(piece)
        elif name := found["name"]:
            local = name.rpartition(":")[2]
            if not found["close"]:
                pieces_ = flows[-1].pieces
                before = len(pieces_)
                reader.startElement(name, _attributes(source, found.end("name"), found.end()))
                if found["empty"] and len(pieces_) > before and not isinstance(pieces_[-1], Placed):
                    pieces_[-1] = Placed.at(pieces_[-1], *found.span())
                fallbacks += local == _FALLBACK
            if found["close"] or found["empty"]:
                reader.endElement(name)
                fallbacks -= local == _FALLBACK
    return edits


def _placed(source: str, start: int, end: int) -> Iterator[Placed]:
    """The pieces of a text or an attribute's value."""
    for piece in _PIECE.finditer(source, start, end):
        text = piece[0]
        text = "\n" if text[0] in "\r\n" else xml.unescape(text) if text[0] == "&" else text
        yield Placed.at(text, *piece.span())


def _attributes(source: str, start: int, end: int) -> dict[str, list[Placed]]:
    """The attributes of a tag."""
    return {
        found[1]: list(_placed(source, *found.span(2 if found[2] is not None else 3)))
        for found in _ATTRIBUTE.finditer(source, start, end)
    }
