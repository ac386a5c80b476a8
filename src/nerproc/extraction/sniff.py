"""What a document is, told from its first bytes; its name decides only between kinds of text.

Formats that are not read are named too, so that a report says what was left out. What a format means is up
to its module.
"""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile

from nerproc.extraction import ole
from nerproc.extraction.decode import byte_order
from nerproc.extraction.input import HEAD, Input


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its media type and the module that reads it, or the reason why none does."""

    media_type: str
    module: str | None  # in this package
    refusal: str = ""


def _refused(media_type: str, reason: str | None = None) -> Format:
    return Format(media_type, None, reason or f"not a text format: {media_type}")


_OOXML = "application/vnd.openxmlformats-officedocument."
PLAIN = Format("text/plain", "text")
CSV = Format("text/csv", "csv")
TSV = Format("text/tab-separated-values", "csv")
JSON = Format("application/json", "json")
JSONL = Format("application/jsonl", "json")
HTML = Format("text/html", "html")
XML = Format("application/xml", "xml")
PDF = Format("application/pdf", "pdf")
DOCX = Format(f"{_OOXML}wordprocessingml.document", "ooxml")
PPTX = Format(f"{_OOXML}presentationml.presentation", "ooxml")
ODT = Format("application/vnd.oasis.opendocument.text", "ooxml")
ODP = Format("application/vnd.oasis.opendocument.presentation", "ooxml")
XLSX = Format(f"{_OOXML}spreadsheetml.sheet", "sheet")
XLSB = Format("application/vnd.ms-excel.sheet.binary.macroenabled.12", "sheet")
XLS = Format("application/vnd.ms-excel", "sheet")
ODS = Format("application/vnd.oasis.opendocument.spreadsheet", "sheet")
RTF = Format("application/rtf", "rtf")
MAIL = Format("message/rfc822", "mail")
MBOX = Format("application/mbox", "mail")
ZIP = Format("application/zip", "archive")
TAR = Format("application/x-tar", "archive")
GZIP = Format("application/gzip", "archive")
BZIP2 = Format("application/x-bzip2", "archive")
XZ = Format("application/x-xz", "archive")

# First bytes that no text has, of formats that are read.
_READ = {
    b"PK\x03\x04": ZIP,
    b"PK\x05\x06": ZIP,
    b"PK\x07\x08PK": ZIP,  # written to be split, and then was not
    b"\x1f\x8b\x08": GZIP,
    b"\xfd7zXZ\x00": XZ,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": XLS,
}
# The main parts of Office documents; some programs number them.
_MAIN_PARTS = {
    re.compile(r"word/document\d*\.xml"): DOCX,
    re.compile(r"ppt/presentation\d*\.xml"): PPTX,
    re.compile(r"xl/workbook\.xml"): XLSX,
    re.compile(r"xl/workbook\.bin"): XLSB,
}
_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")

# First bytes of well-known binary formats, looked at only once the bytes are known not to be text.
_BINARY = (
    (0, b"\x89PNG", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (8, b"AVI ", "video/x-msvideo"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\xca\xfe\xba\xbe", "application/java-vm"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"SQLite format 3", "application/vnd.sqlite3"),
    (0, b"PAR1", "application/vnd.apache.parquet"),
    (0, b"ARROW1", "application/vnd.apache.arrow.file"),
    (0, b"Obj\x01", "application/avro"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!", "application/vnd.rar"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (0, b'\x04"M\x18', "application/x-lz4"),
    (0, b"\x1f\x9d", "application/x-compress"),
    (0, b"\x5d\x00\x00", "application/x-lzma"),
    (0, b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (0, b"!BDN", "application/vnd.ms-outlook-pst"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"OTTO", "font/otf"),
    (0, b"\x00\x01\x00\x00", "font/ttf"),
)  # fmt: skip

# By the name's ending: kinds of text that look alike from inside.
_TEXT = {
    **dict.fromkeys(("txt", "text", "log", "out", "err", "rst", "tex", "srt", "vtt", "rtf"), PLAIN),
    **dict.fromkeys(("md", "markdown", "mdown"), Format("text/markdown", "text")),
    **dict.fromkeys(("yaml", "yml"), Format("application/yaml", "text")),
    **dict.fromkeys(
        (
            *(
                "toml",
                "ini",
                "cfg",
                "conf",
                "env",
                "properties",
                "sql",
                "diff",
                "patch",
                "css",
                "scss",
                "js",
                "mjs",
            ),
            *(
                "jsx",
                "ts",
                "tsx",
                "vue",
                "svelte",
                "py",
                "pyi",
                "rb",
                "php",
                "pl",
                "pm",
                "sh",
                "bash",
                "zsh",
                "ps1",
            ),
            *(
                "bat",
                "c",
                "h",
                "cc",
                "cpp",
                "hpp",
                "cs",
                "java",
                "kt",
                "scala",
                "go",
                "rs",
                "swift",
                "m",
                "r",
                "jl",
            ),
            *(
                "lua",
                "hs",
                "ml",
                "ex",
                "exs",
                "erl",
                "clj",
                "dart",
                "groovy",
                "gradle",
                "tf",
                "proto",
                "jsp",
                "erb",
            ),
        ),
        PLAIN,
    ),
    "csv": CSV,
    **dict.fromkeys(("json", "geojson", "ipynb", "har", "webmanifest", "jsonld"), JSON),
    **dict.fromkeys(("jsonl", "ndjson", "jsonlines"), JSONL),
    **dict.fromkeys(("tsv", "tab"), TSV),
}
_MAIL_NAMES = {"eml", "mht", "mhtml", "mbox"}
_HTML_NAMES = {"html", "htm", "xhtml"}
_XML_NAMES = {"xml", "svg", "rss", "atom", "xsd", "xsl", "xslt", "wsdl", "kml", "gpx", "plist", "tei", "fodt"}

_HTML = re.compile(r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML_HTML = re.compile(r"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_JSON_VALUE = r'(?:"(?:[^"\\\x00-\x1f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)'
_JSON = re.compile(
    rf'(?:\[\s*)*\{{\s*(?:\}}|"(?:[^"\\\n]|\\.)*"\s*:)|(?:\[\s*)+{_JSON_VALUE}\s*(?:,\s*["\[{{\dtfn-]|\]\s*\Z)'
)
_JSON_LINE = re.compile(r"[{\[].*[}\]]")
_HEADER = re.compile(r"[!-9;-~]+:")
_MAIL_FIELD = re.compile(
    r"^(?:(?P<sure>Message-ID|Received|MIME-Version|Return-Path|Delivered-To)|(?P<likely>From|Date|To|Subject|Cc)):",
    re.IGNORECASE | re.MULTILINE,
)
_MBOX = re.compile(r"From \S.*\d{4}[^\n]*\n(?:>?[!-9;-~]+:|>From )")

# Control characters that text does not have. NUL is counted apart.
_CONTROLS = bytes({*range(1, 32), 127} - {8, 9, 10, 11, 12, 13, 27})
_ODD_BYTES = bytes(set(range(256)) - set(_CONTROLS))
_SAMPLE = 8 << 10  # bytes


def sniff(source: Input, name: str) -> Format:
    """The format of `source`; `name` is the document's, of which only the ending matters."""
    head = source.head
    for magic, known in _READ.items():
        if head.startswith(magic):
            return _inside(source, known)
    if _BZIP2.match(head):
        return BZIP2
    if head.startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and name.lower().endswith(".pdf")):
        return PDF
    if head[257:262] == b"ustar" or _is_old_tar(head):
        return TAR
    encoding = byte_order(head)
    if encoding is None and not _is_text(head):
        return _binary(head)
    codec, mark = encoding or ("latin-1", 0)  # ASCII is all that matters below
    length = HEAD if head[mark : mark + 1] == b"{" else _SAMPLE  # lines of JSON may be long
    return _text(head[mark : mark + length].decode(codec, "replace"), _ending(name))


def _ending(name: str) -> str:
    base = name[name.rfind("/") + 1 :]
    return base[base.rfind(".") + 1 :].lower() if "." in base else ""


def _is_text(head: bytes) -> bool:
    """Text has hardly any control characters; valid UTF-8 with some of them, or with NULs, is text still."""
    sample = head[:_SAMPLE]
    odd = len(sample.translate(None, _ODD_BYTES)) + sample.count(0)
    if odd == 0:
        return True
    if odd > 0.3 * len(sample):
        return False
    try:
        codecs.utf_8_decode(sample, "strict", False)
    except UnicodeDecodeError:
        return odd < 0.03 * len(sample)
    return True


def _is_old_tar(head: bytes) -> bool:
    """Whether a tar header is there with nothing but its checksum to tell it by, as before POSIX."""
    digits = head[148:156].strip(b" \0")
    if len(head) < 512 or not head[0] or not digits.isdigit() or b"8" in digits or b"9" in digits:
        return False
    return sum(head[:148]) + sum(head[156:512]) + 8 * ord(" ") == int(digits, 8)


def _binary(head: bytes) -> Format:
    for offset, magic, media_type in _BINARY:
        if head.startswith(magic, offset):
            return _refused(media_type)
    return _refused("application/octet-stream")


def _inside(source: Input, outer: Format) -> Format:
    """The document that a zip or an OLE container is, if it is one."""
    if outer is XLS:
        return _inside_ole(source)
    if outer is not ZIP:
        return outer
    try:
        with ZipFile(source.file()) as archive:
            names = archive.namelist()
            mimetype = archive.open("mimetype").read(200).decode("latin-1") if "mimetype" in names else ""
    except (BadZipFile, RuntimeError, NotImplementedError, ValueError, EOFError, KeyError, struct.error):
        return outer
    for part, inner in _MAIN_PARTS.items():
        if any(map(part.fullmatch, names)):
            return inner
    for inner in (ODT, ODP, ODS):
        if mimetype.startswith(inner.media_type):
            return inner
    return outer


def _inside_ole(source: Input) -> Format:
    streams = ole.streams(source.file())
    if "EncryptedPackage" in streams:
        return _refused("application/x-ole-storage", "encrypted office document")
    if "Workbook" in streams or "Book" in streams:
        return XLS
    if "WordDocument" in streams:
        return _refused("application/msword", "legacy Word format (.doc): save it as .docx to have it read")
    if "PowerPoint Document" in streams:
        return _refused(
            "application/vnd.ms-powerpoint", "legacy PowerPoint format (.ppt): save it as .pptx to have it read"
        )
    if any(stream.startswith("__substg1.0_") for stream in streams):
        return _refused("application/vnd.ms-outlook", "Outlook format (.msg): save it as .eml to have it read")
    return _refused("application/x-ole-storage")


def _text(head: str, ending: str) -> Format:
    """The kind of a text that begins with `head`."""
    start = head.lstrip()
    if start.startswith("{\\rtf"):
        return RTF
    if start.startswith("<"):
        return _markup(start, ending)
    if start.startswith(("{", "[")) and (_TEXT.get(ending) in {JSON, JSONL} or _JSON.match(start)):
        return _json(start, ending)
    if head.startswith("From ") and _MBOX.match(head):
        return MBOX
    letter = start if ending in _MAIL_NAMES else head
    if _HEADER.match(letter) and _is_mail(letter, ending):
        return MAIL
    return _TEXT.get(ending) or (PLAIN if ending else _table(head))


def _markup(start: str, ending: str) -> Format:
    """HTML, XML, or a text that begins with "<"."""
    xml = start.startswith("<?xml")
    if _XML_HTML.search(start, 0, 2_000) if xml else ending in _HTML_NAMES or _HTML.match(start):
        return XML if ending in _XML_NAMES else HTML
    if xml or ending in _XML_NAMES:
        return XML
    if ending in _TEXT or not re.match(r"<[A-Za-z_!]", start):
        return _TEXT.get(ending, PLAIN)
    if re.search(r"<(?:p|br|div|table|span|a|ul|h[1-6])[\s>/]", start, re.IGNORECASE):
        return HTML
    return XML if re.search(r"</[A-Za-z_]|/>", start) else PLAIN


def _json(start: str, ending: str) -> Format:
    """JSON lines if the first line is a whole value and the next one begins like it."""
    if _TEXT.get(ending) is JSONL:
        return JSONL
    lines = start.split("\n", 2)
    if len(lines) < 2 or not _JSON_LINE.fullmatch(lines[0].strip()):
        return JSON
    return JSONL if lines[1].lstrip()[:1] == lines[0][:1] else JSON


def _is_mail(head: str, ending: str) -> bool:
    """Whether the lines before the first empty one are the header of a mail."""
    header = re.split(r"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = header.splitlines()[:-1] if len(header) == len(head) else header.splitlines()
    if not all(line[:1] in {" ", "\t"} or _HEADER.match(line) for line in lines):
        return False
    fields = list(_MAIL_FIELD.finditer(header))
    sure = any(found["sure"] for found in fields)
    likely = len({found["likely"].lower() for found in fields if found["likely"]})
    if ending in _MAIL_NAMES:
        return sure or likely > 0
    return (sure and likely > 0) or (likely > 2 and ending not in _TEXT)


def _table(head: str) -> Format:
    """A text without an ending in its name: a table if its first lines have the same number of delimiters."""
    lines = head.splitlines()[:20]
    lines = lines[:-1] if len(lines) < 20 and not head.endswith("\n") else lines
    if len(lines) < 3:
        return PLAIN
    for delimiter, fewest, known in (("\t", 1, TSV), (";", 1, CSV), ("|", 1, CSV), (",", 2, CSV)):
        counts = {line.count(delimiter) for line in lines}
        if len(counts) == 1 and counts.pop() >= fewest:
            return known
    return PLAIN
