from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["torch", "onnx"])
def test_without_the_extra_the_error_says_how_to_get_it(package: str) -> None:
    program = f"""
import sys
sys.modules[{package!r}] = None
from nerproc.errors import SettingsError
try:
    import nerproc.train.fit, nerproc.train.export
except SettingsError as error:
    print(error.message, '|', error.hint)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        f"training needs the package {package}, which is not installed here | pip install 'nerproc[train]'"
    )


def test_a_tagger_runs_without_it() -> None:
    program = "import sys, nerproc.detection.tagger; print({'torch', 'onnx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
