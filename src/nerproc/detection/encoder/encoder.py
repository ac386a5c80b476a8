"""Runs an encoder over texts of any length.

A folder has `model.onnx`, `tokenizer.json` and `config.json`, as Hugging Face's exporters write them. A text is
read in windows of words that overlap; every word is labelled once, by the window that shows most around it. The
label of a word is that of its first token, as such encoders are trained.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nerproc.detection.encoder.scheme import Scheme, decode, names_of
from nerproc.detection.encoder.word import LONGEST, Window, Word, windows, words
from nerproc.detection.span import Hint, Span
from nerproc.errors import InvalidRequest
from nerproc.schema.entity import MAX_ENTITY_LENGTH

NETWORK = "model.onnx"
TOKENIZER = "tokenizer.json"
CONFIG = "config.json"
WINDOW = 256  # tokens: attention costs their square
OVERLAP = 64  # tokens that a window shows on each side of what it owns
SHORTEST = 2 * OVERLAP + LONGEST  # tokens that an encoder must be able to read
BATCH = 8  # windows
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}


def load(folder: Path, *, threads: int = 1, labels: Collection[str] | None = None) -> Encoder:
    """The encoder in `folder`.

    Args:
        folder: with `model.onnx`, `tokenizer.json` and `config.json`.
        threads: how many threads it runs on.
        labels: labels to report; all of the model if None.

    Raises:
        InvalidRequest: a file is missing or of another kind, or they do not fit each other.
    """
    return Encoder(folder, threads=threads, labels=labels)


def labels_of(folder: Path) -> list[str]:
    """Our labels for what the encoder in `folder` finds.

    Raises:
        InvalidRequest: `config.json` does not say.
    """
    return sorted({label for label, _ in Scheme(names_of(_config(folder).get("id2label"))).labels})


class Encoder:
    """Finds what an encoder learned to find."""

    is_light = False

    def __init__(self, folder: Path, *, threads: int, labels: Collection[str] | None) -> None:
        """See `load`."""
        self.warnings: list[str] = []
        config = _config(folder)
        names = names_of(config.get("id2label"))
        self._scheme = Scheme(names)
        self._wanted = [labels is None or label in labels for label, _ in self._scheme.labels]
        self._tokenizer = _tokenizer(folder)
        self._before, self._after = _frame(self._tokenizer)
        self._session = _session(folder, threads)
        self._inputs = [taken.name for taken in self._session.get_inputs()]
        self._pad = int(config.get("pad_token_id") or 0)
        self._length = _length(config) - len(self._before) - len(self._after)
        self._check(len(names), folder)

    def _check(self, classes: int, folder: Path) -> None:
        """See that network, tokenizer and names fit each other."""
        unknown = set(self._inputs) - _INPUTS
        if unknown or "input_ids" not in self._inputs:
            raise InvalidRequest(
                f"{NETWORK} in {folder} takes {', '.join(self._inputs)}, not the tokens of a text",
                hint="Export it for the task token-classification.",
            )
        try:
            logits = self._run([[*self._before, 0, *self._after]])
        except Exception as error:  # ONNX Runtime has a class for each, of no common base
            raise InvalidRequest(
                f"{NETWORK} in {folder} cannot be run on what {TOKENIZER} makes of a text",
                hint="Export network and tokenizer together.",
            ) from error
        if logits.ndim != 3 or logits.shape[2] != classes:
            raise InvalidRequest(
                f"{NETWORK} in {folder} has no score for each of the {classes} classes of {CONFIG}",
                hint="Export it for the task token-classification, with its own config.json.",
            )

    def detect_all(self, texts: Sequence[tuple[str, Hint | None]]) -> list[list[Span]]:
        """For each of `texts` its entities, in order; none overlap."""
        return [list(self._spans(text)) for text, _ in texts]

    def _spans(self, text: str) -> Iterator[Span]:
        found = words(self._tokenizer, text)
        if not found:
            return
        for first, last, number, score in decode(self._scheme.moves(self._logits(found))):
            part = text[found[first].start : found[last].end]
            start = found[first].start + len(part) - len(part.lstrip())
            end = found[last].end - len(part) + len(part.rstrip())
            if self._wanted[number] and 0 < end - start <= MAX_ENTITY_LENGTH:
                label, kind = self._scheme.labels[number]
                yield Span(start, end, label, kind, score, "tagger", validated=False)

    def _logits(self, found: list[Word]) -> NDArray[np.float32]:
        """The scores of each word's first token."""
        rows: list[NDArray[np.float32]] = []
        batch: list[Window] = []
        for window in windows(found, length=self._length, overlap=OVERLAP):
            batch.append(window)
            if len(batch) == BATCH:
                rows += self._label(batch, found)
                batch = []
        rows += self._label(batch, found)
        return np.concatenate(rows)

    def _label(self, batch: list[Window], found: list[Word]) -> Iterator[NDArray[np.float32]]:
        """The scores of the words that each window owns."""
        if not batch:
            return
        rows, places = [], []
        for shown, start, end, shown_end in batch:
            row = list(self._before)
            owned = []
            for number in range(shown, shown_end):
                if start <= number < end:
                    owned.append(len(row))
                row += found[number].tokens
            rows.append(row + list(self._after))
            places.append(owned)
        logits = self._run(rows)
        for number, owned in enumerate(places):
            yield logits[number, owned]

    def _run(self, rows: list[list[int]]) -> NDArray[np.float32]:
        longest = max(map(len, rows))
        tokens = np.full((len(rows), longest), self._pad, np.int64)
        mask = np.zeros_like(tokens)
        for number, row in enumerate(rows):
            tokens[number, : len(row)] = row
            mask[number, : len(row)] = 1
        values = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        (logits, *_) = self._session.run(None, {name: values[name] for name in self._inputs})
        return np.asarray(logits, np.float32)


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidRequest(
            f"{CONFIG} in {folder} cannot be read", hint="Export the encoder again, to an empty folder."
        ) from error
    return config if isinstance(config, dict) else {}


def _length(config: dict[str, Any]) -> int:
    """Tokens of a window, those that stand around its words included."""
    # Position embeddings of RoBERTa and its kin begin behind the padding index: two fewer can be used.
    most = int(config.get("max_position_embeddings") or 512) - 2
    if most < SHORTEST:
        raise InvalidRequest(
            f"the encoder reads at most {most} tokens at once", hint=f"It must be able to read {SHORTEST}."
        )
    return min(WINDOW, most)


def _tokenizer(folder: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the library raises Exception itself
        raise InvalidRequest(
            f"{TOKENIZER} in {folder} is no tokenizer",
            hint="A fast tokenizer has it; save it with tokenizer.save_pretrained(folder).",
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _frame(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """The tokens before and after every text."""
    framed = tokenizer.encode("a")
    marks = framed.special_tokens_mask
    inner = [place for place, is_special in enumerate(marks) if not is_special]
    first, last = (inner[0], inner[-1]) if inner else (len(marks), len(marks))
    return framed.ids[:first], framed.ids[last + 1 :]


def _session(folder: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(folder / NETWORK), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime has a class for each, of no common base
        raise InvalidRequest(
            f"{NETWORK} in {folder} is no ONNX network", hint="Export the encoder again, to an empty folder."
        ) from error
