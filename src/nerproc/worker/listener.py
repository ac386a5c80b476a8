"""What a worker answers over HTTP, if it is told to listen: /metrics, /health, /ready, by the rules of a head.

This machine alone may ask, unless there are tokens, or somebody said that everybody may.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nerproc.api.listen import bind, check_exposure, check_tls, is_loopback, url_of
from nerproc.node import Node
from nerproc.observe import log

PATIENCE_SECONDS = 5.0  # for answers that are being sent at the end


@contextmanager
def listening(node: Node, *, insecure: bool = False) -> Iterator[None]:
    """Answer for the length of the block, where the settings name a port.

    Raises:
        Refused: the address is not loopback, there are no tokens, and it is not `insecure`.
        Conflict: the port is in use.
        SettingsError: it cannot be bound; certificate and key are not both there, or do not fit.
    """
    settings = node.settings
    if settings.metrics_port is None:
        yield
        return
    # Imported only now: most workers do not listen.
    import uvicorn

    from nerproc.access.tokens import Tokens
    from nerproc.api.monitor import build_monitor

    check_tls(settings)
    tokens = settings.api_token is not None or Tokens(node.database).exist()
    check_exposure(settings.metrics_host, insecure=insecure, tokens=tokens, who="worker")
    asks = False if insecure else True if tokens or not is_loopback(settings.metrics_host) else None
    with bind(settings.metrics_host, settings.metrics_port, flag="--metrics-port") as listener:
        config = uvicorn.Config(
            build_monitor(node, asks=asks),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="listener", daemon=True
        )
        thread.start()
        log().info("worker_listens", url=url_of(listener, tls=settings.tls_cert is not None))
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
