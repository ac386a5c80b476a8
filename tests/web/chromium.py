"""Debian's Chromium, looking at a real head as different people do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = {"wide": (1280, 800), "narrow": (360, 740)}
SCHEMES = ("light", "dark")
WAIT_MILLISECONDS = 60_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; `make test` sees that it is installed."""
    program = shutil.which("chromium")
    assert program, "Chromium is missing: sudo apt-get install chromium"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []  # it has no sandbox for the superuser
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser, *, scheme: str = "light", width: str = "wide", scripts: bool = True, expected: str = ""
) -> Iterator[Page]:
    """A page of a visitor of its own. At the end, nothing has gone wrong in it but what says `expected`."""
    sizes = WIDTHS[width]
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": sizes[0], "height": sizes[1]},
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MILLISECONDS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    try:
        yield page
        unexpected = [said for said in wrong if not expected or expected not in said]
        assert not unexpected, unexpected
    finally:
        context.close()


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def look(page: Page, url: str, name: str, *, kept: bool, scheme: str, width: str) -> None:
    """Open a page, see that it is whole and fits, and keep a picture if it is to be `kept`."""
    page.goto(url)
    assert page.title() != "owned"
    assert page.locator("main h1").count() == 1
    assert fits(page), name
    if kept:
        picture(page, name, scheme, width)


def picture(page: Page, name: str, scheme: str = "light", width: str = "wide") -> None:
    """Keep a picture, if PICTURES says where; `make pictures` takes those that docs/page.md shows."""
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        # To hide the caret takes a style that the page forbids.
        page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png", caret="initial")
