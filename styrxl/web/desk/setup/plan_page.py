"""The council's plan: opened in Excel, downloaded, uploaded anew, checked, and read."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from styrxl.model.form_files import Forms
from styrxl.model.grouped_findings import group_findings
from styrxl.rounds.setup.plan_state import PlanState, read_plan_state
from styrxl.rounds.setup.plan_texts import PlanTable, PlanTexts
from styrxl.rounds.setup.plan_tree import list_frame_years, make_tree
from styrxl.web.desk.staging import stage
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint
from styrxl.web.desk.workplace import opens_files_here

_PAGE = "plan"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_APART = frozenset({"organisation", "frames", "frame_adjustments"})  # tables that are shown in a form of their own


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/plan", make_endpoint(show_plan, rooms)),
        Route("/plan/file", make_endpoint(send_plan, rooms)),
        Route("/plan/open", make_endpoint(open_plan, rooms, own_desk=True), methods=["POST"]),
        Route("/plan/upload", make_endpoint(take_plan, rooms), methods=["POST"]),
    ]


def show_plan(visit: Visit) -> Response:
    """Return how the plan stands, and what it says."""
    with visit.place.looking() as (workspace, ledger):
        forms = workspace.forms_with(ledger.editions)
        state = read_plan_state(workspace, forms)
        told = sorted(state.findings, key=lambda finding: finding.order) if state.state != "empty" else []  # that it is says enough
        return visit.show(
            _PAGE,
            state=state,
            plan_file=workspace.plan_path,
            findings=group_findings(told, visit.language),
            errors=sum(finding.severity == "error" for finding in told),
            can_open=visit.access.is_own_desk and opens_files_here(),
            opened="opened" in visit.query,
            no_file="no-file" in visit.query,
            **_read(state, forms, visit.language, visit.place.today),
        )


def _read(state: PlanState, forms: Forms, language: str, day: date) -> dict[str, Any]:
    """Return what a plan that can be worked with says: the organisation as a tree, frames by year, and its other sheets as tables."""
    if state.plan is None or state.rows is None:
        return {"tree": (), "others": (), "years": (), "tables": (), "kinds": {}, "texts": None, "day": day}
    texts = PlanTexts(forms, language, state.rows)
    return {
        "tree": make_tree(state.plan, day),
        "others": [one for one in state.plan.organisations if not one.holds(day)],
        "years": [(year, _show_adjustments(texts, state, year.year)) for year in list_frame_years(state.plan, day)],
        "tables": [table for table in texts.list_tables(state.rows) if table.table not in _APART],
        "kinds": {code: name[language] for code, name in forms.words.lists["kind"].items()},
        "texts": texts,
        "day": day,
    }


def _show_adjustments(texts: PlanTexts, state: PlanState, year: int) -> PlanTable | None:
    rows = [row for row in (state.rows or {}).get("frame_adjustments", ()) if row["year"] == year]
    return next(texts.list_tables({"frame_adjustments": rows}), None)


def send_plan(visit: Visit) -> Response:
    """Return the plan's workbook, to be kept."""
    path = visit.place.open_workspace().plan_path
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=_XLSX, filename=path.name)


def open_plan(visit: Visit) -> Response:
    """Open the plan's workbook with its own program, on this computer's screen."""
    path = visit.place.open_workspace().plan_path
    if not path.is_file() or not opens_files_here():
        raise HTTPException(404)
    click.launch(str(path))
    return visit.go("/plan?opened=1")


def take_plan(visit: Visit) -> Response:
    """Put an uploaded plan aside, and lead to what replacing the present one with it would do."""
    files = visit.uploads("file")
    if not files:
        return visit.go("/plan?no-file=1#upload")
    staged = stage(visit.place.root, files[0].file.read(), files[0].filename or "")
    return visit.go(f"/do/replace-plan?staged={staged.token}")
