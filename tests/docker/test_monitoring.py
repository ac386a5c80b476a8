"""Alert rules, dashboard and the page for operators name metrics and events that there are, and all of them."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from nerproc.api.app import build_app
from nerproc.api.monitor import build_monitor
from nerproc.job.account import OUTCOMES
from nerproc.license.free import FreeLicense
from nerproc.node import Node
from nerproc.schema.license import LicenseStatus
from nerproc.settings import Settings
from nerproc.worker import account  # noqa: F401 - the meters of workers

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docker" / "monitoring"
PAGE = (ROOT / "docs" / "operations.md").read_text()
OF_PROMETHEUS = {"instance", "job", "le"}
LEVELS = {"debug", "info", "warning", "error"}


class Ending(FreeLicense):
    """A licence with all that one may have."""

    def status(self) -> LicenseStatus:
        return super().status().model_copy(update={"expiry": datetime(2100, 1, 1, tzinfo=UTC)})


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("NERPROC_"):
                patch.delenv(name)
        with Node.open(Settings(home=tmp_path_factory.mktemp("home")), license=Ending()) as node:
            yield node


@pytest.fixture(scope="module")
def families(node: Node) -> dict[str, dict[str, Metric]]:
    """What a head and a worker tell, by name as in queries, without the endings of histograms."""
    apps = {"head": build_app(node), "worker": build_monitor(node, asks=False)}
    found = {}
    for role, app in apps.items():
        client = TestClient(app, base_url="http://localhost")
        client.get("/health")
        text = client.get("/metrics").text
        found[role] = {_name(family): family for family in text_string_to_metric_families(text)}
    return found


def _name(family: Metric) -> str:
    return family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")


@pytest.fixture(scope="module")
def expressions() -> list[str]:
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    assert len(rules) >= 10
    assert len(panels) >= 15
    return [rule["expr"] for rule in rules] + [
        target["expr"] for panel in panels for target in panel["targets"]
    ]


def test_every_metric_in_a_query_is_one_that_there_is(
    expressions: list[str], families: dict[str, dict[str, Metric]]
) -> None:
    known = families["head"] | families["worker"]
    labels = {label for family in known.values() for sample in family.samples for label in sample.labels}
    labels |= {"slug", "kind"} | OF_PROMETHEUS  # of meters that have counted nothing
    for expression in expressions:
        names = re.findall(r"\bnerproc_\w+", expression)
        assert names or expression.startswith("up{"), expression
        for name in names:
            histogram = re.sub(r"_(bucket|count|sum)$", "", name)
            assert name in known or known[histogram].type == "histogram", expression
        used = re.findall(r"[{,]\s*(\w+)\s*=", expression)
        used += [label for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(", ")]
        assert set(used) <= labels, expression


def test_rates_are_taken_of_counters_only(
    expressions: list[str], families: dict[str, dict[str, Metric]]
) -> None:
    for expression in expressions:
        for name in re.findall(r"(?:rate|increase)\((nerproc_\w+)", expression):
            assert name.endswith(("_total", "_bucket", "_count", "_sum")), expression


def _rows(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    section = PAGE.split(f"### {heading}\n")[1].split("\n#")[0]
    rows = [re.split(r"\s*\|\s*", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    assert rows
    return rows


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_page_has_every_metric_with_its_labels(families: dict[str, dict[str, Metric]]) -> None:
    told: dict[str, set[str]] = {"head": set(), "worker": set()}
    for names, of, labels, _ in _rows("Metrics"):
        for role in ("head", "worker") if of == "both" else (of,):
            told[role] |= set(_names(names))
            for name in _names(names):
                samples = families[role][name].samples if name in families[role] else []
                shown = {label for sample in samples for label in sample.labels} - {"le"}
                assert not samples or shown == set(_names(labels)), name
    assert told == {role: set(found) for role, found in families.items()}


def test_the_page_has_every_alert() -> None:
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
    told = [name for row in _rows("Alerts and a dashboard") for name in _names(row[0])]
    assert sorted(told) == sorted(rule["alert"] for rule in rules)
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)


def test_the_page_has_every_event() -> None:
    told = {name for row in _rows("Logs") for name in _names(row[0])}
    assert all(set(re.split(r", ", row[1])) <= LEVELS for row in _rows("Logs"))
    said = {f"task_{outcome}" for outcome in OUTCOMES} | {"library_message"}
    for path in (ROOT / "src" / "nerproc").rglob("*.py"):
        said |= {name for call in ast.walk(ast.parse(path.read_text())) for name in _event(call)}
    assert told == said
    assert len(said) > 40


def _event(call: Any) -> list[str]:
    """The names of the event that a call logs."""
    if not (isinstance(call, ast.Call) and call.args):
        return []
    function = call.func
    logs = isinstance(function, ast.Name) and function.id == "say"
    if isinstance(function, ast.Attribute) and function.attr in LEVELS:
        logger = function.value
        logs = isinstance(logger, ast.Call) and getattr(logger.func, "id", "") == "log"
        logs = logs or getattr(logger, "id", "") == "_log"
    if not logs or isinstance(call.args[0], ast.JoinedStr):
        return []
    found = [part.value for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant)]
    return [name for name in found if isinstance(name, str)]


def test_the_places_of_prometheus_fit() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert all((FOLDER / name).exists() for name in config["rule_files"])
    jobs = {job["job_name"] for job in config["scrape_configs"]}
    assert jobs == {"nerproc-head", "nerproc-worker"}
    assert set(re.findall(r'job="([\w-]+)"', (FOLDER / "alerts.yml").read_text())) <= jobs
