from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from nerproc.schema.report import PreviewToken
from nerproc.show.highlight import MASK, Span, highlight, joined, legend, preview

NASTY = '<script>alert("1")</script>\'&\u202egnp.exe\x00\x1b[31m محمد "q"'


class Reader(HTMLParser):
    """Reads markup as a browser does: its text without tags of labels, and the elements in it."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marked: list[tuple[str, str]] = []  # text and label of each mark, outer ones last
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self._marks: list[tuple[str, list[str]]] = []
        self.feed(markup)
        self.close()
        assert not self._open, "every element is closed, in order"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "input":
            return
        kind = dict(attrs).get("class") or ""
        self._open.append("label" if kind.split()[:1] == ["tag"] else tag)
        if tag == "mark":
            self._marks.append((dict(attrs)["title"] or "", []))

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()
        assert opened in {tag, "label"}
        if tag == "mark":
            label, pieces = self._marks.pop()
            self.marked.append(("".join(pieces), label))

    def handle_data(self, data: str) -> None:
        if "label" in self._open:
            return
        self.text += data
        for _, pieces in self._marks:
            pieces.append(data)


def test_text_of_strangers_is_shown_and_does_nothing():
    found = Reader(highlight(NASTY, [Span(0, 8, "NAME"), Span(20, 30, '"><img src=x>')]))

    assert {tag for tag, _ in found.elements} <= {"div", "mark", "bdi", "span"}
    assert not [
        key for _, attributes in found.elements for key in attributes if key not in {"class", "dir", "title"}
    ]
    assert '<script>alert("1")</script>' in found.text
    assert "⟦U+202E⟧gnp.exe␀␛[31m محمد" in found.text
    assert not re.search("[\u202a-\u202e\x00\x1b]", found.text)


def test_marked_text_is_isolated_so_that_its_direction_moves_nothing_else():
    assert "<bdi>محمد</bdi>" in highlight("an محمد 1", [Span(3, 7, "NAME")])


@given(
    text=st.text(st.sampled_from("ab<&é\n "), max_size=12),
    spans=st.lists(
        st.builds(Span, st.integers(-2, 13), st.integers(-2, 14), st.sampled_from(["A", "B"])), max_size=6
    ),
)
def test_any_spans_leave_the_text_as_it_is_and_cover_what_they_should(text: str, spans: list[Span]) -> None:
    found = Reader(highlight(text, spans))

    assert found.text == text
    for label in ("A", "B"):
        inside = {n for s in spans if s.label == label for n in range(max(0, s.start), min(len(text), s.end))}
        pieces = [piece for piece, of in found.marked if of == label]
        assert sum(map(len, pieces)) >= len(inside)
        assert set("".join(pieces)) == {text[n] for n in inside}


@given(
    spans=st.lists(
        st.builds(Span, st.integers(0, 12), st.integers(0, 13), st.sampled_from(["A", "B"])), max_size=5
    )
)
def test_masked_text_keeps_nothing_of_what_was_found(spans: list[Span]) -> None:
    text = "abcdefghijklm"
    covered = {n for span in spans for n in range(span.start, span.end)}

    shown = Reader(highlight(text, spans, masked=True)).text

    assert shown.replace(MASK, "") == "".join(letter for n, letter in enumerate(text) if n not in covered)


def test_a_mask_tells_no_length():
    short, long = (highlight("x" * n, [Span(0, n, "SSN")], masked=True) for n in (3, 300))

    assert short == long
    assert MASK in short


def test_each_label_can_be_switched_off():
    markup = preview("ann b", [Span(0, 3, "NAME"), Span(4, 5, "TICKET"), Span(4, 5, "NAME")])

    switches = [attributes["class"] for tag, attributes in Reader(markup).elements if tag == "input"]
    assert switches == ["t0", "t1"]  # NAME, of which there are two, comes first
    assert re.findall(r'<mark class="c\d+ (t\d)" title="(\w+)"', markup) == [
        ("t0", "NAME"), ("t0", "NAME"), ("t1", "TICKET")
    ]  # fmt: skip


def test_a_legend_counts():
    assert "1,234" in legend({"EMAIL": 1234})
    assert "<input" not in legend({"EMAIL": 1234})


def test_a_preview_of_words_is_put_together_again():
    tokens = [
        PreviewToken(text=text, label=label, start=start, end=start + len(text))
        for text, label, start in [("Dear", "O", 0), ("Ann", "NAME", 5), ("Lee", "NAME", 9), (",", "O", 12),
                                   ("Bo", "NAME", 20), ("ann@x.org", "EMAIL", 23)]
    ]  # fmt: skip

    text, spans = joined(tokens)

    assert text == "Dear Ann Lee, Bo ann@x.org"
    assert [(text[span.start : span.end], span.label) for span in spans] == [
        ("Ann Lee", "NAME"), ("Bo", "NAME"), ("ann@x.org", "EMAIL")
    ]  # fmt: skip
