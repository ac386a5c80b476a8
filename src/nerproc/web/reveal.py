"""The texts of entities and samples: hidden until somebody who may see them asks for them, which is noted.

Noted is who (the name of the token; null where the head asks for none), when, of what and in what form: in the
log, and of a report in its timeline. Never what was seen.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from nerproc.node import Node
from nerproc.observe import log
from nerproc.web.visitor import Visitor, needs

KIND = "report.revealed"  # of the event

Revealer = Annotated[Visitor, Depends(needs("reports:reveal"))]


def note(node: Node, visitor: Visitor, report: UUID, what: str) -> None:
    """Note that a visitor gets texts of a report: before they get them.

    Raises:
        NotFound: there is no such report.
        DatabaseUnreachable: it cannot be noted; then nothing is shown.
    """
    node.reports.existing(report)
    node.jobs.note(report, KIND, by=visitor.name, what=what)
    log().info("texts_revealed", report=str(report), by=visitor.name, what=what)


def note_of_model(visitor: Visitor, model: str, what: str) -> None:
    """Note that a visitor gets texts that belong to a model: before they get them."""
    log().info("texts_revealed", model=model, by=visitor.name, what=what)
