from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.samples import MIB, Dribble, Failing, read
from nerproc.extraction.errors import Skipped

# Text that Python can write and that is not taken for another kind of document.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(lambda text: "Note: " + text)


def test_the_text_is_the_decoded_file_with_its_line_ends():
    document = read(b"one\r\ntwo\rthree\n\n", "a.txt")
    assert document.text == "one\r\ntwo\rthree\n\n"
    assert document.media_type == "text/plain"
    assert document.location("two") is None
    assert document.hint("two") == ""


def test_an_empty_file_has_no_segments():
    document = read(b"", "a.txt")
    assert document.segments == []
    assert document.media_type == "text/plain"


@given(TEXTS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_what_was_written_is_read(text: str, encoding: str):
    assert read(text.encode(encoding), "a.txt").text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_byte_order_mark_is_recognised(encoding: str):
    text = "Dear Ms Müller,\nyour number is 555-0100.\n" * 3
    assert read(text.encode(encoding), "a.txt").text == text


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be"])
def test_utf32_without_a_byte_order_mark_is_recognised(encoding: str):
    text = "Иван Петров, ivan@example.org\n"
    assert read(text.encode(encoding), "a.txt").text == text


def test_nul_bytes_stay_in_a_text():
    assert read(b"jane@example.org\0john@example.org\0", "names").text == "jane@example.org\0john@example.org\0"


def test_bytes_that_are_not_utf8_are_kept_as_windows_1252():
    text = "Größe: 5 €, naïve café – “so” sagt Jörg Müller aus Köln\n"
    assert read(text.encode("cp1252"), "a.txt").text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Привет мир, как дела у вас, меня зовут Иван Петров\n"),
        ("koi8_r", "Привет мир, как дела у вас, меня зовут Иван Петров\n"),
        ("cp932", "日本語のテキストです。名前は山田太郎です。\n"),
        ("gb18030", "你好,世界。我的名字是李明,我住在北京。这是一个测试。\n" * 4),
        ("cp1250", "Łódź zażółć gęślą jaźń, Wałęsa był w Gdańsku, dziękuję bardzo za wiadomość\n"),
        ("cp1250", "Pan Łukasz Żółć, dziękujemy za zamówienie, proszę pisać\n"),
        ("cp850", "Sehr geehrter Herr Jörg Müller, Ihre Straße ist die Königsallee\n"),
        ("big5", "張偉先生，您的電話是0912345678，謝謝您的訂單，郵箱wei@example.org。\n"),
        ("iso8859_5", "Уважаемый Иван Петров, спасибо за ваш заказ и до свидания\n"),
        ("iso2022_jp", "山田太郎様、メールはtaro@example.orgです。\n"),
    ],
)
def test_common_encodings_are_guessed(encoding: str, text: str):
    assert read(text.encode(encoding), "a.txt").text == text


def test_a_damaged_byte_in_utf8_does_not_change_the_rest():
    assert read("Zoë ".encode() + b"\xfc" + " Zoë".encode(), "a.txt").text == "Zoë ü Zoë"


def test_an_encoding_that_begins_late_is_found():
    ascii_part = b"plain ascii line\n" * (2 * MIB // 17)
    text = read(ascii_part + "Jörg Müller, Köln\n".encode("cp1252"), "a.log").text
    assert text == ascii_part.decode() + "Jörg Müller, Köln\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\xed\xa0\x80b", "a�b"),
        ("é".encode() + b"\xed\xa0\x80b", "é�b"),
        (codecs.BOM_UTF16_LE + "a\ud800b".encode("utf-16-le", "surrogatepass"), "a�b"),
        (codecs.BOM_UTF32_BE + "a\udc00b".encode("utf-32-be", "surrogatepass"), "a�b"),
    ],
)
def test_lone_surrogates_are_replaced(data: bytes, text: str):
    assert read(data, "a.txt").text == text


@pytest.mark.parametrize("lead", range(5))
def test_characters_at_the_edge_of_a_block_stay_whole(lead: int):
    text = "x" * lead + "aé€😀" * (MIB // 4)
    document = read(text.encode(), "a.txt")
    assert document.text == text
    assert len(document.segments) > 2


def test_a_surrogate_at_the_edge_of_a_block_is_one_replacement():
    for lead in range(MIB - 4, MIB + 1):
        text = read("é".encode() + b"x" * (lead - 2) + b"\xed\xa0\x80b", "a.txt").text
        assert text == "é" + "x" * (lead - 2) + "�b"


def test_segments_are_at_most_a_few_mib():
    document = read(b"x" * (5 * MIB), "line.txt")
    assert document.text == "x" * (5 * MIB)
    assert max(len(segment.text) for segment in document.segments) <= 2 * MIB


@given(st.binary(max_size=300), st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_the_text_does_not_depend_on_read_sizes(data: bytes, sizes: list[int]):
    data = b"Note: " + data
    try:
        expected = read(data, "a.txt").text
    except Skipped:
        with pytest.raises(Skipped):
            read(Dribble(data, sizes), "a.txt")
    else:
        assert read(Dribble(data, sizes), "a.txt").text == expected


def test_large_files_do_not_depend_on_read_sizes_either():
    data = ("Zoë Müller, zoë@example.org\n" * 90_000).encode() + b"\xff"
    assert read(Dribble(data, [70_001, 333, 999_983]), "a.txt").text == read(data, "a.txt").text


def test_errors_of_the_stream_pass_through():
    with pytest.raises(ConnectionResetError):
        read(Failing(b"text " * MIB, 2 * MIB), "a.txt")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.md", "text/markdown"),
        ("a.log", "text/plain"),
        ("a.yaml", "application/yaml"),
        ("a.py", "text/plain"),
    ],
)
def test_the_name_decides_between_kinds_of_text(name: str, media_type: str):
    document = read(b"# Title\n\nWrite to jane@example.org.\n", name)
    assert document.media_type == media_type
    assert document.text == "# Title\n\nWrite to jane@example.org.\n"
