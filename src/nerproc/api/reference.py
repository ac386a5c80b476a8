"""The reference of the API as a page at /docs: no script, nothing from another host."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt

from nerproc.api.docs import markdown

root = APIRouter(include_in_schema=False)

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border: 1px solid #8886; padding: .25rem .6rem; text-align: left; vertical-align: top; }
code, pre { font: .9em ui-monospace, monospace; background: #8882; border-radius: 3px; }
code { padding: .1em .3em; }
pre { padding: .8rem; overflow-x: auto; } pre code { padding: 0; background: none; }
h3 { margin-top: 2.5rem; }
:root { color-scheme: light dark; }
"""
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@root.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The reference, for people."""
    return HTMLResponse(_page(request.app), headers=_HEADERS)


@cache
def _page(app: Any) -> str:
    # What is rendered is our own text alone, and its anchors are HTML.
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown(app.openapi()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>nerproc API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
