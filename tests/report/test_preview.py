from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nerproc.report.preview import tokens
from nerproc.result.table import ObjectRow, PreviewSpan


def row(text: str, *spans: PreviewSpan) -> ObjectRow:
    return ObjectRow("a", 1, "1", "succeeded", preview_text=text, preview_spans=spans)


def tagged(text: str, *spans: PreviewSpan) -> list[tuple[str, str]]:
    return [(token.text, token.label) for token in tokens(row(text, *spans))]


def test_each_word_has_a_label() -> None:
    assert tagged("Dear Ann Smith, hi", PreviewSpan(5, 14, "NAME")) == [
        ("Dear", "O"),
        ("Ann", "NAME"),
        ("Smith", "NAME"),
        (",", "O"),
        ("hi", "O"),
    ]


def test_of_entities_that_overlap_the_earlier_labels_what_they_share() -> None:
    assert tagged("abcdef", PreviewSpan(3, 6, "B"), PreviewSpan(0, 4, "A")) == [("abcd", "A"), ("ef", "B")]
    assert tagged("abcdef", PreviewSpan(0, 6, "A"), PreviewSpan(2, 3, "B")) == [("abcdef", "A")]


def test_an_empty_preview_has_no_tokens() -> None:
    assert tokens(row("")) == []


@given(
    st.text(st.sampled_from("ab \n\u2003é"), max_size=30),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.sampled_from("XY")), max_size=5),
)
def test_tokens_are_the_words_in_order(text: str, drawn: list[tuple[int, int, str]]) -> None:
    cut = [(min(start, len(text)), min(start + length, len(text)), label) for start, length, label in drawn]
    spans = [PreviewSpan(*span) for span in cut]
    found = tokens(row(text, *spans))
    assert all(text[token.start : token.end] == token.text for token in found)
    assert "".join(token.text for token in found) == "".join(text.split())
    assert [token.start for token in found] == sorted(token.start for token in found)
    for token in found:
        around = {span.label for span in spans if span.start <= token.start and token.end <= span.end}
        touching = any(span.start < token.end and token.start < span.end for span in spans)
        assert token.label in around if touching else token.label == "O"
