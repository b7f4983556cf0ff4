"""Another version of the council's plan in the place of the one that is there, which is kept beside it under the day's date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.rounds.own_files import check_due_owners
from styrxl.rounds.setup.plan_state import FINE, PlanState, judge_new_plan, read_plan_state
from styrxl.rounds.setup.plan_texts import PlanChange, PlanTexts
from styrxl.store.files import replace_keeping
from styrxl.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PlanSwap:
    """What replacing the plan would do: how both stand, what differs, and what of the settings would no longer fit."""

    present: PlanState
    new: PlanState
    changes: tuple[PlanChange, ...] = ()
    settings: StyrxlError | None = None

    @property
    def can_be_done(self) -> bool:
        """Whether the new one may take the present one's place: without errors, another file, and nobody has the present one open."""
        same = self.present.digest == self.new.digest
        return self.new.state == FINE and not same and self.present.lock is None and self.settings is None


def compare_plan(workspace: Workspace, forms: Forms, data: bytes, language: str) -> PlanSwap:
    """Return what it would do to replace a workspace's plan; ``forms``: with those that either may have been built with."""
    present, new = read_plan_state(workspace, forms), judge_new_plan(workspace, forms, data)
    if new.rows is None or new.plan is None:
        return PlanSwap(present, new)
    texts = PlanTexts(forms, language, present.rows or {}, new.rows)
    changes = tuple(texts.list_changes(present.rows, new.rows)) if present.rows else ()
    try:
        check_due_owners(workspace, new.plan)
    except StyrxlError as error:
        return PlanSwap(present, new, changes, error)
    return PlanSwap(present, new, changes)


def replace_plan(workspace: Workspace, data: bytes, day: date) -> Path | None:
    """Put a plan in the present one's place; return where the old one is kept. Raises StyrxlError: as ``replace_keeping``."""
    return replace_keeping(workspace.plan_path, data, day.isoformat())
