"""XML: the text of elements and the values of attributes, without the markup.

An element's end followed by another tag separates lines; text beside a tag does not, so that words with markup
inside stay whole. Line breaks are kept once, indentation is not. Entities that the document declares are
refused; its DTD is never fetched. From where a document is not well-formed, its tags are taken as they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5
from itertools import chain
from typing import TYPE_CHECKING, Any, cast
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from defusedxml.common import EntitiesForbidden
from defusedxml.expatreader import DefusedExpatParser

from nerproc.extraction.decode import decoded, inner_charset
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import Input
from nerproc.extraction.limits import Limits
from nerproc.extraction.marked import MarkedSegment, MarkedText, Names

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument

_LONGEST_HELD = 4 << 20  # code points of a tag that is looked for
_FED = 64 << 10  # code points handed to the parser at once
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)""")


_TOKEN = re.compile(
    r"(?P<begin><!--|<!\[CDATA\[)|(?P<end>-->|\]\]>)|<[?!][^<>]*>"
    r"""|<(?P<close>/?)(?P<name>[^\s<>/"'=!?]+)(?P<attributes>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>"""
    r"|(?P<text>[^<\]-]+|[<\]-])"
)
_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BEGUN = re.compile(rb"<[^<>]*\Z|&#?\w*\Z")
_LINE = re.compile(r"\n|[^\n]+")


class NotWellFormed(Broken):
    """XML that is none from some place on; `rest` is what comes then."""

    def __init__(self, line: int, rest: Iterator[str]) -> None:
        super().__init__(f"not well-formed XML, line {line}")
        self.line = line
        self.rest = rest


class Handler(ContentHandler):
    """What `parse` feeds; its methods set `idle` to 0 to show that the parser gets on."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.idle = 0  # code points fed since the last event
        self._depth = 0

    def deeper(self) -> None:
        """Count an element that begins.

        Raises:
            Skipped: there are too many inside one another.
        """
        self.idle = 0
        self._depth += 1
        if self._depth > self.limits.xml_depth:
            raise Skipped(f"XML nested more than {self.limits.xml_depth} elements deep")

    def shallower(self) -> None:
        """Count an element that ends."""
        self.idle = 0
        self._depth -= 1


def declared(source: Input) -> str | None:
    """The encoding that a document names in its first line, if any."""
    return inner_charset(_DECLARED.match(source.head))


def parse(source: Input, handler: Handler) -> Iterator[None]:
    """Feed `source` to `handler`, yielding between pieces.

    Raises:
        Skipped: it declares entities, or exceeds a limit.
        NotWellFormed: it is not well-formed.
    """
    parser = DefusedExpatParser(forbid_external=False)  # external entities are not fetched: expat's default
    parser.setContentHandler(handler)
    texts = decoded(source, declared(source))
    last, rest, fed = "", "", 0  # what was fed last and may be needed again, what comes, bytes before both
    try:
        for text in texts:
            for start in range(0, len(text), _FED):
                rest = text[start:]
                parser.feed(rest[:_FED])
                fed += len(last.encode())
                last, rest = rest[:_FED], rest[_FED:]
                handler.idle += _FED
                if handler.idle > handler.limits.xml_token_bytes:
                    raise Skipped("XML with a tag or comment that is too long")
                yield
        parser.feed("", isFinal=True)
    except EntitiesForbidden:
        raise Skipped("XML that declares entities (an entity bomb?)") from None
    except SAXParseException as error:
        at = max(0, cast("Any", parser)._parser.ErrorByteIndex - fed)  # noqa: SLF001 (tells it nowhere else)
        known = (last + rest).encode()
        begun = _BEGUN.search(known, 0, at)  # expat tells where in a tag or reference it gave up
        rest = known[begun.start() if begun else at :].decode("utf-8", "ignore")
        raise NotWellFormed(error.getLineNumber() or 0, chain((rest,), texts)) from None


class _Reader(Handler):
    """Turns elements into lines of text."""

    def __init__(self, text: MarkedText, limits: Limits) -> None:
        super().__init__(limits)
        self._text = text
        self._names = Names("", None)
        self._after_end = False  # an element ended, and no text came since
        self._until = ""  # what ends the comment or CDATA section here, where tokens are taken as they come

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 (SAX)
        self.deeper()
        self._names = names = self._names.below(name)
        if self._after_end:
            self._text.separate()
            self._after_end = False
        if attrs:
            for attribute, value in attrs.items():
                if value.strip() and not attribute.startswith(("xmlns", "xsi:")):
                    self._text.separate()
                    self._text.add(value, names.below(attribute))
                    self._text.separate()

    def endElement(self, _name: str) -> None:  # noqa: N802 (SAX)
        self.shallower()
        self._names = self._names.above or self._names
        if self._after_end:
            self._text.separate()
        self._after_end = True

    def characters(self, content: str) -> None:
        self.idle = 0
        if content == "\n":  # expat hands out line breaks one by one
            self._text.separate()
            return
        if self._text.at_line_start:
            content = content.lstrip(" \t")
        if content:
            self._text.add(content, self._names)
            self._after_end = False

    def skippedEntity(self, name: str) -> None:  # noqa: N802 (SAX)
        self.characters(html5.get(f"{name};", ""))

    def as_it_comes(self, token: re.Match[str]) -> None:
        """Take a token of a document that is not well-formed."""
        name = token["name"]
        if self._until:
            if token["end"] == self._until:
                self._until = ""
            elif self._until == "]]>":
                self._lines(token[0])
        elif token["begin"]:
            self._until = _ENDS[token["begin"]]
        elif name is None:
            self._lines(unescape(token["text"] or token["end"] or ""))
        elif token["close"]:
            if name in self._open():
                while self._names.name != name:
                    self.endElement("")
                self.endElement(name)
        else:
            attributes = token["attributes"]
            found = _ATTRIBUTE.findall(attributes)
            self.startElement(name, {key: unescape(double or single) for key, double, single in found})
            if attributes.endswith("/") or self._depth >= self.limits.xml_depth:
                self.endElement(name)

    def _lines(self, text: str) -> None:
        for line in _LINE.findall(text):
            self.characters(line)

    def _open(self) -> Iterator[str]:
        names: Names | None = self._names
        while names is not None:
            yield names.name
            names = names.above


def segments(document: OpenedDocument) -> Iterator[MarkedSegment]:
    """The text of the elements and attributes in the document's order."""
    text = MarkedText()
    reader = _Reader(text, document.limits)
    try:
        for _ in parse(document.source, reader):
            yield from text.full()
    except NotWellFormed as error:
        document.warn(f"not well-formed XML from line {error.line} on: tags were taken as they come")
        for token in _tokens(error.rest):
            reader.as_it_comes(token)
            yield from text.full()
    yield from text.end()


def _tokens(texts: Iterator[str]) -> Iterator[re.Match[str]]:
    """The tags and texts of a document that is not well-formed; a tag that is cut off is text."""
    held = ""
    for text in chain(texts, ("",)):
        held += text
        whole = len(held)
        if text and len(held) < _LONGEST_HELD:  # the last tag may go on
            whole = max(held.rfind("<"), held.rfind("&"))
            whole = len(held) if whole < 0 else whole
        found = None
        for found in _TOKEN.finditer(held, 0, whole):
            yield found
        held = held[found.end() if found else whole :]
