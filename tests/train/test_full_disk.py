"""A limit on the size of files stands in for a full disk: writing ends in the middle of a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import resource, signal, sys
from pathlib import Path
from tests.people import LABELS, OPTIONS, samples
from nerproc.detection.network.calibration import Calibration
from nerproc.errors import SettingsError
from nerproc.train.export import export
from nerproc.train.extra import torch
from nerproc.train.fit import Fitted, fit
from nerproc.train.network import Network
from nerproc.train.target import Material

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
folder = Path(sys.argv[2])
try:
    if sys.argv[1] == "checkpoint":
        learnt, held = [Material(samples(50))], [Material(samples(9, 2))]
        fit(learnt, held, LABELS, OPTIONS, checkpoint=folder / "checkpoint")
    else:
        fitted = Fitted(Network(5, 9).eval(), LABELS, 9, 0.0, Calibration(), 1)
        export(fitted, folder / "model", [Material(samples(9))], name="some", version="1", description="Some.")
except SettingsError as error:
    print(error.message, "|", error.hint)
"""


@pytest.mark.parametrize("what", ["checkpoint", "model"])
def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path, what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, what, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stdout
    assert done.stdout.strip().endswith("| is the disk full?")
    assert list(tmp_path.iterdir()) == []
