"""How the council's plan stands: filled in or not, with which findings, and open in Excel or not; also one that is to take its place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from styrxl.model.council_plan import Plan, PlanRows, make_council_plan
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding
from styrxl.model.form_files import Forms
from styrxl.rounds.council_plan import read_plan_file, read_plan_rows
from styrxl.rounds.judge_council_plan import judge_plan, read_judged_plan
from styrxl.store.files import find_office_lock
from styrxl.store.workspace import Workspace

MISSING, EMPTY, BROKEN, FINE = "missing", "empty", "broken", "fine"
_STATES = {"plan-missing": MISSING, "plan-empty": EMPTY, "plan-broken": BROKEN}


@dataclass(frozen=True, slots=True)
class PlanState:
    """A plan as it stands; ``plan`` and ``rows`` where it can be worked with, ``findings`` otherwise too; ``digest``: of its bytes."""

    state: str
    findings: tuple[Finding, ...] = ()
    rows: PlanRows | None = None
    plan: Plan | None = None
    digest: str = ""
    lock: Path | None = None


def read_plan_state(workspace: Workspace, forms: Forms) -> PlanState:
    """Return how a workspace's plan stands; ``forms``: with those that it may have been built with. Raises StyrxlError (not-readable)."""
    lock = find_office_lock(workspace.plan_path)
    try:
        data = read_plan_file(workspace.plan_path)
    except StyrxlError as error:
        if error.code != "plan-missing":
            raise
        return PlanState(MISSING, lock=lock)
    digest = hashlib.sha256(data).hexdigest()
    try:
        rows, findings = read_plan_rows(workspace, forms, data)
    except StyrxlError as error:
        return _describe(error, workspace, forms, data, lock)
    return PlanState(FINE, findings, rows, make_council_plan(rows, forms.rounds, findings), digest, lock)


def judge_new_plan(workspace: Workspace, forms: Forms, data: bytes) -> PlanState:
    """Return how a plan stands that is to take the place of the one that is there."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        rows, findings = read_judged_plan(workspace, forms, data)
    except StyrxlError as error:
        return _describe(error, workspace, forms, data, None)
    return PlanState(FINE, findings, rows, make_council_plan(rows, forms.rounds, findings), digest)


def _describe(error: StyrxlError, workspace: Workspace, forms: Forms, data: bytes, lock: Path | None) -> PlanState:
    """Return the state of a plan that cannot be worked with; raises the error again where it is about something else."""
    if error.code not in _STATES:
        raise error
    judged, _ = judge_plan(workspace, forms, data)
    return PlanState(_STATES[error.code], judged.findings, digest=hashlib.sha256(data).hexdigest(), lock=lock)
