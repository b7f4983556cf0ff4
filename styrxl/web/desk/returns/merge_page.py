"""Two returns of one owner merged: both side by side, row by row, with what comes out, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from styrxl.model.catalogue import word
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import message
from styrxl.model.masking import make_showable
from styrxl.rounds.merging.merge import Doubt, Merge, carry_out, plan_merge
from styrxl.rounds.merging.merge_sheets import MergedCell, MergedRow, MergedSheet, MovedRow
from styrxl.rounds.one_return.answers import write_value
from styrxl.validation.answered_rows import ShownError
from styrxl.validation.lost_answers import shorten_name
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question
from styrxl.web.desk.return_links import owner_href, return_href
from styrxl.web.desk.returns.decisions import act_as, ask_why
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts

PAGE = "merge"
_DIFFERS = frozenset({"conflict", "dropped"})
_TONES = {"conflict": "watch", "dropped": "mend", "older": "good", "newer": "good", "same": ""}


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell side by side, in words; ``result``: what comes out, ``what``: why, with its sign."""

    cell: str
    heading: str
    older: str
    newer: str
    result: str
    what: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row side by side; ``side``: what is said where only one return has it."""

    shown: str
    side: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True, slots=True)
class ShownSheet:
    """A sheet's rows: those in which the returns differ, and the rest; what is said of rows that move or are left out."""

    name: str
    differing: tuple[ShownRow, ...]
    rest: tuple[ShownRow, ...]
    told: tuple[str, ...]


def _prepare(question: Question) -> Preview:
    desk, t, round_, owner = question.desk, question.t, question.in_round, question.given.get("owner", "")
    title, back = t("preview_title", owner=make_showable(owner)), owner_href(round_.id, owner) if owner else f"/rounds/{round_.id}"
    wins = Field("newer_wins", t("newer_wins"), "check", help=t("newer_wins_help"))
    try:
        planned = plan_merge(desk, round_, owner, newer_wins=bool(question.given.get("newer_wins")))
    except StyrxlError as error:
        options = (wins,) if error.code == "merge-unclear" or question.given.get("newer_wins") else ()
        return Preview(title, troubles=_describe_trouble(error, question), options=options, back=back)
    sheets = tuple(sheet for one in planned.sheets if (sheet := _show_sheet(one, t)).differing or sheet.rest)
    values = {
        "older": (_name(planned.older.path), return_href(round_.id, planned.older.path)),
        "newer": (_name(planned.newer.path), return_href(round_.id, planned.newer.path)),
        "sheets": sheets,
        "differing": sum(len(sheet.differing) for sheet in sheets),
    }
    lines, troubles = (t("line", owner=planned.newer.owner), t("line_both_kept")), tuple(_describe_left(planned, t))
    return Preview(title, lines, t("button"), troubles, (), (wins,), ask_why(question, required=False), back, "merge.html", values)


def _name(path: str) -> str:
    return make_showable(path.rpartition("/")[2])


def _describe_trouble(error: StyrxlError, question: Question) -> tuple[str, ...]:
    """Return why nothing can be merged, each row in doubt with its cells."""
    t = question.t
    if error.code == "merge-unclear":
        files = {side: _name(str(error.facts[side])) for side in ("older", "newer")}
        doubts = cast("Sequence[Doubt]", error.facts["doubts"])
        rows = [t("doubt", sheet=d.sheet, row=d.shown, new_cells=", ".join(d.newer), old_cells=", ".join(d.older), **files) for d in doubts]
        return (t("unclear", **files), *rows)
    if error.code == "never-issued":
        return (t("never_issued", owner=error.facts["owner"]),)
    return question.describe_error(error)


def _show_sheet(sheet: MergedSheet, t: Texts) -> ShownSheet:
    differing = [row for row in sheet.rows if _differs(row)]
    rest = [row for row in sheet.rows if not _differs(row)]
    told = [_describe_moved(row, t) for row in sheet.moved]
    told += [t("left_out", row=shorten_name(row)) for row in sheet.left_out]
    return ShownSheet(sheet.name, tuple(_show_row(row, t) for row in differing), tuple(_show_row(row, t) for row in rest), tuple(told))


def _describe_moved(row: MovedRow, t: Texts) -> str:
    """Say which id a row gets, and why where the other return has another row under its own."""
    key = "moved" if row.instead and row.side == "older" else "moved_alone"
    return t(key, row=shorten_name(row.shown), id=row.id, instead=shorten_name(row.instead))


def _differs(row: MergedRow) -> bool:
    """Whether both returns have a row, and not all of it is alike."""
    return row.side == "both" and any(cell.kind in _DIFFERS or cell.kind in {"older", "newer"} for cell in row.cells)


def _show_row(row: MergedRow, t: Texts) -> ShownRow:
    side = t(f"only_{row.side}") if row.side != "both" else ""
    return ShownRow(make_showable(shorten_name(row.shown)), side, tuple(_show_cell(cell, t) for cell in row.cells))


def _show_cell(cell: MergedCell, t: Texts) -> ShownCell:
    older, newer, result = (_write(value, t) for value in (cell.older, cell.newer, cell.result))
    return ShownCell(cell.cell, cell.heading, older, newer, result, t(f"kind_{cell.kind}"), _TONES[cell.kind])


def _write(value: Any, t: Texts) -> str:
    if isinstance(value, ShownError):
        return value.text or t("no_value")
    return "" if value is None else write_value(value, t.language)


def _describe_left(planned: Merge, t: Texts) -> list[str]:
    """Say what is not carried over from either return, with its cell."""
    told = []
    for path, found in planned.left:
        place = f"{found.sheet} {found.cell}: " if found.cell else ""
        told.append(word("merged_left", t.language, path=_name(path), what=f"{place}{message(found, t.language)}"))
    return told


def _carry_out(order: Order) -> Done:
    t, given = order.t, order.given
    with order.writing() as desk:
        round_ = order.find_round(desk)
        planned = plan_merge(desk, round_, given["owner"], newer_wins=bool(given.get("newer_wins")))
        done = carry_out(act_as(desk, order), round_, planned, given.get("reason", ""))
    told = word("merged", order.language, path=done.path, state=word(f"verdict_{done.verdict}", order.language))
    links = (Link(t("to_merged"), return_href(round_.id, done.path)), Link(t("to_round"), f"/rounds/{round_.id}"))
    return Done((told,), links=links)


MERGE = Action("merge", PAGE, _prepare, _carry_out, scoped=lambda question: [question.desk.plan.spelled(question.given.get("owner", ""))])
