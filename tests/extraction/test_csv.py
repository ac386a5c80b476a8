from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.samples import MIB, Dribble, Read, read

CELLS = st.text(st.sampled_from('ab",;\n\r\t 5é'), max_size=6)


def records(document: Read) -> list[tuple[str, int]]:
    """Each character of the text, with its row."""
    found = []
    for segment in document.segments:
        for offset, character in enumerate(segment.text):
            place = segment.location(offset)
            assert place is not None
            assert place.row is not None
            found.append((character, place.row))
    return found


def test_rows_count_records_and_columns_have_hints():
    document = read(b"name,email,passport_no\nJo,jo@example.org,C01X00T47\n", "people.csv")
    assert document.text == "name,email,passport_no\nJo,jo@example.org,C01X00T47\n"
    assert document.media_type == "text/csv"
    assert document.location("email").row == 1
    assert document.location("C01").row == 2
    assert document.hint("C01") == "passport no"
    assert document.hint("jo@") == "email"


def test_quotes_hold_line_breaks_delimiters_and_quotes():
    data = b'id,note,SSN\n1,"a\nb, ""c""\nd",123\n2,x,456\n'
    document = read(data, "a.csv")
    assert document.text == data.decode()
    assert document.location('d",123').row == 2
    assert document.location("456").row == 3
    assert document.hint("123") == "SSN"
    assert document.hint("b, ") == "note"


def test_a_quote_inside_an_unquoted_field_is_only_a_character():
    document = read(b'size,what\n5" pipe,x\n6",Y\n7,Z\n', "a.csv")
    assert document.location("Z").row == 4
    assert document.hint("Y") == "what"


@pytest.mark.parametrize(
    ("delimiter", "name"), [(";", "a.csv"), ("|", "a.csv"), ("\t", "a.csv"), ("\t", "a.tsv")]
)
def test_delimiters_are_told(delimiter: str, name: str):
    lines = [["First name", "taxId"], ["Jane, dear", "99"], ["John", "98"]]
    document = read("\r\n".join(delimiter.join(line) for line in lines).encode(), name)
    assert document.hint("98") == "tax Id"
    assert document.location("98").row == 3


def test_a_byte_order_mark_is_not_part_of_the_header():
    document = read(b"\xef\xbb\xbfname;phone\nJo;5\n", "a.csv")
    assert document.text.startswith("name")
    assert document.hint("Jo") == "name"


def test_a_first_row_of_values_is_no_header():
    document = read(b"1,jane@example.org\n2,john@example.org\n", "a.csv")
    assert document.hint("john") == ""


def test_a_table_without_an_ending_in_its_name_is_told_by_its_lines():
    assert read(b"a;b\n1;2\n3;4\n", "-").media_type == "text/csv"
    assert read(b"a\tb\n1\t2\n3\t4\n", "-").media_type == "text/tab-separated-values"
    assert read(b"Dear all,\nthis is, as you know,\nno table.\n", "-").media_type == "text/plain"


def test_old_mac_line_ends_count():
    assert read(b"a,b\r1,2\r3,4\r", "a.csv").location("3").row == 3


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8))
def test_rows_are_those_of_the_csv_module(rows: list[list[str]]):
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["h1", "h2"], *rows])
    document = read(file.getvalue().encode(), "a.csv")
    assert document.text == file.getvalue()
    starts = [0]
    for row in [["h1", "h2"], *rows]:
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(row)
        starts.append(starts[-1] + len(line.getvalue()))
    places = records(document)
    assert [places[start][1] for start in starts[:-1]] == list(range(1, len(rows) + 2))
    assert [places[end - 1][1] for end in starts[1:]] == list(range(1, len(rows) + 2))


def test_rows_are_right_over_many_segments():
    rows = [f'{number},"line\nbreak {number}",plain\n' for number in range(120_000)]
    document = read(("id,text,other\n" + "".join(rows)).encode(), "a.csv")
    assert len(document.segments) > 2
    for number in (0, 60_000, 119_999):
        assert document.location(f'break {number}"').row == number + 2
        assert document.hint(f'break {number}"') == "text"


def test_one_record_larger_than_segments():
    data = b"alpha,beta\n" + b"x" * (3 * MIB) + b',"' + b"y\n" * MIB + b'",needle\nlast,row\n'
    document = read(data, "a.csv")
    assert document.text == data.decode()
    assert document.location("needle").row == 2
    assert document.hint("yyy" if "yyy" in document.text else "y\ny") == "beta"
    assert document.location("last").row == 3


@given(st.lists(CELLS, min_size=1, max_size=20), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_places_do_not_depend_on_read_sizes(cells: list[str], sizes: list[int]):
    data = ("h,i\n" + ",".join(cells) + "\n").encode()
    assert records(read(Dribble(data, sizes), "a.csv")) == records(read(data, "a.csv"))


def test_offsets_may_be_asked_for_in_any_order():
    document = read("".join(f"{row}\n" for row in range(1000)).encode(), "a.csv")
    (segment,) = document.segments
    forward = [segment.location(offset) for offset in range(len(segment.text))]
    backward = [segment.location(offset) for offset in reversed(range(len(segment.text)))]
    assert forward == backward[::-1]
