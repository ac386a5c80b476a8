"""Why a document has no text: both are results for one object, never for the job."""

from __future__ import annotations


class Skipped(Exception):
    """The document is left out by design: its type, encryption, or a limit; str() is the reason."""


class Broken(Exception):
    """The document cannot be read though its type is known; str() is the reason."""
