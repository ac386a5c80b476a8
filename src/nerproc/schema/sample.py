"""What samples are made of, on the wire."""

from __future__ import annotations

from pydantic import Field

from nerproc.schema.report import Label, Wire


class Topic(Wire):
    """What is known about a label, for samples to be made of."""

    label: Label
    description: str = Field(
        default="", max_length=2_000, description="What it is; up to 40 characters, what texts call it."
    )
    examples: list[str] = Field(default=[], max_length=10_000, description="Values that it stands for.")
    contexts: list[str] = Field(
        default=[], max_length=10_000, description="Texts with {LABEL} where a value goes, or with an example."
    )
