"""Feedback on models: the part of `nerproc.Client` that gives, lists and deletes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import ValidationError

from nerproc.client.transport import Transport
from nerproc.errors import InvalidRequest, NerprocError
from nerproc.schema.sample import FEEDBACK_AT_ONCE, Feedback, FeedbackAdded, FeedbackSample

REQUEST_BYTES = 1_000_000  # of one request; a head takes a little more
PAGE = 100  # samples, which have texts


class FeedbackCalls:
    """What a client can do with feedback."""

    _http: Transport

    def add_feedback(self, model: str, samples: Iterable[FeedbackSample | Mapping[str, Any]]) -> list[UUID]:
        """Tell what a model, by its name or id, should have found in texts; ids of the feedback, in order.

        A sample is `{"text": …, "spans": [{"start": …, "end": …, "label": …}]}`, with all that is to be found.
        Many are sent in several requests; when one of them fails, what was sent before is deleted again.

        Raises:
            InvalidRequest: there are no samples, or one is not sound.
            TooLarge: one is too large for a request.
            NotFound: there is no such model.
        """
        given = [_sample(sample, number).model_dump() for number, sample in enumerate(samples, 1)]
        if not given:
            raise InvalidRequest("There are no samples.")
        ids: list[UUID] = []
        try:
            for some in _requests(given):
                answer = self._http.send("POST", f"/models/{quote(model, safe='')}/feedback", json=some)
                ids += FeedbackAdded.model_validate(answer, extra="ignore").ids
        except BaseException:
            for identity in ids:
                with suppress(NerprocError):
                    self.delete_feedback(model, identity)
            raise
        return ids

    def feedback(self, model: str) -> Iterator[Feedback]:
        """The feedback on a model, oldest first; pages are read as they are needed.

        Raises:
            NotFound: there is no such model.
        """
        items = self._http.pages(f"/models/{quote(model, safe='')}/feedback", {"limit": PAGE})
        return (Feedback.model_validate(item, extra="ignore") for item in items)

    def delete_feedback(self, model: str, feedback: UUID | str) -> None:
        """Delete feedback on a model by its id; nothing there is no error.

        Raises:
            NotFound: there is no such model.
        """
        self._http.send("DELETE", f"/models/{quote(model, safe='')}/feedback/{feedback}")


def _sample(given: FeedbackSample | Mapping[str, Any], number: int) -> FeedbackSample:
    if isinstance(given, FeedbackSample):
        return given
    try:
        return FeedbackSample.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = " ".join(str(part) for part in first["loc"])
        raise InvalidRequest(f"Sample {number} is not valid: {place}: {first['msg']}.") from None


def _requests(samples: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """`samples` in stretches that fit into a request each."""
    some: list[dict[str, Any]] = []
    size = 0
    for sample in samples:
        length = len(json.dumps(sample)) + 2
        if some and (size + length > REQUEST_BYTES or len(some) == FEEDBACK_AT_ONCE):
            yield some
            some, size = [], 0
        some.append(sample)
        size += length
    yield some
