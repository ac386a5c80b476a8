"""How much a licence covers: what is used, and whether more may begin.

Bytes are reserved when a report is sharded, and settled at its end to the size of the objects that were read
(see `reserve.py`, and CLOSE and STOP_JOB in `sql.py`). The total never falls when a report is deleted.
"""

from __future__ import annotations

from nerproc.db.database import Database
from nerproc.errors import QuotaExceeded, Refused
from nerproc.job import reserve
from nerproc.license.base import License, refusal
from nerproc.schema.license import License as LicenseView

LIFT_THE_LIMIT = (
    "A licence key lifts the limit: set NERPROC_LICENSE_KEY. "
    "Files that --exclude or --max-size leave out do not count."
)


class Quota:
    """The licence of one node, and the use that all nodes of a database make of theirs."""

    def __init__(self, database: Database, license: License) -> None:
        self._db = database
        self._license = license

    @property
    def limit(self) -> int | None:
        """Most bytes over all reports; None is no limit."""
        return self._license.status().limit_bytes

    @property
    def open(self) -> bool:
        """Whether new reports may begin."""
        return self._license.status().state == "valid"

    def used(self) -> int:
        """Bytes of all reports that ever were; running ones count with what they may need."""
        row = self._db.fetch_one(reserve.USED, retry=True)
        assert row is not None
        return int(row["used"])

    def view(self) -> LicenseView:
        """The licence and its use, as users see them."""
        return LicenseView(**self._license.status().model_dump(), used_bytes=self.used())

    def check(self, needed: int | None = None) -> None:
        """Refuse now what would be refused later: a report that needs so many bytes (None: not known yet).

        Raises:
            Refused: as `check_valid`.
            QuotaExceeded: the bytes are not covered, or there are none left.
        """
        if (refused := refusal_of(self.view(), needed)) is not None:
            raise refused

    def check_valid(self) -> None:
        """See that the licence lets work begin.

        Raises:
            Refused: it does not; the class says why.
        """
        status = self._license.status()
        if status.state != "valid":
            raise refusal(status)


def refusal_of(license: LicenseView, needed: int | None = None) -> Refused | None:
    """Why a licence refuses a report that needs so many bytes (None: not known yet), if it does."""
    if license.state != "valid":
        return refusal(license)
    limit, used = license.limit_bytes, license.used_bytes
    least = 1 if needed is None else needed
    if limit is not None and least and used + least > limit:
        return exceeded(f"{used:,}", limit, needed)
    return None


def exceeded(used: str, limit: int, needed: int | None) -> QuotaExceeded:
    """The error for a report that is not covered."""
    needs = "and this report needs more" if needed is None else f"and this report needs {needed:,} more"
    return QuotaExceeded(
        f"The free licence covers {limit:,} bytes over all reports: {used} bytes are used, {needs}.",
        hint=LIFT_THE_LIMIT,
    )
