"""Licences on the wire: what one is worth at a moment, and how much was used."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from nerproc.schema.report import Wire

LicenseType = Literal["free", "local", "keygen"]
LicenseState = Literal[
    "valid",
    "invalid",
    "expired",
    "not-yet-valid",
    "entitlement-missing",
    "not-found",
    "suspended",
    "unavailable",
]


class LicenseStatus(Wire):
    """What a licence is worth at one moment; of a key that is not genuine, nothing but that is known."""

    type: LicenseType
    state: LicenseState = Field(
        description="Only with `valid` new reports begin. The slug of the error is `license-` and the state."
    )
    reason: str | None = Field(default=None, description="Why it is not valid, or what will make it so.")
    id: str | None = None
    issued: datetime | None = None
    not_before: datetime | None = None
    expiry: datetime | None = Field(default=None, description="From then on it is expired; `null` is never.")
    entitlements: list[str] = Field(default_factory=list)
    validated_at: datetime | None = Field(
        default=None, description="Time of the last answer of Keygen that was signed."
    )
    holds_until: datetime | None = Field(
        default=None, description="So long that answer counts while no other comes."
    )
    limit_bytes: int | None = Field(
        default=None, description="Most bytes of all reports together; `null` is no limit."
    )


class License(LicenseStatus):
    """The licence of a node, and how much of it was used."""

    used_bytes: int = Field(
        description="Of all reports, deleted ones too; running ones count with what they may need."
    )
