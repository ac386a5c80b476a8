"""`nerproc serve`: the API, the upkeep, and the workers of this machine, until a signal ends them.

On SIGTERM or SIGINT it takes no more requests, ends open streams, lets the workers finish the objects in hand,
and returns; a second signal ends everything at once.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

import nerproc
from nerproc import observe
from nerproc.access.tokens import Tokens
from nerproc.api.guard import LOOPBACK_NAMES
from nerproc.api.listen import bind, check_exposure, check_tls, is_loopback, url_of
from nerproc.errors import QueueUnreachable
from nerproc.head.address import announced
from nerproc.head.fleet import Fleet
from nerproc.job.task import POOL
from nerproc.license.watch import watch
from nerproc.node import Node
from nerproc.observe import log
from nerproc.settings import Settings
from nerproc.web.app import build_app
from nerproc.worker.ending import ending
from nerproc.worker.serve import cores, import_models

GRACE_SECONDS = 5  # for responses that are being sent at the end
END_SECONDS = 28.0  # from the first signal until workers are killed


def serve(settings: Settings, *, workers: int | None = None, insecure: bool = False) -> None:
    """Serve until SIGTERM or SIGINT, with `workers` tasks at a time on this machine (default: one a core).

    Raises:
        Refused: the address is not loopback, there are no tokens, and it is not `insecure`.
        Conflict: the port is in use.
        SettingsError: certificate and key are not both there, or do not fit.
        Unreachable: the database or the artifact store does not answer.
        SchemaMismatch: the database belongs to a newer version.
        QueueMismatch: the queue was declared in another way.
        NotFound: there is no folder that `model_dir` names.
    """
    observe.configure(settings.log_format, settings.log_level, role="head")
    check_tls(settings)
    with bind(settings.host, settings.port) as listener, ending() as end, Node.open(settings) as node:
        with contextlib.suppress(QueueUnreachable):  # jobs are found without it, only later
            node.queue.depth(POOL)
        local = is_loopback(settings.host)
        tokens = settings.api_token is not None or Tokens(node.database).exist()
        check_exposure(settings.host, insecure=insecure, tokens=tokens)
        import_models(node)
        hosts = LOOPBACK_NAMES | {settings.host.lower()} if local else None
        asks = False if insecure else True if tokens or not local else None
        head = _Head(build_app(node, hosts=hosts, asks=asks), node, listener)
        with _upkeep(node), _workers(settings, cores() if workers is None else workers, head):
            end.then(head.end)
            head.run()


class _Head(uvicorn.Server):
    """The server of the API. Signals are not its business."""

    def __init__(self, app: FastAPI, node: Node, listener: socket.socket) -> None:
        # No access log: paths and queries hold what users look for.
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
                ssl_certfile=node.settings.tls_cert,
                ssl_keyfile=node.settings.tls_key,
            )
        )
        self._app = app
        self._node = node
        self._listener = listener
        self._announcement = contextlib.ExitStack()
        self.fleet: Fleet | None = None
        self.ends_at: float | None = None  # monotonic time at which workers are killed

    def run(self) -> None:  # type: ignore[override]
        """Serve until `end`."""
        with self._announcement:
            super().run(sockets=[self._listener])

    def end(self) -> None:
        """End soon; called again: at once."""
        log().info("head_ends", again=self.should_exit)
        self.force_exit = self.should_exit
        self.ends_at = self.ends_at or time.monotonic() + END_SECONDS
        self._app.state.closing.set()
        self.should_exit = True
        if self.fleet is not None:
            self.fleet.drain()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell everyone where the head is, once it answers."""
        await super().startup(sockets=sockets)
        url = url_of(self._listener, tls=self._node.settings.tls_cert is not None)
        self._announcement.enter_context(announced(self._node.settings.home, url))
        asks = self._app.state.access.asks
        if observe.is_human():
            open_to_all = "" if asks else " It asks nobody for a token."
            sys.stderr.write(f"nerproc serves {url} (reference: {url}/docs).{open_to_all} Ctrl-C ends it.\n")
        else:
            log().info("head_ready", version=nerproc.__version__, url=url, asks_for_tokens=asks)


@contextlib.contextmanager
def _workers(settings: Settings, concurrency: int, head: _Head) -> Iterator[None]:
    """Run the workers of this machine for the length of the block, and let them finish."""
    if concurrency == 0:
        yield
        return
    head.fleet = Fleet(settings, concurrency)
    head.fleet.start()
    try:
        yield
    finally:
        if head.ends_at is None:  # an error ended the block, not a signal
            head.end()
        assert head.ends_at is not None
        head.fleet.end(max(0.0, head.ends_at - time.monotonic()))


@contextlib.contextmanager
def _upkeep(node: Node) -> Iterator[None]:
    """Look after jobs and the licence for the length of the block, whether there are workers or not."""
    ended = threading.Event()

    threads = [
        threading.Thread(target=node.maintenance.run, args=(ended,), name="upkeep", daemon=True),
        threading.Thread(target=watch, args=(node.license, ended), name="license", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(GRACE_SECONDS)
