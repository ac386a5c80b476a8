"""Logs: structured, to stderr; never the text of a document or an entity."""

from __future__ import annotations

import logging
import sys
from functools import cache
from typing import Any


def configure(*, json: bool | None = None, level: int = logging.INFO) -> None:
    """Log to stderr: lines for people on a terminal, JSON lines elsewhere (or as `json` says)."""
    import structlog

    if json is None:
        json = not sys.stderr.isatty()
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # as it is when something is logged
    )


def silence(library: str) -> None:
    """Keep what a library logs off the terminal: nerproc itself says what matters of it."""
    logger = logging.getLogger(library)
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


@cache
def log() -> Any:
    """The logger; imported when something is logged first. Commands that configure none show warnings."""
    import structlog

    if not structlog.is_configured():
        configure(level=logging.WARNING)
    return structlog.get_logger()
