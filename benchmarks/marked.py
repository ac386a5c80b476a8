"""Sets of texts in which people marked entities, one JSON object a line, with labels as nerproc has them.

A folder of them has `train/*.jsonl` to learn from, `dev/*.jsonl` to choose by, `bench/*.jsonl` to measure on.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nerproc.train.label import Relabel
from nerproc.train.read import read
from nerproc.train.sample import Sample

# The labels that all sets mark alike; what has another one is outside.
NAMES = {"PERSON": "NAME", "LOCATION": "LOCATION", "ORGANIZATION": "ORGANIZATION"}
PERSONAL = {
    **NAMES,
    "ADDRESS": "ADDRESS",
    "CREDIT_CARD": "CARD_NUMBER",
    "DATE_TIME": "DATE",
    "DOMAIN_NAME": "URL",
    "EMAIL_ADDRESS": "EMAIL",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP_ADDRESS",
    "PHONE_NUMBER": "PHONE_NUMBER",
    "US_DRIVER_LICENSE": "ID_NUMBER",
    "US_SSN": "SSN",
}
SETS = ("uner_ewt.test", "wnut17.test", "btc.test", "wikigold.all")
PERSONAL_SET = "pii_presidio_generated_large"
_OTHER_RULES = "gum"  # common nouns and whole clauses are marked there


def measured(data: Path, name: str, labels: dict[str, str], limit: int | None) -> list[Sample]:
    """The set `name` of `bench`, or its first `limit` texts."""
    return _read([data / "bench" / f"{name}.jsonl"], labels, limit)


def part(data: Path, name: str, limit: int | None) -> list[Sample]:
    """All sets of `train` or `dev` of the same rules, or the first `limit` texts of each."""
    return _read(
        [file for file in sorted((data / name).glob("*.jsonl")) if not file.name.startswith(_OTHER_RULES)],
        NAMES,
        limit,
    )


def _read(files: Iterable[Path], labels: dict[str, str], limit: int | None) -> list[Sample]:
    relabel = Relabel({**labels, "*": "O"})
    return [sample for file in files for sample in list(read([file], relabel))[:limit]]
