from __future__ import annotations

import re

import pytest

from nerproc.show.palette import COLOURS, colour
from nerproc.show.style import BASE, CSS, HEAT, PALETTE

THEMES = {"light": 0, "dark": 1}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_letters_and_shapes_can_be_seen(theme: str) -> None:
    number = THEMES[theme]
    base = {name: colours[number] for name, colours in BASE.items()}
    for behind in ("bg", "panel"):
        for letters in ("fg", "dim", "link"):
            assert contrast(base[letters], base[behind]) >= 4.5, letters
    for colours in PALETTE:
        assert contrast(base["fg"], colours[number]) >= 4.5, colours
        assert contrast(base["bg"], colours[2 + number]) >= 3, colours
    for colours in HEAT:
        assert contrast(base["fg"], colours[number]) >= 4.5, colours
    for state in ("good", "bad", "busy", "wait"):
        assert contrast(base["bg"], base[state]) >= 4.5, state  # states are written on their bars
    assert contrast(base["edge"], base["bg"]) >= 3


def test_the_style_sheet_fetches_nothing_and_has_every_colour():
    assert not re.search(r"url\(|@import|</", CSS)
    assert CSS.count("{") == CSS.count("}")
    used = set(re.findall(r"var\(--np-([\w-]+)\)", CSS))
    defined = set(re.findall(r"--np-([\w-]+):light-dark", CSS))
    assert used <= defined
    assert all(f".nerproc .c{number}{{" in CSS for number in range(COLOURS))


def test_a_label_has_one_colour_always():
    assert colour("NAME") == "c0"
    assert colour("EMPLOYEE_BADGE") == "c3"  # pinned: reports of different days look alike
    assert all(re.fullmatch(r"c(\d|1[01])", colour(label)) for label in ("", "X", "\ud800", "EMAIL"))
