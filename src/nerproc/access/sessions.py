"""Sessions of browsers: who showed a token once need not show it again for a while.

A session is 256 random bits that the browser holds as a cookie; the database has their SHA-256 alone, so who
reads it can use no session. It ends when its time is over, when its user logs out, and with its token, at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from nerproc.access.tokens import SETTING, Token, token_of
from nerproc.db.database import Database

LIFETIME = timedelta(hours=12)

# Sessions that are over are dropped when another begins: nobody else has to look after them.
_BEGIN = """
WITH over AS (DELETE FROM session WHERE expires_at <= clock_timestamp())
INSERT INTO session (hash, token_id, proof, expires_at)
VALUES (%(hash)s, %(token)s, %(proof)s, clock_timestamp() + %(lifetime)s)"""
_FIND = """
SELECT s.token_id, s.proof, t.*
  FROM session s LEFT JOIN token t ON t.id = s.token_id
 WHERE s.hash = %s AND s.expires_at > clock_timestamp()
   AND (s.token_id IS NULL
        OR t.revoked_at IS NULL AND coalesce(t.expires_at > clock_timestamp(), true))"""
_END = "DELETE FROM session WHERE hash = %s"


class Sessions:
    """The sessions of one database."""

    def __init__(self, database: Database, operator: str | None) -> None:
        """`operator` is the token of the head's own settings."""
        self._db = database
        self._operator = operator

    def begin(self, token: Token) -> str:
        """A new session for a token that was recognised; what the browser keeps of it."""
        secret = secrets.token_urlsafe(32)
        own = token.id == SETTING
        self._db.execute(
            _BEGIN,
            {
                "hash": _hash(secret),
                "token": None if own else token.id,
                "proof": self._proof(secret) if own else b"",
                "lifetime": LIFETIME,
            },
        )
        return secret

    def find(self, secret: str) -> Token | None:
        """The token of a session that goes on; None if there is none such."""
        row = self._db.fetch_one(_FIND, [_hash(secret)], retry=True)
        if row is None:
            return None
        if row["token_id"] is not None:
            return token_of(row)
        # The setting may have changed since.
        same = self._operator is not None and hmac.compare_digest(bytes(row["proof"]), self._proof(secret))
        return Token.of_setting() if same else None

    def end(self, secret: str) -> None:
        """End a session; nothing there is no error."""
        self._db.execute(_END, [_hash(secret)])

    def _proof(self, secret: str) -> bytes:
        return hmac.digest(secret.encode(), (self._operator or "").encode("utf-8", "surrogatepass"), "sha256")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
