"""`nerproc scan`, as a process of its own."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from benchmarks.s3_stub import Stub
from tests.cli.conftest import INVOICE, LETTER, NERPROC, Answer, Scanned, Shell
from tests.process import clean_environment

from nerproc.errors import ExitCode
from nerproc.report import plan as planning

CONTRACT = {
    *("id", "name", "state", "model", "objects", "bytes", "entities", "label_counts", "groups", "errors"),
    *("created_at", "finished_at", "seconds"),
}


def test_the_report_as_json(scanned: Scanned) -> None:
    report = scanned.report
    assert set(report) >= CONTRACT
    assert report["name"] == "papers"
    assert report["state"] == "completed"
    assert report["model"] == "patterns"
    assert report["objects"] == {"total": 3, "succeeded": 2, "skipped": 1, "failed": 0}
    assert report["bytes"] == len(LETTER) + 3 * len(INVOICE)
    assert report["entities"] == sum(report["label_counts"].values())
    expected = {"EMAIL": 4, "IBAN": 3, "CARD_NUMBER": 3, "PHONE_NUMBER": 1, "SALUTATION": 1}
    assert report["label_counts"].items() >= expected.items()
    [group] = report["groups"]
    assert {key: group[key] for key in ("name", "query", "object_count")} == {
        "name": "cards",
        "query": "COUNT(CARD_NUMBER) > 1",
        "object_count": 1,
    }
    [error] = report["errors"]
    assert error["object"] == "logo.png"
    assert error["reason"]
    assert report["seconds"] > 0


def test_without_a_model_names_are_found_beside_what_patterns_find(
    warm_home: Path, tmp_path: Path, shell: Shell
) -> None:
    (tmp_path / "a.txt").write_text("Angela Merkel met Barack Obama in Berlin. Write to ann@example.org.\n")

    def scan(*more: str) -> tuple[object, object]:
        done = shell("scan", tmp_path / "a.txt", "--workers", 1, "--json", *more, home=warm_home)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        return report["model"], report["label_counts"]

    assert scan() == ("basic", {"EMAIL": 1, "LOCATION": 1, "NAME": 2})
    assert scan("--model", "patterns") == ("patterns", {"EMAIL": 1})
    assert scan("--label", "NAME") == ("basic", {"NAME": 2})


def test_standard_input_and_fail_on(warm_home: Path, shell: Shell) -> None:
    done = shell(
        *("scan", "-", "--model", "patterns", "--json", "--fail-on", "COUNT(EMAIL) >= 1"),
        home=warm_home,
        input=LETTER,
    )
    assert done.returncode == ExitCode.MATCHED
    report = json.loads(done.stdout)
    assert report["name"] == "stdin"
    assert report["objects"]["succeeded"] == 1
    assert report["groups"] == []
    assert json.loads(done.stderr)["slug"] == "matched"


def test_several_paths_and_fail_on_without_a_match(scanned: Scanned, shell: Shell) -> None:
    output = scanned.files.parent / "found.jsonl"
    done = shell(
        *("scan", scanned.files / "invoice.txt", scanned.files / "mail" / "letter.txt", "--label", "email"),
        *("--fail-on", "COUNT(SSN) > 0", "--output", output),
        home=scanned.home,
    )
    assert done.returncode == ExitCode.OK, done.stderr
    entities = [json.loads(line) for line in output.read_text().splitlines()]
    assert [entity["object"] for entity in entities] == ["invoice.txt"] * 3 + ["mail/letter.txt"]
    assert {entity["label"] for entity in entities} == {"EMAIL"}
    assert list(entities[0]) == [
        *("object", "start", "end", "label", "kind", "text", "score", "source", "left_context"),
        *("right_context", "location"),
    ]
    for entity in entities:
        text = (scanned.files / entity["object"]).read_text()
        assert text[entity["start"] : entity["end"]] == entity["text"]
    assert "4" in done.stdout.split("entities")[1].splitlines()[0]


def test_failed_objects_with_and_without_strict(warm_home: Path, tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "letter.txt").write_text(LETTER)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nno more of it")
    strict = shell("scan", tmp_path, "--model", "patterns", "--strict", "--json", home=warm_home)
    assert json.loads(strict.stdout)["objects"] == {"total": 2, "succeeded": 1, "skipped": 0, "failed": 1}
    assert strict.returncode == ExitCode.OBJECTS_FAILED

    (tmp_path / "letter.txt").unlink()
    nothing = shell("scan", tmp_path, "--model", "patterns", "--json", home=warm_home)
    assert json.loads(nothing.stdout)["state"] == "failed"
    assert nothing.returncode == ExitCode.FAILED


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["scan", "nowhere.txt"], ExitCode.NOT_FOUND, "nowhere.txt"),
        (["scan", "-", "."], ExitCode.USAGE, "standard input"),
        (["scan", ".", "--custom-tag", "BADGE"], ExitCode.USAGE, "NAME=VALUE"),
        (["scan", ".", "--workers", "0"], ExitCode.USAGE, "--workers"),
        (["scan", ".", "--threshold", "2"], ExitCode.USAGE, "threshold"),
        (["scan", ".", "--fail-on", "COUNT(SSN) >"], ExitCode.USAGE, "  COUNT(SSN) >\n              ^"),
        (["scan", ".", "--output", "found.txt"], ExitCode.USAGE, "found.txt"),
        (["scan", ".", "--output", "/nowhere/found.csv"], ExitCode.USAGE, "/nowhere"),
        (["scan", ".", "--custom-tag", "BADGE=("], ExitCode.USAGE, "BADGE"),
        (["scan", ".", "--custom-tag", "badge=x"], ExitCode.USAGE, "upper case"),
        (["scan", ".", "--label", "COLOUR"], ExitCode.USAGE, "COLOUR"),
        (["scan", ".", "--model", "gpt"], ExitCode.NOT_FOUND, "gpt"),
        (["scan", ".", "--model", "gpt", "--dry-run"], ExitCode.NOT_FOUND, "gpt"),
        (["scan", "-", "--dry-run"], ExitCode.USAGE, "standard input"),
        (["scan", ".", "--dry-run", "--fail-on", "COUNT(SSN) > 1"], ExitCode.USAGE, "--fail-on"),
        (["scan", ".", "--dry-run", "--redact"], ExitCode.USAGE, "--dry-run"),
    ],
)
def test_what_cannot_be_scanned(  # noqa: PLR0917 - fixtures and parameters
    arguments: list[str],
    code: ExitCode,
    named: str,
    warm_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    from nerproc.cli.main import run

    monkeypatch.setenv("NERPROC_HOME", str(warm_home))
    assert run(arguments) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert named in err


def test_ctrl_c_keeps_what_was_found(warm_home: Path, tmp_path: Path, shell: Shell) -> None:
    for number in range(60):
        (tmp_path / f"{number}.txt").write_text(LETTER * 2_000)
    process = subprocess.Popen(
        [
            NERPROC,
            "scan",
            str(tmp_path),
            *("--model", "patterns", "--json", "--workers", "1", "--name", "long"),
        ],
        env={**clean_environment(warm_home), "NERPROC_PART_OBJECTS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until(lambda: _entities_of("long", warm_home, shell) > 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED, err
    report = json.loads(out)
    assert report["state"] == "stopped"
    assert 0 < report["objects"]["succeeded"] < 60
    assert report["entities"] > 0


def _entities_of(name: str, home: Path, shell: Shell) -> int:
    jobs = json.loads(shell("status", "--json", home=home).stdout)
    return max((job["entities"] for job in jobs if job["name"] == name), default=0)


def _wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline


def test_from_cold_with_a_home_of_its_own(tmp_path: Path, shell: Shell) -> None:
    home = tmp_path / "a home"
    (tmp_path / "letter.txt").write_text(LETTER)
    output = tmp_path / "found.csv"
    done = shell("scan", tmp_path / "letter.txt", "-o", output, home=_made(home))
    assert done.returncode == ExitCode.OK, done.stderr
    assert "completed  letter.txt" in done.stdout
    assert "\x1b[" not in done.stdout + done.stderr
    with output.open(newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} >= {"EMAIL", "PHONE_NUMBER"}
    exported = shell("report", "list", "--format", "jsonl", home=home)
    assert len(exported.stdout.splitlines()) == 1
    _wait_until(lambda: not _holds_a_server(home))


def _made(home: Path) -> Path:
    home.mkdir()
    return home


def _holds_a_server(home: Path) -> bool:
    """Whether any process works in the home's folder of the database."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(home / "postgres"):
                return True
        except OSError:
            continue
    return False


def test_parquet(scanned: Scanned, shell: Shell, tmp_path: Path) -> None:
    output = tmp_path / "found.parquet"
    done = shell("report", "export", scanned.id[:8], "-o", output, home=scanned.home)
    assert done.returncode == ExitCode.OK, done.stderr
    rows = duckdb.sql(f"SELECT label, count(*) FROM '{output}' GROUP BY 1").fetchall()
    assert dict(rows) == scanned.report["label_counts"]


def test_thresholds_allowed_and_denied_texts(warm_home: Path, tmp_path: Path, shell: Shell) -> None:
    (tmp_path / "a.txt").write_text("ann@example.org, bob@example.org, eve@example.net, project Blue Heron\n")
    done = shell(
        *("scan", str(tmp_path / "a.txt"), "--model", "patterns", "--json", "--allow", "ann@example.org"),
        *("--allow-pattern", r".*@example\.net", "--deny", "PROJECT=Blue Heron"),
        *("--threshold", "0.4", "--threshold", "project=0.1"),
        home=warm_home,
    )
    assert json.loads(done.stdout)["label_counts"] == {"EMAIL": 1, "PROJECT": 1}


def test_a_dry_run_counts_and_starts_nothing(
    cli: Callable[..., Answer], scanned: Scanned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cli("report", "list", "--json").json()
    plan = cli(
        "scan", scanned.files, "--max-size", "70B", "--since", before[0]["id"][:8], "--dry-run", "--json"
    )
    assert (plan.code, plan.err) == (0, "")
    assert [plan.json()[name] for name in ("objects", "bytes", "skipped", "whole")] == [1, len(LETTER), 2, True]
    (tmp_path / "large.txt").touch()
    os.truncate(tmp_path / "large.txt", 1 << 31)
    large = cli("scan", tmp_path, "--dry-run")
    assert (large.code, "and this report needs 2,147,483,648 more" in large.err) == (ExitCode.REFUSED, True)
    assert large.out.startswith("objects  1\nbytes    2,147,483,648 (2.15 GB)\nused ")
    assert large.out.endswith("left     0 bytes after it\n")
    monkeypatch.setattr(planning, "MOST_OBJECTS", 1)
    bounded = cli("scan", scanned.files, "--dry-run")
    assert bounded.out.startswith("objects  at least 1\nbytes    at least ")
    assert "left     at most " in bounded.out
    assert cli("report", "list", "--json").json() == before


def test_a_bucket(shell: Shell, warm_home: Path, stub: Stub) -> None:
    stub.objects["in/letter.txt"] = LETTER.encode()
    stub.objects["in/invoice.txt"] = INVOICE.encode()
    (warm_home / "nerproc.toml").write_text(f'[s3.lab]\nendpoint_url = "{stub.endpoint}"\n')
    done = shell(
        *("scan", "s3://bucket/in", "--connection", "lab", "--model", "patterns", "--json", "--workers", 1),
        home=warm_home,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["name"], report["objects"]["succeeded"]) == ("s3://bucket/in", 2)
    assert report["label_counts"]["EMAIL"] == 2
    nothing = shell("scan", "s3://bucket/out", "--connection", "lab", home=warm_home)
    assert nothing.returncode == ExitCode.NOT_FOUND
    assert "There is nothing at s3://bucket/out" in nothing.stderr


def test_a_bucket_is_scanned_alone(cli: Callable[..., Answer], tmp_path: Path) -> None:
    assert "together" in cli("scan", "s3://bucket/in", tmp_path).err
    assert cli("scan", "s3://bucket/in", "s3://bucket/out").code == ExitCode.USAGE
    assert cli("scan", tmp_path, "--connection", "lab").code == ExitCode.USAGE
