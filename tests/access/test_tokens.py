"""Tokens: who has one is recognised, nobody else is, and the database gives none away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nerproc.access.scope import SCOPES, allows
from nerproc.access.tokens import Tokens
from nerproc.db import migration
from nerproc.db.database import Database
from nerproc.errors import Conflict, NotFound, Unauthenticated

known: list[str] = []  # texts of the tokens that the test below has made


@pytest.fixture
def tokens(database: Database) -> Tokens:
    migration.migrate(database)
    return Tokens(database)


def test_a_token_is_recognised_with_its_scopes(tokens: Tokens) -> None:
    assert not tokens.exist()
    made, text = tokens.create("ci", ["reports:write", "reports:read"])
    assert tokens.exist()
    assert text.startswith(f"nerproc_{made.id}_")
    known = tokens.recognise(text)
    assert (known.id, known.name, known.scopes) == (made.id, "ci", ["reports:read", "reports:write"])


def test_its_last_use_is_noted(tokens: Tokens) -> None:
    _, text = tokens.create("ci", ["admin"])
    assert [token.last_used_at for token in tokens.all()] == [None]
    tokens.recognise(text)
    [token] = tokens.all()
    assert token.last_used_at is not None
    assert datetime.now(UTC) - token.last_used_at < timedelta(minutes=1)


def test_a_revoked_token_is_refused_at_once(tokens: Tokens) -> None:
    made, text = tokens.create("ci", ["admin"])
    _, other = tokens.create("other", ["admin"])
    assert [token.id for token in tokens.revoke("ci")] == [made.id]
    with pytest.raises(Unauthenticated, match="revoked"):
        tokens.recognise(text)
    tokens.recognise(other)
    first = tokens.all()[0].revoked_at
    tokens.revoke(made.id)
    assert tokens.all()[0].revoked_at == first
    assert tokens.exist()
    with pytest.raises(NotFound):
        tokens.revoke("nobody")


def test_an_expired_token_is_refused(tokens: Tokens, database: Database) -> None:
    _, text = tokens.create("ci", ["admin"], expires_at=datetime.now(UTC) + timedelta(hours=1))
    tokens.recognise(text)
    database.execute("UPDATE token SET expires_at = clock_timestamp()")
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.recognise(text)


def test_a_name_is_free_again_when_its_token_is_worthless(tokens: Tokens) -> None:
    tokens.create("ci", ["admin"])
    with pytest.raises(Conflict):
        tokens.create("ci", ["reports:read"])
    tokens.revoke("ci")
    tokens.create("ci", ["reports:read"])


def test_the_database_holds_no_usable_token(tokens: Tokens, database: Database) -> None:
    made, text = tokens.create("ci", ["admin"])
    dump = str(database.fetch_all("SELECT token::text AS row FROM token"))
    secret = text.removeprefix(f"nerproc_{made.id}_")
    assert secret not in dump
    assert secret.encode().hex() not in dump


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 59), st.characters(), st.sampled_from(["other", "short", "long", "bare"]))
def test_no_other_text_is_a_token(tokens: Tokens, place: int, letter: str, change: str) -> None:
    if not tokens.exist():
        known.append(tokens.create("ci", ["admin"])[1])
    text = known[-1]
    wrong = {
        "other": text[:place] + letter + text[place + 1 :],
        "short": text[:place],
        "long": text + letter,
        "bare": letter,
    }[change]
    if wrong != text:
        with pytest.raises(Unauthenticated):
            tokens.recognise(wrong)


@pytest.mark.parametrize("needed", SCOPES)
def test_a_scope_allows_itself_alone_but_admin_everything(needed: str) -> None:
    for held in SCOPES:
        assert allows([held], needed) == (held in (needed, "admin"))  # type: ignore[arg-type]
    assert not allows([], needed)  # type: ignore[arg-type]
