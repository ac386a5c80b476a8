"""HTML: the text as a reader sees it, and the data in attributes that it does not show.

Blocks are lines, cells of a table are joined by tabs, white space is one space; scripts and styles are left
out, but for the data that pages hold for search engines (JSON-LD). A page of more than two MiB is cut at tags
and parsed piece by piece, so that memory stays bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from nerproc.extraction.decode import decoded, inner_charset
from nerproc.extraction.input import Input
from nerproc.extraction.marked import MarkedSegment, MarkedText, Names

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument

_PIECE = 1 << 20  # code points parsed at once
_TAG = re.compile(  # where a page may be cut, and what must not be cut
    r"<(?:p|div|tr|li|table|section|article|h[1-6])[\s>]|<(?P<end>/?)(?P<hidden>script|style|pre|textarea)\b",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f\u00a0\u202f]+")  # with the no-break spaces that numbers are written with

# What becomes of an element; of all others, the text goes on where it stands.
_LINE, _CELL, _AS_IS, _LEFT_OUT, _LINK, _TEXT = 1, 2, 4, 8, 16, 32
LINKS = ("a", "area", "link")
DATA_TYPE = "application/ld+json"  # of scripts that are read
_KINDS = {
    "-text": _TEXT,
    **dict.fromkeys(LINKS, _LINK),
    **dict.fromkeys(("td", "th"), _CELL),
    **dict.fromkeys(("pre", "textarea"), _LINE | _AS_IS),
    **dict.fromkeys(("script", "style", "template", "-comment", "!doctype"), _LEFT_OUT),
    **dict.fromkeys(
        (
            *("address", "article", "aside", "blockquote", "body", "br", "button", "caption", "dd"),
            *("details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer"),
            *("form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header"),
            *("hr", "html", "iframe", "legend", "li", "main", "meta", "nav", "ol"),
            *("optgroup", "option", "p", "section", "select", "summary", "table", "tbody", "tfoot"),
            *("thead", "title", "tr", "ul", "video", "audio"),
        ),
        _LINE,
    ),
}
# Attributes whose values are data, and the elements that have them.
_DATA = "[alt],[title],[placeholder],[aria-label],meta[name][content],meta[property][content]" + ",".join(
    ["", *(f"{element}[value]" for element in ("input", "option", "button", "param", "data"))]
)
ATTRIBUTES = ("alt", "title", "placeholder", "aria-label", "content", "value")
ADDRESS = re.compile(r"\s*(?:mailto|tel|sms):([^?]+)", re.IGNORECASE)


def segments(document: OpenedDocument) -> Iterator[MarkedSegment]:
    """The text of the page."""
    yield from lines(document.source)


def lines(source: Input, declared: str | None = None) -> Iterator[MarkedSegment]:
    """The text of the page in `source`; `declared` is the encoding if something outside the page names it."""
    from selectolax.lexbor import LexborHTMLParser

    text = MarkedText()
    for piece in _pieces(decoded(source, declared or named(source))):
        root = LexborHTMLParser(piece).root
        if root is not None:
            _walk(root, _Page(text, root))
        text.separate()
        yield from text.full()
    yield from text.end()


def named(source: Input) -> str | None:
    """The encoding that a page names within itself, if any."""
    return inner_charset(_CHARSET.search(source.head, 0, 4 << 10))


def _pieces(texts: Iterator[str]) -> Iterator[str]:
    """Pieces of a page that begin at a block's tag, outside of scripts."""
    page = ""
    for text in texts:
        page += text
        while len(page) > 2 * _PIECE:
            cut = _place_to_cut(page)
            yield page[:cut]
            page = page[cut:]
    if page:
        yield page


def _place_to_cut(page: str) -> int:
    hidden = False
    for tag in _TAG.finditer(page):
        if tag["hidden"]:
            hidden = not tag["end"]
        elif not hidden and tag.start() >= _PIECE:
            return tag.start()
    return 2 * _PIECE


def _walk(root: Any, page: _Page) -> None:
    """Show the nodes below `root` to `page`, without recursion: pages nest deeper than Python does."""
    node, top = root, root.mem_id
    while True:
        child = node.first_child if page.enter(node) else None
        while child is None:
            page.leave(node)
            if node.mem_id == top:
                return
            child = node.next
            node = node.parent if child is None else node
        node = child


class _Page:
    """Turns the nodes of a page into lines of text."""

    def __init__(self, text: MarkedText, root: Any) -> None:
        self._text = text
        self._data = {node.mem_id for node in root.css(_DATA)}
        self._spaced = True  # white space here would add nothing
        self._as_is = 0  # elements around that keep their white space

    def enter(self, node: Any) -> bool:
        """A node begins; whether to go into it."""
        kind = _KINDS.get(node.tag, 0)
        if kind == _TEXT:
            self._add(node.text_content or "")
            return False
        if kind == _LEFT_OUT:
            if node.tag == "script" and (node.attributes.get("type") or "").strip().lower() == DATA_TYPE:
                self._line(node.text())
            return False
        if kind:
            self._separate(kind)
            self._as_is += kind & _AS_IS
        if self._data and node.mem_id in self._data:
            self._attributes(node.attributes)
        return True

    def leave(self, node: Any) -> None:
        """A node ends."""
        kind = _KINDS.get(node.tag, 0)
        if kind == _LINK:
            self._address(node)
        elif kind:
            self._as_is -= kind & _AS_IS
            self._separate(kind)

    def _line(self, text: str, names: Names | None = None) -> None:
        """Add a line of its own."""
        self._text.separate()
        self._text.add(text, names)
        self._text.separate()
        self._spaced = True

    def _separate(self, kind: int) -> None:
        if kind & (_LINE | _CELL):
            self._text.separate("\n" if kind & _LINE else "\t")
            self._spaced = True

    def _add(self, text: str) -> None:
        if not self._as_is:
            text = _SPACE.sub(" ", text)
            if self._spaced:
                text = text.removeprefix(" ")
        if text:
            self._text.add(text)
            self._spaced = text[-1] == " "

    def _attributes(self, attributes: dict[str, str | None]) -> None:
        field = attributes.get("name") or attributes.get("itemprop") or attributes.get("id")
        for attribute in ATTRIBUTES:
            value = attributes.get(attribute)
            if value and not value.isspace():
                self._line(value, Names(field, None) if field else None)

    def _address(self, link: Any) -> None:
        """The address that a link leads to, unless it is what the link shows."""
        href = link.attributes.get("href") or link.attributes.get("xlink:href")  # the latter in SVG
        found = ADDRESS.match(href or "")
        target = unquote(found[1]).strip() if found else ""
        if target and target not in link.text():
            self._add(f" {target} ")
