"""PDF, page by page, by PDFium: the text of pages, of form fields and notes, and the addresses of links.

Files attached to it are members. Of pages without text that show pictures, a warning tells: they may be scans.

PDFium is not thread-safe: one document at a time in a process.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from nerproc.extraction.document import Members
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import Input
from nerproc.extraction.text import TextSegment
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument
    from nerproc.extraction.segment import Segment

_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY of fpdfview.h
_KEYS = (b"V", b"Contents")  # of annotations: a field's value, a note's text (ISO 32000-1, 12.5.2 and 12.7.3)
_WIDGET, _IMAGE = 20, 3  # FPDF_ANNOT_WIDGET of fpdf_annot.h, FPDF_PAGEOBJ_IMAGE of fpdf_edit.h
_MAIL_OR_PHONE = re.compile(r"(?:mailto|tel|sms):([^?]+)", re.IGNORECASE)
_LISTED = 10  # pages named in a warning
_NO_PAGES = re.compile(rb"/Type\s*/Pages\b[^>]*/Count\s+0\b|/Count\s+0\b[^>]*/Type\s*/Pages\b")
# PDFium writes a hyphen at a line's end as U+FFFE or U+0002, joins the lines, and writes line breaks as CR LF.
_CLEAN = str.maketrans({"\ufffe": "-", "\x02": "-", "\r": None, "\x00": None})
_HYPHEN = re.compile(r"(?<=[^\W\d_])[\ufffe\x02](?=([^\W\d_]))")


def segments(document: OpenedDocument) -> Iterator[Segment]:
    """A segment for each page that has text, then the files that are attached.

    Raises:
        Skipped: the file needs a password, or has too many pages.
        Broken: it is damaged.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(document.source.file())
    except pypdfium2.PdfiumError as error:
        if _has_no_pages(document.source):  # PDFium sets no error: its code is an earlier one
            return
        if error.err_code in {_PASSWORD, _SECURITY}:
            raise Skipped("encrypted PDF") from None
        raise Broken("damaged PDF") from None
    with pdf:
        if pdf.get_formtype():
            pdf.init_forms()  # by which values are found that stand in a field of several places
        pages = len(pdf)
        if pages > document.limits.pdf_pages:
            raise Skipped(f"a PDF of more than {document.limits.pdf_pages:,} pages")
        yield from _pages(document, pdf, pages)
        yield from _attached(document, pdf)


def _pages(document: OpenedDocument, pdf: Any, pages: int) -> Iterator[Segment]:
    """The text of the pages."""
    import pypdfium2

    damaged = 0
    pictures = []
    for number in range(1, pages + 1):
        try:
            text, is_picture = _page(pdf, number - 1)
        except pypdfium2.PdfiumError:
            damaged += 1
            document.warn(f"page {number} is damaged")
            continue
        if text:
            yield TextSegment(text, Location(page=number))
        elif is_picture:
            pictures.append(number)
    if pictures:
        document.warn(f"no text on {_listed(pictures)}: pictures, such as scans, are not read")
    if damaged and damaged == pages:
        raise Broken("damaged PDF: none of its pages can be read")


def _has_no_pages(source: Input) -> bool:
    """Whether a small PDF, which PDFium refuses, is an intact one without pages."""
    return source.complete and b"%%EOF" in source.head and _NO_PAGES.search(source.head) is not None


def _attached(document: OpenedDocument, pdf: Any) -> Iterator[Segment]:
    """The texts of attached files."""
    import pypdfium2

    members = Members(document)

    def opened(number: int) -> BytesIO:
        try:
            data = bytes(pdf.get_attachment(number).get_data())
        except pypdfium2.PdfiumError:
            raise Broken("damaged attachment") from None
        document.budget.unpack(len(data))
        return BytesIO(data)

    for number in range(pdf.count_attachments()):
        name = pdf.get_attachment(number).get_name() or f"attachment {number + 1}"
        yield from members.read(partial(opened, number), name.encode("utf-8", "replace").decode())


def _listed(pages: list[int]) -> str:
    first = ", ".join(map(str, pages[:_LISTED]))
    more = f" and {len(pages) - _LISTED} more" if len(pages) > _LISTED else ""
    return f"page {first}" if len(pages) == 1 else f"pages {first}{more}"


def _page(pdf: Any, index: int) -> tuple[str, bool]:
    """The lines of a page, each with a line break, and whether it shows a picture if there are none."""
    page = pdf[index]
    try:
        text_page = page.get_textpage()
        try:
            text = _HYPHEN.sub(_joined, text_page.get_text_range(errors="replace")).translate(_CLEAN)
        finally:
            text_page.close()
        lines = [text, *(line for line in _annotations(pdf, page) if line not in text)]
        shown = "".join(f"{line}\n" for line in lines if line)
        return shown, not shown and any(True for _ in page.get_objects([_IMAGE]))
    finally:
        page.close()


def _joined(hyphen: re.Match[str]) -> str:
    """Nothing if a word goes on behind the hyphen; a hyphen before a capital letter is part of a name."""
    return "" if hyphen[1].islower() else "-"


def _annotations(pdf: Any, page: Any) -> Iterator[str]:
    """What form fields hold, what notes say, and the addresses that links lead to."""
    from pypdfium2 import raw

    form = pdf.formenv.raw if pdf.formenv else None
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            values = [_value(raw, annotation, key) for key in _KEYS]
            if not values[0] and form and raw.FPDFAnnot_GetSubtype(annotation) == _WIDGET:
                values[0] = _field(raw, form, annotation)
            yield from values
            yield _address(raw, pdf, annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _address(raw: Any, pdf: Any, annotation: Any) -> str:
    link = raw.FPDFAnnot_GetLink(annotation)
    action = raw.FPDFLink_GetAction(link) if link else None
    size = raw.FPDFAction_GetURIPath(pdf, action, None, 0) if action else 0  # bytes with the final NUL
    buffer = ctypes.create_string_buffer(size)
    if size:
        raw.FPDFAction_GetURIPath(pdf, action, buffer, size)
    found = _MAIL_OR_PHONE.match(buffer.raw[: max(0, size - 1)].decode("utf-8", "replace"))
    return unquote(found[1]) if found else ""


def _field(raw: Any, form: Any, annotation: Any) -> str:
    """The value of the field that a widget shows, which may stand in the field alone."""
    return _wide(partial(raw.FPDFAnnot_GetFormFieldValue, form, annotation))


def _value(raw: Any, annotation: Any, key: bytes) -> str:
    return _wide(partial(raw.FPDFAnnot_GetStringValue, annotation, key))


def _wide(get: Callable[[Any, int], int]) -> str:
    """The text that a function writes as UTF-16 into a buffer of its size in bytes, which it returns."""
    from pypdfium2 import raw

    size = get(None, 0)  # with the final NUL
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    get(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").translate(_CLEAN)
