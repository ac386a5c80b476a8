"""`nerproc.Client`: what the API can do, as methods.

Values are the wire types of `nerproc.schema`, errors the classes of `nerproc.errors`. How a request is made is
`transport.py`'s business, what an upload looks like `upload.py`'s; results, feedback, trainings and redactions
have files of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote
from uuid import UUID

from nerproc.client.address import head_url
from nerproc.client.feedback import FeedbackCalls
from nerproc.client.redaction import RedactionCalls
from nerproc.client.result import PAGE, ResultCalls
from nerproc.client.training import TrainingCalls
from nerproc.client.transport import Transport
from nerproc.client.upload import LocalFile, Multipart, find_files, name_of
from nerproc.client.value import Job, Report, read
from nerproc.errors import InvalidRequest, NotFound
from nerproc.schema.license import License
from nerproc.schema.plan import Plan
from nerproc.schema.report import (
    Event,
    JobState,
    LocalSource,
    ModelCard,
    S3Source,
    Upload,
    UploadSource,
)
from nerproc.schema.request import S3, build_request, s3_source
from nerproc.schema.service import Activity, Worker
from nerproc.settings import Settings

# Of files that models have.
MODEL_SUFFIXES = (".json", ".jsonl.gz", ".onnx", ".onnx_data", ".safetensors", ".txt")


class Client(ResultCalls, FeedbackCalls, TrainingCalls, RedactionCalls):
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

    def plan(self, source: str | LocalSource | UploadSource | S3Source, **what: Any) -> Plan:
        """Dry run: what a report would read, and what that takes of the head's licence; nothing starts.

        `source` and `what` are as for `submit`, but for paths of this machine, which the head does not see:
        `nerproc submit --dry-run` counts those.

        Raises:
            NerprocError: as `submit`; a refusal of the licence is part of the plan.
        """
        request = build_request(s3_source(source) if isinstance(source, str) else source, what)
        return read(Plan, self._http.send("POST", "/validate/report", json=request.model_dump(mode="json")))

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
        return read(Upload, self._http.send("POST", "/uploads", data=iter(body), headers=headers))

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
        self.wait_job(report, timeout, progress=progress)
        return self.report(report)

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
        return (self._bound(item) for item in self._http.pages("/jobs", {"state": state, "limit": 100}))

    def job(self, job: UUID | str) -> Job:
        """A job by its id, or by the first letters of it (4 or more).

        Raises:
            NotFound: there is no such job.
            Conflict: more than one id begins so.
        """
        return self._bound(self._http.get(f"/jobs/{quote(str(job), safe='')}"))

    def _bound(self, value: Any) -> Job:
        return read(Job, value).bound(self)

    def _repr_html_(self) -> str:
        """What notebooks show: the newest jobs."""
        from nerproc.client.display import client_html

        return client_html(self)

    def events(self, report: UUID | str, *, after: int = 0) -> Iterator[Event]:
        """The report's timeline behind the event `after`, as it happens, until the report ends.

        Raises:
            NotFound: there is no such report.
        """
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        for kind, text in _messages(self._http.lines(f"/reports/{report}/events", headers)):
            if kind == "timeline":
                yield read(Event, json.loads(text))

    def timeline(self, job: UUID | str) -> Iterator[Event]:
        """What happened to a job so far, oldest first.

        Raises:
            NotFound: there is no such job.
        """
        return (read(Event, item) for item in self._http.pages(f"/jobs/{job}/events", {"limit": PAGE}))

    def activity(self, job: UUID | str) -> Activity:
        """What a job's tasks are doing, and its timeline in a few lines.

        Raises:
            NotFound: there is no such job.
        """
        return read(Activity, self._http.get(f"/jobs/{job}/activity"))

    def workers(self) -> list[Worker]:
        """The workers that were seen within a day, those alive first."""
        return [read(Worker, item) for item in self._http.get("/workers")["items"]]

    def drain_worker(self, worker: UUID | str) -> None:
        """Let a worker take no more tasks; it goes on with those in hand, and stays.

        Raises:
            NotFound: there is no such worker.
        """
        self._http.send("POST", f"/workers/{worker}/drain")

    def undrain_worker(self, worker: UUID | str) -> None:
        """Let a worker that was drained take tasks again.

        Raises:
            NotFound: there is no such worker.
        """
        self._http.send("POST", f"/workers/{worker}/undrain")

    def models(self) -> list[ModelCard]:
        """The models that the head knows."""
        return [read(ModelCard, item) for item in self._http.get("/models")["items"]]

    def model(self, name: str) -> ModelCard:
        """A model that the head knows; there may be more than `models` lists.

        Raises:
            NotFound: there is no such model.
        """
        return read(ModelCard, self._http.get(f"/models/{quote(name, safe='')}"))

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
        return read(
            ModelCard, self._http.send("POST", "/models", json={"upload_id": str(upload.id), "name": name})
        )

    def delete_model(self, name: str) -> None:
        """Delete an imported or trained model, and the samples that it was trained on.

        Raises:
            NotFound: there is no such model.
            Conflict: a job runs on it, or it was neither imported nor trained.
        """
        self._http.send("DELETE", f"/models/{quote(name, safe='')}")

    def license(self) -> License:
        """The head's licence, and how much of it is used."""
        return read(License, self._http.get("/license"))


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
