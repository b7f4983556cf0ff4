"""The boards' frames: which boards have money to show, their operating frames as adjusted, and what investments leave of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from styrxl.excel.pages import Field, Row
from styrxl.model.amounts import add_amounts, add_known, subtract_amounts
from styrxl.model.council_plan import Adjustment, Frame
from styrxl.model.levels import is_on_request
from styrxl.reports.view import Owner, View

Lacking = tuple[str, str]  # words for a board without an accepted return: one that is to hand in, one that is not
NO_PLAN: Lacking = ("budget_missing", "frame_only")
NO_FOLLOWUP: Lacking = ("report_missing", "no_report")


@dataclass(frozen=True)
class BoardFrame:
    """A board and its frame (tkr)."""

    owner: Owner
    frame: Frame

    @cached_property
    def adjustments(self) -> float | None:
        """Adjustments of the operating frame that count in the round; None where there are none."""
        return add_operating(self.frame.adjustments)

    @cached_property
    def current(self) -> float | None:
        """Operating frame as it counts in the round; None where there is none."""
        return self.frame.current_operating


def add_operating(adjustments: Sequence[Adjustment]) -> float | None:
    """Add up what adjustments change of operating frames (tkr); None where none of them does."""
    return add_known(a.operating or None for a in adjustments)


def boards_with_money(view: View) -> list[tuple[Owner, Frame]]:
    """Return the boards with a frame, or with a form to hand in or handed in, each with its frame."""
    boards = [(board, view.frame(board.id)) for board in view.boards]
    return [
        (board, frame)
        for board, frame in boards
        if frame.operating is not None or frame.adjustments or board.expected or board.id in view.accepted
    ]


def whole_word(view: View, owner: Owner) -> str:
    """Return what the row is called that adds up an owner's activities."""
    return view.phrases.word("whole" if is_on_request(owner.kind) else "whole_board")


def lacking_return_word(view: View, board: Owner, lacking: Lacking) -> str:
    """Say that a board's return is missing, that it is not there on the round's day, or that it hands in none."""
    if not board.there:
        return view.phrases.word("not_there", day=view.round.day.isoformat())
    return view.phrases.word(lacking[0] if board.expected else lacking[1])


def frame_state_word(view: View, board: Owner, remaining: float | None, lacking: Lacking) -> str:
    """Say how a board stands against its frame, given what remains of it (tkr)."""
    if board.id not in view.accepted:
        return lacking_return_word(view, board, lacking)
    return view.phrases.word("no_frame" if remaining is None else "over" if remaining < 0 else "within")


def investment_frame_fields(view: View, spent_key: str, *, state_width: float, money_width: float) -> tuple[Field, ...]:
    """Return the columns of ``investment_frame_rows``."""
    heading = view.phrases.heading
    keys = ("investment_frame", "adjustments", "current_frame", spent_key, "remaining")
    return (
        Field(heading("board"), "name", 17),
        Field(heading("state"), "status", state_width),
        *(Field(heading(key), "money", money_width) for key in keys),
    )


def investment_frame_rows(view: View, table: str, spent_field: str, lacking: Lacking) -> Sequence[Row]:
    """Return a row for each board with an investment frame or investments.

    Columns: board, state, frame as decided, its adjustments, frame as it is, the sum of ``spent_field``, and what remains (tkr).
    """
    investments = view.grouped(table)
    rows = []
    for board in view.boards:
        frame = view.frame(board.id)
        current = frame.current_investment
        if current is None and board.id not in investments:
            continue
        spent = add_amounts(row.get(spent_field) for row in investments.get(board.id, [])) if board.id in view.accepted else None
        remaining = subtract_amounts(current, spent)
        adjustments = add_known(a.investment or None for a in frame.adjustments)
        state = frame_state_word(view, board, remaining, lacking)
        rows.append(Row((board.name, state, frame.investment, adjustments, current, spent, remaining)))
    return rows
