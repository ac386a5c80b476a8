"""The states of tasks and jobs, and the moves between them.

    task   queued ──> running ──> completed | failed | stopped
             ^  │        │
             │  └────────┼──────> stopped
             └───────────┘  (retry, reap, drain)

    job    queued ──> running ──> completed | failed | stopped
             ^  └──> failed | stopped    │
             └─────── failed, stopped <──┘  (retry)

The statements in `sql.py` make these moves; a move that is not in the table does not happen.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Of a task or a job."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def ended(self) -> bool:
        """Whether it will not move again by itself."""
        return self in (State.COMPLETED, State.FAILED, State.STOPPED)


TASK_MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.STOPPED}),
    State.RUNNING: frozenset({State.QUEUED, State.COMPLETED, State.FAILED, State.STOPPED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset({State.QUEUED}),
    State.STOPPED: frozenset({State.QUEUED}),
}
JOB_MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.FAILED, State.STOPPED}),
    State.RUNNING: frozenset({State.COMPLETED, State.FAILED, State.STOPPED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset({State.QUEUED}),
    State.STOPPED: frozenset({State.QUEUED}),
}
