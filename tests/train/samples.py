"""Samples that Hypothesis makes up."""

from __future__ import annotations

from hypothesis import strategies as st

from nerproc.train.sample import Sample, Span

LABELS = st.sampled_from(["NAME", "CITY", "ID_NUMBER"])
LETTERS = "abcXYZ019äßЖ漢字😀🏽é\u0301,.#-=:\"'\\{[&<"


@st.composite
def samples(draw: st.DrawFn, alphabet: str = LETTERS, gaps: str = " ") -> Sample:
    """Words with gaps between them, some of them spans."""
    text, spans = "", []
    for place in range(draw(st.integers(1, 6))):
        if place:
            text += draw(st.sampled_from(list(gaps)))
        word = draw(st.text(alphabet, min_size=1, max_size=6))
        label = draw(st.none() | LABELS)
        if label is not None:
            spans.append(Span(len(text), len(text) + len(word), label))
        text += word
    return Sample(text, tuple(spans))


def many(alphabet: str = LETTERS, gaps: str = " ") -> st.SearchStrategy[list[Sample]]:
    """A few of them."""
    return st.lists(samples(alphabet, gaps), min_size=1, max_size=4)
