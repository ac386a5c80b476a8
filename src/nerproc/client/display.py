"""What notebooks show of jobs, reports and entities: the charts and marks of `nerproc.show`.

A notebook keeps what it shows: texts of entities are in it as they are in what was asked for.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from nerproc.errors import NerprocError
from nerproc.schema.words import duration
from nerproc.show.chart import Bars
from nerproc.show.highlight import Span, highlight, joined, preview
from nerproc.show.inert import inert
from nerproc.show.palette import colour
from nerproc.show.style import CSS
from nerproc.show.svg import figure
from nerproc.show.table import Cell, Table

if TYPE_CHECKING:
    from nerproc.client.client import Client
    from nerproc.client.value import EntityPage, Job, ObjectResult, Report
    from nerproc.schema.entity import Entity

MOST_JOBS = 10
MOST_ENTITIES = 50  # of a page that are shown
MOST_ERRORS = 10


def client_html(client: Client) -> str:
    """The head and its newest jobs; the head alone, if it does not answer."""
    jobs: list[Job] = []
    with suppress(NerprocError):
        jobs = list(islice(client.jobs(), MOST_JOBS))
    rows: list[list[Cell]] = [
        [job.name, job.kind, job.state, job.objects.total, job.entities, str(job.id)[:8]] for job in jobs
    ]
    columns = ("Job", "Kind", "State", "Objects", "Entities", "Id")
    return _shown(f"<p>Client of {inert(client.url)}</p>", Table("Newest jobs", columns, rows).html())


def job_html(job: Job) -> str:
    """How far a job is."""
    return _shown(_title(job.name, job.state, job.model), _numbers(job))


def report_html(report: Report) -> str:
    """Counts, entities by label, groups, and the first errors."""
    groups: list[list[Cell]] = [[group.name, group.query, group.object_count] for group in report.groups]
    errors: list[list[Cell]] = [[e.object, e.status, e.reason] for e in report.errors[:MOST_ERRORS]]
    return _shown(
        _title(report.name, report.state, report.model),
        _numbers(report),
        figure(Bars("Entities by label", report.label_counts)),
        Table("Groups", ("Group", "Query", "Objects"), groups).html() if groups else "",
        Table("Not read, or not wholly", ("Object", "Status", "Reason"), errors).html() if errors else "",
    )


def object_html(found: ObjectResult) -> str:
    """How an object begins, with what was found there."""
    text, spans = joined(found.preview)
    reason = f"<p>{inert(found.reason)}</p>" if found.reason else ""
    return _shown(_title(found.object, found.status, found.media_type or ""), reason, preview(text, spans))


def page_html(page: EntityPage) -> str:
    """The first entities of a page, each in what stands around it."""
    rows = "".join(map(_row, page.items[:MOST_ENTITIES]))
    left = len(page) - MOST_ENTITIES
    more = f"<p>and {left:,} more of this page</p>" if left > 0 else ""
    names = ("Object", "Label", "Text", "Score")
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    table = f'<table class="data"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return _shown(f"<p>{len(page):,} entities</p>", table, more)


def _row(entity: Entity) -> str:
    left = entity.left_context
    span = Span(len(left), len(left) + len(entity.text), entity.label)
    words = highlight(f"{left}{entity.text}{entity.right_context}", [span])
    label = f'<span class="tag {colour(entity.label)}">{inert(entity.label)}</span>'
    return (
        f'<tr><th scope="row"><bdi>{inert(entity.object)}</bdi></th><td>{label}</td><td>{words}</td>'
        f'<td class="number">{entity.score:.2f}</td></tr>'
    )


def _title(name: str, state: str, what: str) -> str:
    return (
        f"<p><strong><bdi>{inert(name)}</bdi></strong> {inert(state)}{f', {inert(what)}' if what else ''}</p>"
    )


def _numbers(job: Job | Report) -> str:
    counts = job.objects
    seconds = (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None
    told = [
        f"{job.entities:,} entities",
        f"{counts.succeeded:,} of {counts.total:,} objects",
        f"{counts.skipped:,} skipped" if counts.skipped else "",
        f"{counts.failed:,} failed" if counts.failed else "",
        f"{job.bytes:,} of {job.total_bytes:,} bytes",
        duration(seconds) if seconds is not None else "",
        inert(job.failure or ""),
    ]
    return f"<p>{', '.join(filter(None, told))}</p>"


def _shown(*pieces: str) -> str:
    return "".join(['<div class="nerproc"><style>', CSS, "</style>", *pieces, "</div>"])
