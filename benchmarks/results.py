"""Reading a report of 10 M entities in 200 parts, and writing parts as workers do.

Every page of 100 starts at a random place (seeded). The matches of `search` fill no page, so that every part is
searched. The files are in the page cache, as they are soon after they were written.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nerproc.job.part import PartRef, PartSummary
from nerproc.report.export import ExportFormat, export
from nerproc.report.query.parse import parse
from nerproc.report.search import search
from nerproc.result import engine
from nerproc.result.cursor import Cursor
from nerproc.result.read import ResultReader
from nerproc.result.table import ENTITY_COLUMNS, ObjectRow
from nerproc.result.write import PartWriter
from nerproc.schema.entity import Entity
from nerproc.storage.local import LocalStorage

ENTITIES_OF_OBJECT = 100
OBJECTS_OF_PART = 256  # of the parts that are written as workers do
ENTITIES_OF_SMALL_OBJECT = 30
EXPORTED_PARTS = 10
PAGE = 100
LABELS = ("NAME", "EMAIL", "PHONE_NUMBER", "SSN", "DATE", "ADDRESS", "IP_ADDRESS", "URL")

# One entity in 8 has each label; every text is another, and few contain "Quill".
ENTITIES = """
SELECT 'folder-' || (i // 100_000) || '/document-' || lpad((i // {per_object})::VARCHAR, 8, '0') || '.txt'
           AS object,
       (i % {per_object}) * 350 AS "start", (i % {per_object}) * 350 + 16 AS "end",
       {labels}[1 + (h % {kinds})::INTEGER] AS label, NULL AS kind,
       CASE WHEN h // 8 % 131_072 = 0 THEN 'Quill ' ELSE 'Somebody ' END || (h // 8 % 9_999_991) AS text,
       0.5 + (h % 50) / 100 AS score, 'pattern' AS source,
       'and then it was said that ' || (h % 8_191) AS left_context,
       ', who lives there since ' || (h % 127) AS right_context,
       NULL AS page, NULL AS sheet, NULL AS "row", NULL AS member
  FROM (SELECT range AS i, hash(range + {seed}) AS h FROM range({start}, {end}))"""

OBJECTS = """
SELECT object, 35_000 AS size, '1' AS version, 'succeeded' AS status, NULL::VARCHAR AS reason,
       'text/plain' AS media_type, 35_000 AS characters, 6_000 AS tokens,
       map_from_entries(list((label, n))) AS label_counts,
       []::VARCHAR[] AS groups, repeat('the beginning of it ', 50) AS preview_text,
       [{{'start': 0, 'end': 3, 'label': 'NAME'}}] AS preview_spans
  FROM (SELECT object, label, count(*) AS n FROM {entities} GROUP BY ALL) GROUP BY object ORDER BY object"""


def write_report(storage: LocalStorage, *, entities: int, parts: int, seed: int) -> list[PartRef]:
    """Make the parts of a report, straight from SQL."""
    connection = engine.connect(scratch=storage.scratch(), threads=2, memory_mib=1_024)
    step = entities // parts
    try:
        return [write_part(storage, connection, n, range(n * step, (n + 1) * step), seed) for n in range(parts)]
    finally:
        connection.close()


def write_part(storage: LocalStorage, connection: Any, number: int, span: range, seed: int) -> PartRef:
    entities, objects = storage.scratch() / "entities.parquet", storage.scratch() / "objects.parquet"
    query = ENTITIES.format(
        per_object=ENTITIES_OF_OBJECT,
        labels=list(LABELS),
        kinds=len(LABELS),
        seed=seed,
        start=span.start,
        end=span.stop,
    )
    typed = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in ENTITY_COLUMNS.items())
    engine.copy_to(connection, f"SELECT {typed} FROM ({query})", entities)
    engine.copy_to(connection, OBJECTS.format(entities=engine.read_parquet([entities])), objects)
    labels = f"SELECT label, count(*) FROM {engine.read_parquet([entities])} GROUP BY label"
    names = f"SELECT min(object), max(object), count(*) FROM {engine.read_parquet([objects])}"
    first, last, count = connection.execute(names).fetchall()[0]
    summary = PartSummary(
        objects=count,
        succeeded=count,
        entities=len(span),
        label_counts=dict(connection.execute(labels).fetchall()),
        first_object=first,
        last_object=last,
        reasons=0,
    )
    keys = (f"part-{number}/entities.parquet", f"part-{number}/objects.parquet")
    storage.put_file(keys[0], entities)
    storage.put_file(keys[1], objects)
    return PartRef(number + 1, 1, number, *keys, summary)


def times(action: Callable[[], object], repeats: int) -> dict[str, float]:
    """Median and worst duration, in milliseconds."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        taken.append((time.perf_counter() - began) * 1_000)
    return {"median_ms": round(sorted(taken)[repeats // 2], 1), "worst_ms": round(max(taken), 1)}


def measure_reading(storage: LocalStorage, parts: list[PartRef], rng: random.Random) -> dict[str, object]:
    reader = ResultReader(storage)

    def page(table: str) -> None:
        part = rng.choice(parts)
        rows = part.summary.entities if table == "entities" else part.summary.objects
        cursor = Cursor("entities" if table == "entities" else "objects", part.id, rng.randrange(rows)).encode()
        items, _ = getattr(reader, table)(parts, cursor=cursor, limit=PAGE)
        assert items

    def entities_of_an_object() -> None:
        part = rng.choice(parts)
        items, _ = reader.entities(parts, objects=[part.summary.last_object or ""], limit=PAGE)
        assert len(items) == ENTITIES_OF_OBJECT

    def find(text: str) -> Callable[[], object]:
        return lambda: search(reader, parts, parse(text), limit=PAGE)

    rare, _ = search(reader, parts, parse('COUNT(SSN) > 3 AND NAME CONTAINS "Quill"'), limit=10_000)
    label_total: Counter[str] = Counter()
    result = {
        "page_entities": times(lambda: page("entities"), 60),
        "page_objects": times(lambda: page("objects"), 30),
        "page_of_label": times(lambda: reader.entities(parts, labels=["SSN"], limit=PAGE), 10),
        "page_of_object": times(entities_of_an_object, 20),
        "search": {**times(find('COUNT(SSN) > 3 AND NAME CONTAINS "Quill"'), 5), "matches": len(rare)},
        "search_page": times(find('COUNT(SSN) > 3 AND NAME CONTAINS "Some"'), 5),
        "search_counts": times(find("COUNT(SSN) > 90"), 5),
        "counts_by_label": times(lambda: [label_total.update(part.summary.label_counts) for part in parts], 10),
    }
    for form in ("jsonl", "csv", "parquet"):
        result[f"export_{form}_per_second"] = export_rate(reader, parts[:EXPORTED_PARTS], form)
    reader.close()
    return result


def export_rate(reader: ResultReader, parts: list[PartRef], form: ExportFormat) -> int:
    """Entities a second."""
    began = time.perf_counter()
    for _ in export(reader, parts, form):
        pass
    return round(sum(part.summary.entities for part in parts) / (time.perf_counter() - began))


def measure_writing(storage: LocalStorage, parts: int = 20) -> dict[str, object]:
    """The processor time that a worker needs to write small objects."""
    writer = PartWriter(storage.scratch())
    found = [
        (
            ObjectRow(
                name, 15_000, "1", "succeeded", preview_text="word " * 200, characters=15_000, tokens=3_000
            ),
            [
                Entity(
                    object=name,
                    start=number * 500,
                    end=number * 500 + 20,
                    label=LABELS[number % len(LABELS)],
                    kind=None,
                    text=f"somebody-{index}-{number}",
                    score=0.85,
                    source="pattern",
                    left_context="and then it was said over there that one",
                    right_context=f", who lives there since {number}",
                    location=None,
                )
                for number in range(ENTITIES_OF_SMALL_OBJECT)
            ],
        )
        for index, name in enumerate(f"folder/document-{n:06}.txt" for n in range(OBJECTS_OF_PART))
    ]
    began = time.process_time()
    for number in range(parts):
        for row, entities in found:
            writer.begin(row.object)
            writer.extend(entities)
            writer.end(row)
        writer.close(storage, f"written-{number}")
    seconds = time.process_time() - began
    per_second = parts * OBJECTS_OF_PART / seconds
    return {"objects_per_cpu_second": round(per_second), "core_at_1500_objects": round(1_500 / per_second, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000_000)
    parser.add_argument("--parts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nerproc-results-") as folder:
        storage = LocalStorage(Path(folder))
        written = measure_writing(storage)
        began = time.perf_counter()
        parts = write_report(storage, entities=options.entities, parts=options.parts, seed=options.seed)
        made_seconds = time.perf_counter() - began
        size = sum(storage.fetch(part.entities_key).stat().st_size for part in parts)
        line = {
            "benchmark": "results",
            "entities": options.entities,
            "parts": options.parts,
            "bytes_per_entity": round(size / options.entities, 1),
            "made_seconds": round(made_seconds, 1),
            **measure_reading(storage, parts, random.Random(options.seed)),
            **written,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
