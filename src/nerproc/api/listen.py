"""Where a node listens, be it a head or a worker: on this machine alone, unless it asks for tokens.

With a certificate it speaks HTTPS there, and nothing else.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl

from nerproc.errors import Conflict, Refused, SettingsError
from nerproc.settings import Settings

BACKLOG = 2_048  # connections that wait to be accepted


def check_exposure(host: str, *, insecure: bool, tokens: bool, who: str = "head") -> None:
    """See that nobody else reaches a node that asks nobody who they are, or that nobody could use.

    `tokens` says whether there are any, `who` what the node is.

    Raises:
        Refused: others would reach it, there are no tokens, and nobody said that everybody may.
    """
    if not (is_loopback(host) or insecure or tokens):
        raise Refused(
            f"On {host} others reach this {who}, and there are no tokens to tell who may.",
            hint="Make one with `nerproc token create NAME --scope reports:read`, or set NERPROC_API_TOKEN; "
            "--insecure lets everybody do everything.",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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


def bind(host: str, port: int, *, flag: str = "--port") -> socket.socket:
    """A socket that listens; port 0 stands for any free one. `flag` is the one that names another.

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
                hint=f"Another node may have it; name another port with {flag} (0: any free one).",
            ) from None
        raise SettingsError(
            f"{host} port {port} cannot be bound: {error.strerror}.",
            hint=f"See {flag.replace('port', 'host')} and {flag}.",
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
