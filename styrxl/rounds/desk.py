"""A workspace's returns, judged: the council's plan, a round's inbox, or files named by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from styrxl.excel.look import ACCENT, Look
from styrxl.model.catalogue import Word
from styrxl.model.council_plan import Plan
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import Forms
from styrxl.model.limits import Limits, of_returns
from styrxl.rounds.council_plan import read_plan
from styrxl.scale.arrivals import How
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace
from styrxl.validation.judge import Schemas


@dataclass(frozen=True, slots=True)
class Desk:
    """What a controller's command works with: the workspace, its ledger, the council's plan and the clock's word."""

    workspace: Workspace
    ledger: Ledger
    plan: Plan
    schemas: Schemas
    now: datetime
    by: str = "?"  # who is at work
    how: How = field(default_factory=How)  # returns are read

    @property
    def limits(self) -> Limits:
        """What a return may be: as the settings have it, with room for what is handed out."""
        return of_returns(self.workspace.settings.limits, len(self.plan.organisations))


def open_desk(workspace: Workspace, ledger: Ledger, now: datetime, by: str = "?", how: How | None = None) -> Desk:
    """Return the desk of a workspace, its plan read; raises as ``read_plan``."""
    schemas = Schemas(workspace.forms)
    return Desk(workspace, ledger, read_plan(workspace, schemas), schemas, now, by, how or How())


def meant(plan: Plan, typed: str) -> dict[str, Word | str]:
    """Return the fact by which an error on an owner that is not there says which may be meant."""
    found = [one for one in plan.nearest(typed) if one != typed]
    return {"nearest": Word("nearest", {"list": found}) if found else ""}


def another(forms: Forms, path: str, owner: str | None, form: str | None, round_: str | None) -> StyrxlError:
    """Return the error that says that a workbook is somebody's already."""
    title = forms.form(form).title if form in forms.names() else form
    return StyrxlError("belongs-to-another", path=path, owner=owner, form=title, round=round_)


def look(workspace: Workspace) -> Look:
    """Return the municipality's look: its name, accent colour and logo."""
    logo = workspace.logo
    return Look(workspace.settings.municipality, workspace.settings.accent or ACCENT, logo.read_bytes() if logo else None)
