"""The first tables of the follow-up's page Ekonomi: each board's money against the council's frame, and what is not decided yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from styrxl.excel.pages import BOLD, Block, Field, Row
from styrxl.model.amounts import add_amounts, add_known
from styrxl.model.council_plan import Adjustment
from styrxl.reports.board_frames import NO_FOLLOWUP, lacking_return_word
from styrxl.reports.board_outcomes import BoardOutcome, FrameOutcome, add_frame_outcomes
from styrxl.reports.page_parts import sum_label
from styrxl.reports.view import View, join_texts

BOARD_WIDTH, STATE_WIDTH, MONEY_WIDTH = 18.0, 26.0, 13.0
_NO_PER_CENT = "\N{EN DASH}"


def compared_boards(boards: Sequence[BoardOutcome]) -> list[BoardOutcome]:
    """Return the boards that can be held against their frames."""
    return [b for b in boards if b.comparable]


def count_within(boards: Sequence[BoardOutcome]) -> int:
    """Count the boards that keep within their frames."""
    return sum(b.measure.deviation is not None and b.measure.deviation >= 0 for b in boards)


def year_net_key(view: View) -> str:
    """Return the key of the heading over what the year comes to."""
    return "outcome_net" if view.round.kind.final else "forecast_net"


def frames_block(view: View, boards: Sequence[BoardOutcome]) -> Block:
    """Return a row for each board: its frame, what the year comes to, the deviation from the frame, and that from its own budget."""
    heading = view.phrases.heading
    keys = ("frame", "adjustments", "current_frame", "current_budget", year_net_key(view), "frame_deviation")
    fields = (
        Field(heading("board"), "name", BOARD_WIDTH),
        Field(heading("state"), "status", STATE_WIDTH),
        *(Field(heading(key), "money", MONEY_WIDTH) for key in keys),
        Field(heading("frame_per_cent"), "percent", MONEY_WIDTH),
        *(Field(heading(key), "money", MONEY_WIDTH) for key in ("not_laid_out", "own_deviation")),
        Field(heading("remark"), span=2),
    )
    remarks = (join_texts((_explanation_word(view, b), _remark(view, b.measure))) for b in boards)
    rows = tuple(
        Row((b.owner.name, compare_state(view, b), *_figures(b.measure), remark)) for b, remark in zip(boards, remarks, strict=True)
    )
    totals = tuple(_totals(view, boards)) if view.board is None else ()
    title = "measure_outcome_title" if view.round.kind.final else "measure_forecast_title"
    return Block(fields, rows, heading=view.phrases.word(title), totals=totals, name="frames")


def _figures(m: FrameOutcome) -> tuple[float | str | None, ...]:
    per_cent = m.per_cent if m.per_cent is not None or m.deviation is None else _NO_PER_CENT
    known = (m.decided, m.adjustments, m.current, m.money.budget, m.money.year_net)
    return (*known, m.deviation, per_cent, m.not_laid_out, m.money.deviation)


def compare_state(view: View, b: BoardOutcome) -> str:
    """Say how a board stands against its frame, or why it cannot be told."""
    word = view.phrases.word
    if not b.accepted:
        return lacking_return_word(view, b.owner, NO_FOLLOWUP)
    if b.measure.current is None:
        return word("no_frame")
    if b.measure.deviation is None:
        return word("amounts_missing")
    return word("over" if b.measure.deviation < 0 else "within")


def _remark(view: View, measure: FrameOutcome) -> str | None:
    """Say of what the deviation in per cent is where that is not the frame."""
    return view.phrases.word("of_gross_cost") if measure.per_cent is not None and measure.of_gross_cost else None


def unexplained_word(view: View, b: BoardOutcome) -> str:
    """Say that nobody explains a board's deficit, or that its activities alone do."""
    by_activity = any(row.get("explanation") for row in b.rows)
    return view.phrases.word("deficit_explained_by_activity" if by_activity else "deficit_unexplained")


def is_unexplained(view: View, b: BoardOutcome) -> bool:
    """Tell whether a board was asked about a deficit that has to be explained, and says nothing of it."""
    asked = b.closing is not None and b.measure.deviation is not None
    if not asked or b.closing is None or b.measure.deviation is None:
        return False
    return view.scope.board_thresholds.short(b.measure.deviation, b.measure.current or 0.0) and not b.closing.get("explanation")


def _explanation_word(view: View, b: BoardOutcome) -> str | None:
    """Say of a board's deficit that it is unexplained, or that its explanation stands further down."""
    if is_unexplained(view, b):
        return unexplained_word(view, b)
    return view.phrases.word("explained_below") if b.closing and b.closing.get("explanation") else None


def _totals(view: View, boards: Sequence[BoardOutcome]) -> Iterator[Row]:
    """Yield the last rows: what cannot be compared, without deviations, and the sum of what can, which says how many boards it is."""
    compared, others = compared_boards(boards), [b for b in boards if not b.comparable]
    if others:
        *known, _, _, _, _ = zip(*(_figures(b.measure) for b in others), strict=True)
        yield Row((view.phrases.word("sum_not_compared"), None, *map(add_known, known), *[None] * 5), weight=BOLD)
    whole = add_frame_outcomes([b.measure for b in compared], final=view.round.kind.final)
    count = view.phrases.word("n_of_boards", n=len(compared), total=len(boards))
    yield Row((sum_label(view), None, *_figures(whole), join_texts((count, _remark(view, whole)))), weight=BOLD)


def undecided_block(view: View, boards: Sequence[BoardOutcome]) -> Block:
    """Return the boards whose forecast counts on money that is not granted, or whose frame was changed after the round's day.

    Each with its deviation from the frame as it then is.
    """
    heading, word = view.phrases.heading, view.phrases.word
    day = view.round.frames_day.isoformat()
    keys = ("current_frame", year_net_key(view), "frame_deviation", "unfunded", "without", "later", "with_later")
    fields = (
        Field(heading("board"), "name", BOARD_WIDTH),
        Field(heading("decision"), span=4),
        *(Field(heading(key), "money", MONEY_WIDTH) for key in keys),
    )
    shown = [b for b in boards if b.measure.later is not None or b.measure.money.unfunded]
    rows = tuple(Row((b.owner.name, _decisions(b), *_undecided_figures(b.measure))) for b in shown)
    return Block(fields, rows, heading=word("undecided_title", day=day), name="undecided")


def _undecided_figures(m: FrameOutcome) -> tuple[float | None, ...]:
    without = m.without_unfunded if m.money.unfunded else None
    return (m.current, m.money.year_net, m.deviation, m.money.unfunded, without, m.later, m.with_later if m.later is not None else None)


def _decisions(b: BoardOutcome) -> str | None:
    return join_texts([a.decision for a in b.frame.later if a.operating])


def adjustments_block(view: View, boards: Sequence[BoardOutcome]) -> Block:
    """Return the council's decisions on the year's frames, those that count first."""
    heading, word = view.phrases.heading, view.phrases.word
    fields = (
        Field(heading("board"), "name", BOARD_WIDTH),
        Field(heading("decision"), width=STATE_WIDTH),
        Field(heading("decided_on"), "date", MONEY_WIDTH),
        Field(heading("operating"), "money", MONEY_WIDTH),
        Field(heading("investment"), "money", MONEY_WIDTH),
        Field(heading("adjustment_kind"), span=2),
        Field(heading("counts"), "status", span=2),
    )
    counted = [(b.owner.name, a, word("counted")) for b in boards for a in b.frame.adjustments]
    later = [(b.owner.name, a, word("decided_later")) for b in boards for a in b.frame.later]
    rows = tuple(
        Row((name, a.decision, a.date, a.operating, a.investment or None, _kind(view, a), counts)) for name, a, counts in (*counted, *later)
    )
    totals = [_adjustments_total(word("later_sum"), later, None)] if later else []
    totals.append(_adjustments_total(sum_label(view), counted, word("counted_alone") if later else None))
    return Block(fields, rows, heading=word("adjustments_title"), totals=tuple(totals), name="frame_adjustments")


def _adjustments_total(label: str, adjustments: Sequence[tuple[str, Adjustment, str]], why: str | None) -> Row:
    sums = (add_amounts(a.operating for _, a, _ in adjustments), add_amounts(a.investment for _, a, _ in adjustments))
    return Row((label, None, None, *sums, None, why), weight=BOLD)


def _kind(view: View, adjustment: Adjustment) -> str | None:
    return view.scope.forms.label("adjustment_kind", adjustment.kind)[view.scope.language] if adjustment.kind else None


def first_fields(view: View, second: str) -> tuple[Field, Field]:
    """Return the columns of the page's tables in which rows of a board hold more rows: the board, and what the row is about."""
    return (
        Field(view.phrases.heading("board"), "name", BOARD_WIDTH),
        Field(view.phrases.heading(second), width=STATE_WIDTH, least=19, indented=True),
    )


def deviation_word(view: View, deviation: float | None) -> str | None:
    """Say whether a deviation (tkr) is a deficit or a surplus; None where it is not known."""
    if deviation is None:
        return None
    return view.phrases.word("deficit" if deviation < 0 else "surplus" if deviation > 0 else "on_budget")


def describe_not_compared(view: View, boards: Sequence[BoardOutcome]) -> list[str]:
    """Say how many boards are not counted, and why."""
    word = view.phrases.word
    lacking = sum(b.owner.is_missed and not b.accepted for b in boards)
    without = [b for b in boards if b.accepted and not b.comparable]
    frameless = sum(b.measure.current is None for b in without)
    counts = (("n_without_frame", frameless), ("n_amounts_missing", len(without) - frameless))
    remarks = [word("one_lacking" if lacking == 1 else "n_boards_lacking", n=lacking)] if lacking else []
    return [*remarks, *(word(key, n=n) for key, n in counts if n)]
