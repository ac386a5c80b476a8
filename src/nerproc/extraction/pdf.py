"""PDF, page by page, by PDFium: the text of pages, of form fields and notes, and the addresses of links.

PDFium is not thread-safe: one document at a time in a process.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import Input
from nerproc.extraction.text import TextSegment
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.document import OpenedDocument

_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY of fpdfview.h
_KEYS = (b"V", b"Contents")  # of annotations: a field's value, a note's text (ISO 32000-1, 12.5.2 and 12.7.3)
_MAIL_OR_PHONE = re.compile(r"(?:mailto|tel|sms):([^?]+)", re.IGNORECASE)
_NO_PAGES = re.compile(rb"/Type\s*/Pages\b[^>]*/Count\s+0\b|/Count\s+0\b[^>]*/Type\s*/Pages\b")
# PDFium writes a hyphen at a line's end as U+FFFE or U+0002, and line breaks as CR LF.
_CLEAN = str.maketrans({"\ufffe": "-", "\x02": "-", "\r": None, "\x00": None})


def segments(document: OpenedDocument) -> Iterator[TextSegment]:
    """A segment for each page that has text.

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
        pages = len(pdf)
        if pages > document.limits.pdf_pages:
            raise Skipped(f"a PDF of more than {document.limits.pdf_pages:,} pages")
        damaged = 0
        for number in range(1, pages + 1):
            try:
                text = _page(pdf, number - 1)
            except pypdfium2.PdfiumError:
                damaged += 1
                document.warn(f"page {number} is damaged")
                continue
            if text:
                yield TextSegment(text, Location(page=number))
    if damaged and damaged == pages:
        raise Broken("damaged PDF: none of its pages can be read")


def _has_no_pages(source: Input) -> bool:
    """Whether a small PDF, which PDFium refuses, is an intact one without pages."""
    return source.complete and b"%%EOF" in source.head and _NO_PAGES.search(source.head) is not None


def _page(pdf: Any, index: int) -> str:
    """The lines of a page, each with a line break; "" if there are none."""
    page = pdf[index]
    try:
        text_page = page.get_textpage()
        try:
            text = text_page.get_text_range(errors="replace").translate(_CLEAN)
        finally:
            text_page.close()
        lines = [text, *(line for line in _annotations(pdf, page) if line not in text)]
    finally:
        page.close()
    return "".join(f"{line}\n" for line in lines if line)


def _annotations(pdf: Any, page: Any) -> Iterator[str]:
    """What form fields hold, what notes say, and the addresses that links lead to."""
    from pypdfium2 import raw

    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            for key in _KEYS:
                yield _value(raw, annotation, key)
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


def _value(raw: Any, annotation: Any, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)  # bytes of UTF-16 with its final NUL
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").translate(_CLEAN)
