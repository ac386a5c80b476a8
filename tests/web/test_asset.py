"""Files of the page: kept for good by browsers, whole, and no more than there have to be."""

from __future__ import annotations

import hashlib
import re

import pytest
from tests.web.conftest import FormClient

from nerproc.web.asset import FOLDER, address
from nerproc.web.render import FOLDER as TEMPLATES


def test_files_are_kept_for_good_under_an_address_of_their_content(page: FormClient) -> None:
    for path in FOLDER.iterdir():
        answer = page.get(address(path.name))
        assert answer.content == path.read_bytes()
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.get("/static/0000000000000000/nerproc.css").status_code == 404
    assert page.get(address("nerproc.css").replace("nerproc.css", "..%2fapp.py")).status_code == 404


def test_the_script_of_others_is_the_one_that_its_licence_names() -> None:
    said = (FOLDER / "htmx.LICENSE").read_text()
    assert "Zero-Clause BSD" in said
    assert f"SHA-256 {hashlib.sha256((FOLDER / 'htmx.min.js').read_bytes()).hexdigest()}" in said


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src=)|\|safe\b", text), (
            path.name
        )
        assert "http://" not in text, path.name
        assert "https://" not in text, path.name


def colours(dark: bool) -> dict[str, str]:
    light, _, rest = (FOLDER / "nerproc.css").read_text().partition("@media (prefers-color-scheme: dark)")
    block = rest.partition("\n}\n")[0] if dark else light
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def contrast(one: str, other: str) -> float:
    """As WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read_in_both_schemes(dark: bool) -> None:
    found = colours(dark)
    pairs = [
        (text, ground) for text in ("text", "muted", "accent") for ground in ("ground", "surface", "sunken")
    ]
    pairs += [(kind, f"{kind}-ground") for kind in ("ok", "warn", "bad", "info")]
    pairs += [("bad", "surface"), ("on-accent", "accent")]
    low = {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in pairs}
    assert {pair: value for pair, value in low.items() if value < 4.5} == {}
    edges = [("edge", "surface"), ("accent", "sunken"), ("accent", "surface")]  # of fields, bars and the focus
    assert min(contrast(found[one], found[other]) for one, other in edges) >= 3
