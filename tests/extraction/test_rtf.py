from __future__ import annotations

import pytest

from extraction.samples import Dribble, read
from nerproc.extraction.errors import Skipped

HEAD = rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset204 Arial Cyr;}}{\colortbl;}"


def rtf(body: bytes) -> str:
    document = read(HEAD + body + b"}", "a.rtf")
    assert document.media_type == "application/rtf"
    return document.text


def test_paragraphs_are_lines_and_formats_cut_no_words():
    body = (
        rb"\pard\f0\fs20 Write to jane@{\b exam}ple.org\par" + b"\r\n" + rb"5 > 4\line\tab 555\_0100 \{x\}\par"
    )
    assert rtf(body) == "Write to jane@example.org\n5 > 4\n\t555-0100 {x}\n"


def test_characters_in_code_pages_and_in_unicode():
    assert rtf(rb"J\'f6rg M\u252?ller, {\f1 \'c8\'e2\'e0\'ed} {\uc2 \u8364\'a2\'e3 5} \u-10179?\u-8704?") == (
        "Jörg Müller, Иван € 5 \N{GRINNING FACE}\n"
    )


def test_tables_are_rows():
    assert rtf(rb"\trowd name\cell ssn\cell\row \trowd Jo\cell 078\cell\row") == "name\tssn\nJo\t078\n"


def test_what_stands_beside_the_flow_comes_after_its_line():
    body = (
        rb"see{\footnote note {\i a@b.org}}{\field{\*\fldinst HYPERLINK \"mailto:c@d.org\"}{\fldrslt us}}\par"
        rb"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt in a box\par}}}next{\*\annotation call}"
    )
    assert rtf(body) == "seeus\nnote a@b.org\nc@d.org\nnext\nin a box\ncall\n"


def test_what_is_no_text_is_left_out():
    body = rb"{\info{\author Jane}}{\*\generator x;}{\pict\pngblip 89504e47}{\pict\bin3 }{}}a{\*\unknown {b}}"
    assert rtf(body) == "a\n"
    document = read(HEAD + rb"x{\object{\*\objdata 0105}}}", "a.rtf")
    assert document.warnings == ["an embedded object is not read"]


def test_long_documents_come_in_segments_and_do_not_depend_on_read_sizes():
    data = HEAD + rb"J\'f6rg M\u252?ller {\b a}@b.org\par " * 60_000
    document = read(data, "a.rtf")
    assert document.text == "Jörg Müller a@b.org\n" * 60_000
    assert len(document.segments) > 1
    assert read(Dribble(data, [99_999, 7]), "a.rtf").text == document.text


def test_groups_are_bounded():
    with pytest.raises(Skipped, match="deep"):
        rtf(b"{" * 20_000)
