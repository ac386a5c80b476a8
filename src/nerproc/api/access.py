"""Which scope each route needs, and whether a request has it. What is not in the table needs `admin`."""

from __future__ import annotations

import time
from typing import Self

from fastapi import Request
from pydantic import SecretStr

from nerproc.access.scope import Scope, allows
from nerproc.access.tokens import HINT, Token, Tokens, operator_token
from nerproc.api.limit import RateLimit
from nerproc.errors import ScopeMissing, Unauthenticated
from nerproc.node import Node

LOOK_SECONDS = 2.0  # after which a first token is noticed
BURST_SECONDS = 10.0  # whose requests may come at once
WRONG_TOKENS = (0.1, 10.0)  # of one address: a second in the long run, and at once

# By operation id, or by name where the reference does not list the route. None: everybody, so that a load
# balancer and whoever looks for the reference need no token.
NEEDS: dict[str, Scope | None] = {
    "health": None,
    "ready": None,
    "docs": None,
    "list_reports": "reports:read",
    "get_report": "reports:read",
    "get_group": "reports:read",
    "list_entities": "reports:read",
    "list_objects": "reports:read",
    "search_report": "reports:read",
    "export_report": "reports:read",
    "follow_report": "reports:read",
    "create_report": "reports:write",
    "delete_report": "reports:write",
    "stop_report": "reports:write",
    "create_redaction": "reports:write",
    "list_redactions": "reports:read",
    "get_redaction": "reports:read",
    "delete_redaction": "reports:write",
    "list_jobs": "reports:read",
    "get_job": "reports:read",
    "stop_job": "reports:write",
    "pause_job": "reports:write",
    "resume_job": "reports:write",
    "retry_job": "reports:write",
    "create_upload": "reports:write",
    "get_upload": "reports:read",
    "validate_group": "reports:read",
    "validate_pattern": "reports:read",
    "validate_report": "reports:write",
    "validate_s3": "reports:write",
    "list_models": "models:read",
    "get_model": "models:read",
    "import_model": "models:write",
    "delete_model": "models:write",
    "add_feedback": "models:write",
    "list_feedback": "models:read",
    "delete_feedback": "models:write",
    "finetune_model": "models:write",
    "get_evaluation": "models:read",
    "get_activity": "reports:read",
    "list_events": "reports:read",
    "list_workers": "admin",
    "drain_worker": "admin",
    "undrain_worker": "admin",
    "get_metrics": "reports:read",
    "get_throughput": "reports:read",
    "get_license": "reports:read",
    "prometheus": "reports:read",
}


class Access:
    """Decides about requests to one head."""

    def __init__(
        self, tokens: Tokens, *, operator: SecretStr | None, asks: bool | None, request_rate: float
    ) -> None:
        """Whether it `asks` for a token: yes, no, or (None) from the first token on that was ever made.

        `operator` is the token of the head's own settings; `request_rate` is per second.
        """
        self._tokens = tokens
        self._operator = operator
        self._asks = asks
        self._looked = -LOOK_SECONDS
        self._senders = RateLimit(request_rate, request_rate * BURST_SECONDS)
        self._wrong = RateLimit(*WRONG_TOKENS)

    @classmethod
    def to(cls, node: Node, *, asks: bool | None) -> Self:
        """Decides by a node's tokens and settings."""
        settings = node.settings
        return cls(
            Tokens(node.database), operator=settings.api_token, asks=asks, request_rate=settings.request_rate
        )

    @property
    def asks(self) -> bool:
        """Whether a request must bring a token."""
        if self._asks is None and time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            self._asks = self._tokens.exist() or None
        return bool(self._asks)

    def check(self, needed: Scope, authorization: str | None, address: str) -> Token | None:
        """The token that allows what needs that scope; None where nobody is asked for one.

        Raises:
            Unauthenticated: there is no token, or none that is valid.
            ScopeMissing: it does not allow this.
            TooManyRequests: it, or the address, sends too many.
        """
        if not self.asks:
            return None
        self._wrong.take(address, 0)
        self._senders.take(address)
        if authorization is None:
            raise Unauthenticated("This head asks for a token.", hint=HINT)
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("The Authorization header is not `Bearer TOKEN`.", hint=HINT)
        token = self._recognise(text, address)
        self._senders.take(token.id)
        require(token, needed)
        return token

    def admit(self, text: str, address: str) -> Token:
        """The token that somebody shows to begin a session.

        Raises:
            Unauthenticated: it is none that is valid.
            TooManyRequests: the address showed too many wrong ones, or sends too many requests.
        """
        self._wrong.take(address, 0)
        self._senders.take(address)
        return self._recognise(text, address)

    def count(self, sender: str) -> None:
        """Count a request of a token (by its id) or an address.

        Raises:
            TooManyRequests: it sends too many.
        """
        self._senders.take(sender)

    def _recognise(self, text: str, address: str) -> Token:
        own = operator_token(self._operator.get_secret_value(), text) if self._operator else None
        try:
            return own or self._tokens.recognise(text)
        except Unauthenticated:
            self._wrong.take(address)
            raise


def require(token: Token, needed: Scope) -> None:
    """See that a token has a scope.

    Raises:
        ScopeMissing: it has not.
    """
    if not allows(token.scopes, needed):
        raise ScopeMissing(
            f"The token {token.name!r} lacks the scope {needed}.",
            hint=f"Make one with `nerproc token create NAME --scope {needed}`.",
        )


def authorize(request: Request) -> None:
    """Let a request pass that may; the token it brought is `request.state.token`."""
    route = request.scope["route"]
    needed = NEEDS.get(getattr(route, "operation_id", None) or route.name, "admin")
    if needed is not None:
        access: Access = request.app.state.access
        address = request.client.host if request.client else ""
        request.state.token = access.check(needed, request.headers.get("authorization"), address)
