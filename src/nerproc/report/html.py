"""A report as one HTML file that needs nothing else.

Counts, groups, charts with their tables, entities, errors. It asks no server for anything, has no script,
and tells browsers to allow neither. The texts of entities and what stands around them are left out unless
they are asked for. Of a large report it has the first entities, and says so.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from nerproc.report.found import Found
from nerproc.schema.entity import Entity
from nerproc.schema.report import Report
from nerproc.schema.words import duration
from nerproc.show.chart import Bars, Heat
from nerproc.show.highlight import Span, highlight, preview
from nerproc.show.inert import Html, inert
from nerproc.show.palette import colour
from nerproc.show.style import CSS
from nerproc.show.svg import figure
from nerproc.show.table import Cell, Table

MOST_ENTITIES = 1_000
MOST_OBJECTS = 25  # of the heat table, and with previews

_STYLE = (
    CSS
    + """
body{margin:0 auto;padding:1.5rem;max-width:75rem}
h1{font-size:1.6rem;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2.2rem 0 .75rem}
h3{font-size:1rem;margin:1.25rem 0 .5rem;overflow-wrap:anywhere}
header p{margin:.25rem 0;color:var(--np-dim)}
nav{margin:.75rem 0 0}nav a{margin-right:1rem}
.numbers{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0 0;padding:0}
.numbers div{background:var(--np-panel);border:1px solid var(--np-line);border-radius:6px;padding:.5rem .9rem}
.numbers dt{color:var(--np-dim);font-size:.85em}
.numbers dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}
table.data{width:100%}
table.data :is(thead th,.number){white-space:nowrap}
table.data tbody th{min-width:9rem;overflow-wrap:anywhere}
table.data td:has(.words){min-width:20rem}
.note{border-left:3px solid var(--np-edge);padding:.1rem 0 .1rem .8rem;color:var(--np-dim);max-width:60rem}
.nerproc .text.words{line-height:1.6;white-space:normal}
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
@media print{body{max-width:none;padding:0;font-size:11px}nav{display:none}details:not([open]){display:none}
h2{break-after:avoid}.numbers div{break-inside:avoid}}
"""
)


def write(found: Found) -> Iterator[bytes]:
    """The file, section by section."""
    report = found.report()
    for section in (
        _begin(report, found),
        _counts(report, found),
        _groups(report),
        _objects(found),
        *_entities(report, found),
        *(_previews(found) if found.reveal else ()),
        _errors(report),
        "</main></body></html>\n",
    ):
        yield section.encode()


def _begin(report: Report, found: Found) -> str:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{inert(report.name)} – nerproc</title>
<style>{_STYLE}</style>
</head>
<body class="nerproc">
<header><h1><bdi>{inert(report.name)}</bdi></h1>
<p>Report <code>{report.id}</code>, {report.state}{", paused" if report.paused else ""}, by the model \
{inert(report.model)}.</p>
<p>Source: <bdi>{inert(_source(report))}</bdi></p>
<p>{_times(report)}</p>
{_note(report, found)}
<nav aria-label="Sections"><a href="#labels">Labels</a><a href="#groups">Groups</a>\
<a href="#objects">Objects</a><a href="#entities">Entities</a><a href="#errors">Errors</a></nav></header>
<main>
"""


def _note(report: Report, found: Found) -> str:
    only = f" Only entities of {inert(', '.join(sorted(found.labels)))} are shown." if found.labels else ""
    if found.reveal:
        words = (
            "This file has the texts of the entities that were found: keep it as you would keep the documents."
        )
    else:
        command = f"nerproc report export {report.id} --format html --reveal"
        words = f"The texts of entities are left out; <code>{command}</code> shows them."
    return f'<p class="note">{words}{only}</p>'


def _source(report: Report) -> str:
    if report.source.kind == "local":
        return ", ".join(report.source.paths)
    return report.source.url if report.source.kind == "s3" else f"upload {report.source.upload_id}"


def _times(report: Report) -> str:
    begun = (
        f"Begun {_time(report.started_at)}" if report.started_at else f"Submitted {_time(report.created_at)}"
    )
    ended = f", ended {_time(report.finished_at)}" if report.finished_at else ""
    return f"{begun}{ended}{f', after {duration(report.seconds)}' if report.seconds else ''}."


def _time(moment: datetime) -> str:
    return f'<time datetime="{moment.isoformat()}">{moment:%Y-%m-%d %H:%M:%S} UTC</time>'


def _counts(report: Report, found: Found) -> str:
    counts = {label: n for label, n in report.label_counts.items() if not found.labels or label in found.labels}
    objects = report.objects
    numbers = [
        ("Entities", f"{sum(counts.values()):,}"),
        ("Objects", f"{objects.total:,}"),
        ("Succeeded", f"{objects.succeeded:,}"),
        ("Skipped", f"{objects.skipped:,}"),
        ("Failed", f"{objects.failed:,}"),
        ("Read", _bytes(report.bytes)),
        ("Speed", f"{_bytes(report.bytes_per_second)}/s" if report.bytes_per_second else "–"),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in numbers)
    return (
        f'<dl class="numbers">{listed}</dl>'
        f'<section id="labels"><h2>Labels</h2>{figure(Bars("Entities by label", counts))}</section>'
    )


def _bytes(number: float) -> str:
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if number >= size:
            return f"{number / size:,.3g} {unit}"
    return f"{number:,.0f} B"


def _groups(report: Report) -> str:
    rows: list[list[Cell]] = [[group.name, group.query, group.object_count] for group in report.groups]
    table = Table("Objects that match the query of a group", ("Group", "Query", "Objects"), rows)
    return _section("groups", "Groups", table.html() if rows else "<p>The report has no groups.</p>")


def _objects(found: Found) -> str:
    heaviest = found.reader.heaviest(found.parts, limit=MOST_OBJECTS, labels=found.labels)
    title = (
        f"The {MOST_OBJECTS} objects with most entities"
        if len(heaviest) == MOST_OBJECTS
        else "Objects by label"
    )
    body = figure(Heat(title, heaviest)) if heaviest else "<p>No object has entities.</p>"
    return _section("objects", "Objects", body)


def _entities(report: Report, found: Found) -> Iterator[str]:
    entities, more = found.reader.entities(found.parts, limit=MOST_ENTITIES, labels=found.labels)
    yield '<section id="entities"><h2>Entities</h2>'
    if not entities:
        yield "<p>Nothing was found.</p></section>"
        return
    if more:
        yield (
            f"<p>The first {MOST_ENTITIES:,} entities; the file has no more of them. All are in "
            f"<code>nerproc report export {report.id} --format csv -o found.csv</code>.</p>"
        )
    columns = _REVEALED if found.reveal else _MASKED
    head = "".join(f'<th scope="col"{css}>{name}</th>' for name, css, _ in columns)
    caption = (
        "In order of object and place" if found.reveal else "In order of object and place, without their texts"
    )
    yield f'<div class="scroll"><table class="data"><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
    yield "<tbody>"
    yield from (_row(entity, columns) for entity in entities)
    yield "</tbody></table></div></section>"


_Column = tuple[str, str, Callable[[Entity], str]]


def _row(entity: Entity, columns: Sequence[_Column]) -> str:
    (_, _, first), *others = columns
    cells = "".join(f"<td{css}>{cell(entity)}</td>" for _, css, cell in others)
    return f'<tr><th scope="row">{first(entity)}</th>{cells}</tr>'


def _place(entity: Entity) -> str:
    named = [(name, getattr(entity.location, name, None)) for name in ("member", "page", "sheet", "row")]
    told = [f"{name} {value}" for name, value in named if value is not None]
    return inert(", ".join([*told, f"at\u00a0{entity.start:,}"]))


def _words(entity: Entity) -> Html:
    """The entity in what stands around it."""
    left = entity.left_context
    span = Span(len(left), len(left) + len(entity.text), entity.label)
    return highlight(f"{left}{entity.text}{entity.right_context}", [span], css="text words")


_NUMBER = ' class="number"'
_MASKED: list[_Column] = [
    ("Object", "", lambda entity: f"<bdi>{inert(entity.object)}</bdi>"),
    ("Place", "", lambda entity: f"<bdi>{_place(entity)}</bdi>"),
    ("Label", "", lambda entity: f'<span class="tag {colour(entity.label)}">{inert(entity.label)}</span>'),
    ("Kind", "", lambda entity: inert(entity.kind or "")),
    ("Score", _NUMBER, lambda entity: f"{entity.score:.2f}"),
    ("Found by", "", lambda entity: inert(entity.source)),
]
_REVEALED: list[_Column] = [*_MASKED[:2], ("Text", "", _words), *_MASKED[3:]]


def _previews(found: Found) -> Iterator[str]:
    """The beginnings of the objects of the heat table."""
    names = [name for name, _ in found.reader.heaviest(found.parts, limit=MOST_OBJECTS, labels=found.labels)]
    rows, _ = found.reader.objects(found.parts, limit=MOST_OBJECTS, objects=names) if names else ([], None)
    yield '<section id="previews"><h2>How objects begin</h2>'
    for row in sorted(rows, key=lambda row: names.index(row.object)):
        spans = [span for span in row.preview_spans if not found.labels or span.label in found.labels]
        yield f"<h3><bdi>{inert(row.object)}</bdi></h3>{preview(row.preview_text, spans)}"
    yield "</section>"


def _errors(report: Report) -> str:
    rows = [[error.object, error.status, error.reason] for error in report.errors]
    caption = f"The first {len(rows):,} objects that were not read, or not wholly"
    table = Table(caption, ("Object", "Status", "Reason"), rows)
    body: Iterable[str] = [
        f"<p>The report failed: {inert(report.failure)}</p>" if report.failure else "",
        table.html() if rows else "<p>Every object was read.</p>",
    ]
    return _section("errors", "Errors", "".join(body))


def _section(name: str, title: str, body: str) -> str:
    return f'<section id="{name}"><h2>{title}</h2><div class="scroll">{body}</div></section>'
