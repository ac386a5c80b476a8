"""`workers`, `drain` and `undrain` on a home; `test_status` has those of a head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from tests.cli.conftest import Answer, Scanned

from nerproc.db.database import Database
from nerproc.errors import ExitCode
from nerproc.job.workers import Registration, Workers

Cli = Callable[..., Answer]
ONE = UUID("abcd1234-0000-4000-8000-000000000001")
OTHER = UUID("abcd9999-0000-4000-8000-000000000002")


@pytest.fixture
def registered(scanned: Scanned) -> Iterator[None]:
    """Two workers that have nothing in hand, whose ids begin with the same letters."""
    with Database.embedded(scanned.home) as database:
        workers = Workers(database)
        for worker in (ONE, OTHER):
            workers.renew(Registration(worker, "a-host", 7, "1.2.3", ("infer",), 2), lease_seconds=600)
        yield
        for worker in (ONE, OTHER):
            workers.remove(worker)


def states(cli: Cli) -> dict[str, str]:
    """What `nerproc workers` shows: the state by the first letters of the id."""
    lines = [line.split() for line in cli("workers").out.splitlines()[1:]]
    return {line[0]: line[3] for line in lines}


def test_a_home_without_workers(cli: Cli) -> None:
    answer = cli("workers")
    assert (answer.code, answer.out) == (0, "")
    assert "nerproc worker" in answer.err
    assert cli("workers", "--json").json() == []


@pytest.mark.usefixtures("registered")
def test_a_worker_is_drained_and_taken_back(cli: Cli) -> None:
    assert states(cli) == {"abcd1234": "idle", "abcd9999": "idle"}
    answer = cli("drain", "ABCD1")
    assert (answer.code, answer.out) == (0, "")
    assert "Worker abcd1234 (process 7 on a-host) takes no more tasks" in answer.err
    assert "nerproc undrain abcd1234" in answer.err
    assert states(cli) == {"abcd1234": "drained", "abcd9999": "idle"}
    again = cli("drain", ONE, "--json")
    assert (again.code, again.json()["id"], again.json()["resting"]) == (0, str(ONE), True)
    assert again.json() in cli("workers", "--json").json()
    back = cli("undrain", ONE, "--json")
    assert (back.code, back.json()["resting"]) == (0, False)
    assert "takes tasks again" in cli("undrain", ONE).err
    assert states(cli) == {"abcd1234": "idle", "abcd9999": "idle"}


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("command", ["drain", "undrain"])
def test_the_id_must_be_that_of_one_worker(cli: Cli, command: str) -> None:
    answer = cli(command, "abcd", "--json")
    assert (answer.code, answer.out) == (ExitCode.CONFLICT, "")
    assert "Give more of the id" in answer.err
    for nobody in ("ffff", "", "1234", "%"):
        answer = cli(command, nobody)
        assert (answer.code, answer.out) == (ExitCode.NOT_FOUND, "")
        assert "nerproc workers lists them" in answer.err
    assert cli(command).code == ExitCode.USAGE
    assert states(cli) == {"abcd1234": "idle", "abcd9999": "idle"}
