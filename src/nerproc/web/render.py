"""Templates to pages: everything is escaped, and a name that a template does not know is an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import nerproc
from nerproc.schema import words
from nerproc.show.inert import visible
from nerproc.show.palette import colour
from nerproc.show.svg import figure
from nerproc.web import asset
from nerproc.web.far import far
from nerproc.web.navigation import entries, offers
from nerproc.web.visitor import VISIT, Visitor, remember

SAID = "said"  # of the query: what was just done, as a word of `notice`
FOLDER = Path(__file__).parent / "templates"


def page(
    request: Request,
    visitor: Visitor,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page, or a part of one: a template with those values, the `visitor`, and where they are."""
    text = render(
        template,
        visitor=visitor,
        path=request.url.path,
        here=_here(request),
        entries=entries(visitor, request.url.path),
        **values,
    )
    response = HTMLResponse(text, status_code=status, headers=dict(headers or {}))
    if visitor.is_new:
        remember(response, request, VISIT, visitor.secret)
    return response


def _here(request: Request) -> str:
    """The address of the page, for links back to it."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != SAID]
    return f"{request.url.path}?{urlencode(query)}" if query else request.url.path


def render(template: str, **values: Any) -> str:
    """The text that a template makes of those values."""
    return environment().get_template(template).render(**values)


@cache
def environment() -> Environment:
    """Templates with the filters that all of them use."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "asset": asset.address,
        "version": nerproc.__version__,
        "address": address,
        "model_address": model_address,
        "offers": offers,
    }
    made.filters |= {
        "size": size,
        "number": number,
        "duration": words.duration,
        "moment": moment,
        "second": lambda at: moment(at, f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"),
        "pair": lambda value: (value, value),  # for `ui.select`
        "figure": figure,
        "visible": visible,
        "colour": colour,
        "far": far,
        "ago": lambda at: moment(at, words.ago(at)),
    }
    made.globals["ui"] = made.get_template("ui.html").module
    return made


def address(path: str, **query: Any) -> str:
    """A path of this site with a query; what is None or empty is left out."""
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def model_address(name: str, part: str = "") -> str:
    """The path of a model of that name, on the page and in the API; `part` is what is behind the name."""
    return f"/models/{quote(name, safe='')}{part}"


def size(count: float) -> Markup:
    """Bytes in words; the exact number shows when one points at it."""
    return Markup('<data value="{0:.0f}" title="{0:,.0f} bytes">{1}</data>').format(count, words.size(count))


def number(count: float) -> str:
    """A number with its thousands apart."""
    return f"{count:,}"


def moment(at: datetime, text: str | None = None) -> Markup:
    """A moment, in UTC to the minute or as `text` says it; the exact one shows when one points at it."""
    at = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), f"{at:%Y-%m-%d %H:%M:%S} UTC", text or f"{at:%Y-%m-%d %H:%M}"
    )


def local(place: str) -> str:
    """The place that a form names to go to, if it is a path of this site."""
    is_path = place.startswith("/") and not place.startswith(("//", "/\\")) and place.isprintable()
    return place if is_path else "/"


def back(place: str, said: str) -> RedirectResponse:
    """Go to a path of this site, and say there what was done."""
    parts = urlsplit(local(place))
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != SAID]
    return RedirectResponse(f"{parts.path}?{urlencode([*query, (SAID, said)])}", 303)
