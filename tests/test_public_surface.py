"""What others rely on: a change here is a change for every user."""

from __future__ import annotations

import inspect
import subprocess
import sys

import nerproc
from nerproc.errors import ExitCode


def test_public_names() -> None:
    assert set(nerproc.__all__) == {"Client", "Entity", "Location", "detect", "extract"}
    assert set(nerproc.__all__) <= set(dir(nerproc))
    for name in nerproc.__all__:
        assert getattr(nerproc, name).__name__ == name


def test_the_client() -> None:
    methods = {
        name: str(inspect.signature(method)).replace("'", "")
        for name, method in inspect.getmembers(nerproc.Client, inspect.isfunction)
        if not name.startswith("_")
    }
    job = "(self, report: UUID | str) -> None"
    assert methods == {
        "close": "(self) -> None",
        "submit": "(self, source: str | Path | Sequence[str | Path] | LocalSource | UploadSource | S3Source, "
        "*, idempotency_key: str | None = None, skipped: Callable[[LocalFile], None] | None = None, "
        "**what: Any) -> UUID",
        "plan": "(self, source: str | LocalSource | UploadSource | S3Source, **what: Any) -> Plan",
        "upload": "(self, paths: str | Path | Sequence[str | Path], *, "
        "skipped: Callable[[LocalFile], None] | None = None) -> Upload",
        "wait": "(self, report: UUID | str, timeout: float | None = None, *, "
        "progress: Callable[[Job], None] | None = None) -> Report",
        "stop": job,
        "pause": job,
        "resume": job,
        "retry": job,
        "delete": job,
        "jobs": "(self, *, state: JobState | None = None) -> Iterator[Job]",
        "job": "(self, job: UUID | str) -> Job",
        "report": "(self, report: UUID | str) -> Report",
        "group": "(self, report: UUID | str, group: UUID | str) -> Group",
        "entities": "(self, report: UUID | str, *, label: str | Sequence[str] | None = None, "
        "object: str | Sequence[str] | None = None, min_score: float | None = None) -> Iterator[Entity]",
        "entity_page": "(self, report: UUID | str, *, label: str | Sequence[str] | None = None, "
        "object: str | Sequence[str] | None = None, cursor: str | None = None, limit: int = 100) -> EntityPage",
        "objects": "(self, report: UUID | str, *, status: ObjectStatus | None = None) "
        "-> Iterator[ObjectResult]",
        "search": "(self, report: UUID | str, query: str) -> Iterator[ObjectMatch]",
        "export": "(self, report: UUID | str, format: ExportFormat = jsonl, *, "
        "label: str | Sequence[str] | None = None, reveal: bool = False) -> Iterator[bytes]",
        "events": "(self, report: UUID | str, *, after: int = 0) -> Iterator[Event]",
        "timeline": "(self, job: UUID | str) -> Iterator[Event]",
        "activity": "(self, job: UUID | str) -> Activity",
        "workers": "(self) -> list[Worker]",
        "drain_worker": "(self, worker: UUID | str) -> None",
        "undrain_worker": "(self, worker: UUID | str) -> None",
        "models": "(self) -> list[ModelCard]",
        "model": "(self, name: str) -> ModelCard",
        "import_model": "(self, folder: str | Path, name: str | None = None) -> ModelCard",
        "delete_model": "(self, name: str) -> None",
        "add_feedback": "(self, model: str, samples: Iterable[FeedbackSample | Mapping[str, Any]]) "
        "-> list[UUID]",
        "feedback": "(self, model: str) -> Iterator[Feedback]",
        "delete_feedback": "(self, model: str, feedback: UUID | str) -> None",
        "license": "(self) -> License",
        "train": "(self, samples: str | Path | Sequence[str | Path], name: str, *, base: str | None = None, "
        "map: Mapping[str, str] | None = None, labels: Sequence[str] | None = None, "
        "epochs: int | None = None, seed: int = 1) -> UUID",
        "evaluation": "(self, model: str) -> TrainingEvaluation",
        "redact": "(self, report: UUID | str, output: str | Path, *, operators: Mapping[str, str] | None = "
        "None, default: str = replace, connection: str | None = None, overwrite: bool = False, "
        "key_fingerprint: str | None = None, idempotency_key: str | None = None) -> UUID",
        "redaction": "(self, redaction: UUID | str) -> Redaction",
        "redactions": "(self, report: UUID | str) -> Iterator[Redaction]",
        "wait_redaction": "(self, redaction: UUID | str, timeout: float | None = None, *, progress: "
        "Callable[[Job], None] | None = None) -> Redaction",
        "wait_job": "(self, job: UUID | str, timeout: float | None = None, *, "
        "progress: Callable[[Job], None] | None = None) -> Job",
    }
    assert str(inspect.signature(nerproc.Client)).replace("'", "") == (
        "(url: str | None = None, token: str | None = None) -> None"
    )


def test_exit_codes() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FAILED": 1,
        "USAGE": 2,
        "OBJECTS_FAILED": 3,
        "REFUSED": 4,
        "NOT_FOUND": 5,
        "CONFLICT": 6,
        "UNREACHABLE": 7,
        "WAIT_TIMED_OUT": 8,
        "MATCHED": 9,
        "INTERRUPTED": 130,
        "BROKEN_PIPE": 141,
    }


def test_importing_costs_nothing() -> None:
    program = "import sys, nerproc; print(sorted(name for name in sys.modules if name.startswith('nerproc')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['nerproc']"
