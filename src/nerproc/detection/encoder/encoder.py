"""Runs an encoder over texts of any length.

A folder has `model.onnx`, `tokenizer.json` and `config.json`, as Hugging Face's exporters write them. A text is
read in windows of whole sentences, or of words that overlap where there are none; every word is labelled once.
The label of a word is that of its first token, as such encoders are trained.

Each window is run by itself, without padding: an encoder in 8 bits scales what it computes by the largest value
there is, so windows that were run together would change each other. Nor would it be any faster.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nerproc.detection.encoder.scheme import Scheme, names_of
from nerproc.detection.encoder.shape import OTHER, SHAPES, shapes
from nerproc.detection.encoder.word import LONGEST, Word, cuts, windows, words
from nerproc.detection.network.calibration import Calibration, calibrated
from nerproc.detection.network.decode import decode
from nerproc.detection.network.folder import CARD, Card, card, check, content
from nerproc.detection.network.session import Session
from nerproc.detection.network.tidy import tidied
from nerproc.detection.span import Hint, Span
from nerproc.errors import InvalidRequest
from nerproc.schema.entity import MAX_ENTITY_LENGTH

NETWORK = "model.onnx"
TOKENIZER = "tokenizer.json"
CONFIG = "config.json"
KIND = "encoder"
WINDOW = 128  # tokens: attention costs their square, and what is computed of more does not fit the caches
OVERLAP = 16  # tokens that a window shows on each side of what it owns, but where a sentence begins or ends
SHORTEST = 2 * OVERLAP + LONGEST  # tokens that an encoder must be able to read
_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}

_Numbers = NDArray[np.int64]
_Scores = NDArray[np.float32]


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
        self._calibration = _calibration(folder)
        config = _config(folder)
        names = names_of(config.get("id2label"))
        self._scheme = Scheme(names)
        self._wanted = np.array([labels is None or label in labels for label, _ in self._scheme.labels])
        self._tokenizer = _tokenizer(folder)
        self._session = Session(folder / NETWORK, threads=threads)
        self._before, self._after = _frame(self._tokenizer)
        self._length = _length(config) - len(self._before) - len(self._after)
        self._shows_shapes = _shows_shapes(config, self._session.inputs)
        self._check(len(names), folder)

    def _check(self, classes: int, folder: Path) -> None:
        """See that network, tokenizer and names fit each other."""
        inputs = self._session.inputs
        if set(inputs) - _INPUTS or "input_ids" not in inputs:
            raise InvalidRequest(
                f"{NETWORK} in {folder} takes {', '.join(inputs)}, not the tokens of a text",
                hint="Export it for the task token-classification.",
            )
        try:
            whole = np.arange(self._length)  # a whole window, so that no text is too long for its positions
            logits = self._run(np.zeros_like(whole), whole % SHAPES)
        except Exception as error:  # ONNX Runtime has a class for each, of no common base
            raise InvalidRequest(
                f"{NETWORK} in {folder} cannot be run on what {TOKENIZER} makes of a text",
                hint="Export network, tokenizer and config.json (with its max_position_embeddings) together.",
            ) from error
        if logits.ndim != 2 or logits.shape[1] != classes:
            raise InvalidRequest(
                f"{NETWORK} in {folder} has no score for each of the {classes} classes of {CONFIG}",
                hint="Export it for the task token-classification, with its own config.json.",
            )

    def detect_all(self, texts: Sequence[tuple[str, Hint | None]]) -> list[list[Span]]:
        """For each of `texts` its entities, in order; none overlap."""
        return [self._spans(text) for text, _ in texts]

    def _spans(self, text: str) -> list[Span]:
        """The entities in `text`."""
        found = words(self._tokenizer, text)
        if not found:
            return []
        is_none = np.zeros(len(found), np.bool_)
        entities = decode(self._scheme.moves(self._logits(text, found)), closed=is_none, breaks=is_none)
        scores = calibrated(entities.chances, self._calibration)
        columns = (column.tolist() for column in (entities.starts, entities.ends, entities.labels, scores))
        spans = []
        for first, end_word, number, score in zip(*columns, strict=True):
            part = text[found[first].start : found[end_word - 1].end]
            start = found[first].start + len(part) - len(part.lstrip())
            end = found[end_word - 1].end - len(part) + len(part.rstrip())
            if self._wanted[number] and 0 < end - start <= MAX_ENTITY_LENGTH:
                label, kind = self._scheme.labels[number]
                spans.append(Span(start, end, label, kind, score, "tagger", validated=False))
        return tidied(text, spans)

    def _logits(self, text: str, found: list[Word]) -> _Scores:
        """The scores of the first token of each word in `found`, which are those of `text`."""
        counts = np.fromiter((len(word.tokens) for word in found), np.int64, len(found))
        places = np.append(0, np.cumsum(counts))  # of each word's first token
        tokens = np.fromiter((token for word in found for token in word.tokens), np.int64, places[-1])
        kinds = np.full_like(tokens, OTHER)
        if self._shows_shapes:
            kinds = np.repeat(shapes([text[word.start : word.end] for word in found]), counts)
        rows = []
        chosen = windows(found, length=self._length, overlap=OVERLAP, cuts=cuts(text, found))
        for shown, start, end, shown_end in chosen:
            first, last = places[shown], places[shown_end]
            logits = self._run(tokens[first:last], kinds[first:last])
            rows.append(logits[places[start:end] - first])
        return np.concatenate(rows)

    def _run(self, tokens: _Numbers, kinds: _Numbers) -> _Scores:
        """The scores of `tokens`, a row each."""
        before, after = len(self._before), len(self._after)
        framed = np.concatenate([self._before, tokens, self._after])[None]
        values = {
            "input_ids": framed,
            "attention_mask": np.ones_like(framed),
            "token_type_ids": np.pad(kinds, (before, after), constant_values=OTHER)[None]
            if self._shows_shapes
            else np.zeros_like(framed),
        }
        logits = self._session.run(*(values[name] for name in self._session.inputs))
        return logits[0, before : before + len(tokens)]


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidRequest(
            f"{CONFIG} in {folder} cannot be read", hint="Export the encoder again, to an empty folder."
        ) from error
    return config if isinstance(config, dict) else {}


def _calibration(folder: Path) -> Calibration:
    """What `model.json` says, if there is one; then files are those that it names."""
    if not (folder / CARD).is_file():
        return Calibration()
    settings = card(content(folder), folder, Card)
    if settings.kind != KIND:
        raise InvalidRequest(
            f"the model in {folder} is not an encoder, but {settings.kind!r}",
            hint="Name the folder of another.",
        )
    if {NETWORK, TOKENIZER, CONFIG} - set(settings.files):
        raise InvalidRequest(
            f"{CARD} in {folder} must name {NETWORK}, {TOKENIZER} and {CONFIG}",
            hint="Without it, it is described from these files.",
        )
    check(folder, settings.files)
    found = labels_of(folder)
    if sorted(set(settings.labels)) != found:
        raise InvalidRequest(
            f"{CARD} in {folder} has not the labels of {CONFIG}",
            hint=f"What the classes of the encoder stand for is: {', '.join(found)}.",
        )
    return settings.calibration


def _shows_shapes(config: dict[str, Any], inputs: Sequence[str]) -> bool:
    """Whether the types of tokens are the shapes of words."""
    types = config.get("token_types")
    if types is None:
        return False
    if types != "shape" or "token_type_ids" not in inputs:
        raise InvalidRequest(
            f'{CONFIG} says "token_types": {json.dumps(types)}, which cannot be shown to {NETWORK}',
            hint='Only "shape" is known, for a network with the input token_type_ids.',
        )
    return True


def _length(config: dict[str, Any]) -> int:
    """Tokens of a window, those that stand around its words included."""
    # Position embeddings of RoBERTa and its kin begin behind the padding index: two fewer can be used.
    positions = config.get("max_position_embeddings") or 512
    most = positions - 2 if isinstance(positions, int) else 0
    if most < SHORTEST:
        raise InvalidRequest(
            f'{CONFIG} says "max_position_embeddings": {json.dumps(positions)}: too few tokens at once',
            hint=f"The encoder must be able to read {SHORTEST + 2}.",
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


def _frame(tokenizer: Tokenizer) -> tuple[_Numbers, _Numbers]:
    """The tokens before and after every text."""
    framed = tokenizer.encode("a")
    marks = framed.special_tokens_mask
    inner = [place for place, is_special in enumerate(marks) if not is_special]
    first, last = (inner[0], inner[-1]) if inner else (len(marks), len(marks))
    return np.array(framed.ids[:first], np.int64), np.array(framed.ids[last + 1 :], np.int64)
