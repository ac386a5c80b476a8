"""Loads a model for the first time, in a process of its own: what it does there is done to nobody else.

Networks come from anywhere; a hostile one may crash the library that runs it, or take all memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from nerproc.errors import InvalidRequest, NerprocError

SECONDS = 300.0
MEMORY_BYTES = 8 << 30
_TEXT = "Dr. Ada Lovelace of Acme Corp. lives at 12 High Street, London."
_REFUSED = 3  # exit code of a trial that can say why


def try_out(folder: Path, kind: str) -> None:
    """Load the model in `folder`, and let it read a sentence.

    Raises:
        InvalidRequest: it cannot.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nerproc.model.trial", str(folder), kind],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvalidRequest(f"the model in {folder} could not be loaded in {SECONDS:.0f} s") from None
    if done.returncode == _REFUSED:
        raise InvalidRequest(**json.loads(done.stdout))
    if done.returncode:
        raise InvalidRequest(
            f"the model in {folder} cannot be loaded: the process that tried ended with {done.returncode}",
            hint="Its files are damaged, or made for another version of ONNX.",
        )


def main(folder: str, kind: str) -> int:
    """Try a model, and say on standard output what is wrong with it."""
    from nerproc.model.folder import detector

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        detector(Path(folder), kind).detect_all([(_TEXT, None)])
    except NerprocError as error:
        sys.stdout.write(json.dumps({"message": error.message, "hint": error.hint}))
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
