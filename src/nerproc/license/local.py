"""A key that was signed by the owner of nerproc's public key; needs no network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nerproc.errors import LicenseInvalid
from nerproc.license import key as keys
from nerproc.license.base import Grant, judge, utc_now
from nerproc.license.record import Record
from nerproc.schema.license import LicenseStatus


class LocalLicense:
    """A key and what it says; the record keeps its clock from going back."""

    def __init__(
        self, key: str, public_key: Ed25519PublicKey, record: Record, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._record = record
        self._clock = clock
        self._latest: datetime | None = None
        try:
            self._grant: Grant | LicenseInvalid = keys.verify(key, public_key)
        except LicenseInvalid as error:
            self._grant = error

    def refresh(self) -> None:
        """Look how late it has been already."""
        if isinstance(self._grant, Grant):
            self._latest = self._record.see().latest

    def status(self) -> LicenseStatus:
        """Judged by what the key says, at this machine's time."""
        if isinstance(self._grant, LicenseInvalid):
            return LicenseStatus(type="local", state="invalid", reason=self._grant.message)
        if self._latest is None:
            self.refresh()
        assert self._latest is not None
        return judge("local", self._grant, now=self._clock(), latest=self._latest)
