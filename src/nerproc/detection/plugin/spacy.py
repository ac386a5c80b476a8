"""spaCy pipelines as models: `spacy:en_core_web_sm`, or `spacy:./folder` of one that was saved to disk.

What counts is `doc.ents`, whatever component sets it. spaCy gives no scores.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nerproc.detection.plugin.label import ours
from nerproc.detection.plugin.plugin import Find, Found, PluginModel, installed, require
from nerproc.errors import NotFound

SCORE = 0.85  # of every entity, as in Presidio, whose default it is for spaCy's


def names() -> Iterable[str]:
    """The pipelines that are installed as packages."""
    return sorted({point.name for point in entry_points(group="spacy_models")})


def model(name: str, /) -> PluginModel:
    """The pipeline of an installed package, or in a folder.

    Raises:
        NotFound: there is none.
        InvalidRequest: spaCy is not installed.
    """
    require("spacy", extra="spacy", for_what="a spaCy pipeline")
    folder = locate(name)
    meta: dict[str, Any] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    title = f"{meta.get('lang', '')}_{meta.get('name', 'pipeline')}"
    return PluginModel(
        version=f"{meta.get('version', '')} spacy {installed('spacy')}{_print(folder) if '/' in name else ''}",
        description=f"The spaCy pipeline {title}. {meta.get('description', '')}".strip(),
        labels=sorted({ours(label)[0] for label in _labels(folder, meta)}),
        load=partial(_load, name),
    )


def locate(name: str) -> Path:
    """The folder of a pipeline with its `meta.json`.

    Raises:
        NotFound: there is none.
    """
    if "/" in name:
        folder = Path(name)
        hint = "Name a folder that nlp.to_disk wrote."
    else:
        spec = find_spec(name) if name.isidentifier() else None
        places = spec.submodule_search_locations if spec else None
        folder = Path(next(iter(places or ()), "/nonexistent"))
        have = ", ".join(names())
        hint = f"Installed: {have}." if have else "Install one with: python -m spacy download en_core_web_sm"
    if not (folder / "meta.json").is_file():
        raise NotFound(f"there is no spaCy pipeline {name!r}", hint=hint)
    return folder


def _labels(folder: Path, meta: dict[str, Any]) -> Sequence[str]:
    """Of the components that set entities."""
    import spacy
    from spacy.util import load_config

    language = spacy.blank(meta["lang"])  # knows the components that there are
    package = folder / f"{meta.get('lang')}_{meta.get('name')}-{meta.get('version')}"
    config = load_config((package if package.is_dir() else folder) / "config.cfg")
    return [
        label
        for component, settings in config["components"].items()
        if settings.get("annotate_ents") or "doc.ents" in language.get_factory_meta(settings["factory"]).assigns
        for label in meta.get("labels", {}).get(component, [])
    ]


def _print(folder: Path) -> str:
    """A short checksum that changes when a file below `folder` does."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    states = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return f" {hashlib.sha256(json.dumps(states).encode()).hexdigest()[:16]}"


def _load(name: str) -> Find:
    import spacy

    pipeline = spacy.load(name)

    def find(text: str) -> Iterator[Found]:
        for entity in pipeline(text).ents:
            label, kind = ours(entity.label_)
            yield Found(entity.start_char, entity.end_char, label, SCORE, kind)

    return find
