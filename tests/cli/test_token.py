"""`nerproc token`, and a head that asks for what it makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Shell
from tests.process import running_head

from nerproc.errors import ExitCode


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_a_token_is_shown_once_and_opens_the_api_until_it_is_revoked(home: Path, shell: Shell) -> None:
    made = shell("token", "create", "laptop", "--scope", "reports:read", "--expires", "90d", home=home)
    assert made.returncode == 0, made.stderr
    [token] = made.stdout.splitlines()
    assert token not in made.stderr
    with running_head(home, workers=0) as head:
        environment = {"NERPROC_API_URL": head.url}
        refused = shell("status", "--json", home=home, environment=environment)
        assert refused.returncode == ExitCode.REFUSED
        assert json.loads(refused.stderr)["slug"] == "unauthenticated"
        environment["NERPROC_API_TOKEN"] = token
        assert shell("status", home=home, environment=environment).returncode == 0
        submitted = shell("submit", home / "head.json", "--json", home=home, environment=environment)
        assert submitted.returncode == ExitCode.REFUSED
        assert json.loads(submitted.stderr)["slug"] == "scope-missing"

        [listed] = json.loads(shell("token", "list", "--json", home=home).stdout)
        assert (listed["name"], listed["scopes"], listed["state"]) == ("laptop", ["reports:read"], "valid")
        assert listed["last_used_at"] is not None
        assert token.removeprefix(f"nerproc_{listed['id']}_") not in json.dumps(listed)

        assert shell("token", "revoke", "laptop", home=home).returncode == 0
        assert shell("status", home=home, environment=environment).returncode == ExitCode.REFUSED


def test_a_token_as_json(home: Path, shell: Shell) -> None:
    made = json.loads(
        shell(
            *("token", "create", "ci", "--scope", "models:read", "--scope", "admin", "--expires", "2999-01-01"),
            *("--json",),
            home=home,
        ).stdout
    )
    assert made["token"].startswith(f"nerproc_{made['id']}_")
    assert made["scopes"] == ["admin", "models:read"]
    assert made["expires_at"] == "2999-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("create", "x"), ExitCode.USAGE),
        (("create", "x", "--scope", "everything"), ExitCode.USAGE),
        (("create", "x", "--scope", "admin", "--expires", "soon"), ExitCode.USAGE),
        (("create", "x", "--scope", "admin", "--expires", "1999-01-01"), ExitCode.USAGE),
        (("revoke", "nobody"), ExitCode.NOT_FOUND),
    ],
)
def test_what_is_wrong_is_said(
    arguments: tuple[str, ...], code: ExitCode, warm_home: Path, shell: Shell
) -> None:
    done = shell("token", *arguments, home=warm_home)
    assert done.returncode == code
    assert done.stderr
