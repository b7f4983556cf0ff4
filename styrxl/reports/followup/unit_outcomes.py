"""The table of the page Ekonomi with the units: their frames and forecasts, added up board by board, beside what the board has itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import BOLD, SHADED, Block, Field, Row
from styrxl.model.amounts import add_amounts, add_known, subtract_amounts
from styrxl.reports.board_outcomes import BoardOutcome, unsigned_amount
from styrxl.reports.columns import ReportColumn, describe_rest, report_columns
from styrxl.reports.followup.frames import deviation_word, first_fields
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.page_parts import fold_level, sum_label
from styrxl.reports.view import Owner, View, join_texts


def units_block(followup: FollowupView, boards: Sequence[BoardOutcome]) -> Block:
    """Return a row for each board that adds up its units, then theirs: frame, outcome or forecast, and deviation (tkr)."""
    view = followup.view
    heading, columns = view.phrases.heading, report_columns(view, "unit_outcomes")
    titles = {c.column.field: c.heading for c in columns}
    asked = [key for key in ("frame", "outcome", "last_forecast", "forecast") if key in titles]
    fields = (
        *first_fields(view, "unit"),
        *(Field(titles[key], "money", 13, tally=True) for key in asked),
        Field(heading("deviation"), "money", 13),
        Field(heading("state"), "status", span=2),
        Field(heading("comment"), span=4 if len(asked) < 4 else 3),
    )
    answers = view.grouped("unit_outcomes")
    by_board: dict[str, list[Row]] = {}
    for unit in view.units:
        unit_rows = [_unit_row(followup, unit, answer, asked, columns) for answer in answers.get(unit.id, ())]
        if not unit_rows and (silent := _silent_unit_row(followup, unit, len(asked))) is not None:
            unit_rows = [silent]
        if unit_rows:
            by_board.setdefault(unit.board, []).extend(unit_rows)
    outcomes = {b.owner.id: b for b in boards}
    heads = {board: _units_of_board_row(view, board, outcomes.get(board), unit_rows, asked) for board, unit_rows in by_board.items()}
    rows = [row for board, unit_rows in by_board.items() for row in (heads[board], *unit_rows)]
    every = [row for unit_rows in by_board.values() for row in unit_rows]
    compared = _compare_units(view, every, asked)
    last = Row((sum_label(view), None, *_unit_sums(view, every, asked), None, compared), weight=BOLD)
    title, totals = view.phrases.word("unit_forecasts_title"), (last,) if rows else ()
    return Block(fields, tuple(rows), heading=title, totals=totals, folded=fold_level(view, rows), new_page=True, name="unit_outcomes")


def _units_of_board_row(view: View, board: str, outcome: BoardOutcome | None, unit_rows: Sequence[Row], asked: Sequence[str]) -> Row:
    """Return the row that adds up a board's units, and says what the board has itself."""
    figures = _unit_sums(view, unit_rows, asked)
    words = join_texts((_board_words(view, outcome), _compare_units(view, unit_rows, asked)))
    return Row((view.name(board), view.phrases.word("units_sum"), *figures, None, words), weight=SHADED, sums=True)


def _compare_units(view: View, rows: Sequence[Row], asked: Sequence[str]) -> str | None:
    """Say what the units that had a forecast before as well come to, then and now; None where all of them had, or none."""
    both, answered = _find_compared(rows, asked)
    if len(both) in {0, len(answered)}:
        return None
    then, now = (unsigned_amount(view, add_amounts(pair[at] for pair in both)) for at in (0, 1))
    return view.phrases.word("units_compared", n=len(both), total=len(answered), then=then, now=now)


def _find_compared(rows: Sequence[Row], asked: Sequence[str]) -> tuple[list[tuple[float, float]], list[float]]:
    """Return, of units, the forecast before and what the year comes to now, where both are there; and the latter of all."""
    if "last_forecast" not in asked:
        return [], []
    then, now = (2 + asked.index(key) for key in ("last_forecast", "forecast" if "forecast" in asked else "outcome"))
    answered = [row for row in rows if row.cells[now] is not None]
    return [(row.cells[then], row.cells[now]) for row in answered if row.cells[then] is not None], [row.cells[now] for row in answered]


def _unit_sums(view: View, rows: Sequence[Row], asked: Sequence[str]) -> list[float | None]:
    """Add up units, column by column; no deviation where one of them has a frame alone, or an outcome or forecast alone."""
    *sums, deviation = (add_known(row.cells[n] for row in rows) for n in range(2, len(asked) + 3))
    compared = [2 + asked.index(key) for key in ("frame", "outcome" if view.round.kind.final else "forecast") if key in asked]
    incomplete = any(row.cells[2 + len(asked)] is None and any(row.cells[n] is not None for n in compared) for row in rows)
    return [*sums, None if incomplete else deviation]


def _board_words(view: View, b: BoardOutcome | None) -> str | None:
    """Say what the board has, beside what its units have."""
    if b is None or not b.accepted or b.whole.budget is None:
        return None
    amounts = {"budget": unsigned_amount(view, b.whole.budget), "forecast": unsigned_amount(view, b.whole.year_net)}
    return view.phrases.word("board_outcome" if b.final else "board_forecast", **amounts)


def _unit_row(followup: FollowupView, unit: Owner, answer: Mapping[str, Any], asked: Sequence[str], columns: Sequence[ReportColumn]) -> Row:
    view = followup.view
    deviation = subtract_amounts(answer.get("frame"), answer.get("outcome" if view.round.kind.final else "forecast"))
    more, amounts = describe_rest(view, answer, columns, {"unit_id", "comment", *asked})
    comment = join_texts([answer.get("comment"), more])
    cells = (view.name(unit.board), unit.name, *(answer.get(key) for key in asked), deviation, deviation_word(view, deviation), comment)
    return Row(cells, int(answer["_source"]), level=1, indent=1, amounts=amounts)


def _silent_unit_row(followup: FollowupView, unit: Owner, asked: int) -> Row | None:
    """Return the row of a unit that has not answered; None for one without a frame."""
    view, frame = followup.view, _planned_frame(followup, unit)
    if frame is None:
        return None
    comment = view.phrases.word("frame_of", amount=unsigned_amount(view, frame))  # in words, so that what is shown ties out
    cells = (view.name(unit.board), unit.name, *[None] * (asked + 1), followup.silence_word(unit.id), comment)
    return Row(cells, level=1, indent=1)


def _planned_frame(followup: FollowupView, unit: Owner) -> float | None:
    """Return the frame that a board's plan gives a unit."""
    for rows in followup.history.plans.answers.tables.get("unit_frames", {}).values():
        for row in rows:
            if row["unit_id"] == unit.id and row["frame"] is not None:
                return float(row["frame"])
    return None
