"""Log in with a token, and out again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from nerproc.api.access import Access
from nerproc.errors import Refused
from nerproc.web.render import local, page
from nerproc.web.visitor import SESSION, TheVisitor, address_of, remember, sessions_of

router = APIRouter()


@router.get("/login")
def show_login(request: Request, visitor: TheVisitor, next: str = "/") -> Response:  # noqa: A002 - in the URL
    """The form; who needs none goes on."""
    if not visitor.asked or visitor.token is not None:
        return RedirectResponse(local(next), 303)
    return page(request, visitor, "login.html", next=local(next), problem=None)


@router.post("/login")
def login(
    request: Request,
    visitor: TheVisitor,
    token: Annotated[str, Form(max_length=512)] = "",
    next: Annotated[str, Form(max_length=4_096)] = "/",  # noqa: A002
) -> Response:
    """Begin a session."""
    access: Access = request.app.state.access
    if not access.asks:
        return RedirectResponse(local(next), 303)
    try:
        found = access.admit(token.strip(), address_of(request))
    except Refused as problem:
        return page(request, visitor, "login.html", status=problem.status, next=local(next), problem=problem)
    response = RedirectResponse(local(next), 303)
    remember(response, request, SESSION, sessions_of(request).begin(found))
    return response


@router.post("/logout")
def logout(request: Request) -> Response:
    """End the session."""
    if secret := request.cookies.get(SESSION):
        sessions_of(request).end(secret)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(SESSION)
    return response
