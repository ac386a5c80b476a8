"""Server time of the pages: from the request to its whole answer.

A report of 10 M entities in 200 parts lies among 10,000 jobs of three parts each, all of them of this hour.

In this process, without a network, on an embedded database. Every page is asked for several times; the first
time of each is told by itself, because it reads footers of files that are remembered afterwards.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from benchmarks.results import LABELS, write_report
from nerproc.job.listing import Wanted, list_jobs
from nerproc.job.part import PartRef
from nerproc.node import Node
from nerproc.schema.report import LocalSource, ReportRequest
from nerproc.settings import Settings
from nerproc.storage.local import LocalStorage
from nerproc.web.app import build_app
from nerproc.web.render import address

_JOB = """
INSERT INTO job (id, kind, name, model, state, request, started_at, finished_at)
VALUES (%(id)s, 'inference', 'large', 'patterns', 'completed', %(request)s::jsonb, clock_timestamp(),
        clock_timestamp())"""
_TASK = """
INSERT INTO task (job_id, number, kind, pool, state) VALUES (%(id)s, 1, 'infer', 'infer', 'completed')
RETURNING id"""
_PART = """
INSERT INTO part (job_id, task_id, task_number, seq, attempt, last_ordinal, entities_key, objects_key, objects,
                  succeeded, skipped, failed, bytes, characters, entities, label_counts, group_counts,
                  first_object, last_object, reasons)
VALUES (%(job)s, %(task)s, 1, %(seq)s, 1, %(seq)s, %(entities_key)s, %(objects_key)s, %(objects)s,
        %(succeeded)s, 0, 0, 35000 * %(objects)s, 35000 * %(objects)s, %(entities)s, %(label_counts)s::jsonb,
        '{}', %(first_object)s, %(last_object)s, 0)"""

# Finished jobs beside the report, each with three parts and ten events.
_OTHERS = """
WITH made AS (
  INSERT INTO job (id, kind, name, model, state, request, billed, created_at, started_at, finished_at)
  SELECT gen_random_uuid(), 'inference', 'report ' || md5(n::text), 'patterns', 'completed', %(request)s::jsonb,
         n %% 9973, clock_timestamp() - n * interval '1 minute', clock_timestamp() - n * interval '1 minute',
         clock_timestamp() - n * interval '59 seconds'
    FROM generate_series(1, %(jobs)s) n RETURNING id),
listed AS (
  INSERT INTO task (job_id, number, kind, pool, state, objects, bytes)
  SELECT id, 1, 'infer', 'infer', 'completed', 300, 3000000 FROM made RETURNING id, job_id),
noted AS (INSERT INTO event (job_id, kind) SELECT id, 'task.claimed' FROM made, generate_series(1, 10))
INSERT INTO part (job_id, task_id, task_number, seq, attempt, last_ordinal, entities_key, objects_key, objects,
                  succeeded, skipped, failed, bytes, characters, entities, label_counts, group_counts)
SELECT job_id, id, 1, seq, 1, seq, 'none', 'none', 100, 100, 0, 0, 1000000, 1000000, 3000, '{}', '{}'
  FROM listed, generate_series(1, 3) seq"""
SORTS = ("newest", "oldest", "name", "largest", "longest")


def add_jobs(node: Node, count: int) -> None:
    """Finished jobs, as many."""
    request = ReportRequest(source=LocalSource(paths=["/nowhere"])).model_dump_json()
    node.database.execute(_OTHERS, {"request": request, "jobs": count})
    node.database.execute("ANALYZE")


def middle(node: Node, jobs: int) -> str:
    """The cursor of the page in the middle of the list."""
    _, cursor = list_jobs(node.database, node.jobs, Wanted(), limit=max(1, jobs // 2))
    assert cursor is not None
    return cursor


def insert(node: Node, parts: list[PartRef]) -> UUID:
    """Let the database know of a finished report with those parts."""
    job = uuid4()
    request = ReportRequest(source=LocalSource(paths=["/nowhere"])).model_dump_json()
    node.database.execute(_JOB, {"id": job, "request": request})
    task = node.database.fetch_one(_TASK, {"id": job})
    assert task is not None
    for part in parts:
        values = asdict(part.summary) | {"label_counts": json.dumps(part.summary.label_counts)}
        keys = {"seq": part.seq, "entities_key": part.entities_key, "objects_key": part.objects_key}
        node.database.execute(_PART, {**values, **keys, "job": job, "task": task["id"]})
    return job


def measure(client: TestClient, path: str, repeats: int) -> dict[str, float]:
    """Milliseconds: the first time, the median and the worst of the others."""
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - began) * 1_000)
        assert answer.status_code == 200, answer.text
    first, *others = taken
    return {
        "first_ms": round(first),
        "median_ms": round(sorted(others)[repeats // 2]),
        "worst_ms": round(max(others)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000_000)
    parser.add_argument("--parts", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="nerproc-page-") as folder,
        Node.open(Settings(home=Path(folder))) as node,
    ):
        assert isinstance(node.storage, LocalStorage)
        job = insert(node, write_report(node.storage, entities=options.entities, parts=options.parts, seed=1))
        add_jobs(node, options.jobs)
        _, cursor = node.reports.entities(job, limit=options.entities // options.parts // 2)
        [found] = node.reports.objects(job, limit=1).items
        base = f"/reports/{job}"
        pages = {
            "report": base,
            "entities": f"{base}/entities",
            "entities_behind": address(f"{base}/entities", cursor=cursor),
            "entities_of_label": address(f"{base}/entities", label=LABELS[0]),
            "entities_of_object": address(f"{base}/entities", object=found.object),
            "entities_by_score": address(f"{base}/entities", score=0.99),
            "entities_by_query": address(f"{base}/entities", query='NAME CONTAINS "Quill"'),
            "entities_by_query_of_none": address(f"{base}/entities", query='NAME CONTAINS "Quill of none"'),
            "objects": f"{base}/objects",
            "object": address(f"{base}/object", name=found.object),
            "overview": "/",
            "job": f"/jobs/{job}",
            "jobs_behind": address("/jobs", cursor=middle(node, options.jobs)),
            "jobs_by_words": address("/jobs", q="feed"),
            "workers": "/workers",
        } | {f"jobs_{sort}": address("/jobs", sort=sort) for sort in SORTS}
        app = build_app(node, asks=False)
        with TestClient(app, base_url="http://localhost") as client:
            times = {name: measure(client, path, options.repeats) for name, path in pages.items()}
    print(
        json.dumps(
            {
                "benchmark": "page",
                "entities": options.entities,
                "parts": options.parts,
                "jobs": options.jobs,
                "pages": times,
            }
        )
    )


if __name__ == "__main__":
    main()
