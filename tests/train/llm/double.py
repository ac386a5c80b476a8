"""A language model's API on this machine: it writes what is asked for, or misbehaves as a test says."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import count
from typing import Any

from tests.served import posts_answered

KEY = "sk-canary-7781"
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Double:
    """The server; `answers` come first, one a request, then `always`, else what was asked for."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)  # path, headers, body
    answers: list[Answer] = field(default_factory=list)
    always: Answer | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1_000))

    @property
    def questions(self) -> list[str]:
        """What users' texts were put into."""
        return [asked["body"]["messages"][-1]["content"] for asked in self.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append({"path": handler.path, "headers": dict(handler.headers), "body": body})
        if self.answers:
            self.answers.pop(0)(handler)
        else:
            (self.always or self._write)(handler)

    def _write(self, handler: BaseHTTPRequestHandler) -> None:
        question = self.questions[-1]
        asked = re.search(r"Write (\d+) texts", question)
        label = re.search(r"a value of the label (\w+)", question)
        assert asked
        assert label
        numbers = [next(self.numbers) for _ in range(int(asked[1]))]
        says(*(entry(f"Please show badge {{}} at door {n}.", label[1], f"B-{n}x") for n in numbers))(handler)


def entry(text: str, *pairs: str) -> dict[str, Any]:
    """A sample as a model writes it: labels and values by turns; a value goes where {} is in the text."""
    values = [{"label": label, "text": value} for label, value in zip(pairs[::2], pairs[1::2], strict=True)]
    return {"text": text.format(*(value["text"] for value in values)), "entities": values}


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, *headers: tuple[str, str]) -> None:
    handler.send_response_only(status)
    for name, value in (*headers, ("Content-Length", str(len(body)))):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def content(text: object, *, finish: str = "stop", **message: object) -> Answer:
    """An answer with that content."""
    choice = {"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    return lambda handler: send(handler, 200, json.dumps({"choices": [choice]}).encode())


def says(*entries: object) -> Answer:
    """An answer with these samples."""
    return content(json.dumps({"samples": entries}))


def raw(body: bytes, *headers: tuple[str, str]) -> Answer:
    return lambda handler: send(handler, 200, body, *headers)


def status(number: int, *headers: tuple[str, str]) -> Answer:
    return lambda handler: send(handler, number, KEY.encode(), *headers)


def chunked(text: str) -> Answer:
    """An answer whose length is not told before."""
    body = json.dumps({"choices": [{"message": {"content": text}}]}).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response_only(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for start in range(0, len(body), 7):
            piece = body[start : start + 7]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response_only(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" " * (1 << 16))


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then, each before the reader loses its patience."""
    handler.send_response_only(200)
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1)


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response_only(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')


@contextmanager
def running() -> Iterator[Double]:
    """A server on a free port of this machine."""
    double = Double()
    with posts_answered(double.answer) as url:
        double.url = f"{url}/v1"
        yield double
