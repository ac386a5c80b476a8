"""What only training needs, and `nerproc[train]` installs; all of `train` has it from here."""

from __future__ import annotations

from nerproc.errors import SettingsError

try:
    import onnx
    import torch
except ModuleNotFoundError as missing:
    raise SettingsError(
        f"training needs the package {missing.name}, which is not installed here",
        hint="pip install 'nerproc[train]'",
    ) from missing

__all__ = ["onnx", "torch"]
