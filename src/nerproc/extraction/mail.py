"""Mails and mailboxes: the main headers as lines, the text of the body, and the attachments as members.

Of alternatives, plain text is read, and HTML where that says more, with what is attached to any of them. A
message of a mailbox is a member too: its number is its place.
"""

from __future__ import annotations

import base64
import io
import quopri
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from nerproc.extraction import html
from nerproc.extraction.decode import byte_order, charset, decode
from nerproc.extraction.document import Members, OpenedDocument
from nerproc.extraction.errors import Skipped
from nerproc.extraction.input import Input
from nerproc.extraction.limits import MIB
from nerproc.extraction.sniff import MBOX
from nerproc.extraction.text import TextSegment

if TYPE_CHECKING:
    from nerproc.extraction.segment import Segment

HEADERS = (
    *("From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Date"),
    *("Resent-From", "Resent-To", "Resent-Cc", "Delivered-To", "X-Original-To"),
    "Disposition-Notification-To",
)
MESSAGES = {"message/rfc822", "message/global", "message/news"}
_START = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\d{4}[^\n]*\n")
_LONGEST_START = 1_000  # bytes of the line that begins a message, with the empty one before it
_SEGMENT = 1 << 20  # code points
# What the standard library's header parser raises on malformed headers.
_PARSER_ERRORS = (AttributeError, IndexError, LookupError, TypeError, ValueError, AssertionError, MessageError)
_WORD = r"=\?([^?\s]+)\?([bq])\?([^?\s]*)\?="  # encoded, RFC 2047
_WORDS = re.compile(rf"{_WORD}(?:\s+{_WORD})+", re.IGNORECASE)
_MARKUP = re.compile(rb"<(style|script|title)\b.*?</\1>|<[^>]*>|&\w+;|\s+", re.IGNORECASE | re.DOTALL)
_FULL = 200  # bytes of HTML without markup that a plain text may lack before it is taken for a stub
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
    message = parsed(data)
    yield TextSegment(header_lines(message))
    yield from _part(message, Members(document))


def parsed(data: bytes) -> EmailMessage:
    """The message that a file holds, which may begin with a byte order mark or empty lines."""
    known = byte_order(data[:_LONGEST_START])
    if known is not None:
        data = decode(data).encode()
    return message_from_bytes(data.lstrip(b"\r\n"), policy=policy.default)


def header_lines(message: EmailMessage) -> str:
    """The main headers, each a line, and an empty line."""
    lines = [f"{name}: {value}\n" for name in HEADERS for value in values(message, name)]
    return "".join(lines) + "\n"


def values(message: EmailMessage, name: str) -> list[str]:
    """What the headers of that name say, each on one line."""
    raws = [str(raw) for key, raw in message.raw_items() if key.lower() == name.lower()]
    return [" ".join(_value(name, _clean(raw)).split()) for raw in raws]


def _value(name: str, raw: str) -> str:
    """What a header says; as it stands where that cannot be parsed."""
    try:
        joined = _WORDS.sub(_joined, "".join(raw.splitlines()))
        return _clean(str(policy.default.header_factory(name, joined)))
    except _PARSER_ERRORS:
        return raw


def _joined(words: re.Match[str]) -> str:
    """Encoded words that follow one another as one: a name or a character may be cut in two."""
    found = re.findall(_WORD, words[0], re.IGNORECASE)
    if len({(name.lower(), kind.lower()) for name, kind, _ in found}) > 1:
        return words[0]
    name, kind = found[0][:2]
    texts = [text for _, _, text in found]
    if kind in "qQ":
        return f"=?{name}?{kind}?{''.join(texts)}?="
    data = b"".join(base64.b64decode(text + "=" * (-len(text) % 4)) for text in texts)
    return f"=?{name}?{kind}?{base64.b64encode(data).decode()}?="


def _clean(text: str) -> str:
    """`text` with the bytes that the parser could not decode as UTF-8, or Windows-1252."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "nerproc-mixed")


def _part(part: EmailMessage, members: Members) -> Iterator[Segment]:
    kind = part.get_content_type()
    inside = part.get_payload()
    if kind in MESSAGES and isinstance(inside, list):
        yield from members.read(lambda: io.BytesIO(message_bytes(part)), file_name(part) or "message.eml")
    elif kind.startswith("message/") and isinstance(inside, list):
        yield TextSegment(plain(decode(fields(part))))
    elif isinstance(inside, list):
        for child in chosen(inside) if kind == "multipart/alternative" else inside:
            yield from _part(cast("EmailMessage", child), members)
    else:
        yield from _leaf(part, kind, members)


def message_bytes(part: EmailMessage) -> bytes:
    """The message that a part holds, its headers as they are."""
    message = cast("list[EmailMessage]", part.get_payload())[0]
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    data = message.as_bytes(policy=policy.default.clone(refold_source="none"))
    if encoding == "base64":  # which a message must not be, so that the parser does not expect it
        return base64.b64decode(data)
    return quopri.decodestring(data) if encoding == "quoted-printable" else data


def fields(part: EmailMessage) -> bytes:
    """What a part says that is nothing but headers, such as a report of delivery."""
    blocks = cast("list[EmailMessage]", part.get_payload())
    texts = ["".join(f"{name}: {value}\n" for name, value in block.raw_items()) for block in blocks]
    return "\n".join(texts).encode("utf-8", "surrogateescape")


def chosen(alternatives: list[Any]) -> list[Any]:
    """Of the same text in several types, what is read.

    The plain one, the first that has HTML in it where the plain one is empty, both where it lacks most of that;
    and what is attached to one that is not read.
    """
    plains, pages = (
        [part for part in alternatives if any(leaf.get_content_type() == kind for leaf in part.walk())]
        for kind in ("text/plain", "text/html")
    )
    said, shown = _length(plains, "text/plain"), _length(pages, "text/html")
    read = plains[:1] if said or not shown else []
    if pages and (not read or shown > max(_FULL, 4 * said)) and pages[0] not in read:
        read.append(pages[0])
    read = read or alternatives[-1:]
    return read + [leaf for part in alternatives if part not in read for leaf in _attached(part)]


def _length(parts: list[Any], kind: str) -> int:
    """The bytes that the text of the first of `parts` has, without markup and white space."""
    for leaf in parts[0].walk() if parts else ():
        if leaf.get_content_type() == kind:
            text = leaf.get_payload(decode=True) or b""
            return len(_MARKUP.sub(b"", text)) if kind == "text/html" else len(decode(text).strip())
    return 0


def _attached(part: Any) -> Iterator[Any]:
    """The leaves of an alternative that are no alternatives: files and dates, but not pictures."""
    kind = part.get_content_type()
    if part.is_multipart() and not kind.startswith("message/"):
        for child in part.get_payload():
            yield from _attached(child)
    elif kind == "text/calendar" or (file_name(part) and not kind.startswith("image/")) or kind in MESSAGES:
        yield part


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
