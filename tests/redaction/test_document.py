"""Every format: what is found is replaced, the rest stays, the copy is valid, and `encrypt` can be undone."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from xml.etree import ElementTree as ET

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.redaction.copies import entity, found, made, restored, text_of
from tests.redaction.packages import docx_of, relation, xlsx_of

from nerproc.errors import InvalidRequest
from nerproc.extraction.extract import open_document
from nerproc.redaction.document import Changed

ANN, JOHN, CARD = "ann@example.org", "John Smith", "4111111111111111"
WANTED = {ANN: "EMAIL", JOHN: "NAME", CARD: "CARD_NUMBER"}


def mail() -> bytes:
    message = EmailMessage()
    message["From"] = f"Jörg <{ANN}>"
    message["Subject"] = f"For {JOHN}"
    message["Return-Path"] = f"<{ANN}>"
    message.set_content(f"Dear {JOHN} – write to {ANN}\n", cte="quoted-printable")
    message.add_alternative(f"<p>{JOHN}</p>", subtype="html")
    message.add_attachment(f"a,b\n{JOHN},x\n", subtype="csv", filename="a.csv")
    message.add_attachment(b"\x89PNG\r\n\x1a\n" + bytes(64), maintype="image", subtype="png", filename="i.png")
    inner = EmailMessage()
    inner["To"] = ANN
    inner.set_content(f"<p>A &amp; <i>{ANN}</i></p>", subtype="html", cte="base64")
    message.add_attachment(inner)
    return message.as_bytes()


def word() -> bytes:
    document = docx.Document()
    paragraph = document.add_paragraph("Dear ")
    for run in ("Jo", "hn Smi", "th & Co, "):
        paragraph.add_run(run).bold = run == "Jo"
    paragraph.add_run(ANN)
    document.add_table(1, 2).cell(0, 1).text = f"<{JOHN}>"
    document.sections[0].header.paragraphs[0].text = CARD
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    document.part.relate_to(f"mailto:{ANN}", link, is_external=True)
    document.part.relate_to("mailto:hidden@example.org?subject=x", link, is_external=True)
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document.save(target)
    return target.getvalue()


def workbook() -> bytes:
    rows = (
        '<row r="2"><c r="B2" t="inlineStr"><is><t>name</t></is></c><c r="C2" t="s"><v>1</v></c></row>'
        f'<row r="3"><c r="A3" s="0"/><c r="B3" t="s"><v>0</v></c><c r="C3"><v>{CARD}</v></c></row>'
        f'<row r="4"><c r="B4" t="s"><v>2</v></c><c r="C4" t="str"><f>B3</f><v>{JOHN}</v></c></row>'
    )
    strings = (
        f"<si><r><t>Jo</t></r><r><t>hn Smith</t></r></si><si><t>nobody &amp; co</t></si><si><t>{ANN}</t></si>"
    )
    return xlsx_of(
        rows, strings, charts__chart1=f'<c xmlns="u"><v>{JOHN}</v><v>nobody &amp; co</v></c>', calcChain="<c/>"
    )


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as output:
        output.writestr("a/letter.txt", f"Dear {JOHN}")
        output.writestr("plain.txt", "nothing\n")
        output.writestr("b.csv.gz", gzip.compress(f"a,b\n{ANN},x\n".encode()))
        output.writestr("i.png", b"\x89PNG\r\n\x1a\n" + bytes(64))
    return target.getvalue()


def tar() -> bytes:
    target, data = io.BytesIO(), archive()
    with tarfile.open(fileobj=target, mode="w:gz") as output:
        header = tarfile.TarInfo("in.zip")
        header.size = len(data)
        output.addfile(header, io.BytesIO(data))
    return target.getvalue()


XML = f'<?xml version="1.0" encoding="iso-8859-1"?><!-- c --><p xmlns="u" m="{ANN} &amp; caf&#233;"><q>Jo<b>hn</b>\n <i>Sm&#105;th</i></q><r>Jo<b>hn</b> Smith &lt; \xe9</r><c><![CDATA[<{JOHN}>]]></c></p>'  # noqa: E501
HTML = f"""<!doctype html><title>{JOHN}</title><script>var a = "<b>"</script><p class=x>Dear <b>Jo</b>hn
 Smith &amp; <a href="mailto:{ANN}?subject=x">{ANN}</a>, <a href='mailto:ann%40example.org'>write</a><br/>
<img alt={ANN} src=a.png title='{JOHN}'>&nbsp;x &lt; 4<textarea>{JOHN} <b></textarea>"""
DOCUMENTS: dict[str, bytes] = {
    "a.txt": f"Dear {JOHN}, – {ANN} {CARD}.\n".encode(),
    "u16.txt": f"\ufeffDear {JOHN}, é {ANN}.\n".encode("utf-16-le"),
    "latin.txt": f"Caf\xe9 {JOHN} na\xefve {ANN}\n".encode("cp1252"),
    "a.md": f"# {JOHN}\n\n- `{ANN}`\n".encode(),
    "a.csv": f'name,mail\n"{JOHN}","a ""b"" {ANN}"\n{JOHN},x\n'.encode(),
    "a.tsv": f"name\tmail\n{JOHN}\t{ANN}\n".encode(),
    "a.json": json.dumps({"n": [JOHN, f'"{ANN}" \\ é'], "card": int(CARD), "x": [-1.5, True]}).encode(),
    "a.jsonl": f'{{"a": "{JOHN}", "b": {CARD}}}\n{{"a": "\\u004aohn Smith", "b": 1}}\n'.encode(),
    "a.xml": XML.encode("iso-8859-1"),
    "a.html": HTML.encode(),
    "a.eml": mail(),
    "a.mbox": b"From ann@example.org Mon Jan  3 10:00:00 2021\n" + mail(),
    "a.docx": word(),
    "a.xlsx": workbook(),
    "a.zip": archive(),
    "a.tgz": tar(),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_found_is_replaced_and_nothing_else(name: str):
    data = DOCUMENTS[name]
    copy = made(data, name, WANTED)
    assert copy.copy.name == name
    expected = copy.before
    for part, label in WANTED.items():
        expected = expected.replace(part, f"<{label}>")
    assert set(copy.copy.counts) <= set(WANTED.values())
    assert sum(copy.copy.counts.values()) == len(found(copy.before, WANTED)) > 0
    assert compact(copy.text, name) == compact(expected, name)
    assert set(copy.places) <= {"<NAME>", "<EMAIL>", "<CARD_NUMBER>", ""}


def compact(text: str, name: str) -> str:
    """Without what formats may add: quotes around numbers and addresses."""
    if name.endswith((".eml", ".mbox", ".jsonl", ".json")):
        text = text.replace('"', "")
    if name == "a.xml":  # over two lines, each is replaced
        text = text.replace("<NAME>\n<NAME>", "John\nSmith")
    return text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_part_of_the_copy_holds_what_was_replaced(name: str):
    if name in {"a.tgz", "a.xml"}:  # packed twice; and over two lines it is not found here
        return
    copy = made(DOCUMENTS[name], name, WANTED)
    parts = [copy.data]
    if copy.data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(copy.data)) as packed:
            parts = [packed.read(part) for part in packed.namelist()]
    if name == "a.eml":
        parts += [part.get_payload(decode=True) or b"" for part in message_from_bytes(copy.data).walk()]
    for secret in WANTED:
        assert not any(secret.encode(codec) in part for part in parts for codec in ("utf-8", "utf-16-le"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_encrypted_copies_can_be_restored(name: str):
    data = DOCUMENTS[name]
    copy = made(data, name, WANTED, "encrypt")
    assert JOHN not in copy.text
    back = restored(copy.data, name)
    assert text_of(back, name).replace('"', "") == copy.before.replace('"', "")
    if name.endswith((".txt", ".md", ".csv", ".tsv")):
        assert back == data
    with pytest.raises(InvalidRequest, match="another key"):
        restored(copy.data, name, bytes(32))


@pytest.mark.parametrize("operator", ["replace", "mask:4", "hash", "pseudonym"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_copies_are_valid(name: str, operator: str):
    copy = made(DOCUMENTS[name], name, WANTED, operator)
    CHECKS.get(name, lambda _: None)(copy.data)
    assert JOHN not in copy.text


def check_csv(data: bytes) -> None:
    rows = list(csv.reader(io.StringIO(data.decode()), strict=True))
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[1][1].startswith('a "b" ')


def check_json(data: bytes) -> None:
    value = json.loads(data)
    assert value["x"] == [-1.5, True]
    assert value["n"][1].endswith(" \\ é")
    assert str(value["card"]) != CARD


def check_xml(data: bytes) -> None:
    root = ET.fromstring(data)
    assert root.attrib["m"].endswith(" & café")
    assert (root[1].text or "") != ""
    assert (root[1][0].tail or "").endswith("< é")


def check_docx(data: bytes) -> None:
    document = docx.Document(io.BytesIO(data))
    runs = document.paragraphs[0].runs
    assert [run.bold for run in runs][1:3] == [True, False]
    assert runs[2].text == ""
    assert runs[3].text == " & Co, "


def check_xlsx(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert "xl/calcChain.xml" not in packed.namelist()
        for name in packed.namelist():
            ET.fromstring(packed.read(name))
        strings = [node.text for node in ET.fromstring(packed.read("xl/sharedStrings.xml")).iter() if node.text]
        assert strings == ["nobody & co"], "what no cell shows is gone"
        assert "nobody &amp; co" in packed.read("xl/charts/chart1.xml").decode()


def check_mail(data: bytes) -> None:
    message = message_from_bytes(data, policy=policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        *("multipart/mixed", "multipart/alternative", "text/plain"),
        *("text/csv", "image/png", "message/rfc822", "text/html"),
    ]
    assert message["From"].addresses


CHECKS: dict[str, Callable[[bytes], None]] = {
    "a.csv": check_csv,
    "a.json": check_json,
    "a.jsonl": lambda data: [json.loads(line) for line in data.splitlines()],
    "a.xml": check_xml,
    "a.docx": check_docx,
    "a.xlsx": check_xlsx,
    "a.eml": check_mail,
}


def test_an_archive_keeps_what_has_nothing_and_leaves_out_what_cannot_be_read():
    copy = made(archive(), "a.zip", WANTED)
    with zipfile.ZipFile(io.BytesIO(copy.data)) as packed:
        assert packed.namelist() == ["a/letter.txt", "plain.txt", "b.csv.gz"]
        assert packed.read("plain.txt") == b"nothing\n"
        assert gzip.decompress(packed.read("b.csv.gz")) == b"a,b\n<EMAIL>,x\n"
    assert copy.copy.warnings == ["i.png: left out: not a text format: image/png"]


def test_of_what_cannot_be_written_the_copy_is_text():
    page = f"<html><table>{JOHN}<tr><td>cell</table><p>{ANN}".encode()  # which parsers move about
    moved = b"<html><p>x<table><tr><td>cell</td>" + f"{JOHN}</table><p>{ANN}".encode()
    assert made(page, "a.html", WANTED).text.count("<NAME>") == 1
    copy = made(moved, "a.html", WANTED)
    assert copy.copy.name == "a.html.txt"
    assert copy.data.decode() == copy.before.replace(JOHN, "<NAME>").replace(ANN, "<EMAIL>")
    assert sorted(copy.places) == ["<EMAIL>", "<NAME>"]


def test_a_fallback_that_repeats_a_text_box_is_emptied():
    box = f"<w:txbxContent><w:p><w:r><w:t>{JOHN}</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>5</w:t><w:noBreakHyphen/><w:t>6 x</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    copy = made(docx_of(body), "a.docx", {JOHN: "NAME", "5-6": "PHONE_NUMBER"})
    assert copy.text == "<PHONE_NUMBER> x\n<NAME>\n"
    with zipfile.ZipFile(io.BytesIO(copy.data)) as packed:
        assert JOHN not in packed.read("word/document.xml").decode()


def test_descriptions_and_codes_of_fields_are_replaced_where_they_stand():
    body = (
        f'<w:p><w:r><docPr descr="{JOHN} &amp; co"/><w:instrText>HYPERLINK "mailto:ann@</w:instrText></w:r>'
        '<w:r><w:instrText>example.org"</w:instrText><w:sym w:char="0040"/></w:r>'
        f'<w:fldSimple w:instr="mailto:{ANN}"/></w:p>'
    )
    copy = made(docx_of(body), "a.docx", {JOHN: "NAME", ANN: "EMAIL"})
    assert copy.copy.name == "a.docx"
    assert copy.text == copy.before.replace(JOHN, "<NAME>").replace(ANN, "<EMAIL>")
    assert copy.text.count("<EMAIL>") == 2


def test_what_stands_beside_the_cells_is_replaced_too():
    beside = {
        "comments1": f"<c><text><t>{JOHN} &amp; co</t></text></c>",
        "charts__chart1": f'<c xmlns:a="a"><a:p><a:t>{ANN}</a:t></a:p><c:v>{JOHN}</c:v></c>',
        "drawings__drawing1": "<d/>",
    }
    data = xlsx_of(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{JOHN}</t></is></c></row>', "", **beside)
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        targets = "".join(
            relation(str(at), "x", to)
            for at, to in enumerate(["../comments1.xml", "../drawings/drawing1.xml", f"mailto:{ANN}"])
        )
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", f"<r>{targets}</r>")
        archive.writestr("xl/drawings/_rels/drawing1.xml.rels", relation("r", "x", "../charts/chart1.xml"))
        archive.writestr("xl/embeddings/a.csv", f"{ANN}\n")
    copy = made(target.getvalue(), "a.xlsx", {JOHN: "NAME", ANN: "EMAIL"})
    assert copy.before == f"{JOHN}\n{JOHN} & co\n{ANN}\n{ANN}\n"
    assert copy.copy.name == "a.xlsx"
    assert copy.text == copy.before.replace(JOHN, "<NAME>").replace(ANN, "<EMAIL>")
    with zipfile.ZipFile(io.BytesIO(copy.data)) as packed:
        assert not any(
            JOHN.encode() in packed.read(name) or ANN.encode() in packed.read(name)
            for name in packed.namelist()
        )


def test_data_for_search_engines_and_links_of_images_are_replaced():
    page = (
        f'<html><link href="mailto:{ANN}"><p>{JOHN}</p>'
        f'<script type="application/ld+json">{{"e": "{ANN}"}}</script>'
        f'<script>{JOHN}</script><area href="mailto:{ANN}"><svg><a xlink:href="mailto:{ANN}">x</a></svg></html>'
    )
    copy = made(page.encode(), "a.html", {JOHN: "NAME", ANN: "EMAIL"})
    assert copy.copy.name == "a.html"
    assert copy.text == copy.before.replace(JOHN, "<NAME>").replace(ANN, "<EMAIL>")
    assert copy.before.count(ANN) == 4


def test_reports_encoded_messages_and_attachments_of_alternatives_are_replaced():
    inner = base64.encodebytes(f"From: {ANN}\nTo: b@b.org\nMIME-Version: 1.0\n\n{JOHN}\n".encode()).decode()
    data = (
        "From: a@b.org\nTo: c@d.org\nSubject: x\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=X\n\n"
        f"--X\nContent-Type: message/delivery-status\n\nA: b\n\nFinal-Recipient: rfc822; {ANN}\n\n"
        f"--X\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}"
        "--X\nContent-Type: multipart/alternative; boundary=Y\n\n--Y\n\nplain\n--Y\n"
        f"Content-Type: text/calendar\n\nATTENDEE:{ANN}\n--Y--\n--X--\n"
    )
    copy = made(data.encode(), "a.eml", {JOHN: "NAME", ANN: "EMAIL"})
    assert copy.before.count(ANN) == 3
    assert compact(copy.text, "a.eml") == copy.before.replace(JOHN, "<NAME>").replace(ANN, "<EMAIL>")


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.json", "a.docx", "a.xlsx", "a.zip", "a.eml"])
def test_a_document_that_changed_is_refused(name: str):
    before = text_of(DOCUMENTS[name], name)
    entities = [
        entity(before, found_.start + 1, found_.end + 1, "NAME") for found_ in found(before, {JOHN: "NAME"})
    ]
    moved = [entity("x" + before, each.start, each.end, "NAME") for each in entities]
    with pytest.raises(Changed):
        made(DOCUMENTS[name], name, moved)


def test_what_overlaps_is_replaced_once_and_what_is_kept_stays():
    text = "call John Smith now"
    entities = [entity(text, *span) for span in ((5, 9, "NAME"), (5, 15, "NAME"), (10, 19, "OTHER"))]
    copy = made(text.encode(), "a.txt", entities)
    assert copy.data == b"call <NAME><OTHER>"
    assert copy.copy.counts == {"NAME": 2, "OTHER": 1}
    assert made(text.encode(), "a.txt", entities, "keep").data == text.encode()


CONTENT = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufeff", exclude_categories=["Cc", "Cs"]),
    min_size=1,
    max_size=60,
)


@st.composite
def texts_and_cuts(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(CONTENT)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    return text, list(zip(cuts[::2], cuts[1::2], strict=False))


@given(texts_and_cuts(), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
@settings(max_examples=60, deadline=None)
def test_outside_of_entities_every_byte_of_a_text_stays(case: tuple[str, list[tuple[int, int]]], codec: str):
    text, spans = case
    data = text.encode(codec)
    if text_of(data, "a.txt") != text:  # taken for something else
        return
    entities = [entity(text, start, end, "X") for start, end in spans]
    expected, done = "", 0
    for start, end in spans:
        expected += text[done:start] + "<X>"
        done = end
    assert made(data, "a.txt", entities).data == (expected + text[done:]).encode(codec)
    assert restored(made(data, "a.txt", entities, "encrypt").data, "a.txt") == data


@given(st.lists(CONTENT, min_size=1, max_size=4), st.data())
@settings(max_examples=60, deadline=None)
def test_json_stays_valid_and_keeps_what_is_not_replaced(values: list[str], data: st.DataObject):
    lines = "".join(json.dumps({"v": value, "n": 12345}) + "\n" for value in values).encode()
    if not open_document(io.BytesIO(lines), "a.jsonl").media_type.startswith("application/json"):
        return  # some texts look like another format
    text = text_of(lines, "a.jsonl")
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=4)))
    entities = [entity(text, start, end, "X") for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    copies = [json.loads(line) for line in made(lines, "a.jsonl", entities).data.decode().split("\n") if line]
    assert len(copies) == len(values)
    if not entities:
        assert [copy["v"] for copy in copies] == values


def test_values_that_meet_in_one_number():
    text = '{"n": 12345, "m": 678}'
    copy = made(text.encode(), "a.json", [entity(text, 2, 8, "A"), entity(text, 9, 14, "B")])
    assert copy.data == b'{"<A>": "<A>3<B>", "m": 678}'


@given(st.integers(1, 4_000), st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_a_copy_does_not_depend_on_how_the_text_is_cut(size: int, shift: int):
    from nerproc.extraction.decode import Decoded
    from nerproc.redaction import json as json_copy
    from nerproc.redaction import table, text
    from nerproc.redaction.operator import parse
    from nerproc.redaction.span import Account, Spans, spans_of

    rows = "é" * shift + "".join(f'"{JOHN}","{i}\\u00e9 {CARD}",{CARD}\n' for i in range(60))
    for module, media in ((text, "text/plain"), (table, "text/csv"), (json_copy, "application/jsonl")):
        made_ = []
        for length in (size, len(rows)):
            pieces = [rows[at : at + length] for at in range(0, len(rows), length)]
            account = Account(parse({}).apply)
            shown = "".join(
                segment.text
                for segment in (
                    json_copy.cut(iter([rows]), media)
                    if module is json_copy
                    else [type("T", (), {"text": rows})]
                )
            )
            spans = Spans(spans_of(found(shown, WANTED), parse({}), account.counts), account)
            out = io.BytesIO()
            module.copy((Decoded(p, p.encode(), "utf-8") for p in pieces), spans, out.write, media)
            made_.append(out.getvalue())
        assert made_[0] == made_[1]
        assert JOHN.encode() not in made_[0]
