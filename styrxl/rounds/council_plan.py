"""The council's multi-year plan, read and judged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from styrxl.model.council_plan import Plan, plan_from
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged
from styrxl.model.limits import limits_of_council_plan
from styrxl.returns.read import Reading, ReturnReader
from styrxl.scale.cache import open_cache
from styrxl.store.workspace import Workspace
from styrxl.validation.context import Arrival, Context
from styrxl.validation.identify import Identifier
from styrxl.validation.judge import judge
from styrxl.validation.rules.schema import Schemas

PLAN_FORM = "multi_year_plan"
_LARGE_PLAN = 500_000  # bytes: some hundreds of units


def read_plan(workspace: Workspace, schemas: Schemas) -> Plan:
    """Return the council's plan.

    Raises StyrxlError: plan-missing; plan-empty; plan-broken, with the judged workbook as the fact ``judged``.
    """
    judged, tables = judge_plan(workspace, schemas, workspace.plan_path)
    if any(found.rule == "empty-return" for found in judged.findings):
        raise StyrxlError("plan-empty", path=str(workspace.plan_path))
    if judged.verdict != "accepted":
        raise StyrxlError("plan-broken", path=str(workspace.plan_path), errors=judged.errors, judged=judged)
    return plan_from(tables)


def judge_plan(workspace: Workspace, schemas: Schemas, path: Path) -> tuple[Judged, Mapping[str, pd.DataFrame]]:
    """Judge a multi-year plan by itself."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise StyrxlError("plan-missing", path=str(path)) from error
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
    shown, sha256 = workspace.shown(path), hashlib.sha256(data).hexdigest()
    context = Context(forms=workspace.forms, across=False)
    # Nobody signs the plan, which the controller fills in.
    arrival = Arrival(shown, sha256, None, _plan_reading(workspace, shown, sha256, data), signed=False)
    judged = judge([Identifier(context).identify(arrival, {})], context, schemas)
    return judged.returns[0], judged.tables


def _plan_reading(workspace: Workspace, shown: str, sha256: str, data: bytes) -> Reading:
    """Read the plan; what a large one holds is kept, since every command begins with it."""
    forms, limits = workspace.forms, limits_of_council_plan(workspace.settings.limits)
    store = open_cache(workspace.root, shown, forms, limits) if len(data) >= _LARGE_PLAN else None
    reading = store.get(sha256) if store is not None else None
    if reading is None:
        with ReturnReader(forms, limits, limits.expanded_mb) as readings:
            reading = readings.read(data, shown)
        if store is not None:
            store.add(sha256, reading)
            store.save([sha256])
    return reading
