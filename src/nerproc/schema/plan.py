"""Dry runs on the wire: what a report would read, before it is one."""

from __future__ import annotations

from pydantic import Field

from nerproc.schema.license import License
from nerproc.schema.report import Problem, Wire


class Plan(Wire):
    """What a report would read, and what that takes of the licence."""

    objects: int = Field(description="That would be read; with `since`, as if all had changed.")
    bytes: int = Field(description="Size of them.")
    skipped: int = Field(description="Others, known to be unreadable or too large before anything is read.")
    whole: bool = Field(description="Whether the source was listed to its end; else it has at least so much.")
    license: License = Field(description="As it is before the report.")
    refusal: Problem | None = Field(
        default=None, description="Why the licence does not let the report begin, or does not cover it."
    )

    @property
    def left_bytes(self) -> int | None:
        """What is left of the licence after the report, at most; None is no limit."""
        limit = self.license.limit_bytes
        return None if limit is None else max(limit - self.license.used_bytes - self.bytes, 0)
