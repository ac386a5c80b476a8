"""Mails and mailboxes: headers, texts and attachments are replaced in their own encodings.

Headers that are not read lose what was replaced elsewhere. Alternatives of a text that are not read are left
out of the copy, and so are attachments that cannot be read.
"""

from __future__ import annotations

import base64
import io
import quopri
from bisect import bisect_left
from email import message_from_bytes, policy
from email.generator import BytesGenerator
from email.header import Header
from email.message import EmailMessage
from functools import partial
from typing import Any, cast

from nerproc.extraction import html
from nerproc.extraction.decode import charset, pieces
from nerproc.extraction.document import OpenedDocument
from nerproc.extraction.input import Input
from nerproc.extraction.mail import (
    HEADERS,
    MESSAGES,
    chosen,
    fields,
    file_name,
    header_lines,
    message_bytes,
    messages,
    parsed,
    plain,
    values,
)
from nerproc.extraction.sniff import MBOX
from nerproc.redaction import html as page
from nerproc.redaction.formats import Task
from nerproc.redaction.member import Members
from nerproc.redaction.rewriter import Rewriter
from nerproc.redaction.span import Changed, Span, Spans, check, lines

_START = b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"  # the real one names the sender
_SHORTEST = 4  # characters of a text that is looked for in headers that are not read


def copy(task: Task) -> None:
    """Write the copy of a mail or a mailbox.

    Raises:
        Changed: it is not what was scanned.
        Skipped, Broken: see `redact`.
    """
    document = task.open()
    if document.format is MBOX:
        _mailbox(task, document)
    else:
        _Mail(task).copy(document.source.file().read())


def _mailbox(task: Task, document: OpenedDocument) -> None:
    spans, offset = task.ordered(), 0
    members = Members(task, spans)
    for number, message in enumerate(messages(document), 1):
        document.budget.member()
        copied = members.copy(partial(io.BytesIO, message), f"{number}.eml", offset)
        offset += copied.length
        if copied.file:
            with copied.file as file:
                body = file.read().rstrip(b"\r\n")
            task.output.write(_START + body.replace(b"\nFrom ", b"\n>From ") + b"\n\n")
    spans.finish()


class _Mail:
    """One message."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._spans = task.ordered()
        self._members = Members(task, self._spans)
        self._offset = 0  # code points of the text so far
        self._replaced: dict[str, str] = {}

    def copy(self, data: bytes) -> None:
        message = parsed(data)
        headers = self._headers(message)
        self._part(message)
        self._spans.finish()
        self._set_headers(message, headers)
        newline = "\r\n" if b"\r\n" in data[:1000] else "\n"
        kept = policy.default.clone(refold_source="none", linesep=newline, cte_type="8bit")
        BytesGenerator(self._task.output, mangle_from_=False, policy=kept).flatten(message)

    def _headers(self, message: EmailMessage) -> dict[tuple[str, int], str]:
        """The main headers that change: name in lower case and how many of it stand before."""
        changed: dict[tuple[str, int], str] = {}
        for name in HEADERS:
            for number, value in enumerate(values(message, name)):
                start = self._offset + len(name) + 2
                self._offset = start + len(value) + 1
                before = self._task.account.mark()
                new = self._line(value, start, self._offset)
                if new != value:
                    raw = changed[name.lower(), number] = _raw(name, _unquoted(message, name, new))
                    self._quoted(before, _shown(name, raw) == [f'"{new}"'])
        self._offset += 1
        assert self._offset == len(header_lines(message))
        for _ in self._spans.before(self._offset):
            pass
        return changed

    def _quoted(self, before: tuple[int, int, int], is_quoted: bool) -> None:
        """Note that a header shows its value in quotes now, if it does."""
        if is_quoted:
            account = self._task.account
            account.places[before[1] :] = [(start + 1, end + 1) for start, end in account.places[before[1] :]]
            account.shift += 2

    def _line(self, text: str, start: int, end: int) -> str:
        """`text`, which stands from `start`, with the spans before `end` replaced."""
        made, done = [], 0
        for span in self._spans.before(end):
            inside = span.part(start, start + len(text))
            for line in lines(inside) if inside.start < inside.end else ():
                at = line.start - start
                check(line, text[at : at + len(line.text)])
                made += [text[done:at], self._new(line)]
                done = at + len(line.text)
        return "".join(made) + text[done:]

    def _new(self, span: Span) -> str:
        new = self._replaced[span.text] = self._spans.new(span)
        return new

    def _set_headers(self, message: EmailMessage, changed: dict[tuple[str, int], str]) -> None:
        items = list(message.raw_items())
        counts: dict[str, int] = {}
        for name in {name for name, _ in items}:
            del message[name]
        for name, raw in items:
            key = name.lower()
            number = counts[key] = counts.get(key, -1) + 1
            new = changed.get((key, number))
            if new is not None:
                message.set_raw(name, new.encode().decode("ascii", "surrogateescape"))
                continue
            value = str(raw)
            if not key.startswith(("content-", "mime-")):
                for old, stand_in in self._replaced.items():
                    if len(old) >= _SHORTEST and stand_in.isascii():
                        value = value.replace(old, stand_in)
            message.set_raw(name, value)

    def _part(self, part: EmailMessage) -> None:
        kind = part.get_content_type()
        inside = cast("Any", part.get_payload())
        if kind in MESSAGES and isinstance(inside, list):
            self._attached(part, message_bytes(part), file_name(part) or "message.eml", is_message=True)
        elif kind.startswith("message/") and isinstance(inside, list):
            self._fields(part)
        elif isinstance(inside, list):
            if kind == "multipart/alternative":
                inside = chosen(inside)
                part.set_payload(inside)
                if len(inside) > 1:  # what is attached is no alternative
                    part.set_type("multipart/mixed")
            for child in inside:
                self._part(cast("EmailMessage", child))
        else:
            self._leaf(part, kind)

    def _fields(self, part: EmailMessage) -> None:
        data = fields(part)
        changed = self._plain_bytes(data, None)
        if changed != data:
            del part["Content-Transfer-Encoding"]
            _as_plain(part, None)
            _set_content(part, changed)

    def _attached(self, part: EmailMessage, data: bytes, name: str, *, is_message: bool = False) -> None:
        copied = self._members.copy(partial(io.BytesIO, data), name, self._offset)
        self._offset += copied.length
        if copied.is_same and copied.file:
            copied.file.close()
            return
        content = b""
        if copied.file:
            with copied.file:
                content = copied.file.read()
        if is_message:
            del part["Content-Transfer-Encoding"]
            part.set_payload([message_from_bytes(content, policy=policy.default)])
            return
        _set_content(part, content)
        if copied.name != name:
            _as_plain(part, f"{file_name(part) or name}.txt")

    def _leaf(self, part: EmailMessage, kind: str) -> None:
        data = cast("bytes", part.get_payload(decode=True) or b"")
        name = file_name(part)
        if name or kind not in {"text/plain", "text/html"}:
            if data:
                self._attached(part, data, name or kind.replace("/", "."))
            return
        declared = charset(part.get_content_charset())
        if kind == "text/html":
            self._html(part, data, declared)
        else:
            self._plain(part, data, declared)

    def _plain(self, part: EmailMessage, data: bytes, declared: str | None) -> None:
        changed = self._plain_bytes(data, declared)
        if changed != data:
            _set_content(part, changed)

    def _plain_bytes(self, data: bytes, declared: str | None) -> bytes:
        """A plain text with what was found in it replaced."""
        output = io.BytesIO()
        rewriter = Rewriter(output.write)
        raw = "".join(rewriter.recorded(pieces(_input(data), declared)))
        shown = plain(raw)
        breaks = [at - number for number, at in enumerate(_positions(raw))]  # in the extracted text
        for span in self._spans.before(self._offset + len(shown)):
            start, end = span.start - self._offset, min(span.end - self._offset, len(shown))
            check(span, shown[start:end])
            first, last = start + bisect_left(breaks, start), end + bisect_left(breaks, end)
            rewriter.edit(first, min(last, len(raw)), self._new(span))
        self._offset += len(shown)
        rewriter.close()
        return output.getvalue()

    def _html(self, part: EmailMessage, data: bytes, declared: str | None) -> None:
        text = "".join(segment.text for segment in html.lines(_input(data), declared))
        spans = self._spans.within(self._offset, self._offset + len(text))
        self._offset += len(text)
        known = spans.rest()
        if not known:
            return
        account, base = self._task.account, spans.base
        before = account.mark()
        output = io.BytesIO()
        try:
            source = _input(data)
            decoded = pieces(source, declared or html.named(source))
            page.copy([text], decoded, Spans(known, account, base), output.write)
            _set_content(part, output.getvalue())
        except Changed:  # or too broken to be followed
            account.reset(before)
            self._spans = Spans([*known, *self._spans.rest()], account, self._task.base)
            made = _Replaced(text, Spans(known, account, base)).text
            _set_content(part, made.encode())
            _as_plain(part, None)
        for span in known:
            self._replaced.setdefault(span.text, account.apply(span.label, span.text))


def _shown(name: str, raw: str) -> list[str]:
    """What extraction makes of a header."""
    return values(message_from_bytes(f"{name}: {raw}\n\n".encode(), policy=policy.default), name)


def _unquoted(message: EmailMessage, name: str, value: str) -> str:
    """`value`, which replaces that of an encoded header, without the quotes that are not in the header."""
    is_encoded = any(key.lower() == name.lower() and "=?" in str(raw) for key, raw in message.raw_items())
    return value[1:-1] if is_encoded and len(value) > 1 and value[0] == value[-1] == '"' else value


def _raw(name: str, value: str) -> str:
    """A header of that value, as it is written in a mail.

    A stand-in may be no address. Where one must stand, all of the value is written as a name then.
    """
    # In words of 75 characters, as they should be; or in one, where the standard library understands no other.
    whole = [Header(value, "utf-8", maxlinelen=length).encode() for length in (76, 1 << 20)]
    candidates = [value if value.isascii() else _folded(name, value), *whole]
    shown = [(raw, _shown(name, raw)) for raw in candidates]
    return next((raw for raw, text in shown if text in ([value], [f'"{value}"'])), whole[-1])


def _folded(name: str, value: str) -> str:
    """As the standard library writes it."""
    try:
        header = policy.default.header_factory(name, value)
        return str(header.fold(policy=policy.default)).partition(":")[2].strip()
    except (ValueError, LookupError, AttributeError, IndexError, TypeError, AssertionError):
        return value


class _Replaced:
    """A text with its spans replaced."""

    def __init__(self, text: str, spans: Spans) -> None:
        made, done = [], 0
        for span in spans.before(len(text)):
            check(span, text[span.start : span.end])
            made += [text[done : span.start], spans.new(span)]
            done = span.end
        self.text = "".join(made) + text[done:]


def _input(data: bytes) -> Input:
    return Input(io.BytesIO(data), seekable=False)


def _positions(raw: str) -> list[int]:
    """Where line breaks of two characters begin."""
    found, at = [], raw.find("\r\n")
    while at >= 0:
        found.append(at)
        at = raw.find("\r\n", at + 2)
    return found


def _set_content(part: EmailMessage, data: bytes) -> None:
    """Give a part other bytes in the transfer encoding that it has."""
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "base64":
        payload = base64.encodebytes(data)
    elif encoding == "quoted-printable":
        payload = quopri.encodestring(data.replace(b"\r\n", b"\n"))
    else:
        payload = data
    part.set_payload(payload.decode("ascii", "surrogateescape"))


def _as_plain(part: EmailMessage, name: str | None) -> None:
    """Say that a part is plain text in UTF-8 now, of that name."""
    part.set_type("text/plain")
    part.set_param("charset", "utf-8")
    if name is not None and "Content-Disposition" in part:
        part.set_param("filename", name, header="Content-Disposition")
