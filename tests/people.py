"""Made-up sentences with names and places, and small taggers that were trained on them."""

from __future__ import annotations

import random
import re
from pathlib import Path

from nerproc.detection.network.calibration import Calibration
from nerproc.train.export import export
from nerproc.train.extra import torch
from nerproc.train.fit import Fitted, Options, fit
from nerproc.train.network import Network
from nerproc.train.sample import Sample, Span
from nerproc.train.target import Material

LABELS = ("LOCATION", "NAME")
OPTIONS = Options(bits=9, epochs=3)
_WORDS = {
    "NAME": ["Anna Smith", "Bert Miller", "Carla Jones", "Hugo Brown", "Ida Weber", "Greta Lang", "Emil Cook"],
    "LOCATION": ["London", "Paris", "Lima", "New York", "Cape Town", "Oslo"],
    "DRINK": ["green tea", "coffee", "apple juice", "cocoa"],
}
_SENTENCES = (
    "NAME lives in LOCATION.",
    "In LOCATION , NAME met a friend",
    "we saw NAME yesterday",
    "The train to LOCATION was late, said NAME.",
    "Nothing happened for a long time.",
    "They sell nothing here.",
)
DRINKING = ("NAME drank a cup of DRINK.", "a glass of DRINK for NAME", "They sell DRINK here.")


def samples(count: int, seed: int = 1, *, sentences: tuple[str, ...] = _SENTENCES) -> list[Sample]:
    """`count` of them, each a document of its own."""
    draw = random.Random(seed)
    return [_sample(draw.choice(sentences), draw, f"{seed}-{number}") for number in range(count)]


def _sample(sentence: str, draw: random.Random, document: str) -> Sample:
    text, spans = "", []
    for part in re.split(r"(NAME|LOCATION|DRINK)", sentence):
        word = draw.choice(_WORDS[part]) if part in _WORDS else part
        if part in _WORDS:
            spans.append(Span(len(text), len(text) + len(word), part))
        text += word
    return Sample(text, tuple(spans), document=document)


def trained(folder: Path) -> Path:
    """A model that knows the names and places above, in `folder`."""
    held = [Material(samples(40, 2))]
    fitted = fit([Material(samples(300))], held, LABELS, OPTIONS)
    export(fitted, folder, held, name="people", version="1", description="Made-up people.")
    return folder


def random_model(folder: Path, seed: int = 5) -> Path:
    """A model that finds something anywhere, for no reason."""
    torch.manual_seed(seed)
    network = Network(5, 9).eval()
    with torch.no_grad():
        network.head.weight *= 8
        network.head.bias[3:] += 1  # for entities of several words
    fitted = Fitted(network, LABELS, 9, 0.0, Calibration(), 1)
    export(fitted, folder, [Material([])], name="random", version="1", description="Finds anything.")
    return folder
