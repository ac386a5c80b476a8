"""Which objects are chosen, by name and size alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerproc.errors import InvalidRequest
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.source.base import ObjectRef
from nerproc.source.selection import Selection

NAMES = ["a.log", "a.txt", "keep.log", "mail/b.txt", "mail/old/c.log", "x/mail/d.txt"]


def ref(name: str, size: int = 1, problem: str | None = None) -> ObjectRef:
    return ObjectRef(name, size, "1", "", problem)


def chosen(names: list[str], **fields: Any) -> list[str]:
    request = ReportRequest(source=LocalSource(paths=["/"]), **fields)
    return [ref.name for ref in Selection(request).choose(map(ref, names))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, NAMES),
        ({"include": ["*.log"]}, ["a.log", "keep.log", "mail/old/c.log"]),
        ({"include": ["*.log", "*.txt"]}, NAMES),
        ({"include": ["/mail/"]}, ["mail/b.txt", "mail/old/c.log"]),
        ({"include": ["mail/"]}, ["mail/b.txt", "mail/old/c.log", "x/mail/d.txt"]),
        ({"include": ["mail/*.txt"]}, ["mail/b.txt"]),
        ({"include": ["mail/**/*.log"]}, ["mail/old/c.log"]),
        ({"exclude": ["*.log"]}, ["a.txt", "mail/b.txt", "x/mail/d.txt"]),
        ({"exclude": ["*.log", "!keep.log"]}, ["a.txt", "keep.log", "mail/b.txt", "x/mail/d.txt"]),
        ({"include": ["*.txt"], "exclude": ["mail/"]}, ["a.txt"]),
        ({"include": ["nothing"]}, []),
    ],
)
def test_names_are_matched_as_in_gitignore(fields: dict[str, Any], expected: list[str]) -> None:
    assert chosen(NAMES, **fields) == expected


@pytest.mark.parametrize("few", ["**/*.log", "a**b", "**", "/**/x", "*.t**"])
def test_many_stars_mean_what_two_do(few: str) -> None:
    assert chosen(NAMES, include=[few.replace("**", "*" * 2_000)]) == chosen(NAMES, include=[few])


@pytest.mark.parametrize("pattern", ["!", "[z-a]", "a\\"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidRequest, match="exclude"):
        chosen(NAMES, exclude=[pattern])


def test_what_is_too_large_is_listed_with_the_reason_and_without_a_version() -> None:
    request = ReportRequest(source=LocalSource(paths=["/"]), max_bytes=10)
    listed = [ref("large", 11), ref("small", 10), ref("strange", 99, "not a regular file")]
    large, small, strange = Selection(request).choose(listed)
    assert large.problem == "larger than the 10 bytes asked for (11)"
    assert large.version == ""
    assert (small, strange) == (listed[1], listed[2])


def test_a_sample_is_about_as_large_as_asked_for_and_the_same_each_time() -> None:
    names = [f"file-{number}" for number in range(10_000)]
    sample = chosen(names, sample=10)
    assert 900 < len(sample) < 1_100
    assert chosen(names, sample=10) == sample
    assert set(sample) < set(chosen(names, sample=20))
    assert chosen(names, sample=100) == names


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True), st.data())
def test_whether_an_object_is_chosen_depends_on_nothing_but_itself(
    names: list[str], data: st.DataObject
) -> None:
    fields = {"exclude": ["*a*"], "sample": 50}
    together = chosen(names, **fields)
    assert together == [name for name in names if chosen([name], **fields)]
    assert set(chosen(data.draw(st.permutations(names)), **fields)) == set(together)
