"""From a form in which somebody corrected what a model found in a text to the sample that they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nerproc.errors import InvalidRequest
from nerproc.schema.sample import SampleSpan
from nerproc.train.flaw import Flaw
from nerproc.train.label import Relabel

_PLACE = re.compile(r"(\d{1,9}):(\d{1,9})")
_SHOWN = 60  # most characters of words that an error quotes


@dataclass(frozen=True, slots=True)
class Correction:
    """What the form says; the lists of each kind of row belong together."""

    places: Sequence[str] = ()  # of spans that are marked, as start:end
    labels: Sequence[str] = ()  # of them; "": nothing is there
    words: Sequence[str] = ()  # that are to be marked too; "": an empty row
    added: Sequence[str] = ()  # labels of them
    which: Sequence[str] = ()  # of the places with these words, from 1; "": each

    def spans(self, text: str) -> list[SampleSpan]:
        """What is marked in `text` then, by start. What is added takes the place of what it overlaps.

        Raises:
            InvalidRequest: words do not stand in the text, or not so often, or have no label; two rows add what
                overlaps; or a row is none.
        """
        added: list[SampleSpan] = []
        for words, label, which in _rows(self.words, self.added, self.which):
            if words.strip():
                added += _added(text, words, label, which)
            elif label.strip():
                raise InvalidRequest(
                    f"There are no words for the label {label.strip()}.",
                    hint="Write the words as they stand in the text, or leave the label empty.",
                )
        _check(text, added)
        marked = [
            _span(place, label, len(text)) for place, label in _rows(self.places, self.labels) if label.strip()
        ]
        kept = [span for span in marked if not any(_overlap(span, other) for other in added)]
        return sorted([*kept, *added], key=lambda span: span.start)


def _rows(*columns: Sequence[str]) -> list[tuple[str, ...]]:
    if len({len(column) for column in columns}) > 1:
        raise InvalidRequest("The form is not whole.", hint="Go back, load the page again, and repeat it.")
    return list(zip(*columns, strict=True))


def _span(place: str, label: str, length: int) -> SampleSpan:
    found = _PLACE.fullmatch(place)
    if found is None or not int(found[1]) < int(found[2]) <= length:
        raise InvalidRequest(
            f"{place[:_SHOWN]!r} is no place in the text.", hint="Go back, load the page again, and repeat it."
        )
    return SampleSpan(start=int(found[1]), end=int(found[2]), label=_label(label))


def _added(text: str, words: str, label: str, which: str) -> list[SampleSpan]:
    shown = _short(words)
    if not label.strip():
        raise InvalidRequest(f"“{shown}” has no label.", hint="Choose one, or write a new one.")
    places = _places(text, words)
    if not places:
        raise InvalidRequest(
            f"“{shown}” does not stand in the text.", hint="Write it as it stands there, capitals too."
        )
    if which.strip():
        if not (which.isascii() and which.strip().isdecimal() and 1 <= int(which) <= len(places)):
            raise InvalidRequest(
                f"“{shown}” stands {len(places):,} times in the text.",
                hint=f"Give a number from 1 to {len(places):,}, or none for each.",
            )
        places = [places[int(which) - 1]]
    return [SampleSpan(start=start, end=end, label=_label(label)) for start, end in places]


def _check(text: str, added: Sequence[SampleSpan]) -> None:
    """See that no two of what is added overlap."""
    for one, other in pairwise(sorted(added, key=lambda span: span.start)):
        if _overlap(one, other):
            first, second = (_short(text[span.start : span.end]) for span in (one, other))
            raise InvalidRequest(
                f"“{first}” and “{second}” overlap.",
                hint="Keep one of them, or say which of the places is meant.",
            )


def _label(text: str) -> str:
    """A label as it is kept: in capitals, with _ between words."""
    try:
        label = Relabel()(text.strip())
    except Flaw as flaw:
        raise InvalidRequest(f"The label {flaw}.", hint=flaw.hint) from None
    if label is None:
        raise InvalidRequest("O is no label: it stands for no entity.", hint="Leave such words out.")
    return label


def _places(text: str, words: str) -> list[tuple[int, int]]:
    """Where the words stand, whatever the white space between them; as whole words, if they do anywhere."""
    inner = r"\s+".join(re.escape(word) for word in words.split())
    for expression in (rf"(?<!\w){inner}(?!\w)", inner):
        if found := [match.span() for match in re.finditer(expression, text)]:
            return found
    return []


def _short(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _overlap(one: SampleSpan, other: SampleSpan) -> bool:
    return one.start < other.end and other.start < one.end
