"""A head that dies between taking a job and telling workers of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.broker import until
from tests.fault.cluster import Cluster, Table, Undisturbed
from tests.fault.conftest import MakeCluster
from tests.process import clean_environment

from nerproc.client import Client
from nerproc.client.address import find_head
from nerproc.errors import HeadUnreachable
from nerproc.schema.name import PATTERNS
from nerproc.schema.report import LocalSource
from nerproc.settings import Settings

pytestmark = pytest.mark.fault


def head_that_dies(made: Cluster, failpoint: str, home: Path) -> subprocess.Popen[bytes]:
    """A head without workers that kills itself at a failpoint."""
    home.mkdir()
    head = subprocess.Popen(
        [sys.executable, "-m", "nerproc", "serve", "--port", "0", "--workers", "0"],
        env={
            **clean_environment(home),
            **made.servers.direct,
            "NERPROC_ROOTS": f'["{made.files}"]',
            "NERPROC_FAILPOINT": f"{failpoint}:kill",
        },
        cwd=home,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: find_head(Settings(home=home)) or head.poll() is not None, "the head answers", 60)
    return head


@pytest.mark.parametrize(
    ("failpoint", "words"),
    [
        ("job_submitted", "head killed between commit and publish"),
        ("permits_sent", "head killed between publish and confirm"),
    ],
)
def test_a_job_that_was_taken_is_done(  # noqa: PLR0917 - fixtures
    failpoint: str,
    words: str,
    cluster: MakeCluster,
    tmp_path: Path,
    undisturbed: Undisturbed,
    table: Table,
) -> None:
    made = cluster(NERPROC_POLL_SECONDS="5")  # as in production
    made.worker()
    made.finish(made.submit())
    head = head_that_dies(made, failpoint, tmp_path / "head")
    url = find_head(Settings(home=tmp_path / "head"))
    assert url is not None
    groups = [{"name": "many", "query": "COUNT(EMAIL) >= 5"}]
    with pytest.raises(HeadUnreachable):
        Client(url).submit(LocalSource(paths=[str(made.files)]), model=PATTERNS, groups=groups)
    assert head.wait(10) == -9
    job = made.node.jobs.page()[0].id
    made.finish(job)
    made.assert_same(job, undisturbed)
    waited = made.when(job, "task.claimed")[0] - made.when(job, "job.submitted")[0]
    table.add(words, "runs within 10 s all the same", f"{waited:.1f} s")
    assert waited < 10
