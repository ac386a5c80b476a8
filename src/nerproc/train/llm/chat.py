"""One question to a language model, over the chat completions that most servers of such models offer.

What goes out is the question, and the key if there is one; nothing of this machine goes along. What comes back
is bounded in bytes and time, redirects are not followed, and neither the key nor an answer gets into an error.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import urllib3

from nerproc.client.pause import asked_pause
from nerproc.client.transport import LOOPBACK
from nerproc.errors import (
    InvalidRequest,
    LanguageModelUnreachable,
    NerprocError,
    NotFound,
    Refused,
    SettingsError,
)
from nerproc.train.llm.tally import Tally, Unusable

CONNECT_SECONDS = 5.0
READ_SECONDS = 300.0  # without a byte: a model may think before its first one
MOST_SECONDS = 600.0  # for a whole answer
MOST_BYTES = 4 << 20  # of an answer
PAUSES = (0.5, 1.0, 2.0)  # before a request is repeated, in seconds, unless the server names another
MOST_PAUSE = 60.0  # that a server may ask for
MOST_FAILURES = 3  # questions in a row that the server does not answer, after which it is left alone

_BUSY = {429, 500, 502, 503, 504, 529}


class Chat:
    """A language model behind an address. For use by one thread at a time; also a context manager."""

    def __init__(
        self,
        url: str,
        model: str,
        key: str | None,
        tally: Tally,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is the API's, to which /chat/completions is added; `tally` counts what happens.

        Raises:
            SettingsError: the key cannot be one.
        """
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._model = model
        self._key = _sound(key.strip()) if key else None
        self.tally = tally
        self._sleep = sleep
        self._failures = 0
        self._session = requests.Session()
        if urlsplit(url).hostname in LOOPBACK:
            self._session.trust_env = False  # no proxy lies between us and this machine
            self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def ask(self, system: str, question: str) -> str:
        """The model's answer to a question, within the limits of this file.

        Raises:
            Unusable: none came, or none that can be used; the next question may fare better.
            Refused, NotFound, InvalidRequest: the server will not answer any question; says why.
            LanguageModelUnreachable: it did not answer the last questions either.
        """
        try:
            answer = self._content(self._patiently(system, question))
        except _Away as away:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise LanguageModelUnreachable(
                    f"The language model's server did not answer {MOST_FAILURES} times in a row: {away}.",
                    hint="NERPROC_LLM_URL names it, such as http://localhost:11434/v1.",
                ) from None
            raise Unusable(str(away)) from None
        self._failures = 0
        return answer

    def _patiently(self, system: str, question: str) -> bytes:
        """The body of the answer, asked for again while the server cannot give it."""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        for pause in (*PAUSES, None):
            self.tally.requests += 1
            try:
                return self._send({"model": self._model, "messages": messages})
            except _Away as away:
                wanted = max(pause or 0, away.pause or 0)
                if pause is None or not away.passes or wanted > MOST_PAUSE:
                    raise
                self.tally.repeated[str(away)] += 1
                self._sleep(wanted)
        raise AssertionError  # the last pause is None

    def _send(self, body: dict[str, Any]) -> bytes:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            with self._session.post(
                self._url,
                json=body,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                auth=self._authorize,
                allow_redirects=False,
                stream=True,
            ) as response:
                self._check(response)
                return _body(response)
        except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
            raise _Away("timed out") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _Away(f"could not be reached ({type(error).__name__})") from None

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add our key and nothing else: without this, requests would take what ~/.netrc has for the host."""
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def _check(self, response: requests.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        if status in _BUSY:
            raise _Away(
                f"answered with status {status}", pause=asked_pause(response.headers.get("Retry-After"))
            )
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise _Away("redirected elsewhere, where we do not go", passes=False)
        raise _refusal(status, self._model)

    def _content(self, body: bytes) -> str:
        try:
            choice = json.loads(body)["choices"][0]
            message = choice["message"]
            refused = bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter"
            content = message.get("content")
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            raise Unusable("not of the form of chat completions") from None
        if refused:
            raise Unusable("refused by the model")
        if not isinstance(content, str) or not content.strip():
            raise Unusable("empty")
        return content


class _Away(Exception):
    """The server gave no answer; str() says why."""

    def __init__(self, why: str, *, pause: float | None = None, passes: bool = True) -> None:
        """`pause` are the seconds that it asked for; `passes`: the same request may fare better."""
        super().__init__(why)
        self.pause = pause
        self.passes = passes


def _sound(key: str) -> str:
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise SettingsError("NERPROC_LLM_KEY has characters that no key has.", hint="Copy the key alone.")
    return key


def _body(response: requests.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unusable("compressed, which was not asked for")
    give_up = time.monotonic() + MOST_SECONDS
    body = bytearray()
    while piece := response.raw.read1(1 << 16, decode_content=False):
        body += piece
        if len(body) > MOST_BYTES:
            raise Unusable("too long")
        if time.monotonic() > give_up:
            raise _Away("timed out")
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and len(body) < int(announced):
        raise _Away("broke off")
    return bytes(body)


def _refusal(status: int, model: str) -> NerprocError:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Refused(
            f"The language model's server refuses the key (status {status}).", hint="Set NERPROC_LLM_KEY."
        )
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(
            f"The language model's server has no model {model!r}, or no API at that address (status 404).",
            hint="NERPROC_LLM_URL ends with the API's version, mostly /v1; NERPROC_LLM_MODEL names the model.",
        )
    return InvalidRequest(
        f"The language model's server does not take the request (status {status}).",
        hint="It has to offer chat completions as OpenAI's API does.",
    )
