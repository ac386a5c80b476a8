from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from nerproc.show.chart import HEAT_LEVELS, Bars, Heat, Mark, Stretch, Timeline, level
from nerproc.show.curve import Lines, Series, Sparkline, clock, thinned
from nerproc.show.inert import Html
from nerproc.show.interval import Estimate, Intervals
from nerproc.show.svg import Chart, compact, figure, fitted, ticks
from nerproc.show.table import Table

BEGIN = datetime(2026, 5, 1, 12, tzinfo=UTC)
NASTY = "<script>alert('1')</script>\u202e\x00\"&"
CHARTS = [
    Bars("Labels", {"EMAIL": 1234, "NAME": 7, NASTY: 1}),
    Heat("Objects", [(NASTY, {"EMAIL": 3}), ("b.txt", {"EMAIL": 30, NASTY: 1})]),
    Timeline(
        "Time",
        [Stretch(NASTY, BEGIN, BEGIN + timedelta(minutes=5), "running"), Stretch("b", BEGIN, BEGIN, NASTY)],
        [Mark(NASTY, BEGIN)],
    ),
    Lines("Training", [Series(NASTY, [(0, 2), (1, 1)]), Series("F1", [(1, 0.5)])], NASTY, "loss"),
    Sparkline("Speed", [1, 3, 2], NASTY),
    Intervals("Scores", NASTY, [NASTY, "new"], [(NASTY, [None, Estimate(0.5, 0.25, 0.75)])]),
    Bars("Labels", {}),
    Heat("Objects", []),
    Timeline("Time", []),
    Lines("Training", [], "x", "y"),
    Sparkline("Speed", []),
    Intervals("Scores", "F1", ["new"], []),
]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_a_chart_is_sound_markup_that_says_what_it_shows(chart: Chart) -> None:
    markup = chart.svg()
    picture = ET.fromstring(markup)  # and so well formed, whatever names there are

    names = {element.get("id"): element.text for element in picture if element.tag in {"title", "desc"}}
    assert names[picture.get("aria-labelledby")] == chart.title
    assert names[picture.get("aria-describedby")]
    assert picture.get("role") == "img"
    assert "script" not in {element.tag for element in picture.iter()}
    assert not [
        key
        for element in picture.iter()
        for key in element.attrib
        if key in {"style", "href"} or key[:2] == "on"
    ]
    assert "nan" not in markup
    assert isinstance(markup, Html)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_behind_each_chart_is_a_table(chart: Chart) -> None:
    whole = figure(chart)

    assert re.search(r"<details><summary>.*<table", whole)
    assert "<script" not in whole
    assert chart.title in chart.table().caption


def test_bars_are_as_long_as_their_counts():
    picture = ET.fromstring(Bars("Labels", {"B": 50, "A": 100, "C": 0}).svg())

    widths = [float(rect.get("width")) for rect in picture.iter("rect")]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.2)
    assert widths[2] == 0
    assert [text.text for text in picture.iter("text")] == ["A", "100", "B", "50", "C", "0"]


def test_many_bars_are_summed_up_and_all_are_in_the_table():
    bars = Bars("Labels", {f"L{n}": 1 for n in range(100)})

    assert "and 60 more with 60 together" in bars.svg()
    assert len(bars.table().rows) == 100


def test_links_lead_to_places_of_the_same_site_only():
    def of(address: str) -> str:
        return Bars("Labels", {"EMAIL": 1}, address=lambda name: address + name).svg()

    assert 'href="?label=EMAIL"' in of("?label=")
    assert 'role="group"' in of("?label=")  # a picture's links could not be reached
    for elsewhere in ("javascript:alert(1)//", "//elsewhere.org/", "https://elsewhere.org/"):
        assert "href" not in of(elsewhere)


def test_heat_grows_with_counts():
    assert [level(count, 10_000) for count in (0, 1, 10, 100, 1000, 10_000)] == [0, 1, 2, 3, 4, 5]
    assert max(level(count, most) for most in range(1, 50) for count in range(most + 1)) == HEAT_LEVELS
    table = Heat("Objects", [("a", {"X": 1}), ("b", {"Y": 5})]).table()
    assert table.columns == ["Object", "Y", "X"]
    assert table.rows == [["a", 0, 1], ["b", 5, 0]]


def test_a_timeline_tells_state_and_time():
    stretches = [Stretch("infer 1", BEGIN, BEGIN + timedelta(hours=3), "failed")]
    timeline = Timeline("Time", stretches, [Mark("task.reaped", BEGIN + timedelta(hours=1))])

    assert "infer 1: failed, 3 h" in timeline.svg()
    assert timeline.table().rows == [
        ("2026-05-01 12:00:00", "2026-05-01 15:00:00", "infer 1", "failed"),
        ("2026-05-01 13:00:00", "", "task.reaped", ""),
    ]


def test_curves_leave_out_what_is_no_number_and_keep_what_stands_out():
    points = [(float(n), 0.0) for n in range(10_000)]
    points[5_000] = (5_000.0, 99.0)

    assert (5_000.0, 99.0) in thinned(points)
    assert len(thinned(points)) <= 400
    lines = Lines("Training", [Series("loss", [(0, math.nan), (1, 2), (2, math.inf)])], "epoch", "loss")
    assert lines.table().rows == [["1", 2]]


def test_an_axis_of_time_has_hours():
    at = BEGIN.timestamp()
    svg = Lines("Speed", [Series("MB/s", [(at, 1), (at + 60, 2)])], "time", "MB/s", x_written=clock).svg()

    assert "12:00:00" in svg
    assert "12:01:00" in svg


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 7), (0, 1e9), (3, 3), (-2.5, 4), (0, 1e-6)])
def test_ticks_are_round_and_reach_around(low: float, high: float) -> None:
    found = ticks(low, high)

    assert found[0] <= low
    assert found[-1] >= high
    assert 2 <= len(found) <= 12


def test_long_names_keep_their_ends():
    assert fitted("a/very/long/path/to/a/file.txt", 100) == "a/very/…ile.txt"
    assert fitted("short.txt", 100) == "short.txt"
    assert len(fitted("連絡" * 50, 100)) <= 9  # such letters are as wide as two


def test_numbers_in_few_letters():
    assert [compact(n) for n in (0, 0.25, 950, 12_000, 3_400_000, 5e9)] == [
        "0",
        "0.25",
        "950",
        "12k",
        "3.4M",
        "5G",
    ]


def test_a_table_writes_numbers_on_the_right():
    markup = Table("T", ["Name", "Count"], [["<a>", 1234], ["b", None]]).html()

    assert '<td class="number">1,234</td>' in markup
    assert "&lt;a&gt;" in markup


def test_intervals_lie_where_their_shares_do() -> None:
    chart = Intervals(
        "Scores",
        "F1",
        ["base", "new"],
        [("NAME", [Estimate(0.0, 0.0, 0.25), Estimate(0.5, 0.25, 1.0)]), ("DATE", [None, Estimate(1, 1, 1)])],
    )
    picture = ET.fromstring(chart.svg())
    dots = [element for element in picture.iter("circle") if element.get("r") == "4.5"][:3]
    low, middle, high = (float(dot.get("cx")) for dot in dots)
    assert middle - low == pytest.approx(high - middle, abs=0.2)
    assert [dot.get("class") for dot in dots] == ["dot open", "dot", "dot"]
    lines = [element for element in picture.iter("line") if element.get("class") == "whisker"]
    widths = [float(line.get("x2")) - float(line.get("x1")) for line in lines]
    assert widths[3] == pytest.approx(3 * widths[0], abs=0.3)  # a line, and then its two ends
    assert "NAME, new: 0.500, from 0.250 to 1.000" in chart.svg()
    assert chart.table().rows == [["NAME", 0.0, 0.0, 0.25, 0.5, 0.25, 1.0], ["DATE", None, None, None, 1, 1, 1]]


def test_the_axis_of_intervals_begins_near_the_lowest() -> None:
    chart = Intervals("Scores", "F1", ["new"], [("NAME", [Estimate(0.97, 0.95, 0.99)])])
    words = [element.text for element in ET.fromstring(chart.svg()).iter("text")]
    assert "0.8" in words
    assert "0.6" not in words
