"""The council's multi-year plan, written anew by today's form with all its rows; the old file is kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from styrxl.annotated.left_behind import LeftBehind, UnplacedAnswer
from styrxl.annotated.renewed import FilledForm, RenewedForm, renew_form
from styrxl.model.council_plan import PLAN_FORM
from styrxl.model.errors import StyrxlError, working_on
from styrxl.model.findings import message
from styrxl.model.forms import LANGUAGES, Form, Text, extend_rows
from styrxl.model.limits import limits_of_council_plan
from styrxl.returns.extras import question_about
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.package.cell_notes import list_own_notes
from styrxl.rounds.council_plan import read_plan_file
from styrxl.rounds.desk import Desk
from styrxl.rounds.issue import keep_plan_edition, make_plan_prefill
from styrxl.rounds.judge_council_plan import MISSING, judge_plan, read_judged_plan
from styrxl.rounds.look import read_look
from styrxl.store.files import StagedFiles, find_kept_name

_ABOUT = {"sv": "Det gäller", "en": "It is about"}


@dataclass(frozen=True, slots=True)
class RenewedPlan:
    """What ``renew_plan`` does: where the old file is (None: nothing is to be done), what is new, and what does not come along.

    ``old`` and ``new``: the plan's bytes.
    """

    kept: Path | None = None
    new_sheets: tuple[Text, ...] = ()
    new_columns: tuple[tuple[Text, Text], ...] = ()  # names of a sheet and of a column
    left: tuple[LeftBehind, ...] = ()
    strays: tuple[UnplacedAnswer, ...] = ()
    old: bytes = b""
    new: bytes = b""


def renew_plan(desk: Desk, rows: int | None = None) -> RenewedPlan:
    """Write the plan by today's form, and keep the old file beside it under the day's date; ``rows``: as ``build_empty_plan`` takes them.

    Raises StyrxlError: as ``make_renewed_plan``; file-locked, disk-full, not-writable.
    """
    made = make_renewed_plan(desk, rows)
    if made.kept is None:
        return made
    keep_plan_edition(desk.workspace, desk.ledger)
    with StagedFiles() as stage:
        if not made.kept.exists():
            stage.add(made.kept, made.old)
        stage.add(desk.workspace.plan_path, made.new)
        stage.move_into_place()
    return made


def make_renewed_plan(desk: Desk, rows: int | None = None) -> RenewedPlan:
    """Return what renewing the plan would do, and write nothing.

    Raises StyrxlError: plan-not-renewed where anything would be read otherwise than before.
    """
    workspace, path = desk.workspace, desk.workspace.plan_path
    data = read_plan_file(path)
    judged, _ = judge_plan(workspace, desk.forms, data)
    edition, form = judged.edition, extend_rows(workspace.forms.form(PLAN_FORM), rows)
    if edition == form.edition and not rows and not any(finding.rule in MISSING for finding in judged.findings):
        return RenewedPlan()
    old = desk.forms.form(PLAN_FORM, edition=edition)
    with working_on(path):
        made = _renew(desk, old, form, data, judged.language or workspace.settings.language, rows)
    _check_same(desk, data, made.data)
    sheets, columns = _list_new(old, form)
    kept = find_kept_name(path, data, desk.today.isoformat())
    return RenewedPlan(kept, sheets, columns, made.left, made.strays, data, made.data)


def _renew(desk: Desk, old: Form, form: Form, data: bytes, language: str, rows: int | None) -> RenewedForm:
    limits = limits_of_council_plan(desk.workspace.settings.limits)
    with IsolatedReader(limits, ordinary_mb=limits.expanded_mb) as reader:
        returned, findings = reader.read(data)
        if returned is None:
            why = {language_: message(findings[0], language_) for language_ in LANGUAGES}
            raise StyrxlError("not-readable", path=str(desk.workspace.plan_path), why=why)
        extras = reader.read_extras(data, question_about(returned, list_own_notes(old.words)))
    prefill = replace(make_plan_prefill(desk.workspace, form, {}, rows), language=language)
    return renew_form(FilledForm(old, returned, extras), form, prefill, read_look(desk.workspace))


def _check_same(desk: Desk, old: bytes, new: bytes) -> None:
    """See that the new plan says what the old one said; raises StyrxlError (plan-not-renewed), which names the tables where it does not."""
    before, _ = read_judged_plan(desk.workspace, desk.forms, old)
    path = str(desk.workspace.plan_path)
    try:
        after, _ = read_judged_plan(desk.workspace, desk.forms, new)
    except StyrxlError as error:
        raise StyrxlError("plan-not-renewed", **{**error.facts, "path": path, "why": ""}) from error
    names = {sheet.table: sheet.name for sheet in desk.workspace.forms.form(PLAN_FORM).tables}
    if other := [names[table] for table, rows in before.items() if rows and rows != after.get(table)]:
        why = {language: f"{about}: {', '.join(name[language] for name in other)}." for language, about in _ABOUT.items()}
        raise StyrxlError("plan-not-renewed", path=path, why=why)


def _list_new(old: Form, form: Form) -> tuple[tuple[Text, ...], tuple[tuple[Text, Text], ...]]:
    """Return the sheets and columns that the old form did not have."""
    before = {sheet.key: {column.field for column in sheet.columns} for sheet in old.sheets}
    sheets = tuple(sheet.name for sheet in form.sheets if sheet.key not in before)
    known = (sheet for sheet in form.sheets if sheet.key in before)
    return sheets, tuple(
        (sheet.name, column.heading) for sheet in known for column in sheet.columns if column.field not in before[sheet.key]
    )
