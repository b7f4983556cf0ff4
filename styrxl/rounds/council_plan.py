"""The council's multi-year plan, read and judged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from styrxl.model.council_plan import Plan, plan_from
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged
from styrxl.model.limits import of_own
from styrxl.returns.read import Readings
from styrxl.scale.cache import cache_of
from styrxl.store.workspace import Workspace
from styrxl.validation.judge import Arrived, Context, Schemas, judge

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
    limits = of_own(workspace.settings.limits)
    context = Context(forms=workspace.forms, across=False, limits=limits, ordinary_mb=limits.expanded_mb)
    result = judge([_plan_arrived(workspace, path, data)], context, schemas)
    return result.returns[0], result.tables


def _plan_arrived(workspace: Workspace, path: Path, data: bytes) -> Arrived:
    """Return the plan as it lies there; a large one's reading is kept, since every command begins with it."""
    shown, sha256 = workspace.shown(path), hashlib.sha256(data).hexdigest()
    if len(data) < _LARGE_PLAN:
        return Arrived(shown, data, sha256=sha256)
    forms, limits = workspace.forms, of_own(workspace.settings.limits)
    cache = cache_of(workspace.root, shown, forms, limits)
    reading = cache.get(sha256)
    if reading is None:
        with Readings(forms, limits, limits.expanded_mb) as readings:
            reading = readings.read(data, shown)
        cache.add(sha256, reading)
        cache.save([sha256])
    return Arrived(shown, b"", sha256=sha256, reading=reading, load=lambda: data)
