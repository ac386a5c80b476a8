"""The pages of models: the list, lineage and scores, trainings, and the mistakes of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.detection.encoder.folder import write_encoder
from tests.web.conftest import FormClient, Site, Told
from tests.web.school import EPOCHS, UNDER_WAY, School, learnt, progress, school
from tests.web.test_access import log_in
from tests.web.test_report import rows, words

from nerproc.model.store import samples_of
from nerproc.node import Node
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.schema.training import TrainingEvaluation
from nerproc.train import mistakes
from nerproc.train.gather import load
from nerproc.train.split import HELD, split
from nerproc.web import models as models_page

Make = Callable[..., str]


@pytest.fixture(scope="module")
def made(node: Node, people_folder: Path) -> Iterator[School]:
    with school(node, people_folder) as made:
        yield made


@pytest.fixture
def evaluation(node: Node, made: School) -> TrainingEvaluation:
    return node.trainings.evaluation("pupil")


def names(text: str) -> list[str]:
    """Of the models that are listed, those in training first."""
    return [name.text() for name in LexborHTMLParser(text).css("table.stack tbody th .name")]


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose section has that id, or that follows the chart of that title."""
    tree = LexborHTMLParser(text)
    for caption in tree.css("table caption"):
        if caption.text().startswith(heading):
            return [
                [cell.text().strip() for cell in row.css("th, td")]
                for row in caption.parent.css("tbody tr")  # type: ignore[union-attr]
            ]
    raise AssertionError(f"there is no table {heading}")


def test_all_models_are_listed_with_what_they_are_made_from(page: FormClient, made: School, node: Node) -> None:
    text = page.get("/models").text
    listed = dict(zip(names(text), rows(text), strict=True))
    assert {"accurate", "basic", "patterns", "people", "pupil", "slow"} <= set(listed)
    pupil = node.models.card("pupil")
    assert listed["pupil"][1:5] == ["trainedsmall", "3", "people", f"{100 * pupil.lineage['f1']:.1f} %"]
    assert listed["basic"][1] == "built-inpattern, small"
    assert 'href="/models/people"' in text
    assert "nerproc model list" in text
    assert "epoch 9 of 20" in listed["slow"][2]
    assert listed["slow"][3:6] == ["33 s", f"{100 * UNDER_WAY['f1']:.1f} %", "people"]
    assert 'hx-trigger="every 3s"' in text


def test_pages_of_the_list_follow_each_other(
    page: FormClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_page, "PAGE", 2)
    seen: list[str] = []
    place: str | None = "/models"
    while place:
        text = page.get(place).text
        seen += [name for name in names(text) if name != "slow"]  # is above the list on each page
        following = LexborHTMLParser(text).css_first("a[rel=next]")
        place = following.attributes["href"] if following else None
    assert seen == [card.name for card in node.models.cards()]


def test_a_trained_model_says_where_it_comes_from(page: FormClient, made: School, node: Node) -> None:
    text = page.get("/models/pupil").text
    said, card = words(text), node.models.card("pupil")
    samples = card.lineage["samples"]
    assert f"{samples['count']}, SHA-256 {samples['sha256']}" in said
    assert f"NAME ({samples['labels']['NAME']})" in said
    assert f"people version {card.lineage['base_version']}" in said
    assert f"seed {card.lineage['settings']['seed']}" in said
    assert f"torch {card.lineage['versions']['torch']}" in said
    assert f'href="/jobs/{made.pupil}"' in text
    for file in node.models.files(card):
        assert file.sha256 in said
    assert {file.name for file in node.models.files(card)} >= {"network.onnx", "word.onnx"}
    assert "nerproc model train FILE --base pupil --name NEW" in said
    assert "/api/v1/models/pupil/evaluation" in said
    assert 'Made from it</dt><dd><a href="/models/pupil">' in page.get("/models/people").text


def test_scores_stand_beside_those_of_the_base(
    page: FormClient, made: School, evaluation: TrainingEvaluation
) -> None:
    text = page.get("/models/pupil").text
    held = evaluation.held[0]
    assert held.before is not None
    before, after = ({one.label: one.f1 for one in each.labels} for each in (held.before, held.after))
    shown = {row[0]: row for row in rows(text)}
    assert {"DRINK", "LOCATION", "NAME", "all labels"} <= set(shown)
    for label, rate in after.items():
        assert rate.value is not None
        assert shown[label][3] == f"{100 * rate.value:.1f} ({100 * rate.low:.1f}–{100 * rate.high:.1f})"
        assert shown[label][4] == f"{100 * (rate.value - (before[label].value or 0)):+.1f}"
    behind = table(text, f"F1 on {held.source}")
    assert [row[0] for row in behind] == [*sorted(after), "all labels"]
    assert float(behind[-1][4]) == pytest.approx(held.after.micro.f1.value, abs=1e-3)
    wrong = [one for one in held.after.confusions if one.expected != one.found]
    assert [int(row[2]) for row in table(text, "What is taken for what")] == [one.count for one in wrong]


def test_a_model_that_is_trained_shows_its_curves(page: FormClient, made: School, node: Node) -> None:
    text = page.get("/models/pupil").text
    epochs = [event.detail for event in node.jobs.events(made.pupil) if event.kind == "task.epoch"]
    assert [row[0] for row in table(text, "Loss")] == [str(one["epoch"]) for one in epochs]
    assert [float(row[1]) for row in table(text, "F1 on held samples")] == pytest.approx(
        [one["f1"] for one in epochs], abs=1e-3
    )
    assert "hx-get" not in text


def test_a_training_lives_until_it_is_stopped(page: FormClient, made: School) -> None:
    text = page.get("/models/slow").text
    said = words(text)
    assert "epoch 9 of 20" in said
    assert "33 s left, about" in said
    assert "The model is there when its training has ended." in said
    assert [row[0] for row in table(text, "F1 on held samples")] == [
        str(number + 1) for number in range(EPOCHS)
    ]
    assert 'hx-get="/models/slow" hx-select="#now" hx-trigger="every 2s"' in text
    assert f"nerproc status {str(made.slow)[:8]} --watch" in said
    place = f"/jobs/{made.slow}/pause"
    answer = page.submit("/models/slow", place)
    assert answer.headers["location"] == "/models/slow?said=pause"
    assert "The job was paused" in page.get("/models/slow?said=pause").text
    page.submit("/models/slow", f"/jobs/{made.slow}/resume")


def test_an_epoch_that_was_done_again_is_one_point(page: FormClient, made: School) -> None:
    assert made.claims.commit_epoch(made.claim, "reports/again", {**progress(EPOCHS), "loss": 0.125})[0]
    losses = table(page.get("/models/slow").text, "Loss")
    assert losses[-1] == [str(EPOCHS), "0.125"]
    assert len(losses) == EPOCHS
    made.claims.progress(made.claim, UNDER_WAY)  # as it was


def test_the_page_of_a_training_becomes_that_of_its_model(page: FormClient, made: School) -> None:
    asked = {"HX-Request": "true"}
    assert page.get("/models/pupil", headers=asked).headers["hx-refresh"] == "true"
    assert "hx-refresh" not in page.get("/models/slow", headers=asked).headers


def test_a_built_in_model_says_what_it_is_and_where_it_was_used(page: FormClient, site: Site) -> None:
    text = page.get("/models/patterns").text
    assert f'href="/reports/{site.plain}"' in text
    assert "CRYPTO_ADDRESS" in text
    assert "/models/patterns/mistakes" not in text
    assert "/models/patterns/delete" not in text
    assert "table.safetensors" in page.get("/models/basic").text
    assert f'href="/reports/{site.plain}"' not in page.get("/models/basic").text
    assert "nerproc model evaluate basic FILE" in words(page.get("/models/basic/mistakes").text)


@pytest.mark.usefixtures("made")
def test_a_stored_model_says_which_reports_it_made(page: FormClient, site: Site, node: Node) -> None:
    source = LocalSource(paths=[str(site.documents)])
    report = node.reports.create(ReportRequest(source=source, model="people"), roots=[site.documents])
    try:
        assert f'href="/reports/{report}"' in page.get("/models/people").text
        assert f'href="/reports/{report}"' not in page.get("/models/pupil").text
    finally:
        node.jobs.delete(report)


@pytest.mark.parametrize("part", ["", "/mistakes", "/feedback", "/delete"])
def test_what_is_no_model_is_not_found(page: FormClient, part: str) -> None:
    answer = page.get(f"/models/nothing{part}")
    assert answer.status_code == 404
    assert "there is no model &#39;nothing&#39;" in answer.text


def test_mistakes_are_shown_when_somebody_asks_which_is_noted(
    page: FormClient, made: School, node: Node, told: Told, evaluation: TrainingEvaluation
) -> None:
    _, held = split(learnt_by(node), share=HELD)
    hidden = page.get("/models/pupil/mistakes")
    assert not [sample.text for sample in held if sample.text in words(hidden.text)]
    assert [int(row[2]) for row in table(hidden.text, "What is taken for what")]
    shown = page.submit("/models/pupil/mistakes", "/models/pupil/mistakes")
    assert shown.status_code == 200
    found = rows(shown.text)
    wrong = [one for one in evaluation.held[0].after.confusions if one.expected != one.found]
    assert sum(int(row[5]) for row in found) >= sum(one.count for one in wrong) > 0
    assert all(any(row[3] in " ".join(sample.text.split()) for sample in held) for row in found)
    [line] = [line for line in told() if line.get("event") == "texts_revealed"]
    assert (line["model"], line["by"], line["what"]) == ("pupil", None, "mistakes")
    assert held[0].text not in str(told())


def learnt_by(node: Node) -> list[object]:
    with node.storage.open(samples_of(node.models.card("pupil").id or "")) as stream:
        found = load(stream)
    assert [sample.text for sample in found] == [sample.text for sample in learnt()]
    return found


def test_why_there_are_no_mistakes_to_see_is_said(
    page: FormClient, made: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mistakes, "MOST_BYTES", 10)
    answer = page.submit("/models/pupil/mistakes", "/models/pupil/mistakes")
    assert answer.status_code == 422
    assert "The samples of the training have more than" in answer.text
    assert "nerproc model evaluate pupil FILE" in answer.text


def test_scopes_decide_what_one_sees(locked: FormClient, made: School, token: Make) -> None:
    log_in(locked, token("models:read"))
    text = locked.get("/models").text
    assert "pupil" in text
    assert "slow" not in text  # is a job
    assert locked.get("/models/slow").status_code == 404
    text = locked.get("/models/pupil").text
    assert "F1 on the samples" in text
    assert "Reports made with it" not in text
    assert "F1 on held samples</figcaption>" not in text
    assert "/models/pupil/delete" not in text
    text = locked.get("/models/pupil/mistakes").text
    assert "scope <code>reports:reveal</code>" in text
    csrf = LexborHTMLParser(text).css_first("input[name=csrf]").attributes["value"] or ""
    for part, scope in (
        ("mistakes", "reports:reveal"),
        ("feedback", "reports:reveal"),
        ("delete", "models:write"),
    ):
        answer = locked.post(f"/models/pupil/{part}", data={"csrf": csrf})
        assert (answer.status_code, f"lacks the scope {scope}" in answer.text) == (403, True)

    locked.cookies.clear()
    log_in(locked, token("reports:read", "reports:reveal"))
    assert 'href="/models"' not in locked.get("/").text
    assert locked.get("/models").status_code == 403
    csrf = LexborHTMLParser(locked.get("/").text).css_first("input[name=csrf]").attributes["value"] or ""
    assert locked.post("/models/pupil/mistakes", data={"csrf": csrf}).status_code == 403


def test_a_training_is_stopped_only_by_who_may(locked: FormClient, made: School, token: Make) -> None:
    log_in(locked, token("models:read", "reports:read"))
    text = locked.get("/models/slow").text
    assert "epoch 9 of 20" in text
    assert f"/jobs/{made.slow}/stop" not in text
    assert f"/jobs/{made.slow}/stop" not in locked.get("/models").text


def test_a_model_is_deleted_after_one_was_asked(page: FormClient, node: Node, tmp_path: Path) -> None:
    name = node.models.import_folder(write_encoder(tmp_path / "mine"), "to-be-deleted").name
    place = f"/models/{name}/delete"
    assert f'href="{place}"' in page.get(f"/models/{name}").text
    answer = page.submit(place, place)
    assert (answer.status_code, answer.headers["location"]) == (303, "/models?said=delete")
    text = page.get("/models?said=delete").text
    assert "The model, its samples and the feedback on it were deleted." in text
    assert "to-be-deleted" not in text
    refused = page.submit("/models/basic/delete", "/models/basic/delete")
    assert (refused.status_code, "cannot be deleted" in refused.text) == (409, True)


def test_what_a_model_says_of_itself_stays_text(page: FormClient, node: Node, tmp_path: Path) -> None:
    from tests import people

    from nerproc.train.export import amend

    folder = people.random_model(tmp_path / "odd")
    amend(folder, lineage={"<b>base</b>": {"x": ["<script>"], "y": 1}, "base": "pupil", "job": "no id"})
    name = node.models.import_folder(folder, "odd").name
    try:
        text = page.get(f"/models/{name}").text
        assert "<b>base" not in text
        assert 'x ["<script>"], y 1' in words(text)
        assert "<script>" not in text.replace('<script src="', "")
        assert "Base pupil" in words(text)
        assert page.get("/models").status_code == 200
    finally:
        node.models.delete(name)
