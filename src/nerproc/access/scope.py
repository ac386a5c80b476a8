"""What a token allows. `admin` allows everything; no other scope contains another."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

Scope = Literal["reports:read", "reports:write", "models:read", "models:write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


def allows(held: Collection[str], needed: Scope) -> bool:
    """Whether a token with the scopes `held` may do what needs `needed`."""
    return needed in held or "admin" in held
