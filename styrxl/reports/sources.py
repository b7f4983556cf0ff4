"""The page Källor: each return with its control totals, what it holds against what was written of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from styrxl.excel.pages import BOLD, Block, Field, Link, Page, Row, Tally
from styrxl.model.amounts import add_amounts
from styrxl.model.forms import Column, Form
from styrxl.model.judged import Judged
from styrxl.model.table_values import column
from styrxl.reports.booked import list_booked_blocks, list_replaced, omit_booked
from styrxl.reports.page_parts import file_name, make_titled_page
from styrxl.reports.view import View

_NOT_LOOKED_AT = ("superseded", "duplicate", "set-aside")  # for what to mend: a nought would say that there is nothing


def tally_returns(view: View) -> dict[int, Tally]:
    """Return what each accepted return holds, by its index: rows, and all amounts that somebody typed added up (tkr)."""
    rows = Counter[int]()
    money: dict[int, list[float]] = {index: [] for index in view.sources}
    for table, frame in view.judged.tables.items():
        accepted = _answered(view, table, omit_booked(frame[frame["_source"].isin(view.sources.keys())]))
        sources = accepted["_source"].tolist()
        rows.update(sources)
        asked: dict[str, set[int]] = {}  # field -> returns whose form asks for it
        for index in view.sources:
            for name in _amount_fields(view.form_of(index), table):
                asked.setdefault(name, set()).add(index)
        for name, askers in asked.items():
            for index, value in zip(sources, column(accepted, name), strict=True):
                if value is not None and index in askers:
                    money[index].append(value)
    for one in list_replaced(view):  # a return is what was typed in it
        money[one.source] += [one.returned or 0.0, -one.counted]
    return {index: Tally(rows[index], add_amounts(money[index])) for index in view.sources}


def _amount_fields(form: Form, table: str) -> list[str]:
    """Return the fields of a table in which amounts are typed."""
    typed = [c.field for s in form.tables if s.table == table for c in s.columns if c.unit == "tkr" and not c.formula]
    return [*typed, *(c.field for c in _closing_answers(form, table) if c.unit == "tkr")]


def _closing_answers(form: Form, table: str) -> list[Column]:
    """Return what is answered in the row that closes a sheet, where that is the table."""
    closings = (s for s in form.tables if s.closing and s.closing.table == table)
    return [c for s in closings for c in s.closing_columns if c.closing == "asked"]


def _answered(view: View, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table's rows; of rows that close sheets those in which something is said, since what they were given is nobody's answer."""
    fields = {c.field for form in view.forms for c in _closing_answers(form, table)} & {*frame.columns}
    return frame[frame[[*fields]].notna().any(axis=1)] if fields else frame


def make_sources_page(view: View, written: Mapping[int, Tally]) -> Page:
    """Return the page that lists each return; ``written``: what was written of each, by its index."""
    heading = view.phrases.heading
    fields: tuple[Field, ...] = (
        Field(heading("who"), "name", 28),
        Field(heading("file"), "link", 30),
        Field(heading("received"), "date", 12),
        Field(heading("verdict"), "status", 17),
        Field(heading("errors"), "count", 8),
        Field(heading("warnings"), "count", 11),
        Field(heading("rows_in"), "count", 10),
        Field(heading("rows_out"), "count", 10),
        Field(heading("money_in"), "money", 15),
        Field(heading("money_out"), "money", 15),
        Field(heading("check"), "status", 15),
        Field(heading("hash"), "text", 70, screen=True),
    )
    handed_in = tally_returns(view)
    rows = tuple(_source_row(view, r, handed_in.get(r.index), written.get(r.index, Tally())) for r in view.returns)
    totals: tuple[Row, ...] = (_sum_row(view, rows),) if rows else ()
    if any(r.decided for r in view.returns):
        fields = (*fields, Field(heading("decided"), "text", 60, screen=True))
        rows = tuple(replace(row, cells=(*row.cells, _decided(view, r))) for row, r in zip(rows, view.returns, strict=True))
        totals = tuple(replace(row, cells=(*row.cells, None)) for row in totals)
    block = Block(fields, rows, table="sources", empty=view.phrases.word("no_returns"), totals=totals)
    return make_titled_page(view, "sources", [block, *list_booked_blocks(view)])


def _source_row(view: View, r: Judged, handed_in: Tally | None, written: Tally) -> Row:
    name = view.name(r.owner) or view.phrases.word("unknown_owner")
    counts = (None, None) if r.verdict in _NOT_LOOKED_AT else (r.errors, r.warnings)
    received = (name, Link(file_name(r.path), r.path), view.day_of(r.received), view.phrases.verdict(r.verdict), *counts)
    if handed_in is None:
        return Row((*received, None, None, None, None, view.phrases.word("not_counted"), r.sha256))
    return Row((*received, *_totals(view, handed_in, written), r.sha256))


def _totals(view: View, handed_in: Tally, written: Tally) -> tuple[int, int, float, float, str]:
    """Return the control totals, and whether they agree."""
    check = "matches" if (handed_in.rows, handed_in.money) == (written.rows, written.money) else "differs"
    return handed_in.rows, written.rows, handed_in.money, written.money, view.phrases.word(check)


def _decided(view: View, r: Judged) -> str | None:
    """Return all that was decided about a return: by whom, when and why."""
    decisions = [
        view.phrases.word(f"decided_{d.kind}", by=d.by, at=view.day_of(d.at), owner=d.owner or "", reason=d.reason).rstrip(" :")
        for d in r.decided
    ]
    return "; ".join(decisions) or None


def _sum_row(view: View, rows: tuple[Row, ...]) -> Row:
    counted = [r for r in rows if r.cells[6] is not None]
    handed_in, written = (Tally(sum(r.cells[n] for r in counted), add_amounts(r.cells[n + 2] for r in counted)) for n in (6, 7))
    return Row((view.phrases.word("sum"), *[None] * 5, *_totals(view, handed_in, written), None), weight=BOLD)
