from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from training.accurate import LABELS
from training.minilm import Encoder, Size
from training.onnx_encoder import export
from training.said import kept
from training.teacher import Reader
from training.tokens import ANY, IGNORED, epoch, sentence

from nerproc.detection.tagger.word import split
from nerproc.train.sample import Sample, Span

TEXT = "Anna Lee lives at\n12 Oak_St.\n\nBye, Anna"


@pytest.fixture
def tokenizer() -> Tokenizer:
    pieces = [
        "[PAD]",
        "[unused0]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        *"abcdefghijklmnopqrstuvwxyz0123456789.,_",
        *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789"),
        "anna",
    ]
    tokenizer = Tokenizer(WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


@pytest.fixture
def folder(tmp_path: Path, tokenizer: Tokenizer) -> Path:
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    torch.manual_seed(1)
    size = Size(vocabulary=200, width=32, layers=2, heads=4, inner=64, positions=260)
    about = {"name": "tiny", "version": "1", "description": "Tiny."}
    export(
        Encoder(1 + 2 * len(LABELS), size),
        tmp_path / "model",
        LABELS,
        tmp_path / "tokenizer.json",
        about=about,
        heads=4,
        in_8_bits=False,
    )
    return tmp_path / "model"


def test_each_word_has_chances_that_add_up_and_goes_on_only_behind_what_it_is_a_part_of(folder: Path) -> None:
    (chances, nothing) = Reader(folder, ANY, threads=2)([TEXT, ""])
    words = split(TEXT).texts
    assert len(nothing) == 0
    assert chances.shape == (len(words), 1 + 2 * len(LABELS))
    assert np.allclose(chances.sum(axis=1), 1, atol=5e-3)
    begins = chances[:, 1 : 1 + len(LABELS)].sum(axis=1)
    assert {word for word, begin in zip(words, begins, strict=True) if begin == 0} == {"\n", "\n\n"}


def test_what_was_said_is_kept(tmp_path: Path, folder: Path) -> None:
    reader = Reader(folder, ANY, threads=2)
    texts = [TEXT, "", "Bob", "a b c"]
    said = kept(reader, tmp_path / "said", size=3)(texts)

    def silent(_texts: object) -> list[np.ndarray]:
        raise AssertionError

    again = kept(silent, tmp_path / "said", size=3)(texts)
    for one, other, fresh in zip(said, again, reader(texts), strict=True):
        assert (one == other).all()
        assert np.allclose(one, fresh, atol=2e-3)


def test_batches_hold_every_word_once_with_its_move(tokenizer: Tokenizer) -> None:
    sample = Sample(TEXT, (Span(0, 8, "NAME"), Span(18, 28, "ADDRESS"), Span(35, 39, "NAME")))
    one = sentence(tokenizer, sample, LABELS, 2)
    assert len(one.tokens) == len(one.shapes) == len(one.moves)
    name, address = LABELS.index("NAME"), LABELS.index("ADDRESS")
    inside = 1 + len(LABELS)
    assert [move for move in one.moves.tolist() if move > 0] == [
        1 + name, inside + name, 1 + address, *[inside + address] * 4, 1 + name
    ]  # fmt: skip
    batches = list(epoch([one] * 7, np.random.default_rng(1), tokens=64))
    shown = torch.cat([batch.moves[batch.moves != IGNORED] for batch in batches])
    told = torch.cat([batch.chances for batch in batches])
    assert (told.argmax(dim=1) == shown).all()
    assert (told.max(dim=1).values == 1).all()
    assert sorted(shown.tolist()) == sorted([move for move in one.moves.tolist() if move != IGNORED] * 7)
    assert all(
        batch.mask.sum() == (batch.tokens.shape[0] * batch.tokens.shape[1]) - (batch.mask == 0).sum()
        for batch in batches
    )
