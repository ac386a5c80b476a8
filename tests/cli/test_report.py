"""Looking at reports, without a head: `status` and `report …` on the home."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, Scanned, Shell

from nerproc.errors import ExitCode

Cli = Callable[..., Answer]


@pytest.mark.parametrize("command", [["status"], ["report", "show"]])
def test_a_report_is_the_same_as_scan_printed(command: list[str], cli: Cli, scanned: Scanned) -> None:
    answer = cli(*command, scanned.id[:6], "--json")
    assert answer.code == 0
    assert answer.json() == scanned.report


def test_a_report_for_people(cli: Cli, scanned: Scanned) -> None:
    answer = cli("report", "show", scanned.id)
    lines = answer.out.splitlines()
    assert lines[0] == "● completed  papers"
    assert scanned.id in lines[1]
    assert "objects   2 scanned, 1 skipped" in lines
    assert f"entities  {scanned.report['entities']}" in lines
    assert any(line.split()[:2] == ["EMAIL", "4"] and "█" in line for line in lines)
    assert any(line.split() == ["cards", "1", "COUNT(CARD_NUMBER)", ">", "1"] for line in lines)
    assert any(line.split()[:2] == ["skipped", "logo.png"] for line in lines)


def test_the_list_of_reports(cli: Cli, scanned: Scanned) -> None:
    jobs = cli("status", "--json").json()
    assert [job["created_at"] for job in jobs] == sorted((job["created_at"] for job in jobs), reverse=True)
    [papers] = [job for job in jobs if job["id"] == scanned.id]
    assert papers["objects"] == scanned.report["objects"]
    assert cli("report", "list", "--json").json() == [job for job in jobs if job["kind"] == "inference"]
    assert [job["id"] for job in cli("status", "--json", "--limit", 1).json()] == [jobs[0]["id"]]
    assert {job["state"] for job in cli("status", "--state", "completed", "--json").json()} == {"completed"}
    lines = cli("status").out.splitlines()
    assert lines[0].split()[:4] == ["ID", "STATE", "KIND", "NAME"]
    assert any(line.split()[:4] == [scanned.id[:8], "completed", "inference", "papers"] for line in lines)


def test_entities_in_every_format(cli: Cli, scanned: Scanned) -> None:
    found = cli("report", "entities", scanned.id, "--json").json()
    assert len(found) == scanned.report["entities"]
    lines = cli("report", "entities", scanned.id, "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == found
    table = cli("report", "entities", scanned.id)
    assert len(table.out.splitlines()) == len(found) + 1
    rows = list(csv.DictReader(io.StringIO(cli("report", "entities", scanned.id, "--format", "csv").out)))
    assert [(row["object"], int(row["start"])) for row in rows] == [(e["object"], e["start"]) for e in found]
    # What a spreadsheet would take for a formula is marked; the export does the same.
    assert next(row["text"] for row in rows if row["label"] == "PHONE_NUMBER") == "'+1 212 555 0123"
    assert cli("report", "export", scanned.id, "--format", "csv").out == _crlf(rows)


def _crlf(rows: list[dict[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_entities_of_labels_and_objects(cli: Cli, scanned: Scanned) -> None:
    base = ("report", "entities", scanned.id, "--json")
    assert {e["label"] for e in cli(*base, "--label", "email", "--label", "iban").json()} == {"EMAIL", "IBAN"}
    assert {e["object"] for e in cli(*base, "--object", "mail/letter.txt").json()} == {"mail/letter.txt"}
    scores = [e["score"] for e in cli(*base).json()]
    some = max(scores)
    assert [e["score"] for e in cli(*base, "--min-score", some).json()] == [
        one for one in scores if one >= some
    ]
    assert cli("report", "entities", scanned.id, "--min-score", 1.5).code == ExitCode.USAGE
    assert cli(*base, "--label", "VIN").json() == []
    nothing = cli("report", "entities", scanned.id, "--label", "VIN")
    assert (nothing.out, nothing.err) == ("", "No entities.\n")


def test_a_limited_table_says_so(cli: Cli, scanned: Scanned) -> None:
    answer = cli("report", "entities", scanned.id, "--limit", 2)
    assert len(answer.out.splitlines()) == 3
    assert "--limit 0" in answer.err


def test_objects(cli: Cli, scanned: Scanned) -> None:
    objects = cli("report", "objects", scanned.id, "--json").json()
    assert [found["object"] for found in objects] == ["invoice.txt", "logo.png", "mail/letter.txt"]
    assert objects[0]["groups"] == ["cards"]
    [skipped] = cli("report", "objects", scanned.id, "--status", "skipped", "--json").json()
    assert skipped["object"] == "logo.png"
    assert "logo.png" in cli("report", "objects", scanned.id).out


def test_search(cli: Cli, scanned: Scanned) -> None:
    found = cli("report", "search", scanned.id, 'COUNT(IBAN) > 2 OR EMAIL CONTAINS "nobody"', "--json").json()
    assert [match["object"] for match in found] == ["invoice.txt"]
    assert found[0]["label_counts"]["IBAN"] == 3
    nothing = cli("report", "search", scanned.id, "COUNT(IBAN) > 9")
    assert (nothing.code, nothing.out) == (0, "")


def test_a_wrong_query_gets_a_caret(cli: Cli, scanned: Scanned) -> None:
    answer = cli("report", "search", scanned.id, "COUNT(IBAN) > AND")
    assert answer.code == ExitCode.USAGE
    assert "  COUNT(IBAN) > AND\n                ^" in answer.err
    problem = cli("report", "search", scanned.id, "COUNT(IBAN) > AND", "--json")
    assert problem.out == ""
    assert json.loads(problem.err).items() >= {"slug": "invalid-query", "status": 422, "position": 14}.items()


def test_export_of_everything(cli: Cli, scanned: Scanned) -> None:
    exported = cli("report", "export", scanned.id)
    found = cli("report", "entities", scanned.id, "--json").json()
    assert [json.loads(line) for line in exported.out.splitlines()] == found


def test_exports_of_other_forms(cli: Cli, scanned: Scanned, tmp_path: Path) -> None:
    entities = cli("report", "entities", scanned.id, "--json").json()
    text = max((entity["text"] for entity in entities), key=len)

    page = tmp_path / "found.html"
    assert cli("report", "export", scanned.id, "-o", page).code == ExitCode.OK
    assert text not in page.read_text()
    assert cli("report", "export", scanned.id, "-o", page, "--reveal").code == ExitCode.OK
    assert text in page.read_text()

    label = entities[0]["label"]
    sarif = json.loads(cli("report", "export", scanned.id, "--format", "sarif", "--label", label.lower()).out)
    results = sarif["runs"][0]["results"]
    assert len(results) == sum(entity["label"] == label for entity in entities)

    answer = cli("report", "export", scanned.id, "-o", tmp_path / "found.json")
    assert answer.code == ExitCode.USAGE
    assert ".sarif" in answer.err
    assert not (tmp_path / "found.json").exists()


@pytest.mark.parametrize(
    ("command", "code", "slug"),
    [
        (["report", "show", "00000000"], ExitCode.NOT_FOUND, "not-found"),
        (["report", "show", "abc"], ExitCode.USAGE, "invalid-request"),
        (["report", "entities", "../../x"], ExitCode.USAGE, "invalid-request"),
        (["model", "show", "gpt"], ExitCode.NOT_FOUND, "not-found"),
        (["report", "list", "--limit", "many"], ExitCode.USAGE, "usage"),
        (["status", "--watch"], ExitCode.USAGE, "usage"),
    ],
)
def test_an_error_with_json_is_a_problem(command: list[str], code: ExitCode, slug: str, cli: Cli) -> None:
    answer = cli(*command, "--json")
    assert (answer.code, answer.out) == (code, "")
    problem = json.loads(answer.err)
    assert problem["slug"] == slug
    assert problem.keys() >= {"type", "title", "status", "detail"}


def test_what_has_ended_cannot_be_stopped(cli: Cli, scanned: Scanned) -> None:
    for move in ("stop", "pause", "resume", "retry"):
        answer = cli(move, scanned.id)
        assert answer.code == ExitCode.CONFLICT, move
        assert "completed" in answer.err


def test_deleting_is_never_asked_about_without_a_terminal(cli: Cli, scanned: Scanned, shell: Shell) -> None:
    made = shell("scan", scanned.files / "mail", "--model", "patterns", "--json", home=scanned.home)
    report = json.loads(made.stdout)["id"]
    refused = cli("report", "delete", report)
    assert refused.code == ExitCode.USAGE
    assert "--yes" in refused.err
    assert cli("report", "delete", report[:8], "--yes").code == 0
    assert cli("report", "show", report).code == ExitCode.NOT_FOUND


def test_models(cli: Cli) -> None:
    models = cli("model", "list", "--json").json()
    for name, label in (("basic", "NAME"), ("patterns", "EMAIL")):
        shown = cli("model", "show", name, "--json").json()
        assert shown in models
        assert shown["origin"] == "built-in"
        assert label in cli("model", "show", name).out.split()
    assert {"basic", "built-in"} <= set(cli("model", "list").out.split())
