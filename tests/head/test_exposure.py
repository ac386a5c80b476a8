"""Heads that others can reach: not without tokens, and over HTTPS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.process import clean_environment, running_head

from nerproc.client import Client
from nerproc.errors import ExitCode, HeadUnreachable, SettingsError, Unauthenticated
from nerproc.head.address import check_tls
from nerproc.settings import Settings


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "cert.pem", folder / "key.pem"


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


def test_certificate_and_key_must_fit(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    check_tls(Settings(tls_cert=cert, tls_key=key))
    check_tls(Settings())
    for wrong in ({"tls_cert": cert}, {"tls_key": key}, {"tls_cert": key, "tls_key": cert}):
        with pytest.raises(SettingsError):
            check_tls(Settings(**wrong))
    with pytest.raises(SettingsError, match="No such file"):
        check_tls(Settings(tls_cert=tmp_path / "none", tls_key=key))
