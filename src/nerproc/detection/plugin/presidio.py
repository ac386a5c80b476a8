"""Presidio analyzers as models.

`presidio` has the recognizers for English that need no trained model, `presidio:en_core_web_sm` the entities of
a spaCy pipeline as well, and `presidio:./analyzer.yaml` is an analyzer of your own, by its configuration file;
of several languages the first is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from nerproc.detection.plugin import spacy as pipelines
from nerproc.detection.plugin.label import ours
from nerproc.detection.plugin.plugin import Find, Found, PluginModel, installed, require
from nerproc.errors import NotFound

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

_SUFFIXES = (".yaml", ".yml")


def names() -> Iterable[str]:
    """The one without a pipeline, and one for each pipeline that is installed."""
    require("presidio_analyzer", extra="presidio", for_what="Presidio")
    return ["", *pipelines.names()]


def model(name: str, /) -> PluginModel:
    """The analyzer with that pipeline, or of that file.

    Raises:
        NotFound: there is no such pipeline or file.
        InvalidRequest: Presidio is not installed.
    """
    require("presidio_analyzer", extra="presidio", for_what="Presidio")
    version = f"presidio {installed('presidio-analyzer')}"
    if _is_file(name):
        if not Path(name).is_file():
            raise NotFound(f"there is no file {name!r}", hint="Name the configuration of an analyzer.")
        version += f" {hashlib.sha256(Path(name).read_bytes()).hexdigest()[:16]}"
    elif name:
        meta = json.loads((pipelines.locate(name) / "meta.json").read_text(encoding="utf-8"))
        version += f" {name} {meta.get('version', '')}"
    entities = _engine(name).get_supported_entities() if _is_file(name) else _entities(name)
    return PluginModel(
        version=version,
        description=f"Presidio's analyzer with {name}." if name else "Presidio's recognizers of patterns.",
        labels=sorted({ours(entity)[0] for entity in entities}),
        load=partial(_load, name),
    )


def _is_file(name: str) -> bool:
    """Whether the name is that of a configuration, which only a path is: not everybody may name paths."""
    return "/" in name and name.endswith(_SUFFIXES)


@cache
def _entities(pipeline: str) -> tuple[str, ...]:
    """What the recognizers find, known without loading the pipeline; Presidio reads long files for it."""
    return tuple(_registry(pipeline).get_supported_entities(["en"]))


def _registry(pipeline: str) -> RecognizerRegistry:
    from presidio_analyzer import RecognizerRegistry

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    if not pipeline:
        registry.recognizers = [one for one in registry.recognizers if "Spacy" not in type(one).__name__]
    return registry


def _engine(name: str) -> AnalyzerEngine:
    from presidio_analyzer import AnalyzerEngine, AnalyzerEngineProvider
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    _stay_offline()
    if _is_file(name):
        return AnalyzerEngineProvider(analyzer_engine_conf_file=name).create_engine()
    import spacy

    nlp = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": name or "blank"}])
    nlp.nlp = {  # type: ignore[assignment]
        "en": spacy.load(name) if name else spacy.blank("en")
    }
    return AnalyzerEngine(registry=_registry(name), nlp_engine=nlp, supported_languages=["en"])


def _stay_offline() -> None:
    """Let Presidio use what is installed: by itself it downloads pipelines, and a list of hosts."""
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from tldextract import TLDExtract, tldextract

    tldextract.TLD_EXTRACTOR = TLDExtract(suffix_list_urls=(), cache_dir=None)
    setattr(SpacyNlpEngine, "_download_spacy_model_if_needed", staticmethod(pipelines.locate))  # noqa: B010


def _language(engine: AnalyzerEngine) -> str:
    return str(engine.supported_languages[0])


def _load(name: str) -> Find:
    engine = _engine(name)
    language = _language(engine)

    def find(text: str) -> Iterator[Found]:
        for result in engine.analyze(text, language):
            label, kind = ours(result.entity_type)
            yield Found(result.start, result.end, label, min(1.0, result.score), kind)

    return find
