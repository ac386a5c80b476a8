"""New scan in a real browser: files dropped and chosen, checks while one types, and all without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.web.chromium import SCHEMES, WIDTHS, chromium, fits, look, picture, visit
from tests.web.conftest import Site

from nerproc.client.client import Client

SAMPLE = "Case C-123456 of Ada Lovelace: write to ada@example.org, or ask Smith.\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def settings(site: Site) -> str:
    """The address of the second page, for an upload."""
    with Client(site.url) as client:
        return f"{site.url}/scan/settings?upload={client.upload(site.documents).id}"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_both_pages_of_a_scan_fit(site: Site, browser: Browser, settings: str, scheme: str, width: str) -> None:
    with visit(browser, scheme=scheme, width=width) as page:
        look(page, f"{site.url}/scan", "scan", kept=True, scheme=scheme, width=width)
    with visit(browser, scheme=scheme, width=width, scripts=False, expected="status of 422") as page:
        look(page, settings, "scan-settings", kept=False, scheme=scheme, width=width)
        page.get_by_label("Model").select_option("patterns")
        fill_tag(page)
        page.get_by_label("Name", exact=True).nth(1).fill("with mail")
        page.get_by_label("Query").fill("COUNT(EMAIL) >= ")
        page.get_by_role("button", name="Dry run").click()
        page.wait_for_selector("#group-0-said .excerpt")
        assert fits(page)
        picture(page, "scan-wrong", scheme, width)
        page.get_by_label("Query").fill("COUNT(EMAIL) > 3")
        page.get_by_text("More settings").click()
        page.get_by_label("Include").fill("*.txt\n*.csv")
        page.get_by_label("Max size").fill("big")
        page.get_by_role("button", name="Dry run").click()
        page.wait_for_selector("#max_size-said .error")
        assert fits(page)
        picture(page, "scan-more-wrong", scheme, width)
        page.get_by_label("Max size").fill("1MB")
        page.get_by_role("button", name="Dry run").click()
        page.wait_for_selector("#plan")
        assert fits(page)
        picture(page, "scan-plan", scheme, width)


def fill_tag(page: Page) -> None:
    page.get_by_label("Name", exact=True).first.fill("CASE_NUMBER")
    page.get_by_label("Expression or words").fill(r"C-\d{6}")


def test_what_one_types_is_checked_and_tried(browser: Browser, settings: str) -> None:
    with visit(browser) as page:
        page.goto(settings)
        page.get_by_label("Model").select_option("patterns")
        page.wait_for_selector("#labels:not(:has(input[value=NAME]))")
        page.get_by_role("checkbox", name="EMAIL").check()
        page.get_by_label("Try it on a text").fill(SAMPLE)
        fill_tag(page)
        page.wait_for_selector("#tried mark[title=CASE_NUMBER]")
        assert page.locator("#tried mark").count() == 2
        picture(page, "scan-settings")
        page.get_by_label("Expression or words").press_sequentially("(")
        page.wait_for_selector("#tag-0-said .excerpt")
        assert page.locator(":focus").get_attribute("name") == "tag_value"
        page.get_by_label("Query").press_sequentially("COUNT(EMAIL) >")
        page.wait_for_selector("#group-0-said .excerpt")
        page.get_by_label("Query").press_sequentially(" 1")
        page.wait_for_selector("#group-0-said >> text=The group needs a name.")
        page.get_by_role("button", name="Another group").click()
        page.wait_for_selector("#group-1:focus")
        assert page.get_by_label("Query").first.input_value() == "COUNT(EMAIL) > 1"


def test_files_are_dropped_and_their_scan_started(site: Site, browser: Browser) -> None:
    with visit(browser) as page:
        page.goto(f"{site.url}/scan")
        page.evaluate(
            """() => {
              const transfer = new DataTransfer();
              transfer.items.add(new File(["to ada@example.org"], "dropped.txt"));
              document.querySelector("#drop").dispatchEvent(new DragEvent("drop", {dataTransfer: transfer}));
            }"""
        )
        page.wait_for_url("**/scan/settings?upload=*")
        assert "dropped.txt" in page.locator("main").inner_text()
        page.get_by_label("Name of the report").fill("Dropped")
        page.keyboard.press("Enter")
        page.wait_for_selector("#plan")
        page.get_by_role("button", name="Start the scan").click()
        page.wait_for_selector("text=The scan was submitted.")
        assert "/jobs/" in page.url


def test_an_upload_that_fails_is_told_and_can_be_sent_again(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    with visit(browser, expected="status of") as page:
        page.goto(f"{site.url}/scan")
        page.get_by_role("button", name="Upload").click()
        page.wait_for_selector("#upload-said >> text=No file was chosen.")
        (tmp_path / "a.txt").write_text("a")
        page.get_by_label("Files", exact=True).set_input_files(tmp_path / "a.txt")
        page.context.clear_cookies()  # the form is not of this visit any more
        page.get_by_role("button", name="Upload").click()
        page.wait_for_selector("#upload-said >> text=The form is too old")
        page.reload()
        page.get_by_label("URL").fill("bucket/mail")
        page.get_by_role("button", name="Check access").click()
        page.wait_for_selector("#url-said >> text='bucket/mail' is no S3 location.")
        page.get_by_label("Or a folder").set_input_files(site.documents)
        page.get_by_role("button", name="Upload").click()
        page.wait_for_url("**/scan/settings?upload=*")
        assert f"{site.documents.name}/people/list.csv" in page.locator("main").inner_text()


def test_without_scripts_all_of_it_works(site: Site, browser: Browser, tmp_path: Path) -> None:
    with visit(browser, scripts=False) as page:
        page.goto(f"{site.url}/scan")
        (tmp_path / "plain.txt").write_text("to ada@example.org")
        page.get_by_label("Files", exact=True).set_input_files(tmp_path / "plain.txt")
        page.get_by_role("button", name="Upload").click()
        page.get_by_label("Model").select_option("patterns")
        page.get_by_role("button", name="Show its labels").click()
        assert page.get_by_role("checkbox", name="NAME").count() == 0
        fill_tag(page)
        page.get_by_label("Try it on a text").fill(SAMPLE)
        page.get_by_role("button", name="Try", exact=True).click()
        assert page.locator("#tried mark[title=CASE_NUMBER]").count() == 1
        page.get_by_role("button", name="Dry run").click()
        page.get_by_role("button", name="Start the scan").click()
        page.wait_for_selector("text=The scan was submitted.")
