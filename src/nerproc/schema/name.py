"""How models and labels are named, and names that mean something; commands have them without loading more."""

from __future__ import annotations

from typing import Literal

LABEL_NAME = r"[A-Z][A-Z0-9_]{0,63}"
MODEL_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
PATTERNS = "patterns"  # the built-in model that is code
BASIC = "basic"  # the built-in model that looks for entities, and is gone on from, unless another is named
FROM_NOTHING = "none"  # in the place of a base: the model begins with no knowledge
ExportFormat = Literal["jsonl", "csv", "parquet", "sarif", "html", "label-studio", "doccano"]
