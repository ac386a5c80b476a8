"""An opened document: its format is known, its text is read on demand by the format's module.

Formats that contain other documents open them here, so that limits and warnings are shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from nerproc.extraction.errors import Broken, Skipped
from nerproc.extraction.input import Input, Readable
from nerproc.extraction.limits import Budget, Exhausted, Limits
from nerproc.extraction.sniff import PLAIN, Format, sniff
from nerproc.extraction.text import TextSegment
from nerproc.schema.entity import Location

if TYPE_CHECKING:
    from nerproc.extraction.segment import Segment

_MOST_WARNINGS = 100


class OpenedDocument:
    """A document; see `nerproc.extraction.segment.Document`."""

    def __init__(
        self, source: Input, name: str, limits: Limits, *, container: OpenedDocument | None = None
    ) -> None:
        self.source = source
        self.name = name
        self.limits = limits
        self.container = container
        self.depth: int = container.depth + 1 if container else 0
        self.format: Format = sniff(source, name) if source.head else PLAIN
        self.media_type = self.format.media_type
        self.warnings: list[str] = []

    @cached_property
    def budget(self) -> Budget:
        """What is left of the limits, for this document and all that share its outermost container."""
        return self.container.budget if self.container else Budget(self.limits, self.source.size())

    def segments(self) -> Iterator[Segment]:
        """The document's text in order; may be called once.

        Raises:
            Skipped: see `Document`.
            Broken: see `Document`.
            Exception: what the stream itself raised.
        """
        try:
            yield from self._read()
        except (Skipped, Broken, MemoryError):
            raise
        except Exception as error:
            if self.source.failed:
                raise
            # What parsers say of bad input may quote it: only the kind of error is told.
            raise Broken(f"damaged: cannot be read as {self.media_type} ({type(error).__name__})") from None
        finally:
            self.source.close()

    def _read(self) -> Iterator[Segment]:
        if self.format.module is None:
            raise Skipped(self.format.refusal)
        return import_module(f"nerproc.extraction.{self.format.module}").segments(self)  # type: ignore[no-any-return]

    def warn(self, text: str) -> None:
        """Note a part that cannot be read; all but the first hundred are only counted."""
        if len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(text)
        elif len(self.warnings) == _MOST_WARNINGS:
            self.warnings.append("and 1 more")
        else:
            self.warnings[-1] = f"and {int(self.warnings[-1].split()[1]) + 1} more"

    def inside(self, stream: Readable, name: str) -> OpenedDocument:
        """The document that `stream`, which cannot seek, holds within this one.

        Raises:
            Skipped: containers are nested too deep.
        """
        if self.depth >= self.limits.depth:
            raise Skipped(f"nested more than {self.limits.depth} levels deep")
        return OpenedDocument(Input(stream, seekable=False), name, self.limits, container=self)


class Members:
    """The members of a container, read one after another: a bad one becomes a warning and the rest goes on."""

    def __init__(self, document: OpenedDocument) -> None:
        self._document = document
        self._failures: list[str] = []
        self._any_read = False

    def read(self, open_member: Callable[[], Readable], name: str) -> Iterator[Segment]:
        """The text of the member `name`, and a line break after it.

        Raises:
            Exhausted: a limit of the whole document is reached.
        """
        self._document.budget.member()
        try:
            document = self._document.inside(open_member(), name)
            yield from self._under(name, document)
        except (Exhausted, MemoryError):
            raise
        except (Skipped, Broken) as error:
            self._refuse(name, str(error))
        except Exception:
            if self._document.source.failed:
                raise
            self._refuse(name, "damaged")
        else:
            self._any_read = True
            for warning in document.warnings:
                self._document.warn(f"{name}: {warning}")

    def _refuse(self, name: str, reason: str) -> None:
        self._failures.append(f"{name}: {reason}")
        self._document.warn(self._failures[-1])

    def finish(self) -> None:
        """Say that all members were read.

        Raises:
            Skipped: there were some, and none could be read.
        """
        if self._failures and not self._any_read:
            more = f" (and {len(self._failures) - 1} more)" if len(self._failures) > 1 else ""
            raise Skipped(f"nothing in it can be read: {self._failures[0]}{more}")

    def _under(self, name: str, document: OpenedDocument) -> Iterator[Segment]:
        text = ""
        for segment in document.segments():
            text = segment.text or text
            yield MemberSegment(segment, name)
        if text and not text.endswith("\n"):
            yield MemberSegment(TextSegment("\n"), name)


class MemberSegment:
    """A segment of a document inside a container."""

    __slots__ = ("_inner", "_member", "text")

    def __init__(self, inner: Segment, member: str) -> None:
        self.text = inner.text
        self._inner = inner
        self._member = member

    def location(self, offset: int) -> Location:
        """The place within the member, and the member."""
        place = self._inner.location(offset) or Location()
        member = f"{self._member}!/{place.member}" if place.member else self._member
        return replace(place, member=member)

    def hint(self, offset: int) -> str:
        """See `Segment.hint`."""
        return self._inner.hint(offset)
