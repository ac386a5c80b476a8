from __future__ import annotations

import io
import struct
import zipfile

import pytest

from extraction.samples import Dribble, read, zip_of
from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.limits import Limits
from nerproc.schema.entity import Location

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def cell(place: str, value: object, style: int = 0) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def xlsx_of(sheets: dict[str, str], **more: str) -> bytes:
    """A workbook; the sheets are given as rows of XML, more parts by name ("__" for "/")."""
    numbered = list(enumerate(sheets.items(), 1))
    book = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in numbered)
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in numbered
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    styles = (
        f'<styleSheet {MAIN}><fonts count="1"><font/></fonts><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": (
            f'<Relationships xmlns="{package}">'
            f'<Relationship Id="b" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}">{relations}'
            f'<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": styles,
    }
    for number, (_, rows) in numbered:
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
        )
    parts |= {name.replace("__", "/"): part for name, part in more.items()}
    return zip_of({name: part.encode() for name, part in parts.items()})


def test_cells_rows_and_sheets():
    people = (
        f'<row r="1">{cell("A1", "name")}{cell("B1", "passportNumber")}{cell("C1", "born")}</row>'
        f'<row r="2">{cell("A2", "Jane")}{cell("B2", 31195855)}{cell("C2", 30000, 1)}</row>'
        f'<row r="5">{cell("A5", "Jo")}{cell("C5", 1.5)}</row>'
    )
    document = read(xlsx_of({"People": people, "Notes": f'<row r="3">{cell("B3", "hello")}</row>'}), "a.xlsx")
    assert document.text == "name\tpassportNumber\tborn\nJane\t31195855\t1982-02-18\nJo\t\t1.5\nhello\n"
    assert document.location("31195855") == Location(sheet="People", row=2)
    assert document.hint("31195855") == "passport Number"
    assert document.hint("1982") == "born"
    assert document.location("Jo\t") == Location(sheet="People", row=5)
    assert document.location("hello") == Location(sheet="Notes", row=3)
    assert "spreadsheetml" in document.media_type


def relations(*targets: str) -> str:
    return "".join(f'<Relationship Type="{RELATIONS}/x" Target="{target}"/>' for target in targets)


def test_comments_drawings_and_links_come_after_the_sheets():
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    more = {
        "xl__worksheets___rels__sheet2.xml.rels": relations(
            "../comments1.xml", "/xl/drawings/drawing1.xml", "mailto:shown@b.org", "mailto:hidden@b.org"
        ),
        "xl__comments1.xml": f"<c {MAIN}><text><r><t>a@</t></r><r><t>b.org</t></r></text></c>",
        "xl__drawings__drawing1.xml": (
            f'<d xmlns:a="{drawing}"><cNvPr descr="Logo"/><a:p><a:t>in a box</a:t></a:p></d>'
        ),
        "xl__drawings___rels__drawing1.xml.rels": relations("../charts/chart1.xml"),
        "xl__charts__chart1.xml": f'<c xmlns:a="{drawing}"><a:p><a:t>Title</a:t></a:p><v>7</v></c>',
        "xl__embeddings__note.csv": "x,y\n",
    }
    rows = f'<row r="1">{cell("A1", "shown@b.org")}</row>'
    document = read(xlsx_of({"S": "", "T": rows}, **more), "a.xlsx")
    assert document.text == "shown@b.org\na@b.org\nLogo\nin a box\nTitle\nhidden@b.org\nx,y\n"
    assert document.location("a@b.org") == document.location("hidden") == Location(sheet="T")
    assert document.location("x,y") == Location(row=1, member="xl/embeddings/note.csv")


def test_a_damaged_sheet_or_comment_does_not_harm_the_others():
    more = {
        "xl__worksheets___rels__sheet1.xml.rels": relations("../comments1.xml"),
        "xl__comments1.xml": "<comments>",
    }
    rows = f'<row r="1">{cell("A1", "fine")}</row>'
    document = read(xlsx_of({"S": rows, "T": '<row r="1"><c r="A1'}, **more), "a.xlsx")
    assert document.text == "fine\n"
    assert document.warnings == ["sheet T is damaged", "xl/comments1.xml is damaged"]


def ods_of(content: str, manifest: str = "<m/>") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return target.getvalue()


def test_annotations_and_links_of_opendocument_sheets():
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="urn:xlink" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="S"><table:table-row><table:table-cell office:value-type="string">'
        "<office:annotation><text:p>call Jane</text:p></office:annotation>"
        '<text:p><text:a xlink:href="mailto:a@b.org">mail</text:a></text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    assert read(ods_of(content), "a.ods").text == "mail\ncall Jane\na@b.org\n"


def test_an_encrypted_opendocument_file_is_skipped():
    with pytest.raises(Skipped, match="encrypted"):
        read(ods_of("\x93garbage", "<m><manifest:encryption-data/></m>"), "a.ods")


def test_tabs_and_line_breaks_in_cells_keep_columns_and_rows():
    rows = (
        f'<row r="1">{cell("A1", "note")}{cell("B1", "ssn")}</row>'
        f'<row r="2">{cell("A2", "a&#9;b&#10;c")}{cell("B2", "S1")}</row><row r="3">{cell("B3", "S2")}</row>'
    )
    document = read(xlsx_of({"S": rows}), "a.xlsx")
    assert document.hint("S1") == "ssn"
    assert document.location("S1").row == 2
    assert document.location("S2").row == 3


def test_large_sheets_come_in_segments():
    rows = "".join(
        f'<row r="{n}">{cell(f"A{n}", "text " * 20)}{cell(f"B{n}", f"B{n}")}</row>' for n in range(1, 15_001)
    )
    data = xlsx_of({"S": rows})
    document = read(data, "a.xlsx")
    assert len(document.segments) > 1
    assert document.location("B15000").row == 15_000
    assert read(Dribble(data, [9_999, 1]), "a.xlsx").text == document.text


def test_an_empty_workbook_has_no_segments():
    assert read(xlsx_of({"S": ""}), "a.xlsx").segments == []


def test_bombs_are_skipped():
    sparse = f'<row r="1">{cell("A1", "x")}</row><row r="1048576">{cell("XFD1048576", "y")}</row>'
    with pytest.raises(Skipped, match="cells"):
        read(xlsx_of({"S": sparse}), "a.xlsx")
    with pytest.raises(Skipped, match="limits"):
        read(xlsx_of({"S": " " * 9_000_000}), "a.xlsx", Limits(free_bytes=1 << 20))
    with pytest.raises(Skipped, match="limits"):
        read(xlsx_of({"S": " " * 9_000_000}), "a.xlsx", Limits(workbook_bytes=1 << 20))


def test_a_damaged_workbook_is_broken():
    data = xlsx_of({"S": "<row><c></row>"})
    with pytest.raises(Broken):
        read(data, "a.xlsx")
    with pytest.raises(Broken):
        read(data[:-40], "a.xlsx")


def ole_of(*names: str) -> bytes:
    """An OLE file whose directory has streams of these names, and nothing else."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    chunks = [names[at : at + 4] for at in range(0, len(names), 4)]
    table = [0xFFFFFFFD, *(at + 2 for at in range(len(chunks) - 1)), 0xFFFFFFFE]
    sectors = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    for chunk in chunks:
        directory = bytearray(512)
        for at, name in enumerate(chunk):
            encoded = name.encode("utf-16-le")
            directory[at * 128 : at * 128 + len(encoded)] = encoded
            struct.pack_into("<H", directory, at * 128 + 64, len(encoded) + 2)
        sectors += directory
    return bytes(header) + sectors


@pytest.mark.parametrize(
    ("streams", "reason"),
    [
        (("Root Entry", "EncryptionInfo", "EncryptedPackage"), "encrypted"),
        (("Root Entry", "a", "b", "c", "d", "WordDocument"), r"\.docx"),
        (("Root Entry", "PowerPoint Document"), r"\.pptx"),
        (("Root Entry", "__substg1.0_001A001F"), r"\.eml"),
        (("Root Entry",), "not a text format"),
    ],
)
def test_legacy_and_encrypted_office_files_say_what_they_are(streams: tuple[str, ...], reason: str):
    with pytest.raises(Skipped, match=reason):
        read(ole_of(*streams), "a.doc")


def test_a_legacy_workbook_that_is_damaged_is_broken():
    with pytest.raises(Broken):
        read(ole_of("Root Entry", "Workbook"), "a.xls")


def test_a_workbook_at_which_the_library_panics_is_broken(monkeypatch: pytest.MonkeyPatch):
    panic = type("PanicException", (BaseException,), {})

    class Workbook:
        @staticmethod
        def from_filelike(_file: object) -> None:
            raise panic("out of range")

    monkeypatch.setattr("python_calamine.CalamineWorkbook", Workbook)
    with pytest.raises(Broken, match="damaged workbook"):
        read(ole_of("Root Entry", "Workbook"), "a.xls")
