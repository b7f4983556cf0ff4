"""What the accounts say already of the outcomes that a form asks for; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from styrxl.model.amounts import add_amounts
from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.forms import Form, Sheet, Words
from styrxl.model.prefill import Row
from styrxl.prefill.financing import find_item
from styrxl.returns.cell_values import fold_text


def add_booked(form: Form, rows: Mapping[str, Sequence[Row]], booked: Sequence[BookedRow]) -> dict[str, tuple[Row, ...]]:
    """Return a form's rows (by sheet) with what the accounts say of an owner, in the columns that take it from there.

    An activity that the accounts have and no sheet has gets a row on the first of them, so that no money is lost and its owner can say
    where it belongs. One that the accounts say nothing of stays open.
    """
    made = {key: tuple(some) for key, some in rows.items()}
    sheets = [sheet for sheet in form.booked_sheets if booked and made.get(sheet.key)]
    names = {sheet.key: [str(row[sheet.columns[0].field]) for row in made[sheet.key]] for sheet in sheets}
    for sheet in sheets:
        matched = match_booked(sheet, names[sheet.key], booked, form.words)
        filled = ({**row, **take_amounts(sheet, found)} if found else row for row, found in zip(made[sheet.key], matched, strict=True))
        made[sheet.key] = tuple(filled)
    named = [sheet for sheet in sheets if sheet.named]
    for sheet in named[:1]:
        alone = list_alone([name for other in named for name in names[other.key]], booked, form.words)
        more = ({sheet.columns[0].field: found.activity, **take_amounts(sheet, found)} for found in alone)
        made[sheet.key] = (*made[sheet.key], *more)
    return made


def match_booked(sheet: Sheet, names: Sequence[str], booked: Sequence[BookedRow], words: Words) -> list[BookedRow | None]:
    """Return what the accounts say of each row of a sheet (``names``: what names them).

    Where rows are named by activity each has its own; else the one row is about the owner as a whole, and has all that is the owner's.
    What is of no activity is the only row's: of several nobody can tell whose.
    """
    if len(names) == 1 and (not sheet.named or not any(row.activity for row in booked)):
        return [add_booked_rows(booked)]
    by_name = {_fold(row.activity, words): row for row in booked if row.activity} if sheet.named else {}
    return [by_name.get(_fold(name, words)) for name in names]


def list_alone(names: Iterable[str], booked: Sequence[BookedRow], words: Words) -> list[BookedRow]:
    """Return the activities that the accounts have and no row is named by; ``names``: those of all rows of an owner."""
    there = {_fold(name, words) for name in names}
    return [row for row in booked if row.activity and _fold(row.activity, words) not in there]


def _fold(name: str, words: Words) -> str:
    """Return a name for comparison; taxes, grants and the like have several."""
    return find_item(name.strip(), words) or fold_text(name)


def add_booked_rows(rows: Sequence[BookedRow]) -> BookedRow | None:
    """Return an owner's rows added up; None where there are none."""
    if not rows:
        return None
    revenue, cost = (_add_known([getattr(row, name) for row in rows]) for name in ("revenue_ore", "cost_ore"))
    return BookedRow(rows[0].owner, None, revenue, cost, sum(row.net_ore for row in rows))


def _add_known(amounts: Sequence[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def take_amounts(sheet: Sheet, row: BookedRow) -> dict[str, float]:
    """Return the amounts (tkr) that a sheet's columns take of what the accounts say, by field; none that these do not know."""
    amounts = {"revenue": row.revenue, "cost": row.cost, "net": row.net, "result": -row.net}
    return {c.field: amount for c in sheet.booked_columns if (amount := amounts[c.booked]) is not None}


def settle_amounts(sheet: Sheet, row: BookedRow, answers: Row) -> dict[str, float]:
    """Return the amounts (tkr) that a row of a sheet has by what the accounts say, by field; ``answers``: what was answered in it.

    Where they say net alone, and the sheet has revenue and cost, the net is theirs: revenue is as it was answered, and cost what that
    leaves; where that is below zero there is no cost, and all of it is revenue.
    """
    fields = {c.booked: c.field for c in sheet.booked_columns}
    if row.revenue is not None or not {"revenue", "cost"} <= fields.keys():
        return take_amounts(sheet, row)
    cost = add_amounts((row.net, answers.get(fields["revenue"]) or 0.0))
    left = {fields["cost"]: cost} if cost >= 0 else {fields["revenue"]: -row.net, fields["cost"]: 0.0}
    return take_amounts(sheet, row) | left
