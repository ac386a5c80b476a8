"""Errors as problems (RFC 9457), and problems as errors again: the same classes on both sides of the API."""

from __future__ import annotations

from nerproc.errors import NerprocError, PatternError, QueryError
from nerproc.schema.report import FieldError, Problem


def problem_of(
    error: NerprocError, *, instance: str | None = None, fields: list[FieldError] | None = None
) -> Problem:
    """The problem that an error is; `fields` names those of the request that are not valid."""
    if fields is None and isinstance(error, PatternError):
        tag = error.tag.replace("~", "~0").replace("/", "~1")
        fields = [FieldError(pointer=f"/custom_tags/{tag}", detail=error.message)]
    return Problem(
        type=f"/docs#{error.slug}",
        title=(type(error).__doc__ or "").strip().splitlines()[0].rstrip("."),
        status=error.status,
        detail=error.message,
        instance=instance,
        slug=error.slug,
        hint=error.hint,
        errors=fields or [],
        position=error.position if isinstance(error, QueryError | PatternError) else None,
        excerpt=error.caret() if isinstance(error, QueryError) else None,
    )


def error_of(problem: Problem) -> NerprocError:
    """The error that a problem was made of; of an unknown slug, a plain `NerprocError`."""
    kind = _kinds(NerprocError).get(problem.slug, NerprocError)
    if kind is QueryError:
        # The excerpt is one line of the query, and a line that ends with a caret under the place.
        line, _, caret = (problem.excerpt or "\n^").partition("\n")
        return QueryError(problem.detail, query=line, position=len(caret) - 1, hint=problem.hint)
    if kind is PatternError:
        pointer = next((field.pointer for field in problem.errors if field.pointer), "")
        tag = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        return PatternError(problem.detail, tag=tag, position=problem.position, hint=problem.hint)
    return kind(problem.detail, hint=problem.hint)


def _kinds(root: type[NerprocError]) -> dict[str, type[NerprocError]]:
    kinds = {root.slug: root}
    for kind in root.__subclasses__():
        # A subclass that only refines an error for its own module has the slug of its parent: the parent wins.
        kinds = {**_kinds(kind), **kinds}
    return kinds
