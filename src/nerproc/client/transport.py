"""Requests to a head: JSON in and out, errors as the classes of `nerproc.errors`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from pydantic import ValidationError

from nerproc.client.pause import asked_pause
from nerproc.errors import HeadUnreachable
from nerproc.schema.problem import error_of
from nerproc.schema.report import Problem

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
CHUNK_BYTES = 1 << 16
ATTEMPTS = 3  # of a GET
FIRST_PAUSE_SECONDS = 0.2  # before the second attempt; twice that before the third
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SUCCESS = range(200, 300)
NO_CONTENT = 204
TOO_MANY = 429
PATIENCE_SECONDS = 60.0  # how long requests are repeated that came too soon
TRY_AGAIN = {502, 503, 504}

Parameters = Mapping[str, Any]


class Transport:
    """A session with one head. Not for use by several threads at once."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        if urlsplit(url).hostname in LOOPBACK:
            self._session.trust_env = False  # no proxy lies between us and this machine
            self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, path: str, parameters: Parameters | None = None) -> Any:
        """Read JSON; tried again when the connection fails or the head cannot answer just now."""
        with self.stream(path, parameters) as response:
            return self._json(response)

    def pieces(self, path: str, parameters: Parameters) -> Iterator[bytes]:
        """The bytes of a response, as they come."""
        with self.stream(path, parameters) as response:
            try:
                yield from response.iter_content(CHUNK_BYTES)
            except requests.RequestException as error:
                raise self._unreachable(error) from error

    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[str]:
        """The lines of a response, as they come."""
        with self.stream(path, headers=headers) as response:
            response.encoding = "utf-8"
            try:
                yield from response.iter_lines(decode_unicode=True)
            except requests.RequestException as error:
                raise self._unreachable(error) from error

    def pages(self, path: str, parameters: Parameters) -> Iterator[Any]:
        """The items of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, {**parameters, "cursor": cursor})
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def stream(
        self, path: str, parameters: Parameters | None = None, *, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Open a response to read from; closing it is for the caller."""
        pause = FIRST_PAUSE_SECONDS
        for _ in range(ATTEMPTS - 1):
            try:
                response = self._request("GET", path, params=parameters, headers=headers, stream=True)
            except HeadUnreachable as error:
                if isinstance(error.__cause__, requests.ConnectTimeout) or _refused(error.__cause__):
                    raise
            else:
                if response.status_code not in TRY_AGAIN:
                    return self._checked(response)
                response.close()
            time.sleep(pause)
            pause *= 2
        return self._checked(self._request("GET", path, params=parameters, headers=headers, stream=True))

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send once, never again: a request that changes something may have arrived although no answer did."""
        with self._checked(self._request(method, path, json=json, data=data, headers=headers)) as response:
            return self._json(response) if response.status_code != NO_CONTENT else None

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; again after a pause when there were too many lately, for then nothing was done."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                response = self._session.request(
                    method,
                    f"{self.url}/api/v1{path}",
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                    allow_redirects=False,
                    **options,
                )
            except requests.RequestException as error:
                raise self._unreachable(error) from error
            pause = asked_pause(response.headers.get("Retry-After"))
            seconds = 1.0 if pause is None else pause
            may_repeat = response.status_code == TOO_MANY and options.get("data") is None
            if not may_repeat or time.monotonic() + seconds > give_up:
                return response
            response.close()
            time.sleep(seconds)

    def _unreachable(self, error: requests.RequestException) -> HeadUnreachable:
        if isinstance(error, requests.ReadTimeout):
            why = f"it did not answer within {READ_SECONDS:.0f} s"
        elif isinstance(error, requests.exceptions.SSLError):
            return HeadUnreachable(
                f"No head of nerproc can be reached safely at {self.url}: its certificate is not trusted here.",
                hint="Put the certificate of its authority into a file, and name that in REQUESTS_CA_BUNDLE.",
            )
        else:
            why = "nothing answers there" if _refused(error) else "the connection failed"
        return HeadUnreachable(
            f"No head of nerproc can be reached at {self.url}: {why}.",
            hint="Start one with `nerproc serve`, or name another one in NERPROC_API_URL.",
        )

    def _checked(self, response: requests.Response) -> requests.Response:
        """The response, if it is a success.

        Raises:
            nerproc.errors.NerprocError: the class that the problem names.
        """
        if response.status_code in SUCCESS:
            return response
        with response:
            try:
                problem = Problem.model_validate_json(response.content)
            except (ValidationError, requests.RequestException):
                raise self._stranger(response) from None
            raise error_of(problem)

    def _json(self, response: requests.Response) -> Any:
        try:
            return response.json()
        except requests.JSONDecodeError:
            raise self._stranger(response) from None
        except requests.RequestException as error:
            raise self._unreachable(error) from error

    def _stranger(self, response: requests.Response) -> HeadUnreachable:
        return HeadUnreachable(
            f"{self.url} answers {response.status_code}, but not as a head of nerproc does.",
            hint="NERPROC_API_URL names the head that commands talk to.",
        )


def _refused(error: BaseException | None) -> bool:
    """Whether nobody listens there; requests wraps what the system said several times."""
    while error is not None:
        if isinstance(error, ConnectionRefusedError):
            return True
        reason = next((part for part in error.args if isinstance(part, BaseException)), None)
        told = getattr(error, "reason", None)
        error = reason or (told if isinstance(told, BaseException) else error.__cause__ or error.__context__)
    return False
