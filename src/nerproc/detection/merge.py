"""Which of overlapping spans are kept.

Custom tags first, then labels that a user taught a tagger: both are what the user asked for, though a
pattern may know the same text by another label. Then validated patterns, then those that their form or the
words beside them make sure of, then all others, and last dates of taggers: patterns know the written forms of
dates, and where they end. Among these the longer span (an address is longer than its town), then the higher
score, then the earlier in the input.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from functools import partial
from operator import itemgetter

from nerproc.detection.label import LABELS
from nerproc.detection.span import Span

SURE = 0.6  # score of a pattern that nothing validated, from which on it is believed before a tagger


def merge(spans: Iterable[Span]) -> list[Span]:
    """The spans that are kept, in order of their starts; no two overlap, unless both are custom.

    Spans that overlap are taken by rank, each if it overlaps none taken before it. O(n log n).
    """
    kept: list[Span] = []
    cluster: list[Span] = []
    end = 0
    for span in sorted(spans, key=itemgetter(0)):  # stable: the order of the input decides last
        if cluster and span.start >= end:
            kept += cluster if len(cluster) == 1 else _best(cluster)
            cluster = []
        cluster.append(span)
        end = span.end if len(cluster) == 1 else max(end, span.end)
    kept += cluster if len(cluster) == 1 else _best(cluster)
    return kept


def _rank(span: Span, *, beside_others: bool) -> tuple[int, int, float]:
    """The lower, the more it is believed; `beside_others`: not only patterns are in the cluster."""
    if span.source == "custom":
        trust = 0
    elif span.source == "pattern":
        # Of an address, a pattern may see a part.
        is_sure = beside_others and span.score >= SURE and span.label != "ADDRESS"
        trust = 2 if span.validated else 3 if is_sure else 4
    elif span.source == "tagger":
        trust = 1 if span.label not in LABELS else 5 if span.label == "DATE" else 4
    else:
        trust = 4
    return trust, span.start - span.end, -span.score


def _best(cluster: list[Span]) -> list[Span]:
    """The spans of one run of overlapping ones that are kept, by start."""
    starts: list[int] = []  # of those taken, which do not overlap; their ends in `ends`
    ends: list[int] = []
    custom = _unique([span for span in cluster if span.source == "custom"])
    kept = list(custom)
    for start, end in _union(custom):
        starts.append(start)
        ends.append(end)
    rank = partial(_rank, beside_others=any(span.source != "pattern" for span in cluster))
    for span in sorted((span for span in cluster if span.source != "custom"), key=rank):
        place = bisect(starts, span.start)
        if (place and ends[place - 1] > span.start) or (place < len(starts) and starts[place] < span.end):
            continue
        starts.insert(place, span.start)
        ends.insert(place, span.end)
        kept.append(span)
    return sorted(kept, key=itemgetter(0))


def _unique(spans: list[Span]) -> list[Span]:
    """One span for each place and label: the first."""
    return list({(span.start, span.end, span.label): span for span in reversed(spans)}.values())[::-1]


def _union(spans: list[Span]) -> list[tuple[int, int]]:
    """The stretches that `spans` cover, in order."""
    stretches: list[tuple[int, int]] = []
    for span in sorted(spans, key=itemgetter(0)):
        if stretches and span.start < stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], span.end))
        else:
            stretches.append((span.start, span.end))
    return stretches
