"""`nerproc model train`, in a home without a head and with one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests import people
from tests.cli.conftest import Answer, Shell, _caller
from tests.process import RunningHead, running_head

from nerproc.errors import ExitCode
from nerproc.job.task import artifacts
from nerproc.train.format.spans import line
from nerproc.train.gather import load
from nerproc.train.sample import Sample, Span

QUICK = ("--epochs", 2)
NEW = ("--base", "none", *QUICK)
SEVERAL = """{"text": "Ann met Bob.", "spans": [{"start": 0, "end": 5, "label": "NAME"},
 {"start": 3, "end": 9, "label": "NAME"}]}"""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples in a file."""
    path = tmp_path_factory.mktemp("given") / "given.jsonl"
    path.write_text("".join(map(line, people.samples(60))))
    return path


@pytest.fixture(scope="module")
def corrected(given: Path) -> Path:
    """Three corrections of two texts, in a file."""
    path = given.with_name("corrected.jsonl")
    found = [Sample("Paris left.", (Span(0, 5, label),)) for label in ("LOCATION", "NAME")]
    path.write_text("".join(map(line, [*found, Sample("Nobody came.", ())])))
    return path


@pytest.fixture(scope="module")
def trained(given: Path, tmp_path_factory: pytest.TempPathFactory, shell: Shell) -> tuple[Path, dict[str, Any]]:
    """A home in which the model `one` was trained, and what that printed."""
    home = tmp_path_factory.mktemp("home")
    done = shell("model", "train", given, "--name", "one", *NEW, "--json", home=home)
    assert (done.returncode, done.stderr) == (0, "")
    return home, json.loads(done.stdout)


@pytest.fixture
def call(
    trained: tuple[Path, Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Runs a command in that home."""
    monkeypatch.setenv("NERPROC_HOME", str(trained[0]))
    monkeypatch.delenv("NERPROC_API_URL", raising=False)
    return _caller(capfd)


def lines_with(answer: Answer, word: str) -> list[list[str]]:
    return [row.split() for row in answer.out.splitlines() if row.startswith(word)]


def test_the_model_says_where_it_is_from_and_how_good_it_is(
    trained: tuple[Path, dict[str, Any]], call: Callable[..., Answer], given: Path
) -> None:
    job = trained[1]
    assert (job["state"], job["kind"], job["name"], job["model"]) == ("completed", "training", "one", "")
    card = call("model", "show", "one", "--json").json()
    assert (card["origin"], card["labels"]) == ("trained", ["LOCATION", "NAME"])
    assert card["lineage"]["job"] == trained[1]["id"]
    assert card["lineage"]["samples"]["count"] == 60
    shown = call("model", "show", "one")
    assert [row[0] for row in lines_with(shown, "LABEL")] == ["LABEL"]
    assert len(lines_with(shown, "NAME")) == 1
    measured = call("model", "evaluate", "one", given, "--json").json()
    assert measured["samples"] == 60


def test_it_is_listed_as_a_job_and_is_no_report(
    trained: tuple[Path, dict[str, Any]], call: Callable[..., Answer]
) -> None:
    job = trained[1]["id"]
    shown = call("status", job[:8])
    assert shown.code == 0
    assert "training" in shown.out
    assert "epoch 2/2" in shown.out
    assert "task.epoch" in shown.out
    assert call("status", job, "--json").json()["progress"]["epoch"] == 2
    assert job in [row["id"] for row in call("status", "--json").json()]
    assert call("report", "list", "--json").json() == []
    assert call("report", "show", job).code == ExitCode.NOT_FOUND


def test_a_scan_finds_with_it(trained: tuple[Path, Any], tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "letter.txt").write_text("Anna Smith lives in London.")
    done = shell(
        *("scan", tmp_path / "letter.txt", "--model", "one", "--json", "--threshold", 0, "--workers", 1),
        home=trained[0],
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "one"


@pytest.mark.parametrize(
    ("text", "arguments", "wrong"),
    [
        (None, ["--name", "one"], (ExitCode.CONFLICT, "There is a model 'one'")),
        (None, ["--name", "patterns"], (ExitCode.CONFLICT, "There is a model 'patterns'")),
        (None, ["--name", "none"], (ExitCode.USAGE, "stands for no model")),
        (None, ["--name", "a/b"], (ExitCode.USAGE, "name")),
        (None, ["--base", "nobody"], (ExitCode.NOT_FOUND, "no model 'nobody'")),
        (None, ["--base", "patterns"], (ExitCode.USAGE, "no small tagger")),
        (None, ["--feedback", "--base", "none"], (ExitCode.USAGE, "--feedback is that on the base")),
        (None, ["--feedback", "--base", "nobody"], (ExitCode.NOT_FOUND, "no model 'nobody'")),
        (None, ["--label", "CITY"], (ExitCode.USAGE, "No sample has the label CITY")),
        (None, ["--label", "creative-work"], (ExitCode.USAGE, "No sample has the label CREATIVE_WORK")),
        (None, ["--label", "7up"], (ExitCode.USAGE, "--label: '7up' cannot be written as a label")),
        (None, ["--epochs", "0"], (ExitCode.USAGE, "epochs")),
        (None, ["--map", "NAME=name"], (ExitCode.USAGE, "not a label")),
        (None, ["--timeout", "3"], (ExitCode.USAGE, "--timeout")),
        ('{"text": "Ann", "spans": [{"start": 0, "end": 9, "label": "NAME"}]}', [], (ExitCode.USAGE, "FILE:1")),
        (SEVERAL.replace("\n", ""), [], (ExitCode.USAGE, "lies across")),
        ('{"tokens": ["Ann", "met"], "labels": ["B-NAME"]}', [], (ExitCode.USAGE, "FILE:1")),
        ('{"text": "Ann", "spans": []}', [], (ExitCode.USAGE, "no entity")),
        (line(people.samples(1)[0]), [], (ExitCode.USAGE, "fewer than 5 samples")),
        ("", [], (ExitCode.USAGE, "empty")),
    ],
)
def test_what_is_refused_before_anything_is_queued(
    call: Callable[..., Answer],
    given: Path,
    tmp_path: Path,
    *,
    text: str | None,
    arguments: list[str],
    wrong: tuple[ExitCode, str],
) -> None:
    code, said = wrong
    file = given
    if text is not None:
        file = tmp_path / "bad.jsonl"
        file.write_text(text)
    before = call("status", "--json").json()
    name = [] if "--name" in arguments else ["--name", "new"]
    answer = call("model", "train", file, *name, *arguments, "--json")
    assert answer.code == code
    problem = json.loads(answer.err)
    assert said.replace("FILE", str(file)) in problem["detail"]
    assert call("status", "--json").json() == before


def test_there_must_be_something_to_learn(call: Callable[..., Answer]) -> None:
    before = call("status", "--json").json()
    nothing = call("model", "train", "--name", "new")
    assert (nothing.code, "or give --feedback" in nothing.err) == (ExitCode.USAGE, True)
    for base, named in (("basic", []), ("one", ["--base", "one"])):
        answer = call("model", "train", "--feedback", "--name", "new", *named)
        assert (answer.code, f"no feedback on {base}" in answer.err) == (ExitCode.USAGE, True), answer.err
    assert call("status", "--json").json() == before


def test_feedback_on_the_base_is_learnt_behind_the_files(
    call: Callable[..., Answer], trained: tuple[Path, Any], given: Path, corrected: Path, shell: Shell
) -> None:
    ids = call("model", "feedback", "add", "one", corrected, "--json").json()["ids"]
    done = shell(
        *("model", "train", given, "--feedback", "--base", "one", "--name", "better", "--epochs", 1),
        home=trained[0],
    )
    assert done.returncode == 0, done.stderr
    assert "● completed" in done.stdout
    assert "by one and by better" in done.stdout
    card = call("model", "show", "better", "--json").json()
    assert card["lineage"]["base"] == "one"
    assert card["lineage"]["samples"]["count"] == 62, "of two corrections of one text, the last"
    assert [one["id"] for one in call("model", "feedback", "list", "one", "--json").json()] == ids
    assert call("model", "feedback", "delete", "one", *ids, "--yes").code == 0


@pytest.fixture(scope="module")
def school(trained: tuple[Path, Any]) -> Iterator[RunningHead]:
    """A head with a worker on the home with the model `one`; commands there find it from now on."""
    with running_head(trained[0]) as head:
        yield head


@pytest.mark.usefixtures("school")
def test_the_same_samples_and_seed_give_the_same_model_here_and_by_a_head(
    call: Callable[..., Answer], given: Path, tmp_path: Path
) -> None:
    again = tmp_path / "elsewhere.jsonl"
    again.write_bytes(given.read_bytes())
    for name, seed in (("same", 1), ("other", 2)):
        done = call("model", "train", again, "--name", name, *NEW, "--seed", seed, "--wait", "--timeout", 200)
        assert done.code == 0, done.err
        assert "● completed" in done.out
        assert "of the samples, 9 that it did not learn:" in done.out
    versions = {
        name: call("model", "show", name, "--json").json()["version"] for name in ("one", "same", "other")
    }
    assert versions["one"] == versions["same"] != versions["other"]


@pytest.mark.usefixtures("school")
def test_a_head_trains_while_the_command_waits(call: Callable[..., Answer], given: Path) -> None:
    arguments = ("model", "train", given, "--name", "next", "--base", "one", *QUICK)
    done = call(*arguments, "--wait", "--timeout", 200, "--json")
    assert (done.code, done.err) == (0, "")
    job = done.json()
    assert (job["state"], job["model"], job["progress"]["epoch"]) == ("completed", "one", 2)
    assert call(*arguments).code == ExitCode.CONFLICT
    shown = call("model", "show", "next").out
    assert "by one and by next" in shown
    assert "→" in shown


@pytest.mark.usefixtures("school")
def test_without_waiting_it_prints_the_id_and_goes_on_from_basic(
    call: Callable[..., Answer], given: Path
) -> None:
    done = call("model", "train", given, "--name", "later")
    job = done.out.strip()
    assert f"nerproc status {job[:8]} --watch" in done.err
    assert "no worker trains" not in done.err
    twice = call("model", "train", given, "--name", "later")
    assert (twice.code, job in twice.err) == (ExitCode.CONFLICT, True)
    assert call("stop", job).code == 0
    shown = call("status", job, "--json").json()
    assert (shown["state"], shown["model"]) == ("stopped", "basic")


@pytest.mark.parametrize(("base", "files"), [("basic", False), ("one", True)])
def test_a_head_is_given_files_and_feedback_or_feedback_alone(  # noqa: PLR0917 - fixtures and parameters
    call: Callable[..., Answer], school: RunningHead, given: Path, corrected: Path, base: str, files: bool
) -> None:
    corrections = [corrected] if files else [given, corrected]
    ids = call("model", "feedback", "add", base, *corrections, "--json").json()["ids"]
    where = [] if base == "basic" else ["--base", base]
    made = call(
        "model", "train", *([given] if files else []), "--feedback", *where, "--name", "taught", "--json"
    )
    assert made.code == 0, made.err
    job = UUID(made.json()["id"])
    assert call("stop", str(job)).code == 0
    assert call("status", str(job), "--json").json()["model"] == base
    with (school.home / "artifacts" / artifacts(job) / "samples.jsonl").open("rb") as stream:
        learnt = [(sample.text, sample.spans) for sample in load(stream)]
    first = [(sample.text, sample.spans) for sample in people.samples(60)]
    unique = first if files else list(dict(first).items())
    assert sorted(learnt) == sorted([*unique, ("Paris left.", (Span(0, 5, "NAME"),)), ("Nobody came.", ())])
    assert call("model", "feedback", "delete", base, *ids, "--yes").code == 0
