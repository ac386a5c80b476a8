"""A RabbitMQ of the tests' own: on free loopback ports, in a folder of its own, gone when tests are over."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel

# Debian's scripts in /usr/sbin insist on the account `rabbitmq`; those behind them do not.
FOLDERS = ("/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/opt/rabbitmq/sbin", "/usr/sbin")
START_SECONDS = 90.0
MISSING = "RabbitMQ is missing: apt-get install rabbitmq-server (or put rabbitmq-server on the PATH)"


class Broker:
    """One node; it may be stopped, killed, frozen and started again, and keeps what it had."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port, distribution, self._names = free_port(), free_port(), free_port()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ_")},
            "HOME": str(folder),  # where the cookie is made
            "ERL_EPMD_PORT": str(self._names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "detached": "true",  # the script becomes the node, instead of waiting for it
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_NODENAME": f"nerproc{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2",
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        }

    @property
    def url(self) -> str:
        return url_at(self.port)

    def start(self) -> None:
        """Start it, or start it again; returns when it takes connections."""
        names = [shutil.which("epmd") or "epmd", "-port", str(self._names), "-address", "127.0.0.1"]
        self._processes = [self._spawn(names)]
        until(lambda: answers(self._names), "epmd answers", 10)
        self._processes.append(self._spawn([rabbitmq_server()]))
        until(self._takes_connections, "RabbitMQ takes connections", START_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it in order, or as `number` says."""
        for process in reversed(self._processes):
            try:
                os.killpg(process.pid, number)
                process.wait(30)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
            finally:
                kill_group(process)
        self._processes = []

    def kill(self) -> None:
        """End it as a crash of the machine would."""
        self.stop(signal.SIGKILL)

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        """A channel beside the queue under test."""
        connection = pika.BlockingConnection(pika.URLParameters(self.url))
        try:
            yield connection.channel()
        finally:
            with suppress(pika.exceptions.AMQPError):  # the broker was killed meanwhile
                connection.close()

    def control(self, *command: str) -> str:
        """Run `rabbitmqctl`; what it says."""
        program = str(Path(rabbitmq_server()).with_name("rabbitmqctl"))
        done = subprocess.run([program, *command], env=self._environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def clear(self) -> None:
        """Delete what nerproc made."""
        with self.channel() as channel:
            for queue in ("nerproc.v1.infer", "nerproc.v1.train", "nerproc.v1.dlq"):
                channel.queue_delete(queue)
            channel.exchange_delete("nerproc.v1.dlx")

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self._folder / "output.log").open("ab") as output:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command],  # it ends with the thread that starts it
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _takes_connections(self) -> bool:
        assert self._processes[-1].poll() is None, (self._folder / "output.log").read_text()[-4_000:]
        try:
            with self.channel():
                return True
        except pika.exceptions.AMQPError:
            return False


@contextmanager
def running_broker(folder: Path) -> Iterator[Broker]:
    """A broker for the length of the block."""
    broker = Broker(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()  # nothing of it is wanted any more


def rabbitmq_server() -> str:
    """The program that starts a node; a machine without one fails the tests, it does not skip them."""
    found = shutil.which("rabbitmq-server", path=os.pathsep.join([*FOLDERS, os.environ.get("PATH", "")]))
    assert found, MISSING
    return found


def url_at(port: int) -> str:
    return f"amqp://guest:guest@127.0.0.1:{port}/%2F"


def free_port() -> int:
    """A port that is free and stays so: it is below those that the kernel gives to clients.

    Each process of pytest-xdist (gw0, gw1, …) has ports of its own, so that none is taken between look and use.
    """
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = random.randrange(20_000, 32_000) // 16 * 16 + process % 16
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def until(condition: object, what: str, seconds: float = 20) -> None:
    """Wait for `condition`."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
