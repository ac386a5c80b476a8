"""Files of samples: what is recognised, what comes out, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.train.samples import LETTERS, many, samples
from tests.train.writers import (
    as_brat,
    as_doccano,
    as_iob2,
    as_label_studio,
    as_spans,
    as_tokens,
    other_scheme,
    tokens,
)

from nerproc.errors import ExitCode, NotFound, SampleError
from nerproc.train.format import lines, spans
from nerproc.train.label import Relabel
from nerproc.train.read import read, read_stream
from nerproc.train.sample import Sample, Span

PLAIN = LETTERS.replace("😀", "").replace("🏽", "")


def loaded(content: str | bytes, pairs: dict[str, str] | None = None) -> list[Sample]:
    data = content.encode() if isinstance(content, str) else content
    return list(read_stream(io.BytesIO(data), "file", Relabel(pairs)))


def refusal(content: str | bytes) -> SampleError:
    with pytest.raises(SampleError) as caught:
        loaded(content)
    assert caught.value.exit_code == ExitCode.USAGE
    assert caught.value.slug == "invalid-samples"
    return caught.value


def zipped(files: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


class TestThereAndBack:
    """Written in a format and read again, samples are the same."""

    @given(many(gaps=" \n\t\u2028\r"))
    def test_spans(self, some: list[Sample]) -> None:
        assert loaded(as_spans(some)) == some
        assert loaded("".join(map(spans.line, some))) == some

    @pytest.mark.parametrize("relations", [False, True])
    @given(some=many(PLAIN, gaps=" \n\t"))
    def test_doccano(self, some: list[Sample], relations: bool) -> None:
        assert loaded(as_doccano(some, relations=relations)) == some

    @pytest.mark.parametrize("indent", [None, 1])
    @given(some=many(gaps=" \n\t"))
    def test_label_studio(self, some: list[Sample], indent: int | None) -> None:
        assert loaded(as_label_studio(some, indent=indent)) == some

    @given(many())
    def test_tokens(self, some: list[Sample]) -> None:
        assert loaded(as_tokens(some)) == some

    @given(many(gaps=" \u00a0\u3000"))
    def test_iob2_with_the_text(self, some: list[Sample]) -> None:
        assert loaded(as_iob2(some)) == some

    @pytest.mark.parametrize("scheme", ["IOB1", "BIOES", "BILOU"])
    @given(sample=samples())
    def test_other_schemes(self, sample: Sample, scheme: str) -> None:
        words, tags = zip(*tokens(sample), strict=True)
        record = {"tokens": words, "labels": other_scheme(tags, scheme)}
        assert loaded(json.dumps(record)) == [sample]

    @given(many(gaps=" \n\r\t"))
    def test_brat_in_a_zip(self, some: list[Sample]) -> None:
        files: dict[str, str | bytes] = {"readme.txt": "no sample"}
        for number, sample in enumerate(some):
            files[f"doc/{number:02}.txt"], files[f"doc/{number:02}.ann"] = as_brat(sample)
        assert loaded(zipped(files)) == some


class TestRecognising:
    """The format is told by the content."""

    @pytest.mark.parametrize("write", [as_spans, as_doccano, as_label_studio, as_tokens, as_iob2])
    @pytest.mark.parametrize(
        "encode",
        [
            lambda text: text.encode(),
            lambda text: text.encode("utf-8-sig"),
            lambda text: text.encode("utf-16"),
            lambda text: text.encode("utf-32"),
            lambda text: ("\n\n" + text).replace("\n", "\r\n").encode(),
        ],
        ids=["utf-8", "marked", "utf-16", "utf-32", "windows"],
    )
    def test_in_any_unicode_encoding(
        self, write: Callable[[Sequence[Sample]], str], encode: Callable[[str], bytes]
    ) -> None:
        some = [
            Sample("Zoë met Bob .", (Span(0, 3, "NAME"), Span(8, 11, "NAME"))),
            Sample("in 東京", (Span(3, 5, "CITY"),)),
        ]
        assert loaded(encode(write(some))) == some

    def test_conll_2003_with_more_columns(self) -> None:
        text = (
            "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nin IN O O\n\nUN NNP I-NP I-ORG\n\n"
            "-DOCSTART- -X- -X- O\n\nx X O O\n"
        )
        found = loaded(text)
        assert [sample.text for sample in found] == ["EU in", "UN", "x"]
        assert [sample.spans for sample in found] == [(Span(0, 2, "ORG"),), (Span(0, 2, "ORG"),), ()]
        assert [sample.document for sample in found] == ["file/1", "file/1", "file/2"]
        assert found[1].place == "file:6"

    @pytest.mark.parametrize(
        "text",
        [
            "B-NAME\tAnn\nO\tleft\n\nB-CITY\tRome\n",  # the MIT corpora
            "# id 3dd7-c5\tdomain=en\nAnn _ _ B-NAME\nleft _ _ O\n\n# id 3\nRome _ _ B-CITY\n",  # MultiCoNER
            "#\tsource [2009]\n1\tAnn\tB-NAME\tO\n2\tleft\tO\tB-CITY\n\n1\tRome\tB-CITY\tO\n",  # GermEval
            "Ann x B-NAME O\nleft x O B-CITY\n\nRome x B-CITY B-CITY\n",  # with what a model says
            "# Sentences of mine\nAnn B-NAME \nleft O\n\nRome B-CITY\n",
            "Ann\tB-NAME\t\nleft\tO\n\nRome\tB-CITY\t\n",
        ],
    )
    def test_other_tables(self, text: str) -> None:
        found = [(sample.text, sample.spans) for sample in loaded(text)]
        assert found == [("Ann left", (Span(0, 3, "NAME"),)), ("Rome", (Span(0, 4, "CITY"),))]

    def test_a_token_may_be_a_hash(self) -> None:
        found = loaded("# O\nAnn B-NAME\n#tag O\n# B-SIGN\n")
        assert [(sample.text, len(sample.spans)) for sample in found] == [("# Ann #tag #", 2)]

    def test_a_text_that_the_tokens_do_not_make_is_left_aside(self) -> None:
        found = loaded("# text = Bob's\n1\tBob\tB-NAME\n2\tis\tO\n")
        assert [(sample.text, sample.spans) for sample in found] == [("Bob is", (Span(0, 3, "NAME"),))]

    def test_ranges_of_conll_u_are_no_tokens(self) -> None:
        found = loaded("# text = Bobs\n1-2\tBobs\t_\n1\tBob\tB-NAME\n2\ts\tO\n3\t.\tO\n")
        assert [sample.text for sample in found] == ["Bob s ."]

    def test_words_that_look_like_tags_do_not_make_a_table_of_json(self) -> None:
        sample = Sample("blood type O in a B-52 bomber ,", (Span(18, 22, "PLANE"),))
        for content in (
            as_spans([sample]),
            as_doccano([sample]),
            as_label_studio([sample]),
            as_tokens([sample]),
        ):
            assert loaded(content) == [sample]

    def test_brackets_in_a_table_do_not_make_it_json(self) -> None:
        for bracket in "[{":
            assert loaded(f"{bracket} O\nAnn B-NAME\n")[0].text == f"{bracket} Ann"

    def test_tags_that_no_scheme_has_in_this_order(self) -> None:
        tags = ["I-A", "E-A", "I-A", "S-A", "I-A", "O", "E-B", "L-B", "I-A", "I-B"]
        record = {"tokens": ["x"] * len(tags), "labels": tags}
        [found] = loaded(json.dumps(record))
        words = [f"{span.start // 2}-{span.end // 2} {span.label}" for span in found.spans]
        assert words == ["0-1 A", "2-2 A", "3-3 A", "4-4 A", "6-6 B", "7-7 B", "8-8 A", "9-9 B"]

    def test_plain_labels_of_tokens(self) -> None:
        record = {"tokens": ["Ann", "Lee", "left", "Rome"], "labels": ["NAME", "NAME", "O", "CITY"]}
        assert loaded(json.dumps(record))[0].spans == (Span(0, 7, "NAME"), Span(13, 17, "CITY"))

    def test_a_list_that_is_long_is_read_object_by_object(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("nerproc.train.format.records.LONGEST", 300_000)
        some = [Sample("x" * 40_000, (Span(0, number + 1, "NAME"),)) for number in range(30)]
        assert loaded(as_label_studio(some)) == some

    def test_the_minimal_export_of_label_studio(self) -> None:
        region = {"start": 0, "end": 3, "text": "Ann", "labels": ["NAME"]}
        task = {"id": 7, "text": "Ann left", "label": [region], "annotator": 1}
        [found] = loaded(json.dumps([task]))
        assert (found.spans, found.document) == ((Span(0, 3, "NAME"),), "file/7")

    def test_a_task_without_regions_in_the_minimal_export(self) -> None:
        region = {"start": 0, "end": 3, "labels": ["NAME"]}
        tasks = [{"text": "nobody", "lead_time": 1.5}, {"text": "Ann", "label": [region], "lead_time": 2}]
        assert loaded(json.dumps(tasks)) == [Sample("nobody", ()), Sample("Ann", (Span(0, 3, "NAME"),))]

    def test_a_project_has_names_of_its_own_in_the_minimal_export(self) -> None:
        region = {"start": 0, "end": 3, "text": "Ann", "labels": ["NAME"]}
        about = {"annotator": 1, "created_at": "2026", "updated_at": "2026", "lead_time": 1.5}
        tasks = [{"body": "Bob left", **about}, {"body": "Ann left", "ner": [region], "ok": ["yes"], **about}]
        for some in (tasks, [{"text": task.pop("body"), **task} for task in [dict(task) for task in tasks]]):
            assert loaded(json.dumps(some)) == [
                Sample("Bob left", ()),
                Sample("Ann left", (Span(0, 3, "NAME"),)),
            ]

    def test_annotations_that_do_not_count(self) -> None:
        def annotated(start: int, **more: object) -> dict[str, object]:
            value = {"start": start, "end": start + 1, "labels": ["NAME"]}
            return {"result": [{"value": value}, {"type": "choices", "value": {"choices": ["x"]}}], **more}

        tasks = [
            {"data": {"text": "abc"}, "annotations": [annotated(0, was_cancelled=True), annotated(1)]},
            {"data": {"body": "abc"}, "annotations": [annotated(0), annotated(2, ground_truth=True)]},
            {"data": {"text": "nobody looked at it"}, "annotations": []},
        ]
        assert [sample.spans[0].start for sample in loaded(json.dumps(tasks))] == [1, 2]

    def test_offsets_in_utf16_units(self) -> None:
        text = "😀😀 Ann went"
        value = {"start": 5, "end": 8, "text": "Ann", "labels": ["NAME"]}
        task = {"data": {"text": text}, "annotations": [{"result": [{"value": value}]}]}
        doccano = {"text": text, "label": [[5, 8, "NAME"]]}
        for content in ([task], doccano, {**doccano, "label": [[3, 6, "NAME"]]}):
            assert loaded(json.dumps(content))[0].spans == (Span(3, 6, "NAME"),)
        assert "UTF-16" in refusal(json.dumps({**doccano, "label": [[4, 7, "NAME"]]})).message

    def test_emoji_behind_the_spans_leave_no_doubt(self) -> None:
        for text in ("Annas Haus 😀", "安娜走了😀"):
            found = loaded(json.dumps({"text": text, "label": [[0, 2, "NAME"]]}))
            assert found == [Sample(text, (Span(0, 2, "NAME"),))]

    def test_entities_with_a_start_and_an_end(self) -> None:
        entity = {"start": 0, "end": 3, "label": "NAME"}
        [found] = loaded(json.dumps({"text": "Ann left", "entities": [entity]}))
        assert found.spans == (Span(0, 3, "NAME"),)

    def test_what_was_rejected_or_ignored_in_prodigy(self) -> None:
        record = {"text": "Ann left", "spans": [], "tokens": [{"text": "Ann", "start": 0, "end": 3, "id": 0}]}
        given = [{**record, "answer": answer} for answer in ("reject", "accept", "ignore")]
        assert loaded("\n".join(map(json.dumps, given))) == [Sample("Ann left", ())]

    def test_files_that_a_mac_adds_to_a_zip(self) -> None:
        files: dict[str, str | bytes] = {"b/a.txt": "Ann left", "b/a.ann": "T1\tNAME 0 3\tAnn\n"}
        added = dict.fromkeys(("__MACOSX/b/._a.txt", "__MACOSX/b/._a.ann", "b/._a.ann"), b"\0\5\x16\7\xff")
        assert loaded(zipped(files | added)) == [Sample("Ann left", (Span(0, 3, "NAME"),))]

    def test_a_discontinuous_annotation_of_brat(self) -> None:
        text = "North and South\nAmerica"
        annotation = "T1\tPLACE 0 5;16 23\tNorth America\nT2\tCITY 10 15;16 23\tSouth America\n"
        files = {"a.txt": text, "a.ann": annotation.splitlines()[0]}
        assert loaded(zipped(files))[0].spans == (Span(0, 5, "PLACE"), Span(16, 23, "PLACE"))
        files["a.ann"] = annotation.splitlines()[1]
        assert loaded(zipped(files))[0].spans == (Span(10, 23, "CITY"),)

    def test_pieces_of_brat_in_another_order(self) -> None:
        files = {"a.txt": "Rome, Ann Lee", "a.ann": "T1\tNAME 10 13;6 10\tLee Ann\n"}
        assert loaded(zipped(files))[0].spans == (Span(6, 9, "NAME"), Span(10, 13, "NAME"))

    @pytest.mark.parametrize("shift", [0, 1])
    def test_a_mark_before_a_text_of_brat_may_count(self, shift: int) -> None:
        files = {"a.txt": "\ufeffAnn left", "a.ann": f"T1\tNAME {shift} {3 + shift}\tAnn\n"}
        assert loaded(zipped(files)) == [Sample("Ann left", (Span(0, 3, "NAME"),))]

    def test_a_folder_of_brat(self, tmp_path: Path) -> None:
        (tmp_path / "deep").mkdir()
        for name in ("b", "deep/a"):
            (tmp_path / f"{name}.txt").write_text("Ann\n")
            (tmp_path / f"{name}.ann").write_text("T1\tNAME 0 3\tAnn\nR1\tKnows Arg1:T1 Arg2:T1\n")
        found = list(read([tmp_path]))
        assert [sample.place for sample in found] == [f"{tmp_path}/b.ann", f"{tmp_path}/deep/a.ann"]
        assert len({sample.document for sample in found}) == 2


class TestLabels:
    """Labels are written as nerproc writes them, or mapped."""

    RECORD = json.dumps({"tokens": ["a", "b", "c"], "labels": ["B-creative-work", "B-MISC:book", "B-Person"]})

    def test_without_a_map(self) -> None:
        [found] = loaded(self.RECORD)
        assert [span.label for span in found.spans] == ["CREATIVE_WORK", "MISC_BOOK", "PERSON"]

    def test_with_a_map(self) -> None:
        [found] = loaded(self.RECORD, {"MISC:*": "O", "MISC:book": "TITLE", "creative-*": "O"})
        assert [span.label for span in found.spans] == ["TITLE", "PERSON"]

    def test_a_label_that_is_left_out_may_lie_across_another(self) -> None:
        spans_ = [{"start": 0, "end": 5, "label": "A"}, {"start": 3, "end": 8, "label": "B"}]
        record = json.dumps({"text": "123456789", "spans": spans_})
        assert loaded(record, {"A": "O"}) == [Sample("123456789", (Span(3, 8, "B"),))]
        assert "across" in refusal(record).message


def test_space_at_the_ends_of_a_span_is_no_part_of_it() -> None:
    record = {"text": "so Ann\n said", "spans": [{"start": 2, "end": 8, "label": "NAME"}]}
    assert loaded(json.dumps(record)) == [Sample("so Ann\n said", (Span(3, 6, "NAME"),))]


GOOD = json.dumps({"text": "Ann left", "spans": [{"start": 0, "end": 3, "label": "NAME"}]})


def spanned(start: object, end: object, label: object = "NAME") -> str:
    return json.dumps({"text": "Ann left", "spans": [{"start": start, "end": end, "label": label}]})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (spanned(0, 9), "outside the text, which is 8 long"),
        (spanned(-1, 3), "outside the text"),
        (spanned(3, 0), "outside the text"),
        (spanned(3, 3), "is empty"),
        (spanned(3, 4), "nothing but space"),
        (spanned("0", 3), "no start and end"),
        (spanned(True, 3), "no start and end"),
        (spanned(0.0, 3), "no start and end"),
        (spanned(0, 3, "Größe"), "cannot be written as a label"),
        (spanned(0, 3, "7UP"), "cannot be written as a label"),
        (spanned(0, 3, "X" * 65), "cannot be written as a label"),
        (spanned(0, 3, ""), "cannot be written as a label"),
        (spanned(0, 3, None), "label is missing"),
        ('{"text": "a", "spans": [[0, 1]]}', "no list of objects"),
        ('{"text": 7, "spans": []}', "the text is missing"),
        ('{"text": "\\ud800", "spans": []}', "surrogate"),
        ('{"text": "a", "spans": ', "not JSON"),
        ("[" * 100_000, "JSON"),
        ("7", "no JSON object"),
        ('{"tokens": ["a"], "labels": ["O"]}', "not of the form of those before it"),
    ],
)
def test_a_flaw_is_refused_with_its_line(content: str, words: str) -> None:
    error = refusal(f"{GOOD}\n\n{content}\n")
    assert error.message.startswith("file:3: ")
    assert words in error.message
    assert error.hint is not None
    assert "Ann" not in error.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "file: the file is empty"),
        ("\ufeff \n", "file: the file is empty"),
        ("Just a letter.\nNothing else.\n", "file: the format is not known"),
        ("T1\tNAME 0 3\tAnn\n", "without the text"),
        ('{"name": "x"}', "file:1: the object has the keys name"),
        ('{"tokens": ["a", "b"], "labels": ["O"]}', "file:1: there are 2 tokens and 1 labels"),
        ('{"tokens": ["a"], "labels": [3]}', "file:1: the label of token 1 is no word"),
        ("a O\nb O\nc\n\nd O\n", "file:3: the line has 1 columns, most have 2"),
        ("a O\nb O\n# \n\nd O\n", "file:3: the line has 1 columns, most have 2"),
        ("a O\nb O\nc d O\n\nd O\n", "file:3: the line has 3 columns, most have 2"),
        ("a O\nb O\nc Q-X\n\nd O\n", "file:3: there is no tag in column 2"),
        ('[\n{"data": {"text": "a"},\n "annotations" []}]', "file:3: it is not JSON"),
        ('[{"text": "a", "spans": []}', "file:1: the list has no end"),
        ('[{"text": "a", "spans": []}]\n[{"text": "b", "spans": []}]', "file:2: there is more behind the end"),
        ('[{"text": "a", "spans": []}, {"te', "file:1: it is not JSON"),
        ('{"text": "😀", "label": [[[0], 1, "X"]]}', "file:1: it cannot be told"),
        (
            '[{"lead_time": 1, "text": "<b>a</b>", "label": [{"start": "/b[1]", "hypertextlabels": ["X"]}]}]',
            "file:1: a region is of HTML",
        ),
        ('{"tokens": "a", "labels": ["O"]}', "file:1: tokens is no list"),
        ('{"tokens": ["a"], "labels": "O"}', "file:1: labels is no list"),
        ('[{"text": "a", "spans": []},\n\n 3]', "file:3: it is no JSON object"),
        (GOOD.encode() + b'\n{"text": "Zo\xeb", "spans": []}\n', "file:2: it is not UTF-8"),
        (b"PK\x03\x04 nothing", "file: the zip is broken"),
        (zipped({"a.txt": "x"}), "file: there is no .ann file"),
        (zipped({"a.ann": ""}), "file/a.ann: its .txt file is missing"),
        (zipped({"a.ann": "\nT1 NAME", "a.txt": "x"}), "file/a.ann:2: the annotation cannot be read"),
        (zipped({"a.ann": "T1\tNAME 0 1\tz", "a.txt": "x"}), "file/a.ann:1: the text of the annotation"),
        (zipped({"a.ann": "\nT1\tNAME 0 2\tx", "a.txt": "x"}), "file/a.ann:2: span 0 to 2 (NAME) is outside"),
        (zipped({"a.ann": "", "a.txt": b"x\n\xff"}), "file/a.txt:2: it is not UTF-8"),
    ],
)
def test_a_file_is_refused(content: str | bytes, words: str) -> None:
    error = refusal(content)
    assert words in error.message
    assert error.hint is not None


@pytest.mark.parametrize("line", [1, 2, 999, 5_000])
def test_the_line_of_a_byte_that_is_no_text_is_named(line: int) -> None:
    bad = b'{"text": "Zo\xeb", "spans": []}\n'
    content = (GOOD + "\n").encode() * (line - 1) + bad + (GOOD + "\n").encode() * 100
    assert refusal(content).message == f"file:{line}: it is not UTF-8"
    listed = b"[\n" + b",\n".join(content.splitlines()) + b"]"
    assert refusal(listed).message == f"file:{line + 1}: it is not UTF-8"
    brat = zipped({"a.ann": "", "a.txt": b"Ann left\r" * (line - 1) + b"Zo\xeb"})
    assert refusal(brat).message == f"file/a.txt:{line}: it is not UTF-8"


def test_a_region_whose_text_was_changed_is_refused() -> None:
    region = {"start": 1, "end": 4, "text": "Ann", "labels": ["NAME"]}
    error = refusal(json.dumps([{"id": 1, "text": "Ann left", "label": [region]}]))
    assert "not what its offsets say" in error.message


def test_a_line_without_an_end_is_not_read_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST", 10_000)
    assert "more than 10,000 characters" in refusal(GOOD + "\n" + '{"text": "' + "x" * 100_000).message


def test_samples_come_before_the_flaw_behind_them() -> None:
    stream = read_stream(io.BytesIO(f"{GOOD}\n{spanned(0, 99)}\n".encode()), "file")
    assert next(stream).text == "Ann left"
    with pytest.raises(SampleError):
        next(stream)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(read([tmp_path / "none.jsonl"]))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_rubbish_is_refused_or_read(content: bytes) -> None:
    for start in (b"", b'{"text": ', b"[{", b"a O\n", GOOD.encode() + b"\n", b"T1\t"):
        try:
            loaded(start + content)
        except SampleError as error:
            assert error.message.startswith("file")  # noqa: PT017 - it may also be read
