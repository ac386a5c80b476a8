"""What the page for operators says is what the code has. Its servers are not at hand, so nothing is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.command_line import parse

from nerproc.cli.help import _OTHERS
from nerproc.db.database import POOL_SIZE
from nerproc.head.serve import END_SECONDS
from nerproc.job.claims import ERROR_BUDGET
from nerproc.job.maintenance import TICK_SECONDS
from nerproc.settings import PREFIX, Settings
from nerproc.worker.serve import PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "docs" / "operations.md"]
TEXTS = {page.name: page.read_text() for page in PAGES}


def commands(text: str) -> list[str]:
    """Every command of nerproc in a console block, in a service unit, or in the text."""
    blocks = re.findall(r"^```(?:console|ini)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    found = [line for block in blocks for line in re.findall(r"\bnerproc [a-z].*", block)]
    return found + re.findall(r"`(?:ExecStart=/opt/nerproc/bin/)?(nerproc [a-z][^`]*)`", text)


COMMANDS = [(name, command) for name, text in TEXTS.items() for command in commands(text)]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_every_command_is_one_that_there_is(page: str, command: str) -> None:
    _, *arguments = shlex.split(command, comments=True)
    arguments = arguments[: arguments.index("&")] if "&" in arguments else arguments
    parse(arguments)


@pytest.mark.parametrize("page", TEXTS)
def test_every_setting_is_one_that_there_is(page: str) -> None:
    named = set(re.findall(rf"\b{PREFIX}[A-Z0-9_]+\b", TEXTS[page]))
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | set(_OTHERS)
    assert named - known == set()


@pytest.mark.parametrize("page", TEXTS)
def test_links_to_files_lead_somewhere(page: str) -> None:
    folder = next(path for path in PAGES if path.name == page).parent
    links = {link for link in re.findall(r"\]\(([^)#]+)", TEXTS[page]) if "://" not in link}
    assert links
    assert [link for link in links if not (folder / link).exists()] == []


def test_the_figures_are_those_of_the_code() -> None:
    page = " ".join(TEXTS["operations.md"].split())
    lease = Settings.model_fields["lease_seconds"].default
    assert f"{lease:g} s lease + {TICK_SECONDS:g} s" in page
    assert f"{lease + TICK_SECONDS:g} s after the first node is back" in page
    assert f"look for work every {Settings.model_fields['poll_seconds'].default:g} s" in page
    assert END_SECONDS <= 30
    assert "exits with 0 within 30 seconds" in page
    assert PATIENCE_SECONDS == 60
    assert "waits a minute for the migration" in page
    assert ERROR_BUDGET == 5
    assert "the fifth error fails it" in page
    assert POOL_SIZE + 2 == 10  # one renews the leases, one listens
    assert "at most ten connections" in page
