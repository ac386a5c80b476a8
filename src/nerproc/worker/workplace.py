"""What a child keeps between tasks, and how it tells its supervisor that one ended."""

from __future__ import annotations

from typing import Any

from nerproc.errors import NerprocError, NotFound, Refused
from nerproc.node import open_storage
from nerproc.result.write import PartWriter
from nerproc.settings import Settings
from nerproc.worker import compact, infer, shard
from nerproc.worker.beacon import Beacon
from nerproc.worker.channel import Channel
from nerproc.worker.scan import ScannerCache

_WORK = {"shard": shard.run, "infer": infer.run, "compact": compact.run}


class Workplace:
    """One child's storage, channel and beacon."""

    def __init__(self, settings: Settings, channel: Channel, beacon: Beacon) -> None:
        self.settings = settings
        self.channel = channel
        self.beacon = beacon
        self.storage = open_storage(settings)
        self.writer = PartWriter(self.storage.scratch())
        self.scanners = ScannerCache(settings.home / "cache")

    def work(self, message: dict[str, Any]) -> None:
        """Do one task, and send how it ended.

        What else goes wrong ends the process, with the beacon still showing the object in hand.
        """
        try:
            _WORK[message["kind"]](message, self)
        except NerprocError as error:
            # Refused and not found stay so however often they are tried.
            permanent = isinstance(error, (Refused, NotFound))
            self.channel.send({"op": "error", "reason": error.message, "permanent": permanent})
        self.beacon.show(None)
