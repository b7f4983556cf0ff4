"""The table of the page Ekonomi in which outcomes stand beside those of the same round a year before."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.excel.pages import BOLD, SHADED, Block, Field, Row
from styrxl.reports.board_outcomes import BoardOutcome
from styrxl.reports.followup.frames import BOARD_WIDTH, STATE_WIDTH
from styrxl.reports.last_year import REST, ComparedBoard, ComparedOutcome, add_compared, compare_boards
from styrxl.reports.page_parts import fold_level, sum_label
from styrxl.reports.view import View


def last_year_block(view: View, boards: Sequence[BoardOutcome]) -> Block:
    """Return outcome so far, the same round's a year before and the change, by board and activity; no rows where nothing is known."""
    heading = view.phrases.heading
    before, language = view.round.year_before, view.scope.language
    fields = (
        Field(heading("board"), "name", BOARD_WIDTH),
        Field(heading("line"), width=STATE_WIDTH, least=19, indented=True),
        Field(heading("outcome_net"), "money", 16),
        Field(view.phrases.word("outcome_of_round", round=before.short_name(language)), "money", 16),
        Field(heading("change"), "money", 16),
        Field(heading("change_per_cent"), "percent", 13),
        Field(heading("remark"), span=4),
    )
    compared = compare_boards(view, boards)
    rows = tuple(row for board in compared for row in _board_rows(view, board))
    whole = add_compared(board.whole for board in compared)
    answered = sum(b.accepted for b in boards)
    count = view.phrases.word("n_of_boards", n=len(compared), total=answered) if view.board is None else None
    totals = (Row((sum_label(view), None, *_figures(whole), count), weight=BOLD),)
    title = view.phrases.word("last_year_title")
    return Block(fields, rows, heading=title, totals=totals, folded=fold_level(view, rows), name="last_year")


def _figures(outcome: ComparedOutcome) -> tuple[float | None, ...]:
    return (outcome.now, outcome.before, outcome.change, outcome.per_cent)


def _board_rows(view: View, compared: ComparedBoard) -> list[Row]:
    """Return a board's own row, then its activities."""
    word, name = view.phrases.word, compared.board.owner.name
    typed = word("typed_last_year") if compared.typed else None
    head = Row((name, word("whole_board"), *_figures(compared.whole), typed), weight=SHADED, sums=True)
    lines = () if compared.has_rest and len(compared.lines) == 1 else compared.lines
    new = None if compared.has_rest else word("untyped_line" if compared.typed else "new_line")
    return [head, *(_line_row(view, name, line, new) for line in lines)]


def _line_row(view: View, name: str, line: ComparedOutcome, new: str | None) -> Row:
    """Return the row of an activity; ``new``: what is said of one of which nothing is known a year before."""
    word = view.phrases.word
    gone = line.now is None and line.activity is not REST
    remark = new if line.before is None else word("gone_line") if gone else None
    activity = word("not_by_activity") if line.activity is REST else line.activity
    return Row((name, activity, *_figures(line), remark), level=1, indent=1, again=True)
