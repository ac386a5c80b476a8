"""The measurement of models: figures are of what was marked and found, and the peer is trained once."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from benchmarks.peer import Peer
from tests import people

from benchmarks import marked, model_accuracy, model_speed, models
from nerproc.train.sample import Sample, Span

THEIRS = {ours: theirs for theirs, ours in marked.NAMES.items()}
LETTER = "Anna Smith wrote to anna@example.org, said Dr. Hugo Brown."


def line(text: str, spans: list[tuple[int, int, str]]) -> str:
    marks = [{"start": start, "end": end, "label": label, "orig": "?"} for start, end, label in spans]
    return json.dumps({"id": "x-1", "text": text, "spans": marks}) + "\n"


def write(file: Path, count: int, seed: int) -> None:
    file.parent.mkdir(exist_ok=True)
    rows = [
        line(sample.text, [(span.start, span.end, THEIRS[span.label]) for span in sample.spans])
        for sample in people.samples(count, seed)
    ]
    file.write_text("".join(rows))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"people={people.trained(tmp_path_factory.mktemp('people') / 'model')}"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write(folder / "train/some.train.jsonl", 200, 1)
    write(folder / "dev/some.dev.jsonl", 30, 2)
    (folder / "train/gum_other.train.jsonl").write_text("this is not read\n")
    for number, name in enumerate(marked.SETS):
        write(folder / f"bench/{name}.jsonl", 25, 3 + number)
    where = LETTER.index
    spans = [
        (0, 10, "PERSON"),
        (where("anna@"), where(", said"), "EMAIL_ADDRESS"),
        (where("Dr."), where("Dr.") + 3, "TITLE"),
        (where("Hugo"), where("Brown.") + 5, "PERSON"),
    ]
    (folder / f"bench/{marked.PERSONAL_SET}.jsonl").write_text(line(LETTER, spans) * 3)
    return folder


def test_accuracy_is_of_each_model_on_each_set(
    data: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = ["--figure", "accuracy", "--figure", "personal_data"]
    models.main(
        ["--data", str(data), "--model", model, *figures, "--peer-epochs", "3", "--work", str(tmp_path)]
    )
    first = [json.loads(printed) for printed in capsys.readouterr().out.splitlines()]
    accuracy = [figure for figure in first if figure["figure"] == "accuracy"]
    assert {(figure["set"], figure["model"]) for figure in accuracy} == {
        (name, who) for name in marked.SETS for who in ("people", "spacy")
    }
    for figure in accuracy:
        value, low, high = figure["f1"]
        assert low <= value <= high
        assert value > (0.9 if figure["model"] == "people" else 0.5)
        assert set(figure["f1_by_label"]) == set(marked.NAMES.values())
        assert figure["f1_by_label"]["NAME"]["expected"] > 0
        assert figure["f1_by_label"]["ORGANIZATION"]["expected"] == 0
    (peer,) = [figure for figure in first if figure["figure"] == "peer"]
    assert peer["samples"] == 200
    (kept,) = tmp_path.glob("spacy-*")
    written = (kept / "result.json").stat().st_mtime_ns
    train, dev = (marked.part(data, name, None) for name in ("train", "dev"))
    again = Peer(sys.executable).trained(train, dev, epochs=3, work=tmp_path)
    assert (again, (again / "result.json").stat().st_mtime_ns) == (kept, written), "it was trained anew"
    (personal,) = [figure for figure in first if figure["figure"] == "personal_data"]
    assert personal["span_f2"][0] == personal["token_f2"][0] == 1.0
    assert personal["span_f2_by_label"]["EMAIL"] == {"expected": 3, "value": [1.0, 1.0, 1.0]}


def test_a_token_is_found_in_a_span_of_the_right_label() -> None:
    sample = Sample("Ann Mary Smith of Cape Town", (Span(0, 14, "NAME"), Span(18, 27, "LOCATION")))
    tokens = [(0, 3), (4, 8), (9, 14), (15, 17), (18, 22), (23, 27)]

    def find(_text: str) -> list[Span]:
        return [Span(0, 8, "NAME"), Span(15, 22, "LOCATION"), Span(23, 27, "NAME")]

    micro, by_label, personal = model_accuracy.token_rates(find, [sample], [tokens], ["LOCATION", "NAME"])
    assert (by_label["NAME"].recall.value, by_label["NAME"].precision.value) == (0.6667, 0.6667)
    assert (by_label["LOCATION"].recall.value, by_label["LOCATION"].precision.value) == (0.5, 0.5)
    assert micro.f2.value == 0.6
    assert personal.f2.value == 0.8, "which label does not matter"


def test_pieces_follow_each_other_and_end_with_lines(tmp_path: Path) -> None:
    text = "".join(f"line {number} of the text\n" for number in range(1_000))
    (tmp_path / "text.txt").write_text(text)
    pieces = model_speed.pieces(tmp_path / "text.txt", 4, 5_000)
    assert text.startswith("".join(pieces))
    assert all(abs(len(piece) - 5_000) < 30 for piece in pieces)
    assert all(piece.endswith("\n") for piece in pieces)
    assert "".join(model_speed.pieces(tmp_path / "text.txt", 4, 5_000_000)) == text
    (filled,) = model_speed.pieces(tmp_path / "text.txt", 1, 5 * len(text), fill=True)
    assert filled == text * 5


def test_speed_and_memory_are_of_other_processes(model: str, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n".join(sample.text for sample in people.samples(600, 9)))
    before = os.sched_getaffinity(0)
    speed = model_speed.speed(model, tmp_path / "text.txt", pieces=3, bytes=5_000)
    assert os.sched_getaffinity(0) == before
    assert speed["learnt"]["entities"] == speed["whole"]["entities"] > 100
    for part in (speed["learnt"], speed["whole"]):
        assert part["mb"] == 0.01
        assert min(part["warm_mb_s"], part["warm_wall_mb_s"], part["cold_mb_s"], part["cold_wall_mb_s"]) > 0
    memory = model_speed.memory(model, tmp_path / "text.txt", 200_000)
    assert (memory["mb"], memory["peak_mib"] > 50) == (0.2, True)


def test_two_processes_need_two_processors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    figure = model_speed.parallel("patterns", tmp_path, pieces=2, bytes=1)
    assert (figure["cores"], "times_one" in figure) == (1, False)


@pytest.mark.parametrize(
    ("name", "said"), [("nobody", "models: .*patterns"), ("mine=nowhere", "no folder 'nowhere'")]
)
def test_a_model_that_is_not_there(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=said):
        models.main(["--model", name, "--work", str(tmp_path)])
