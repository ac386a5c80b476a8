from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any

import docx
import pytest

from extraction.samples import Dribble, read, zip_of
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.limits import Limits
from nerproc.schema.entity import Location

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="urn:p"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:svg="urn:svg" xmlns:xlink="urn:xlink"'
)


def saved(document: Any) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document.save(target)
    return target.getvalue()


def docx_of(body: str) -> bytes:
    return zip_of(
        {
            "[Content_Types].xml": b"<Types/>",
            "word/document.xml": f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>".encode(),
        }
    )


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_all_parts_of_a_word_file_are_read():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Header: Acme"
    document.sections[0].footer.paragraphs[0].text = "Footer: page"
    paragraph = document.add_paragraph("Dear ")
    paragraph.add_run("Jane").bold = True
    document.add_comment(paragraph.runs, text="call 555-0100", author="Bob")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((cell for row in table.rows for cell in row.cells), "ABCD", strict=True):
        cell.text = text
    document.add_paragraph("tab\there")
    read_document = read(saved(document), "a.docx")
    assert read_document.text == (
        "Header: Acme\nDear Jane\nA\tB\nC\tD\ntab\there\ncall 555-0100\nFooter: page\n"
    )
    assert "wordprocessingml" in read_document.media_type
    assert read_document.location("Jane") is None


def test_text_boxes_come_after_their_paragraph_and_once():
    box = f"<w:txbxContent><w:p>{run('in the box')}</w:p></w:txbxContent>"
    body = (
        f"<w:p>{run('before ')}<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>{run('after')}</w:p>"
    )
    assert read(docx_of(body), "a.docx").text == "before after\nin the box\n"


def test_deleted_text_and_links_are_kept_beside_the_text():
    body = (
        f"<w:p>{run('Mr ')}<w:del><w:r><w:delText>Smith</w:delText></w:r></w:del>"
        f"<w:ins>{run('Jones')}</w:ins></w:p>"
        f'<w:p><w:r><w:instrText>HYPERLINK "mailto:a@b.org"</w:instrText></w:r>{run("mail")}</w:p>'
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
    )
    assert read(docx_of(body), "a.docx").text == "Mr Jones\nSmith\nmail\na@b.org\n\n"


def test_a_field_code_may_come_in_pieces_or_as_an_attribute():
    def code(text: str) -> str:
        return f"<w:r><w:instrText>{text}</w:instrText></w:r>"

    body = (
        f"<w:p><w:r><w:fldChar/></w:r>{code(' HYPERLINK &quot;mailto:a')}{code('@b.org&quot; ')}"
        f"<w:r><w:fldChar/></w:r>{run('mail')}<w:r><w:fldChar/></w:r></w:p>"
        f'<w:p><w:fldSimple w:instr="HYPERLINK &quot;mailto:c@d.org&quot;">{run("us")}</w:fldSimple></w:p>'
    )
    assert read(docx_of(body), "a.docx").text == "mail\na@b.org\nus\nc@d.org\n"


def test_what_was_deleted_in_one_go_is_one_line():
    def deleted(text: str) -> str:
        return f"<w:del><w:r><w:delText>{text}</w:delText></w:r></w:del>"

    body = f"<w:p>{run('to ')}{deleted('a@')}{deleted('b.org')}{run('me')}{deleted('x')}</w:p>"
    assert read(docx_of(body), "a.docx").text == "to me\na@b.org\nx\n"


def test_descriptions_of_pictures_are_read():
    picture = '<w:drawing><docPr name="Picture 1" descr="Jane Doe" title="a@b.org"/></w:drawing>'
    body = f'<w:p><w:r>{picture}</w:r>{run("see")}</w:p><w:p><v:shape xmlns:v="urn:v" alt="Logo"/></w:p>'
    assert read(docx_of(body), "a.docx").text == "see\nJane Doe\na@b.org\n\nLogo\n"


def test_symbols_are_characters_or_spaces():
    body = (
        f'<w:p>{run("a")}<w:r><w:sym w:char="0040"/></w:r>{run("b.org, tel")}'
        f'<w:r><w:sym w:font="Wingdings" w:char="F028"/></w:r>{run("555")}</w:p>'
    )
    assert read(docx_of(body), "a.docx").text == "a@b.org, tel 555\n"


def test_pages_that_a_document_is_put_together_from_are_members():
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk"
    parts = {
        "word/document.xml": f"<w:document {W}><w:altChunk/></w:document>".encode(),
        "word/_rels/document.xml.rels": f"<r><Relationship Type='{kind}' Target='/a.htm'/></r>".encode(),
        "a.htm": b"<html><p>a@<b>b.org</b></p>",
    }
    assert read(zip_of(parts), "a.docx").location("a@b.org") == Location(member="a.htm")


def test_an_office_file_is_told_wherever_its_parts_lie_in_it():
    parts = {
        "word/media/image1.png": b"\x89PNG" + bytes(100_000),
        "word/document2.xml": f"<w:document {W}><w:p>{run('a@')}{run('b.org')}</w:p></w:document>".encode(),
        "[Content_Types].xml": b"<Types/>",
    }
    assert read(zip_of(parts, zipfile.ZIP_STORED), "a.docx").text == "a@b.org\n"


def test_addresses_of_links_are_kept_unless_they_are_shown():
    document = docx.Document()
    for address in ("mailto:jane@example.org", "mailto:shown@example.org", "https://example.org"):
        document.part.relate_to(address, "urn:hyperlink", is_external=True)
    document.add_paragraph("write to shown@example.org")
    assert read(saved(document), "a.docx").text == "write to shown@example.org\njane@example.org\n"


def test_slides_have_numbers_and_notes_follow_their_slide():
    def part(text: str) -> bytes:
        return f"<p:sld {A}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>".encode()

    relations = b'<Relationships><Relationship Target="../notesSlides/notesSlide1.xml"/></Relationships>'
    document = read(
        zip_of(
            {
                "[Content_Types].xml": b"<Types/>",
                "ppt/presentation.xml": b"<p/>",
                "ppt/slides/slide10.xml": part("ten"),
                "ppt/slides/slide2.xml": part("two"),
                "ppt/slides/_rels/slide2.xml.rels": relations,
                "ppt/notesSlides/notesSlide1.xml": part("note of two"),
            }
        ),
        "a.pptx",
    )
    assert document.text == "two\nnote of two\nten\n"
    assert document.location("note") == Location(page=2)
    assert document.location("ten") == Location(page=10)


def test_slides_are_counted_as_they_are_shown():
    parts = {f"ppt/slides/slide{n}.xml": f"<a:p {A}><a:t>{n}.</a:t></a:p>".encode() for n in (1, 2, 3)}
    targets = "".join(f'<Relationship Id="r{n}" Target="slides/slide{n}.xml"/>' for n in (1, 2, 3))
    parts |= {
        "ppt/presentation.xml": b'<p xmlns:r="r"><sldId id="256" r:id="r3"/><sldId id="257" r:id="r1"/></p>',
        "ppt/_rels/presentation.xml.rels": f"<Relationships>{targets}</Relationships>".encode(),
    }
    document = read(zip_of(parts), "a.pptx")
    assert document.text == "3.\n1.\n2.\n"
    assert document.location("1.") == Location(page=2)


def test_opendocument_text():
    content = (
        f"<office:document-content {ODF}><office:automatic-styles><x/></office:automatic-styles><office:body>"
        "<office:text><text:h>Title</text:h>"
        "<text:p>Dear <text:span>Jane</text:span><text:line-break/>bye</text:p>"
        '<text:p><text:a xlink:href="mailto:a@b.org">mail</text:a><svg:desc>Logo</svg:desc></text:p>'
        "<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:table-cell>"
        "<text:p>B</text:p></table:table-cell></table:table-row></table:table></office:text></office:body>"
        "</office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    document = read(target.getvalue(), "a.odt")
    assert document.text == "Title\nDear Jane\nbye\nmail\na@b.org\nLogo\nA\tB\n"
    assert document.media_type == "application/vnd.oasis.opendocument.text"


def test_embedded_documents_are_members():
    document = docx.Document()
    document.add_paragraph("outer")
    data = saved(document)
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("word/embeddings/sheet.csv", "a,b\n1,2\n")
    assert read(target.getvalue(), "a.docx").location("1,2").member == "word/embeddings/sheet.csv"


def test_a_bomb_inside_is_skipped():
    body = "<w:p>" + run("0" * 5_000_000) + "</w:p>"
    with pytest.raises(Skipped, match="bomb"):
        read(docx_of(body), "a.docx", Limits(free_bytes=1 << 20))


def test_an_entity_bomb_inside_is_skipped():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(Skipped, match="entities"):
        read(zip_of({"[Content_Types].xml": b"<T/>", "word/document.xml": laughs}), "a.docx")


def test_a_damaged_file_is_broken():
    with pytest.raises(Broken, match="well-formed"):
        read(docx_of("<w:p>")[:], "a.docx")
    with pytest.raises(Broken, match="damaged"):
        read(docx_of("<w:p/>")[:-30], "a.docx")


def test_large_documents_come_in_segments_and_do_not_depend_on_read_sizes():
    body = "".join(f"<w:p>{run(f'paragraph {number} ' * 20)}</w:p>" for number in range(6_000))
    document = read(docx_of(body), "a.docx")
    assert len(document.segments) > 1
    assert document.text.count("\n") == 6_000
    assert read(Dribble(docx_of(body), [4_001, 3]), "a.docx").text == document.text
