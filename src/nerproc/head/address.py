"""Where a head listens, and how others find it: `nerproc.client.address` reads what is written here."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import json
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from nerproc.client.address import address_file
from nerproc.errors import Conflict, Refused, SettingsError
from nerproc.settings import Settings

BACKLOG = 2_048  # connections that wait to be accepted


def check_exposure(host: str, *, insecure: bool, tokens: bool) -> None:
    """See that nobody else reaches a head that asks nobody who they are, or that nobody could use.

    `tokens` says whether there are any.

    Raises:
        Refused: others would reach it, there are no tokens, and nobody said that everybody may.
    """
    if not (is_loopback(host) or insecure or tokens):
        raise Refused(
            f"On {host} others reach this head, and there are no tokens to tell who may.",
            hint="Make one with `nerproc token create NAME --scope reports:read`, or set NERPROC_API_TOKEN; "
            "--insecure lets everybody do everything.",
        )


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


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 stands for any free one.

    Raises:
        Conflict: the port is in use.
        SettingsError: this machine does not have that address, or the port is not ours to take.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} of {host} is in use.",
                hint="Another head may have it; name another port with --port (0: any free one).",
            ) from None
        raise SettingsError(
            f"{host} port {port} cannot be bound: {error.strerror}.", hint="See --host and --port."
        ) from None
    # Connections inherit it; without, the second piece of a response waits 40 ms for an acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def url_of(listener: socket.socket, *, tls: bool = False) -> str:
    """Where a client on this machine reaches a socket."""
    scheme = "https" if tls else "http"
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - only compared
    return f"{scheme}://[{reachable}]:{port}" if ":" in reachable else f"{scheme}://{reachable}:{port}"


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
