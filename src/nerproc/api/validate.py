"""Checks of what a user writes, before it is submitted; what is wrong is the same problem as at submit."""

from __future__ import annotations

from fastapi import APIRouter

from nerproc.api.parameter import PREFIX, TheNode, problems
from nerproc.detection.pattern import trial
from nerproc.detection.pattern.custom import CustomTag
from nerproc.report.query.parse import parse
from nerproc.schema.plan import Plan
from nerproc.schema.report import ReportRequest, S3Source
from nerproc.schema.service import BucketFound, PatternCheck, QueryCheck, Valid

router = APIRouter(prefix=f"{PREFIX}/validate", tags=["validation"])


@router.post("/group", operation_id="validate_group", responses=problems())
def validate_group(check: QueryCheck) -> Valid:
    """Check the query of a group; a problem has the `position`, and an `excerpt` with a caret."""
    parse(check.query)
    return Valid()


@router.post("/pattern", operation_id="validate_pattern", responses=problems())
def validate_pattern(check: PatternCheck) -> Valid:
    """Check the expression of a custom tag; a problem has the `position` where that is known."""
    trial.check([CustomTag(check.label, check.expression)])
    return Valid()


@router.post("/report", operation_id="validate_report", responses=problems(403, 404, 409, 413))
def validate_report(node: TheNode, request: ReportRequest) -> Plan:
    """Dry run: count what a report would read, and what that takes of the licence; nothing starts.

    At most 100,000 objects are listed, for about five seconds. A refusal of the licence is part of the answer.
    """
    return node.reports.planner.plan(request, roots=node.settings.roots)


@router.post("/s3", operation_id="validate_s3", responses=problems(403, 404))
def validate_s3(node: TheNode, source: S3Source) -> BucketFound:
    """Check that a bucket can be listed and that there is something at the URL; no object is read."""
    found = node.reports.planner.look(source)
    return BucketFound(objects=found.keys, more=found.more)
