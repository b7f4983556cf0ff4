"""The follow-up's page Ekonomi: the boards against the council's frames, then budget, outcome and forecast by activity, in tkr."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from styrxl.excel.pages import BOLD, SHADED, Block, Field, Page, Row
from styrxl.model.amounts import add_amounts, add_known
from styrxl.model.levels import FINANCE
from styrxl.reports.board_frames import NO_FOLLOWUP, lacking_return_word, whole_word
from styrxl.reports.board_outcomes import (
    PLANNED,
    TYPED,
    BoardOutcome,
    MoneyOutcome,
    add_boards,
    list_outcomes,
    measure_outcomes,
    outcome_of,
    signed_amount,
    source_of,
)
from styrxl.reports.booked import is_alone, tell_source
from styrxl.reports.columns import ReportColumn, column_titles, describe_rest, report_columns
from styrxl.reports.followup.frames import (
    BOARD_WIDTH,
    MONEY_WIDTH,
    STATE_WIDTH,
    adjustments_block,
    deviation_word,
    first_fields,
    frames_block,
    is_unexplained,
    undecided_block,
    unexplained_word,
)
from styrxl.reports.followup.last_year import last_year_block
from styrxl.reports.followup.unit_outcomes import units_block
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.page_parts import LINK_WIDTH, fold_level, lacking_word, make_titled_page, sum_label
from styrxl.reports.result_blocks import Grid, list_result_blocks
from styrxl.reports.view import View
from styrxl.reports.whole_result import WholeResult

_BUDGET = ("planned_budget", "decided_changes")
_CAUSES = ("explanation", "measures", "measures_effect", "assumptions")
_SHOWN = frozenset({"activity", "current_budget", "deviation", *_CAUSES, *TYPED, *PLANNED, *_BUDGET})


def make_page(followup: FollowupView) -> Page | None:
    """Return the page that shows how each board stands against its frame and its own budget, and why; None where there are no boards."""
    view = followup.view
    boards = list_outcomes(view)
    if not boards:
        return None
    blocks = [
        frames_block(view, boards),
        undecided_block(view, boards),
        _budgets_block(view, boards),
        _outcomes_block(view, boards),
        last_year_block(view, boards),
        _causes_block(view, boards),
        *((units_block(followup, boards),) if view.asks("unit_outcomes") else ()),
        adjustments_block(view, boards),
        *_finance_blocks(view),
        *list_result_blocks(view, WholeResult(view), Grid(BOARD_WIDTH, STATE_WIDTH, 13)),
    ]
    return make_titled_page(view, "forecast", [block for block in blocks if block.rows])


def _finance_blocks(view: View) -> list[Block]:
    """Return the finance administration's operations, which no frame holds; none where a board reads."""
    owners = [(o, view.frame(o.id)) for o in WholeResult(view).finance]
    mine = [b for b in measure_outcomes(view, owners) if b.owner.expected or b.accepted]
    if not mine or view.board is not None:
        return []
    title = view.phrases.word("finance_operations_title")
    budgets, outcomes = replace(_budgets_block(view, mine), heading=title, totals=()), replace(_outcomes_block(view, mine), totals=())
    return [budgets, replace(outcomes, new_page=False), _causes_block(view, mine)]


def _headings(view: View, *keys: str) -> list[str]:
    """Return headings: the forms' own where they have the column, the standard form's for one that they do not ask about."""
    forms = view.scope.forms
    standard = forms.standard("board_followup")
    sheets = [sheet for sheet in standard.tables if sheet.table == "outcomes"] if standard else []
    usual = {c.field: replace(c, star=False).title(view.scope.language, forms.words.units) for s in sheets for c in s.columns}
    titles = {**usual, **view.phrases.texts["headings"], **column_titles(view, "outcomes")}
    return [title if isinstance(title := titles[key], str) else view.phrases.heading(key) for key in keys]


def _whole_board_word(view: View, b: BoardOutcome) -> str | None:
    return whole_word(view, b.owner) if b.owner.expected or b.accepted else None


# the boards' own budgets


def _budgets_block(view: View, boards: Sequence[BoardOutcome]) -> Block:
    """Return each board's own budget as planned and as changed since, by activity, beside the council's changes of its frame."""
    gross = _planned_keys(boards)
    keys = (*gross, *_BUDGET, "current_budget")
    money = (
        Field(label, "money", MONEY_WIDTH, tally=key != "current_budget") for key, label in zip(keys, _headings(view, *keys), strict=True)
    )
    heading = view.phrases.heading
    fields = (
        *first_fields(view, "line"),
        *money,
        Field(heading("frame_changes"), "money", MONEY_WIDTH),
        Field(heading("reconciled"), "status", span=7 - len(gross)),
    )
    shown = [b for b in boards if b.accepted or b.owner.is_missed]
    rows = tuple(row for board in shown for row in _budget_rows(view, board, gross))
    sums = tuple(map(add_known, zip(*(_budget_figures(board, gross) for board in shown), strict=True))) or (None,) * len(fields[2:-1])
    last = Row((sum_label(view), None, *sums, None), weight=BOLD)
    title, folded = view.phrases.word("budget_title"), fold_level(view, rows)
    return Block(fields, rows, heading=title, totals=(last,), folded=folded, new_page=view.board is None, name="own_budget")


def _budget_figures(b: BoardOutcome, gross: Sequence[str]) -> tuple[float | None, ...]:
    return (*(getattr(b.whole, key) for key in gross), b.whole.planned, b.whole.changes, b.whole.budget, b.adjustments)


def _budget_rows(view: View, b: BoardOutcome, gross: Sequence[str]) -> list[Row]:
    """Return a board's own row, then its activities."""
    head = Row((b.owner.name, _whole_board_word(view, b), *_budget_figures(b, gross), _reconciled_word(view, b)), weight=SHADED, sums=True)
    rows = []
    for row in (row for row in b.rows if not is_alone(row)):
        outcome = outcome_of(row, final=b.final)
        before = (getattr(outcome, key) for key in gross)
        cells = (b.owner.name, row["activity"], *before, outcome.planned, outcome.changes, outcome.budget, None, None)
        rows.append(Row(cells, source_of(row), level=1, indent=1, again=True))
    return [head, *rows]


def _reconciled_word(view: View, b: BoardOutcome) -> str:
    """Say whether a board's decided changes are the council's adjustments, and whether its budget is within the frame."""
    word = view.phrases.word
    if not b.accepted:
        return lacking_return_word(view, b.owner, NO_FOLLOWUP)
    if b.owner.kind == FINANCE and b.measure.current is None:
        return word("no_frame")
    if b.unspread * (b.adjustments or 0.0) > 0:
        return word("changes_unspread", amount=signed_amount(view, b.unspread))
    if differing := add_amounts((b.unreconciled, -b.unspread)):  # more was spread than was given, or the other way
        return word("changes_differ", amount=signed_amount(view, differing))
    if b.measure.not_laid_out is None:
        return word("no_frame")
    return word("changes_agree_over" if b.measure.not_laid_out < 0 else "changes_agree")


# outcome and forecast


def _planned_keys(boards: Sequence[BoardOutcome]) -> tuple[str, ...]:
    """Return the plan's revenue and costs, as headings name them, where workbooks were issued with them."""
    return tuple(key for key in PLANNED if any(row.get(key) is not None for b in boards for row in b.rows))


def _outcome_keys(view: View, boards: Sequence[BoardOutcome]) -> tuple[str, ...]:
    """Return the figures that the round asks about, as headings name them, and what follows from them."""
    before = _planned_keys(boards) if view.round.kind.final else ()  # beside what they came to
    keys = [*before, "current_budget", "outcome_revenue", "outcome_cost", "outcome_net"]
    if not view.round.kind.final:
        keys += ["forecast_revenue", "forecast_cost", "forecast_net"]
    keys += ["deviation"] if view.round.kind.final else ["deviation", "unfunded", "without"]
    titles = column_titles(view, "outcomes")
    asked = {key: "unfunded" if key == "without" else key for key in keys if key in {*TYPED, "without"}}
    return tuple(key for key in keys if key not in asked or asked[key] in titles)


def _outcome_figures(keys: Sequence[str], outcome: MoneyOutcome) -> list[float | None]:
    named_otherwise = {"current_budget": outcome.budget, "without": outcome.deviation_without_unfunded}
    return [named_otherwise[key] if key in named_otherwise else getattr(outcome, key) for key in keys]


def _outcomes_block(view: View, boards: Sequence[BoardOutcome]) -> Block:
    keys, final = _outcome_keys(view, boards), view.round.kind.final
    money = (Field(label, "money", 13, tally=key in TYPED) for key, label in zip(keys, _headings(view, *keys), strict=True))
    heading, titles = view.phrases.heading, column_titles(view, "outcomes")
    fields = (
        *first_fields(view, "line"),
        *money,
        Field(heading("state"), "status", 14, span=11 - len(keys) if final else 1),  # as wide as the frames above
        *((Field(titles["last_forecast"], "money", 13, tally=True, screen=True),) if "last_forecast" in titles else ()),
        *((Field(heading("outcome_source"), width=52, screen=True),) if view.judged.booked else ()),
        Field(heading("decision"), width=90, screen=True),  # on one line: rows are as high as what is not printed, too
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    columns = {table: report_columns(view, table) for table in ("outcomes", "report_status")}
    rows = tuple(row for b in boards if b.accepted or b.owner.is_missed for row in _outcome_rows(view, b, keys, columns))
    title = view.phrases.word("outcome_title" if final else "forecast_title")
    totals = (_outcomes_total(view, boards, keys),)
    return Block(fields, rows, heading=title, totals=totals, folded=fold_level(view, rows), new_page=view.board is None, name="outcomes")


def _outcome_rows(view: View, b: BoardOutcome, keys: Sequence[str], columns: Mapping[str, Sequence[ReportColumn]]) -> list[Row]:
    """Return a board's own row, then its activities."""
    report = b.report or {}
    decision, amounts = describe_rest(view, report, columns["report_status"], ())
    # Of a board that has not answered nothing is shown here, so that what is shown ties out.
    figures: Sequence[float | None] = _outcome_figures(keys, b.whole) if b.accepted else [None] * len(keys)
    last = _last_forecast(view, b.whole if b.accepted else MoneyOutcome(b.final))
    link = view.row_link(report) if report else None
    cells = (b.owner.name, _whole_board_word(view, b), *figures, _board_state(view, b), *last, *_tell_source(view, {}), decision, link)
    head = Row(cells, int(report["_source"]) if report else None, weight=SHADED, sums=True, amounts=amounts)
    return [head, *(_activity_row(view, b, row, keys, columns["outcomes"]) for row in b.rows)]


def _activity_row(view: View, b: BoardOutcome, row: Mapping[str, Any], keys: Sequence[str], columns: Sequence[ReportColumn]) -> Row:
    outcome = outcome_of(row, final=b.final)
    more, amounts = describe_rest(view, row, columns, _SHOWN)
    figures = (*_outcome_figures(keys, outcome), deviation_word(view, outcome.deviation), *_last_forecast(view, outcome))
    link = None if is_alone(row) else view.row_link(row)
    cells = (b.owner.name, row["activity"], *figures, *_tell_source(view, row), more, link)
    return Row(cells, source_of(row), level=1, indent=1, amounts=amounts)


def _tell_source(view: View, row: Mapping[str, Any]) -> list[str | None]:
    """Return where the outcome of a row comes from, where the accounts say anything in the round."""
    return [tell_source(view, row)] if view.judged.booked else []


def _last_forecast(view: View, outcome: MoneyOutcome) -> list[float | None]:
    """Return the forecast of the round before, where the round asks about it."""
    return [outcome.last_forecast] if "last_forecast" in column_titles(view, "outcomes") else []


def _board_state(view: View, b: BoardOutcome) -> str:
    """Say how a board stands against its budget."""
    if not b.accepted:
        return lacking_return_word(view, b.owner, NO_FOLLOWUP)
    return deviation_word(view, b.whole.deviation) or view.phrases.word("none")


def _outcomes_total(view: View, boards: Sequence[BoardOutcome], keys: Sequence[str]) -> Row:
    """Return the last row: the boards that have answered, and how many have not."""
    lacking = sum(b.owner.is_missed and not b.accepted for b in boards)
    why = lacking_word(view, lacking) if view.board is None else None
    whole = add_boards([b for b in boards if b.accepted])
    last = (*_last_forecast(view, whole), *_tell_source(view, {}))
    return Row((sum_label(view), None, *_outcome_figures(keys, whole), why, *last, None, None), weight=BOLD)


# why


def _causes_block(view: View, boards: Sequence[BoardOutcome]) -> Block:
    """Return the activities with an explanation, measures or assumptions; at year-end measures are history: they have no effect to come."""
    final, asked = view.round.kind.final, column_titles(view, "outcomes")
    deviation, explanation, measures, effect, assumptions = _headings(view, "deviation", *_CAUSES)
    alone = final and not asked.keys() & {"measures", "measures_effect"}
    shown: dict[str, Field] = {"explanation": Field(explanation, span=8 if alone else 3)}
    if "measures" in asked:
        shown["measures"] = Field(measures, span=2)
    if "measures_effect" in asked:
        shown["measures_effect"] = Field(effect, "money", 13, tally=True)
    if not final:
        shown["after_measures"] = Field(view.phrases.heading("after_measures"), "money", 13)
        shown["assumptions"] = Field(assumptions, span=3)
    fields = (*first_fields(view, "line"), Field(deviation, "money", 13), *shown.values())
    rows = []
    for b in boards:
        rows += _whole_board_causes(view, b, list(shown))
        for row in b.rows:
            outcome = outcome_of(row, final=final)
            if any(row.get(name) for name in ("explanation", "measures", "assumptions")) or outcome.effect is not None:
                told = {**row, "after_measures": outcome.deviation_after_measures}
                cells = (b.owner.name, row["activity"], outcome.deviation, *(told.get(name) for name in shown))
                rows.append(Row(cells, int(row["_source"]), again=True))
    return Block(
        fields,
        tuple(rows),
        heading=view.phrases.word("explanations_title" if alone else "causes_title"),
        new_page=True,
        name="explanations",
    )


def _whole_board_causes(view: View, b: BoardOutcome, shown: Sequence[str]) -> list[Row]:
    """Return what a board says of its deviation from the frame as a whole, or that a deficit is unexplained."""
    closing, deviation = b.closing or {}, b.measure.deviation
    effect = closing.get("measures_effect")
    told = {
        "explanation": closing.get("explanation") or (unexplained_word(view, b) if is_unexplained(view, b) else None),
        "measures": closing.get("measures"),
        "measures_effect": effect,
        "after_measures": add_amounts((deviation, effect)) if effect is not None and deviation is not None else None,
    }
    if all(told[name] is None for name in ("explanation", "measures", "measures_effect")):
        return []
    cells = (b.owner.name, view.phrases.word("whole_board_frame"), deviation, *(told.get(name) for name in shown))
    return [Row(cells, int(closing["_source"]) if _is_answered(closing) else None, weight=SHADED)]


def _is_answered(closing: Mapping[str, Any]) -> bool:
    """Tell whether a board says anything of itself as a whole."""
    return any(closing.get(name) is not None for name in ("explanation", "measures", "measures_effect"))
