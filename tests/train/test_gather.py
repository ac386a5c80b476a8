from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from tests.people import DRINKING, samples

from nerproc.errors import SampleError
from nerproc.train.gather import gather, load
from nerproc.train.sample import Sample, Span

GIVEN = samples(40, sentences=DRINKING)


def test_what_was_gathered_is_loaded_as_it_was() -> None:
    file = BytesIO()
    found = gather(GIVEN, file)
    file.seek(0)
    assert load(file) == GIVEN
    assert found.samples == 40
    assert found.label_counts == {
        label: sum(any(span.label == label for span in sample.spans) for sample in GIVEN)
        for label in ("DRINK", "NAME")
    }


def test_where_samples_were_read_from_makes_no_difference() -> None:
    elsewhere = [replace(sample, document=f"/home/me/{sample.document}", place="x:1") for sample in GIVEN]
    one, other = BytesIO(), BytesIO()
    assert gather(GIVEN, one) == gather(elsewhere, other)
    assert one.getvalue() == other.getvalue()
    assert b"home" not in other.getvalue()
    different = [replace(sample, document="same") for sample in GIVEN]
    assert gather(different, BytesIO()).sha256 != gather(GIVEN, BytesIO()).sha256


def test_only_some_labels() -> None:
    file = BytesIO()
    assert set(gather(GIVEN, file, labels=["DRINK"]).label_counts) == {"DRINK"}
    file.seek(0)
    assert {span.label for sample in load(file) for span in sample.spans} == {"DRINK"}


@pytest.mark.parametrize(
    ("given", "labels", "said"),
    [
        (GIVEN, ["DRINK", "CITY"], "No sample has the label CITY"),
        (GIVEN[:2], None, "fewer than 5 samples"),
        ([Sample("a", ()), Sample("b", ())], None, "no entity in 2 samples"),
        ([Sample("Ann", (Span(0, 3, "NAME"),))] * 6, None, "All samples have the same text"),
    ],
)
def test_what_cannot_be_learnt_is_refused(given: list[Sample], labels: list[str] | None, said: str) -> None:
    with pytest.raises(SampleError, match=said) as caught:
        gather(given, BytesIO(), labels=labels)
    assert caught.value.hint
