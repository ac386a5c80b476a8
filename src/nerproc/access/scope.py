"""What a token allows. `admin` allows everything; no other scope contains another.

The page hides the texts of entities until somebody with `reports:reveal` asks for them, and notes who did;
programs get them by the API with `reports:read`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

Scope = Literal["reports:read", "reports:reveal", "reports:write", "models:read", "models:write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


def allows(held: Collection[str], needed: Scope) -> bool:
    """Whether a token with the scopes `held` may do what needs `needed`."""
    return needed in held or "admin" in held
