"""Every error of the API as `application/problem+json` (RFC 9457), whoever raised it.

`nerproc.errors` decides about slug, status and hint; validation and routing errors of the framework are brought
into the same shape. An error that nobody expected becomes a 500 that tells nothing of what was inside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, MutableMapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nerproc.errors import InvalidRequest, NerprocError, NotFound, TooManyRequests, Unauthenticated
from nerproc.job.account import license_refused
from nerproc.observe import log, place
from nerproc.schema.problem import problem_of
from nerproc.schema.report import FieldError, Problem

MEDIA_TYPE = "application/problem+json"

# What the framework itself answers: the slug, and the hint where there is one to give.
_SLUGS = {
    403: "refused",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    421: "wrong-host",
}
_HINTS = {404: "/docs lists the routes.", 405: "The Allow header lists the methods.", 413: "Send less at once."}


class ProblemResponse(Response):
    """A problem as a response; text that is not valid Unicode is escaped."""

    media_type = MEDIA_TYPE

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        body = problem.model_dump(exclude_none=True)
        if not problem.errors:
            del body["errors"]
        super().__init__(json.dumps(body), status_code=problem.status, headers=headers)


class InvalidFields(InvalidRequest):
    """The request is not valid."""

    def __init__(self, fields: list[FieldError]) -> None:
        """`fields` says which, and why."""
        self.fields = fields
        first = fields[0]
        place = first.pointer or first.parameter or "the body"
        more = f", and {len(fields) - 1} more" if len(fields) > 1 else ""
        super().__init__(f"The request is not valid: {place}: {first.detail}{more}.")


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem."""
    app.add_exception_handler(NerprocError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Unexpected)


def note(request: Request, error: NerprocError) -> None:
    """Count what the licence refused, and log what failed through no fault of who asked."""
    route = _route(request.scope)
    if error.slug.startswith(("license-", "quota-")):
        license_refused(error.slug, route=route)
    elif error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log().warning("request_failed", route=route, slug=error.slug, reason=error.message)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NerprocError)
    note(request, error)
    fields = error.fields if isinstance(error, InvalidFields) else None
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(ceil(error.seconds))
    return ProblemResponse(problem_of(error, instance=request.url.path, fields=fields), headers)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [_field(found, error.body) for found in error.errors()]
    return await _on_error(request, InvalidFields(fields))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.BAD_REQUEST:  # bytes, numbers or a depth that the JSON reader does not take
        return await _on_error(request, InvalidRequest("The body cannot be read as JSON."))
    slug = _SLUGS.get(status, NerprocError.slug)
    detail = "There is no such route." if status == NotFound.status else f"{error.detail}."
    problem = Problem(
        type=f"/docs#{slug}",
        title=status.phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        slug=slug,
        hint=_HINTS.get(status),
    )
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _methods(request) or headers.get("Allow", "")
    return ProblemResponse(problem, headers)


def _methods(request: Request) -> str:
    """Every method of a path; the framework names those of the first route that it finds there."""
    found = {
        method.upper()
        for template, operations in request.app.openapi()["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), request.url.path)
        for method in operations
    }
    return ", ".join(sorted(found))


def _field(found: dict[str, Any], body: Any) -> FieldError:
    """What pydantic found, with its place in the terms of the request."""
    where, *place = found["loc"]
    if where != "body":
        return FieldError(parameter=str(place[0]) if place else str(where), detail=found["msg"])
    if found["type"] == "json_invalid":
        return FieldError(pointer="", detail=f"not JSON: {found['ctx']['error']} at character {place[0]}")
    return FieldError(pointer=pointer(place, body), detail=found["msg"])


def pointer(place: Sequence[str | int], body: Any) -> str:
    """The JSON pointer (RFC 6901) of a place that pydantic names.

    Pydantic also names what is not in the body: members of unions, and "[key]" for the key itself.
    """
    found = ""
    for index, part in enumerate(place):
        inside = part in (
            body if isinstance(body, dict) else range(len(body)) if isinstance(body, list) else ()
        )
        is_last = index == len(place) - 1
        if inside or (is_last and part != "[key]" and isinstance(body, dict)):
            found += f"/{_escaped(str(part))}"
        if inside:
            body = body[part]
    return found


def _escaped(part: str) -> str:
    valid = part.encode("utf-8", "backslashreplace").decode()
    return valid.replace("~", "~0").replace("/", "~1")


class Unexpected:
    """Answers an unexpected exception with a bare 500, and logs where it happened, without its message.

    The message may hold text of a document, so neither the client nor a log may see it.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Problem], ASGIApp] = ProblemResponse) -> None:
        """`answer` makes the response."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http":
                raise
            log().error("request_failed", route=_route(scope), error=type(error).__name__, at=_place(error))
            if started:
                # The client must see that the response is not whole; the server cuts it off on any error.
                raise ConnectionAbortedError from None
            problem = problem_of(
                NerprocError("An unexpected error; the log says where."), instance=scope["path"]
            )
            await self._answer(problem)(scope, receive, send)


def _place(error: BaseException) -> str:
    """File and line of the innermost frame."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return place(error.__traceback__)


def _route(scope: MutableMapping[str, Any]) -> str:
    """The route of a request, for logs: its path itself may hold what somebody looks for."""
    return getattr(scope.get("route"), "path", "none")
