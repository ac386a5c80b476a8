"""Imported models on this machine's disk, each downloaded once, however many processes ask for it.

A model is a folder `<id>` that appears whole, by a rename. Who finds none takes the model's lock, looks again,
and downloads it; the others wait for the lock. When there is too much, the models that were not used for
longest go, but none that was used a moment ago: somebody may be about to open it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from nerproc.detection.network.folder import CARD
from nerproc.errors import NotFound, StorageUnreachable
from nerproc.failpoint import failpoint
from nerproc.model.folder import artifacts, stored
from nerproc.model.registry import Model, in_folder
from nerproc.storage.base import Storage

KEEP_SECONDS = 600.0  # a model stays so long after its last use
_COPY_BYTES = 1 << 20
_PARTIAL = "partial-"


class ModelCache:
    """Models below `folder`, about `most_bytes` of them."""

    def __init__(self, storage: Storage, folder: Path, *, most_bytes: int) -> None:
        self._storage = storage
        self._folder = folder
        self._most = most_bytes

    def open(self, model: str, name: str) -> Model:
        """The imported model of that id, ready to make detectors; `name` is what it is called.

        Raises:
            NotFound: it was deleted.
            StorageUnreachable: it cannot be read, or is not what was stored.
        """
        try:
            folder = self.fetch(model)
        except NotFound:
            raise NotFound(f"the model {name!r} was deleted") from None
        return in_folder(folder, name, version=model, origin="imported")

    def fetch(self, model: str) -> Path:
        """The folder of the model of that id."""
        place = self._folder / model
        if not _use(place):
            with self._locked(model):
                if not _use(place):
                    self._download(model, place)
        return place

    def _download(self, model: str, place: Path) -> None:
        partial = self._folder / f"{_PARTIAL}{uuid4().hex}"
        partial.mkdir()
        try:
            prefix = artifacts(model)
            with self._storage.open(f"{prefix}/{CARD}") as file:
                (partial / CARD).write_bytes(file.read())
            for name, digest in stored(partial).files.items():
                self._copy(f"{prefix}/{name}", partial / name, digest)
            failpoint("model_downloaded")
            partial.rename(place)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        self._sweep()

    def _copy(self, key: str, target: Path, expected: str) -> None:
        checksum = hashlib.sha256()
        with self._storage.open(key) as source, target.open("xb") as file:
            while chunk := source.read(_COPY_BYTES):
                checksum.update(chunk)
                file.write(chunk)
        if checksum.hexdigest() != expected.lower():
            raise StorageUnreachable(
                f"the artifact {key} is not what was stored",
                hint="Import the model again, and look at the store.",
            )

    @contextmanager
    def _locked(self, model: str) -> Iterator[None]:
        """Hold the model's lock, which ends with the process at the latest."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / f"{model}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _sweep(self) -> None:
        """Delete what is too much, and what downloads left that were killed."""
        now = time.time()
        models = []
        for place in self._folder.iterdir():
            with suppress(FileNotFoundError):
                used = place.stat().st_mtime
                if place.is_dir() and place.name.startswith(_PARTIAL):
                    if used < now - KEEP_SECONDS:
                        shutil.rmtree(place, ignore_errors=True)
                elif place.is_dir():
                    models.append((used, sum(file.stat().st_size for file in place.iterdir()), place))
        total = sum(size for _, size, _ in models)
        for used, size, place in sorted(models):
            if total <= self._most or used > now - KEEP_SECONDS:
                return
            doomed = self._folder / f"{_PARTIAL}{uuid4().hex}"
            with suppress(FileNotFoundError):
                place.rename(doomed)  # gone at once, as it came
            shutil.rmtree(doomed, ignore_errors=True)
            total -= size


def _use(place: Path) -> bool:
    """Whether the model is there; it is kept for a while from now on."""
    try:
        os.utime(place)
    except FileNotFoundError:
        return False
    return True
