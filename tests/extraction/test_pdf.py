from __future__ import annotations

import pytest

from extraction.samples import Dribble, pdf_of, read
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.limits import Limits
from nerproc.schema.entity import Location

ENCRYPTED = (
    f"/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <{'28' * 32}> /U <{'5e' * 32}> >> "
    f"/ID [<{'ab' * 16}> <{'ab' * 16}>]"
)


def test_each_page_is_a_segment_with_its_number():
    document = read(pdf_of(["Jane Smith", "jane@example.org"]), "a.pdf")
    assert document.text == "Jane Smith\njane@example.org\n"
    assert document.location("Jane") == Location(page=1)
    assert document.location("example") == Location(page=2)
    assert document.media_type == "application/pdf"
    assert document.hint("Jane") == ""


def test_pages_without_text_and_files_without_pages():
    assert read(pdf_of(["", "text"]), "a.pdf").location("text") == Location(page=2)
    assert read(pdf_of([]), "a.pdf").segments == []


def test_form_fields_notes_and_links_are_read():
    field = "<< /Type /Annot /Subtype /Widget /FT /Tx /T (ssn) /V (078-05-1120) /Rect [0 0 9 9] >>"
    note = "<< /Type /Annot /Subtype /Text /Contents (call Jane) /Rect [0 0 9 9] >>"
    link = "<< /Type /Annot /Subtype /Link /A << /S /URI /URI (mailto:jane@example.org) >> /Rect [0 0 9 9] >>"
    text = read(pdf_of(["Form"], annotations=field + note + link), "a.pdf").text
    assert text == "Form\n078-05-1120\ncall Jane\njane@example.org\n"


def test_a_field_may_have_its_value_above_its_places():
    field = "<< /FT /Tx /T (ssn) /V (078-05-1120) /Kids [6 0 R] >>"
    form = "/AcroForm << /Fields [7 0 R] >>"
    widget = "<< /Type /Annot /Subtype /Widget /Parent 7 0 R /Rect [0 0 9 9] >>"
    data = pdf_of(["Form"], annotations="6 0 R", catalog=form, more=[widget, field])
    assert read(data, "a.pdf").text == "Form\n078-05-1120\n"


def test_attached_files_are_members():
    tree = "/Names << /EmbeddedFiles << /Names [(a.csv) << /F (a.csv) /EF << /F 6 0 R >> >>] >> >>"
    stream = "<< /Type /EmbeddedFile /Length 12 >>\nstream\nname\na@b.org\nendstream"
    document = read(pdf_of(["Invoice"], catalog=tree, more=[stream]), "a.pdf")
    assert document.text == "Invoice\nname\na@b.org\n"
    assert document.location("a@b.org") == Location(row=2, member="a.csv")


def test_pages_that_show_pictures_alone_are_told():
    picture = "q 9 0 0 9 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI Q"
    document = read(pdf_of(["text", "", ""], drawn=picture), "a.pdf")
    assert document.text == "text\n"
    assert document.warnings == ["no text on pages 2, 3: pictures, such as scans, are not read"]
    assert read(pdf_of(["text", ""]), "a.pdf").warnings == []


def test_words_are_joined_at_the_end_of_a_line():
    lines = "(Schmi-) Tj 0 -14 Td (tberg, Lee-) Tj 0 -14 Td (Jones) Tj"
    assert (
        read(pdf_of([""], drawn=f"BT /F1 12 Tf 72 700 Td {lines} ET"), "a.pdf").text
        == "Schmitberg, Lee-Jones\n"
    )


def test_an_encrypted_file_is_skipped():
    with pytest.raises(Skipped, match="encrypted PDF"):
        read(pdf_of(["secret"], trailer=ENCRYPTED), "a.pdf")


def test_a_file_without_pages_is_not_taken_for_the_encrypted_one_before_it():
    with pytest.raises(Skipped, match="encrypted PDF"):
        read(pdf_of(["secret"], trailer=ENCRYPTED), "a.pdf")
    assert read(pdf_of([]), "a.pdf").segments == []


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"garbage " * 100])
def test_a_damaged_file_is_broken(data: bytes):
    with pytest.raises(Broken, match="damaged PDF"):
        read(data, "a.pdf")


def test_too_many_pages_are_skipped():
    with pytest.raises(Skipped, match="pages"):
        read(pdf_of(["a", "b", "c"]), "a.pdf", Limits(pdf_pages=2))


def test_it_is_told_by_its_bytes_and_does_not_depend_on_read_sizes():
    data = pdf_of(["Jane Smith"] * 20)
    assert read(Dribble(data, [7, 100, 1]), "no ending").text == "Jane Smith\n" * 20
