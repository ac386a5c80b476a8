"""A document's text in, its entities out, in order: windows, detectors, thresholds, allow list, merge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nerproc.detection.merge import merge
from nerproc.detection.span import Detector, Span
from nerproc.detection.threshold import Thresholds
from nerproc.detection.window import Piece, Window, windows
from nerproc.schema.entity import CONTEXT_LENGTH, Entity


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What to report of what detectors find."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    allow: frozenset[str] = frozenset()  # texts that are never reported
    allowed: Callable[[str], bool] | None = None  # whether a text is never reported


class Scanner:
    """Scans documents, one after the other; not thread-safe."""

    def __init__(self, detectors: Sequence[Detector], options: ScanOptions | None = None) -> None:
        """Scan with `detectors`; the earlier ones win where nothing else decides."""
        self._detectors = list(detectors)
        self._options = options or ScanOptions()
        self._filters = bool(self._options.allow) or self._options.allowed is not None

    @property
    def warnings(self) -> list[str]:
        """What detectors gave up on in the last document."""
        return [warning for detector in self._detectors for warning in getattr(detector, "warnings", ())]

    def scan(self, pieces: Iterable[Piece], object_name: str) -> Iterator[Entity]:
        """The entities in the text of `pieces`, by start, end and label; none twice."""
        for detector in self._detectors:
            if getattr(detector, "warnings", None):
                detector.warnings.clear()  # type: ignore[attr-defined]
        for window in windows(pieces):
            yield from self._entities(window, object_name)

    def _entities(self, window: Window, object_name: str) -> Iterator[Entity]:
        text = window.text
        for start, end, label, kind, score, source, _ in self._kept(window):
            if window.start <= start < window.end:
                yield Entity(
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
                    window.location(start),
                )

    def _kept(self, window: Window) -> list[Span]:
        threshold = self._options.thresholds.of
        found: list[Span] = []
        for detector in self._detectors:
            found += detector.detect(window.text, window.hint)
        if self._filters:
            found = [span for span in found if not self._is_allowed(window.text[span.start : span.end])]
        everything = [span for span in found if threshold(span.label) <= 0]
        kept = merge(span for span in found if span.score >= threshold(span.label) > 0)
        if everything:
            kept += _distinct(everything)
        kept.sort(key=_place)
        return kept

    def _is_allowed(self, text: str) -> bool:
        allowed = self._options.allowed
        return text in self._options.allow or (allowed is not None and allowed(text))


def _place(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _distinct(spans: Iterable[Span]) -> list[Span]:
    """The surest span for each place, label and kind."""
    best: dict[tuple[int, int, str, str | None], Span] = {}
    for span in spans:
        key = span[:4]
        if key not in best or span.score > best[key].score:
            best[key] = span
    return list(best.values())
