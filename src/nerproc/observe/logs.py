"""Logs: structured events on stderr, each with a stable name; never the text of a document or an entity.

`docs/operations.md` lists the events. Processes that stay (head, worker and its children) call `configure`, and
then all that any library logs takes the same form. Commands configure nothing, and show errors only:
what went wrong is theirs to tell.

Messages of exceptions, and of libraries that are not known to quote nothing, may hold text of a document: of
those, only the type and the place in the code are told, in all processes and at every level.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Literal, TextIO

Format = Literal["auto", "human", "json"]
Level = Literal["debug", "info", "warning", "error"]
Event = MutableMapping[str, Any]

NAME = "nerproc"  # of the logger that all our events go through
# Loggers whose messages tell of connections and servers, never of what is read: they are shown as they are.
_TRUSTED = ("uvicorn", "pika", "botocore")
_FRAMES = 8  # of a stack that are shown, the innermost

_BOUND: ContextVar[dict[str, Any] | None] = ContextVar("nerproc_bound", default=None)
_identity: dict[str, Any] = {}  # what all events of this process tell
_setup = threading.Lock()


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes whole lines to stderr, whatever that is when something is logged."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        pass

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        if self.formatter is None:  # structlog is imported when something is logged first
            self.formatter = _formatter(human=is_human())
        return super().format(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - Python's name
        """A record that cannot be written is told of without what is in it, as Python would."""
        kind = sys.exc_info()[0]
        with suppress(OSError, ValueError):
            sys.stderr.write(f"nerproc: a record of {record.name} is lost: {kind.__name__ if kind else '?'}\n")


class Log:
    """The logger. An event below the level costs next to nothing, not even an import."""

    def __init__(self) -> None:
        self.threshold = logging.ERROR  # of a command, which tells itself what went wrong
        self._logger: Any = None

    def debug(self, event: str, **values: Any) -> None:
        """Log what helps to follow single steps."""
        self._write(logging.DEBUG, event, values)

    def info(self, event: str, **values: Any) -> None:
        """Log what happens in the course of things."""
        self._write(logging.INFO, event, values)

    def warning(self, event: str, **values: Any) -> None:
        """Log what somebody may have to look at, if it goes on."""
        self._write(logging.WARNING, event, values)

    def error(self, event: str, **values: Any) -> None:
        """Log what will not mend by itself."""
        self._write(logging.ERROR, event, values)

    def _write(self, level: int, event: str, values: dict[str, Any]) -> None:
        if level >= self.threshold:
            logger = self._logger
            if logger is None:
                logger = self._logger = _structured()
            logger.log(level, event, **values)


_log = Log()
_handler = _Stderr()
_form: Format = "auto"


def log() -> Log:
    """The logger of this process."""
    return _log


def configure(form: Format = "auto", level: Level = "info", **identity: Any) -> None:
    """Let this process log from `level` on: for people on a terminal, else as JSON lines, or as `form` says.

    All events tell what is in `identity`. Other libraries are heard from warnings on, whatever the level is.
    """
    global _form  # noqa: PLW0603 - there is one stderr
    with _setup:
        _form = form
        _handler.formatter = None
        _log.threshold = logging.getLevelNamesMapping()[level.upper()]
        _attach(logging.getLogger())
    identify(**identity)
    warnings.showwarning = _show_warning
    sys.excepthook = _show_failure
    threading.excepthook = lambda failed: _show_failure(failed.exc_type, failed.exc_value, failed.exc_traceback)


def identify(**identity: Any) -> None:
    """Add to what all events of this process tell."""
    _identity.update(identity)


def is_human() -> bool:
    """Whether lines are for people."""
    return _form == "human" or (_form == "auto" and sys.stderr.isatty())


@contextmanager
def bound(**values: Any) -> Iterator[None]:
    """Let events of this thread tell `values`, for the length of the block."""
    token = _BOUND.set({**(_BOUND.get() or {}), **values})
    try:
        yield
    finally:
        _BOUND.reset(token)


def silence(library: str) -> None:
    """Keep what a library logs off the terminal: nerproc itself says what matters of it."""
    logger = logging.getLogger(library)
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


def place(trace: TracebackType | None) -> str:
    """File and line of the innermost frame."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"


def _attach(logger: logging.Logger) -> None:
    if _handler not in logger.handlers:
        logger.addHandler(_handler)


def _structured() -> Any:
    import structlog

    ours = logging.getLogger(NAME)
    ours.setLevel(logging.DEBUG)  # the level was looked at before
    with _setup:
        if _handler not in logging.getLogger().handlers:  # a command that configured nothing
            ours.propagate = False
            _attach(ours)
    return structlog.wrap_logger(
        ours,
        processors=[_add_context, *_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _shared() -> list[Any]:
    import structlog

    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_messages,
    ]


def _formatter(*, human: bool) -> logging.Formatter:
    import structlog

    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if human
        else structlog.processors.JSONRenderer(default=str)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign, _add_context, *_shared()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _ordered, renderer],
        keep_exc_info=True,  # in `_foreign`, which tells what of it may be told
    )


def _add_context(_logger: Any, _method: str, event: Event) -> Event:
    for name, value in (*_identity.items(), *(_BOUND.get() or {}).items()):
        event.setdefault(name, value)
    return event


def _ordered(_logger: Any, _method: str, event: Event) -> Event:
    """When, how bad and what first, as people read it."""
    first = {name: event.pop(name) for name in ("timestamp", "level", "event")}
    return {**first, **event}


def _foreign(_logger: Any, _method: str, event: Event) -> Event:
    """The event that a record of another library becomes."""
    record: logging.LogRecord = event["_record"]
    event["logger"] = record.name
    if record.name.split(".")[0] in _TRUSTED:
        event["message"] = event["event"]
    event["at"] = f"{record.pathname}:{record.lineno}"
    event["event"] = "library_message"
    if record.exc_info:
        event["exc_info"] = record.exc_info
    record.exc_info = record.exc_text = record.stack_info = None
    return event


def _without_messages(_logger: Any, _method: str, event: Event) -> Event:
    """An exception is told by its type and where it was raised: no message, no values of variables."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["frames"] = _frames(error.__traceback__)
    return event


def _frames(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name}")  # noqa: PTH119
        trace = trace.tb_next
    return frames[-_FRAMES:]


def _show_warning(  # noqa: PLR0917 - as Python calls it
    message: Warning | str,  # noqa: ARG001 - it may quote what is read
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    _log.warning("library_warning", warning=category.__name__, at=f"{filename}:{lineno}")


def _show_failure(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """A process or a thread of it ends by an exception that nobody foresaw."""
    if issubclass(kind, SystemExit):
        return
    thread = threading.current_thread().name
    try:
        _log.error("failed", error=kind.__name__, at=place(trace), thread=thread, exc_info=error)
    except Exception:  # noqa: BLE001 - such as no memory: this is the last that is heard of it
        sys.stderr.write(f"nerproc: {kind.__name__} at {place(trace)}\n")
