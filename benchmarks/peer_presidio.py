"""Presidio's pattern recognizers over standard input; prints one JSON line. Runs under the peer's own Python.

All recognizers that Presidio loads for English but those that need a trained model, the phone recognizer among
them; the tokenizer is spaCy's blank English one, so that nothing but patterns takes time.
"""

from __future__ import annotations

import json
import logging
import sys
import time

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine

DOCUMENT = 10_000  # characters


class BlankEngine(SpacyNlpEngine):
    """spaCy's tokenizer without a model."""

    def __init__(self) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}

    def load(self) -> None:
        """Nothing to load."""

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Tokens alone."""
        return self._doc_to_nlp_artifact(self.nlp[language](text), language)


def main() -> None:
    logging.disable(logging.CRITICAL)
    text = sys.stdin.read()
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.recognizers = [one for one in registry.recognizers if "Spacy" not in type(one).__name__]
    engine = AnalyzerEngine(registry=registry, nlp_engine=BlankEngine(), supported_languages=["en"])
    documents = [text[first : first + DOCUMENT] for first in range(0, len(text), DOCUMENT)]
    engine.analyze(documents[0], "en")
    began = time.process_time()
    found = sum(len(engine.analyze(document, "en")) for document in documents)
    seconds = time.process_time() - began
    size = len(text.encode()) / 1e6
    print(
        json.dumps(
            {"mb_s": round(size / seconds, 3), "entities": found, "recognizers": len(registry.recognizers)}
        )
    )


if __name__ == "__main__":
    main()
