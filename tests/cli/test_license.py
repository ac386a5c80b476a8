"""`nerproc license`, and what the other commands make of a licence."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Answer, Scanned, Shell
from tests.process import running_head

from nerproc.cli.submit import verdict
from nerproc.db.database import Database
from nerproc.errors import ExitCode, QuotaExceeded
from nerproc.license.base import FREE_BYTES
from nerproc.schema.report import Report

Cli = Callable[..., Answer]


@pytest.fixture
def owner(cli: Cli, tmp_path: Path) -> Path:
    """What the names of a pair of keys begin with."""
    assert cli("license", "keys", "--output", tmp_path / "owner").code == 0
    return tmp_path / "owner"


def create(cli: Cli, owner: Path, *more: object, days: int = 30) -> str:
    answer = cli("license", "create", "--private-key", f"{owner}_private_key.pem", "--days", days, *more)
    assert answer.code == 0, answer.err
    return answer.out.strip()


def validate(cli: Cli, owner: Path, key: str, *more: object) -> Answer:
    return cli("license", "validate", "--public-key", f"{owner}_public_key.pem", "--license", key, *more)


def test_keys_are_made_once(cli: Cli, owner: Path) -> None:
    private, public = Path(f"{owner}_private_key.pem"), Path(f"{owner}_public_key.pem")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    before = private.read_bytes(), public.read_bytes()
    again = cli("license", "keys", "--output", owner)
    assert (again.code, again.out) == (ExitCode.CONFLICT, "")
    assert "never overwritten" in again.err
    assert (private.read_bytes(), public.read_bytes()) == before
    assert b"PRIVATE" not in before[1]


def test_keys_need_a_folder_that_is_there(cli: Cli, tmp_path: Path) -> None:
    answer = cli("license", "keys", "--output", tmp_path / "missing" / "owner")
    assert answer.code == ExitCode.USAGE
    assert "cannot be written" in answer.err


def test_a_licence_is_one_line_also_in_a_pipe(shell: Shell, owner: Path, warm_home: Path) -> None:
    done = shell(
        *("license", "create", "--private-key", f"{owner}_private_key.pem", "--days", 365),
        *("--entitlement", "FULL_ACCESS", "--entitlement", "A" * 500),
        home=warm_home,
        environment={"COLUMNS": "40", "FORCE_COLOR": "1"},
    )
    assert done.returncode == 0
    assert done.stdout.startswith("local:key/")
    assert done.stdout.count("\n") == 1
    assert done.stdout.endswith("\n")
    assert len(done.stdout) > 900


@pytest.mark.parametrize("prefix", ["local:", ""])
def test_a_licence_is_validated_with_and_without_its_prefix(cli: Cli, owner: Path, prefix: str) -> None:
    key = prefix + create(cli, owner, "--entitlement", "MORE", "--entitlement", "FULL_ACCESS")[6:]
    answer = validate(cli, owner, key)
    assert answer.code == 0, answer.err
    words = dict(line.split(maxsplit=1) for line in answer.out.splitlines())
    assert (words["type"], words["state"], words["entitlements"]) == ("local", "valid", "MORE FULL_ACCESS")
    assert {"id", "issued", "expiry"} <= set(words)
    said = validate(cli, owner, key, "--json").json()
    assert (said["type"], said["state"], said["id"]) == ("local", "valid", words["id"])
    assert said["entitlements"] == ["MORE", "FULL_ACCESS"]
    assert said["issued"] < said["expiry"]


def test_a_licence_for_no_days_has_expired(cli: Cli, owner: Path) -> None:
    answer = validate(cli, owner, create(cli, owner, days=0), "--json")
    assert answer.code == ExitCode.REFUSED
    assert json.loads(answer.err)["slug"] == "license-expired"
    assert answer.json()["state"] == "expired"
    assert cli("license", "create", "--private-key", f"{owner}_private_key.pem", "--days", -1).code == 2


def test_each_refusal_has_a_slug(cli: Cli, owner: Path, tmp_path: Path) -> None:
    good = create(cli, owner)
    cli("license", "keys", "--output", tmp_path / "other")
    refusals = {
        "license-invalid": good.replace(".", ".A"),
        "license-entitlement-missing": create(cli, owner, "--entitlement", "LESS"),
    }
    for slug, key in refusals.items():
        answer = validate(cli, owner, key, "--json")
        assert answer.code == ExitCode.REFUSED
        assert json.loads(answer.err)["slug"] == slug
        assert key not in answer.err + answer.out
    other = validate(cli, tmp_path / "other", good, "--json")
    assert (other.code, json.loads(other.err)["slug"]) == (ExitCode.REFUSED, "license-invalid")
    assert validate(cli, owner, good).code == 0


def test_a_key_need_not_be_seen_by_others(
    shell: Shell, cli: Cli, owner: Path, warm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = create(cli, owner)
    piped = shell(
        *("license", "validate", "--public-key", f"{owner}_public_key.pem", "--license", "-"),
        home=warm_home,
        input=f"{key}\n",
    )
    assert piped.returncode == 0, piped.stderr
    monkeypatch.setenv("LICENSE_KEY", key)
    assert cli("license", "validate", "--public-key", f"{owner}_public_key.pem").code == 0
    monkeypatch.delenv("LICENSE_KEY")
    assert cli("license", "validate").code == ExitCode.USAGE


def test_bad_files_are_named(cli: Cli, owner: Path) -> None:
    swapped = cli("license", "create", "--private-key", f"{owner}_public_key.pem", "--days", 1)
    assert (swapped.code, swapped.out) == (ExitCode.USAGE, "")
    missing = cli("license", "create", "--private-key", f"{owner}.pem", "--days", 1)
    assert missing.code == ExitCode.NOT_FOUND


def test_show_says_what_this_node_has_and_how_much_is_used(cli: Cli, scanned: Scanned) -> None:
    said = cli("license", "show", "--json").json()
    assert (said["type"], said["state"], said["expiry"]) == ("free", "valid", None)
    assert said["limit_bytes"] == FREE_BYTES
    assert said["used_bytes"] >= scanned.report["bytes"]
    assert f"{said['used_bytes']:,} of {FREE_BYTES:,} bytes" in cli("license", "show").out


def test_show_asks_the_head(remote: Cli) -> None:
    said = remote("license", "show", "--json").json()
    assert (said["type"], said["state"], said["limit_bytes"]) == ("free", "valid", FREE_BYTES)


def test_a_bad_licence_begins_nothing(cli: Cli, scanned: Scanned, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cli("status", "--json").json()
    monkeypatch.setenv("NERPROC_LICENSE_KEY", "local:key/c2VjcmV0.c2VjcmV0")
    answer = cli("scan", scanned.files, "--json")
    assert (answer.code, answer.out) == (ExitCode.REFUSED, "")
    assert json.loads(answer.err)["slug"] == "license-invalid"
    assert "c2VjcmV0" not in answer.err
    assert cli("status", "--json").json() == before
    shown = cli("license", "show", "--json")
    assert (shown.code, shown.json()["state"]) == (0, "invalid")
    assert "c2VjcmV0" not in shown.out + cli("config", "show").out


def test_a_scan_of_more_than_is_free_fails_before_anything_is_read(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "small.txt").write_text("ann@example.org")
    with (tmp_path / "files" / "huge.txt").open("wb") as huge:
        os.truncate(huge.fileno(), FREE_BYTES)
    done = shell("scan", tmp_path / "files", "--json", home=tmp_path)
    assert done.returncode == ExitCode.REFUSED
    said = json.loads(done.stderr)
    assert said["slug"] == "quota-exceeded"
    report = json.loads(done.stdout)
    assert (report["state"], report["failure_slug"], report["bytes"]) == ("failed", "quota-exceeded", 0)
    assert report["failure"] == said["detail"]
    for figure in (f"{FREE_BYTES:,}", "0 bytes are used", f"{FREE_BYTES + 15:,}"):
        assert figure in said["detail"]
    shown = shell("license", "show", "--json", home=tmp_path)
    assert json.loads(shown.stdout)["used_bytes"] == 0
    (tmp_path / "files" / "huge.txt").unlink()
    assert shell("scan", tmp_path / "files", home=tmp_path).returncode == 0


def test_a_submit_that_does_not_fit_is_refused(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ann@example.org")
    with running_head(tmp_path) as head:
        first = shell("submit", tmp_path / "a.txt", "--wait", "--json", home=tmp_path)
        assert first.returncode == 0, first.stderr
        with Database.embedded(head.home) as database:
            database.execute("UPDATE quota SET used = %s", [FREE_BYTES - 10])
        (tmp_path / "a.txt").write_text("bob@example.org")
        early = shell("submit", tmp_path / "a.txt", "--json", home=tmp_path)
        assert (early.returncode, early.stdout) == (ExitCode.REFUSED, "")
        said = json.loads(early.stderr)
        assert (said["slug"], said["status"]) == ("quota-exceeded", 403)
        assert f"{FREE_BYTES - 10:,} bytes are used, and this report needs 15 more" in said["detail"]
        # With an earlier report only a worker can tell how much there is to read.
        since = ("--since", json.loads(first.stdout)["id"])
        late = shell("submit", tmp_path / "a.txt", *since, "--wait", "--json", home=tmp_path)
        assert late.returncode == ExitCode.REFUSED
        assert json.loads(late.stderr)["slug"] == "quota-exceeded"
        assert json.loads(late.stdout)["state"] == "failed"
        (tmp_path / "a.txt").write_text("ann@example.org")
        unchanged = shell("submit", tmp_path / "a.txt", *since, "--wait", home=tmp_path)
        assert unchanged.returncode == 0, unchanged.stderr


def test_the_exit_code_of_a_report_that_was_not_covered(cli: Cli, scanned: Scanned) -> None:
    report = Report.model_validate(scanned.report)
    assert verdict(report) is ExitCode.OK
    failed = report.model_copy(update={"state": "failed", "failure": "no", "failure_slug": None})
    assert verdict(failed) is ExitCode.FAILED
    with pytest.raises(QuotaExceeded, match="no"):
        verdict(failed.model_copy(update={"failure_slug": "quota-exceeded"}))
