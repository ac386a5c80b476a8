"""What the database remembers of a licence key: the latest time seen, and Keygen's last signed answer.

The key itself is not among it. An answer of Keygen repeats the key, and is needed to the letter to be verified
again; so it is encrypted with the key, and whoever reads the database without having the key learns nothing.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nerproc.db.database import Database

_NONCE_BYTES = 12

_SEE = """
INSERT INTO license AS l (id, seen_at, next_at, retry_at)
VALUES (%(id)s, clock_timestamp(), '-infinity', '-infinity')
ON CONFLICT (id) DO UPDATE SET seen_at = greatest(l.seen_at, clock_timestamp())
RETURNING l.seen_at, l.answer"""

# Of all processes that come at the same time, one gets the turn.
_TAKE_TURN = """
UPDATE license SET next_at = clock_timestamp() + %(pause)s * interval '1 second'
 WHERE id = %(id)s AND retry_at <= clock_timestamp() AND (%(now)s OR next_at <= clock_timestamp())"""

# The answer says what time it is, and it was asked for just now: that sets right what a wrong clock left here.
_KEEP = """
UPDATE license SET answer = %(answer)s, seen_at = %(date)s, retry_at = '-infinity',
       next_at = clock_timestamp() + %(pause)s * interval '1 second'
 WHERE id = %(id)s"""

_HOLD_OFF = """
UPDATE license SET retry_at = clock_timestamp() + %(seconds)s * interval '1 second' WHERE id = %(id)s"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A look at the record."""

    latest: datetime  # the latest time that was ever seen
    answer: bytes | None  # the last signed answer


class Record:
    """The record of one key."""

    def __init__(self, database: Database, key: str, *, scope: str = "") -> None:
        """`scope` tells apart where the key is used: the answer of one server is none of another's."""
        self._db = database
        secret = key.encode("utf-8", "surrogatepass")
        self._id = hashlib.sha256(b"id\0" + scope.encode() + b"\0" + secret).hexdigest()
        self._cipher = AESGCM(hashlib.sha256(b"answer\0" + scope.encode() + b"\0" + secret).digest())

    def see(self) -> Seen:
        """Note that it is now at least as late as the database says, and read the record."""
        row = self._db.fetch_one(_SEE, {"id": self._id}, retry=True)
        assert row is not None
        return Seen(row["seen_at"], self._opened(row["answer"]))

    def take_turn(self, *, pause: float, now: bool) -> bool:
        """Whether to ask Keygen: it is time to (or `now`), and nobody else did within `pause` seconds."""
        return self._db.execute(_TAKE_TURN, {"id": self._id, "pause": pause, "now": now}) == 1

    def keep(self, answer: bytes, date: datetime, *, pause: float) -> None:
        """Keep a signed answer of that date; the next is wanted in `pause` seconds."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, answer, self._id.encode())
        self._db.execute(_KEEP, {"id": self._id, "answer": sealed, "date": date, "pause": pause}, retry=True)

    def hold_off(self, seconds: float) -> None:
        """Ask nothing for so long, from any process."""
        self._db.execute(_HOLD_OFF, {"id": self._id, "seconds": seconds}, retry=True)

    def _opened(self, sealed: bytes | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._id.encode())
        except InvalidTag:  # somebody wrote into the database
            return None
