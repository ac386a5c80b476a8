"""How fast a model reads, in a process of its own on one processor: text in, entities out.

    python -m benchmarks.model_speed MODEL --text PATH [--part learnt|whole] [--pieces N] [--bytes N]
                                     [--fill] [--wait]

MODEL is a name, or NAME=FOLDER. The text is read in pieces that follow each other, so that no piece was read
before; the first one is the first thing that the process reads. With --wait the others are read once standard
input has a line. Prints one JSON line: bytes, processor and wall seconds and entities of each piece, and the
most resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.candidate import learnt, named
from benchmarks.command import peak_resident
from benchmarks.corpus import paragraphs
from benchmarks.peer import ONE_THREAD, Peer

MIB = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--part", choices=("learnt", "whole"), default="whole")
    parser.add_argument("--pieces", type=int, default=4)
    parser.add_argument("--bytes", type=int, default=500_000)
    parser.add_argument("--fill", action="store_true", help="repeat a text that is too short")
    parser.add_argument("--wait", action="store_true")
    options = parser.parse_args()
    texts = pieces(options.text, options.pieces, options.bytes, fill=options.fill)
    began = time.perf_counter()
    read = _reader(options.model, options.part)
    ready = time.perf_counter() - began
    times = []
    for number, text in enumerate(texts):
        if options.wait and number == 1:
            print("ready", flush=True)
            sys.stdin.readline()
        wall, cpu = time.perf_counter(), time.process_time()
        entities = read(text)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        times.append([len(text.encode()), cpu, wall, entities])
    print(json.dumps({"ready_s": ready, "times": times, "peak_bytes": peak_resident(os.getpid())}))


def _reader(model: str, part: str) -> Callable[[str], int]:
    """What finds entities in a text, and says how many."""
    from nerproc.detection.threshold import DEFAULT_THRESHOLD
    from nerproc.extraction.text import TextSegment
    from nerproc.model.scanner import build

    if part == "learnt":
        detector = learnt(named(model))
        return lambda text: sum(
            span.score >= DEFAULT_THRESHOLD for span in detector.detect_all([(text, None)])[0]
        )
    scanner = build(model=named(model))
    return lambda text: sum(1 for _ in scanner.scan([TextSegment(text)], "x"))


def pieces(path: Path, count: int, size: int, *, fill: bool = False) -> list[str]:
    """Pieces of about `size` characters of a text file, or of those in a folder.

    Where there is less text they are shorter, or, with `fill`, the text begins anew.
    """
    text = path.read_text("utf-8", "replace") if path.is_file() else "\n\n".join(paragraphs(path))
    if fill:
        text *= -(-size * count // max(len(text), 1))
    size = min(size, len(text) // count)
    cuts = [text.find("\n", number * size) + 1 or number * size for number in range(1, count + 1)]
    return [text[first:last] for first, last in zip([0, *cuts], cuts, strict=False)]


def speed(model: str, text: Path, **options: int) -> dict[str, Any]:
    """How fast a model's learnt detector is by itself, and the whole model; each in a new process."""
    parts = {part: _child(model, text, part, options) for part in ("learnt", "whole")}
    return {
        "figure": "speed",
        "text": text.name,
        "model": model.partition("=")[0],
        "ready_s": round(parts["whole"]["ready_s"], 2),
        **{part: rates(said["times"]) for part, said in parts.items()},
    }


def peer_speed(peer: Peer, trained: Path, text: Path, **options: int) -> dict[str, Any]:
    """The same for the peer, which is one whole."""
    times = peer.times(trained, pieces(text, options["pieces"], options["bytes"]))
    return {"figure": "speed", "text": text.name, "model": "spacy", "whole": rates(times)}


def rates(times: list[list[float]]) -> dict[str, Any]:
    """MB per second of the first piece and of the others together, by the processor and by the clock."""
    (first, *others) = times
    size, cpu, wall, _ = (sum(column) for column in zip(*others, strict=True))
    return {
        "mb": round(size / 1e6, 2),
        "entities": sum(int(time[3]) for time in others),
        "cold_mb_s": round(first[0] / 1e6 / first[1], 4),
        "cold_wall_mb_s": round(first[0] / 1e6 / first[2], 4),
        "warm_mb_s": round(size / 1e6 / cpu, 4),
        "warm_wall_mb_s": round(size / 1e6 / wall, 4),
    }


def parallel(model: str, text: Path, **options: int) -> dict[str, Any]:
    """How much more two processes read, each on a processor of its own, than one."""
    cores = sorted(os.sched_getaffinity(0))
    figure = {"figure": "parallel", "model": model.partition("=")[0], "cores": len(cores)}
    if len(cores) < 2:
        return {**figure, "left_out": "there is one processor"}
    one, two = _together(model, text, cores[:1], options), _together(model, text, cores[:2], options)
    return {**figure, "one_mb_s": round(one, 3), "two_mb_s": round(two, 3), "times_one": round(two / one, 2)}


def memory(model: str, text: Path, size: int) -> dict[str, Any]:
    """The most resident memory of a process that has loaded a model and scanned `size` characters."""
    said = _child(model, text, "whole", {"pieces": 1, "bytes": size}, "--fill")
    scanned = sum(int(time[0]) for time in said["times"])
    return {
        "figure": "memory",
        "model": model.partition("=")[0],
        "mb": round(scanned / 1e6, 2),
        "peak_mib": round(said["peak_bytes"] / MIB),
    }


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Have what is started from here run on one processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _child(model: str, text: Path, part: str, options: dict[str, int], *more: str) -> dict[str, Any]:
    with pinned(min(os.sched_getaffinity(0))):
        process = _start(model, text, part, options, *more)
    return _said(process)


def _together(model: str, text: Path, cores: list[int], options: dict[str, int]) -> float:
    """MB per second of as many processes as `cores`, from the moment when all are ready."""
    children = []
    for core in cores:
        with pinned(core):
            children.append(_start(model, text, "whole", options, "--wait"))
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    times = [_said(child)["times"][1:] for child in children]
    size = sum(time[0] for each in times for time in each)
    return size / 1e6 / max(sum(time[2] for time in each) for each in times)


def _start(model: str, text: Path, part: str, options: dict[str, int], *more: str) -> subprocess.Popen[str]:
    given = [f"--{name}={value}" for name, value in options.items()]
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "benchmarks.model_speed",
            model,
            f"--text={text}",
            f"--part={part}",
            *given,
            *more,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD},
        text=True,
    )


def _said(child: subprocess.Popen[str]) -> dict[str, Any]:
    """What a child printed last."""
    output, _ = child.communicate()
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, child.args))} ended with {child.returncode}")
    said: dict[str, Any] = json.loads(output.splitlines()[-1])
    return said


if __name__ == "__main__":
    main()
