"""The licence of whoever has no key."""

from __future__ import annotations

from nerproc.license.base import FREE_BYTES
from nerproc.schema.license import LicenseStatus


class FreeLicense:
    """Valid for ever, for so many bytes."""

    def __init__(self, limit_bytes: int | None = FREE_BYTES) -> None:
        """`limit_bytes` over all reports; None is no limit (tests and benchmarks that need more say so)."""
        self._status = LicenseStatus(type="free", state="valid", limit_bytes=limit_bytes)

    def refresh(self) -> None:
        """There is nobody to ask."""

    def status(self) -> LicenseStatus:
        """Valid."""
        return self._status
