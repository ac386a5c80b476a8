"""`nerproc.Client`: what the API can do, as methods.

Values are the wire types of `nerproc.schema`, errors the classes of `nerproc.errors`. How a request is made is
`transport.py`'s business, what an upload looks like `upload.py`'s.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote
from uuid import UUID

from nerproc.client.address import head_url
from nerproc.client.transport import Transport
from nerproc.client.upload import LocalFile, Multipart, find_files, name_of
from nerproc.errors import HeadUnreachable, InvalidRequest, NotFound, WaitTimedOut
from nerproc.schema.entity import Entity
from nerproc.schema.license import License
from nerproc.schema.report import (
    Event,
    Group,
    Job,
    JobState,
    LocalSource,
    ModelCard,
    ObjectMatch,
    ObjectResult,
    ObjectStatus,
    Report,
    S3Source,
    Upload,
    UploadSource,
    Wire,
)
from nerproc.schema.request import S3, build_request, s3_source
from nerproc.schema.service import Activity, Worker
from nerproc.settings import Settings

ExportFormat = Literal["jsonl", "csv", "parquet"]
ENDED = ("completed", "failed", "stopped")
MODEL_SUFFIXES = (".json", ".onnx", ".onnx_data", ".safetensors", ".txt")  # of files that models have
PAGE = 1_000  # items
POLL_SECONDS = (0.2, 1.0)  # between two looks at a running job: at first, and at most
PATIENCE_SECONDS = 60.0  # how long `wait` goes on when the head does not answer

W = TypeVar("W", bound=Wire)


class Client:
    """A client of one head. For use by one thread at a time; also a context manager.

    Every method may raise `nerproc.errors.HeadUnreachable`, and what its docstring names.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        """Talk to the head at `url`; None: NERPROC_API_URL, the home's own head, or http://127.0.0.1:8001."""
        settings = Settings.load()
        if token is None and settings.api_token is not None:
            token = settings.api_token.get_secret_value()
        self._http = Transport(url or head_url(settings), token)

    @property
    def url(self) -> str:
        """The head that this client talks to."""
        return self._http.url

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Work ---------------------------------------------------------------------------------------------------

    def submit(
        self,
        source: str | Path | Sequence[str | Path] | LocalSource | UploadSource | S3Source,
        *,
        idempotency_key: str | None = None,
        skipped: Callable[[LocalFile], None] | None = None,
        **what: Any,
    ) -> UUID:
        """Start a report and return its id.

        Paths are uploaded (see `upload`). `s3://bucket/prefix` and an `S3Source` name objects of a bucket, a
        `LocalSource` files of the head's machine, an `UploadSource` an upload. `what` are the other fields of
        `nerproc.schema.report.ReportRequest`: name, model, labels, custom_tags, groups, threshold, thresholds,
        allow, allow_patterns, deny, include, exclude, max_bytes, sample, since. With an `idempotency_key` used
        before, nothing is started and the id is the same as then.

        Raises:
            UsageError: a query, an expression, a label or another field is not valid.
            NotFound: there is nothing at a path or in a bucket, or no such model or upload.
            Refused: the head may not read a path, or not list the bucket.
            SourceUnreachable: the S3 server does not answer the head.
            Conflict: the key was used for another request.
            Refused: the head's licence is not valid, or does not cover the report.
        """
        if isinstance(source, str) and source.startswith(S3):
            source = s3_source(source)
        if not isinstance(source, LocalSource | UploadSource | S3Source):
            build_request(UploadSource(upload_id=UUID(int=0)), what)  # what is wrong is said before the upload
            paths = [source] if isinstance(source, str | Path) else source
            what["name"] = what.get("name") or name_of(paths)
            source = UploadSource(upload_id=self.upload(paths, skipped=skipped).id)
        request = build_request(source, what)
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
        answer = self._http.send("POST", "/reports", json=request.model_dump(mode="json"), headers=headers)
        return UUID(answer["id"])

    def upload(
        self,
        paths: str | Path | Sequence[str | Path],
        *,
        skipped: Callable[[LocalFile], None] | None = None,
    ) -> Upload:
        """Upload files and folders; `skipped` is told of files that cannot be read, else they are an error.

        Raises:
            NotFound: there is nothing at a path.
            InvalidRequest: there are no files, or one cannot be read.
        """
        files = find_files([paths] if isinstance(paths, str | Path) else paths)
        for file in files:
            if file.problem is not None:
                if skipped is None:
                    raise InvalidRequest(f"{file.path} cannot be uploaded: {file.problem}.")
                skipped(file)
        body = Multipart([file for file in files if file.problem is None])
        headers = {"Content-Type": body.content_type}
        return _read(Upload, self._http.send("POST", "/uploads", data=iter(body), headers=headers))

    def wait(
        self,
        report: UUID | str,
        timeout: float | None = None,
        *,
        progress: Callable[[Job], None] | None = None,
    ) -> Report:
        """Wait until a report has ended and return it; `progress` is called now and then with its job.

        A head that is away for up to a minute, because it is started again, is waited for.

        Raises:
            WaitTimedOut: it did not end within `timeout` seconds; it goes on.
            NotFound: there is no such report.
        """
        now = time.monotonic()
        deadline = now + timeout if timeout is not None else None
        answered = now
        pause, longest = POLL_SECONDS
        while True:
            try:
                job = self.job(report)
                answered = time.monotonic()
            except HeadUnreachable:
                if time.monotonic() - answered > PATIENCE_SECONDS:
                    raise
            else:
                if progress is not None:
                    progress(job)
                if job.state in ENDED:
                    return self.report(report)
            if deadline is not None and time.monotonic() + pause > deadline:
                raise WaitTimedOut(
                    f"Report {report} did not end within {timeout:g} s; it goes on.",
                    hint=f"nerproc status {report} --watch",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, longest)

    def stop(self, report: UUID | str) -> None:
        """Stop a report; what it found stays.

        Raises:
            NotFound: there is no such report.
            IllegalMove: it has ended already.
        """
        self._http.send("POST", f"/jobs/{report}/stop")

    def pause(self, report: UUID | str) -> None:
        """Start no more of its work; what runs goes on.

        Raises:
            NotFound: there is no such report.
            IllegalMove: it has ended.
        """
        self._http.send("POST", f"/jobs/{report}/pause")

    def resume(self, report: UUID | str) -> None:
        """Go on with a paused report.

        Raises:
            NotFound: there is no such report.
            IllegalMove: it has ended.
        """
        self._http.send("POST", f"/jobs/{report}/resume")

    def retry(self, report: UUID | str) -> None:
        """Go on with what failed or was stopped.

        Raises:
            NotFound: there is no such report.
            IllegalMove: it has neither failed nor been stopped.
        """
        self._http.send("POST", f"/jobs/{report}/retry")

    def delete(self, report: UUID | str) -> None:
        """Delete a report and everything that it found, stopping it first; nothing there is no error."""
        self._http.send("DELETE", f"/reports/{report}")

    # Results ------------------------------------------------------------------------------------------------

    def jobs(self, *, state: JobState | None = None) -> Iterator[Job]:
        """Jobs, newest first."""
        return (_read(Job, item) for item in self._http.pages("/jobs", {"state": state, "limit": 100}))

    def job(self, job: UUID | str) -> Job:
        """A job by its id, or by the first letters of it (4 or more).

        Raises:
            NotFound: there is no such job.
            Conflict: more than one id begins so.
        """
        return _read(Job, self._http.get(f"/jobs/{quote(str(job), safe='')}"))

    def report(self, report: UUID | str) -> Report:
        """A report and what it found so far.

        Raises:
            NotFound: there is no such report.
        """
        return _read(Report, self._http.get(f"/reports/{report}"))

    def group(self, report: UUID | str, group: UUID | str) -> Group:
        """A group of a report.

        Raises:
            NotFound: there is no such report, or it has no such group.
        """
        return _read(Group, self._http.get(f"/reports/{report}/groups/{group}"))

    def entities(
        self,
        report: UUID | str,
        *,
        label: str | Sequence[str] | None = None,
        object: str | Sequence[str] | None = None,  # noqa: A002 - the name of the field
    ) -> Iterator[Entity]:
        """Every entity in order, or those of some labels or objects; pages are read as they are needed.

        Raises:
            NotFound: there is no such report.
        """
        parameters = {"label": label, "object": object, "limit": PAGE}
        return map(Entity.from_dict, self._http.pages(f"/reports/{report}/entities", parameters))

    def objects(self, report: UUID | str, *, status: ObjectStatus | None = None) -> Iterator[ObjectResult]:
        """Every object in order, or those that ended in one way.

        Raises:
            NotFound: there is no such report.
        """
        pages = self._http.pages(f"/reports/{report}/objects", {"status": status, "limit": PAGE})
        return (_read(ObjectResult, item) for item in pages)

    def search(self, report: UUID | str, query: str) -> Iterator[ObjectMatch]:
        """Every object that matches a query.

        Raises:
            QueryError: the query is not valid.
            NotFound: there is no such report.
        """
        pages = self._http.pages(f"/reports/{report}/search", {"query": query, "limit": PAGE})
        return (_read(ObjectMatch, item) for item in pages)

    def export(self, report: UUID | str, format: ExportFormat = "jsonl") -> Iterator[bytes]:  # noqa: A002
        """Every entity as one file, piece by piece: `file.writelines(client.export(report, "csv"))`.

        Raises:
            NotFound: there is no such report.
        """
        return self._http.pieces(f"/reports/{report}/export", {"format": format})

    def events(self, report: UUID | str, *, after: int = 0) -> Iterator[Event]:
        """The report's timeline behind the event `after`, as it happens, until the report ends.

        Raises:
            NotFound: there is no such report.
        """
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        for kind, text in _messages(self._http.lines(f"/reports/{report}/events", headers)):
            if kind == "timeline":
                yield _read(Event, json.loads(text))

    def timeline(self, job: UUID | str) -> Iterator[Event]:
        """What happened to a job so far, oldest first.

        Raises:
            NotFound: there is no such job.
        """
        return (_read(Event, item) for item in self._http.pages(f"/jobs/{job}/events", {"limit": PAGE}))

    def activity(self, job: UUID | str) -> Activity:
        """What a job's tasks are doing, and its timeline in a few lines.

        Raises:
            NotFound: there is no such job.
        """
        return _read(Activity, self._http.get(f"/jobs/{job}/activity"))

    def workers(self) -> list[Worker]:
        """The workers that were seen within a day, those alive first."""
        return [_read(Worker, item) for item in self._http.get("/workers")["items"]]

    def models(self) -> list[ModelCard]:
        """The models that the head knows."""
        return [_read(ModelCard, item) for item in self._http.get("/models")["items"]]

    def model(self, name: str) -> ModelCard:
        """A model that the head knows; there may be more than `models` lists.

        Raises:
            NotFound: there is no such model.
        """
        return _read(ModelCard, self._http.get(f"/models/{quote(name, safe='')}"))

    def import_model(self, folder: str | Path, name: str | None = None) -> ModelCard:
        """Upload the model in a folder, and import it under another `name` if given.

        Raises:
            NotFound: there is no such folder.
            InvalidRequest: it is no model, or not a whole one.
            Conflict: there is a model of that name.
        """
        place = Path(folder).resolve()
        if not place.is_dir():
            raise NotFound(
                f"There is no folder {str(folder)!r}.", hint="Name a folder with a model.json in it."
            )
        files = [path for path in place.iterdir() if path.is_file() and path.name.endswith(MODEL_SUFFIXES)]
        if not files:
            raise InvalidRequest(f"{place} is no model.", hint="Name a folder with a model.json in it.")
        if name is None and not (place / "model.json").is_file():
            name = place.name  # only this end knows it
        upload = self.upload(files)
        return _read(
            ModelCard, self._http.send("POST", "/models", json={"upload_id": str(upload.id), "name": name})
        )

    def delete_model(self, name: str) -> None:
        """Delete an imported model.

        Raises:
            NotFound: there is no such model.
            Conflict: a report runs on it, or it was not imported.
        """
        self._http.send("DELETE", f"/models/{quote(name, safe='')}")

    def license(self) -> License:
        """The head's licence, and how much of it is used."""
        return _read(License, self._http.get("/license"))


def _read(kind: type[W], value: Any) -> W:
    """A value of the wire; fields that a newer head adds are passed over."""
    return kind.model_validate(value, extra="ignore")


def _messages(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Name and data of each message of an event stream (WHATWG HTML, 9.2); comments keep it alive."""
    kind, text = "message", ""
    for line in lines:
        field, _, value = line.partition(":")
        if not line:
            if text:
                yield kind, text
            kind, text = "message", ""
        elif field == "event":
            kind = value.removeprefix(" ")
        elif field == "data":
            text += ("\n" if text else "") + value.removeprefix(" ")
