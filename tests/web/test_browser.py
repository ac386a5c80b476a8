"""Every page in a real browser, on a real head: light and dark, wide and narrow, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.web.chromium import SCHEMES, WIDTHS, chromium, look, visit
from tests.web.conftest import Site, submit, wait_for_end

from nerproc.client.client import Client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def pages(site: Site) -> dict[str, str]:
    return {
        "overview": "/",
        "jobs": "/jobs",
        "job": f"/jobs/{site.failed}",
        "job-hostile": f"/jobs/{site.hostile}",
        "delete": f"/jobs/{site.right_to_left}/delete",
        "workers": "/workers",
    }


PICTURED = {"overview", "jobs", "job", "workers"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_and_nothing_goes_wrong_in_it(
    site: Site, browser: Browser, scheme: str, width: str
) -> None:
    with visit(browser, scheme=scheme, width=width) as page:
        for name, path in pages(site).items():
            look(page, site.url + path, name, kept=name in PICTURED, scheme=scheme, width=width)


def test_the_overview_lives(site: Site, browser: Browser) -> None:
    with visit(browser) as page:
        page.goto(site.url)
        page.evaluate("document.querySelector('#now').dataset.old = 'yes'")
        page.wait_for_selector("#now:not([data-old])")


def test_a_job_lives_until_its_end(site: Site, browser: Browser) -> None:
    with Client(site.url) as client, visit(browser) as page:
        job = submit(client, site.documents, "lives")
        page.goto(f"{site.url}/jobs/{job}")
        page.wait_for_selector("#now:not([hx-get]) .badge.completed")
        assert page.locator("#actions >> text=Stop").count() == 0
        client.delete(job)


def test_one_comes_far_with_the_keyboard_alone(site: Site, browser: Browser) -> None:
    with visit(browser) as page:
        page.goto(site.url)
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the content"
        assert skip.bounding_box()["y"] >= 0
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Jobs"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Enter")
        page.wait_for_url("**/jobs")


def test_without_scripts_a_job_is_deleted_by_clicks(site: Site, browser: Browser) -> None:
    with Client(site.url) as client, visit(browser, scripts=False) as page:
        job = submit(client, site.documents, "to be deleted")
        wait_for_end(client, job)
        page.goto(f"{site.url}/jobs?q=to+be")
        page.get_by_role("link", name="to be deleted", exact=True).click()
        page.get_by_role("link", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete it").click()
        page.wait_for_url("**/jobs?said=delete")
        assert page.locator(".notice").inner_text() == "The job and all that it found were deleted."
        assert page.locator("text=to be deleted").count() == 0
