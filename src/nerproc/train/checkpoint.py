"""A training as it was at the end of its last epoch, in one file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from nerproc.errors import SettingsError
from nerproc.train.extra import torch


class Checkpoint:
    """Where a training is kept; it is taken up only by one of the same options, labels and amount of words."""

    def __init__(self, path: Path | None, training: Mapping[str, Any]) -> None:
        """`path`: the file, or None to keep nothing; `training`: what tells this training from others."""
        self._path = path
        self._training = json.dumps(training, sort_keys=True)

    def load(self) -> dict[str, Any] | None:
        """What was saved last, if this training saved it, and as a whole."""
        if self._path is None or not self._path.exists():
            return None
        try:
            saved = torch.load(self._path, weights_only=True)  # tensors and numbers: nothing in it can run
        except Exception:  # noqa: BLE001 - whatever is wrong with it: there is none, and the training begins anew
            return None
        return saved["state"] if saved.get("training") == self._training else None

    def save(self, state: dict[str, Any]) -> None:
        """Keep `state`, in the place of what was kept before once it is written.

        Raises:
            SettingsError: it cannot be written.
        """
        if self._path is None:
            return
        aside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            torch.save({"training": self._training, "state": state}, aside)
            aside.replace(self._path)
        except (OSError, RuntimeError) as error:  # torch has no class of its own for a full disk
            with suppress(OSError):
                aside.unlink()
            raise SettingsError(
                f"the checkpoint {self._path} cannot be written: {error}", hint="is the disk full?"
            ) from error
