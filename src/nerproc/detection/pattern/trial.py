"""Whether custom tags can be compiled, found out in bounded time: in a process that can be killed.

Compiling `[a-z]{1000}x.{0,2000}y` takes seconds, worse ones for ever, and nothing in the same process can
interrupt it. `python -m nerproc.detection.pattern.trial` is that process: tags in by standard input, one line
of JSON out for each.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence

from nerproc.detection.pattern.custom import CustomDetector, CustomTag, compiled
from nerproc.errors import PatternError

LIMIT = 5.0  # seconds for all tags of a request
_MEMORY = 1 << 30  # bytes
_HARMLESS_LENGTH = 256  # without counted repeats, expressions up to this length compile in milliseconds


def check(tags: Sequence[CustomTag]) -> None:
    """Compile `tags` within LIMIT.

    Raises:
        PatternError: one of them is not valid, matches the empty text, or takes too long to compile.
    """
    doubtful = [tag for tag in tags if "{" in tag.expression or len(tag.expression) > _HARMLESS_LENGTH]
    for tag in tags:
        if tag not in doubtful:
            compiled(tag)
    if doubtful:
        _try_apart(doubtful)


def _try_apart(tags: Sequence[CustomTag]) -> None:
    request = json.dumps([[tag.label, tag.expression, tag.ignore_case] for tag in tags])
    try:
        run = subprocess.run(
            [sys.executable, "-m", __name__],
            input=request,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        output = run.stdout
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"").decode()
    answers = [json.loads(line) for line in output.splitlines() if line.endswith("}")]
    for tag, answer in zip(tags, answers, strict=False):
        if "error" in answer:
            raise PatternError(answer["error"], tag=tag.label, position=answer["position"], hint=answer["hint"])
    if len(answers) < len(tags):
        tag = tags[len(answers)]
        raise PatternError(
            f"the expression of {tag.label} takes too long or too much memory to compile",
            tag=tag.label,
            position=None,
            hint="use smaller counts in its repeats",
        )


def main() -> None:
    """Compile what standard input asks for, one answer a line."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(LIMIT) + 1, int(LIMIT) + 1))  # also if the caller dies
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    for label, expression, ignore_case in json.loads(sys.stdin.read()):
        answer: dict[str, str | int | None] = {}
        try:
            CustomDetector([CustomTag(label, expression, ignore_case)])
        except PatternError as error:
            answer = {"error": error.message, "position": error.position, "hint": error.hint}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
