"""Where a model comes from: its base, and the base of that; what was made of it; and what else it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nerproc.schema.report import ModelCard

_TOLD = {"base", "base_version", "base_id", "samples", "job", "seconds", "f1"}  # in places of their own


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A model that another was made from."""

    name: str
    version: str
    card: ModelCard | None  # None: it was deleted


def base_of(card: ModelCard, cards: Sequence[ModelCard]) -> Ancestor | None:
    """The model that one was trained from here, if there was one."""
    if card.origin != "trained" or not (name := card.lineage.get("base")):
        return None
    identity = card.lineage.get("base_id")
    known = next(
        (
            one
            for one in cards
            if (str(one.id) == identity if identity else one.id is None and one.name == name)
        ),
        None,
    )
    return Ancestor(known.name if known else str(name), str(card.lineage.get("base_version") or ""), known)


def ancestors(card: ModelCard, cards: Sequence[ModelCard]) -> Iterator[Ancestor]:
    """What a model goes back to, its base first; it ends behind one that was deleted."""
    found = base_of(card, cards)
    while found is not None:
        yield found
        found = base_of(found.card, cards) if found.card else None


def made_of(card: ModelCard, cards: Sequence[ModelCard]) -> list[ModelCard]:
    """The models whose base this one is."""
    return [one for one in cards if (base := base_of(one, cards)) and base.card == card]


def facts(card: ModelCard) -> list[tuple[str, str]]:
    """The rest of the lineage, a name and a text for each; what an imported model says is all of that."""
    told = _TOLD if card.origin == "trained" else set[str]()
    rest = [(name, value) for name, value in card.lineage.items() if name not in told]
    return [(name.replace("_", " ").capitalize(), _text(value)) for name, value in rest]


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
