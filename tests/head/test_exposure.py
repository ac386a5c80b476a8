"""Heads that others can reach: not without tokens, and over HTTPS."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.process import clean_environment, running_head

from nerproc.client import Client
from nerproc.errors import ExitCode, HeadUnreachable, Unauthenticated


def serve(home: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start a head that is expected to refuse."""
    return subprocess.run(
        [sys.executable, "-m", "nerproc", "serve", "--port", "0", "--workers", "0", *options],
        env={**clean_environment(home), **environment},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_a_token_nobody_else_is_let_near(tmp_path: Path) -> None:
    done = serve(tmp_path, "--host", "0.0.0.0")
    assert done.returncode == ExitCode.REFUSED
    assert "nerproc token create" in done.stderr


def test_the_token_of_the_setting_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NERPROC_API_TOKEN", raising=False)
    with running_head(tmp_path, workers=0, NERPROC_HOST="0.0.0.0", NERPROC_API_TOKEN="long and random") as head:
        with pytest.raises(Unauthenticated):
            list(Client(head.url).jobs())
        assert list(Client(head.url, token="long and random").jobs()) == []


def test_https(tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate
    with running_head(tmp_path, workers=0, NERPROC_TLS_CERT=str(cert), NERPROC_TLS_KEY=str(key)) as head:
        assert head.url.startswith("https://")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cert))
        assert list(Client(head.url).jobs()) == []
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with pytest.raises(HeadUnreachable, match="certificate"):
            list(Client(head.url).jobs())
