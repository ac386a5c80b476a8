from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from tests.detection.encoder.folder import write_card, write_encoder
from tests.detection.piece import Piece

from nerproc.detection.encoder.encoder import labels_of, load
from nerproc.detection.network.folder import digests
from nerproc.detection.scan import Scanner
from nerproc.errors import InvalidRequest

TEXT = "Ada Lovelace met Ada at  Acme Corp. Acme"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


def test_entities_are_whole_words_with_our_labels(folder: Path) -> None:
    (found,) = load(folder).detect_all([(TEXT, None)])
    assert [(span.label, TEXT[span.start : span.end]) for span in found] == [
        ("NAME", "Ada Lovelace"),
        ("NAME", "Ada"),
        ("ORGANIZATION", "Acme Corp"),
        ("ORGANIZATION", "Acme"),
    ]
    assert {span.source for span in found} == {"tagger"}
    assert all(0.9 < span.score <= 1 for span in found)
    assert labels_of(folder) == ["NAME", "ORGANIZATION"]


def test_only_labels_that_were_asked_for_are_found(folder: Path) -> None:
    (found,) = load(folder, labels=["NAME"]).detect_all([(TEXT, None)])
    assert [span.label for span in found] == ["NAME", "NAME"]


@pytest.mark.parametrize("text", ["", "  \n ", "the", "é😀", "\ud83d", "a" * 100_000])
def test_texts_without_entities(folder: Path, text: str) -> None:
    assert load(folder).detect_all([(text, None)]) == [[]]


def test_long_texts_are_read_to_their_end(folder: Path) -> None:
    text = "😀 Ada Lovelace met Acme Corp. " * 10_000
    found = list(Scanner([load(folder)]).scan([Piece(text)], ""))
    assert [entity.text for entity in found] == ["Ada Lovelace", "Acme Corp"] * 10_000
    assert all(text[entity.start : entity.end] == entity.text for entity in found)


def test_texts_do_not_see_each_other(folder: Path) -> None:
    encoder = load(folder)
    together = encoder.detect_all([("Ada", None), (TEXT, None), ("King", None)])
    assert together == [encoder.detect_all([(text, None)])[0] for text in ("Ada", TEXT, "King")]


KINDS = ["O", "O", "B-PER", "O", "B-ORG", "O", "O", "I-ORG"]  # capitalized, an initial, letters and digits


def test_an_encoder_is_told_how_each_word_is_written(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path, words={}, kinds=KINDS, token_types="shape")
    text = "the Met X 7a at s. 12"
    (found,) = load(folder).detect_all([(text, None)])
    assert [(span.label, text[span.start : span.end]) for span in found] == [
        ("NAME", "Met"),
        ("ORGANIZATION", "X 7a"),
    ]


def test_types_of_tokens_are_nothing_where_the_encoder_asks_for_nothing(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path, words={}, kinds=KINDS)
    assert load(folder).detect_all([("the Met X 7a", None)]) == [[]]


@pytest.mark.parametrize(
    ("kinds", "types", "said"),
    [
        (None, "shape", "cannot be shown to model.onnx"),
        (KINDS, "colour", "cannot be shown to model.onnx"),
        (KINDS[:2], "shape", "cannot be run on what"),
    ],
)
def test_types_of_tokens_that_cannot_be_shown_are_refused(
    tmp_path: Path, kinds: list[str] | None, types: str, said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said) as error:
        load(write_encoder(tmp_path, kinds=kinds, token_types=types))
    assert error.value.hint


def test_scores_are_calibrated_as_the_card_says(folder: Path, tmp_path: Path) -> None:
    (plain,) = load(folder).detect_all([("Ada", None)])[0]
    write_card(write_encoder(tmp_path), calibration={"slope": 0.5, "offset": -1})
    (span,) = load(tmp_path).detect_all([("Ada", None)])[0]
    odds = 0.5 * math.log(plain.score / (1 - plain.score)) - 1
    assert span.score == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-6)


def test_a_card_of_another_kind_or_other_files_is_refused(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    load(write_card(tmp_path))
    with pytest.raises(InvalidRequest, match="not an encoder, but 'small'"):
        load(write_card(tmp_path, kind="small"))
    with pytest.raises(InvalidRequest, match=r"calibration\.slope"):
        load(write_card(tmp_path, calibration={"slope": "steep"}))
    with pytest.raises(InvalidRequest, match="has not the labels of config"):
        load(write_card(tmp_path, labels=["NAME"]))
    with pytest.raises(InvalidRequest, match=r"must name model\.onnx, tokenizer\.json and"):
        load(write_card(tmp_path, files=digests(tmp_path, ["model.onnx"])))
    write_card(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InvalidRequest, match=r"config\.json in .* is not the file"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", None, "config.json"),
        ("config.json", "{", "config.json"),
        ("config.json", "[]", "id2label"),
        ("config.json", "[" * 100_000, "config.json"),
        ("config.json", '{"id2label": {"0": "O", "1": null}}', "id2label"),
        ("config.json", '{"id2label": {"0": "O", "2": "B-PER"}}', "id2label"),
        ("config.json", '{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}', "no names of entities"),
        ("config.json", '{"id2label": {"0": "O", "1": "B-PER"}}', "has no score for each of the 2 classes"),
        ("tokenizer.json", None, "is no tokenizer"),
        ("tokenizer.json", "{}", "is no tokenizer"),
        ("model.onnx", None, "is no ONNX network"),
        ("model.onnx", "\x80\x05pickle", "is no ONNX network"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path, name: str, content: str | None, said: str) -> None:
    write_encoder(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InvalidRequest, match=said) as error:
        load(tmp_path)
    assert error.value.hint


def test_an_encoder_that_reads_too_little_at_once_is_refused(tmp_path: Path) -> None:
    for positions in (64, -1, "many"):
        write_encoder(tmp_path, max_position_embeddings=positions)
        with pytest.raises(InvalidRequest, match=f"{positions}.*: too few tokens at once"):
            load(tmp_path)


def test_an_encoder_that_reads_less_at_once_than_it_says_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be run on what") as error:
        load(write_encoder(tmp_path, positions=100))
    assert "max_position_embeddings" in str(error.value.hint)


def test_a_tokenizer_of_another_encoder_is_refused(tmp_path: Path) -> None:
    write_encoder(tmp_path)
    tokenizer = json.loads((tmp_path / "tokenizer.json").read_text())
    tokenizer["post_processor"]["special_tokens"]["[CLS]"]["ids"] = [9_999]
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(InvalidRequest, match="cannot be run on what"):
        load(tmp_path)
