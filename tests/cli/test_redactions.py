"""`nerproc redact`, at home and by a head."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Answer, Scanned, Shell

KEY = "00112233445566778899aabbccddeeff" * 2


def test_at_home_copies_are_written_and_told_of(
    scanned: Scanned, shell: Shell, cli: Callable[..., Answer], tmp_path: Path
) -> None:
    output, key = tmp_path / "out", tmp_path / "redaction.key"
    key.write_text(KEY)
    done = shell(
        *("redact", scanned.id[:8], "--output", output, "--workers", 1, "--key-file", key, "--json"),
        *("--operator", "email=hash", "--operator", "card_number=mask:4", "--operator", "keep"),
        home=scanned.home,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["state"], found["report_id"]) == ("completed", scanned.id)
    assert found["output"] == {"kind": "local", "path": str(output)}
    assert (found["operators"], found["default"]) == ({"EMAIL": "hash", "CARD_NUMBER": "mask:4"}, "keep")
    assert (found["objects"]["copied"], found["objects"]["skipped"]) == (2, 1)
    assert found["replaced"] == {"CARD_NUMBER": 3, "EMAIL": 4}
    assert found["residual"] == {}
    text = (output / "invoice.txt").read_text()
    assert "***************1111" in text
    assert "DE89 3704 0044 0532 0130 00" in text
    assert "@" not in text
    assert "Dear Ann" in (output / "mail" / "letter.txt").read_text()
    assert sorted(path.name for path in output.iterdir()) == ["invoice.txt", "mail"]

    again = cli("redact", scanned.id, "--output", output)
    assert (again.code, "--overwrite" in again.err) == (6, True)
    status = cli("status", found["id"][:8])
    assert status.code == 0
    assert "redaction" in status.out
    assert "CARD_NUMBER" in status.out
    assert "logo.png" in status.out
    assert cli("status", found["id"], "--json").json() == found
    assert any(job["kind"] == "redaction" for job in cli("status", "--json").json())
    assert KEY not in done.stdout + done.stderr + status.out


def test_what_is_refused(scanned: Scanned, cli: Callable[..., Answer], tmp_path: Path) -> None:
    output = tmp_path / "out"
    for arguments, code, said in (
        (("--output", scanned.files / "out"), 2, "among the originals"),
        (("--output", "ftp://host/x"), 2, "is no path"),
        (("--output", output, "--connection", "lab"), 2, "--connection is for"),
        (("--output", output, "--operator", "shout"), 2, "not an operator"),
        (("--output", output, "--operator", "hash"), 2, "There is no key"),
        (("--output", output, "--operator", "hash", "--key-file", tmp_path / "none"), 5, "cannot be read"),
        (("--output", output, "--timeout", 1), 2, "--timeout"),
    ):
        answer = cli("redact", scanned.id, *arguments)
        assert (answer.code, said in answer.err) == (code, True), answer.err
    assert cli("redact", "ffff", "--output", output).code == 5
    assert not output.exists()


def test_by_a_head_the_head_says_where_it_may_write(remote: Callable[..., Answer], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Write to ann@example.org.")
    submitted = remote("submit", tmp_path / "letter.txt", "--model", "patterns", "--wait", "--json")
    assert submitted.code == 0, submitted.err
    report = submitted.json()["id"]
    refused = remote("redact", report, "--output", tmp_path / "out", "--json")
    assert (refused.code, "NERPROC_OUTPUT_ROOTS" in refused.err) == (4, True)
    keyless = remote("redact", report, "--output", "s3://bucket/x", "--operator", "hash")
    assert (keyless.code, "no worker has one" in keyless.err) == (6, True)
    assert remote("redact", report, "--output", "s3://bucket/x", "--workers", 1).code == 2
