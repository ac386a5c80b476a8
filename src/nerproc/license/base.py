"""What a licence is: something that says what it is worth now.

    free     no key: everything, up to FREE_BYTES over all reports
    local    a signed key, verified offline
    keygen   a key that a Keygen server vouches for, now and then

How much was used is `nerproc.job`'s to count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from nerproc import errors
from nerproc.errors import Refused
from nerproc.schema.license import LicenseState, LicenseStatus, LicenseType

FREE_BYTES = 1 << 30  # that may be scanned without a key, over all reports
FULL_ACCESS = "FULL_ACCESS"  # the entitlement that lifts this limit
SKEW = timedelta(minutes=5)  # by which the clocks of honest machines may differ


class License(Protocol):
    """One small seam; every adapter passes tests/license/test_conformance.py. Thread-safe."""

    def refresh(self) -> None:
        """Ask again whatever decides about the licence, if it is time to; `status` calls it the first time.

        Raises:
            nerproc.errors.DatabaseUnreachable: what was found cannot be remembered.
        """
        ...

    def status(self) -> LicenseStatus:
        """What the licence is worth now; asks nobody."""
        ...


@dataclass(frozen=True, slots=True)
class Grant:
    """What a genuine key says."""

    id: str
    issued: datetime
    not_before: datetime
    expiry: datetime | None  # None: never
    entitlements: tuple[str, ...]


def utc_now() -> datetime:
    """The time that this machine believes in."""
    return datetime.now(UTC)


def refusal(status: LicenseStatus) -> Refused:
    """The error that a licence is which is not valid."""
    kind, hint = _REFUSALS[status.state]
    reason = status.reason or (kind.__doc__ or "").strip()
    return kind(reason[0].upper() + reason[1:].rstrip(".") + ".", hint=hint)


_OTHER_KEY = "Set NERPROC_LICENSE_KEY to another key; without one, 1 GiB is free."
_REFUSALS: dict[LicenseState, tuple[type[Refused], str]] = {
    "invalid": (errors.LicenseInvalid, "See that NERPROC_LICENSE_KEY is the whole key, or unset it."),
    "expired": (errors.LicenseExpired, _OTHER_KEY),
    "not-yet-valid": (errors.LicenseNotYetValid, "Wait, or see that the clock of this machine is right."),
    "entitlement-missing": (errors.LicenseEntitlementMissing, f"The licence needs {FULL_ACCESS}."),
    "not-found": (errors.LicenseNotFound, _OTHER_KEY),
    "suspended": (errors.LicenseSuspended, "Ask whoever issued the licence."),
    "unavailable": (errors.LicenseUnavailable, "It is asked for again every few minutes."),
}


def judge(
    kind: LicenseType, grant: Grant, *, now: datetime, latest: datetime, entitlement: str = FULL_ACCESS
) -> LicenseStatus:
    """What a genuine key is worth at `now`, when `latest` is the latest time that was ever seen.

    A clock that was set back makes no key valid again: it is noticed, and nothing is valid until it is right.
    """
    state: LicenseState = "valid"
    reason = None
    if now < latest - SKEW:
        state, reason = "unavailable", clock_set_back(now, latest)
    elif grant.expiry is not None and max(now, latest) >= grant.expiry:
        state, reason = "expired", f"the licence expired on {grant.expiry:%Y-%m-%d %H:%M:%S} UTC"
    elif now < grant.not_before - SKEW:
        state, reason = "not-yet-valid", f"the licence begins on {grant.not_before:%Y-%m-%d %H:%M:%S} UTC"
    elif entitlement not in grant.entitlements:
        state, reason = "entitlement-missing", f"the licence does not have the entitlement {entitlement}"
    return LicenseStatus(
        type=kind,
        state=state,
        reason=reason,
        id=grant.id,
        issued=grant.issued,
        not_before=grant.not_before,
        expiry=grant.expiry,
        entitlements=list(grant.entitlements),
    )


def clock_set_back(now: datetime, latest: datetime) -> str:
    """Words for a clock that is behind."""
    return (
        f"the clock of this machine was set back: it says {now:%Y-%m-%d %H:%M:%S} UTC, "
        f"but {latest:%Y-%m-%d %H:%M:%S} UTC was seen before"
    )
