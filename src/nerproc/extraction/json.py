r"""JSON and JSON lines: the text is the decoded file with the escapes in its strings resolved.

A backslash stands only in strings, so one substitution does for the whole file: `a\u0040b.org` is found. The
file need not be valid. Lines and keys are found when they are asked for.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nerproc.extraction import hint
from nerproc.extraction.decode import decoded
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument

# The keys above a value are looked for from the start of the cell before the one that it stands in, and if none
# is there, from further up: what is found depends on the place alone, not on how segments are cut.
_CELL = 4 << 10  # code points of the file
_FURTHER = 64 << 10
_BEFORE = _FURTHER + 2 * _CELL

_HEX = "[0-9a-fA-F]"
_HIGH, _LOW = rf"[dD][89abAB]{_HEX}{{2}}", rf"[dD][c-fC-F]{_HEX}{{2}}"
_ESCAPE = re.compile(rf'\\(?:["\\/bfnrt]|u(?:{_HIGH}\\u{_LOW}|{_HEX}{{4}}))')
_UNICODE = re.compile(rf"\\u({_HEX}{{4}})")
_UNFINISHED = re.compile(rf"\\(?:u(?:{_HEX}{{0,3}}|{_HIGH}(?:\\(?:u{_HEX}{{0,3}})?)?)?)?\Z")
_LONGEST_UNFINISHED = 11
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MOST_REPLACEMENTS = 32  # different escapes that are replaced one after another, which is faster
_COMMON = ((r"\"", '"'), (r"\n", "\n"))
_RARE = ((r"\/", "/"), (r"\t", "\t"), (r"\r", "\r"), (r"\b", "\b"), (r"\f", "\f"))
_ANY_RARE = re.compile(r"\\[/trbf]")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_TOKEN = re.compile(rf"({_STRING}(?=\s*:)|[{{}}\[\]])|{_STRING}", re.DOTALL)  # group 1: keys and brackets
_OPENING, _CLOSING = {"{", "["}, {"}", "]"}
_KEY_END = re.compile(r'"\s*:\s*(?=["{\[\dtfn-])')


def unescape(raw: str) -> str:
    """`raw` with its escapes resolved; surrogates that are not paired become U+FFFD."""
    if "\\" not in raw:
        return raw
    # In a run of backslashes, each pair from the left is one.
    text = "\\".join(map(_unescape, raw.split(r"\\")))
    if _SURROGATE.search(raw):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _unescape(raw: str) -> str:
    """Resolve the escapes of a text without escaped backslashes."""
    if "\\" in raw:
        for escape, character in (*_COMMON, *_RARE) if _ANY_RARE.search(raw) else _COMMON:
            raw = raw.replace(escape, character)
        if r"\u" in raw:
            raw = _unescape_unicode(raw)
    return raw


def _unescape_unicode(raw: str) -> str:
    codes = set(_UNICODE.findall(raw))
    if len(codes) > _MOST_REPLACEMENTS:
        return _UNICODE.sub(lambda found: chr(int(found[1], 16)), raw)
    # The backslash last: it must not make an escape of what follows it.
    for code in sorted(codes, key=lambda code: code.lower() == "005c"):
        raw = raw.replace(rf"\u{code}", chr(int(code, 16)))
    return raw


def whole(raw: str) -> int:
    """The length of `raw` up to an escape at its end that what follows may change."""
    at = raw.find("\\", max(0, len(raw) - _LONGEST_UNFINISHED))
    while at >= 0:
        run = at - len(raw[:at].rstrip("\\"))
        if run % 2 == 0 and _UNFINISHED.match(raw, at):
            return at
        at = raw.find("\\", at + 1)
    return len(raw)


class JsonSegment:
    """A piece of a JSON file."""

    __slots__ = ("_above", "_before", "_breaks", "_last", "_line", "position", "raw", "text")

    def __init__(self, raw: str, *, position: int, before: str, line: int | None) -> None:
        """`raw` stands at `position` of the file, after `before`; `line` is its number in JSON lines."""
        self.text = unescape(raw)
        self.raw = raw
        self.position = position
        self._before = before
        self._line = line
        self._breaks: tuple[list[int], list[int]] | None = None  # ends of escapes: in the text, in `raw`
        self._last = (0, line or 0)
        self._above: tuple[int, list[str]] | None = (
            None  # tokens before a place, for values far from their keys
        )

    def location(self, offset: int) -> Location | None:
        """The number of the line, in JSON lines."""
        if self._line is None:
            return None
        at = self.in_raw(offset)
        last, line = self._last if self._last[0] <= at else (0, self._line)
        line += self.raw.count("\n", last, at)
        self._last = (at, line)
        return Location(row=line)

    def hint(self, offset: int) -> str:
        """The keys that lead to the value."""
        at = self.in_raw(offset)
        start, tokens = self._tokens(((self.position + at) // _CELL - 1) * _CELL - self.position, at)
        keys, ended = _keys(tokens, 0)
        if not keys:
            if self._above is None or self._above[0] != start:
                self._above = start, self._tokens(start - _FURTHER, start)[1]
            keys, _ = _keys(self._above[1], ended)
        return " ".join(hint.words(_string(key)) for key in reversed(keys))

    def _tokens(self, start: int, end: int) -> tuple[int, list[str]]:
        """The keys and brackets from a place outside of strings, at `start` or later, to `end`; and that place.

        Places are relative to that of this segment.
        """
        if start < 0:
            before = len(self._before)
            start = max(start, -before)
            text = self._before[before + start : before + min(end, 0)] + self.raw[: max(end, 0)]
        else:
            text = self.raw[start:end]
        line = text.rfind("\n") + 1 if self._line is not None else 0
        skipped = line if line or self.position + start == 0 else _outside(text)
        return start + skipped, list(filter(None, _TOKEN.findall(text, skipped)))

    def in_raw(self, offset: int) -> int:
        """The place in the file's text of the character at `offset` of the extracted one."""
        if len(self.raw) == len(self.text):
            return offset
        if self._breaks is None:
            texts, ends, lost = [], [], 0
            for start, end in map(re.Match.span, _ESCAPE.finditer(self.raw)):
                lost += end - start - 1
                texts.append(end - lost)
                ends.append(end)
            self._breaks = texts, ends
        texts, ends = self._breaks
        found = bisect_right(texts, offset) - 1
        return offset if found < 0 else ends[found] + offset - texts[found]


def _keys(tokens: list[str], ended: int) -> tuple[list[str], int]:
    """The keys above the end of `tokens`, innermost first, and how many containers end in `tokens` only.

    The last `ended` containers that begin in `tokens`, or before them, have ended already.
    """
    keys: list[str] = []
    wanted = True  # whether the next key, unless in a container that ended, is one above
    for token in reversed(tokens):
        if token in _CLOSING:
            ended += 1
        elif token in _OPENING:
            wanted = wanted or ended == 0
            ended = max(0, ended - 1)
        elif wanted and ended == 0:
            keys.append(token)
            wanted = False
    return keys, ended


def _outside(text: str) -> int:
    """A place in `text`, which begins anywhere, that is surely outside of strings; its end if there is none."""
    line = text.find("\n")
    if line >= 0:
        return line
    key = _KEY_END.search(text)
    return key.end() if key else len(text)


def _string(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token.strip('"')


def segments(document: OpenedDocument) -> Iterator[JsonSegment]:
    """The decoded file with its escapes resolved, cut between escapes."""
    return cut(decoded(document.source), document.media_type)


def cut(pieces: Iterator[str], media_type: str) -> Iterator[JsonSegment]:
    """The segments of a file that is decoded in `pieces`."""
    line = 1 if media_type == "application/jsonl" else None
    position, before, rest = 0, "", ""
    while piece := next(pieces, ""):
        raw = rest + piece
        end = whole(raw)
        raw, rest = raw[:end], raw[end:]
        yield JsonSegment(raw, position=position, before=before, line=line)
        position += end
        line = None if line is None else line + raw.count("\n")
        before = (before + raw)[-_BEFORE:]
    if rest:
        yield JsonSegment(rest, position=position, before=before, line=line)
