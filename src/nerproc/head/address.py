"""How a head is found, and its certificate: `nerproc.client.address` reads what is written here."""

from __future__ import annotations

import contextlib
import json
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

from nerproc.client.address import address_file
from nerproc.errors import SettingsError
from nerproc.settings import Settings


def check_tls(settings: Settings) -> None:
    """See that certificate and key can be used.

    Raises:
        SettingsError: one is missing, cannot be read, or they do not belong together.
    """
    if settings.tls_cert is None and settings.tls_key is None:
        return
    if settings.tls_cert is None or settings.tls_key is None:
        raise SettingsError("HTTPS needs a certificate and its key.", hint="Give --tls-cert and --tls-key.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
    except OSError as error:  # ssl.SSLError is one
        reason = error.strerror or "they are not PEM, or do not belong together"
        raise SettingsError(
            f"{settings.tls_cert} and {settings.tls_key} cannot be used for HTTPS: {reason}.",
            hint="Both are PEM files; the key has no passphrase.",
        ) from None


@contextlib.contextmanager
def announced(home: Path, url: str) -> Iterator[None]:
    """Write the address into the home for the length of the block."""
    path = address_file(home)
    home.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}))
    fresh.replace(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError, KeyError):
            if json.loads(path.read_bytes())["pid"] == os.getpid():  # else another head has taken over
                path.unlink()
