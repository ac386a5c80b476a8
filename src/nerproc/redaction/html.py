"""HTML: what a reader sees is replaced where it stands, and so are attributes and addresses that are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import unescape

from nerproc.extraction.decode import Decoded
from nerproc.extraction.html import ADDRESS, ATTRIBUTES, DATA_TYPE, LINKS
from nerproc.redaction.markup import Node, Source, Writer, rewriting
from nerproc.redaction.span import Spans

_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*)(?:[^>"'=]|=\s*"[^"]*"|=\s*'[^']*'|=\s*[^\s>"']?[^\s>]*|["'])*>"""
)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'>/=][^\s>/=]*)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"'][^\s>]*))"""
)
_HIDDEN = {"script", "style"}  # their contents are no markup, and not read
_RAW = {"iframe", "noembed", "noframes", "xmp"}  # their contents are no markup
_TEXTS = {"title", "textarea"}  # their contents have no tags
_WITH_VALUE = {"input", "option", "button", "param", "data"}
_ALWAYS = {"alt", "title", "placeholder", "aria-label"}


def copy(
    texts: Iterable[str], pieces: Iterable[Decoded], spans: Spans, write: Callable[[bytes], object]
) -> None:
    """Write the page of `pieces`, whose text is `texts`, with `spans` replaced.

    Raises:
        Changed: the source does not show what the text does.
    """
    with rewriting(texts, pieces, spans, write, unescape) as (source, writer):
        _Page(source, writer).read()


class _Page:
    def __init__(self, source: Source, writer: Writer) -> None:
        self._source = source
        self._writer = writer
        self._link: Node | None = None  # the address of the link that is open
        self._link_text: list[str] | None = None  # what it shows so far
        self._type = ""  # of the element that began last
        self._templates = 0  # that are open: their contents are not read

    def read(self) -> None:
        source = self._source
        while not source.is_empty:
            if source.text[source.at] != "<":
                self._text(source.until("<"), "text")
            elif source.starts("<!--"):
                source.at += source.find("-->", 2) + 3
            elif found := source.search(_TAG):
                self._tag(found)
            elif source.text[source.at + 1 : source.at + 2] in {"!", "?", "/"}:
                source.at += source.find(">") + 1
            else:
                self._text(1, "text")
        self._leave_link()

    def _text(self, length: int, kind: str) -> None:
        source = self._source
        if self._templates:
            source.at += length
            return
        if self._link_text is not None:
            self._link_text.append(self._writer.value(source.node(source.at, source.at + length, kind)))
        source.show(length, kind)

    def _tag(self, found: re.Match[str]) -> None:
        source, name = self._source, found["name"].lower()
        if name == "template":
            self._templates = max(0, self._templates + (-1 if found["end"] else 1))
        if name in LINKS and not self._templates:
            self._leave_link()
        if not found["end"] and not self._templates:
            self._type = ""
            self._attributes(name, found)
        end = found.end()
        source.at = end
        if found["end"] or name not in _HIDDEN | _RAW | _TEXTS:
            return
        length = self._length_until(f"</{name}")
        if name in _HIDDEN and not (name == "script" and self._type == DATA_TYPE):
            source.at += length
        else:
            self._text(length, "text" if name in _TEXTS else "verbatim")

    def _length_until(self, end: str) -> int:
        source, start = self._source, 0
        while (start := source.find("</", start)) < len(source.text) - source.at:
            at = source.at + start
            source.find(">", start)  # reads as much
            at = source.at + start
            if source.text[at : at + len(end)].lower() == end:
                break
            start += 2
        return start

    def _attributes(self, name: str, tag: re.Match[str]) -> None:
        source = self._source
        if "=" not in tag[0]:
            return
        values: dict[str, Node] = {}
        for found in _ATTRIBUTE.finditer(source.text, tag.end("name"), tag.end() - 1):
            group = next(group for group in ("double", "single", "bare") if found[group] is not None)
            start, end = found.span(group)
            if group == "bare" and end == tag.end() - 1 and source.text[end - 1] == "/":
                end -= 1
            kind = "bare" if group == "bare" else "attribute"
            values.setdefault(found["name"].lower(), source.node(start, end, kind))
        is_data = (
            bool(_ALWAYS & values.keys())
            or (name == "meta" and "content" in values and bool({"name", "property"} & values.keys()))
            or (name in _WITH_VALUE and "value" in values)
        )
        self._writer.hold()
        if is_data:
            for attribute in ATTRIBUTES:
                if attribute in values:
                    self._writer.see(values[attribute])
        if name in LINKS:
            self._enter_link(values.get("href") or values.get("xlink:href"))
        self._writer.release()
        if name in LINKS[1:]:  # which have no contents
            self._leave_link()
        if "type" in values:
            self._type = unescape(values["type"].raw).strip().lower()

    def _enter_link(self, href: Node | None) -> None:
        found = ADDRESS.match(unescape(href.raw)) if href else None
        written = ADDRESS.match(href.raw) if href else None
        if href and found and written:
            self._link = Node(href.start + written.start(1), written[1], "address")
            self._link_text = []
            self._writer.hold()

    def _leave_link(self) -> None:
        link, self._link = self._link, None
        if link is None:
            return
        shown = "".join(self._link_text or [])
        self._link_text = None
        target = self._writer.value(link)
        if target and target not in shown:
            self._writer.see(link)
        else:
            self._writer.rewrite(link)
        self._writer.release()
