"""The beacon: a few bytes of memory in which a child shows what it has in hand.

The supervisor reads it when the child dies (whose fault was it?) and while it lives (does it move?), so that a
child need not send a message for every object.
"""

from __future__ import annotations

import mmap
import os
import struct

_LAYOUT = struct.Struct("<qq")  # ordinal of the object in hand, or NOTHING; ticks
_TICKS = struct.Struct("<q")
NOTHING = -1


class Beacon:
    """One child's beacon; the child writes it, the supervisor reads it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, _LAYOUT.size)
        _, self._ticks = self.read()  # a child counts on from where its supervisor began

    @classmethod
    def create(cls) -> Beacon:
        """A new one, in anonymous memory that a child can inherit by its descriptor."""
        descriptor = os.memfd_create("nerproc-beacon", 0)
        os.ftruncate(descriptor, _LAYOUT.size)
        beacon = cls(descriptor)
        beacon.show(None)
        return beacon

    def show(self, ordinal: int | None) -> None:
        """Show which object is in hand; this too is progress."""
        self._ticks += 1
        _LAYOUT.pack_into(self._memory, 0, NOTHING if ordinal is None else ordinal, self._ticks)

    def tick(self) -> None:
        """Show progress within an object."""
        self._ticks += 1
        _TICKS.pack_into(self._memory, 8, self._ticks)

    def read(self) -> tuple[int | None, int]:
        """The ordinal of the object in hand (None: none), and a number that changes with progress."""
        ordinal, ticks = _LAYOUT.unpack_from(self._memory, 0)
        return (None if ordinal == NOTHING else ordinal), ticks

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
        os.close(self.descriptor)
