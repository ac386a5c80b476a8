"""Against spaCy itself, with pipelines that need no trained weights."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import nerproc
from nerproc.errors import InvalidRequest, NotFound
from nerproc.model.registry import load

pytestmark = pytest.mark.filterwarnings("default")  # of its dependencies

PATTERNS = [
    {"label": "PERSON", "pattern": [{"TEXT": "Ada"}, {"TEXT": "Lovelace"}]},
    {"label": "GPE", "pattern": "London"},
    {"label": "ORG", "pattern": "Analytical Society"},
    {"label": "WORK_OF_ART", "pattern": "Sketch"},
]
TEXT = "Dr. Ada Lovelace of the Analytical Society\nlives in London; her Sketch is known."


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import spacy

    made = spacy.blank("en")
    made.add_pipe("entity_ruler").add_patterns(PATTERNS)
    made.add_pipe("sentencizer")
    folder = tmp_path_factory.mktemp("pipeline") / "saved"
    made.to_disk(folder)
    return folder


def test_entities_have_our_labels_and_the_offsets_of_the_text(pipeline: Path) -> None:
    found = nerproc.detect(TEXT, model=f"spacy:{pipeline}")
    assert [(entity.label, entity.text) for entity in found] == [
        ("NAME", "Ada Lovelace"),
        ("ORGANIZATION", "Analytical Society"),
        ("LOCATION", "London"),
        ("WORK_OF_ART", "Sketch"),
    ]
    assert {entity.score for entity in found} == {0.85}
    assert load(f"spacy:{pipeline}").labels == ("LOCATION", "NAME", "ORGANIZATION", "WORK_OF_ART")


def test_long_texts_are_read_whole(pipeline: Path) -> None:
    text = "😀 Ada Lovelace went. " * 2_000
    found = nerproc.detect(text, model=f"spacy:{pipeline}", labels=["NAME"])
    assert len(found) == 2_000
    assert {text[entity.start : entity.end] for entity in found} == {"Ada Lovelace"}


def test_a_pipeline_that_changes_has_another_version(pipeline: Path) -> None:
    before = load(f"spacy:{pipeline}").version
    assert load(f"spacy:{pipeline}").version == before
    (pipeline / "more.txt").write_text("more")
    assert load(f"spacy:{pipeline}").version != before


def test_pipelines_of_packages_are_found_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Path
) -> None:
    folder = tmp_path / "packages"
    (folder / "xx_ada").mkdir(parents=True)
    for path in pipeline.rglob("*"):
        target = folder / "xx_ada" / path.relative_to(pipeline)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (folder / "xx_ada" / "__init__.py").write_text(
        "from pathlib import Path\nfrom spacy.util import load_model_from_path\n"
        "def load(**options): return load_model_from_path(Path(__file__).parent, **options)\n"
    )
    info = folder / "xx_ada-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: xx-ada\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[spacy_models]\nxx_ada = xx_ada\n")
    monkeypatch.syspath_prepend(folder)
    from nerproc.model.registry import cards

    assert "spacy:xx_ada" in [card.name for card in cards()]
    assert [entity.label for entity in nerproc.detect(TEXT, model="spacy:xx_ada", labels=["NAME"])] == ["NAME"]
    assert [entity.label for entity in nerproc.detect(TEXT, model="presidio:xx_ada", labels=["NAME"])] == [
        "NAME"
    ]


@pytest.mark.parametrize(
    "name", ["spacy:", "spacy:no_such_pipeline", "spacy:./nowhere", "spacy:os", "spacy:a.b"]
)
def test_pipelines_that_are_not_there(name: str) -> None:
    with pytest.raises(NotFound, match="no spaCy pipeline"):
        load(name)


def test_without_spacy_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, pipeline: Path
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)  # what Python takes for "not installed"
    with pytest.raises(InvalidRequest, match=r"pip install 'nerproc\[spacy\]'"):
        load(f"spacy:{pipeline}")
