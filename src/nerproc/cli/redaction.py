"""A redaction as people read it: where the copies are, what was replaced, what is left, what has no copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nerproc.cli.output import data, paint, printable
from nerproc.cli.summary import STATES, labels, not_done, state_of
from nerproc.schema.words import duration, size

if TYPE_CHECKING:
    from nerproc.schema.redaction import Redaction


def show_redaction(redaction: Redaction) -> None:
    """Print a redaction for people."""
    for line in _lines(redaction):
        data(line)


def _lines(redaction: Redaction) -> Iterator[str]:
    state = state_of(redaction.state, paused=redaction.paused)
    output = redaction.output.url if redaction.output.kind == "s3" else redaction.output.path
    yield f"{paint(f'● {state}', STATES[redaction.state])}  {paint(printable(redaction.name), 'bold')}"
    yield paint(f"redaction {redaction.id} of report {redaction.report_id}", "dim")
    if redaction.failure:
        yield paint(printable(redaction.failure), "red")
    yield ""
    yield f"copies    {printable(output)}"
    yield f"objects   {_counts(redaction)}"
    time = f" in {duration(redaction.seconds)}" if redaction.seconds is not None else ""
    yield f"copied    {size(redaction.bytes)}{time}"
    yield f"replaced  {sum(redaction.replaced.values()):,}"
    if redaction.replaced:
        yield ""
        yield from labels(redaction.replaced)
    if redaction.residual:
        yield ""
        yield paint("  still found in the copies", "red")
        yield from labels(redaction.residual)
    if redaction.errors:
        yield ""
        yield from not_done(redaction.errors, "not copied, or not wholly", None)


def _counts(redaction: Redaction) -> str:
    counts = redaction.objects
    done = counts.copied + counts.unchanged + counts.skipped + counts.failed
    parts = [f"{counts.copied:,} redacted"]
    parts += [f"{counts.unchanged:,} copied as they were"] if counts.unchanged else []
    parts += [f"{counts.skipped:,} skipped"] if counts.skipped else []
    parts += [paint(f"{counts.failed:,} failed", "red")] if counts.failed else []
    parts += [f"{counts.total - done:,} remaining"] if counts.total > done else []
    return ", ".join(parts)
