"""What a language model wrote, as samples: nothing of it is believed that was not looked at.

The model names values, not offsets: a value counts where it stands in the text, and it has to stand there once.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from nerproc.model.detect import detect
from nerproc.schema.sample import Topic
from nerproc.train.flaw import Flaw
from nerproc.train.label import Relabel
from nerproc.train.llm.language import may_be
from nerproc.train.llm.tally import Unusable
from nerproc.train.sample import Draft, RawSpan, Sample, Span, checked

LEAST_CHARACTERS = 8  # of a text
MOST_CHARACTERS = 4_000
MOST_VALUES = 100  # in a text
FORMS = frozenset(  # labels whose values have a form, and often a checksum, which the patterns know
    ("EMAIL", "URL", "IBAN", "CARD_NUMBER", "SSN", "IP_ADDRESS", "MAC_ADDRESS", "CRYPTO_ADDRESS", "VIN")
)

_FENCE = re.compile(r"```(?:json)?\s(.*?)```", re.DOTALL)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_NO_TEXT = {"Cc", "Cs", "Co", "Cn"}  # categories of characters; line breaks and tabs are text all the same
_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_SPACES = re.compile(r"\s+")
_SLOT = re.compile(r"\{[A-Z][A-Z0-9_]*\}")


def entries(answer: str) -> list[Any]:
    """The samples in an answer, not yet looked at: JSON, by itself or in a fence.

    Raises:
        Unusable: it is none.
    """
    answer = _THOUGHT.sub("", answer)
    found = _json(answer)
    if found is None and (fenced := _FENCE.search(answer)):
        found = _json(fenced[1])
    if found is None:
        raise Unusable("not JSON")
    if isinstance(found, dict):
        found = found.get("samples")
    if not isinstance(found, list) or not found:
        raise Unusable("JSON without samples")
    return found


def _json(text: str) -> Any:
    """The value that `text` is; None if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


class Verifier:
    """Makes samples of entries, and knows those that it made."""

    def __init__(self, topics: Sequence[Topic], locale: str) -> None:
        self._labels = {topic.label for topic in topics}
        self._forms = sorted(self._labels & FORMS)
        self._locale = locale
        self._seen = {_folded(text) for topic in topics for text in (*topic.examples, *topic.contexts)}
        known = sorted({each for topic in topics for each in topic.examples if each.strip()}, key=len)
        words = "|".join(map(re.escape, reversed(known)))  # longer ones first
        self._known = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if known else None

    def sample(self, entry: Any, label: str) -> Sample:
        """The sample that an entry is, which was asked for `label`.

        Raises:
            Unusable: it is none, and why.
        """
        text, values = _parts(entry)
        spans = [self._span(text, value) for value in values]
        try:
            sample = checked(Draft(text, spans), Relabel())
        except Flaw:
            raise Unusable("with values across each other") from None
        if label not in {span.label for span in sample.spans}:
            raise Unusable("without the label asked for")
        self._check_values(sample)
        self._check_rest(sample)
        folded = _folded(text)
        if folded in self._seen:
            raise Unusable("a repetition")
        self._seen.add(folded)
        return sample

    def _span(self, text: str, value: Any) -> RawSpan:
        if not isinstance(value, dict):
            raise Unusable("of another form")
        label, quote = value.get("label"), value.get("text")
        if not isinstance(label, str) or not isinstance(quote, str) or not quote or quote != quote.strip():
            raise Unusable("of another form")
        if label not in self._labels:
            raise Unusable("with an unknown label")
        start = text.find(quote)
        if start < 0:
            raise Unusable("without a value that it names")
        if text.find(quote, start + 1) >= 0:
            raise Unusable("with a value in two places")
        if _is_inside_word(text, start, start + len(quote)):
            raise Unusable("with a value cut out of a word")
        return RawSpan(start, start + len(quote), label)

    def _check_values(self, sample: Sample) -> None:
        for span in sample.spans:
            value = sample.text[span.start : span.end]
            if span.label in FORMS and not _has_form(value, span.label):
                raise Unusable("with a value that is none of its label")

    def _check_rest(self, sample: Sample) -> None:
        """See that what is not marked is text of the right language, with nothing in it to be found."""
        rest = _outside(sample)
        if not any(map(str.isalpha, rest)):
            raise Unusable("nothing but values")
        if _SLOT.search(sample.text):
            raise Unusable("with a placeholder")
        if not may_be(rest, self._locale):
            raise Unusable("in another language")
        found = [match.span() for match in self._known.finditer(sample.text)] if self._known else []
        if self._forms:
            found += [(entity.start, entity.end) for entity in detect(sample.text, labels=self._forms)]
        if not all(_is_marked(start, end, sample.spans) for start, end in found):
            raise Unusable("with a value that is not marked")


def _parts(entry: Any) -> tuple[str, list[Any]]:
    """The text and the values of an entry.

    Raises:
        Unusable: it has none, or the text is too short, too long, or no text.
    """
    if not isinstance(entry, dict):
        raise Unusable("of another form")
    text, values = entry.get("text"), entry.get("entities")
    if not isinstance(text, str) or not isinstance(values, list) or len(values) > MOST_VALUES:
        raise Unusable("of another form")
    if not LEAST_CHARACTERS <= len(text) <= MOST_CHARACTERS:
        raise Unusable("too short" if len(text) < LEAST_CHARACTERS else "too long")
    if any(unicodedata.category(character) in _NO_TEXT and character not in "\n\t" for character in text):
        raise Unusable("with characters that are no text")
    return text, values


def _has_form(value: str, label: str) -> bool:
    found = detect(value, labels=[label], threshold=0)
    return any(entity.start == 0 and entity.end == len(value) for entity in found)


def _is_inside_word(text: str, start: int, end: int) -> bool:
    return any(
        0 < place < len(text) and _is_of_word(text[place - 1]) and _is_of_word(text[place])
        for place in (start, end)
    )


def _is_of_word(character: str) -> bool:
    """Whether words of its script are told by the spaces between them."""
    return character.isalnum() and not unicodedata.name(character, "").startswith(_WITHOUT_SPACES)


def _is_marked(start: int, end: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= start and end <= span.end for span in spans)


def _outside(sample: Sample) -> str:
    borders = [0, *(place for span in sample.spans for place in (span.start, span.end)), len(sample.text)]
    return " ".join(sample.text[start:end] for start, end in list(pairwise(borders))[::2])


def _folded(text: str) -> str:
    """What is the same in two texts of which one repeats the other."""
    return _SPACES.sub(" ", text).strip().casefold()
