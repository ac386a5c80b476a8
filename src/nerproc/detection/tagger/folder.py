"""The folder of a small tagger: what is in it beside what every network has."""

from __future__ import annotations

from pathlib import Path

from nerproc.detection.network.calibration import Calibration
from nerproc.detection.network.folder import AGAIN, CARD, Card, card, check, content
from nerproc.errors import InvalidRequest

NETWORK = "network.onnx"  # vectors of words -> a score of each move
WORD = "word.onnx"  # sums of rows -> vectors of words
TABLE = "table.safetensors"  # the rows
SMALL = "small"


class Settings(Card):
    """What `model.json` says of a small tagger; `labels` are in the order of the network's moves."""

    bits: int  # of the table (see `feature.table_rows`)
    calibration: Calibration


def read(folder: Path) -> Settings:
    """The settings of the model in `folder`, whose files are all there and whole.

    Raises:
        InvalidRequest: the folder is no model of format 1, no small tagger, or a file is missing or differs.
    """
    found = content(folder)
    kind = card(found, folder, Card).kind
    if kind != SMALL:
        raise InvalidRequest(f"the model in {folder} is not a small tagger, but {kind!r}", hint=AGAIN)
    settings = card(found, folder, Settings)
    if {NETWORK, WORD, TABLE} - set(settings.files):
        raise InvalidRequest(f"{CARD} in {folder} must name {NETWORK}, {WORD} and {TABLE}", hint=AGAIN)
    check(folder, settings.files)
    return settings
