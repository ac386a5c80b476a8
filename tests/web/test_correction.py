"""From the form in which a text is corrected to what is marked in it."""

from __future__ import annotations

import pytest

from nerproc.errors import InvalidRequest
from nerproc.web.correction import Correction

TEXT = "Ann met Ann and Annabel in New\nYork, and said: <b>Ann</b>."


def marked(correction: Correction) -> list[tuple[str, int, str]]:
    return [(TEXT[span.start : span.end], span.start, span.label) for span in correction.spans(TEXT)]


def added(words: str, label: str = "NAME", which: str = "") -> Correction:
    return Correction(words=[words], added=[label], which=[which])


def test_what_is_marked_keeps_its_label_or_gets_another_or_none() -> None:
    correction = Correction(places=["0:3", "8:11", "27:35"], labels=["NAME", "", "location"])
    assert marked(correction) == [("Ann", 0, "NAME"), ("New\nYork", 27, "LOCATION")]


def test_words_are_marked_wherever_they_stand_alone() -> None:
    assert [start for _, start, _ in marked(added("Ann"))] == [0, 8, 50]
    assert marked(added("nnabe")) == [("nnabe", 17, "NAME")]  # as no word is that, a part of one is meant
    assert marked(added(" New  York ", "home town")) == [("New\nYork", 27, "HOME_TOWN")]
    assert marked(added("</b>.")) == [("</b>.", 53, "NAME")]


@pytest.mark.parametrize(("which", "start"), [("1", 0), ("3", 50)])
def test_one_of_the_places_can_be_meant(which: str, start: int) -> None:
    assert marked(added("Ann", which=which)) == [("Ann", start, "NAME")]


def test_what_is_added_takes_the_place_of_what_it_overlaps() -> None:
    correction = Correction(["0:3", "31:35"], ["NAME", "NAME"], ["New York", ""], ["LOCATION", ""], ["", ""])
    assert marked(correction) == [("Ann", 0, "NAME"), ("New\nYork", 27, "LOCATION")]


@pytest.mark.parametrize(
    ("correction", "said"),
    [
        (added("Bert"), "“Bert” does not stand in the text."),
        (added("ann"), "“ann” does not stand in the text."),
        (added("Ann", ""), "“Ann” has no label."),
        (added("", "NAME"), "There are no words for the label NAME."),
        (added("Ann", which="4"), "“Ann” stands 3 times in the text."),
        (added("Ann", which="0"), "“Ann” stands 3 times in the text."),
        (added("Ann", which="²"), "“Ann” stands 3 times in the text."),
        (added("Ann", "名"), "cannot be written as a label"),
        (added("Ann", "o"), "O is no label"),
        (added("x" * 500), f"“{'x' * 60}…” does not stand in the text."),
        (
            Correction(words=["Ann", "Ann met"], added=["NAME", "X"], which=["", ""]),
            "“Ann” and “Ann met” overlap.",
        ),
        (Correction(places=["0:3"], labels=[]), "The form is not whole."),
        (Correction(places=["3:3"], labels=["X"]), "'3:3' is no place in the text."),
        (Correction(places=["0:99"], labels=["X"]), "'0:99' is no place in the text."),
        (Correction(places=["-1:2"], labels=["X"]), "'-1:2' is no place in the text."),
    ],
)
def test_what_cannot_be_meant_is_said(correction: Correction, said: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        correction.spans(TEXT)
    assert said in raised.value.message
    assert raised.value.hint
