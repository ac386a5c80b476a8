"""The proxy does to connections what it says."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import pytest
from tests.proxy import Proxy, proxy


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            while data := self.request.recv(1_000):
                self.request.sendall(data)
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture
def link() -> Iterator[Proxy]:
    with Server(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with proxy(server.server_address[1]) as made:
            yield made
        server.shutdown()


def connect(link: Proxy) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", link.port), 5)
    client.settimeout(0.3)
    return client


def echo(client: socket.socket, data: bytes = b"hello") -> bytes:
    client.sendall(data)
    return client.recv(1_000)


def test_data_passes(link: Proxy) -> None:
    with connect(link) as client:
        assert echo(client) == b"hello"


def test_a_cut_is_an_end(link: Proxy) -> None:
    with connect(link) as client:
        echo(client)
        link.cut()
        assert client.recv(1) == b""


def test_a_reset_is_an_error_now_or_after_some_bytes(link: Proxy) -> None:
    with connect(link) as client:
        echo(client)
        link.reset()
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    with connect(link) as client:
        echo(client)
        link.reset_after(3)
        client.sendall(b"hello")
        with pytest.raises(ConnectionResetError):
            client.recv(10)


def test_a_stall_holds_data_back_and_lets_it_go(link: Proxy) -> None:
    with connect(link) as client:
        echo(client)
        link.stall()
        with pytest.raises(TimeoutError):
            echo(client, b"late")
        with connect(link) as other, pytest.raises(TimeoutError):
            echo(other)
        link.resume()
        assert client.recv(10) == b"late"


def test_a_delay_is_both_ways(link: Proxy) -> None:
    with connect(link) as client:
        client.settimeout(5)
        link.delay(0.1)
        began = time.monotonic()
        assert echo(client) == b"hello"
        assert time.monotonic() - began >= 0.2


def test_refused_connections_leave_others_alone(link: Proxy) -> None:
    with connect(link) as client:
        echo(client)
        link.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect(link)
        assert echo(client) == b"hello"
        link.accept()
        with connect(link) as other:
            assert echo(other) == b"hello"
    assert link.accepted == 2
