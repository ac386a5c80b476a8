"""A package that brings a plugin, as an installer would leave it in a folder of Python's path."""

from __future__ import annotations

from pathlib import Path

MODULE = """
import re

from nerproc.detection.plugin.plugin import Found, PluginModel
from nerproc.errors import NotFound


def names():
    return ["", "sail"]


def model(name):
    if name not in names():
        raise NotFound(f"there are no ships of the kind {name!r}")
    return PluginModel(f"1.0 {name}", "Names of ships.", ["SHIP"], load)


def load():
    def find(text):
        return [Found(*match.span(), "SHIP", 0.9, "navy") for match in re.finditer(r"HMS [A-Z][a-z]+", text)]

    return find
"""


def write_package(folder: Path, *, name: str = "ships", module: str = MODULE) -> Path:
    """The package `name` in `folder`, with the plugin of the same name."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(module)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[nerproc.detectors]\n{name} = {name}\n")
    return folder
