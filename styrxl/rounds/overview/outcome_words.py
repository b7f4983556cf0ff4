"""What came of an export of the accounts, in words: what was placed, what was not, and how it ties to the export's own total."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from styrxl.accounts.place import Placing, Unplaced
from styrxl.accounts.sums import SumRow
from styrxl.accounts.table import Values
from styrxl.descriptions.mistakes import describe_mistake, suggest
from styrxl.model.booked_outcomes import BookedRow, RowChange, to_tkr
from styrxl.model.catalogue import Word, say, word
from styrxl.model.days import local_day
from styrxl.model.masking import make_showable
from styrxl.rounds.take_outcomes import OutcomeResult, StrangeActivity

_MOST = 30  # lines of one kind
_NARROWEST = 12  # letters of a text that is cut to fit the window


def format_outcomes(result: OutcomeResult, title: str, file_name: str, language: str, zone: tzinfo, width: int) -> str:
    """Return what came of an export, for the terminal."""
    placing = result.placing
    lines = [word("outcomes_title", language, round=title, file=file_name), ""]
    lines += _format_booked(placing.booked, word("outcomes_placed", language), language, width)
    if placing.units:
        lines += ["", *_format_booked(placing.units, word("outcomes_units", language), language, width)]
    lines += [*_describe_unplaced(placing, language, width), "", *describe_total(placing, language)]
    boards = [*describe_boards(result, language)]
    lines += [*([""] if boards else []), *boards, *_describe_changes(result, language, zone, width)]
    lines += ["", word(_name_ending(result), language)]
    return "\n".join(lines) + "\n"


def _name_ending(result: OutcomeResult) -> str:
    if result.recorded:
        return "outcomes_kept"
    return "outcomes_same" if result.same else "outcomes_dry"


def _format_booked(rows: Sequence[BookedRow], title: str, language: str, width: int) -> list[str]:
    table = list_booked(rows, language)
    return [title, *format_table(table, width, 2)] if rows else [word("outcomes_none", language)]


def list_booked(rows: Sequence[BookedRow], language: str) -> list[list[str]]:
    """Return headings, a line for each owner and activity with revenue, cost and what is between them (tkr), and the sums."""
    head = [word(f"outcomes_{key}", language) for key in ("owner", "activity", "revenue", "cost", "net")]
    table = [[row.owner, row.activity or "–", *_show_money((row.revenue_ore, row.cost_ore, row.net_ore), language)] for row in rows]
    sums = (_add([row.revenue_ore for row in rows]), _add([row.cost_ore for row in rows]), sum(row.net_ore for row in rows))
    last = [[word("outcomes_sum", language), "", *_show_money(sums, language)]]
    if any(internal := [sum(row.internal_revenue_ore for row in rows), sum(row.internal_cost_ore for row in rows)]):
        last.append([word("outcomes_internal", language), "", *_show_money((*internal, internal[1] - internal[0]), language)])
    return [head, *table, *last]


def _add(amounts: Sequence[int | None]) -> int | None:
    return sum(amount for amount in amounts if amount is not None) if any(amount is not None for amount in amounts) else None


def _show_money(amounts: Sequence[int | None], language: str) -> list[str]:
    return ["" if ore is None else show_amount(Decimal(str(to_tkr(ore))), language) for ore in amounts]


def show_amount(value: Decimal, language: str) -> str:
    """Return an amount as people read it, with two decimals."""
    text = f"{value:,.2f}"
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") if language == "sv" else text


def format_table(rows: Sequence[Sequence[str]], width: int, texts: int) -> list[str]:
    """Return a heading and rows as lines of a window's width; the first so many columns are texts, of which the widest give way."""
    rows = [[make_showable(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths[:texts]) > _NARROWEST:
        widest = widths.index(max(widths[:texts]))
        widths[widest] -= 1
    cells = [[_fit(cell, widths[i], left=i < texts) for i, cell in enumerate(row)] for row in rows]
    lines = ["  ".join(row).rstrip() for row in cells]
    lines.insert(1, "  ".join("─" * size for size in widths))
    return lines


def _fit(cell: str, width: int, *, left: bool) -> str:
    cell = cell if len(cell) <= width else cell[: width - 1] + "…"
    return cell.ljust(width) if left else cell.rjust(width)


def _describe_unplaced(placing: Placing, language: str, width: int) -> list[str]:
    if not placing.unplaced:
        return ["", word("outcomes_all_placed", language)]
    more = len(placing.unplaced) - _MOST
    lines = ["", word("outcomes_unplaced", language, n=len(placing.unplaced)), *format_table(list_unplaced(placing, language), width, 3)]
    return [*lines, *([word("outcomes_more", language, n=more)] if more > 0 else [])]


def list_unplaced(placing: Placing, language: str) -> list[list[str]]:
    """Return headings, and a line for each of the first rows that were placed nowhere: which, what it says, why, and its amounts."""
    head = [word(f"outcomes_{key}", language) for key in ("row", "what", "why", "amount")]
    shown = placing.unplaced[:_MOST]
    table = [[str(u.row.number), _name_row(u), say(u.why, language), *_show_unplaced(placing, u, language)] for u in shown]
    head += [""] * (len(table[0]) - len(head))
    return [head, *table]


def _show_unplaced(placing: Placing, unplaced: Unplaced, language: str) -> list[str]:
    """Return a row's amounts; a dash where one of them cannot be read, and none of the others is there."""
    unknown = unplaced.row.unread and not any(unplaced.row.values)
    return ["–" if unknown else amount for amount in _show_values(placing, unplaced.row.values, language)]


def _name_row(unplaced: Unplaced) -> str:
    return ", ".join(dict.fromkeys(text for text in (*unplaced.row.texts.values(), unplaced.row.label) if text))


def collapse(placing: Placing, values: Values) -> list[tuple[str, Decimal]]:
    """Return amounts as people add them up: one sum, of debit and credit what is between them; of revenue and cost one each, by heading."""
    columns = placing.table.columns
    if any(column.role == "revenue" for column in columns):
        return [(column.heading, value) for column, value in zip(columns, values, strict=True)]
    signed = (-value if column.role == "credit" else value for column, value in zip(columns, values, strict=True))
    return [("", sum(signed, Decimal(0)))]


def _show_values(placing: Placing, values: Values, language: str) -> list[str]:
    return [show_amount(value, language) for _, value in collapse(placing, values)]


def describe_total(placing: Placing, language: str) -> Iterator[str]:
    """Yield what the export comes to and of what that is made, and whether that is what it says itself."""
    parts = [collapse(placing, v) for v in (placing.parted.total, placing.placed, _sum_left_out(placing), placing.unplaced_values)]
    for (heading, total), (_, placed), (_, left), (_, unplaced) in zip(*parts, strict=True):
        facts = {"total": total, "placed": placed, "left": left, "unplaced": unplaced}
        shown = {name: show_amount(value, language) for name, value in facts.items()}
        yield word("outcomes_total", language, column=f" {heading}" if heading else "", **shown)
    for each in placing.left_out:
        amounts = " / ".join(_show_values(placing, each.values, language))
        yield word("outcomes_left_out", language, why=say(each.why, language), n=each.count, amount=amounts)
    yield from (_describe_sum(placing, each, language) for each in placing.parted.sums if each.whole or not each.fits)
    if not any(each.whole for each in placing.parted.sums) and not placing.table.ties:
        yield word("outcomes_no_total", language)
    yield from _describe_ties(placing, language)


def _sum_left_out(placing: Placing) -> Values:
    return tuple(sum((each.values[i] for each in placing.left_out), Decimal(0)) for i in range(len(placing.table.columns)))


def _describe_sum(placing: Placing, each: SumRow, language: str) -> str:
    stated = " / ".join(_show_values(placing, each.row.values, language))
    facts = {"row": each.row.number, "label": each.row.label, "stated": stated}
    if not each.whole:
        return word("outcomes_sum_differs", language, **facts)
    if each.ties:
        return word("outcomes_ties", language, **facts)
    counted, difference = (" / ".join(_show_values(placing, values, language)) for values in (placing.parted.total, each.difference))
    return word("outcomes_ties_not", language, **facts, counted=counted, difference=difference)


def _describe_ties(placing: Placing, language: str) -> Iterator[str]:
    """Yield whether the accounts of a SIE file come to what it says that they do."""
    ties = placing.table.ties
    for tie in placing.broken_ties[:_MOST]:
        stated, counted = show_amount(tie.stated, language), show_amount(tie.counted, language)
        yield word("outcomes_account_differs", language, account=tie.account, stated=stated, counted=counted)
    if ties and not placing.broken_ties:
        yield word("outcomes_accounts_tie", language, n=len(ties))


def describe_boards(result: OutcomeResult, language: str) -> Iterator[str]:
    """Yield what there is to see to: boards without outcomes, strange activities and signs, and what of the mapping fits no row."""
    for owner in result.silent:
        yield word("outcomes_silent", language, owner=owner)
    yield from (_describe_strange(each, language) for each in result.strange)
    for row in result.negative:
        amounts = dict(zip(("revenue", "cost"), _show_money((row.revenue_ore, row.cost_ore), language), strict=True))
        yield word("outcomes_negative", language, owner=row.owner, activity=row.activity or "–", **amounts)
    yield from (describe_mistake(mistake, language) for mistake in result.unmatched[:_MOST])


def _describe_strange(each: StrangeActivity, language: str) -> str:
    if each.activity is None:
        return word("outcomes_whole", language, owner=each.owner, list=say(each.budget, language))
    nearest = suggest(each.activity, each.budget) or Word("those_there_are", {"list": each.budget})
    return word("outcomes_strange", language, owner=each.owner, activity=each.activity, nearest=say(nearest, language))


def _describe_changes(result: OutcomeResult, language: str, zone: tzinfo, width: int) -> list[str]:
    if result.before is None or not result.changes:
        return []
    return ["", describe_before(result, language, zone), *format_table(list_changes(result, language), width, 2)]


def describe_before(result: OutcomeResult, language: str, zone: tzinfo) -> str:
    """Return since which run outcomes have changed, where there is one."""
    assert result.before is not None
    return word("outcomes_changed", language, file=result.before.file_name, at=say(local_day(result.before.recorded_at, zone), language))


def list_changes(result: OutcomeResult, language: str) -> list[list[str]]:
    """Return headings, and a line for each owner and activity whose outcome has changed since the run before."""
    head = [word(f"outcomes_{key}", language) for key in ("owner", "activity", "before", "now", "difference")]
    return [head, *(_describe_change(change, language) for change in result.changes)]


def _describe_change(change: RowChange, language: str) -> list[str]:
    before, now = (row.net_ore if row else None for row in (change.before, change.now))
    shown = _show_money((before, now, (now or 0) - (before or 0)), language)
    return [change.row.owner, change.row.activity or "–", *shown]


def format_json(result: OutcomeResult, round_id: str, language: str) -> str:
    """Return what came of an export as JSON, amounts in the export's unit as texts, those of owners in tkr."""
    placing = result.placing
    told: dict[str, Any] = {
        "round": round_id,
        "recorded": result.recorded,
        "outcomes": [_row_as_json(row) for row in placing.booked],
        "units": [_row_as_json(row) for row in placing.units],
        "unplaced": [
            {
                "row": u.row.number,
                "texts": {name: make_showable(text) for name, text in u.row.texts.items()},
                "amounts": _as_texts(u.row.values),
                "why": say(u.why, language),
            }
            for u in placing.unplaced
        ],
        "left_out": [{"why": say(o.why, language), "rows": o.count, "amounts": _as_texts(o.values)} for o in placing.left_out],
        "columns": [column.heading for column in placing.table.columns],
        "total": _as_texts(placing.parted.total),
        "placed": _as_texts(placing.placed),
        "sums": [
            {"row": s.row.number, "label": make_showable(s.row.label), "whole": s.whole, "ties": s.ties if s.whole else s.fits}
            for s in placing.parted.sums
        ],
        "accounts_that_differ": [
            {"account": tie.account, "stated": str(tie.stated), "counted": str(tie.counted)} for tie in placing.broken_ties
        ],
        "without_outcome": list(result.silent),
        "not_in_budget": [{"owner": each.owner, "activity": each.activity} for each in result.strange],
        "changes": [
            {
                "owner": c.row.owner,
                "activity": c.row.activity,
                "before": c.before.net if c.before else None,
                "now": c.now.net if c.now else None,
            }
            for c in result.changes
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _row_as_json(row: BookedRow) -> dict[str, Any]:
    internal = {"internal_revenue": to_tkr(row.internal_revenue_ore), "internal_cost": to_tkr(row.internal_cost_ore)}
    return {"owner": row.owner, "activity": row.activity, "revenue": row.revenue, "cost": row.cost, "net": row.net, **internal}


def _as_texts(values: Values) -> list[str]:
    return [str(value) for value in values]
