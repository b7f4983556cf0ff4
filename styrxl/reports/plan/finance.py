"""The plan's page Ekonomi: frames, budgets and what remains, by board; sums tie out from activity to board to all boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import BOLD, SHADED, Block, Field, Page, Row
from styrxl.model.amounts import add_amounts
from styrxl.reports.board_budgets import MONEY, BoardBudget, add_budgets, list_budgets, measure_budgets
from styrxl.reports.board_frames import NO_PLAN, frame_state_word, whole_word
from styrxl.reports.columns import ReportColumn, column_titles, describe_rest, id_and_name, report_columns
from styrxl.reports.page_parts import LINK_WIDTH, fold_level, lacking_word, make_titled_page, sum_label
from styrxl.reports.result_blocks import Grid, list_result_blocks
from styrxl.reports.view import View, join_texts
from styrxl.reports.whole_result import WholeResult

_TYPED = {"revenue", "cost", "unit_frames"}  # figures that returns were filled in with


def make_page(view: View) -> Page | None:
    """Return the page with each board's frame and budget, its activities and unit frames under it; None where there is no money."""
    budgets = list_budgets(view)
    if not any(v is not None for b in budgets for v in b.money):
        return None
    columns = {table: report_columns(view, table) for table in ("confirmation", "budget", "unit_frames")}
    rows = tuple(row for budget in budgets for row in _board_rows(view, budget, columns))
    totals = tuple(_totals(view, budgets)) if view.board is None else ()
    block = Block(_fields(view), rows, table="finance", totals=totals, folded=fold_level(view, rows))
    result = WholeResult(view)
    return make_titled_page(view, "finance", [block, *_finance_blocks(view, result), *list_result_blocks(view, result, Grid(18, 25, 12))])


def _finance_blocks(view: View, result: WholeResult) -> list[Block]:
    """Return the finance administration's operations, which no frame holds; none where a board reads."""
    mine = [b for b in measure_budgets(view, [(o, view.frame(o.id)) for o in result.finance]) if b.owner.expected or b.accepted]
    if not mine or view.board is not None:
        return []
    columns = {table: report_columns(view, table) for table in ("confirmation", "budget", "unit_frames")}
    rows = tuple(row for b in mine for row in _board_rows(view, b, columns))
    return [Block(_fields(view), rows, heading=view.phrases.word("finance_operations_title"), new_page=True, name="finance_operations")]


def _fields(view: View) -> tuple[Field, ...]:
    heading, titles = view.phrases.heading, column_titles(view, "budget")
    return (
        Field(heading("board"), "name", 18),
        Field(heading("line"), width=25, indented=True),
        *(Field(titles.get(key) or heading(key), "money", 13, tally=key in _TYPED) for key in MONEY),
        Field(heading("confirms"), width=10),
        Field(heading("state"), "status", 15),
        Field(heading("decision"), width=60, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )


def _board_rows(view: View, b: BoardBudget, columns: Mapping[str, Sequence[ReportColumn]]) -> list[Row]:
    """Return a board's own row, then its activities and unit frames."""
    confirmation = b.confirmation or {}
    confirms = confirmation.get("confirms")
    decision, amounts = describe_rest(view, confirmation, columns["confirmation"], {"confirms"})
    cells = (
        b.owner.name,
        whole_word(view, b.owner) if b.owner.expected or b.accepted else None,
        *b.money,
        view.phrases.word(confirms if confirms in ("yes", "no") else "none"),
        frame_state_word(view, b.owner, b.remaining, NO_PLAN),
        decision,
        view.row_link(confirmation) if confirmation else None,
    )
    # The board's own row sums the rows under it: its figures are not the returns' own, and are not counted.
    head = Row(cells, int(confirmation["_source"]) if confirmation else None, weight=SHADED, sums=True, amounts=amounts)
    activities = (_activity_row(view, b, row, columns["budget"]) for row in b.budget)
    return [head, *activities, *(_unit_row(view, b, row, columns["unit_frames"]) for row in b.unit_frames)]


def _activity_row(view: View, b: BoardBudget, row: Mapping[str, Any], columns: Sequence[ReportColumn]) -> Row:
    net = add_amounts((row.get("cost"), -(row.get("revenue") or 0.0)))
    money = (None, None, None, row.get("revenue"), row.get("cost"), net, None, None)
    more, amounts = describe_rest(view, row, columns, {"activity", "revenue", "cost", "net"})
    return _row_below(view, row, (b.owner.name, row.get("activity"), *money, None, None, more), amounts)


def _unit_row(view: View, b: BoardBudget, row: Mapping[str, Any], columns: Sequence[ReportColumn]) -> Row:
    unit = row.get("unit_id")
    name = id_and_name(view, unit) if unit else None
    more, amounts = describe_rest(view, row, columns, {"unit_id", "frame"})
    return _row_below(view, row, (b.owner.name, name, *[None] * 7, row.get("frame"), None, None, more), amounts)


def _row_below(view: View, row: Mapping[str, Any], cells: tuple[Any, ...], amounts: tuple[float, ...]) -> Row:
    return Row((*cells, view.row_link(row)), int(row["_source"]), level=1, indent=1, amounts=amounts)


def _totals(view: View, budgets: Sequence[BoardBudget]) -> list[Row]:
    """Return the last rows: where boards lack a budget, those with and those without one first, since each of them ties out."""
    word = view.phrases.word
    present, absent = [b for b in budgets if b.accepted], [b for b in budgets if not b.accepted]
    lacking = sum(b.owner.is_missed for b in absent)
    rows: list[Row] = []
    if absent:
        with_budget = word("one_board") if len(present) == 1 else word("n_boards", n=len(present))
        outside = len(absent) - lacking
        without = [word("n_lacking", n=lacking) if lacking else None, word("n_none", n=outside) if outside else None]
        rows = [
            _total_row(word("sum_with_budget"), with_budget, present),
            _total_row(word("sum_without_budget"), join_texts(without, ", "), absent),
        ]
    return [*rows, Row((sum_label(view), None, *add_budgets(budgets), None, lacking_word(view, lacking), None, None), weight=BOLD)]


def _total_row(label: str, boards: str | None, budgets: Sequence[BoardBudget]) -> Row:
    return Row((label, boards, *add_budgets(budgets), *[None] * 4), weight=BOLD)
