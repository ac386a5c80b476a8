"""The part of `nerproc.Client` that is about redactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from nerproc.client.transport import Transport
from nerproc.schema.redaction import DEFAULT_OPERATOR, Redaction, redaction_request
from nerproc.schema.report import Job


class RedactionCalls:
    """Methods of `Client`, which has the others that these call."""

    _http: Transport

    def wait_job(  # noqa: D102 - of `Client`
        self,
        job: UUID | str,
        timeout: float | None = None,
        *,
        progress: Callable[[Job], None] | None = None,
    ) -> Job:
        raise NotImplementedError

    def redact(
        self,
        report: UUID | str,
        output: str | Path,
        *,
        operators: Mapping[str, str] | None = None,
        default: str = DEFAULT_OPERATOR,
        connection: str | None = None,
        overwrite: bool = False,
        key_fingerprint: str | None = None,
        idempotency_key: str | None = None,
    ) -> UUID:
        """Start to write copies of a report's objects in which entities are replaced; the redaction's id.

        Args:
            report: id of a report that has ended.
            output: `s3://bucket/prefix`, or a folder of the head's machine that it may write to.
            operators: label to operator: replace, mask:N, hash, pseudonym, encrypt, keep.
            default: operator of all other labels.
            connection: S3 server of that name in the head's settings.
            overwrite: copies may take the place of what is there; else there may be nothing.
            key_fingerprint: of the key that workers are to use.
            idempotency_key: used before, it starts nothing, and the id is the same as then.

        Raises:
            UsageError: an operator or another field is not valid, or the output is among the originals.
            NotFound: there is no such report, bucket or connection.
            Conflict: the report is not ready, there is something at the output, or no worker has the key.
            Refused: the head may not write there.
        """
        what: dict[str, Any] = {
            "operators": dict(operators or {}),
            "default": default,
            "overwrite": overwrite,
            "key_fingerprint": key_fingerprint,
        }
        request = redaction_request(str(output), connection, what)
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
        path = f"/reports/{report}/redactions"
        answer = self._http.send("POST", path, json=request.model_dump(mode="json"), headers=headers)
        return UUID(answer["id"])

    def redaction(self, redaction: UUID | str) -> Redaction:
        """A redaction, and what became of it so far.

        Raises:
            NotFound: there is no such redaction.
        """
        return _read(self._http.get(f"/redactions/{redaction}"))

    def redactions(self, report: UUID | str) -> Iterator[Redaction]:
        """The redactions of a report, newest first.

        Raises:
            NotFound: there is no such report.
        """
        return map(_read, self._http.pages(f"/reports/{report}/redactions", {}))

    def wait_redaction(
        self,
        redaction: UUID | str,
        timeout: float | None = None,
        *,
        progress: Callable[[Job], None] | None = None,
    ) -> Redaction:
        """Wait until a redaction has ended and return it; `progress` is called now and then with its job.

        Raises:
            WaitTimedOut: it did not end within `timeout` seconds; it goes on.
            NotFound: there is no such redaction.
        """
        self.wait_job(redaction, timeout, progress=progress)
        return self.redaction(redaction)


def _read(value: Any) -> Redaction:
    """A redaction; fields that a newer head adds are passed over."""
    return Redaction.model_validate(value, extra="ignore")
