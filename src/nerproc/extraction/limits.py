"""How much of a document is read before it is taken for an attack: the limits, and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass

from nerproc.extraction.errors import Skipped

MIB = 1 << 20
GIB = 1 << 30
BOMB = "unpacks to more than the limits allow (a decompression bomb?)"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one document, with everything inside it; what exceeds them is skipped with the reason.

    Text as such has no bound: it is read in pieces of about a MiB.
    """

    inflated_bytes: int = 64 * GIB  # bytes that archives and compressed parts may unpack to, all levels summed
    ratio: int = 200  # unpacked bytes per packed byte, of a member and of the whole document
    free_bytes: int = 16 * MIB  # unpacked bytes to which `ratio` does not apply yet
    members: int = 100_000  # files in archives, parts of mails, messages of mailboxes, all levels summed
    depth: int = 6  # containers inside one another (a .tar.gz counts as two)
    pdf_pages: int = 20_000
    xml_depth: int = 512  # elements inside one another
    xml_token_bytes: int = 16 * MIB  # one tag, with its attributes
    sheet_cells: int = 16_000_000  # cells between the first and the last of a sheet, empty ones too
    workbook_bytes: int = 256 * MIB  # a workbook, packed and unpacked: it is held in memory
    mail_bytes: int = 128 * MIB  # one message with its attachments


class Exhausted(Skipped):
    """A limit of the whole document is reached: nothing more of it is read."""


class Budget:
    """What is left of the limits that a document shares with everything inside it."""

    def __init__(self, limits: Limits, size: int) -> None:
        """`size` is that of the outermost document, in bytes."""
        self.limits = limits
        self._bytes = min(limits.inflated_bytes, max(limits.free_bytes, limits.ratio * size))
        self._members = limits.members

    def unpack(self, size: int) -> None:
        """Count `size` bytes that were unpacked.

        Raises:
            Exhausted: it was too much.
        """
        self.check(size)
        self._bytes -= size

    def check(self, size: int) -> None:
        """Look whether `size` more bytes may be unpacked.

        Raises:
            Exhausted: that would be too much.
        """
        if size > self._bytes:
            raise Exhausted(BOMB)

    def member(self) -> None:
        """Count one member of an archive or a mail.

        Raises:
            Exhausted: there are too many.
        """
        self._members -= 1
        if self._members < 0:
            raise Exhausted(f"holds more than {self.limits.members:,} members")

    def allowance(self, packed: int) -> int:
        """The bytes that `packed` bytes may unpack to."""
        return max(self.limits.free_bytes, self.limits.ratio * packed)
