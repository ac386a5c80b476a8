"""Tokens and their labels, one JSON object a line: `{"tokens": ["Ann", "wrote"], "labels": ["B-NAME", "O"]}`.

The text is the tokens with a space between them. `tags` or `ner_tags` may stand for `labels`.
"""

from __future__ import annotations

from typing import Any

from nerproc.train.flaw import Flaw
from nerproc.train.format.tag import stretches
from nerproc.train.sample import Draft, RawSpan

_LABELS = ("labels", "tags", "ner_tags")


def fits(record: dict[str, Any]) -> bool:
    """Whether an object is of this form."""
    return "tokens" in record and any(key in record for key in _LABELS)


def draft(record: dict[str, Any]) -> Draft:
    """The sample that an object is."""
    tokens = record["tokens"]
    tags = next(record[key] for key in _LABELS if key in record)
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise Flaw("tokens is no list of strings", hint='write ["Ann", "wrote"]')
    if not isinstance(tags, list):
        raise Flaw("labels is no list", hint='write ["B-NAME", "O"]')
    if len(tokens) != len(tags):
        raise Flaw(
            f"there are {len(tokens)} tokens and {len(tags)} labels", hint="give each token one, O for none"
        )
    return joined(tokens, tags, str(record.get("document") or ""))


def joined(tokens: list[str], tags: list[Any], document: str) -> Draft:
    """A sample of tokens with a space between them."""
    starts, end = [], 0
    for token in tokens:
        starts.append(end)
        end += len(token) + 1
    spans = [
        RawSpan(starts[first], starts[last] + len(tokens[last]), label)
        for first, last, label in stretches(tags)
    ]
    return Draft(" ".join(tokens), spans, document)
