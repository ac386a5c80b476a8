"""Which head commands and clients talk to.

A head writes its address into its home when it is ready, and removes it at its end; one that was killed cannot,
so an address counts only while its process lives and answers.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from nerproc.settings import Settings

DEFAULT_URL = "http://127.0.0.1:8001"
ANSWER_SECONDS = 2.0  # that a living head may take; asking for its health costs it nothing


def address_file(home: Path) -> Path:
    """Where the head of a home writes `{"url": …, "pid": …}`."""
    return home / "head.json"


def find_head(settings: Settings) -> str | None:
    """The URL of the head that runs on this home, or None."""
    try:
        address = json.loads(address_file(settings.home).read_bytes())
        url, pid = str(address["url"]), int(address["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return url if _lives(pid) and _answers(url) else None


def head_url(settings: Settings) -> str:
    """NERPROC_API_URL, the head that runs on this home, or where one usually is."""
    return settings.api_url or find_head(settings) or DEFAULT_URL


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # another user's
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    # Whether it lives is all that is asked; who it is, requests find out by its certificate.
    connection = (
        http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=ANSWER_SECONDS, context=_any_certificate()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
    )
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
