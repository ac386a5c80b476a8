"""A report as SARIF 2.1.0, for tools that show findings beside code.

Every label, and every kind of one, is a rule; every entity a result. Messages name label and place, not the
text, unless that is asked for. A fingerprint is made of the object's name, label and kind, and of how many
of them came before: it survives changes elsewhere in the object, and nothing of the text can be guessed from
it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nerproc import __version__
from nerproc.report.found import Found
from nerproc.report.lines import LineFinder
from nerproc.result.table import ObjectRow
from nerproc.schema.entity import Entity
from nerproc.schema.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "nerprocFinding/v1"
CHUNK = 2_000  # results

_encode = json.JSONEncoder(ensure_ascii=False).encode
_BASE = "SOURCE"  # what names of objects are relative to
_PLACES = ("page", "sheet", "row", "member")
# What a finding of a label usually means, and as a number from 0 to 10 for tools that sort by it.
_LEVELS = {
    **dict.fromkeys(("SECRET", "SSN", "CARD_NUMBER", "IBAN", "CRYPTO_ADDRESS"), ("error", "8.0")),
    **dict.fromkeys(("DATE", "LOCATION", "ORGANIZATION", "URL"), ("note", "1.0")),
}
_LEVEL = ("warning", "5.0")


def write(found: Found) -> Iterator[bytes]:
    """The report as one run; results come as they are read."""
    report = found.report()
    rules = _rules(found)
    number = {rule: place for place, rule in enumerate(rules)}
    head = {
        "tool": {
            "driver": {
                "name": "nerproc",
                "semanticVersion": __version__,
                "version": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"nerproc/{report.id}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: _base(report)},
        "invocations": [_invocation(report)],
        "properties": {"model": report.model, "labels": sorted(found.labels), "revealed": found.reveal},
    }
    opening = json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [head]}, ensure_ascii=False)
    yield opening.removesuffix("}]}").encode() + b', "results": ['
    separator = b"\n"
    for results in _results(found, number):
        yield separator + ",\n".join(_encode(each) for each in results).encode()
        separator = b",\n"
    yield b"\n]}]}\n"


def _rules(found: Found) -> list[tuple[str, str | None]]:
    """The labels with their kinds, as far as there are any."""
    kinds = found.reader.rows(found.parts, "DISTINCT label, kind", labels=found.labels)
    seen: set[tuple[str, str | None]] = {(label, kind) for rows in kinds for label, kind in rows}
    return sorted(seen, key=lambda rule: (rule[0], rule[1] or ""))


def _rule(rule: tuple[str, str | None]) -> dict[str, Any]:
    label, kind = rule
    level, severity = _LEVELS.get(label, _LEVEL)
    return {
        "id": _rule_id(rule),
        "name": label,
        "shortDescription": {"text": f"{_words(rule)} in a document"},
        "fullDescription": {
            "text": f"An entity of the label {label}{f' and the kind {kind}' if kind else ''}."
        },
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["security", "privacy"], "security-severity": severity},
    }


def _rule_id(rule: tuple[str, str | None]) -> str:
    return "/".join(part for part in rule if part)


def _words(rule: tuple[str, str | None]) -> str:
    label, kind = rule
    return f"{label} ({kind})" if kind else label


def _base(report: Report) -> dict[str, Any]:
    """What the names of objects are relative to, as far as it has an address."""
    if report.source.kind == "local":
        folder = Path(os.path.commonpath(report.source.paths))
        folder = folder if folder.is_dir() else folder.parent
        told = {"description": {"text": "The scanned folder, or the one that the scanned files are in."}}
        return {"uri": f"{folder.as_uri().rstrip('/')}/", **told} if folder.is_dir() else told
    if report.source.kind == "s3":
        return {"description": {"text": f"The folder of {report.source.url}"}}
    return {"description": {"text": f"The upload {report.source.upload_id}"}}


def _invocation(report: Report) -> dict[str, Any]:
    times = {"startTimeUtc": report.started_at, "endTimeUtc": report.finished_at}
    failure = [{"level": "error", "message": {"text": report.failure}}] if report.failure else []
    return {
        "executionSuccessful": report.state == "completed",
        **{key: f"{time:%Y-%m-%dT%H:%M:%S.%fZ}"[:-4] + "Z" for key, time in times.items() if time},
        "toolExecutionNotifications": [
            *failure,
            *(
                {
                    "level": "error" if error.status == "failed" else "warning",
                    "message": {"text": f"{error.status}: {error.reason}"},
                    "locations": [{"physicalLocation": {"artifactLocation": _artifact(error.object)}}],
                }
                for error in report.errors
            ),
        ],
    }


@lru_cache(maxsize=1)  # the results of an object follow one another
def _artifact(name: str) -> dict[str, Any]:
    # "./" where the name would otherwise begin as a scheme or as another host does.
    uri = quote(name, safe="/!$&'()*+,;=@~-._")
    return {"uri": f"./{uri}" if uri.startswith("/") else uri, "uriBaseId": _BASE}


def _results(found: Found, number: dict[tuple[str, str | None], int]) -> Iterator[Sequence[dict[str, Any]]]:
    objects = found.reader.each_object(found.parts)
    finder = LineFinder(found.source())
    row: ObjectRow | None = None
    before: Counter[tuple[str, ...]] = Counter()
    results: list[dict[str, Any]] = []
    for entity in found.reader.iterate(found.parts, labels=found.labels):
        while row is None or row.object != entity.object:
            row = next(objects)  # those without entities are passed by
            finder.begin(row)
            before.clear()
        results.append(_result(entity, finder, before, number, reveal=found.reveal))
        if len(results) >= CHUNK:
            yield results
            results = []
    finder.close()
    if results:
        yield results


def _result(
    entity: Entity,
    finder: LineFinder,
    before: Counter[tuple[str, ...]],
    number: dict[tuple[str, str | None], int],
    *,
    reveal: bool,
) -> dict[str, Any]:
    rule = entity.label, entity.kind
    place = {name: getattr(entity.location, name, None) for name in _PLACES}
    told = {name: value for name, value in place.items() if value is not None}
    identity = (entity.object, entity.label, entity.kind or "", str(place["member"] or ""))
    before[identity] += 1
    region = _region(entity, finder, reveal=reveal)
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(entity.object)}}
    if region:
        location["physicalLocation"]["region"] = region
    if told.get("member"):
        location["logicalLocations"] = [{"fullyQualifiedName": f"{entity.object}!/{told['member']}"}]
    where = "".join(f", {name} {value}" for name, value in told.items())
    said = f": {entity.text}" if reveal else ""
    return {
        "ruleId": _rule_id(rule),
        "ruleIndex": number[rule],
        "level": _LEVELS.get(entity.label, _LEVEL)[0],
        "message": {"text": f"{_words(rule)} in {entity.object}{where}{said}"},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: _fingerprint(identity, before[identity])},
        "rank": round(entity.score * 100, 1),
        "properties": {
            "score": entity.score,
            "source": entity.source,
            "start": entity.start,
            "end": entity.end,
            **told,
        },
    }


def _region(entity: Entity, finder: LineFinder, *, reveal: bool) -> dict[str, Any] | None:
    """Where in the file it stands. Only where lines are told is an offset in the text one in the file."""
    found = finder.find(entity)
    region: dict[str, Any]
    if found is not None:
        region = {
            "startLine": found.start_line,
            "startColumn": found.start_column,
            "endLine": found.end_line,
            "endColumn": found.end_column,
            "charOffset": entity.start,
            "charLength": entity.end - entity.start,
        }
    elif finder.is_by_line and entity.location is not None and entity.location.row is not None:
        region = {"startLine": entity.location.row}
    else:
        return None
    return {**region, "snippet": {"text": entity.text}} if reveal else region


def _fingerprint(identity: tuple[str, ...], count: int) -> str:
    return hashlib.sha256(json.dumps([*identity, count]).encode()).hexdigest()[:32]
