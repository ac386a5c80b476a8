"""A package that brings a plugin, as an installer would leave it in a folder of Python's path."""

from __future__ import annotations

from pathlib import Path

_PAGE = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text()
MODULE = _PAGE.split("```python\n")[1].split("```")[0]  # the example of the page


def write_package(folder: Path, *, name: str = "ships", module: str = MODULE) -> Path:
    """The package `name` in `folder`, with the plugin of the same name."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(module)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[nerproc.detectors]\n{name} = {name}\n")
    return folder
