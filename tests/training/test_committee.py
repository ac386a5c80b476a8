from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import BertPreTokenizer
from training.committee import WEIGHTS, Committee
from training.minilm import Encoder
from training.tokens import ANY

LABELS = ["LOCATION", "NAME"]
TEXTS = ["anna lee lives in rome", "rome", "lee is in rome , anna"]


@pytest.fixture
def tokenizer() -> Tokenizer:
    pieces = ["[PAD]", "[unused0]", "[UNK]", "anna", "lee", "lives", "in", "rome", "is", ","]
    tokenizer = Tokenizer(WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    for seed in (1, 2):
        torch.manual_seed(seed)
        (tmp_path / str(seed)).mkdir()
        save_file(Encoder(1 + 2 * len(LABELS)).state_dict(), tmp_path / str(seed) / WEIGHTS)
    return [tmp_path / "1", tmp_path / "2"]


def test_what_is_said_of_each_word_is_the_mean_of_what_each_says(
    tokenizer: Tokenizer, folders: list[Path]
) -> None:
    first, second, both = (
        Committee(chosen, tokenizer, LABELS, bits=32)(TEXTS, corpus=ANY)
        for chosen in (folders[:1], folders[1:], folders)
    )
    assert [len(chances) for chances in both] == [5, 1, 6]
    for one, other, mean in zip(first, second, both, strict=True):
        assert np.abs(one - other).max() > 0.01
        assert np.allclose((one.astype(np.float32) + other) / 2, mean, atol=2e-3)


def test_a_text_is_read_the_same_whatever_is_read_beside_it(tokenizer: Tokenizer, folders: list[Path]) -> None:
    committee = Committee(folders[:1], tokenizer, LABELS, bits=32)
    for text, together in zip(TEXTS, committee(TEXTS, corpus=ANY), strict=True):
        assert np.allclose(committee([text], corpus=ANY)[0], together, atol=2e-3)
