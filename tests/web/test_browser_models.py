"""The pages of models in a real browser, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser
from tests.web.chromium import SCHEMES, WIDTHS, chromium, fits, look, picture, visit
from tests.web.conftest import HOSTILE, Site
from tests.web.school import EPOCHS, School, progress, school

from nerproc.model.folder import stored
from nerproc.model.row import values
from nerproc.model.store import put_folder
from nerproc.node import Node


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def made(node: Node, people_folder: Path) -> Iterator[School]:
    with school(node, people_folder) as made:
        yield made


PAGES = {
    "models": "/models",
    "model": "/models/pupil",
    "training": "/models/slow",
    "mistakes": "/models/pupil/mistakes",
    "feedback": "/models/pupil/feedback",
    "model-delete": "/models/pupil/delete",
}


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_a_model_fits(site: Site, browser: Browser, scheme: str, width: str) -> None:
    with visit(browser, scheme=scheme, width=width) as page:
        for name, path in PAGES.items():
            look(page, site.url + path, name, kept=name != "model-delete", scheme=scheme, width=width)
        if scheme == "light":
            page.goto(site.url + PAGES["mistakes"])
            page.get_by_role("button", name="Reveal the texts").click()
            page.wait_for_selector("td[data-name=Mistake]")
            assert fits(page)


@pytest.mark.usefixtures("made")
def test_without_scripts_a_text_is_corrected_saved_and_deleted(site: Site, browser: Browser) -> None:
    with visit(browser, scripts=False, scheme="dark", width="narrow") as page:
        page.goto(f"{site.url}/models/pupil")
        page.get_by_role("link", name="Feedback").click()
        page.get_by_role("textbox", name="Text").fill(f"Anna Smith lives in Lima.\n{HOSTILE}")
        page.get_by_role("button", name="Find entities").click()
        page.wait_for_selector("#marked")
        assert fits(page)
        page.get_by_label("Words").first.fill("in Lima")
        page.get_by_label("Label", exact=True).first.fill("PLACE")
        page.keyboard.press("Enter")
        page.wait_for_selector("mark[title=PLACE] >> text=in Lima")
        page.get_by_role("button", name="Save as a sample").click()
        page.wait_for_selector("text=The text was kept as a sample.")
        assert "Anna" not in page.content()
        page.get_by_role("button", name="Reveal the texts").click()
        page.wait_for_selector("mark[title=PLACE] >> text=in Lima")
        assert fits(page)
        assert page.title() != "owned"
        page.get_by_role("button", name="Delete the sample").click()
        page.wait_for_selector("text=There is no feedback on this model yet.")


@pytest.mark.usefixtures("made")
def test_a_text_is_corrected_by_the_keyboard(site: Site, browser: Browser) -> None:
    with visit(browser) as page:
        page.goto(f"{site.url}/models/pupil/feedback")
        page.get_by_role("textbox", name="Text").fill("Anna Smith drank a cup of tea in New York.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#marked")
        picture(page, "correct")
        page.get_by_label("Words").first.focus()
        page.keyboard.type("a cup of tea")
        page.keyboard.press("Tab")
        page.keyboard.type("DRINK")
        page.keyboard.press("Enter")
        page.wait_for_selector("mark[title=DRINK] >> text=a cup of tea")


def test_a_training_lives_and_becomes_its_model(
    site: Site, browser: Browser, node: Node, made: School, people_folder: Path
) -> None:
    with visit(browser) as page:
        page.goto(f"{site.url}/models/slow")
        made.claims.commit_epoch(made.claim, "reports/next", progress(EPOCHS + 1))
        page.wait_for_selector("#now >> text=epoch 9 of 20")
        page.wait_for_selector("#now >> text=in epoch 9")
        page.get_by_role("button", name="Pause").click()
        page.wait_for_selector("#now .badge.paused")
        page.get_by_role("button", name="Resume").click()
        page.wait_for_selector("#now:not(:has(.badge.paused))")
        hand_in(node, made, people_folder)
        page.wait_for_selector("text=Made-up people.")
        assert page.get_by_role("link", name="Mistakes").count() == 1
    node.models.delete("slow")


def hand_in(node: Node, made: School, folder: Path) -> None:
    """End the training of `slow` with a model, as its worker would."""
    model = uuid4()
    lineage = {**node.models.card("pupil").lineage, "job": str(made.slow)}
    description = stored(folder).model_copy(update={"name": "slow", "lineage": lineage})
    files = put_folder(node.storage, model, folder, description)
    assert made.claims.complete_train(made.claim, values(model, description, files, "trained"))
