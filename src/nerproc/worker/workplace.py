"""What a child keeps between tasks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from nerproc.job.part import parts_from
from nerproc.node import open_model_cache, open_storage
from nerproc.result.earlier import Earlier
from nerproc.result.read import ResultReader
from nerproc.result.write import PartWriter
from nerproc.settings import Settings
from nerproc.worker.beacon import Beacon
from nerproc.worker.channel import Channel
from nerproc.worker.scan import ScannerCache


class Workplace:
    """One child's settings, storage, writer and scanner, and its ways to the supervisor."""

    def __init__(self, settings: Settings, channel: Channel, beacon: Beacon) -> None:
        self.settings = settings
        self.channel = channel
        self.beacon = beacon
        self.storage = open_storage(settings)
        self.writer = PartWriter(self.storage.scratch())
        self.models = open_model_cache(settings, self.storage)
        self.scanners = ScannerCache(settings.home / "cache", self.models)

    @cached_property
    def reader(self) -> ResultReader:
        """Reads results by the names of objects."""
        return ResultReader(self.storage)

    def earlier(self, message: dict[str, Any]) -> Earlier:
        """What the task may take over from an earlier report."""
        return Earlier(self.storage, parts_from(message["parts"]))
