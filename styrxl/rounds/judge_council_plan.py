"""The council's multi-year plan, judged as a return is: by its form, schemas and rules."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from styrxl.model.catalogue import Word
from styrxl.model.council_plan import COUNCIL_TABLES, PLACED_TABLES, PLAN_FORM, PlanRows
from styrxl.model.errors import StyrxlError, working_on
from styrxl.model.findings import Finding
from styrxl.model.form_files import Forms
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.limits import limits_of_council_plan
from styrxl.model.table_values import records
from styrxl.returns.read import ReturnReader
from styrxl.store.workspace import Workspace
from styrxl.validation.context import Arrival, Context
from styrxl.validation.identify import Identifier
from styrxl.validation.judge import judge
from styrxl.validation.rules.schema import load_schemas

MISSING = frozenset({"missing-sheet", "missing-column"})
# What the controller is told each time: which sheets and headings count, and adjustments of which a part is missing.
_TELL = frozenset(
    {"unread-sheet", "unread-column", "renamed-sheet", "heading-unit", "adjustments-unbalanced", "assignment-due-before-decision", *MISSING}
)
# Beside the exact one, of another the controller who fills the plan in is told: nothing may stop a round that is right.
_TOLD = {"similar-sheet": "unread-sheet", "similar-column": "unread-column"}


def read_judged_plan(workspace: Workspace, forms: Forms, data: bytes) -> tuple[PlanRows, tuple[Finding, ...]]:
    """Return the rows of a plan without errors, and what the controller is told of it.

    Raises StyrxlError: plan-empty; plan-broken, with the judged workbook as the fact ``judged``.
    """
    judged, frames = judge_plan(workspace, forms, data)
    path = str(workspace.plan_path)
    if any(finding.rule == "empty-return" for finding in judged.findings):
        raise StyrxlError("plan-empty", path=path)
    if judged.verdict != "accepted":
        raise StyrxlError("plan-broken", path=path, errors=judged.errors, judged=judged)
    fields = {sheet.table: dict.fromkeys(column.field for column in sheet.columns) for sheet in forms.form(PLAN_FORM).tables}
    rows = {
        name: [{**fields[name], **_plain_row(row), **_place(name, row)} for row in records(frames[name])]
        for name in COUNCIL_TABLES
        if name in frames
    }
    return rows, tuple(finding for finding in judged.findings if finding.rule in _TELL)


def judge_plan(workspace: Workspace, forms: Forms, data: bytes) -> tuple[Judged, Mapping[str, pd.DataFrame]]:
    """Return the plan's judged workbook, and a frame for each of its tables.

    It is judged by the form that it was built with, where ``forms`` has that one.
    """
    with working_on(workspace.plan_path):
        judged = _judge(workspace, forms, data)
    return judged.returns[0], judged.tables


def _judge(workspace: Workspace, forms: Forms, data: bytes) -> JudgedRound:
    limits = limits_of_council_plan(workspace.settings.limits)
    shown, sha256 = workspace.shown(workspace.plan_path), hashlib.sha256(data).hexdigest()
    with ReturnReader(forms, limits, limits.expanded_mb) as readings:
        reading = readings.read(data, shown)
    reading = replace(reading, table_findings=tuple(_ease(finding, forms) for finding in reading.table_findings))
    context = Context(forms=forms, whole_inbox=False, zone=workspace.settings.zone)
    # Nobody signs the plan, which the controller fills in.
    arrival = Arrival(shown, sha256, None, reading, signed=False)
    return judge([Identifier(context).identify(arrival, {})], context, load_schemas(forms))


def _ease(found: Finding, forms: Forms) -> Finding:
    """Return what was found of names as the controller is told it: what may stay empty may be missing as well."""
    form = forms.form(PLAN_FORM)
    sheets = {name for sheet in form.sheets if sheet.optional for name in sheet.name.values()}
    columns = {
        (name, heading)
        for sheet in form.sheets
        for column in sheet.columns
        if not column.required
        for name in sheet.name.values()
        for heading in column.heading.values()
    }
    may_stay_empty = found.sheet in sheets if found.rule == "missing-sheet" else (found.sheet, found.column) in columns
    if found.rule in MISSING and may_stay_empty:
        return replace(found, severity="info", facts={**found.facts, "easiest": Word("renew_the_plan")})
    return replace(found, rule=_TOLD[found.rule], severity="info") if found.rule in _TOLD else found


def _plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.date() if isinstance(value, datetime) else value for name, value in row.items() if not name.startswith("_")}


def _place(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a row stands, of tables whose amounts reports lead back to."""
    return {"_sheet": row["_sheet"], "_row": int(row["_row"])} if table in PLACED_TABLES else {}
