"""Clients of an S3 server, made from a connection of the settings and from nothing else.

Neither the environment nor files nor a cloud's metadata service are asked for keys or addresses: what the
machine may do elsewhere is never sent to a server that somebody wrote into the settings.

Three libraries, each where it is best: s3fs writes and lists the artifact store, obstore (Rust, 0.1 ms of
processor time for a small object, s3fs 2 to 3) reads objects, botocore lists sources, for obstore cannot say
keys like `a//b`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nerproc.errors import InvalidRequest, StorageUnreachable, Unreachable
from nerproc.observe.meter import DEPENDENCY_ERRORS
from nerproc.settings import S3Connection

if TYPE_CHECKING:
    from obstore.store import S3Credential, S3Store

PRECONDITION_FAILED = 412
SERVER_ERROR = 500
CONNECT_SECONDS = 5
READ_SECONDS = 20  # without a byte


def split_url(url: str) -> tuple[str, str]:
    """Bucket and prefix of `s3://bucket/prefix`; the prefix is exactly what follows the first slash.

    Raises:
        InvalidRequest: it is no such URL.
    """
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket:
        raise InvalidRequest(f"{url!r} is no S3 location.", hint="It looks like s3://bucket/prefix.")
    return bucket, prefix


@lru_cache(maxsize=8)
def object_store(
    connection: S3Connection, bucket: str, *, request_seconds: float, patience_seconds: float
) -> S3Store:
    """A reader of objects.

    A request that has not ended after `request_seconds`, or breaks off, goes on where it was on a new
    connection; one that fails is repeated, with backoff and jitter; both until `patience_seconds` are over.
    """
    from obstore.store import S3Store

    secret = connection.secret_access_key

    def keys() -> S3Credential:
        assert connection.access_key_id is not None
        assert secret is not None
        return {
            "access_key_id": connection.access_key_id,
            "secret_access_key": secret.get_secret_value(),
            "token": None,
            "expires_at": None,
        }

    return S3Store(
        bucket,
        config={
            "aws_endpoint_url_s3": connection.endpoint,  # the one name that wins over the environment's
            "region": connection.region,
            "virtual_hosted_style_request": False,
            **({"skip_signature": True} if secret is None else {}),
        },
        # With a provider no part of a key comes from the environment, a session token neither.
        credential_provider=None if secret is None else keys,
        client_options={
            "allow_http": connection.endpoint.startswith("http:"),
            "connect_timeout": timedelta(seconds=min(CONNECT_SECONDS, request_seconds)),
            "read_timeout": timedelta(seconds=min(READ_SECONDS, request_seconds)),
            "timeout": timedelta(seconds=request_seconds),
        },
        retry_config={
            "max_retries": 30,
            "retry_timeout": timedelta(seconds=patience_seconds),
            "backoff": {
                "init_backoff": timedelta(milliseconds=50),
                "max_backoff": timedelta(seconds=5),
                "base": 2,
            },
        },
    )


def file_system(connection: S3Connection) -> Any:
    """An s3fs file system. Importing s3fs takes most of a second."""
    import s3fs

    secret = connection.secret_access_key
    return s3fs.S3FileSystem(
        anon=secret is None,
        key=connection.access_key_id,
        secret=None if secret is None else secret.get_secret_value(),
        endpoint_url=connection.endpoint,
        client_kwargs={"region_name": connection.region},
        config_kwargs={"s3": {"addressing_style": "path"}},
        default_cache_type="none",
        use_listings_cache=False,
        skip_instance_cache=True,
    )


@lru_cache(maxsize=8)
def request_client(connection: S3Connection, *, attempts: int = 8) -> Any:
    """A botocore client: single requests, with any key. Times stay text, for reading them takes long."""
    import botocore.session
    from botocore import UNSIGNED
    from botocore.config import Config

    session = botocore.session.Session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=str)
    secret = connection.secret_access_key
    return session.create_client(
        "s3",
        endpoint_url=connection.endpoint,
        region_name=connection.region,
        aws_access_key_id=connection.access_key_id,
        aws_secret_access_key=None if secret is None else secret.get_secret_value(),
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": attempts},
            response_checksum_validation="when_required",
            **({"signature_version": UNSIGNED} if secret is None else {}),
        ),
    )


@contextmanager
def reporting(doing: str, kind: type[Unreachable], *, hint: str) -> Iterator[None]:
    """Turn what the libraries raise into `kind`, saying what was being done and why it failed."""
    try:
        yield
    except Exception as error:
        if not is_failure(error):
            raise
        if kind is StorageUnreachable:
            DEPENDENCY_ERRORS.add("storage")
        raise kind(f"{doing} failed: {reason(error)}.", hint=hint) from error


def is_failure(error: Exception) -> bool:
    """Whether the error is one of the libraries', not a mistake of ours."""
    from botocore.exceptions import BotoCoreError, ClientError
    from obstore.exceptions import BaseError

    # botocore looks for the region of a bucket that redirects, at the same address, without end.
    return isinstance(error, (OSError, BaseError, BotoCoreError, ClientError, RecursionError))


def code(error: BaseException | None) -> str:
    """S3's own code for what is wrong, like "NoSuchKey"; empty if it is not S3 that says so."""
    answer = getattr(error, "response", None) or getattr(getattr(error, "__cause__", None), "response", None)
    if isinstance(answer, dict):
        return str(answer.get("Error", {}).get("Code", ""))
    return str(error).partition("<Code>")[2].partition("</Code>")[0]


def status(error: Exception) -> int | None:
    """The HTTP status that says what is wrong for good; None for what may go away, or is no answer at all."""
    from obstore.exceptions import PermissionDeniedError, PreconditionError, UnauthenticatedError

    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        number = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return number if isinstance(number, int) and number < SERVER_ERROR else None
    known = {
        FileNotFoundError: 404,
        PreconditionError: PRECONDITION_FAILED,
        PermissionDeniedError: 403,
        UnauthenticatedError: 403,
    }
    return next((number for kind, number in known.items() if isinstance(error, kind)), None)


def reason(error: Exception) -> str:
    """What went wrong, in a line."""
    known = code(error)
    if known in _MEANINGS:
        return _MEANINGS[known]
    if isinstance(error, RecursionError):
        return "the server redirects to another one"
    text = str(error)
    if "Timeout" in text or "timed out" in text:
        return "it takes too long"
    if "Connect" in text or "connect" in text:
        return "the server cannot be reached"
    if "kind: Interrupted" in text or "body error" in text:
        return "the connection breaks off"
    return (known or getattr(error, "strerror", None) or text.partition("\n")[0]).rstrip(".")


_MEANINGS = {
    "NoSuchBucket": "there is no such bucket",
    "NoSuchKey": "there is no such object",
    "404": "there is no such object",
    "AccessDenied": "access is denied",
    "403": "access is denied",
    "InvalidAccessKeyId": "the access key is not known",
    "SignatureDoesNotMatch": "the secret of the access key is wrong",
    "PermanentRedirect": "the bucket is in another region",
    "AuthorizationHeaderMalformed": "the bucket is in another region",
    "SlowDown": "the server is too busy",
    "503": "the server is too busy",
}
