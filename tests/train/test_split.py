from __future__ import annotations

from nerproc.train.sample import Sample
from nerproc.train.split import split

SAMPLES = [Sample(f"text {number}", (), document=f"document {number // 4}") for number in range(2000)]


def test_a_document_is_on_one_side_as_a_whole() -> None:
    train, held = split(SAMPLES, share=0.2, seed=1)
    assert {sample.document for sample in train}.isdisjoint(sample.document for sample in held)
    assert sorted(train + held, key=SAMPLES.index) == SAMPLES
    assert 300 < len(held) < 500


def test_the_side_depends_on_the_document_and_the_seed_alone() -> None:
    _, held = split(SAMPLES, share=0.2, seed=1)
    assert split(SAMPLES[::-2], share=0.2, seed=1)[1] == [s for s in SAMPLES[::-2] if s in held]
    assert split(SAMPLES, share=0.2, seed=2)[1] != held


def test_samples_of_the_same_text_are_on_one_side() -> None:
    same = [Sample(f"text {number % 50}", ()) for number in range(200)]
    train, held = split(same, share=0.3, seed=1)
    assert {sample.text for sample in train}.isdisjoint(sample.text for sample in held)
