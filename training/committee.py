"""Encoders of several seeds as one teacher: the mean of what they say of the words of texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from nerproc.train.sample import Sample
from training.minilm import Encoder
from training.tokens import Chances, collate, framed, sentence

WEIGHTS = "weights.safetensors"
_BATCH = 32  # texts that are read at once
# Processors with AMX multiply numbers of 16 bits many times as fast.
BITS = 16 if "amx_bf16" in Path("/proc/cpuinfo").read_text("utf-8") else 32


def quick(bits: int) -> torch.autocast:
    """In it, matrices are multiplied in so many bits."""
    return torch.autocast("cpu", torch.bfloat16, enabled=bits == 16)


class Committee:
    """Reads texts under the rules of one corpus."""

    def __init__(
        self, folders: Sequence[Path], tokenizer: Tokenizer, labels: Sequence[str], corpus: int, *, bits: int
    ) -> None:
        """Read with the encoders whose weights are in `folders`."""
        self._tokenizer = tokenizer
        self._labels = labels
        self._corpus = corpus
        self._bits = bits
        self._networks = []
        for folder in folders:
            network = Encoder(1 + 2 * len(labels))
            network.load_state_dict(load_file(folder / WEIGHTS))
            self._networks.append(network.eval())

    def __call__(self, texts: Sequence[str]) -> list[Chances]:
        """The chances of the moves of each word of each text, as the tokenizer has words."""
        shown = [
            framed(sentence(self._tokenizer, Sample(text, ()), self._labels, self._corpus), self._corpus)
            for text in texts
        ]
        order = sorted(range(len(shown)), key=lambda place: len(shown[place].tokens))  # little padding
        found: dict[int, Chances] = {}
        for first in range(0, len(order), _BATCH):
            places = order[first : first + _BATCH]
            batch = collate([shown[place] for place in places])
            with torch.inference_mode(), quick(self._bits):
                scores = [network(batch.tokens, batch.mask, batch.shapes) for network in self._networks]
            mean = torch.stack([torch.softmax(each.float(), 2) for each in scores]).mean(0)
            rows = mean[batch.is_word].numpy().astype(np.float16)
            ends = np.cumsum([len(shown[place].chances) for place in places])
            found.update(zip(places, np.split(rows, ends[:-1]), strict=True))
        return [found[place] for place in range(len(shown))]
