"""Mails and mailboxes: the main headers as lines, the text of the body, and the attachments as members.

Of alternatives, plain text is read, and HTML where there is none. A message of a mailbox is a member too: its
number is its place.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from nerproc.extraction import html
from nerproc.extraction.decode import charset, decode
from nerproc.extraction.document import Members, OpenedDocument
from nerproc.extraction.errors import Skipped
from nerproc.extraction.input import Input
from nerproc.extraction.limits import MIB
from nerproc.extraction.sniff import MBOX
from nerproc.extraction.text import TextSegment

if TYPE_CHECKING:
    from nerproc.extraction.segment import Segment

HEADERS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date")
_START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d{4}[^\n]*\n")
_LONGEST_START = 1_000  # bytes of the line that begins a message, with the empty one before it
_SEGMENT = 1 << 20  # code points
# What the standard library's header parser raises on malformed headers.
_PARSER_ERRORS = (AttributeError, IndexError, LookupError, TypeError, ValueError, AssertionError, MessageError)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


def segments(document: OpenedDocument) -> Iterator[Segment]:
    """The text of the mail, or of each mail of the mailbox."""
    if document.format is MBOX:
        return _mailbox(document)
    return _mail(document)


def _mailbox(document: OpenedDocument) -> Iterator[Segment]:
    members = Members(document)
    for number, message in enumerate(messages(document), 1):
        yield from members.read(partial(io.BytesIO, message), f"{number}.eml")
    members.finish()


def messages(document: OpenedDocument) -> Iterator[bytes]:
    """The messages of a mailbox (RFC 4155), each without its "From " line."""
    limit = document.limits.mail_bytes
    data = bytearray()
    searched = 0
    for block in document.source.blocks():
        data += block
        starts = [(found.start(), found.end()) for found in _START.finditer(data, searched)]
        begin = 0
        for start, _ in starts:
            if start > begin:
                yield _message(data[begin:start])
                begin = start
        del data[:begin]
        if len(data) > limit:
            raise Skipped(f"a mailbox with a message larger than {limit // MIB} MiB")
        searched = max(1, len(data) - _LONGEST_START)  # a line that begins a message may be cut
    if data:
        yield _message(data)


def _message(data: bytearray) -> bytes:
    return _QUOTED_FROM.sub(rb"\1", bytes(data[data.find(b"\n") + 1 :]))


def _mail(document: OpenedDocument) -> Iterator[Segment]:
    data = document.source.file().read(document.limits.mail_bytes + 1)
    if len(data) > document.limits.mail_bytes:
        raise Skipped(f"a mail larger than {document.limits.mail_bytes // MIB} MiB")
    message = message_from_bytes(data, policy=policy.default)
    yield TextSegment(header_lines(message))
    yield from _part(message, Members(document))


def header_lines(message: EmailMessage) -> str:
    """The main headers, each a line, and an empty line."""
    lines = [f"{name}: {value}\n" for name in HEADERS for value in values(message, name)]
    return "".join(lines) + "\n"


def values(message: EmailMessage, name: str) -> list[str]:
    """What the headers of that name say, each on one line."""
    try:
        found = [str(value) for value in message.get_all(name, [])]
    except _PARSER_ERRORS:
        found = [str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()]
    return [_clean(" ".join(value.split())) for value in found]


def _clean(text: str) -> str:
    """`text` with the bytes that the parser could not decode as UTF-8, or U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _part(part: EmailMessage, members: Members) -> Iterator[Segment]:
    kind = part.get_content_type()
    inside = part.get_payload()
    if kind == "message/rfc822" and isinstance(inside, list):
        message = cast("EmailMessage", inside[0])
        yield from members.read(lambda: io.BytesIO(message_bytes(message)), file_name(part) or "message.eml")
    elif isinstance(inside, list):
        for child in [preferred(inside)] if kind == "multipart/alternative" else inside:
            yield from _part(cast("EmailMessage", child), members)
    else:
        yield from _leaf(part, kind, members)


def message_bytes(message: EmailMessage) -> bytes:
    """A message that is inside another, its headers as they are."""
    return message.as_bytes(policy=policy.default.clone(refold_source="none"))


def preferred(alternatives: list[Any]) -> Any:
    """Of the same text in several types, the plain one, else the first that has HTML in it."""
    for kind in ("text/plain", "text/html"):
        for part in alternatives:
            if any(leaf.get_content_type() == kind for leaf in part.walk()):
                return part
    return alternatives[-1]


def _leaf(part: EmailMessage, kind: str, members: Members) -> Iterator[Segment]:
    data = cast("bytes", part.get_payload(decode=True) or b"")
    name = file_name(part)
    if name or kind not in {"text/plain", "text/html"}:
        if data:
            yield from members.read(partial(io.BytesIO, data), name or kind.replace("/", "."))
        return
    declared = charset(part.get_content_charset())
    if kind == "text/html":
        yield from html.lines(Input(io.BytesIO(data), seekable=False), declared)
        return
    text = plain(decode(data, declared))
    for start in range(0, len(text), _SEGMENT):
        yield TextSegment(text[start : start + _SEGMENT])


def plain(text: str) -> str:
    """A text part as extraction shows it."""
    text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") else text + "\n"


def file_name(part: EmailMessage) -> str:
    """The file name that an attachment is given, or ""."""
    try:
        return _clean(part.get_filename() or "")
    except _PARSER_ERRORS:
        return "attachment"
