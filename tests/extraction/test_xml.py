from __future__ import annotations

from pathlib import Path

import pytest

from extraction.samples import Dribble, read
from nerproc.extraction.errors import Skipped
from nerproc.extraction.limits import Limits

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [
  <!ENTITY lol "lol">
  <!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
  <!ENTITY lol2 "&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;">
]>
<lolz>&lol2;</lolz>
"""


def test_elements_are_lines_and_entities_are_resolved():
    document = read(b"<?xml version='1.0'?><a><b>x&#64;y.org</b><c>1 &lt; 2</c></a>", "a")
    assert document.text == "x@y.org\n1 < 2\n"
    assert document.media_type == "application/xml"


def test_words_with_markup_inside_stay_whole():
    assert read(b"<p>un<b>break</b>able <i>text</i>.</p>", "a.xml").text == "unbreakable text.\n"


def test_white_space_between_elements_is_one_line_break():
    assert read(b"<a>\n  <b>x</b>\n  <b>y</b>\n</a>", "a.xml").text == "x\ny\n"


def test_attributes_are_kept_and_have_hints():
    document = read(
        b'<p:people xmlns:p="urn:x"><p:person taxId="T1"><name>Jane</name></p:person></p:people>', "a.xml"
    )
    assert document.text == "T1\nJane\n"
    assert document.hint("T1") == "people person tax Id"
    assert document.hint("Jane") == "people person name"
    assert document.location("Jane") is None


def test_cdata_and_declared_encodings():
    data = "<?xml version='1.0' encoding='iso-8859-1'?><a><![CDATA[<Zoë>]]></a>".encode("latin-1")
    assert read(data, "a").text == "<Zoë>\n"
    shift_jis = "<?xml version='1.0' encoding='Shift_JIS'?><a>山田</a>".encode("shift_jis")
    assert read(shift_jis, "a").text == "山田\n"
    assert read("<?xml version='1.0' encoding='UTF-16'?><a>山田</a>".encode("utf-16"), "a").text == "山田\n"


def test_declared_entities_are_refused():
    with pytest.raises(Skipped, match="entities"):
        read(LAUGHS, "a.xml")


def test_external_entities_are_not_fetched(tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with pytest.raises(Skipped, match="entities"):
        read(f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'.encode(), "a.xml")


def test_a_document_type_alone_is_harmless():
    data = (
        b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD" "http://x.invalid/p.dtd"><plist>a</plist>'
    )
    assert read(data, "a.plist").text == "a\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a><b>one</a><c>two</c>", "one\ntwo\n"),
        (b"<a>one<b>cut off", "onecut off\n"),
        (b"<a>one</a><b m='t&amp;wo'>three</b>", "one\nt&wo\nthree\n"),
        (b"<a>AT&T one</a><b>two</b>", "AT&T one\ntwo\n"),
        (b"<a>J&ouml;rg</a>", "Jörg\n"),
        (b"<a>x\x01y</a><b><![CDATA[<two>]]></b><!-- no --><c/>", "x\x01y\n<two>\n"),
        (b"\n<?xml version='1.0'?><a>one</a>", "one\n"),
        (b"<a>5 < 6</a><b>two</b>", "5 < 6\ntwo\n"),
    ],
)
def test_what_is_not_well_formed_is_read_as_it_comes(data: bytes, text: str):
    document = read(data, "a.xml")
    assert document.text == text
    assert document.warnings[0].startswith("not well-formed XML from line ")


def test_a_place_that_is_not_well_formed_may_be_anywhere():
    line = "<e n='1'>Jane &amp; Jörg</e>\n"
    for before in (0, 3_000):
        data = (line * before + "<e>A & B</f></e>\n" + line * 3_000).encode()
        text = read(Dribble(b"<all>" + data, [65_537, 11]), "a.xml").text
        assert text == "1\nJane & Jörg\n" * before + "A & B\n" + "1\nJane & Jörg\n" * 3_000


def test_depth_and_tags_are_bounded():
    with pytest.raises(Skipped, match="deep"):
        read(b"<?xml version='1.0'?>" + b"<a>" * 600 + b"</a>" * 600, "a.xml")
    with pytest.raises(Skipped, match="too long"):
        read(b"<?xml version='1.0'?><a b='" + b"x" * 300_000 + b"'/>", "a.xml", Limits(xml_token_bytes=100_000))


def test_large_files_come_in_segments_and_do_not_depend_on_read_sizes():
    data = (
        b"<all>"
        + b"".join(b"<p id='%d'>Jane &amp; John</p>\n" % number for number in range(80_000))
        + b"</all>"
    )
    document = read(data, "a.xml")
    assert len(document.segments) > 1
    assert document.text == "".join(f"{number}\nJane & John\n" for number in range(80_000))
    assert read(Dribble(data, [99_999, 17]), "a.xml").text == document.text
