"""Questions that a process of its own answers: what goes wrong there is done to nobody else.

Networks come from anywhere, and texts too; a hostile one may crash a library, or take all memory. What is asked
goes in by standard input, never by arguments, which other users can see.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from nerproc.errors import InvalidRequest, NerprocError

MEMORY_BYTES = 8 << 30
_REFUSED = 3  # exit code of a process that can say why


def ask(
    module: str,
    question: Mapping[str, Any],
    *,
    seconds: float,
    late: str,
    ended: Callable[[int], str],
    hint: str | None = None,
) -> Any:
    """What the program `module`, which calls `answer`, says to a question.

    Args:
        module: to be run as a program.
        question: JSON.
        seconds: that it has.
        late: what is wrong if it takes longer.
        ended: what is wrong if it ends otherwise, with that exit code.
        hint: what to do then.

    Raises:
        InvalidRequest: it has no answer, and says why, or fails.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", module],
            input=json.dumps(question).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvalidRequest(late) from None
    if done.returncode == _REFUSED:
        raise InvalidRequest(**json.loads(done.stdout))
    if done.returncode:
        raise InvalidRequest(ended(done.returncode), hint=hint)
    return json.loads(done.stdout)


def answer(reply: Callable[[dict[str, Any]], Any]) -> int:
    """Answer the question on standard input, or say on standard output what is wrong; the exit code."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    question = json.loads(sys.stdin.buffer.read())
    try:
        said = reply(question)
    except NerprocError as error:
        sys.stdout.write(json.dumps({"message": error.message, "hint": error.hint}))
        return _REFUSED
    sys.stdout.write(json.dumps(said))
    return 0
