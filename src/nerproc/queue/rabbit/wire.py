"""What nerproc and RabbitMQ say to each other: names, the arguments of queues, and permits as bytes.

All nodes that share a broker must agree on these; another layout takes another number in NAMESPACE.
"""

from __future__ import annotations

import json
import re
from enum import Enum, auto

from nerproc.errors import QueueMismatch

NAMESPACE = "nerproc.v1"
DEAD_LETTER_EXCHANGE = f"{NAMESPACE}.dlx"
DEAD_LETTER_QUEUE = f"{NAMESPACE}.dlq"

MOST_PERMITS = 10_000  # in one queue: more would wake nobody sooner

# The same on RabbitMQ 3.10 to 4.x, which differ over every other argument. Dead letters are moved at most once:
# a permit that cannot be read is worth nothing, and with "at-least-once" a 3.10.8 whose queue is deleted right
# after its start loses the process that serves all its quorum queues.
ARGUMENTS = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 20,
    "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
    "x-overflow": "reject-publish",
    "x-max-length": MOST_PERMITS,
}
DEAD_LETTER_ARGUMENTS = {"x-queue-type": "quorum", "x-max-length": MOST_PERMITS}  # the oldest are dropped first

VERSION = 1
MOST_BYTES = 1_024  # of a permit


class Reading(Enum):
    """What the body of a message is."""

    PERMIT = auto()
    NEWER = auto()  # a permit of a version that is not ours to understand
    GARBAGE = auto()


def queue_name(pool: str) -> str:
    """The queue of a pool's permits."""
    return f"{NAMESPACE}.{pool}"


def encode(pool: str) -> bytes:
    """A permit for `pool`."""
    return json.dumps({"v": VERSION, "pool": pool}, separators=(",", ":")).encode()


def read(body: bytes, pool: str) -> Reading:
    """What `body`, found in the queue of `pool`, is."""
    if len(body) > MOST_BYTES:
        return Reading.GARBAGE
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return Reading.GARBAGE
    version = said.get("v") if isinstance(said, dict) else None
    if type(version) is not int or version < 1:
        return Reading.GARBAGE
    if version > VERSION:
        return Reading.NEWER
    return Reading.PERMIT if said.get("pool") == pool else Reading.GARBAGE


def mismatch(text: str, address: str) -> QueueMismatch | None:
    """The error behind the broker's words for "it exists, but not so"; None for other words."""
    found = re.search(
        r"(?:inequivalent|invalid) arg '([^']*)' for (\w+) '([^']*)' in vhost '[^']*':? ?(.*)", text
    )
    if found is None:
        return None
    argument, kind, name, difference = found.groups()
    return QueueMismatch(
        f"the {kind} {name} at {address} was declared with another {argument}: {difference}",
        hint=f"nerproc changes and deletes nothing there: take another virtual host in NERPROC_QUEUE_URL, or, "
        f"when no node uses it any more, rabbitmqctl delete_queue {name}",
    )
