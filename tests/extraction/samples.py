"""Documents for the tests of extraction, made on the spot, and a reader of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nerproc.extraction.extract import open_document
from nerproc.extraction.limits import Limits
from nerproc.extraction.segment import Segment
from nerproc.schema.entity import Location

MIB = 1 << 20


@dataclass
class Read:
    """A document that was read to its end."""

    media_type: str
    segments: list[Segment]
    warnings: list[str]

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)

    def location(self, needle: str) -> Location | None:
        segment, offset = self._find(needle)
        return segment.location(offset)

    def hint(self, needle: str) -> str:
        segment, offset = self._find(needle)
        return segment.hint(offset)

    def _find(self, needle: str) -> tuple[Segment, int]:
        for segment in self.segments:
            if (offset := segment.text.find(needle)) >= 0:
                return segment, offset
        raise AssertionError(f"{needle!r} is not in the text")


def read(data: bytes | io.RawIOBase, name: str = "", limits: Limits | None = None) -> Read:
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    document = open_document(stream, name, limits or Limits())
    return Read(document.media_type, list(document.segments()), document.warnings)


class Dribble(io.RawIOBase):
    """A stream whose reads return as many bytes as `sizes` say, over and over."""

    def __init__(self, data: bytes, sizes: Sequence[int]) -> None:
        self._inner = io.BytesIO(data)
        self._sizes = sizes
        self._reads = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def read(self, size: int = -1, /) -> bytes:
        self._reads += 1
        most = self._sizes[self._reads % len(self._sizes)]
        return self._inner.read(most if size < 0 else min(size, most))


class Failing(Dribble):
    """A stream that fails after the first `good` bytes."""

    def __init__(self, data: bytes, good: int) -> None:
        super().__init__(data, [1 << 16])
        self.good = good

    def read(self, size: int = -1, /) -> bytes:
        if self.tell() >= self.good:
            raise ConnectionResetError("the store went away")
        return super().read(size)


def zip_of(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def pdf_of(
    pages: Sequence[str],
    *,
    annotations: str = "",
    trailer: str = "",
    catalog: str = "",
    drawn: str = "",
    more: Sequence[str] = (),
) -> bytes:
    """A PDF with a line of Latin text on each page.

    `annotations` are those of each page, `drawn` is on each, too; `more` objects come last.
    """
    count = len(pages)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{4 + 2 * i} 0 R' for i in range(count))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        stream = f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj ET {drawn}"
        objects += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
                f"/Resources << /Font << /F1 3 0 R >> >> /Annots [{annotations}] >>"
            ),
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    objects += more
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer << /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode("latin-1")
