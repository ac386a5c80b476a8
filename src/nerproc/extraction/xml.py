"""XML: the text of elements and the values of attributes, without the markup.

An element's end followed by another tag separates lines; text beside a tag does not, so that words with markup
inside stay whole. Line breaks are kept once, indentation is not. Entities that the document declares are
refused; its DTD is never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING, Any
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

_FED = 64 << 10  # code points handed to the parser at once
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)""")


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
        Broken: it is not well-formed.
    """
    parser = DefusedExpatParser(forbid_external=False)  # external entities are not fetched: expat's default
    parser.setContentHandler(handler)
    try:
        for text in decoded(source, declared(source)):
            for start in range(0, len(text), _FED):
                parser.feed(text[start : start + _FED])
                handler.idle += _FED
                if handler.idle > handler.limits.xml_token_bytes:
                    raise Skipped("XML with a tag or comment that is too long")
                yield
        parser.close()
    except EntitiesForbidden:
        raise Skipped("XML that declares entities (an entity bomb?)") from None
    except SAXParseException as error:
        raise Broken(f"not well-formed XML, line {error.getLineNumber()}") from None


class _Reader(Handler):
    """Turns elements into lines of text."""

    def __init__(self, text: MarkedText, limits: Limits) -> None:
        super().__init__(limits)
        self._text = text
        self._names = Names("", None)
        self._after_end = False  # an element ended, and no text came since

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


def segments(document: OpenedDocument) -> Iterator[MarkedSegment]:
    """The text of the elements and attributes in the document's order."""
    text = MarkedText()
    for _ in parse(document.source, _Reader(text, document.limits)):
        yield from text.full()
    yield from text.end()
