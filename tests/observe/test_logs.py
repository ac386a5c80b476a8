"""What processes that stay write to stderr, and what they never write."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

CANARY = "canary-ada@aviary-7731.example"

PROGRAM = """
import logging, sys, threading, warnings
from nerproc import observe
observe.configure(sys.argv[1], "debug", role="test")
SECRET = "canary-" + "ada@aviary-7731.example"

def fail(text):
    local = text
    raise ValueError("cannot parse " + local)

def caught(logger, message, *values):
    try:
        fail(SECRET)
    except ValueError:
        logger.exception(message, *values)

observe.log().debug("first", number=1)
with observe.bound(job="j", task=7):
    observe.log().info("second", odd=object())
    thread = threading.Thread(target=lambda: observe.log().info("elsewhere"))
    thread.start()
    thread.join()
observe.log().info("third")
for name in ("pika.connection", "botocore.hooks", "obstore", "httpx"):
    logging.getLogger(name).info("too chatty")
logging.getLogger("uvicorn.error").warning("the port is %s", "odd")
logging.getLogger("parser.of.documents").warning("cannot read %s", SECRET)
caught(logging.getLogger("uvicorn.error"), "Exception in ASGI application")
caught(logging.getLogger("asyncio"), "Task exception was never retrieved: %s", SECRET)
try:
    fail(SECRET)
except ValueError as error:
    observe.log().error("fourth", exc_info=error)
warnings.warn("odd: " + SECRET, UserWarning)
thread = threading.Thread(target=fail, args=(SECRET,), name="worker-thread")
thread.start()
thread.join()
fail(SECRET)
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, object]]:
    return [json.loads(line) for line in said("json").splitlines()]


def said(form: str) -> str:
    done = subprocess.run([sys.executable, "-c", PROGRAM, form], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_every_line_is_an_event_with_a_time(lines: list[dict[str, object]]) -> None:
    for line in lines:
        assert list(line)[:3] == ["timestamp", "level", "event"]
        at = datetime.fromisoformat(str(line["timestamp"]))
        assert str(line["timestamp"]).endswith("Z")
        assert abs(datetime.now(UTC) - at) < timedelta(minutes=5)
        assert line["role"] == "test"


def test_what_is_bound_is_told_for_as_long_and_in_that_thread(lines: list[dict[str, object]]) -> None:
    found = {str(line["event"]): line for line in lines}
    assert (found["second"]["job"], found["second"]["task"]) == ("j", 7)
    assert "job" not in found["third"]
    assert "job" not in found["elsewhere"]
    assert found["first"]["number"] == 1


def test_other_libraries_are_heard_from_warnings_on(lines: list[dict[str, object]]) -> None:
    heard = [line for line in lines if line["event"] == "library_message"]
    assert [line["logger"] for line in heard] == [
        *("uvicorn.error", "parser.of.documents", "uvicorn.error", "asyncio")
    ]
    assert heard[0]["message"] == "the port is odd"
    assert "message" not in heard[1]
    assert (heard[2]["error"], heard[2]["message"]) == ("ValueError", "Exception in ASGI application")
    assert str(heard[3]["frames"]).count("fail") == 1


def test_failures_tell_what_and_where(lines: list[dict[str, object]]) -> None:
    assert [line["warning"] for line in lines if line["event"] == "library_warning"] == ["UserWarning"]
    failed = [line for line in lines if line["event"] == "failed"]
    assert [line["thread"] for line in failed] == ["worker-thread", "MainThread"]
    assert {line["error"] for line in failed} == {"ValueError"}
    assert next(line["error"] for line in lines if line["event"] == "fourth") == "ValueError"


@pytest.mark.parametrize("form", ["json", "human"])
def test_messages_and_values_of_variables_are_never_told(form: str) -> None:
    words = said(form)
    assert "fourth" in words
    assert "ValueError" in words
    assert CANARY not in words
    assert "cannot parse" not in words
    assert "is lost" not in words


def test_a_command_shows_errors_only(tmp_path: object) -> None:
    program = (
        "import sys\nfrom nerproc.observe import log\nlog().warning('quiet')\n"
        "assert 'structlog' not in sys.modules\nlog().error('loud', number=3)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    [line] = done.stderr.splitlines()
    assert (json.loads(line)["event"], json.loads(line)["number"]) == ("loud", 3)
