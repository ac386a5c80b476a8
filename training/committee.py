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
from training.tokens import Chances, Text, collate, framed, sentence

WEIGHTS = "weights.safetensors"
_BATCH = 32  # texts that are read at once
# Processors with AMX multiply numbers of 16 bits many times as fast.
BITS = 16 if "amx_bf16" in Path("/proc/cpuinfo").read_text("utf-8") else 32


def quick(bits: int) -> torch.autocast:
    """In it, matrices are multiplied in so many bits."""
    return torch.autocast("cpu", torch.bfloat16, enabled=bits == 16)


def logits(network: Encoder, texts: Sequence[Text], *, bits: int = 32) -> list[torch.Tensor]:
    """What the network says of each text: words x moves, not yet chances."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place].tokens))  # little padding
    found: dict[int, torch.Tensor] = {}
    for first in range(0, len(order), _BATCH):
        places = order[first : first + _BATCH]
        batch = collate([texts[place] for place in places])
        with torch.inference_mode(), quick(bits):
            said = network(batch.tokens, batch.mask, batch.shapes)[batch.is_word].float()
        found.update(zip(places, said.split([len(texts[place].chances) for place in places]), strict=True))
    return [found[place] for place in range(len(texts))]


class Committee:
    """Reads texts with several encoders."""

    def __init__(
        self, folders: Sequence[Path], tokenizer: Tokenizer, labels: Sequence[str], *, bits: int
    ) -> None:
        """Read with the encoders whose weights are in `folders`."""
        self._tokenizer = tokenizer
        self._labels = labels
        self._bits = bits
        self._networks = []
        for folder in folders:
            network = Encoder(1 + 2 * len(labels))
            network.load_state_dict(load_file(folder / WEIGHTS))
            self._networks.append(network.eval())

    def __call__(self, texts: Sequence[str], *, corpus: int) -> list[Chances]:
        """The chances of the moves of each word, as the tokenizer has words, under the rules of a corpus."""
        shown = [
            framed(sentence(self._tokenizer, Sample(text, ()), self._labels, corpus), corpus) for text in texts
        ]
        said = [logits(network, shown, bits=self._bits) for network in self._networks]
        means = (
            torch.stack([torch.softmax(one, 1) for one in each]).mean(0) for each in zip(*said, strict=True)
        )
        return [mean.numpy().astype(np.float16) for mean in means]
