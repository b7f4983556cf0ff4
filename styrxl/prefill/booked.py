"""What the accounts say already of the outcomes that a form asks for; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.forms import Form, Sheet
from styrxl.model.prefill import Row
from styrxl.returns.cell_values import fold_text


def add_booked(form: Form, rows: Mapping[str, Sequence[Row]], booked: Sequence[BookedRow]) -> dict[str, tuple[Row, ...]]:
    """Return a form's rows (by sheet) with what the accounts say of an owner, in the columns that take it from there.

    An activity that the accounts have and the sheet has not gets a row, so that no money is lost and its owner can say where it belongs.
    One that the accounts say nothing of stays open.
    """
    made = {key: tuple(some) for key, some in rows.items()}
    for sheet in form.tables if booked else ():
        if sheet.booked_columns and sheet.id_column and made.get(sheet.key):
            made[sheet.key] = tuple(_fill_rows(sheet, made[sheet.key], booked))
    return made


def _fill_rows(sheet: Sheet, rows: Sequence[Row], booked: Sequence[BookedRow]) -> list[Row]:
    name = sheet.columns[0].field
    matched, alone = match_booked(sheet, [str(row[name]) for row in rows], booked)
    filled = [{**row, **take_amounts(sheet, found)} if found else row for row, found in zip(rows, matched, strict=True)]
    return [*filled, *({name: found.activity, **take_amounts(sheet, found)} for found in alone)]


def match_booked(sheet: Sheet, names: Sequence[str], booked: Sequence[BookedRow]) -> tuple[list[BookedRow | None], list[BookedRow]]:
    """Return what the accounts say of each row of a sheet (``names``: what names them), and the activities that have no row.

    Where rows are named by activity each has its own; else the one row is about the owner as a whole, and has all that is the owner's.
    What is of no activity is the only row's: of several nobody can tell whose.
    """
    if len(names) == 1 and (not sheet.named or not any(row.activity for row in booked)):
        return [add_booked_rows(booked)], []
    if not sheet.named:
        return [None] * len(names), []
    by_name = {fold_text(row.activity): row for row in booked if row.activity}
    there = [fold_text(name) for name in names]
    return [by_name.get(name) for name in there], [row for name, row in by_name.items() if name not in {*there}]


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
    amounts = {"revenue": row.revenue, "cost": row.cost, "net": row.net}
    return {c.field: amount for c in sheet.booked_columns if (amount := amounts[c.booked]) is not None}
