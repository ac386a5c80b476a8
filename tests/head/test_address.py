"""Where a head listens, and how others find it."""

from __future__ import annotations

import http.server
import json
import os
import socket
import threading
from pathlib import Path

import pytest

from nerproc.api.listen import bind, check_exposure, check_tls, url_of
from nerproc.client.address import address_file, find_head
from nerproc.errors import Conflict, Refused, SettingsError
from nerproc.head.address import announced
from nerproc.head.serve import serve
from nerproc.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_nobodys_leave(host: str) -> None:
    check_exposure(host, insecure=False, tokens=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_other_addresses_need_the_operators_word(host: str) -> None:
    with pytest.raises(Refused) as caught:
        check_exposure(host, insecure=False, tokens=False)
    assert "--insecure" in str(caught.value.hint)
    check_exposure(host, insecure=True, tokens=False)
    check_exposure(host, insecure=False, tokens=True)


def test_any_free_port() -> None:
    with bind("127.0.0.1", 0) as one, bind("127.0.0.1", 0) as other:
        assert url_of(one) != url_of(other)
        socket.create_connection(one.getsockname()).close()


def test_responses_are_sent_at_once() -> None:
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use() -> None:
    with bind("127.0.0.1", 0) as taken, pytest.raises(Conflict, match="in use"):
        bind("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("host", ["192.0.2.1", "no such name.invalid"])
def test_an_address_of_another_machine(host: str) -> None:
    with pytest.raises(SettingsError):
        bind(host, 0)


def test_the_address_is_one_that_clients_reach() -> None:
    with bind("0.0.0.0", 0) as everywhere:
        assert url_of(everywhere) == f"http://127.0.0.1:{everywhere.getsockname()[1]}"


def test_certificate_and_key_must_fit(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    check_tls(Settings(tls_cert=cert, tls_key=key))
    check_tls(Settings())
    for wrong in ({"tls_cert": cert}, {"tls_key": key}, {"tls_cert": key, "tls_key": cert}):
        with pytest.raises(SettingsError):
            check_tls(Settings(**wrong))
    with pytest.raises(SettingsError, match="No such file"):
        check_tls(Settings(tls_cert=tmp_path / "none", tls_key=key))


def test_what_is_wrong_shows_before_anything_starts(home: Path) -> None:
    with pytest.raises(SettingsError):
        serve(Settings(home=home, tls_key=home / "key.pem"), workers=0)
    with bind("127.0.0.1", 0) as taken, pytest.raises(Conflict):
        serve(Settings(home=home, port=taken.getsockname()[1]), workers=0)
    assert list(home.iterdir()) == []


@pytest.fixture
def server() -> http.server.HTTPServer:
    class Healthy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return http.server.HTTPServer(("127.0.0.1", 0), Healthy)


def test_a_head_is_found_while_it_announces_itself(home: Path, server: http.server.HTTPServer) -> None:
    settings = Settings(home=home)
    url = url_of(server.socket)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    assert find_head(settings) is None
    with announced(home, url):
        assert find_head(settings) == url
        assert json.loads(address_file(home).read_text()) == {"url": url, "pid": os.getpid()}
    assert find_head(settings) is None
    assert list(home.iterdir()) == []

    address_file(home).write_text(json.dumps({"url": url, "pid": 2**22 + 1}))  # no such process
    assert find_head(settings) is None
    server.shutdown()
    thread.join()
    server.server_close()
    address_file(home).write_text(json.dumps({"url": url, "pid": os.getpid()}))  # nobody answers
    assert find_head(settings) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"url": 1, "pid": "x"}',
        '{"url": "http://x", "pid": null}',
        '{"url": "x", "pid": 1}',
    ],
)
def test_nonsense_in_the_file_is_no_head(home: Path, content: str) -> None:
    address_file(home).write_text(content)
    assert find_head(Settings(home=home)) is None


def test_the_address_of_a_later_head_is_kept(home: Path) -> None:
    with announced(home, "http://127.0.0.1:1"):
        address_file(home).write_text(json.dumps({"url": "http://127.0.0.1:2", "pid": 1}))
    assert json.loads(address_file(home).read_text())["pid"] == 1


def test_the_folder_is_made(home: Path) -> None:
    with announced(home / "new" / "home", "http://127.0.0.1:1"):
        assert address_file(home / "new" / "home").exists()
