"""Makes the documents of `examples/documents` that no text editor writes: Word, PDF, spreadsheets, archives.

Run it in a virtual environment of its own:

    pip install python-docx openpyxl odfpy xlwt reportlab pillow
    python examples/make_documents.py

Running it twice gives the same bytes: time stamps are fixed and packages are written again without theirs.
The other documents there are plain text and are kept as they are. All persons are invented; where the numbers
come from is told in `examples/README.md`.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

from document_formats import MOMENT, old_workbook, open_document, pdf, settled, word, workbook, zipped
from PIL import Image, ImageDraw
from reportlab.lib import colors
from reportlab.platypus import PageBreak, Spacer
from reportlab.platypus import Table as PdfTable

DOCUMENTS = Path(__file__).parent / "documents"
CLINIC = "Marlow Street Clinic · 88 Marlow Street · Baltimore, MD 21230"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TABLE_STYLE = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("FONTSIZE", (0, 0), (-1, -1), 9)]


def insurance_claim() -> bytes:
    """A letter in Word: header, footer, a table, and an e-mail address that is spread over several runs."""
    document = word("Claim 55-20871")
    document.sections[0].header.paragraphs[0].text = "Desmond Achterberg · 5 Kestrel Mews · Bath BA1 2QT"
    document.sections[0].footer.paragraphs[0].text = "desmond@achterberg.example · telephone 020 7946 0365"
    document.add_paragraph("Tidewater Mutual Insurance\nClaims Department\nPO Box 1188\nBristol")
    document.add_paragraph("22 February 2024")
    document.add_heading("Water damage of 17 February 2024, policy TM-448-20913", level=2)
    document.add_paragraph(
        "Dear Ms Farrington-Okafor,\n\nin the night of Saturday the washing machine of my upstairs neighbour, "
        "Mr Lionel Prewitt, leaked through my kitchen ceiling. I turned the water off at 02:40 and reported it "
        "to the house manager the same morning. The plumber's report, ref. 3.2.1.4, is enclosed."
    )
    table = document.add_table(rows=1, cols=3)
    for cell, heading in zip(table.rows[0].cells, ("Item", "Bought", "Value"), strict=True):
        cell.text = heading
    rows = (
        ("Oak table", "03/11/2019", "£780.00"),
        ("Radio", "14 June 2021", "£129.99"),
        ("Rug", "2016", "£240.00"),
    )
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    paragraph = document.add_paragraph("My neighbour's insurer can be reached through him: ")
    for run, bold in (("lionel", False), (".prewitt", True), ("@", False), ("example", True), (".org", False)):
        paragraph.add_run(run).bold = bold
    paragraph.add_run(", telephone 020 7946 0471.")
    document.add_paragraph(
        "Please pay to GB82 WEST 1234 5698 7654 32. My National Insurance number, which your form asks for, "
        "is AB 12 34 56 C.\n\nYours sincerely,\nDesmond Achterberg"
    )
    return settled(document.save)


def patient_intake() -> bytes:
    """A form in Word: questions in the left column of a table, answers in the right one."""
    document = word("New patient form")
    document.sections[0].header.paragraphs[0].text = CLINIC
    document.add_heading("New patient form", level=1)
    answers = (
        ("Full name", "Cordelia J. Farringdon"),
        ("Date of birth", "08/17/1962"),
        ("Social Security number", "867-05-4410"),
        ("Home address", "301 Canal Street, Baltimore, MD 21230"),
        ("Home phone", "(410) 555-0161"),
        ("E-mail", "cordelia.farringdon@mailbox.example"),
        ("Medicare beneficiary identifier (MBI)", "1EG4-TE5-MK73"),
        ("Emergency contact", "Augustus Farringdon (husband), 410-555-0162"),
        ("Physician and NPI", "Dr. Hester Winterbottom, NPI 1234567893"),
        ("Driver's license", "Maryland F652140622638"),
        ("Blood pressure today", "128/84"),
        ("Form version", "2.4.6.8"),
    )
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for question, answer in answers:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = question, answer
    document.add_paragraph("Signed: C. Farringdon, March 19, 2024")
    return settled(document.save)


def reference_letter() -> bytes:
    """A letter of two pages."""
    first = [
        "Norrsken F&ouml;rlag AB<br/>Storgatan 41<br/>903 26 Ume&aring;",
        "9 January 2024",
        "<b>To whom it may concern: Aiko Tanaka-Lindqvist</b>",
        (
            "Ms Tanaka-Lindqvist worked for us as a senior translator from 1 September 2019 until "
            "December 31, 2023. She translated eleven novels, three of them in verse, and missed no deadline "
            "by more than the weather in Ume&aring; excuses."
        ),
        (
            "She ran our weekly style clinic, wrote most of the house guide (now in version 10.0.0.1-rc, as "
            "she insists on numbering it), and was the person whom younger colleagues asked first."
        ),
        "I recommend her without reservation to anyone who cares how a sentence sounds.",
    ]
    second = [
        (
            "Questions are welcome: +46 70 174 06 35, or hakan.sjoberg@universitet.example, where I teach. "
            "Samples of her work: https://norrsken-forlag.example/authors/tanaka-lindqvist"
        ),
        "H&aring;kan Sj&ouml;berg<br/>formerly publisher, Norrsken F&ouml;rlag",
    ]
    story = [*first, PageBreak(), *second]
    return pdf("Reference", "Håkan Sjöberg", story)


def invoice() -> bytes:
    """An invoice with a table of lines."""
    lines = [
        ["Date", "Work", "Hours", "Amount"],
        ["2024-01-08", "Survey of roof, 12 Tannery Yard", "4.0", "$ 480.00"],
        ["2024-01-11", "Drawings, sheets 1-6 (rev. 3.0.0.4)", "11.5", "$ 1,380.00"],
        ["2024-01-16", "Site visit with contractor", "3.0", "$ 360.00"],
    ]
    story = [
        "<b>Saltmarsh Architects Ltd</b><br/>2 Tannery Yard, Norwich<br/>accounts@saltmarsh.example",
        "<b>Invoice 2024-0117</b><br/>Issued: January 17, 2024<br/>Due: 02/16/2024",
        (
            "Bill to: Ezekiel Thorne, 19 Mill Brae, Denver, CO 80203<br/>ezekiel.thorne@example.com, "
            "(303) 555-0147"
        ),
        Spacer(1, 12),
        PdfTable(lines, style=TABLE_STYLE),
        Spacer(1, 12),
        "Total due: $ 2,220.00. Job number 1234-5678-9012-3456 must be given with every payment.",
        (
            "By transfer: IBAN NL91 ABNA 0417 1643 00. US customers by wire: routing number 021000021, we "
            "tell the account on request. Card payments: https://pay.saltmarsh.example/i/2024-0117"
        ),
    ]
    return pdf("Invoice 2024-0117", "Saltmarsh Architects Ltd", story)


def registration_form() -> bytes:
    """A Spanish form, filled in."""
    answers = [
        ["Nombre y apellidos", "Remedios Urrutia Castellanos"],
        ["DNI / NIF", "58590698S"],
        ["Fecha de nacimiento", "14/09/1976"],
        ["Domicilio", "Calle del Olivar 23, 2.º B, 28012 Madrid"],
        ["Teléfono", "+34 911 23 45 67"],
        ["Correo electrónico", "remedios.urrutia@correo.example"],
        ["Otra persona inscrita", "Emmanuel Kouassi, NIE X1234567L"],
        ["Cuenta para la devolución (IBAN)", "ES91 2100 0418 4502 0005 1332"],
        ["Expediente", "2024/00317-2.4.6.8"],
    ]
    story = [
        "<b>Ayuntamiento de Villaflor de los Montes</b> (municipio imaginario)",
        "Solicitud de empadronamiento",
        PdfTable(answers, style=TABLE_STYLE),
        Spacer(1, 12),
        (
            "Declaro que los datos son ciertos. En Villaflor, a 3 de abril de 2024. "
            "Más información: https://sede.villaflor.example/padron"
        ),
    ]
    return pdf("Solicitud de empadronamiento", "Ayuntamiento de Villaflor", story)


def loan_application() -> bytes:
    """A PDF that opens with a password only: nerproc reports it as skipped."""
    story: list[object] = ["Loan application of Ezekiel Thorne: private."]
    return pdf("Loan application", "Ezekiel Thorne", story, password="correct horse")  # noqa: S106 -- told here


def payroll() -> bytes:
    """Two sheets: people, with dates as date cells, and payments."""
    people: list[list[object]] = [
        ["Employee", "SSN", "Hired", "E-mail", "Phone"],
        [
            "Rosalind Achebe-Stone",
            "861-30-2275",
            date(2017, 3, 1),
            "rosalind@harbourline.example",
            "646-555-0111",
        ],
        [
            "Gareth Llewellyn-Moss",
            "873-62-9014",
            date(2018, 10, 15),
            "gareth@harbourline.example",
            "410-555-0104",
        ],
        ["Ezekiel Thorne", "866-48-1330", date(2022, 5, 9), "ezekiel.thorne@example.com", "303-555-0147"],
    ]
    payments: list[list[object]] = [
        ["Employee", "Month", "Gross", "Account"],
        ["Rosalind Achebe-Stone", "April 2024", 6120.5, "GB82 WEST 1234 5698 7654 32"],
        ["Gareth Llewellyn-Moss", "April 2024", 5480, "BE71096123456769"],
        ["Ezekiel Thorne", "April 2024", 4200.75, "paper check"],
        ["Total", None, 15801.25, None],
    ]
    return workbook({"People": people, "Payments 2024-04": payments})


def invoice_lines() -> bytes:
    """A sheet as an accountant exports it, with numbers that look like something else."""
    rows: list[list[object]] = [
        ["Invoice", "Customer", "Card used", "Order", "Contact", "Remark"],
        [
            "H-3301",
            "Ostergaard Foods",
            "5425233430109903",
            "4111111111111112",
            "dispatch@ostergaard-foods.example",
            None,
        ],
        [
            "H-3302",
            "Vaclav & Daughters",
            "2223003122003222",
            "9400111899223197428490",
            "vaclav@daughters.example",
            "rush",
        ],
        ["H-3303", "Casa Perenne", None, "1234-5678-9012-3456", "hola@casa-perenne.example", "see 16/9 panel"],
    ]
    return workbook({"Lines": rows})


def donors() -> bytes:
    """An OpenDocument spreadsheet."""
    rows = (
        ("Donor", "Address", "Telephone", "E-mail", "Gift"),
        ("Wilfred Osgood-Amari", "6 Chapel Lane, Galway", "+353 1 555 0123", "wilfred@osgood.example", "200"),
        (
            "Yevgenia Marchetti",
            "31 Rue du Lac, Lausanne",
            "+41 44 668 18 00",
            "y.marchetti@bergpost.example",
            "1500",
        ),
        ("Kenji Wolfe", "4 Bondi Court, Sydney", "(02) 5550 1234", "kenji.wolfe@example.org", "75"),
        ("Received by bank", "BIC TIDWGB2L", "", "AT61 1904 3002 3457 3201", "7.2.0.4411"),
    )
    return open_document("Donors 2024", rows)


def members_1998() -> bytes:
    """An old Excel file (xls), from the days when clubs kept everything in one sheet."""
    rows = (
        ("No", "Name", "Born", "Phone", "Web", "SSN"),
        ("1", "Horatio Nightjar", "02/28/1931", "617-555-0102", "", "862-14-5307"),
        (
            "2",
            "Millicent Farrow",
            "11/05/1940",
            "617-555-0115",
            "http://millicent.example/~farrow",
            "863-92-7716",
        ),
        ("3", "Sister Agnes", "", "ask at the gate", "agnes@convent.example", "none"),
    )
    return old_workbook("Members", rows)


def whiteboard() -> bytes:
    """A picture: nerproc reads no pictures and says so."""
    image = Image.new("RGB", (160, 90), "white")
    ImageDraw.Draw(image).text((12, 38), "call the plumber!", fill="navy")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def github_token(body: str) -> str:
    """A token of GitHub's shape: the last six of its characters are the CRC-32 of `body` in base 62."""
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = BASE62[rest] + digits
    return "gh" + "p_" + body + digits.rjust(6, "0")


def old_laptop() -> bytes:
    """A zip archive with folders, a Word document and another archive inside."""
    note = (
        "Passwords are in the blue notebook, NOT here.\n"
        "Landline 212-555-0124, Aunt Zelda zelda.quist@example.net, locker 4471.\n"
        "Old passport (US): passport no. 512839047, expired 2019-08-30.\n"
    )
    taxes = "Filed 04/12/2019. Taxpayer SSN 869-73-1145, refund to IBAN BE71 0961 2345 6769.\n"
    inner = zipped({"taxes_2018/summary.txt": taxes.encode()})
    return zipped(
        {
            "Desktop/important.txt": note.encode(),
            "Desktop/Documents/claim.docx": insurance_claim(),
            "Desktop/Documents/taxes.zip": inner,
            "Desktop/wallpaper.png": whiteboard(),
        }
    )


def backup() -> bytes:
    """A compressed tar archive of a server's home folder, with keys that nobody should keep there."""
    # Put together from pieces, so that this file itself holds nothing of a token's shape.
    keys = (
        f"GITHUB_TOKEN={github_token('Ex4mpleOnlyNotARealTokenAtAll0')}\n"
        f"SLACK_BOT_TOKEN={'xo' + 'xb-'}210987654321-3210987654321-Ex4mpleNotARealSlackTok1\n"
        f"GITLAB_TOKEN={'gl' + 'pat-'}Ex4mpleNotReal_Tok12\n"
        f"GOOGLE_API_KEY={'AI' + 'za'}SyEx4mpleNotARealGoogleApiKey_01234\n"
        f"STRIPE_KEY={'sk' + '_live_'}Ex4mpleNotARealStripe123\n"
    )
    hosts = "192.0.2.5\tweb1.harbourline.example\n2001:db8:40::5\tweb1.harbourline.example\n"
    files = {"home/deploy/.env": keys, "etc/hosts": hosts, "home/deploy/VERSION": "4.18.0.305\n"}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(text.encode()), int(MOMENT.timestamp())
            archive.addfile(info, io.BytesIO(text.encode()))
    return gzip.compress(buffer.getvalue(), mtime=0)


def rotated_log() -> bytes:
    """A compressed web server log."""
    lines = [
        f'203.0.113.{20 + hour} - - [01/Apr/2024:{hour:02}:17:05] "GET /books/{hour * 37}" 200 {5000 + hour}'
        for hour in range(24)
    ]
    login = "POST /login?user=imogen.darrow@example.com"
    lines.append(f'203.0.113.77 - - [01/Apr/2024:23:59:01] "{login}" 302 0')
    return gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)


MAKERS: dict[str, Callable[[], bytes]] = {
    "letters/insurance_claim.docx": insurance_claim,
    "letters/reference_letter.pdf": reference_letter,
    "invoices/invoice_2024-0117.pdf": invoice,
    "invoices/invoice_lines.xlsx": invoice_lines,
    "forms/patient_intake.docx": patient_intake,
    "forms/formulario_empadronamiento.pdf": registration_form,
    "forms/loan_application_encrypted.pdf": loan_application,
    "spreadsheets/payroll.xlsx": payroll,
    "spreadsheets/donors.ods": donors,
    "spreadsheets/members_1998.xls": members_1998,
    "pictures/office_whiteboard.png": whiteboard,
    "archives/old_laptop.zip": old_laptop,
    "archives/backup_2023.tar.gz": backup,
    "archives/access.log.1.gz": rotated_log,
}


def main() -> None:
    """Write every document."""
    for name, make in MAKERS.items():
        path = DOCUMENTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
        print(f"{path.stat().st_size:>8} {name}")


if __name__ == "__main__":
    main()
