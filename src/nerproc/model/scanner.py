"""From what a request asks for to a scanner that does it; the same checks at submit and in workers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import regex

from nerproc.detection.pattern import trial
from nerproc.detection.pattern.custom import BUDGET, CustomDetector, CustomTag, compiled, deny_tag
from nerproc.detection.scan import Scanner, ScanOptions
from nerproc.detection.span import Detector
from nerproc.detection.threshold import DEFAULT_THRESHOLD, Thresholds
from nerproc.errors import InvalidRequest
from nerproc.model.registry import Model
from nerproc.schema.report import ModelCard, ReportRequest


def validate(request: ReportRequest, model: ModelCard) -> None:
    """Check everything that `scanner_for` relies on; for the head, before a request becomes a job.

    Raises:
        InvalidRequest: it asks for labels that `model`, which is the one that it names, does not have.
        PatternError: a custom tag or an allow pattern is not valid, or takes too long to compile.
    """
    tags = _tags(request.custom_tags, request.deny)
    _check_labels(model, request.labels, [tag.label for tag in tags])
    trial.check([*tags, *_allow_tags(request.allow_patterns)])


def scanner_for(request: ReportRequest, model: Model, *, cache: Path | None = None) -> Scanner:
    """The scanner for a request that was validated.

    Args:
        request: what to look for.
        model: the one that it names.
        cache: folder where compiled patterns are kept for the next process.

    Raises:
        InvalidRequest, PatternError: the request was not validated.
    """
    return build(
        model=model,
        labels=request.labels,
        custom_tags=request.custom_tags,
        thresholds=Thresholds(
            DEFAULT_THRESHOLD if request.threshold is None else request.threshold, request.thresholds
        ),
        allow=request.allow,
        allow_patterns=request.allow_patterns,
        deny=request.deny,
        cache=cache,
    )


def build(
    *,
    model: Model,
    labels: Collection[str] | None = None,
    custom_tags: Mapping[str, str] | None = None,
    thresholds: Thresholds | None = None,
    allow: Collection[str] = (),
    allow_patterns: Sequence[str] = (),
    deny: Mapping[str, Sequence[str]] | None = None,
    cache: Path | None = None,
    keeps_tags: bool = True,
) -> Scanner:
    """A scanner; see `scanner_for`. Without `keeps_tags` the cache is for the model alone."""
    thresholds = thresholds or Thresholds()
    tags = _tags(custom_tags or {}, deny or {})
    _check_labels(model, labels, [tag.label for tag in tags])
    detectors: list[Detector] = []
    if tags:
        detectors.append(CustomDetector(tags, cache=cache if keeps_tags else None))
    if labels is None or set(labels) & set(model.labels):
        detectors += model.detectors(labels, thresholds, cache)
    options = ScanOptions(thresholds=thresholds, allow=frozenset(allow), allowed=_allowed(allow_patterns))
    return Scanner(detectors, options)


def _tags(custom_tags: Mapping[str, str], deny: Mapping[str, Sequence[str]]) -> list[CustomTag]:
    tags = [CustomTag(label, expression) for label, expression in custom_tags.items()]
    return tags + [deny_tag(label, texts) for label, texts in deny.items() if any(map(str.strip, texts))]


def _check_labels(model: Model | ModelCard, labels: Collection[str] | None, custom: Collection[str]) -> None:
    unknown = sorted(set(labels or ()) - set(model.labels) - set(custom))
    if unknown:
        raise InvalidRequest(
            f"model {model.name!r} has no label {', '.join(unknown)}",
            hint=f"labels: {', '.join([*model.labels, *sorted(set(custom) - set(model.labels))])}",
        )


def _allow_tags(allow_patterns: Sequence[str]) -> list[CustomTag]:
    return [CustomTag(f"allow_patterns[{number}]", source) for number, source in enumerate(allow_patterns)]


def _allowed(allow_patterns: Sequence[str]) -> Callable[[str], bool] | None:
    """Whether a text matches one of the expressions as a whole; a slow one counts as no match."""
    if not allow_patterns:
        return None
    expressions: list[regex.Pattern[str]] = [compiled(tag) for tag in _allow_tags(allow_patterns)]

    def allowed(text: str) -> bool:
        for expression in expressions:
            try:
                if expression.fullmatch(text, timeout=BUDGET):
                    return True
            except TimeoutError:
                continue
        return False

    return allowed
