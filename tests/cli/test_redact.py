"""`nerproc scan --redact` and `nerproc restore`: text in a pipe, and back."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.cli.conftest import LETTER, Shell

from nerproc.cli.main import run

KEY = "00112233445566778899aabbccddeeff" * 2
PATTERNS = ("--model", "patterns")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("NERPROC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NERPROC_REDACTION_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter.txt").write_text(LETTER)
    return tmp_path


def test_a_pipe(shell: Shell, tmp_path: Path) -> None:
    done = shell("scan", "-", "--redact", *PATTERNS, home=tmp_path, input=LETTER)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Dear Ann, write to <EMAIL> or call <PHONE_NUMBER>.\n"
    assert not (tmp_path / "home").exists(), "nothing is kept"
    refused = shell("scan", "-", "--redact", "--operator", "hash", *PATTERNS, home=tmp_path, input=LETTER)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "NERPROC_REDACTION_KEY" in refused.stderr


def test_operators_and_labels_of_a_file(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    given = ["--operator", "mask:4", "--operator", "email=keep", "--custom-tag", "GREETING=Dear", *PATTERNS]
    assert run(["scan", "letter.txt", "--redact", *given]) == 0
    assert capfdbinary.readouterr().out == b"**ar Ann, write to ann@example.org or call ***********0123.\n"


def test_what_does_not_go_together(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (["letter.txt", "--redact", "--fail-on", "COUNT(EMAIL) > 0"], "--fail-on"),
        (["letter.txt", "letter.txt", "--redact"], "one file"),
        ([str(tmp_path), "--redact"], "folder"),
        (["letter.txt", "--operator", "mask"], "--redact"),
        (["letter.txt", "--redact", "--operator", "shred"], "not an operator"),
    ):
        assert run(["scan", *arguments]) == 2
        answer = capfd.readouterr()
        assert answer.out == ""
        assert said in answer.err
    assert run(["scan", "nothing.txt", "--redact"]) == 5


def test_an_unreadable_document_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert run(["scan", "a.png", "--redact", *PATTERNS]) == 1
    answer = capfd.readouterr()
    assert answer.out == ""
    assert "image/png" in answer.err


def test_encrypted_and_restored(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    table = tmp_path / "table.json"
    table.write_text(json.dumps({"mail": "ann@example.org"}))
    copies = []
    for file in ("letter.txt", "table.json"):
        assert run(["scan", file, "--redact", "--operator", "encrypt", *PATTERNS]) == 0
        copies.append(tmp_path / "copies" / file)
        copies[-1].parent.mkdir(exist_ok=True)
        copies[-1].write_bytes(capfdbinary.readouterr().out)
        assert b"ann@example.org" not in copies[-1].read_bytes()
    assert run(["restore", str(copies[0])]) == 0
    assert capfdbinary.readouterr().out.decode() == LETTER
    assert run(["restore", *map(str, copies), "--output", "back"]) == 0
    assert (tmp_path / "back" / "letter.txt").read_text() == LETTER
    assert (tmp_path / "back" / "table.json").read_text() == table.read_text()
    assert (tmp_path / "back" / "letter.txt").stat().st_mode & 0o777 == 0o600
    assert run(["restore", *map(str, copies), "--output", "back"]) == 6, "nothing is overwritten"
    assert run(["restore", *map(str, copies)]) == 2
    (tmp_path / "copies" / "old").mkdir()
    copies[1].rename(tmp_path / "copies" / "old" / "table.json")
    assert run(["restore", "copies", "--output", "folder"]) == 0
    assert (tmp_path / "folder" / "letter.txt").read_text() == LETTER
    assert (tmp_path / "folder" / "old" / "table.json").read_text() == table.read_text()
    assert run(["restore", "copies"]) == 2, "a folder goes to a folder"
    (tmp_path / "empty").mkdir()
    assert run(["restore", "empty", "--output", "other"]) == 5


def test_a_wrong_key_or_a_damaged_token_writes_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["scan", "letter.txt", "--redact", "--operator", "encrypt", *PATTERNS]) == 0
    good = capfd.readouterr().out
    (tmp_path / "good.txt").write_text(good)
    at = good.index("<PHONE_NUMBER:") + 20
    (tmp_path / "bad.txt").write_text(good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :])
    (tmp_path / "other.key").write_text(KEY[::-1])
    for arguments in (["good.txt", "bad.txt"], ["good.txt", "--key-file", "other.key"]):
        assert run(["restore", *arguments, "--output", "back"]) == 2
        assert "another key" in capfd.readouterr().err
        assert list((tmp_path / "back").iterdir()) == []
    assert run(["restore", "good.txt", "--key-file", "none.key"]) == 5


def test_a_long_text_passes_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nothing is found in is written while more is read."""
    from functools import partial

    from nerproc.model.registry import load
    from nerproc.model.scanner import build
    from nerproc.redaction.operator import parse
    from nerproc.redaction.stream import redact_stream

    line = b"Nothing to be found in this line of text, which is repeated.\n"
    size = (12 << 20) // len(line)
    written = 0
    most_behind = 0

    class Stream(io.RawIOBase):
        sent = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            nonlocal most_behind
            most_behind = max(most_behind, self.sent - written)
            data = self.lines.read(len(buffer))
            buffer[: len(data)] = data
            self.sent += len(data)
            return len(data)

        lines = io.BytesIO(b"Mail ann@example.org\n" + line * size + b"and bob@example.org\n")

    pieces: list[bytes] = []

    def write(data: bytes) -> None:
        nonlocal written
        written += len(data)
        pieces.append(data)

    scanner = build(model=load("patterns"), labels=["EMAIL"])
    stream = io.BufferedReader(Stream())
    counts = redact_stream(stream, "", partial(scanner.stretches, object_name=""), parse({}), write)
    assert counts == {"EMAIL": 2}
    assert b"".join(pieces) == b"Mail <EMAIL>\n" + line * size + b"and <EMAIL>\n"
    assert most_behind < 5 << 20
