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
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
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


def test_opendocument_text():
    content = (
        f"<office:document-content {ODF}><office:automatic-styles><x/></office:automatic-styles><office:body>"
        "<office:text><text:h>Title</text:h>"
        "<text:p>Dear <text:span>Jane</text:span><text:line-break/>bye</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell><table:table-cell>"
        "<text:p>B</text:p></table:table-cell></table:table-row></table:table></office:text></office:body>"
        "</office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    document = read(target.getvalue(), "a.odt")
    assert document.text == "Title\nDear Jane\nbye\nA\tB\n"
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
