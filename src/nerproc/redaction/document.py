"""Where redaction begins: a document and what was found in it in, a copy without it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from nerproc.extraction.limits import Limits
from nerproc.redaction import cipher
from nerproc.redaction.formats import Copying, View
from nerproc.redaction.operator import Operators
from nerproc.redaction.span import Account, Changed, Span, Spans, spans_of
from nerproc.schema.entity import Entity

__all__ = ["Changed", "Copy", "redact", "restore"]

_DEFAULT = Limits()


@dataclass(slots=True)
class Copy:
    """What became of a document."""

    name: str  # of the copy: the document's, or with `.txt` behind it where its format cannot be written
    counts: dict[str, int] = field(default_factory=dict)  # entities that were replaced, by label
    warnings: list[str] = field(default_factory=list)  # what was left out of the copy, and why
    # Where in the copy's extracted text the replacements stand: start and end, ascending. What a scan of the
    # copy finds there is a stand-in.
    places: list[tuple[int, int]] = field(default_factory=list)


def redact(
    source: BinaryIO,
    name: str,
    entities: Iterable[Entity],
    operators: Operators,
    output: BinaryIO,
    *,
    limits: Limits = _DEFAULT,
) -> Copy:
    """Write a copy of a document in which `entities` are replaced.

    Text, tables, JSON, markup and mails stay what they are, with their encoding; so do Word, PowerPoint,
    OpenDocument texts and Excel's .xlsx. Of what cannot be written (PDF, other workbooks, markup too broken to
    follow) the copy is the redacted text, in UTF-8. What cannot be read inside an archive is left out.

    Args:
        source: the document; it can seek and stands at its first byte.
        name: the object's name, as it was scanned: its ending decides between kinds of text.
        entities: what was found in it by a scan with the same `limits`, by start; they may overlap.
        operators: what stands where they were.
        output: an empty file that can be written, read and seek (a spooled temporary one, say). What it holds
            after an error is to be thrown away.
        limits: bounds of what is read.

    Raises:
        Changed: the document is not the one that was scanned.
        nerproc.extraction.errors.Skipped: it cannot be read, by design; nothing was found in it either.
        nerproc.extraction.errors.Broken: it is damaged.
        OSError: `source` or `output` fails.
    """
    account = Account(operators.apply)
    spans = spans_of(entities, operators, account.counts)
    return _copy(source, name, Spans(spans, account), output, limits)


def restore(source: BinaryIO, name: str, key: bytes, output: BinaryIO, *, limits: Limits = _DEFAULT) -> Copy:
    """Write a copy of a document in which what `encrypt` made is the text again that it was made of.

    Arguments and errors are those of `redact`; `counts` are of what was restored.

    Raises:
        InvalidRequest: `key` is not the one that a token was made with, or a token is damaged.
    """
    account = Account(lambda _, token: cipher.decrypt(key, token))
    start = source.tell()
    # Tokens are looked for as the copy is written: each reads on from where it was.
    reader, other = (cast("BinaryIO", View(source, start)) for _ in range(2))
    tokens = _tokens(Copying(limits).texts(reader, name), account)
    return _copy(other, name, Spans(tokens, account), output, limits)


def _copy(source: BinaryIO, name: str, spans: Spans, output: BinaryIO, limits: Limits) -> Copy:
    new_name = Copying(limits).copy(source, name, spans, output)
    account = spans.account
    return Copy(new_name, dict(account.counts), account.warnings, account.places)


def _tokens(texts: Iterable[str], account: Account) -> Iterator[Span]:
    """The tokens in a text of some pieces."""
    held, offset = "", 0
    for text in texts:
        held += text
        done = 0
        for found in cipher.TOKEN.finditer(held):
            account.counts[found[1]] += 1
            yield Span(offset + found.start(), offset + found.end(), found[1], found[0])
            done = found.end()
        begin = held.rfind("<", max(done, len(held) - cipher.LONGEST_TOKEN))
        cut = len(held) if begin < 0 or ">" in held[begin:] else begin
        held, offset = held[max(cut, done) :], offset + max(cut, done)
