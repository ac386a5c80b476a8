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
