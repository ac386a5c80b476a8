"""Writers of the formats that `make_documents.py` needs: content in, bytes out, the same ones every time.

Time stamps are fixed; packages (Word, Excel, OpenDocument) are zipped again, because their libraries put the
present moment into them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import docx
import openpyxl
import xlwt
from docx.shared import Pt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

MOMENT = datetime(2024, 5, 14, 12, 0, tzinfo=UTC)  # the time stamp of everything made here


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive of `members` in their order, without the time of its making."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            stored = name == "mimetype"  # OpenDocument wants this member first and uncompressed
            info = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def settled(save: Callable[[io.BytesIO], object]) -> bytes:
    """What `save` writes, a zip package, written again with fixed time stamps."""
    buffer = io.BytesIO()
    save(buffer)
    with zipfile.ZipFile(buffer) as package:
        return zipped({info.filename: package.read(info) for info in package.infolist()})


def pdf(title: str, author: str, story: list[object], password: str | None = None) -> bytes:
    """A PDF of `story`; paragraphs are given as strings with reportlab's markup."""
    styles = getSampleStyleSheet()
    flowables = [Paragraph(item, styles["BodyText"]) if isinstance(item, str) else item for item in story]
    encryption = StandardEncryption(password, strength=128) if password else None
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, title=title, author=author, invariant=1, encrypt=encryption
    )
    document.build(flowables)
    return buffer.getvalue()


def word(title: str) -> docx.document.Document:
    """An empty Word document with fixed properties."""
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author = title, "nerproc examples"
    properties.created = properties.modified = MOMENT.replace(tzinfo=None)
    document.styles["Normal"].font.size = Pt(11)
    return document


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """An Excel workbook (xlsx)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.properties.created = MOMENT.replace(tzinfo=None)
    package = settled(book.save)
    with zipfile.ZipFile(io.BytesIO(package)) as parts:  # openpyxl puts the present moment into the properties
        members = {info.filename: parts.read(info) for info in parts.infolist()}
    core = members["docProps/core.xml"]
    start = core.index(b"<dcterms:modified")
    end = core.index(b"</dcterms:modified>") + len(b"</dcterms:modified>")
    members["docProps/core.xml"] = core[:start] + core[end:]
    return zipped(members)


def open_document(sheet: str, rows: Sequence[Sequence[str]]) -> bytes:
    """An OpenDocument spreadsheet (ods) of one sheet."""
    document = OpenDocumentSpreadsheet()
    table = OdfTable(name=sheet)
    for row in rows:
        line = TableRow()
        for value in row:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    return settled(document.write)


def old_workbook(sheet: str, rows: Sequence[Sequence[str]]) -> bytes:
    """An Excel workbook of before 2007 (xls) of one sheet."""
    book = xlwt.Workbook()
    page = book.add_sheet(sheet)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            page.write(y, x, value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
