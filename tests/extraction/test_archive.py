from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from extraction.samples import MIB, Dribble, Failing, pdf_of, read, zip_of
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.extract import open_document
from nerproc.extraction.limits import Exhausted, Limits
from nerproc.schema.entity import Location

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def tar_of(members: dict[str, bytes], mode: str = "w") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


@pytest.mark.parametrize(("make", "media_type"), [(zip_of, "application/zip"), (tar_of, "application/x-tar")])
def test_members_are_places_and_do_not_run_into_each_other(
    make: Callable[[dict[str, bytes]], bytes], media_type: str
):
    document = read(
        make({"a.txt": b"first", "d/b.csv": b"name,ssn\nJo,078\n", "c.pdf": pdf_of(["third"])}), "x"
    )
    assert document.media_type == media_type
    assert document.text == "first\nname,ssn\nJo,078\nthird\n"
    assert document.location("first") == Location(member="a.txt")
    assert document.location("078") == Location(row=2, member="d/b.csv")
    assert document.hint("078") == "ssn"
    assert document.location("third") == Location(page=1, member="c.pdf")


@pytest.mark.parametrize(
    ("pack", "ending"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")]
)
def test_a_compressed_file_is_its_content(pack: Callable[[bytes], bytes], ending: str):
    document = read(pack(b"name,ssn\nJo,078\n"), f"a.csv.{ending}")
    assert document.text == "name,ssn\nJo,078\n"
    assert document.location("078") == Location(row=2)
    assert document.hint("078") == "ssn"
    tar = read(pack(tar_of({"b.txt": b"text"})), f"a.tar.{ending}")
    assert tar.location("text") == Location(member="b.txt")


def test_compressed_streams_that_follow_one_another_are_one():
    assert read(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 100, "a.gz").text == "one two"
    assert read(lzma.compress(b"one ") + bytes(8) + lzma.compress(b"two"), "a.xz").text == "one two"
    assert read(gzip.compress(b"one") + b"two", "a.gz").warnings == [
        "followed by something else, which was not read"
    ]


@pytest.mark.parametrize("before", range(1, 4))
def test_a_stream_may_begin_anywhere_in_what_is_read_at_once(before: int):
    name = b"n" * ((256 << 10) - before - len(gzip.compress(b"one ")) - 1) + b"\0"
    first = gzip.compress(b"one ")
    first = first[:3] + b"\x08" + first[4:10] + name + first[10:]  # with the name of a file
    assert read(first + gzip.compress(b"two"), "a.gz").text == "one two"


def test_nested_archives_join_their_names():
    data = zip_of({"in.zip": zip_of({"deep.tar.gz": gzip.compress(tar_of({"a/b.txt": b"needle"}))})})
    assert read(data, "x.zip").location("needle") == Location(member="in.zip!/deep.tar.gz!/a/b.txt")


def test_names_are_only_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    names = {"../../evil.txt": b"a1", "/etc/evil": b"a2", "x\n\0y.txt": b"a3"}
    assert read(tar_of(names), "x.tar").location("a1") == Location(member="../../evil.txt")
    assert read(zip_of(names), "x.zip").location("a2") == Location(member="/etc/evil")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_not_utf8_is_made_printable():
    data = tar_of({"NAME.txt": b"text"}).replace(b"NAME", b"\xff\xfe\xfdE")
    header = bytearray(data[:512])
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    location = read(bytes(header) + data[512:], "x.tar").location("text")
    assert location.member.encode("utf-8").endswith(b"E.txt")


def test_names_in_a_zip_are_utf8_or_else_of_dos():
    data = zip_of({"NAM.txt": b"text"})
    assert read(data.replace(b"NAM", b"K\x94n"), "x.zip").location("text") == Location(member="Kön.txt")
    assert read(data.replace(b"NAM", "nö".encode()), "x.zip").location("text") == Location(member="nö.txt")


def test_a_tar_of_before_posix_is_one():
    data = bytearray(tar_of({"a.txt": b"text"}))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    document = read(bytes(data), "x")
    assert document.media_type == "application/x-tar"
    assert document.location("text") == Location(member="a.txt")


def test_one_bad_member_is_a_warning():
    document = read(zip_of({"a.png": PNG, "b.txt": b"good", "c.docx": zip_of({"x": b"y"})[:-30]}), "x.zip")
    assert document.text == "good\n"
    assert document.warnings[0] == "a.png: not a text format: image/png"
    assert document.warnings[1].startswith("c.docx: damaged")


def test_nothing_but_bad_members_is_skipped():
    with pytest.raises(Skipped, match=r"a\.png: not a text format: image/png \(and 1 more\)"):
        read(zip_of({"a.png": PNG, "b.png": PNG}), "x.zip")
    assert read(zip_of({}), "x.zip").segments == []


def test_encrypted_members_are_skipped():
    data = bytearray(zip_of({"a.txt": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Skipped, match="encrypted"):
        read(bytes(data), "x.zip")


def test_a_damaged_member_does_not_harm_the_others():
    data = bytearray(zip_of({"a.txt": b"A" * 50, "b.txt": b"fine"}, zipfile.ZIP_STORED))
    data[60] ^= 0xFF
    document = read(bytes(data), "x.zip")
    assert "fine" in document.text
    assert document.warnings == ["a.txt: damaged"]


@pytest.mark.parametrize("cut", [10, 40, 200])
def test_a_zip_that_is_cut_off_is_broken(cut: int):
    with pytest.raises(Broken, match="damaged"):
        read(zip_of({"a.txt": bytes(range(256)) * 4})[:-cut], "x.zip")


def test_what_could_be_unpacked_of_a_cut_off_file_is_read():
    data = gzip.compress("".join(f"line {number}\n" for number in range(10_000)).encode())
    document = read(data[: len(data) // 2], "a.gz")
    assert document.text.startswith("line 0\nline 1\n")
    assert len(document.text) > 10_000
    assert document.warnings == ["cut off: only the beginning was read"]


def test_a_compressed_file_that_is_damaged_from_the_start_is_broken():
    with pytest.raises(Broken, match="cut off"):
        read(gzip.compress(b"text")[:5], "a.gz")
    with pytest.raises(Broken, match="damaged"):
        read(b"\x1f\x8b\x08\0\0\0\0\0\0\0" + b"\xff" * 50, "a.gz")


def test_a_tar_that_is_cut_off_is_read_as_far_as_it_goes():
    data = tar_of({"a.txt": b"good", "b.txt": b"x" * 5_000})
    document = read(data[:2_000], "x.tar")
    assert document.location("good") == Location(member="a.txt")
    assert document.warnings


BOMB_LIMITS = Limits(free_bytes=MIB, ratio=100)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_bombs_are_skipped(pack: Callable[[bytes], bytes]):
    with pytest.raises(Skipped, match="bomb"):
        read(pack(b"0" * (8 * MIB)), "a.gz", BOMB_LIMITS)


def test_zip_bombs_are_skipped():
    with pytest.raises(Skipped, match="bomb"):
        read(zip_of({"zeros.txt": b"0" * (8 * MIB)}), "a.zip", BOMB_LIMITS)


def test_nested_bombs_are_skipped():
    inner = zip_of({f"{number}.txt": b"0" * (MIB // 2) for number in range(20)})
    with pytest.raises(Exhausted, match="bomb"):
        read(zip_of({f"{number}.zip": inner for number in range(20)}), "a.zip", BOMB_LIMITS)


def test_a_declared_size_that_is_too_small_gains_nothing():
    data = bytearray(zip_of({"zeros.txt": b"0" * (8 * MIB)}))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(Skipped, match="damaged"):
        read(bytes(data), "a.zip", BOMB_LIMITS)


def test_a_bomb_among_good_members_is_a_warning():
    document = read(zip_of({"bomb.txt": b"0" * (8 * MIB), "a.txt": b"good"}), "a.zip", BOMB_LIMITS)
    assert document.text == "good\n"
    assert "bomb.txt: unpacks" in document.warnings[0]


def test_members_and_levels_are_counted():
    with pytest.raises(Exhausted, match="members"):
        read(zip_of({str(number): b"x" for number in range(11)}), "a.zip", Limits(members=10))
    data = b"deep"
    for _ in range(4):
        data = zip_of({"x": data})
    assert read(data, "a.zip").text == "deep\n"
    with pytest.raises(Skipped, match="levels"):
        read(data, "a.zip", Limits(depth=3))


def test_a_tar_header_that_claims_gigabytes_is_refused():
    info = tarfile.TarInfo("x")
    info.type = tarfile.XHDTYPE
    info.size = 1 << 32
    with pytest.raises(Skipped, match="tar"):
        read(gzip.compress(info.tobuf() + b"\0" * 10_000), "a.tar.gz")


def test_warnings_are_bounded():
    document = read(zip_of({"good.txt": b"x"} | {f"{number}.png": PNG for number in range(300)}), "a.zip")
    assert len(document.warnings) == 101
    assert document.warnings[-1] == "and 200 more"


def test_archives_do_not_depend_on_read_sizes():
    members = {f"{number}.txt": f"text {number}\n".encode() * 100 for number in range(30)}
    for data in (zip_of(members), tar_of(members), gzip.compress(tar_of(members)), tar_of(members, "w:xz")):
        assert read(Dribble(data, [1, 513, 70_000]), "x").text == read(data, "x").text


def test_large_members_that_need_seeking_go_to_a_temporary_file():
    pages = pdf_of(["x" * 5_000] * 200)
    document = read(zip_of({"a.pdf": pages}, zipfile.ZIP_STORED), "a.zip")
    assert document.segments[-1].location(0).page == 200


def test_errors_of_the_stream_pass_through():
    data = zip_of({f"{number}.txt": b"text" * 50_000 for number in range(20)}, zipfile.ZIP_STORED)
    flaky = Failing(data, 10**9)
    document = open_document(flaky, "a.zip").segments()
    next(document)
    flaky.good = 0
    with pytest.raises(ConnectionResetError):
        list(document)
    gz = gzip.compress(b"text " * 2_000_000, compresslevel=0)
    with pytest.raises(ConnectionResetError):
        read(Failing(gz, 2 * MIB), "a.gz")
