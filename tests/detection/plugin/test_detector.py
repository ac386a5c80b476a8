from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detection.piece import Piece

from nerproc.detection.plugin import detector as module
from nerproc.detection.plugin.detector import LENGTH, PluginDetector, stretches
from nerproc.detection.plugin.plugin import Find, Found
from nerproc.detection.scan import Scanner
from nerproc.errors import NerprocError


def ships(text: str) -> Iterable[Found]:
    """Every word that begins with "HMS"."""
    return [Found(*match.span(), "SHIP") for match in re.finditer(r"HMS\w*", text)]


def detector(find: Find = ships) -> PluginDetector:
    return PluginDetector(find, ["SHIP"], name="ships")


@settings(max_examples=200)
@given(st.text(alphabet="ab \né😀", max_size=400))
def test_every_character_is_owned_by_one_stretch(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("LENGTH", 32), ("CONTEXT", 12), ("SEEK", 6)):
            patch.setattr(module, name, value)
        cuts = list(stretches(text))
    assert "".join(text[start:end] for _, start, end, _ in cuts) == text
    for shown, start, end, shown_end in cuts:
        assert 0 <= shown <= start < end <= shown_end <= len(text)
        assert start - shown <= 12 + 6
        assert end - start <= 32
        for place in (shown, start, end, shown_end):
            before = text[max(0, place - 6) : place]
            assert place in (0, len(text)) or before[-1].isspace() or not any(map(str.isspace, before))


@pytest.mark.parametrize("shift", range(0, 40, 7))
def test_offsets_are_exact_and_nothing_is_lost_or_doubled_in_long_texts(shift: int) -> None:
    text = "é" * shift + " HMSa sails 😀 beside HMSbravo" * 20_000
    expected = [(match.start(), match.end()) for match in re.finditer(r"HMS\w*", text)]
    found = list(Scanner([detector()]).scan([Piece(text)], ""))
    assert [(entity.start, entity.end) for entity in found] == expected
    assert {entity.source for entity in found} == {"plugin"}


def test_a_text_without_white_space_is_cut_all_the_same() -> None:
    text = "x" * (3 * LENGTH)
    seen: list[int] = []

    def look(part: str) -> Iterable[Found]:
        seen.append(len(part))
        return ()

    detector(look).detect_all([(text, None)])
    assert len(seen) == 3
    assert max(seen) < 2 * LENGTH


def test_memory_does_not_grow_with_the_text() -> None:
    text = "word " * 400_000

    def peak(length: int) -> int:
        part = text[:length]
        tracemalloc.start()
        detector().detect_all([(part, None)])
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return taken

    peak(LENGTH)
    assert peak(len(text)) < 2 * peak(8 * LENGTH)


def test_white_space_around_an_entity_is_not_part_of_it() -> None:
    ((span,),) = detector(lambda _: [Found(0, 7, "SHIP"), Found(0, 2, "SHIP")]).detect_all(
        [("  HMSa \n", None)]
    )
    assert span[:3] == (2, 6, "SHIP")


def test_a_plugin_may_return_plain_tuples() -> None:
    find: Find = lambda _: [(0, 4, "SHIP", 0.6)]  # type: ignore[list-item]  # noqa: E731
    assert detector(find).detect_all([("HMSa", None)])[0][0][:3] == (0, 4, "SHIP")


def test_a_plugin_never_sees_half_a_surrogate_pair() -> None:
    def look(part: str) -> Iterable[Found]:
        part.encode()
        return ships(part)

    assert detector(look).detect_all([("\ud83d HMSa", None)])[0][0][:3] == (2, 6, "SHIP")


def test_labels_that_were_not_asked_for_are_not_reported() -> None:
    assert PluginDetector(ships, ["PORT"], name="ships").detect_all([("HMSa", None)]) == [[]]


@pytest.mark.parametrize("wrong", [Found(0, 99, "SHIP"), Found(-1, 2, "SHIP"), Found(0, 2, "SHIP", 1.5)])
def test_a_plugin_that_finds_what_is_not_there_is_an_error(wrong: Found) -> None:
    with pytest.raises(NerprocError, match="'ships' says SHIP") as error:
        detector(lambda _: [wrong]).detect_all([("HMSa", None)])
    assert "HMSa" not in str(error.value)
