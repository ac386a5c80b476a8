"""The form of a new scan: what was entered, the request that it makes, and what is wrong, field by field."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from nerproc.detection.pattern import trial
from nerproc.detection.pattern.custom import CustomTag, deny_tag
from nerproc.errors import InvalidRequest, NerprocError, PatternError, QueryError, pointed
from nerproc.model.scanner import validate
from nerproc.report.query.parse import parse
from nerproc.schema.name import BASIC
from nerproc.schema.report import GroupRequest, Label, ModelCard, ReportRequest, Source
from nerproc.schema.request import build_request, score, size
from nerproc.source.selection import Selection
from nerproc.web.lines import options

Act = Literal["", "check", "tag", "group", "try", "plan", "start"]
EXPRESSION, WORDS = "expression", "words"  # kinds of tags

MORE = ("include", "exclude", "max_size", "sample", "threshold", "since")  # fields that few need
MOST_NAME = 200  # characters, of a report and of a group
_LABEL: TypeAdapter[str] = TypeAdapter(Label)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field."""

    text: str
    hint: str = ""
    excerpt: str = ""  # of what was entered, with a caret below the place


@dataclass(frozen=True, slots=True)
class Row:
    """A tag or a group as it was entered; `id` is that of its fields."""

    id: str
    name: str = ""
    kind: str = EXPRESSION  # of a tag
    value: str = ""  # an expression, words (one a line), or a query

    @property
    def blank(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.name.strip() or self.value.strip())

    @property
    def words(self) -> list[str]:
        """Those of a tag that is a list of them."""
        return [line.strip() for line in self.value.splitlines() if line.strip()]


class Entered(BaseModel):
    """The fields of the form, as a browser sends them."""

    do: Act = ""
    nonce: str = Field(default_factory=lambda: secrets.token_urlsafe(16))  # ties what is sent twice to one job
    name: str = ""
    model: str = BASIC
    labels: list[str] = []
    tag_name: list[str] = []
    tag_kind: list[str] = []
    tag_value: list[str] = []
    group_name: list[str] = []
    group_query: list[str] = []
    include: str = ""  # one a line, as of `exclude`
    exclude: str = ""
    max_size: str = ""
    sample: str = ""
    threshold: str = ""
    since: str = ""
    text: str = ""

    @property
    def more(self) -> bool:
        """Whether one of the settings is given that few need."""
        return any(getattr(self, field) for field in MORE)

    @property
    def to_try(self) -> str:
        """The text that is tried."""
        return self.text.replace("\r\n", "\n")  # as forms send line ends

    @property
    def tags(self) -> list[Row]:
        """The rows of tags: at least one, and another if that was asked for."""
        rows = zip_longest(self.tag_name, self.tag_kind, self.tag_value, fillvalue="")
        found = [
            Row(f"tag-{number}", name, kind or EXPRESSION, value.replace("\r\n", "\n").strip("\n"))
            for number, (name, kind, value) in enumerate(rows)
        ]
        return found if found and self.do != "tag" else [*found, Row(f"tag-{len(found)}")]

    @property
    def groups(self) -> list[Row]:
        """The rows of groups, likewise."""
        rows = zip_longest(self.group_name, self.group_query, fillvalue="")
        found = [Row(f"group-{number}", name, "", query) for number, (name, query) in enumerate(rows)]
        return found if found and self.do != "group" else [*found, Row(f"group-{len(found)}", "", "")]

    @property
    def search(self) -> Self:
        """The part of it that a trial needs: what is looked for, not in what."""
        other = dict.fromkeys(("name", *MORE), "") | {"threshold": self.threshold}
        return self.model_copy(update={**other, "group_name": [], "group_query": []})

    def key(self, request: ReportRequest) -> str:
        """The idempotency key of a request that this form makes: pressed twice, it starts one job."""
        return f"page-{hashlib.sha256(f'{self.nonce} {request.model_dump_json()}'.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Read:
    """What was made of a form."""

    request: ReportRequest | None  # None: something is wrong
    card: ModelCard | None  # of the model
    wrong: Mapping[str, Wrong]  # by the id of the field


def read(entered: Entered, source: Source, cards: Sequence[ModelCard], earlier: Callable[[str], UUID]) -> Read:
    """The request for `source`, checked as far as that needs no look at the source.

    `earlier` finds the report that is named by its id, or raises what is wrong with it.
    """
    wrong: dict[str, Wrong] = {}
    what: dict[str, Any] = {
        "name": entered.name.strip() or None,
        "model": entered.model,
        "labels": entered.labels or None,
        "groups": _groups(entered.groups, wrong),
        **_tags(entered.tags, wrong),
        **_more(entered, source, earlier, wrong),
    }
    if len(what["name"] or "") > MOST_NAME:
        wrong["name"] = Wrong(f"The name has more than {MOST_NAME} characters.")
    card = next((card for card in cards if card.name == entered.model), None)
    if card is None:
        wrong["model"] = Wrong(f"There is no model {entered.model!r}.", "Choose one of the list.")
    elif error := _error(lambda: validate(build_request(source, {"labels": what["labels"]}), card)):
        wrong["labels"] = error
    if wrong:
        return Read(None, card, wrong)
    try:
        return Read(build_request(source, what), card, wrong)
    except InvalidRequest as problem:  # what only a form made by hand can hold
        return Read(None, card, {"name": wrong_of(problem)})


def _tags(rows: Sequence[Row], wrong: dict[str, Wrong]) -> dict[str, Any]:
    """The fields of a request for tags."""
    expressions: dict[str, str] = {}
    denied: dict[str, list[str]] = {}
    tags: dict[str, CustomTag] = {}  # by row
    for row in rows:
        name = row.name.strip().upper()
        if row.blank:
            continue
        if not _is_label(name):
            wrong[row.id] = Wrong("The tag needs a name.", "Letters, digits and _, like CASE_NUMBER.")
        elif row.kind == WORDS and row.words:
            denied.setdefault(name, []).extend(row.words)
            tags[row.id] = deny_tag(name, row.words)
        elif not row.value.strip():
            wrong[row.id] = Wrong("The tag needs an expression, or words.")
        elif name in expressions:
            wrong[row.id] = Wrong(
                f"{name} has an expression already.", "Join them with |, or use another name."
            )
        else:
            expressions[name] = row.value
            tags[row.id] = CustomTag(name, row.value)
    if _error(lambda: trial.check(list(tags.values()))):  # all at once; one by one, to see which
        errors = {row: _error(partial(trial.check, [tag]), tag.expression) for row, tag in tags.items()}
        wrong.update({row: error for row, error in errors.items() if error})
    return {"custom_tags": expressions, "deny": denied}


def _groups(rows: Sequence[Row], wrong: dict[str, Wrong]) -> list[GroupRequest]:
    """The groups of a request."""
    found: dict[str, GroupRequest] = {}
    for row in rows:
        name = row.name.strip()
        if row.blank:
            continue
        if error := _error(partial(parse, row.value), row.value):
            wrong[row.id] = error
        elif not 0 < len(name) <= MOST_NAME:
            wrong[row.id] = Wrong("The group needs a name.", f"It has {MOST_NAME} characters at most.")
        elif name in found:
            wrong[row.id] = Wrong("Another group has this name.")
        else:
            found[name] = GroupRequest(name=name, query=row.value)
    return list(found.values())


def _more(
    entered: Entered, source: Source, earlier: Callable[[str], UUID], wrong: dict[str, Wrong]
) -> dict[str, Any]:
    """The fields of a request for the settings that few need; each is checked alone, to see which is wrong."""
    fields: dict[str, tuple[str, Callable[[str], Any]]] = {
        "include": ("include", _patterns),
        "exclude": ("exclude", _patterns),
        "max_size": ("max_bytes", size),
        "sample": ("sample", str),  # the request makes a number of it
        "threshold": ("threshold", score),
        "since": ("since", earlier),
    }
    found: dict[str, Any] = {}
    for id_, (field, made) in fields.items():
        text = getattr(entered, id_)
        if not text.strip():
            continue
        try:
            found[field] = made(text.strip())
            Selection(build_request(source, {field: found[field]}))
        except NerprocError as error:
            wrong[id_] = wrong_of(error)
    return found


def _patterns(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _is_label(name: str) -> bool:
    try:
        _LABEL.validate_python(name)
    except ValidationError:
        return False
    return True


def _error(check: Callable[[], object], text: str = "") -> Wrong | None:
    """What a check of that text finds."""
    try:
        check()
    except NerprocError as error:
        return wrong_of(error, text)
    return None


def wrong_of(error: NerprocError, text: str = "") -> Wrong:
    """An error as it is shown beside the field in which that text was entered."""
    at = error.position if isinstance(error, QueryError | PatternError) else None
    return Wrong(_sentence(error.message), _sentence(error.hint or ""), "" if at is None else pointed(text, at))


def _sentence(text: str) -> str:
    return text and f"{text[0].upper()}{text[1:].rstrip('.')}."


def command(request: ReportRequest, place: str) -> list[object] | None:
    """The command that asks for the same of the files at `place`; None if none can say it."""
    if any("=" in group.name for group in request.groups):
        return None  # it takes NAME=QUERY
    source = request.source
    given = options(
        connection=source.connection if source.kind == "s3" else None,
        name=request.name,
        model=request.model if request.model != BASIC else None,
        label=request.labels,
        custom_tag=[f"{label}={expression}" for label, expression in request.custom_tags.items()],
        deny=[f"{label}={text}" for label, texts in request.deny.items() for text in texts],
        group=[f"{group.name}={group.query}" for group in request.groups],
        threshold=_written(request.threshold),
        include=request.include,
        exclude=request.exclude,
        max_size=_written(request.max_bytes),
        sample=_written(request.sample),
        since=_written(request.since),
    )
    return ["nerproc", "submit", place, *given]


def _written(value: float | UUID | None) -> str | None:
    """A value in full: options written as numbers are rounded, and left out at 0."""
    return None if value is None else str(value).removesuffix(".0")
