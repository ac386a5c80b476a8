"""A document's text in, its entities out, in order: windows, detectors, thresholds, allow list, merge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from nerproc.detection.merge import merge
from nerproc.detection.pattern.validator.date import may_be_date
from nerproc.detection.span import Detector, Span
from nerproc.detection.threshold import Thresholds
from nerproc.detection.window import Piece, Window, windows
from nerproc.schema.entity import CONTEXT_LENGTH, Entity, Location


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What to report of what detectors find."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    allow: frozenset[str] = frozenset()  # texts that are never reported
    allowed: Callable[[str], bool] | None = None  # whether a text is never reported


@dataclass(slots=True)
class _Draft:
    """An entity before it is frozen: filled four times as fast, then made one by a change of its class."""

    object: str
    start: int
    end: int
    label: str
    kind: str | None
    text: str
    score: float
    source: str
    left_context: str
    right_context: str
    location: Location | None


class Scanner:
    """Scans documents, one after the other; not thread-safe."""

    def __init__(self, detectors: Sequence[Detector], options: ScanOptions | None = None) -> None:
        """Scan with `detectors`; the earlier ones win where nothing else decides."""
        self._detectors = list(detectors)
        self._options = options or ScanOptions()
        self._filters = bool(self._options.allow) or self._options.allowed is not None

    @property
    def is_light(self) -> bool:
        """Whether several documents may be scanned at once: none of them takes long, or much memory."""
        return all(detector.is_light for detector in self._detectors)

    @property
    def warnings(self) -> list[str]:
        """What detectors gave up on in the last document."""
        return [warning for detector in self._detectors for warning in detector.warnings]

    def scan(self, pieces: Iterable[Piece], object_name: str) -> Iterator[Entity]:
        """The entities in the text of `pieces`, by start, end and label; none twice."""
        for entities, _ in self.stretches(pieces, object_name):
            yield from entities

    def stretches(self, pieces: Iterable[Piece], object_name: str) -> Iterator[tuple[Iterator[Entity], int]]:
        """What `scan` finds, stretch by stretch of the text, and the offset at which each stretch ends.

        The entities of a stretch are taken before the next one is asked for; all of them begin in it.
        """
        for detector in self._detectors:
            detector.warnings.clear()
        for window in windows(pieces):
            entities = self._entities(window, self._found([window])[0], object_name)
            yield entities, window.offset + window.end

    def scan_all(self, documents: Sequence[tuple[Iterable[Piece], str]]) -> list[list[Entity]]:
        """The entities of each of some small documents, pieces and object name, as `scan` finds them.

        All is held in memory. A document of a few kilobytes takes a quarter less time than by itself.
        """
        opened = [list(windows(pieces)) for pieces, _ in documents]
        found = iter(self._found([window for document in opened for window in document]))
        return [
            [entity for window in document for entity in self._entities(window, next(found), name)]
            for document, (_, name) in zip(opened, documents, strict=True)
        ]

    def _found(self, windows: Sequence[Window]) -> list[list[Span]]:
        """The candidates of all detectors in each of `windows`."""
        texts = [(window.text, window.hint if window.has_hints else None) for window in windows]
        found: list[list[Span]] = [[] for _ in windows]
        for detector in self._detectors:
            for spans, more in zip(found, detector.detect_all(texts), strict=True):
                spans.extend(more)
        return found

    def _entities(self, window: Window, found: list[Span], object_name: str) -> Iterator[Entity]:
        text = window.text
        location = window.location
        for start, end, label, kind, score, source, _ in self._kept(window, found):
            is_refuted = source == "tagger" and label == "DATE" and not may_be_date(text[start:end])
            if window.start <= start < window.end and not is_refuted:
                draft = _Draft(
                    object_name,
                    window.offset + start,
                    window.offset + end,
                    label,
                    kind,
                    text[start:end],
                    score,
                    source,
                    text[start - CONTEXT_LENGTH if start > CONTEXT_LENGTH else 0 : start],
                    text[end : end + CONTEXT_LENGTH],
                    location(start),
                )
                draft.__class__ = Entity  # type: ignore[assignment]
                yield draft  # type: ignore[misc]

    def _kept(self, window: Window, found: list[Span]) -> list[Span]:
        """The spans among `found` that are reported."""
        threshold = self._options.thresholds.of
        if self._filters:
            found = [span for span in found if not self._is_allowed(window.text[span.start : span.end])]
        least = {label: threshold(label) for label in {span.label for span in found}}
        kept = merge(span for span in found if span.score >= least[span.label] > 0)
        if 0 in least.values():
            kept += _distinct(span for span in found if least[span.label] == 0)
        kept.sort(key=itemgetter(0, 1, 2))
        return kept

    def _is_allowed(self, text: str) -> bool:
        allowed = self._options.allowed
        return text in self._options.allow or (allowed is not None and allowed(text))


def _distinct(spans: Iterable[Span]) -> list[Span]:
    """The surest span for each place, label and kind."""
    best: dict[tuple[int, int, str, str | None], Span] = {}
    for span in spans:
        key = span[:4]
        if key not in best or span.score > best[key].score:
            best[key] = span
    return list(best.values())
