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

# Keys are looked for from the start of the cell before the one that a value stands in: what is found depends on
# the place alone, not on what was asked before or where segments are cut.
_CELL = 32 << 10  # code points of the file

_HEX = "[0-9a-fA-F]"
_HIGH, _LOW = rf"[dD][89abAB]{_HEX}{{2}}", rf"[dD][c-fC-F]{_HEX}{{2}}"
_ESCAPE = re.compile(rf'\\(?:["\\/bfnrt]|u(?:{_HIGH}\\u{_LOW}|{_HEX}{{4}}))')
_UNICODE = re.compile(rf"\\u({_HEX}{{4}})")
_UNFINISHED = re.compile(rf"\\(?:u(?:{_HEX}{{0,3}}|{_HIGH}(?:\\(?:u{_HEX}{{0,3}})?)?)?)?\Z")
_LONGEST_UNFINISHED = 11
_SURROGATE = re.compile("[\ud800-\udfff]")
_SIMPLE = (
    (r"\"", '"'),
    (r"\/", "/"),
    (r"\n", "\n"),
    (r"\t", "\t"),
    (r"\r", "\r"),
    (r"\b", "\b"),
    (r"\f", "\f"),
)
_TOKEN = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))(\s*:)?|[{}\[\]\n]', re.DOTALL)
_KEY_END = re.compile(r'"\s*:\s*["{\[\dtfn-]')


def unescape(raw: str) -> str:
    """`raw` with its escapes resolved; surrogates that are not paired become U+FFFD."""
    if "\\" not in raw:
        return raw
    # In a run of backslashes, each pair from the left is one.
    text = "\\".join(map(_unescape, raw.split(r"\\")))
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _unescape(raw: str) -> str:
    """Resolve the escapes of a text without escaped backslashes."""
    if "\\" in raw:
        for escape, character in _SIMPLE:
            raw = raw.replace(escape, character)
        if r"\u" in raw:
            raw = _UNICODE.sub(lambda found: chr(int(found[1], 16)), raw)
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

    __slots__ = ("_before", "_breaks", "_keys", "_last", "_line", "_position", "_raw", "text")

    def __init__(self, raw: str, *, position: int, before: str, line: int | None) -> None:
        """`raw` stands at `position` of the file, after `before`; `line` is its number in JSON lines."""
        self.text = unescape(raw)
        self._raw = raw
        self._position = position
        self._before = before
        self._line = line
        self._breaks: tuple[list[int], list[int]] | None = None  # ends of escapes: in the text, in `raw`
        self._last = (0, line or 0)
        self._keys: _Keys | None = None

    def location(self, offset: int) -> Location | None:
        """The number of the line, in JSON lines."""
        if self._line is None:
            return None
        at = self._in_raw(offset)
        last, line = self._last if self._last[0] <= at else (0, self._line)
        line += self._raw.count("\n", last, at)
        self._last = (at, line)
        return Location(row=line)

    def hint(self, offset: int) -> str:
        """The keys that lead to the value."""
        at = self._position + self._in_raw(offset)
        start = max(0, (at // _CELL - 1) * _CELL)
        if self._keys is None or not self._keys.reaches(start, at):
            first = max(0, self._position - len(self._before))
            text = self._before + self._raw
            self._keys = _Keys(text, first, start, lines=self._line is not None)
        return self._keys.at(at)

    def _in_raw(self, offset: int) -> int:
        """The place in the file's text of the character at `offset` of the extracted one."""
        if len(self._raw) == len(self.text):
            return offset
        if self._breaks is None:
            ends = [found.end() for found in _ESCAPE.finditer(self._raw)]
            lengths = [found.end() - found.start() - 1 for found in _ESCAPE.finditer(self._raw)]
            texts, lost = [], 0
            for end, length in zip(ends, lengths, strict=True):
                lost += length
                texts.append(end - lost)
            self._breaks = texts, ends
        texts, ends = self._breaks
        found = bisect_right(texts, offset) - 1
        return offset if found < 0 else ends[found] + offset - texts[found]


class _Keys:
    """Walks forward over a piece of JSON and knows the keys above each place."""

    def __init__(self, text: str, position: int, start: int, *, lines: bool) -> None:
        """`text` stands at `position` of the file; the walk begins at `start` of the file, or a bit later."""
        self._position = position
        self._start = start
        self._lines = lines
        self._text = text
        self._tokens = _TOKEN.finditer(text, _outside(text, start - position))
        self._next = next(self._tokens, None)
        self._done = start
        self._above: list[str] = []
        self._key = ""

    def reaches(self, start: int, at: int) -> bool:
        """Whether the walk began at `start` and has not gone past `at`."""
        return self._start == start and self._done <= at

    def at(self, at: int) -> str:
        """The keys above the character at `at` of the file, as words."""
        while self._next is not None and self._position + self._next.end() <= at:
            self._step(self._next)
            self._next = next(self._tokens, None)
        self._done = at
        keys = (hint.words(key) for key in [*self._above, self._key] if key)
        return " ".join(keys)

    def _step(self, token: re.Match[str]) -> None:
        if token[2]:
            self._key = _string(token[1])
        elif token[0] in "{[":
            self._above.append(self._key)
            self._key = ""
        elif token[0] in "}]":
            if self._above:
                self._above.pop()
            self._key = ""
        elif token[0] == "\n" and self._lines:
            self._above.clear()
            self._key = ""


def _outside(text: str, start: int) -> int:
    """A place at or after `start` of `text` that is surely outside of strings: its beginning, or a line's."""
    if start <= 0:
        return 0
    line = text.find("\n", start, start + _CELL)
    if line >= 0:
        return line
    key = _KEY_END.search(text, start)
    return key.start() + 1 if key else len(text)


def _string(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token.strip('"')


def segments(document: OpenedDocument) -> Iterator[JsonSegment]:
    """The decoded file with its escapes resolved, cut between escapes."""
    line = 1 if document.media_type == "application/jsonl" else None
    position, before, rest = 0, "", ""
    pieces = decoded(document.source)
    while piece := next(pieces, ""):
        raw = rest + piece
        end = whole(raw)
        raw, rest = raw[:end], raw[end:]
        yield JsonSegment(raw, position=position, before=before, line=line)
        position += end
        line = None if line is None else line + raw.count("\n")
        before = (before + raw)[-2 * _CELL :]
    if rest:
        yield JsonSegment(rest, position=position, before=before, line=line)
