"""The pages of a report and Try it in a real browser, by mouse and keyboard, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.web.chromium import SCHEMES, WIDTHS, chromium, fits, look, picture, visit
from tests.web.conftest import HOSTILE, RIGHT_TO_LEFT, Site

from nerproc.web.render import address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def pages(site: Site) -> dict[str, str]:
    report = f"/reports/{site.plain}"
    return {
        "report": report,
        "entities": f"{report}/entities",
        "objects": f"{report}/objects",
        "document": address(f"{report}/object", name="people/list.csv"),
        "report-hostile": f"/reports/{site.hostile}",
        "report-right-to-left": f"/reports/{site.right_to_left}/entities",
        "report-failed": f"/reports/{site.failed}",
        "document-hostile": address(f"{report}/object", name=f"{HOSTILE}.txt"),
        "document-right-to-left": address(f"{report}/object", name=f"{RIGHT_TO_LEFT}.txt"),
    }


PICTURED = {"report", "entities", "objects", "document"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_a_report_fits(site: Site, browser: Browser, scheme: str, width: str) -> None:
    with visit(browser, scheme=scheme, width=width) as page:
        for name, path in pages(site).items():
            if scheme == "dark" and name not in PICTURED:
                continue  # in that they do not differ
            look(page, site.url + path, name, kept=name in PICTURED, scheme=scheme, width=width)


def test_a_document_is_revealed_and_its_labels_switched_without_scripts(site: Site, browser: Browser) -> None:
    with visit(browser, scripts=False) as page:
        page.goto(f"{site.url}/reports/{site.plain}")
        page.get_by_role("link", name="people/list.csv", exact=True).first.click()
        first = page.locator("mark").first
        assert "linus" not in page.content()
        page.get_by_role("button", name="Reveal the texts").click()
        page.wait_for_selector("mark >> text=linus@example.com")
        colour = "element => getComputedStyle(element).backgroundColor"
        card = page.locator("mark[title=CARD_NUMBER]").first
        shown, mail = card.evaluate(colour), page.locator("mark[title=EMAIL]").first.evaluate(colour)
        page.locator(".legend label", has_text="CARD_NUMBER").locator("input").uncheck()
        assert card.evaluate(colour) not in (shown, mail)
        assert page.locator("mark[title=EMAIL]").first.evaluate(colour) == mail
        assert first.count() == 1


def test_entities_are_filtered_by_the_keyboard(site: Site, browser: Browser) -> None:
    with visit(browser, expected="status of 422") as page:
        page.goto(f"{site.url}/reports/{site.plain}/entities")
        page.get_by_role("checkbox", name="CARD_NUMBER").focus()
        page.keyboard.press("Space")
        page.get_by_label("In objects that match").fill("COUNT(EMAIL) >")
        page.keyboard.press("Enter")
        page.wait_for_selector("pre.excerpt")
        assert page.get_by_role("checkbox", name="CARD_NUMBER").is_checked()
        page.get_by_label("In objects that match").fill("COUNT(EMAIL) > 3")
        page.keyboard.press("Enter")
        page.wait_for_selector("table.entities tbody tr")
        assert set(page.locator("table.entities td[data-name=Object]").all_inner_texts()) == {"people/list.csv"}
        assert "query=COUNT%28EMAIL%29+%3E+3" in page.url


def test_a_text_is_tried(site: Site, browser: Browser) -> None:
    with visit(browser) as page:
        page.goto(f"{site.url}/try")
        page.get_by_role("link", name="Fill in an example").click()
        page.get_by_label("Model").select_option("patterns")
        page.get_by_role("button", name="Find entities").click()
        page.wait_for_selector("#why")
        assert page.url == f"{site.url}/try"
        assert page.locator("mark", has_text="123456789").count() == 1
        assert fits(page)
        page.locator("#found").scroll_into_view_if_needed()
        picture(page, "try")


def test_what_is_revealed_fits_and_stays_text(site: Site, browser: Browser) -> None:
    with visit(browser, scheme="dark", width="narrow") as page:
        for path in (pages(site)["document"], pages(site)["document-right-to-left"], pages(site)["entities"]):
            page.goto(site.url + path)
            page.get_by_role("button", name="Reveal the texts").click()
            page.wait_for_selector("text=The texts are shown.")
            assert fits(page), path
            assert page.title() != "owned"
