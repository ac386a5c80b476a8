"""What is refused before any route sees it.

- Bodies over a limit: what is not an upload is small.
- Other sites' pages: a browser that has a foreign page open may send requests here; those it marks as
  cross-site are refused, and so is a name that somebody made point at this machine (DNS rebinding), where the
  node serves this machine alone.
- Text that no part of nerproc can hold: NUL characters (PostgreSQL refuses them).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nerproc.api.problem import InvalidFields, ProblemResponse, pointer
from nerproc.errors import InvalidRequest, Refused, TooLarge
from nerproc.schema.problem import problem_of
from nerproc.schema.report import FieldError

BODY_BYTES = 1 << 20  # largest body that is not an upload
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuses requests by their headers, and cuts bodies off at the limit."""

    def __init__(
        self, app: ASGIApp, *, hosts: frozenset[str] | None, origins: frozenset[str], unlimited: frozenset[str]
    ) -> None:
        """`hosts` are the names this node answers to (None: any), `origins` the sites that may call it.

        Paths in `unlimited` see to their bodies themselves.
        """
        self._app = app
        self._hosts = hosts
        self._origins = origins
        self._unlimited = unlimited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope, Headers(scope=scope))
        except (Refused, TooLarge) as error:
            await ProblemResponse(problem_of(error, instance=scope["path"]))(scope, receive, send)
            return
        await self._app(scope, _limited(receive) if self._is_limited(scope) else receive, send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        if self._hosts is not None and _host_name(headers.get("host", "")) not in self._hosts:
            raise Refused(
                "This node serves its own machine only.",
                hint="Use localhost in the URL; behind a proxy, let it send `Host: localhost`.",
            )
        foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if scope["method"] not in _SAFE_METHODS and foreign and headers.get("origin") not in self._origins:
            raise Refused("Another site's page may not change anything here.")
        length = headers.get("content-length", "0")
        if self._is_limited(scope) and length.isdecimal() and int(length[:20]) > BODY_BYTES:
            raise _too_large()

    def _is_limited(self, scope: Scope) -> bool:
        is_form = Headers(scope=scope).get("content-type", "").startswith("multipart/")
        return not (is_form and scope["path"] in self._unlimited)


def _limited(receive: Receive) -> Receive:
    total = 0

    async def count() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > BODY_BYTES:
            # The framework turns any other error here into a 400.
            raise HTTPException(TooLarge.status, _too_large().message.rstrip("."))
        return message

    return count


def _too_large() -> TooLarge:
    return TooLarge(f"The body has more than {BODY_BYTES:,} bytes.", hint="Upload files to /api/v1/uploads.")


def _host_name(host: str) -> str:
    """The name in a Host header: without port, without brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


async def sound_text(request: Request) -> None:
    """Refuse NUL characters, wherever they are in the request.

    Raises:
        InvalidFields: names the places.
    """
    detail = "NUL characters are not allowed"
    fields = [
        FieldError(parameter=name.replace("\0", "\\0"), detail=detail)
        for name, value in request.query_params.multi_items()
        if "\0" in name or "\0" in value
    ]
    if not request.headers.get("content-type", "").startswith("multipart/"):
        fields += [FieldError(pointer=place, detail=detail) for place in _nul_pointers(await request.body())]
    if fields:
        raise InvalidFields(fields)


def _nul_pointers(body: bytes) -> list[str]:
    if b"\\u0000" not in body:
        return []
    try:
        parsed = json.loads(body)
        return [pointer(place, parsed) for place in _nuls(parsed)]
    except ValueError:
        return []  # not JSON: no route reads it
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None


def _nuls(value: Any, *place: str | int) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, str):
        if "\0" in value:
            yield place
    elif isinstance(value, dict):
        for key, inner in value.items():
            if "\0" in key:
                yield place
            yield from _nuls(inner, *place, key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nuls(inner, *place, index)
