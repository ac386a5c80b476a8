"""What is wrong with samples, said where it is found; who reads the file adds where it is."""

from __future__ import annotations

from nerproc.errors import SampleError


class Flaw(Exception):
    """Samples cannot be taken as they are. The message has no text of theirs."""

    def __init__(self, message: str, *, hint: str | None = None, line: int | None = None) -> None:
        """`hint` says what to do; `line` is where it is, if not at the start of the sample."""
        super().__init__(message)
        self.hint = hint
        self.line = line

    def at(self, name: str, line: int | None) -> SampleError:
        """The error for users: in the file `name`, on `line` unless the flaw knows better."""
        line = self.line or line
        return SampleError(f"{name}{f':{line}' if line else ''}: {self}", hint=self.hint)
