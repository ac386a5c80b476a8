"""What notebooks show of a client's values, and tables of entities for other libraries."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest
from tests.process import RunningHead

import nerproc
from nerproc.client import frame
from nerproc.client.value import EntityPage, Report
from nerproc.errors import InvalidRequest, SettingsError
from nerproc.schema.entity import COLUMNS, Location

TEXT = 'Write to <b>"Ann"</b> ann@example.org,\nor to bob@example.org. SSN 869-73-1145.\n'


@pytest.fixture(scope="module")
def client(head: RunningHead) -> Iterator[nerproc.Client]:
    with nerproc.Client(head.url) as client:
        yield client


@pytest.fixture(scope="module")
def report(client: nerproc.Client, tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "letter <i>.txt").write_text(TEXT)
    (folder / "table.csv").write_text("name,mail\nAnn,cy@example.org\n")
    (folder / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    groups = [{"name": "ssn", "query": "COUNT(SSN) > 0"}]
    submitted = client.submit(folder, model="patterns", labels=["EMAIL", "SSN"], groups=groups)
    found = client.wait(submitted, 120)
    assert isinstance(found, Report)
    return found


def texts_of(table: Any) -> list[str]:
    return [str(text) for text in table["text"]]


def test_a_report_as_tables(report: Report, client: nerproc.Client) -> None:
    entities = list(client.entities(report.id))
    assert len(entities) == 4

    frame = report.to_pandas()
    assert list(frame.columns) == list(COLUMNS)
    assert texts_of(frame) == [entity.text for entity in entities]
    assert texts_of(report.to_arrow().to_pydict()) == texts_of(frame)
    relation = report.to_duckdb()
    assert relation.aggregate("label, count(*) AS n", "label").order("label").fetchall() == [
        ("EMAIL", 3),
        ("SSN", 1),
    ]
    assert relation.filter("row = 2").fetchall()[0][0] == "table.csv"
    assert texts_of(client.job(report.id).to_pandas(label="SSN")) == ["869-73-1145"]


def test_a_page_as_tables(report: Report, client: nerproc.Client) -> None:
    page = client.entity_page(report.id, limit=3)

    assert isinstance(page, EntityPage)
    assert len(page) == 3
    assert page[0] == next(iter(page))
    rest = client.entity_page(report.id, cursor=page.next_cursor)
    assert [*page, *rest] == list(client.entities(report.id))
    assert rest.next_cursor is None
    assert (
        texts_of(page.to_pandas()) == texts_of(page.to_arrow().to_pydict()) == [entity.text for entity in page]
    )
    assert rest[0].location == Location(row=2)
    assert rest.to_duckdb().fetchall() == report.to_duckdb().filter("object = 'table.csv'").fetchall()


def test_what_is_not_installed_is_named(
    report: Report, client: nerproc.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "find_spec", lambda _: None)
    for table in (report.to_pandas, client.entity_page(report.id).to_pandas):
        with pytest.raises(SettingsError, match="package pandas") as caught:
            table()
        assert caught.value.hint == "pip install 'nerproc[notebook]'"
    with pytest.raises(SettingsError, match="package pyarrow"):
        report.to_arrow()
    assert importlib.util.find_spec("duckdb") is not None
    assert len(report.to_duckdb().fetchall()) == 4


def test_a_report_without_a_client_has_no_entities(report: Report) -> None:
    with pytest.raises(InvalidRequest, match="client"):
        Report.model_validate(report.model_dump()).to_duckdb()


def test_what_notebooks_show(report: Report, client: nerproc.Client) -> None:
    shown = report._repr_html_()
    assert "Entities by label" in shown
    assert "<svg" in shown
    assert "COUNT(SSN) &gt; 0" in shown
    assert "x.png" in shown

    page = client.entity_page(report.id)._repr_html_()
    assert ">ann@example.org</bdi>" in page
    assert "letter &lt;i&gt;.txt" in page
    assert "&lt;b&gt;&quot;Ann" in page

    letter = next(found for found in client.objects(report.id) if found.object.startswith("letter"))
    preview = letter._repr_html_()
    assert "<mark" in preview
    assert ">869-73-1145</bdi>" in preview

    job = client.job(report.id)._repr_html_()
    assert "4 entities, 2 of 3 objects, 1 skipped" in job
    assert report.name in client._repr_html_()
    for html in (shown, page, preview, job, client._repr_html_()):
        assert "<script" not in html
        assert "<b>" not in html
        assert 'style="' not in html


def test_a_client_of_a_head_that_is_away_shows_itself() -> None:
    with nerproc.Client("http://127.0.0.1:9") as client:
        assert "127.0.0.1:9" in client._repr_html_()
