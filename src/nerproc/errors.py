"""Every error that nerproc raises on purpose.

    NerprocError                       failed                      500   1
    ├── JobFailed                      job-failed                  500   1
    ├── TooFewSamples                  too-few-samples             500   1
    ├── UsageError                     usage                       422   2
    │   ├── InvalidRequest             invalid-request             422   2
    │   │   └── SampleError            invalid-samples             422   2
    │   ├── TooLarge                   too-large                   413   2
    │   ├── QueryError                 invalid-query               422   2
    │   ├── PatternError               invalid-pattern             422   2
    │   └── SettingsError              invalid-settings            500   2
    ├── ObjectsFailed                  objects-failed              500   3
    ├── Refused                        refused                     403   4
    │   ├── PathNotAllowed             path-not-allowed            403   4
    │   ├── Unauthenticated            unauthenticated             401   4
    │   ├── ScopeMissing               scope-missing               403   4
    │   ├── TooManyRequests            too-many-requests           429   4
    │   ├── LicenseInvalid             license-invalid             403   4
    │   ├── LicenseExpired             license-expired             403   4
    │   ├── LicenseNotYetValid         license-not-yet-valid       403   4
    │   ├── LicenseEntitlementMissing  license-entitlement-missing 403   4
    │   ├── LicenseNotFound            license-not-found           403   4
    │   ├── LicenseSuspended           license-suspended           403   4
    │   ├── LicenseUnavailable         license-unavailable         503   4
    │   └── QuotaExceeded              quota-exceeded              403   4
    ├── NotFound                       not-found                   404   5
    ├── Conflict                       conflict                    409   6
    │   ├── IllegalMove                illegal-move                409   6
    │   ├── QueueMismatch              queue-mismatch              409   6
    │   └── SchemaMismatch             schema-mismatch             409   6
    │       └── SchemaOutdated         schema-outdated             409   6
    ├── Unreachable                    unreachable                 503   7
    │   ├── HeadUnreachable            head-unreachable            503   7
    │   ├── DatabaseUnreachable        database-unreachable        503   7
    │   ├── QueueUnreachable           queue-unreachable           503   7
    │   ├── StorageUnreachable         storage-unreachable         503   7
    │   ├── SourceUnreachable          source-unreachable          503   7
    │   ├── DestinationUnreachable     destination-unreachable     503   7
    │   └── LanguageModelUnreachable   language-model-unreachable  503   7
    ├── WaitTimedOut                   wait-timed-out              504   8
    └── Matched                        matched                     500   9

The columns are the slug (stable, in problem+json and `--json`), the HTTP status and the exit code.
Messages name no entity text and no secrets: they go to logs and terminals.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of every command; scripts rely on them (`nerproc help exit-codes`)."""

    OK = 0
    FAILED = 1  # the job failed or was stopped, samples are too few, or an unexpected error
    USAGE = 2  # the command line, a setting, a query or a pattern is wrong
    OBJECTS_FAILED = 3  # finished, but some objects failed (only with --strict)
    REFUSED = 4  # licence, token or path refused
    NOT_FOUND = 5
    CONFLICT = 6
    UNREACHABLE = 7  # head, database, queue or storage does not answer
    WAIT_TIMED_OUT = 8
    MATCHED = 9  # --fail-on matched an object
    INTERRUPTED = 130
    BROKEN_PIPE = 141


def pointed(text: str, position: int) -> str:
    """The line of a text that has that position, and a caret under the place: two lines."""
    line_start = text.rfind("\n", 0, position) + 1
    line_end = text.find("\n", position)
    line = text[line_start : line_end if line_end >= 0 else None]
    return f"{line}\n{' ' * (position - line_start)}^"


class NerprocError(Exception):
    """Something went wrong in nerproc."""

    slug: ClassVar[str] = "failed"
    status: ClassVar[int] = 500
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        """`message` says what happened and why (default: the class docstring), `hint` what to do."""
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.hint = hint
        super().__init__(self.message)


class JobFailed(NerprocError):
    """The job failed or was stopped."""

    slug = "job-failed"


class TooFewSamples(NerprocError):
    """There are fewer samples than were asked for."""

    slug = "too-few-samples"


class UsageError(NerprocError):
    """The request cannot be understood."""

    slug = "usage"
    status = 422
    exit_code = ExitCode.USAGE


class InvalidRequest(UsageError):
    """The request is not valid."""

    slug = "invalid-request"


class SampleError(InvalidRequest):
    """The samples are not valid."""

    slug = "invalid-samples"


class TooLarge(UsageError):
    """The request has more bytes than the head takes."""

    slug = "too-large"
    status = 413


class QueryError(UsageError):
    """The query is not valid."""

    slug = "invalid-query"

    def __init__(self, message: str, *, query: str, position: int, hint: str | None = None) -> None:
        """`position` is the offset in code points of `query` at which reading stopped."""
        self.query = query
        self.position = position
        super().__init__(message, hint=hint)

    def caret(self) -> str:
        """The query with a caret under the place of the error: two lines."""
        return pointed(self.query, self.position)


class PatternError(UsageError):
    """The regular expression of a custom tag is not valid."""

    slug = "invalid-pattern"

    def __init__(self, message: str, *, tag: str, position: int | None, hint: str | None = None) -> None:
        """`tag` names the custom tag, `position` is the offset in its expression where known."""
        self.tag = tag
        self.position = position
        super().__init__(message, hint=hint)


class SettingsError(UsageError):
    """A setting is not valid."""

    slug = "invalid-settings"
    status = 500


class ObjectsFailed(NerprocError):
    """The job finished, but some objects failed."""

    slug = "objects-failed"
    exit_code = ExitCode.OBJECTS_FAILED


class Refused(NerprocError):
    """The request is understood, but not allowed."""

    slug = "refused"
    status = 403
    exit_code = ExitCode.REFUSED


class PathNotAllowed(Refused):
    """The path is outside the folders that the operator allows."""

    slug = "path-not-allowed"


class Unauthenticated(Refused):
    """The request does not say who sends it."""

    slug = "unauthenticated"
    status = 401


class ScopeMissing(Refused):
    """The token does not allow this."""

    slug = "scope-missing"


class TooManyRequests(Refused):
    """There were too many requests lately."""

    slug = "too-many-requests"
    status = 429

    def __init__(self, message: str | None = None, *, hint: str | None = None, seconds: float = 1) -> None:
        """`seconds` is how long to wait before the next request."""
        self.seconds = seconds
        super().__init__(message, hint=hint)


class LicenseInvalid(Refused):
    """The licence key is not genuine."""

    slug = "license-invalid"


class LicenseExpired(Refused):
    """The licence has expired."""

    slug = "license-expired"


class LicenseNotYetValid(Refused):
    """The licence is not valid yet."""

    slug = "license-not-yet-valid"


class LicenseEntitlementMissing(Refused):
    """The licence does not cover this."""

    slug = "license-entitlement-missing"


class LicenseNotFound(Refused):
    """There is no such licence."""

    slug = "license-not-found"


class LicenseSuspended(Refused):
    """The licence is suspended."""

    slug = "license-suspended"


class LicenseUnavailable(Refused):
    """The licence cannot be validated now."""

    slug = "license-unavailable"
    status = 503


class QuotaExceeded(Refused):
    """The report does not fit into what the free licence covers."""

    slug = "quota-exceeded"


class NotFound(NerprocError):
    """There is nothing of that name."""

    slug = "not-found"
    status = 404
    exit_code = ExitCode.NOT_FOUND


class Conflict(NerprocError):
    """The request does not fit what is already there."""

    slug = "conflict"
    status = 409
    exit_code = ExitCode.CONFLICT


class IllegalMove(Conflict):
    """The job is in a state that does not allow this."""

    slug = "illegal-move"


class QueueMismatch(Conflict):
    """The queue was declared in another way than nerproc does."""

    slug = "queue-mismatch"


class SchemaMismatch(Conflict):
    """The database was written by another version of nerproc."""

    slug = "schema-mismatch"


class SchemaOutdated(SchemaMismatch):
    """The database waits for a head of this version to migrate it."""

    slug = "schema-outdated"


class Unreachable(NerprocError):
    """Something that nerproc depends on does not answer."""

    slug = "unreachable"
    status = 503
    exit_code = ExitCode.UNREACHABLE


class HeadUnreachable(Unreachable):
    """No head node answers."""

    slug = "head-unreachable"


class DatabaseUnreachable(Unreachable):
    """The database does not answer."""

    slug = "database-unreachable"


class QueueUnreachable(Unreachable):
    """The queue does not answer."""

    slug = "queue-unreachable"


class StorageUnreachable(Unreachable):
    """The artifact store cannot be read or written."""

    slug = "storage-unreachable"


class SourceUnreachable(Unreachable):
    """The place where the objects lie does not answer."""

    slug = "source-unreachable"


class DestinationUnreachable(Unreachable):
    """The place where redacted copies go does not answer, or is full."""

    slug = "destination-unreachable"


class LanguageModelUnreachable(Unreachable):
    """The language model does not answer."""

    slug = "language-model-unreachable"


class WaitTimedOut(NerprocError):
    """The job did not finish in the time given."""

    slug = "wait-timed-out"
    status = 504
    exit_code = ExitCode.WAIT_TIMED_OUT


class Matched(NerprocError):
    """An object matches the query of --fail-on."""

    slug = "matched"
    exit_code = ExitCode.MATCHED
