"""CoNLL: one token a line, in columns, with its tag in one of them; an empty line ends a sentence.

Which column is which is told by what stands in them: tags are like `O` and `B-NAME`; the token comes first, or,
where the first column counts (as in CoNLL-U and IOB2 of Universal NER), second; of two columns, the tag may be
the first. Where several columns have tags, the last one counts (before it are chunks), or, of those with the
same labels, the first (behind it is what a model guessed, or nested entities). A line `# text = …` gives the
text as it was written; without one a space stands between tokens. Other lines with a # before a sentence say
nothing to us. `-DOCSTART-` and `# newdoc` begin a document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from nerproc.train.flaw import Flaw
from nerproc.train.format.lines import Lines
from nerproc.train.format.tag import TAG, stretches
from nerproc.train.format.tokens import joined
from nerproc.train.sample import Draft, RawSpan

_COMMENT = re.compile(r"# ?(newdoc|newpar)\b|# ?[\w.:]+ ?= ?")
_TEXT = re.compile(r"# ?text ?= ?")
_NUMBER = re.compile(r"\d+([-.]\d+)?")  # of a token; 3-4 and 5.1 number what CoNLL-U writes beside the tokens
_START = "-DOCSTART-"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a line."""

    count: int
    token: int
    tag: int


@dataclass(slots=True)
class _Sentence:
    """What was read of a sentence."""

    line: int = 0  # where it begins
    text: str | None = None  # as `# text` has it
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def draft(self, document: str) -> Draft:
        """The sample that the sentence is."""
        places = None if self.text is None else _located(self.text, self.tokens)
        if places is None:
            return joined(self.tokens, self.tags, document)
        spans = [
            RawSpan(places[first][0], places[last][1], label) for first, last, label in stretches(self.tags)
        ]
        return Draft(self.text, spans, document)


def columns(lines: Lines) -> Columns | None:
    """The columns of a file; None if it has no column of tags."""
    rows = [_cells(line) for line in lines.head if not _COMMENT.match(line)]
    rows = [row for row in rows if row[0] != _START]
    count = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    rows = [row for row in rows if len(row) == count]
    fitting = [sum(bool(TAG.fullmatch(row[column])) for row in rows) for column in range(count)]
    best = max(fitting[1:], default=0)
    if best * 2 <= len(rows):
        return Columns(count, 1, 0) if count == 2 and fitting[0] * 2 > len(rows) else None
    tag = _column_of_tags(rows, [column for column in range(1, count) if fitting[column] == best])
    counted = tag > 1 and re.match(r"1\b", rows[0][0]) and all(_NUMBER.fullmatch(row[0]) for row in rows)
    return Columns(count, 1 if counted else 0, tag)


def _column_of_tags(rows: list[list[str]], fitting: list[int]) -> int:
    """The column that counts of the `fitting` ones."""
    labels = [{row[column][2:] for row in rows} - {""} for column in fitting]
    return next(
        (column for column, some in zip(fitting, labels, strict=True) if some & labels[-1]), fitting[-1]
    )


def drafts(lines: Lines, where: Columns) -> Iterator[tuple[int, Draft]]:
    """The sentences, each with the line where it begins."""
    document, sentence = 0, _Sentence()
    for line in lines:
        if not line.strip():
            if sentence.tokens:
                yield sentence.line, sentence.draft(str(document or ""))
            sentence = _Sentence()
        elif _COMMENT.match(line):
            document += line.startswith(("# newdoc", "#newdoc"))
            if found := _TEXT.match(line):
                sentence.text = line[found.end() :]
        elif line.startswith(_START):
            document += 1
        elif not (line.startswith("#") and not sentence.tokens and not _is_row(_cells(line), where)):
            _take(sentence, _cells(line), where, lines.number)
    if sentence.tokens:
        yield sentence.line, sentence.draft(str(document or ""))


def _is_row(cells: list[str], where: Columns) -> bool:
    return len(cells) == where.count and TAG.fullmatch(cells[where.tag]) is not None


def _take(sentence: _Sentence, cells: list[str], where: Columns, line: int) -> None:
    if where.token and not cells[0].isdecimal() and _NUMBER.fullmatch(cells[0]):
        return
    if len(cells) <= max(where.tag, where.token) or any(cells[where.count :]):
        raise Flaw(
            f"the line has {len(cells)} columns, most have {where.count}",
            hint="give each token a tag, O for none, and an empty line between sentences",
            line=line,
        )
    tag = cells[where.tag]
    if not TAG.fullmatch(tag):
        raise Flaw(
            f"there is no tag in column {where.tag + 1}", hint="tags are like O, B-NAME and I-NAME", line=line
        )
    sentence.line = sentence.line or line
    sentence.tokens.append(cells[where.token])
    sentence.tags.append(tag)


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return line.split("\t")
    line = line.rstrip()
    return line.split(" ") if "  " not in line else line.split()


def _located(text: str, tokens: list[str]) -> list[tuple[int, int]] | None:
    """Where the tokens are in the text that they were made of; None if they are not, in order, all of it."""
    places, end = [], 0
    for token in tokens:
        start = end
        while start < len(text) and text[start].isspace() and not text.startswith(token, start):
            start += 1
        if not token or not text.startswith(token, start):
            return None
        end = start + len(token)
        places.append((start, end))
    return places if not text[end:].strip() else None
