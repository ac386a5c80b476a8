"""What only training needs, and `nerproc[train]` installs; all of `train` has it from here."""

from __future__ import annotations

from nerproc.train.available import not_installed

try:
    import onnx
    import torch
except ModuleNotFoundError as missing:
    raise not_installed(missing.name or "?") from missing

__all__ = ["onnx", "torch"]
