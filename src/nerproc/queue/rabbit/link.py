"""The connection to RabbitMQ: one thread that owns it, and connects again for as long as it lives.

Only that thread touches pika's objects, for they are not thread-safe; others hand it functions by `call`. It
does no work of its own, so heartbeats are always answered in time.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pika
from pika.adapters.select_connection import IOLoop, SelectConnection
from pika.exceptions import AMQPError, ChannelClosedByBroker

from nerproc import observe
from nerproc.errors import QueueMismatch, QueueUnreachable, SettingsError
from nerproc.observe import log
from nerproc.observe.meter import DEPENDENCY_ERRORS
from nerproc.queue.rabbit.wire import mismatch

Failure = QueueUnreachable | QueueMismatch

HEARTBEAT_SECONDS = 10  # a peer that is silent is given up after (10 + 5) * 2 s
BLOCKED_SECONDS = 30.0  # how long the broker may take no messages (no disk, no memory) before we connect anew
CONNECT_SECONDS = 5.0  # to the open socket; as long again to the open connection
RECONNECT_SECONDS = (0.5, 30.0)  # the first and the longest pause, from which chance takes its part
STEADY_SECONDS = 10.0  # a connection that lived so long begins with the first pause again
CLOSE_SECONDS = 1.0  # for the broker to answer a farewell
HINT = "check NERPROC_QUEUE_URL, and that RabbitMQ runs and accepts connections from this host"

observe.silence("pika")  # it reports each lost connection at five places; we do at one


class Link:
    """Calls `on_up` with each new connection and channel, and `on_down` when they are lost.

    `on_down` is given the reason; None means that a working connection broke, and another may come soon.
    """

    def __init__(
        self, url: str, *, on_up: Callable[[Any, Any], None], on_down: Callable[[Failure | None], None]
    ) -> None:
        self._parameters = _parameters(url)
        host = self._parameters.virtual_host
        self.address = f"{self._parameters.host}:{self._parameters.port}{'' if host == '/' else f'/{host}'}"
        self.failure: Failure | None = None  # why there is no connection; None while there may be one soon
        self._on_up = on_up
        self._on_down = on_down
        self._loop = IOLoop()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._connection: Any = None
        self._reason: Failure | None = None  # why we close the connection ourselves
        self._said: str | None = None  # in the log, of the connection that is lost
        self._up_since = 0.0
        self._tries = 0
        self._next_try: Any = None
        self._ending = False
        self._ended = False

    def call(self, function: Callable[[], None]) -> bool:
        """Run `function` in the thread of the connection, soon; the first call makes both. False: closed."""
        with self._lock:
            if self._ended:
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rabbitmq", daemon=True)
                self._loop.add_callback_threadsafe(self._connect)
                self._thread.start()
            self._loop.add_callback_threadsafe(function)
            return True

    def later(self, seconds: float, function: Callable[[], None]) -> None:
        """Run `function` after a while; only for functions that run in that thread themselves."""
        self._loop.call_later(seconds, function)

    def close(self) -> None:
        """Say farewell to the broker, which takes back what was not acknowledged, and end the thread."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
            if self._thread is None:
                self._loop.close()
                return
            self._loop.add_callback_threadsafe(self._end)
        self._thread.join(1.5 * CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._ending:
            try:
                self._loop.start()
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever a callback does
                log().error("queue_error", reason=_reason(error))
                self._hang_up(self._unreachable(error))
                time.sleep(RECONNECT_SECONDS[0])  # it might be the first of many
                if self._connection is None or self._connection.is_closed:
                    self._connect_later()
        self._loop.close()

    def _connect(self) -> None:
        self._next_try = None
        if self._ending:
            return
        self._reason = None
        self._connection = SelectConnection(
            self._parameters,
            on_open_callback=self._opened,
            on_open_error_callback=self._lost,
            on_close_callback=self._lost,
            custom_ioloop=self._loop,
        )

    def _opened(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._channel_opened)

    def _channel_opened(self, channel: Any) -> None:
        channel.add_on_close_callback(self._channel_closed)
        channel.basic_qos(prefetch_count=1)
        if self._said is not None:
            log().info("queue_found_again", address=self.address)
        self.failure = self._said = None
        self._up_since = time.monotonic()
        self._on_up(self._connection, channel)

    def _channel_closed(self, _channel: Any, error: Exception) -> None:
        """A channel is closed when something is not as we need it: begin anew with everything."""
        if isinstance(error, ChannelClosedByBroker):
            self._reason = mismatch(error.reply_text, self.address) or self._unreachable(error)
        if self._connection.is_open:
            self._connection.close()

    def _hang_up(self, reason: Failure) -> None:
        self._reason = self._reason or reason
        with contextlib.suppress(AMQPError):  # it is closing already
            if self._connection is not None:
                self._connection.close()

    def _lost(self, connection: Any, error: Exception) -> None:
        if connection is not self._connection:
            return
        if self._ending:
            self._loop.stop()
            return
        failure = self._reason or self._unreachable(error)
        DEPENDENCY_ERRORS.add("queue")
        if self._said != failure.message:
            log().warning("queue_lost", reason=failure.message)
            self._said = failure.message
        broke = self._up_since > 0 and self._reason is None
        self.failure = None if broke else failure
        self._on_down(self.failure)
        if self._up_since and time.monotonic() - self._up_since > STEADY_SECONDS:
            self._tries = 0
        self._up_since = 0.0
        self._connect_later()

    def _connect_later(self) -> None:
        self._tries += 1
        first, longest = RECONNECT_SECONDS
        pause = random.uniform(first, min(longest, first * 2**self._tries))  # noqa: S311 - spreads the nodes
        if self._next_try is not None:
            self._loop.remove_timeout(self._next_try)
        self._next_try = self._loop.call_later(pause, self._connect)

    def _end(self) -> None:
        self._ending = True
        self._loop.call_later(CLOSE_SECONDS, self._loop.stop)
        try:
            self._connection.close()
        except AMQPError:
            self._loop.stop()  # there is none

    def _unreachable(self, error: Exception) -> QueueUnreachable:
        return QueueUnreachable(f"RabbitMQ at {self.address} cannot be reached: {_reason(error)}", hint=HINT)


def again(failure: Failure) -> Failure:
    """The same failure, to be raised once more: one object raised for ever would keep every traceback."""
    return type(failure)(failure.message, hint=failure.hint)


def _parameters(url: str) -> Any:
    try:
        parameters = pika.URLParameters(url)
    except (ValueError, IndexError):  # its text may repeat the password
        parameters = None
    if parameters is None or not url.startswith(("amqp://", "amqps://")):
        raise SettingsError(
            "NERPROC_QUEUE_URL is not a RabbitMQ URL",
            hint="write amqp://user:password@host:5672/vhost (or amqps://), special characters percent-encoded",
        )
    # Set whatever the URL says: a link without them hangs for ever when the peer falls silent.
    parameters.heartbeat = HEARTBEAT_SECONDS
    parameters.blocked_connection_timeout = BLOCKED_SECONDS
    parameters.socket_timeout = CONNECT_SECONDS
    parameters.stack_timeout = 2 * CONNECT_SECONDS
    parameters.connection_attempts = 1
    parameters.client_properties = {"connection_name": "nerproc"}
    return parameters


def _reason(error: BaseException) -> str:
    """What went wrong, out of the errors in which pika wraps it."""
    while True:
        inner = getattr(error, "exceptions", None) or [getattr(error, "exception", None), *error.args[:1]]
        wrapped = [found for found in inner if isinstance(found, BaseException)]
        if not wrapped:
            break
        error = wrapped[-1]
    text = " ".join(str(part) for part in error.args if part) or (type(error).__doc__ or "").strip()
    return f"{type(error).__name__}: {' '.join(text.split())}"
