"""Objects of a bucket: what is listed, how it is read, and what becomes of each fault."""

from __future__ import annotations

import io
import random
import socket
import time
import tracemalloc

import pytest
from benchmarks.s3_stub import Stub, serving
from pydantic import SecretStr
from tests.buckets import new_bucket

from nerproc.errors import InvalidRequest, NotFound, Refused, SourceUnreachable
from nerproc.settings import S3Connection
from nerproc.source.base import Changed, ObjectRef, Unreadable
from nerproc.source.s3 import BLOCK, BLOCKS, FirstPage, S3Source

ODD = ["a//b", "/leading", "two\nlines", "tab\t", "./dot", "a/../b", "ü/é", "trailing/", "a+b %20&?#", "😀"]


def source(stub: Stub, path: str = "", **seconds: float) -> S3Source:
    return S3Source(f"s3://bucket/{path}", S3Connection(endpoint_url=stub.endpoint), **seconds)


def read(source: S3Source, ref: ObjectRef) -> bytes:
    with source.open(ref) as opened:
        content = opened.file.read()
        opened.check()
    return content


def read_all(source: S3Source) -> dict[str, bytes]:
    """As a worker does: each object is announced some objects before its turn."""
    refs = list(source.list())
    found = {}
    for number, ref in enumerate(refs):
        for announced in refs[number + 8 : number + 9] if number else refs[:9]:
            source.expect(announced)
        found[ref.name] = read(source, ref)
    return found


def large(size: int = 3 * BLOCK + 1_000) -> bytes:
    return random.Random(1).randbytes(size)


def test_what_is_below_the_prefix_is_listed_and_nothing_beside_it(stub: Stub) -> None:
    for key in ("data", "data-2/x", "data/", "data/a", "data/sub/", "data/sub/b", "data2"):
        stub.objects[key] = b"" if key.endswith("/") else b"x"
    assert [ref.name for ref in source(stub, "data/").list()] == ["a", "sub/b"]
    assert [ref.name for ref in source(stub, "data").list()] == ["data"]
    del stub.objects["data"]
    assert [ref.name for ref in source(stub, "data").list()] == ["a", "sub/b"]
    assert [ref.name for ref in source(stub, "data/sub/b").list()] == ["b"]
    assert [ref.name for ref in source(stub).list()] == ["data-2/x", "data/a", "data/sub/b", "data2"]
    assert read(source(stub, "data/sub/b"), next(source(stub, "data/sub/b").list())) == b"x"


def test_odd_keys_are_read_too(stub: Stub) -> None:
    contents = {key: key.encode() * 3 for key in ODD}
    for key, content in contents.items():
        stub.objects[f"root/{key}"] = content
    assert read_all(source(stub, "root")) == contents
    assert list(read_all(source(stub, "root"))) == sorted(ODD)


def test_a_real_server_lists_and_reads_the_same(moto: S3Connection) -> None:
    contents = {key: key.encode() for key in ODD if "\n" not in key} | {"large": large()}
    bucket = new_bucket(moto, {f"root/{key}": content for key, content in contents.items()})
    assert read_all(S3Source(f"s3://{bucket}/root", moto)) == contents


def test_a_small_object_costs_one_request(stub: Stub) -> None:
    for number in range(30):
        stub.objects[f"{number:03}"] = b"x" * number
    assert len(read_all(source(stub))) == 30
    assert (stub.of("LIST"), stub.of("GET"), stub.total) == (1, 30, 31)


def test_a_large_object_is_read_block_by_block_in_bounded_memory(stub: Stub) -> None:
    content = stub.objects["large"] = large(12 * BLOCK + 5)
    ticks = []
    place = S3Source(
        "s3://bucket", S3Connection(endpoint_url=stub.endpoint), progress=lambda: ticks.append(time.monotonic())
    )
    (ref,) = place.list()
    tracemalloc.start()
    with place.open(ref) as opened:
        position = 0
        while chunk := opened.file.read(1 << 20):
            assert chunk == content[position : position + (1 << 20)]
            position += len(chunk)
        opened.check()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert position == len(content)
    assert stub.of("GET") == 13
    assert len(ticks) >= 13
    assert peak < (BLOCKS + 2) * BLOCK * 2  # the stub in this process holds what it sends


def test_a_reader_goes_to_any_place(stub: Stub) -> None:
    content = stub.objects["large"] = large()
    place = source(stub)
    (ref,) = place.list()
    dice = random.Random(2)
    with place.open(ref) as opened:
        for _ in range(50):
            position = dice.randrange(len(content))
            opened.file.seek(position)
            assert opened.file.read(5_000) == content[position : position + 5_000]
        assert opened.file.seek(-3, io.SEEK_END) == len(content) - 3
        assert opened.file.read() == content[-3:]
        opened.check()


@pytest.mark.fault
@pytest.mark.parametrize("busy", [0.05, 0.2])
def test_a_busy_server_is_asked_again(stub: Stub, busy: float) -> None:
    for number in range(1_000):
        stub.objects[f"{number:04}"] = str(number).encode()
    stub.faults.busy = busy
    assert read_all(source(stub)) == {f"{number:04}": str(number).encode() for number in range(1_000)}
    assert 1_000 < stub.total <= 1.3 * 1_001


@pytest.mark.fault
@pytest.mark.parametrize("key", ["plain", "od//d", "large"])
def test_a_body_that_is_cut_goes_on_where_it_was(stub: Stub, key: str) -> None:
    content = stub.objects[key] = large(3 * BLOCK if key == "large" else 50_000)
    stub.faults.cut[key] = 3
    assert read_all(source(stub)) == {key: content}
    assert stub.of("GET") == (6 if key == "large" else 4)


@pytest.mark.fault
@pytest.mark.parametrize("key", ["plain", "od//d"])
def test_a_drip_is_taken_up_anew_and_then_given_up(stub: Stub, key: str) -> None:
    stub.objects[key] = b"x" * 50_000
    stub.faults.drip[key] = 1_000
    place = source(stub, request_seconds=0.5, patience_seconds=4)
    (ref,) = place.list()
    began = time.monotonic()
    with pytest.raises(Unreadable, match="it takes too long"):
        place.open(ref)
    assert time.monotonic() - began < 15
    assert stub.of("GET") >= 2
    stub.faults.drip[key] = 60_000  # too slow for one request, but not for two
    assert read(source(stub, request_seconds=0.5, patience_seconds=20), ref) == b"x" * 50_000


@pytest.mark.fault
def test_an_object_that_changed_since_it_was_listed_is_read_as_it_is_now(stub: Stub) -> None:
    stub.objects["key"] = b"old"
    place = source(stub)
    (ref,) = place.list()
    stub.objects["key"] = b"newer"
    with place.open(ref) as opened:
        assert opened.file.read() == b"newer"
        assert opened.version == stub.objects.etag("key").strip('"') != ref.version
    assert (stub.of("GET"), stub.of("HEAD")) == (2, 1)


@pytest.mark.fault
def test_an_object_that_changes_while_it_is_read_is_noticed(stub: Stub) -> None:
    stub.objects["large"] = large()
    place = source(stub)
    (ref,) = place.list()
    newer = bytes(reversed(large()))

    def overwrite(method: str, key: str, number: int) -> None:
        if (method, key, number) == (
            "GET",
            "large",
            3,
        ):  # the first two ask for the blocks that a reader begins with
            stub.objects["large"] = newer

    stub.faults.before = overwrite
    with place.open(ref) as opened:
        with pytest.raises(Changed):
            opened.file.read()
        with pytest.raises(Changed):  # even if a parser took the first for its own error
            opened.check()
    assert read(place, ref) == newer


@pytest.mark.fault
def test_what_breaks_off_and_changes_is_noticed(stub: Stub) -> None:
    stub.objects["key"] = b"x" * 50_000
    stub.faults.cut["key"] = 1
    place = source(stub)
    (ref,) = place.list()

    def overwrite(method: str, key: str, number: int) -> None:
        if (method, number) == ("GET", 2):
            stub.objects["key"] = b"newer"

    stub.faults.before = overwrite
    assert read(place, ref) == b"newer"


@pytest.mark.fault
@pytest.mark.parametrize("key", ["plain", "od//d", "large"])
def test_an_object_that_is_deleted_is_gone(stub: Stub, key: str) -> None:
    stub.objects[key] = large() if key == "large" else b"x"
    place = source(stub)
    (ref,) = place.list()
    if key == "large":
        with place.open(ref) as opened:
            del stub.objects[key]
            opened.file.seek(2 * BLOCK)
            with pytest.raises(Unreadable, match="the object is gone"):
                opened.file.read()
        return
    del stub.objects[key]
    with pytest.raises(Unreadable, match="the object is gone"):
        place.open(ref)


@pytest.mark.fault
def test_one_object_that_the_server_fails_on_is_that_objects_matter(stub: Stub) -> None:
    for key in ("a", "b", "c"):
        stub.objects[key] = b"x"
    stub.faults.broken.add("a")
    stub.faults.denied.add("b")
    place = source(stub, patience_seconds=0.5)
    refs = list(place.list())
    for ref, reason in zip(
        refs, ["it cannot be read: the server is too busy", "access is denied"], strict=False
    ):
        with pytest.raises(Unreadable, match=reason):
            place.open(ref)
    assert read(place, refs[2]) == b"x"


@pytest.mark.fault
def test_a_server_that_is_gone_is_no_objects_matter(stub: Stub) -> None:
    stub.objects["key"] = b"x"
    refs = list(source(stub).list())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = "http://127.0.0.1:{1}".format(*free.getsockname())
    place = S3Source("s3://bucket", S3Connection(endpoint_url=endpoint), patience_seconds=0.5)
    with pytest.raises(SourceUnreachable, match="the server cannot be reached"):
        place.open(refs[0])
    with pytest.raises(SourceUnreachable, match="the server cannot be reached"):
        place.look()


def test_a_look_says_what_is_there_or_why_nothing_is(stub: Stub) -> None:
    connection = S3Connection(endpoint_url=stub.endpoint)
    with pytest.raises(NotFound, match="There is nothing at s3://bucket/data"):
        source(stub, "data").look()
    with pytest.raises(NotFound, match="nothing at"):
        source(stub, "data").list()
    stub.objects["data/a"] = b"x"
    assert source(stub, "data").look() == source(stub, "data/a").look() == FirstPage(1, more=False)
    stub.objects.fill([f"data/{number:05}" for number in range(1_500)], b"x")
    assert source(stub, "data").look() == FirstPage(1_000, more=True)
    with pytest.raises(NotFound, match=f"There is no bucket other at {stub.endpoint}"):
        S3Source("s3://other/data", connection).look()
    stub.faults.denied.add("")  # the bucket itself
    with pytest.raises(Refused, match="access is denied"):
        source(stub, "data").look()
    with pytest.raises(InvalidRequest, match="no S3 location"):
        S3Source("bucket/data", connection)


def test_a_server_that_redirects_gets_no_keys_sent_elsewhere(stub: Stub) -> None:
    stub.objects["key"] = b"x"
    keys = {"access_key_id": "me", "secret_access_key": SecretStr("hunter2")}
    place = S3Source("s3://bucket", S3Connection(endpoint_url=stub.endpoint, **keys))
    (ref,) = place.list()
    with serving() as other:
        stub.faults.redirect = other.endpoint
        with pytest.raises(SourceUnreachable, match="the server redirects to another one"):
            place.look()
        with pytest.raises((Unreadable, SourceUnreachable)):
            place.open(ref)
        assert not any("authorization" in headers for headers in other.headers)


def test_a_long_listing_takes_no_memory(stub: Stub) -> None:
    stub.objects.fill([f"data/{number:06}" for number in range(30_000)], b"x")
    refs = source(stub, "data").list()
    next(refs)
    tracemalloc.start()
    count = 1 + sum(1 for _ in refs)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_000
    assert peak < 8_000_000
    assert stub.of("LIST") == 31  # one of them asks for an object of that very name


@pytest.mark.parametrize(
    "keys",
    [
        [f"{a}/{b}/{c}" for a in "pqr" for b in range(40) for c in range(3)],
        [f"one/{n}" for n in range(50)],
        [f"{n}/x" for n in range(200)],
        ["a", "a/", "a/b", "a/b/c", "a/b/d/e", "a0", "b//c", "b/c", "ü/x", "😀/y", "~/z"],
    ],
)
def test_the_sections_of_a_listing_are_the_listing(stub: Stub, keys: list[str]) -> None:
    for key in keys:
        stub.objects[f"root/{key}"] = b"x"
    place = source(stub, "root/")
    sections = place.divide()
    assert len(sections) <= 64
    assert (len(sections) > 1) == (len({key.rpartition("/")[0] for key in keys}) > 1)
    whole = list(place.list())
    assert [ref.name for ref in whole] == sorted(keys)
    if sections:
        assert [ref for section in sections for ref in place.list_section(section)] == whole
