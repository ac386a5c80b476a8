"""Tokens: made, listed, revoked, and recognised when a request brings one.

    nerproc_<id>_<secret>    id: 8 hexadecimal digits; secret: 256 random bits, base64url

Only the SHA-256 of the secret is stored: it cannot be guessed, so it needs no salt and no slow hash. Who reads
the database cannot use a token. The row of a revoked or expired token stays, so that it can be told apart from
one that never was, and so that a head which asked for tokens once does not stop asking.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nerproc.access.scope import Scope
from nerproc.db.database import Database
from nerproc.errors import Conflict, NotFound, Unauthenticated

PREFIX = "nerproc_"
SETTING = "setting"  # id of the token of the head's settings, which no row has
_TOKEN = re.compile(r"nerproc_([0-9a-f]{8})_([\w-]{43})", re.ASCII)

_INSERT = """
INSERT INTO token (id, name, hash, scopes, expires_at)
SELECT %(id)s, %(name)s, %(hash)s, %(scopes)s, %(expires_at)s
 WHERE NOT EXISTS (SELECT FROM token WHERE name = %(name)s AND revoked_at IS NULL
                      AND coalesce(expires_at > clock_timestamp(), true)) RETURNING *"""
_LIST = "SELECT * FROM token ORDER BY created_at, id"
_REVOKE = """
UPDATE token SET revoked_at = coalesce(revoked_at, clock_timestamp())
 WHERE %(which)s IN (id, name) RETURNING *"""
_FIND = "SELECT *, coalesce(expires_at <= clock_timestamp(), false) AS expired FROM token WHERE id = %s"

# Written at most once a minute: a row for every request would cost more than the request.
_USED = """
UPDATE token SET last_used_at = clock_timestamp()
 WHERE id = %s AND coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)"""
_ANY = "SELECT EXISTS (SELECT FROM token) AS some"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret."""

    id: str
    name: str  # of the one who uses it
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None  # to the minute
    revoked_at: datetime | None = None

    @classmethod
    def of_setting(cls) -> Token:
        """The token of the setting NERPROC_API_TOKEN of a head, which allows all."""
        return cls(SETTING, "NERPROC_API_TOKEN", ["admin"], datetime.fromtimestamp(0, UTC))


class Tokens:
    """The tokens of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(
        self, name: str, scopes: Sequence[Scope], *, expires_at: datetime | None = None
    ) -> tuple[Token, str]:
        """A new token, and the text that the one who uses it sends; it is shown this once.

        Raises:
            Conflict: a token of that name is in use.
        """
        identity, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        row = self._db.fetch_one(
            _INSERT,
            {
                "id": identity,
                "name": name,
                "hash": _hash(secret),
                "scopes": sorted(set(scopes)),
                "expires_at": expires_at,
            },
        )
        if row is None:
            raise Conflict(f"There is a token {name!r} already.", hint="Revoke it, or choose another name.")
        return token_of(row), f"{PREFIX}{identity}_{secret}"

    def all(self) -> list[Token]:
        """Every token that was ever made, oldest first."""
        return [token_of(row) for row in self._db.fetch_all(_LIST, retry=True)]

    def revoke(self, which: str) -> list[Token]:
        """Revoke the token of that id, or those of that name; at once, and for good.

        Raises:
            NotFound: there is none.
        """
        rows = self._db.fetch_all(_REVOKE, {"which": which})
        if not rows:
            raise NotFound(f"There is no token {which!r}.", hint="nerproc token list shows them.")
        return [token_of(row) for row in rows]

    def exist(self) -> bool:
        """Whether a token was ever made: from then on the API asks for one."""
        row = self._db.fetch_one(_ANY, retry=True)
        return bool(row and row["some"])

    def recognise(self, text: str) -> Token:
        """The token that a request brings.

        Raises:
            Unauthenticated: it is none, was revoked, or has expired.
        """
        form = _TOKEN.fullmatch(text)
        row = self._db.fetch_one(_FIND, [form[1]], retry=True) if form else None
        # Compared even when there is no such token, so that the answer takes as long.
        stored = bytes(row["hash"]) if row else bytes(hashlib.sha256().digest_size)
        if not hmac.compare_digest(stored, _hash(form[2] if form else "")) or row is None:
            raise Unauthenticated("The token is not known here.", hint=HINT)
        token = token_of(row)
        if token.revoked_at is not None or row["expired"]:
            how = "has expired" if token.revoked_at is None else "was revoked"
            raise Unauthenticated(f"The token {token.name!r} {how}.", hint=HINT)
        self._db.execute(_USED, [token.id], retry=True)
        return token


def token_of(row: dict[str, Any]) -> Token:
    """The token that a row of the table `token` is."""
    return Token(**{name: row[name] for name in Token.__dataclass_fields__})


HINT = "Make one with `nerproc token create` on the head, and put it into NERPROC_API_TOKEN."


def operator_token(configured: str, text: str) -> Token | None:
    """The token of the setting NERPROC_API_TOKEN of a head, which allows all; None if `text` is another."""
    if not hmac.compare_digest(_hash(configured), _hash(text)):
        return None
    return Token.of_setting()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
