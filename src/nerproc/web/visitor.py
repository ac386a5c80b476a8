"""Who looks at the page, and what they may do there.

Where the head asks for tokens, a visitor shows one at /login and gets a session, whose cookie no script can
read and no other site can make a browser send. Where it asks nobody, everybody may do everything, as with the
API.

Forms carry a proof that they come from a page of ours: the HMAC of the visitor's cookie, which another site
knows as little as the cookie. Browsers also say where a request came from, and are believed when they name
another site.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from nerproc.access.scope import Scope, allows
from nerproc.access.sessions import LIFETIME, Sessions
from nerproc.access.tokens import Token
from nerproc.api.access import Access, require
from nerproc.errors import InvalidRequest, Refused, Unauthenticated

SESSION = "nerproc_session"  # cookie of who showed a token
VISIT = "nerproc_visit"  # cookie of everybody else: it only ties forms to the browser that got them
FIELD = "csrf"  # of forms, and of the query where the body is a large upload
HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks for a page."""

    token: Token | None  # that was shown; None: none, or nobody asks
    asked: bool  # whether the head asks for one
    secret: str  # of the cookie
    is_new: bool = False  # the browser does not have the cookie yet

    def may(self, scope: Scope) -> bool:
        """Whether they may do what needs that scope."""
        return not self.asked or (self.token is not None and allows(self.token.scopes, scope))

    @property
    def name(self) -> str | None:
        """Of the token; None where nobody asks."""
        return self.token.name if self.token else None

    @property
    def csrf(self) -> str:
        """What the forms of this visitor's pages carry."""
        return hmac.digest(self.secret.encode(), b"form", "sha256").hex()


def visitor_of(request: Request) -> Visitor:
    """Who sends a request; looked up once.

    Raises:
        TooManyRequests: they, or their address, send too many.
        DatabaseUnreachable: nobody can tell.
    """
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        known = request.state.visitor = _find(request)
    return known


def _find(request: Request) -> Visitor:
    access: Access = request.app.state.access
    asked = access.asks
    if asked:
        access.count(address_of(request))
        secret = request.cookies.get(SESSION, "")
        token = sessions_of(request).find(secret) if secret else None
        if token is not None:
            access.count(token.id)
            return Visitor(token, asked, secret)
    secret = request.cookies.get(VISIT, "")
    return Visitor(None, asked, secret or secrets.token_urlsafe(32), is_new=not secret)


def sessions_of(request: Request) -> Sessions:
    """The sessions of this head."""
    node = request.app.state.node
    operator = node.settings.api_token
    return Sessions(node.database, operator.get_secret_value() if operator else None)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def remember(response: Response, request: Request, name: str, secret: str) -> None:
    """Let the browser keep a cookie that no script can read and no other site can make it send."""
    response.set_cookie(
        name,
        secret,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


TheVisitor = Annotated[Visitor, Depends(visitor_of)]


def needs(scope: Scope) -> Callable[[Visitor], Visitor]:
    """A dependency of routes: the visitor, who has that scope.

    Raises:
        Unauthenticated: they showed no token, and the head asks for one.
        ScopeMissing: it does not allow this.
    """

    def check(visitor: TheVisitor) -> Visitor:
        if visitor.asked:
            if visitor.token is None:
                raise Unauthenticated("This head asks for a token.")
            require(visitor.token, scope)
        return visitor

    return check


ReportReader = Annotated[Visitor, Depends(needs("reports:read"))]
ReportWriter = Annotated[Visitor, Depends(needs("reports:write"))]
ModelReader = Annotated[Visitor, Depends(needs("models:read"))]
ModelWriter = Annotated[Visitor, Depends(needs("models:write"))]
Administrator = Annotated[Visitor, Depends(needs("admin"))]


async def genuine(request: Request) -> None:
    """Refuse what changes something and does not come from a page of ours; and NUL characters, as the API does.

    Raises:
        Refused: it comes from another site, or without the proof.
        InvalidRequest: there is a NUL character in it.
    """
    values = list(request.query_params.values())
    if request.method not in SAFE_METHODS:
        _check_origin(request)
        proof = request.headers.get(HEADER) or request.query_params.get(FIELD)
        is_upload = request.url.path in request.app.state.upload_paths
        if not is_upload:  # else its body is not for the memory
            form = await request.form()
            proof = proof or str(form.get(FIELD, ""))
            values += [value for value in form.values() if isinstance(value, str)]
        visitor = await run_in_threadpool(visitor_of, request)
        if not proof or not hmac.compare_digest(proof.encode(), visitor.csrf.encode()):
            raise Refused(
                "The form is too old, or not of this page.", hint="Go back, load the page again, and repeat it."
            )
    if any("\0" in value for value in values):
        raise InvalidRequest("NUL characters are not allowed.")


def _check_origin(request: Request) -> None:
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:  # browsers let no script write it
        genuine = site in ("same-origin", "none")
    else:
        genuine = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not genuine:
        raise Refused("Another site's page may not change anything here.")
