from __future__ import annotations

import base64
import zipfile
from email.message import EmailMessage

import pytest

from extraction.samples import Dribble, pdf_of, read, zip_of
from nerproc.extraction.errors import Skipped
from nerproc.extraction.limits import Limits
from nerproc.schema.entity import Location


def mail(body: str = "Hello Bob,\nmy number is 555-0100.\n", **kwargs: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Jane Dö <jane@example.org>"
    message["To"] = "bob@example.org, carol@example.org"
    message["Subject"] = "Grüße"
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(body, **kwargs)
    return message


def test_headers_are_lines_and_the_body_follows():
    document = read(mail().as_bytes(), "a.eml")
    assert document.media_type == "message/rfc822"
    assert document.text == (
        "From: Jane Dö <jane@example.org>\nTo: bob@example.org, carol@example.org\nSubject: Grüße\n"
        "Date: Mon, 05 Jan 2026 10:00:00 +0100\n\nHello Bob,\nmy number is 555-0100.\n"
    )
    assert document.location("Bob") is None


@pytest.mark.parametrize("cte", ["base64", "quoted-printable", "8bit"])
def test_transfer_encodings_are_undone(cte: str):
    text = "Schöne Grüße aus Köln = " + "lang " * 40 + "\n"
    assert text in read(mail(text, cte=cte).as_bytes(), "a.eml").text


def test_html_is_read_where_there_is_no_plain_text():
    message = mail()
    message.set_content("<p>a&#64;b.org</p>", subtype="html")
    assert read(message.as_bytes(), "a.eml").text.endswith("\n\na@b.org\n")


def test_of_alternatives_the_plain_text_is_read():
    message = mail("plain text\n")
    message.add_alternative("<p>html text</p>", subtype="html")
    text = read(message.as_bytes(), "a.eml").text
    assert "plain text" in text
    assert "html text" not in text


@pytest.mark.parametrize("stub", ["", " \n", "Your reader shows no HTML.\n"])
def test_html_is_read_where_the_plain_text_lacks_it(stub: str):
    message = mail(stub)
    message.add_alternative("<p>a&#64;b.org</p>" + "<p>as agreed</p>" * 30, subtype="html")
    text = read(message.as_bytes(), "a.eml").text
    assert "a@b.org" in text
    assert stub.strip() in text


def test_what_is_attached_to_an_alternative_is_read():
    page = EmailMessage()
    page.set_content("<p>html text</p>", subtype="html")
    page.add_attachment("a,b\n1,2\n", subtype="csv", filename="t.csv")
    message = mail("plain text\n")
    message.make_alternative()
    message.attach(page)
    dates = EmailMessage()
    dates.set_content("ATTENDEE:mailto:a@b.org\n", subtype="calendar")
    message.attach(dates)
    document = read(message.as_bytes(), "a.eml")
    assert "html text" not in document.text
    assert document.location("1,2") == Location(row=2, member="t.csv")
    assert "mailto:a@b.org" in document.text


def test_a_report_of_delivery_is_read():
    report = (
        b"From: a@b.org\nTo: c@d.org\nSubject: failed\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/report; boundary="X"\n\n--X\n\nSorry.\n'
        b"--X\nContent-Type: message/delivery-status\n\n"
        b"Reporting-MTA: dns; b.org\n\nFinal-Recipient: rfc822; jane@example.org\n\n--X--\n"
    )
    text = read(report, "a.eml").text
    assert text.endswith("Sorry.\nReporting-MTA: dns; b.org\n\nFinal-Recipient: rfc822; jane@example.org\n")


def test_a_message_inside_may_be_encoded():
    inner = base64.encodebytes(mail("forwarded\n").as_bytes())
    data = (
        b"From: a@b.org\nTo: c@d.org\nSubject: x\nMIME-Version: 1.0\n"
        b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + inner
    )
    assert read(data, "a.eml").location("forwarded") == Location(member="message.eml")


def test_headers_in_pieces_and_in_other_encodings():
    data = (
        b"From: =?utf-8?B?SsO2?=\n =?utf-8?B?cmc=?= <j@b.org>\n"
        b"To: =?utf-8?Q?M=C3?= =?utf-8?Q?=BCller?= <m@b.org>\n"
        b"Subject: Gr\xfc\xdfe\nDelivered-To: bob@b.org\nMIME-Version: 1.0\n\nhi\n"
    )
    text = "From: Jörg <j@b.org>\nTo: Müller <m@b.org>\nSubject: Grüße\nDelivered-To: bob@b.org\n\nhi\n"
    assert read(data, "a.eml").text == text


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_a_mail_may_begin_with_a_mark_or_empty_lines(before: bytes):
    assert read(before + mail(cte="base64").as_bytes(), "a.eml").text == read(mail().as_bytes(), "a.eml").text


def test_attachments_are_members():
    message = mail()
    message.add_attachment(b"name,ssn\nJo,078-05-1120\n", maintype="text", subtype="csv", filename="päople.csv")
    message.add_attachment(pdf_of(["Page one"]), maintype="application", subtype="pdf", filename="cv.pdf")
    message.add_attachment(
        zip_of({"in/b.txt": b"inner"}), maintype="application", subtype="zip", filename="z.zip"
    )
    message.add_attachment(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", maintype="image", subtype="png", filename="i.png")
    message.add_attachment(mail("forwarded\n"))
    document = read(message.as_bytes(), "a.eml")
    assert document.location("078-05") == Location(row=2, member="päople.csv")
    assert document.hint("078-05") == "ssn"
    assert document.location("Page one") == Location(page=1, member="cv.pdf")
    assert document.location("inner") == Location(member="z.zip!/in/b.txt")
    assert document.location("forwarded") == Location(member="message.eml")
    assert document.warnings == ["i.png: not a text format: image/png"]


def test_broken_headers_and_bodies_do_no_harm():
    data = (
        b"From: \xff\xfe <a@b.org\r\nTo: =?utf-8?q?broken\r\nSubject: caf\xc3\xa9\r\nDate: never\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=no-such\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQ=*"
    )
    document = read(data, "a.eml")
    assert "hello world" in document.text
    assert "a@b.org" in document.text


def test_a_mail_is_told_by_its_header_and_a_letter_is_not_one():
    assert read(mail().as_bytes(), "1.").media_type == "message/rfc822"
    letter = b"From: Jane\nSubject: lunch\n\nDear Bob\n"
    assert read(letter, "letter.txt").text == letter.decode()
    assert read(b"Note: this is text\nnothing else\n", "a").media_type == "text/plain"


def test_each_message_of_a_mailbox_is_a_member():
    messages = [mail(f"Message {number}\n\nFrom here it goes on\n").as_bytes() for number in range(3)]
    separator = b"From jane@example.org Mon Jan  5 10:00:00 2026\n"
    data = b"".join(
        separator + message.replace(b"\nFrom here", b"\n>From here") + b"\n" for message in messages
    )
    document = read(data, "inbox")
    assert document.media_type == "application/mbox"
    assert document.location("Message 1") == Location(member="2.eml")
    assert document.text.count("\nFrom here it goes on") == 3
    assert read(Dribble(data, [10, 333]), "inbox").text == document.text


def test_a_large_mailbox_is_read_message_by_message():
    separator = b"From jane@example.org Mon Jan  5 10:00:00 2026\n"
    body = mail("word " * 2_000 + "\n").as_bytes()
    document = read((separator + body + b"\n") * 300, "inbox.mbox")
    assert document.text.count("Subject: Grüße") == 300
    assert document.segments[-1].location(0).member == "300.eml"


def test_mails_are_bounded():
    with pytest.raises(Skipped, match="larger"):
        read(mail("x" * 5_000_000).as_bytes(), "a.eml", Limits(mail_bytes=1 << 20))


def test_zip_attachments_share_the_limits_of_the_mail():
    message = mail()
    bomb = zip_of({"zeros.txt": b"0" * 5_000_000}, zipfile.ZIP_DEFLATED)
    message.add_attachment(bomb, maintype="application", subtype="zip", filename="bomb.zip")
    document = read(message.as_bytes(), "a.eml", Limits(free_bytes=1 << 20))
    assert "Hello Bob" in document.text
    assert "limits" in document.warnings[0]
