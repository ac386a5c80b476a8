from __future__ import annotations

import pytest

from extraction.samples import MIB, Dribble, read


def html(body: str, name: str = "a.html") -> str:
    return read(f"<!doctype html><html><body>{body}</body></html>".encode(), name).text


def test_entities_are_resolved_and_tags_removed():
    assert html("<p>Write to <b>a&#64;b</b>.org &amp; c@d.org</p>") == "Write to a@b.org & c@d.org\n"


def test_blocks_are_lines_and_cells_are_joined_by_tabs():
    assert html("<div>one</div>two<br>three<p>four") == "one\ntwo\nthree\nfour\n"
    assert html("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>") == "a\tb\nc\td\n"


def test_white_space_is_one_space_but_in_pre():
    assert html("<p>John\n   <i> Smith</i></p>") == "John Smith\n"
    assert html("<p>020&nbsp;7946&#x202f;0777</p>") == "020 7946 0777\n"
    assert html("<pre>a  b\n c</pre>") == "a  b\n c\n"


def test_scripts_styles_and_comments_are_left_out():
    assert html("<style>p {}</style><script>var x = '<p>no</p>'</script><!-- no --><p>yes</p>") == "yes\n"


def test_data_in_attributes_is_kept():
    text = html(
        '<img alt="Jane Doe"><input name="ssn" value="078-05-1120" placeholder="SSN">'
        '<abbr title="Doctor">Dr</abbr>'
    )
    assert text == "Jane Doe\nSSN\n078-05-1120\nDoctor\nDr\n"
    assert "Jane" in read(b'<!doctype html><meta name="author" content="Jane">x', "a").text


def test_the_field_is_the_hint_of_its_value():
    document = read(b'<!doctype html><p>x</p><input name="passportNumber" value="C01X"><p>y</p>', "a.html")
    assert document.hint("C01X") == "passport Number"
    assert document.hint("y") == ""
    assert document.location("y") is None


def test_addresses_of_links_are_kept_unless_they_are_shown():
    assert html('Mail <a href="mailto:jane%40x.org?subject=hi">us</a>now') == "Mail us jane@x.org now\n"
    assert html('<a href="mailto:j@x.org">j@x.org</a>') == "j@x.org\n"
    assert html('<a href="tel:+15550100">call</a>') == "call +15550100 \n"
    assert html('<a href="https://x.org/">site</a>') == "site\n"


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8"])
def test_the_declared_charset_counts(charset: str):
    page = f'<html><head><meta charset="{charset}"></head><body>Zoë Müller</body></html>'
    assert read(page.encode(charset), "a").text == "Zoë Müller\n"


def test_a_declared_charset_that_cannot_be_is_ignored():
    assert read(b'<html><meta charset="utf-16"><p>Zo\xc3\xab', "a").text == "Zoë\n"
    assert read(b'<html><meta charset="rot13"><p>Zo\xc3\xab', "a").text == "Zoë\n"


def test_content_beats_the_name():
    assert read(b"<!DOCTYPE html><p>a&amp;b</p>", "a.txt").text == "a&b\n"
    assert read(b"<p>a &amp; b", "page.htm").text == "a & b\n"
    assert read(b"# Title\n\n<p>a</p>", "README.md").text == "# Title\n\n<p>a</p>"


def test_deep_nesting_is_no_problem():
    assert html("<div>" * 20_000 + "deep") == "deep\n"


def test_a_large_page_is_read_in_pieces():
    row = "<p>Hello <b>World</b> number {}</p>\n<script>if (a<b) document.write('<p>no</p>')</script>\n"
    page = "<!doctype html>" + "".join(row.format(number) for number in range(40_000))
    document = read(page.encode(), "a.html")
    assert document.text == "".join(f"Hello World number {number}\n" for number in range(40_000))
    assert read(Dribble(page.encode(), [77_777, 5]), "a.html").text == document.text


def test_one_text_of_many_mib():
    assert len(html("x" * (5 * MIB)).replace("\n", "")) == 5 * MIB


def test_utf8_is_read_under_the_name_of_another_charset_too():
    assert read('<meta charset="iso-8859-1"><p>Jörg Müller</p>'.encode(), "a.html").text == "Jörg Müller\n"
    assert read('<meta charset="gb2312"><p>朱镕基</p>'.encode("gbk"), "a.html").text == "朱镕基\n"


def test_data_for_search_engines_is_read_and_no_other_script():
    page = b'<p>x</p><script type="application/ld+json">{"email": "a@b.org"}</script><script>c@d.org</script>y'
    assert read(page, "a.html").text == 'x\n{"email": "a@b.org"}\ny\n'


def test_links_of_images_and_pages_have_addresses_too():
    page = (
        b'<link rel="author" href="mailto:a@b.org"><map><area href="mailto:c@d.org"></map>'
        b'<svg><a xlink:href="mailto:e@f.org"><text>us</text></a></svg>'
    )
    assert read(page, "a.html").text.split() == ["a@b.org", "c@d.org", "us", "e@f.org"]
