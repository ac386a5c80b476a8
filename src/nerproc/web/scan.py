"""New scan: files or a bucket, what to look for, a dry run, and off it goes.

Two pages: `/scan` chooses where the objects are, `/scan/settings` what is looked for in them; the source stands
in the address of the second. One route takes all that its form can ask for, and answers with the whole page, of
which scripts take the part that they want.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from nerproc.api import uploads
from nerproc.api.parameter import TheNode
from nerproc.errors import InvalidRequest, NerprocError, NotFound, Refused, SourceUnreachable, TooLarge
from nerproc.job.jobs import JobRecord
from nerproc.job.listing import Wanted, list_jobs
from nerproc.job.state import State
from nerproc.job.uploads import Uploads
from nerproc.model.explain import MOST_LENGTH, Explanation
from nerproc.node import Node
from nerproc.schema.plan import Plan
from nerproc.schema.report import ReportRequest, Source, Upload, UploadSource
from nerproc.schema.request import s3_source
from nerproc.show.highlight import preview
from nerproc.source.upload import UploadSource as UploadedFiles
from nerproc.web import jobs, trial
from nerproc.web.lines import Lines, posted
from nerproc.web.render import address, back, page
from nerproc.web.scan_form import MORE, Entered, Read, Wrong, command, read, wrong_of
from nerproc.web.visitor import ReportWriter, Visitor

router = APIRouter()

UPLOAD = "/scan/upload"
MOST_NAMES = 5  # of files, that are shown
MOST_LOOKED_AT = 20  # newest reports, for those to build upon
_OF_THE_SOURCE = {NotFound.slug, Refused.slug, SourceUnreachable.slug}  # other refusals are the licence's


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as it was entered."""

    url: str = ""
    connection: str = ""  # empty: the node's own
    wrong: Wrong | None = None
    found: str = ""  # what a look at it showed


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where the objects are."""

    source: Source
    upload: Upload | None = None
    names: tuple[str, ...] = ()  # of the first files of the upload
    wrong: Wrong | None = None  # why nothing can be read there


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying the sample text."""

    found: Explanation | None = None
    wrong: Wrong | None = None  # why there is nothing


@router.get("/scan")
def choose(
    request: Request, node: TheNode, visitor: ReportWriter, said: Annotated[str, Query(max_length=32)] = ""
) -> Response:
    """Files to upload, or a bucket."""
    return _choose(request, node, visitor, said=said)


@router.post(UPLOAD)
async def receive(request: Request, node: TheNode, visitor: ReportWriter) -> Response:
    """Take files, and go on to what is looked for in them."""
    try:
        found = await uploads.receive(request, node)
    except (InvalidRequest, TooLarge) as problem:
        return _choose(request, node, visitor, status=problem.status, upload=wrong_of(problem))
    return RedirectResponse(f"/scan/settings?upload={found.id}", 303)


@router.post("/scan/bucket")
def look(  # noqa: PLR0917 - the framework's
    request: Request,
    node: TheNode,
    visitor: ReportWriter,
    url: Annotated[str, Form(max_length=4_096)] = "",
    connection: Annotated[str, Form(max_length=200)] = "",
    do: Annotated[str, Form(max_length=8)] = "check",
) -> Response:
    """See that a bucket can be listed, and say so, or go on to what is looked for in it."""
    url = url.strip()
    try:
        found = node.reports.planner.look(s3_source(url, connection or None))
    except NerprocError as problem:
        bucket = Bucket(url, connection, wrong_of(problem))
        return _choose(request, node, visitor, status=problem.status, bucket=bucket)
    if do == "go":
        return RedirectResponse(address("/scan/settings", url=url, connection=connection), 303)
    objects = "one object" if found.keys == 1 else f"{found.keys:,} objects"
    said = f"It can be listed: there {'is' if found.keys == 1 else 'are'} {'more than ' * found.more}{objects}."
    return _choose(request, node, visitor, bucket=Bucket(url, connection, found=said))


def _choose(
    request: Request,
    node: Node,
    visitor: ReportWriter,
    *,
    status: int = 200,
    upload: Wrong | None = None,
    bucket: Bucket | None = None,
    said: str = "",
) -> Response:
    return page(
        request,
        visitor,
        "scan.html",
        status=_status(request, status),
        action=address(UPLOAD, csrf=visitor.csrf),  # the body is not for the memory
        field=uploads.FIELD,
        most=node.settings.upload_bytes,
        wrong=upload,
        bucket=bucket or Bucket(),
        connections=[("", "the server's own"), *((name, name) for name in sorted(node.settings.s3))],
        notice=jobs.SAID.get(said, ""),
    )


def _chosen(
    node: TheNode,
    upload: UUID | None = None,
    url: Annotated[str, Query(max_length=4_096)] = "",
    connection: Annotated[str, Query(max_length=200)] = "",
) -> Chosen | None:
    """What the address names; None: nothing."""
    if upload is not None:
        return _uploaded(node, upload)
    return Chosen(s3_source(url, connection or None)) if url else None


TheChosen = Annotated[Chosen | None, Depends(_chosen)]


def _uploaded(node: Node, upload_id: UUID) -> Chosen:
    source = UploadSource(upload_id=upload_id)
    try:
        found = Uploads(node.database, node.storage).get(upload_id)
        names = islice(UploadedFiles(node.storage, upload_id).list(), MOST_NAMES)
        return Chosen(source, found, tuple(ref.name for ref in names))
    except NotFound as problem:
        return Chosen(source, wrong=wrong_of(problem))


@router.get("/scan/settings")
def show_settings(request: Request, node: TheNode, visitor: ReportWriter, chosen: TheChosen) -> Response:
    """What to look for."""
    if chosen is None:
        return RedirectResponse("/scan", 303)
    return _settings(request, node, visitor, chosen, Entered())


@router.post("/scan/settings")
def settle(
    request: Request,
    node: TheNode,
    visitor: ReportWriter,
    chosen: TheChosen,
    entered: Annotated[Entered, Form()],
) -> Response:
    """What the form asks for: another row, a check, a trial, a dry run, or the scan."""
    if chosen is None:
        return RedirectResponse("/scan", 303)
    return _settings(request, node, visitor, chosen, entered)


def _settings(
    request: Request, node: Node, visitor: ReportWriter, chosen: Chosen, entered: Entered
) -> Response:
    cards = node.models.cards()
    asked = entered.search if entered.do == "try" else entered
    form = read(asked, chosen.source, cards, partial(_earlier, node, visitor))
    wrong = {**({"source": chosen.wrong} if chosen.wrong else {}), **form.wrong}
    plan: Plan | None = None
    if form.request is not None and not wrong:
        try:
            if entered.do == "start":
                key = entered.key(form.request)
                job = node.reports.create(form.request, roots=(), idempotency_key=key)
                return back(f"/jobs/{job}" if visitor.may("reports:read") else "/scan", "start")
            if entered.do == "plan":
                plan = node.reports.planner.plan(form.request, roots=())
        except (NotFound, Refused, SourceUnreachable) as problem:
            wrong["source" if problem.slug in _OF_THE_SOURCE else "licence"] = wrong_of(problem)
    tried = _try(node, entered, form) if entered.do == "try" else None
    return page(
        request,
        visitor,
        "scan_settings.html",
        status=_status(request, 422 if wrong and entered.do in ("plan", "start") else 200),
        chosen=chosen,
        entered=entered,
        models=[(card.name, card.name) for card in cards],
        card=form.card,
        wrong=wrong,
        checked=entered.do in ("check", "plan", "start"),
        tried=tried,
        shown=_shown(entered.to_try, tried),
        most=MOST_LENGTH,
        more=entered.more or bool(wrong.keys() & set(MORE)),
        finished=_finished(node, chosen.source) if visitor.may("reports:read") else [],
        plan=plan,
        lines=_lines(request, visitor, chosen, form.request) if plan and form.request else None,
    )


def _earlier(node: Node, visitor: Visitor, text: str) -> UUID:
    """The report of that id, or of those first letters for who may see what there is."""
    if visitor.may("reports:read"):
        report = node.jobs.find(text)
    else:
        try:
            report = UUID(text)
        except ValueError:
            raise InvalidRequest(f"{text!r} is no id of a report.", hint="Give the whole id.") from None
    node.reports.planner.check_since(report)
    return report


def _finished(node: Node, source: Source) -> list[JobRecord]:
    """The newest reports on objects of such a source: what they say may hold for those that are chosen."""
    wanted = Wanted(state=State.COMPLETED, kind="inference")
    jobs, _ = list_jobs(node.database, node.jobs, wanted, limit=MOST_LOOKED_AT)
    return [
        job for job in jobs if isinstance(job.request, ReportRequest) and _alike(job.request.source, source)
    ]


def _alike(one: Source, other: Source) -> bool:
    """Whether an object of one may be in the other, under the same name."""
    return one.kind == other.kind and (one.kind == "upload" or one == other)


def _try(node: Node, entered: Entered, form: Read) -> Tried | None:
    """What the report would find in the sample text, if there is one."""
    if not entered.to_try.strip():
        return None
    if form.request is None or form.card is None:
        return Tried(wrong=Wrong("Nothing is tried until what is marked is mended."))
    asked = form.request
    try:
        found = trial.explanation(
            node,
            entered.to_try,
            form.card,
            labels=asked.labels,
            custom_tags=asked.custom_tags,
            deny=asked.deny,
            threshold=asked.threshold,
        )
    except NerprocError as problem:
        return Tried(wrong=wrong_of(problem))
    return Tried(found)


def _shown(text: str, tried: Tried | None) -> str:
    return preview(text, [one.entity for one in tried.found.found]) if tried and tried.found else ""


def _lines(request: Request, visitor: ReportWriter, chosen: Chosen, asked: ReportRequest) -> Lines:
    source = asked.source.model_dump(mode="json", exclude_none=True)
    body = {"source": source, **asked.model_dump(mode="json", exclude_defaults=True, exclude={"source"})}
    place = asked.source.url if asked.source.kind == "s3" else "FOLDER"
    if chosen.upload is not None and chosen.upload.files == 1:
        place = chosen.names[0]
    return posted(request, visitor, "/reports", command=command(asked, place), body=body)


def _status(request: Request, status: int) -> int:
    """The status of an answer; scripts take parts of good ones only."""
    return 200 if "hx-request" in request.headers else status
