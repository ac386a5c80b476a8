"""Bytes to text: byte order marks, strict UTF-8, then a guess; a piece at a time.

The text depends on the bytes alone. Byte order marks are dropped; no lone surrogate is ever produced; bytes
that no encoding explains become the characters of Windows-1252, so that no byte is lost.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from nerproc.extraction.input import Input

_SAMPLE = 64 << 10  # bytes that the guess looks at, from the first one that is not UTF-8
_CONTEXT = 4 << 10  # bytes before that one that it looks at too
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # as some programs write it, though UTF-8 has none
_HIGH_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_SIGN = re.compile(  # what begins no word, and what stands between no letters
    r"[\u00a2-\u00a5\u00af\u00b2\u00b3\u00b9\u00bc-\u00be](?=[^\W\d_])"
    r"|(?<=[^\W\d_])[\x80-\x9f\u201c-\u201e\u2020\u2021](?=[^\W\d_])"
)
_ASCII = bytes(range(128))
_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# In order of how common they are: the first of equally good guesses is taken.
_LATIN = ["cp1252", "cp1250", "cp1254", "cp1257", "cp850"]
_OTHER = [
    "cp1251",
    "gb18030",
    "cp932",
    "big5",
    "cp949",
    "koi8_r",
    "euc_jp",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp866",
    "iso8859_5",
]
_UNSAFE = {
    "undefined",
    "unicode-escape",
    "raw-unicode-escape",
    "utf-7",
    "idna",
    "punycode",
}  # not charsets of text
# As browsers read them, https://encoding.spec.whatwg.org: by what programs write that name such charsets.
_ALIASES = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "cp950",
}
_SINGLE = re.compile(r"cp125\d|cp874|cp437|cp85\d|cp866|iso8859-\d+|koi8-[ru]|mac[-_].*")  # a byte a character
_JAPANESE = re.compile(rb"\x1b\$[@B]")  # what begins a run of kanji in ISO-2022-JP


class Decoded(NamedTuple):
    """A piece of a text, and the bytes that it was decoded from."""

    text: str
    data: bytes
    encoding: str  # Python's name


def byte_order(head: bytes) -> tuple[str, int] | None:
    """The encoding that a byte order mark, or the NULs of unmarked UTF-16, tell, and the length of the mark."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    if b"\0" in head:
        return _unmarked_utf16(head) or _unmarked_utf32(head)
    return None


def decoded(source: Input, declared: str | None = None) -> Iterator[str]:
    """The text of `source`, in pieces of about a MiB.

    `declared` is the encoding that the document names, if any; a byte order mark overrules it.
    """
    for piece in pieces(source, declared):
        if piece.text:
            yield piece.text


def pieces(source: Input, declared: str | None = None) -> Iterator[Decoded]:
    """What `decoded` yields, with the bytes of each piece; joined, they are all of `source`.

    A byte order mark is a piece without text.
    """
    known = byte_order(source.head)
    blocks = source.blocks()
    if known is not None:
        encoding, mark = known
        first = next(blocks)
        if mark:
            yield Decoded("", first[:mark], encoding)
        blocks = chain((first[mark:],), blocks)
    else:
        encoding = _believed(charset(declared), source)
    if encoding in {"unknown", "utf-8"}:
        yield from _utf8(blocks, guess=encoding == "unknown")
    else:
        yield from _other(blocks, encoding)


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`, as `decoded` finds it."""
    return "".join(decoded(Input(io.BytesIO(data), seekable=False), declared))


def charset(name: str | None) -> str | None:
    """Python's name of a declared charset; None if there is none that decodes text."""
    try:
        found = codecs.lookup(name or "").name
        b"a".decode(found, "ignore")  # refuses codecs that do not make text
    except (LookupError, ValueError):
        return None
    return None if found in _UNSAFE else _ALIASES.get(found, found)


def inner_charset(found: re.Match[bytes] | None) -> str | None:
    """The charset that a document names within itself; never UTF-16, in which its name could not be read."""
    name = charset(found[1].decode("ascii", "replace")) if found else None
    return None if name is None or name.startswith(("utf-16", "utf-32")) else name


def _believed(name: str | None, source: Input) -> str:
    """The encoding that a document names, unless its bytes say better; "unknown" if it names none.

    Many programs call UTF-8 by the name of a charset of single bytes, in which it is hardly ever text.
    """
    head = source.head
    if name is None:
        return "iso2022_jp" if _JAPANESE.search(head) and head.isascii() else "unknown"
    if _SINGLE.fullmatch(name) and not head.isascii():
        try:
            codecs.utf_8_decode(head, "strict", source.complete)
        except UnicodeDecodeError:
            return name
        return "utf-8"
    return name


def _unmarked_utf32(head: bytes) -> tuple[str, int] | None:
    """UTF-32 is hardly ever anything else: three in four bytes are of a few values only."""
    sample = head[: 4 << 10]
    for encoding in ("utf-32-le", "utf-32-be"):
        text = sample[: len(sample) // 4 * 4].decode(encoding, "replace")
        if text and "\ufffd" not in text and "".join(text.split()).isprintable():
            return encoding, 0
    return None


def _unmarked_utf16(head: bytes) -> tuple[str, int] | None:
    """UTF-16 of mostly Latin text has a NUL in nearly every second byte, and nearly none in the others."""
    sample = head[: 4 << 10]
    units = len(sample) // 2
    even, odd = sample[0 : units * 2 : 2].count(0), sample[1 : units * 2 : 2].count(0)
    if len(head) % 2:
        return None
    if units and odd > 0.4 * units and even < 0.02 * units + 1 and even < odd:
        return "utf-16-le", 0
    if units and even > 0.4 * units and odd < 0.02 * units + 1 and odd < even:
        return "utf-16-be", 0
    return None


def _utf8(blocks: Iterator[bytes], *, guess: bool) -> Iterator[Decoded]:
    """UTF-8 while it lasts. If only ASCII came before the first bad byte, another encoding may take over."""
    rest, before = b"", b""
    for block in blocks:
        data = rest + block if rest else block
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError as error:
            start = error.start
            if guess and data[:start].isascii():
                data += b"".join(_at_least(blocks, _SAMPLE - len(data) + start))
                if not _SURROGATE.match(data, start):
                    sample = (before + data[:start])[-_CONTEXT:] + data[start : start + _SAMPLE]
                    yield from _other(chain((data,), blocks), _guess(sample))
                    return
            whole = len(data) - 2 if data[-2:-1] == b"\xed" else len(data)  # never cut an encoded surrogate
            text, used = codecs.utf_8_decode(data[:whole], "nerproc-mixed", False)
        guess = guess and text.isascii()
        before = data[-_CONTEXT:] if guess else b""
        rest = data[used:]
        if text:
            yield Decoded(text, data[:used] if rest else data, "utf-8")
    if rest and guess:  # a character of UTF-8 begins and is not finished: more likely of another encoding
        yield from _other(iter((rest,)), _guess(before))
    elif rest:
        yield Decoded(codecs.utf_8_decode(rest, "nerproc-mixed", True)[0], rest, "utf-8")


def _at_least(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (block := next(blocks, b"")):
        size -= len(block)
        yield block


def _other(blocks: Iterator[bytes], encoding: str) -> Iterator[Decoded]:
    errors = "nerproc-mixed" if encoding == "cp1252" else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    rest = b""
    for block in blocks:
        data = rest + block if rest else block
        text = decoder.decode(block)
        rest = decoder.getstate()[0]  # what waits for more bytes
        if text:
            yield Decoded(text, data[: len(data) - len(rest)] if rest else data, encoding)
        else:
            rest = data
    if (text := decoder.decode(b"", final=True)) or rest:
        yield Decoded(text, rest, encoding)


def _guess(sample: bytes) -> str:
    """The likeliest of the common encodings that extend ASCII; Windows-1252 if none is likely.

    In words with a byte above 127, Latin scripts have a few of them, others hardly anything else; asking for
    one group alone spares most of the wrong guesses on short samples.
    """
    import charset_normalizer

    found_words = _HIGH_WORD.findall(sample)
    words = b"".join(found_words)
    high = len(words.translate(None, _ASCII))
    candidates = _OTHER if high > max(3, 0.55 * len(words)) else _LATIN
    found = charset_normalizer.from_bytes(
        sample, cp_isolation=candidates, threshold=0.5, enable_fallback=False, preemptive_behaviour=False
    )
    ranked = [
        (
            _is_odd(b" ".join(found_words).decode(encoding, "replace"), high),
            round(match.chaos, 2),
            -match.coherence,
            candidates.index(encoding),
            encoding,
        )
        for match in found
        for encoding in match.could_be_from_charset
        if encoding in candidates
    ]
    return min(ranked)[-1] if ranked else "cp1252"


def _is_odd(words: str, high: int) -> bool:
    """Whether signs stand within words, as in Polish that is read as Western European."""
    return len(_SIGN.findall(words)) > 0.05 * high


def _mixed(error: UnicodeError) -> tuple[str, int]:
    """Read bad bytes one by one as Windows-1252, the five that it lacks as Latin-1; a surrogate as U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.encoding != "utf-8":
        return error.object[error.start : error.start + 1].decode("latin-1"), error.start + 1
    if _SURROGATE.match(error.object, error.start):
        return "\N{REPLACEMENT CHARACTER}", error.start + 3
    return error.object[error.start : error.start + 1].decode("cp1252", "nerproc-mixed"), error.start + 1


codecs.register_error("nerproc-mixed", _mixed)
