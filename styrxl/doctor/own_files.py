"""What the workspace itself says: settings, forms, rounds and letters of its own, and the council's plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from styrxl.doctor.look import GOOD, MEND, OWN_FILES, OWN_FILES_BROKEN, WATCH, Look, look_at_error
from styrxl.model.council_plan import Plan
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.rounds.council_plan import read_plan
from styrxl.rounds.own_files import check_due_owners, check_outcome_owners, find_mistakes, find_own_files
from styrxl.store.workspace import Workspace


def look_at_own_files(root: Path, unread: StyrxlError | None = None) -> Iterator[Look]:
    """Tell how many mistakes there are in a workspace's own files; ``unread``: why the settings cannot be read."""
    files = find_own_files(root)
    mistakes = find_mistakes(files)
    broken = list(dict.fromkeys(mistake.file for mistake in mistakes))
    if mistakes:
        yield Look(OWN_FILES, MEND, OWN_FILES_BROKEN, {"n": len(mistakes), "names": broken})
    elif unread:
        yield look_at_error(OWN_FILES, unread)
    else:
        yield Look(OWN_FILES, GOOD, "own-files", {"n": len(files.read)})


def look_at_plan(workspace: Workspace, forms: Forms) -> Iterator[Look]:
    """Tell whether the council's plan can be worked with, and whether the settings name nobody whom it lacks."""
    try:
        plan = read_plan(workspace, forms, keep=False)
    except StyrxlError as error:
        empty = Look(OWN_FILES, WATCH, error.code, {"path": workspace.plan_path.name})
        yield empty if error.code == "plan-empty" else look_at_error(OWN_FILES, error)
        return
    yield from _look_at_owners(workspace, plan)
    facts = {"path": workspace.plan_path.name, "n": len(plan.organisations)}
    yield Look(OWN_FILES, WATCH, "plan-told", facts | {"n": len(plan.findings)}) if plan.findings else Look(OWN_FILES, GOOD, "plan", facts)


def _look_at_owners(workspace: Workspace, plan: Plan) -> Iterator[Look]:
    for check in (check_due_owners, check_outcome_owners):
        try:
            check(workspace, plan)
        except StyrxlError as error:
            yield look_at_error(OWN_FILES, error)
