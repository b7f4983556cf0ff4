"""Workbooks that have been filled in: as they were issued, with answers in them. What is asked for again is not made again."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from municipality import Rows
from styrxl.excel.look import Look
from styrxl.model.council_plan import PLAN_FORM
from styrxl.model.forms import Form, extend_rows
from styrxl.model.prefill import Prefill, Row
from styrxl.prefill.plan import sign_issue
from styrxl.rounds.issue import make_plan_prefill
from styrxl.rounds.look import read_look
from styrxl.sample.fill import fill
from styrxl.store.ledger import Issue, Ledger
from styrxl.store.workspace import Workspace
from styrxl.templates.build import build_all

Answers = Mapping[str, Rows]

_MADE: dict[bytes, bytes] = {}  # by all that goes into it


def fill_issued(root: Path, round_: str, owner: str, answers: Answers, form: str | None = None) -> bytes:
    """Return the workbook that an owner was given last in a round of a workspace (by a form, where they are several), filled in."""
    workspace = Workspace.open(root)
    with Ledger.open(workspace.database) as ledger:
        issue = _find_issue(ledger, round_, owner, form)
        made = Prefill.from_json(ledger.prefills([issue.issue_id])[issue.issue_id])
        asked = workspace.forms_with(ledger.editions).form(issue.form, issue.profile, round_, made.edition)
    return _fill_once(asked, sign_issue(made, issue.issue_id, workspace.sign), answers, read_look(workspace))


def _find_issue(ledger: Ledger, round_: str, owner: str, form: str | None) -> Issue:
    if form is None:
        return ledger.issues(round_)[owner]
    return ledger.issues_by_form(round_)[owner, form]


def fill_plan(workspace: Workspace, answers: Answers, rows: int | None = None) -> bytes:
    """Return the multi-year plan of a workspace as it comes, filled in; ``rows``: how many it has at least.

    Where nothing is said of rows it has few more than are filled in: hundreds of empty ones take half a second.
    """
    form = extend_rows(workspace.forms.form(PLAN_FORM), rows)
    prefill = make_plan_prefill(workspace, form, {}, rows)
    return _fill_once(form if rows else _shorten(form, answers), prefill, answers, read_look(workspace))


def build_short_plan(workspace: Workspace, given: Mapping[str, tuple[Row, ...]]) -> bytes:
    """Return a multi-year plan as ``build_plan`` makes it of rows, with few more of them."""
    form = workspace.forms.form(PLAN_FORM)
    [(_, data)] = build_all(_shorten(form, given), [make_plan_prefill(workspace, form, given)], read_look(workspace))
    return data


def _shorten(form: Form, answers: Answers) -> Form:
    """Return a form with no more rows than take the answers, and twenty to spare."""
    needed = {sheet.key: 20 + len(answers.get(sheet.key, ())) for sheet in form.sheets}
    return replace(form, sheets=tuple(replace(s, rows=min(s.rows, needed[s.key])) if s.rows else s for s in form.sheets))


def _fill_once(form: Form, prefill: Prefill, answers: Answers, shown: Look) -> bytes:
    sizes = [sheet.rows for sheet in form.sheets]
    key = pickle.dumps((form.edition, form.profile, form.kind, sizes, prefill.to_json(), answers, shown))
    if key not in _MADE:
        _MADE[key] = fill(form, prefill, answers, shown)
    return _MADE[key]
