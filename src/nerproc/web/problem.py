"""Errors as pages: what happened, why, and what to do; never what was inside."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from nerproc.api.problem import Unexpected, note
from nerproc.errors import NerprocError, Refused, TooManyRequests, Unauthenticated, Unreachable
from nerproc.schema.problem import problem_of
from nerproc.schema.report import Problem
from nerproc.web.render import page, render
from nerproc.web.visitor import Visitor, visitor_of

_NOBODY = Visitor(token=None, asked=True, secret="")


def install(app: FastAPI) -> None:
    """Make every error of `app` a page."""
    app.add_exception_handler(NerprocError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Unexpected, answer=_bare)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NerprocError)
    note(request, error)
    if isinstance(error, Unauthenticated):
        return _to_login(request)
    headers = {"Retry-After": f"{error.seconds:.0f}"} if isinstance(error, TooManyRequests) else {}
    return await _show(request, problem_of(error), headers)


def _to_login(request: Request) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    login = f"/login?next={quote(here)}" if request.method == "GET" else "/login"
    if "hx-request" in request.headers:  # a part of a page: the whole page has to go there
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        # Cookies of ours do not come along from another site; a click of this page's own brings them.
        return HTMLResponse(render("arrival.html", here=here))
    return RedirectResponse(login, 303)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    places = "; ".join(
        f"{'.'.join(str(part) for part in found['loc'][1:])}: {found['msg']}" for found in error.errors()
    )
    problem = Problem(
        type="", title="The request is not valid", status=422, detail=f"{places}.", slug="invalid-request"
    )
    return await _show(request, problem, {})


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    hint = "The entries above lead to what there is." if status == HTTPStatus.NOT_FOUND else None
    detail = "There is no such page." if status == HTTPStatus.NOT_FOUND else f"{error.detail}."
    problem = Problem(type="", title=status.phrase, status=status, detail=detail, slug="", hint=hint)
    return await _show(request, problem, dict(error.headers or {}))


async def _show(request: Request, problem: Problem, headers: dict[str, str]) -> Response:
    try:
        visitor = await run_in_threadpool(visitor_of, request)
    except (Unreachable, Refused):
        visitor = _NOBODY
    return page(request, visitor, "error.html", status=problem.status, headers=headers, problem=problem)


def _bare(problem: Problem) -> HTMLResponse:
    """The page of an error that nobody expected: no visitor is looked up for it."""
    text = render("error.html", visitor=_NOBODY, path="", here="", entries=(), problem=problem)
    return HTMLResponse(text, status_code=problem.status)
