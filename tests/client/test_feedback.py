"""The client's feedback calls, against a head."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.process import RunningHead

from nerproc.client import Client
from nerproc.client import feedback as module
from nerproc.errors import InvalidRequest, NotFound, SampleError
from nerproc.schema.sample import FeedbackSample

SAMPLES = [
    {"text": f"Ada is number {number}.", "spans": [{"start": 0, "end": 3, "label": "NAME"}]}
    for number in range(7)
]


@pytest.fixture
def client(head: RunningHead) -> Iterator[Client]:
    with Client(head.url) as client:
        yield client
        for one in list(client.feedback("patterns")):
            client.delete_feedback("patterns", one.id)


def test_feedback_is_added_listed_and_deleted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    ids = client.add_feedback("patterns", [FeedbackSample.model_validate(SAMPLES[0]), *SAMPLES[1:]])
    found = list(client.feedback("patterns"))
    assert [one.id for one in found] == ids
    assert [one.text for one in found] == [sample["text"] for sample in SAMPLES]
    client.delete_feedback("patterns", ids[3])
    client.delete_feedback("patterns", str(ids[3]))
    assert [one.id for one in client.feedback("patterns")] == ids[:3] + ids[4:]
    with pytest.raises(NotFound):
        client.add_feedback("nothing", SAMPLES)


def test_many_are_sent_in_several_requests_and_kept_all_or_none(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REQUEST_BYTES", 250)
    sent: list[int] = []
    send = client._http.send
    monkeypatch.setattr(
        client._http,
        "send",
        lambda method, path, *, json=None: (
            sent.append(len(json)) if json else None,
            send(method, path, json=json),
        )[1],
    )
    assert len(client.add_feedback("patterns", SAMPLES)) == len(list(client.feedback("patterns"))) == 7
    assert len(sent) > 2
    assert sum(sent) == 7
    bad = {"text": "x", "spans": [{"start": 0, "end": 9, "label": "NAME"}]}
    with pytest.raises(SampleError, match="outside the text"):
        client.add_feedback("patterns", [*SAMPLES, bad])
    assert len(list(client.feedback("patterns"))) == 7


def test_what_is_no_sample_is_not_sent(client: Client) -> None:
    with pytest.raises(InvalidRequest, match="Sample 2 is not valid: spans: Field required"):
        client.add_feedback("patterns", [SAMPLES[0], {"text": "x"}])
    with pytest.raises(InvalidRequest, match="no samples"):
        client.add_feedback("patterns", [])
    assert list(client.feedback("patterns")) == []
