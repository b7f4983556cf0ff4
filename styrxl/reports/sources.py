"""The page of sources: each return, and what of it was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from styrxl.excel.pages import BOLD, Block, Field, Link, Page, Row, Tally, add_amounts
from styrxl.model.days import local_day
from styrxl.model.forms import Form
from styrxl.model.judged import Judged
from styrxl.reports.columns import page
from styrxl.reports.view import View, column

_NOT_LOOKED_AT = ("superseded", "duplicate", "set-aside")  # for what to mend: a nought would say that there is nothing


def handed_in(view: View) -> dict[int, Tally]:
    """Return what the returns that count hold: rows, and all amounts that somebody typed added up, by return."""
    rows = Counter[int]()
    money: dict[int, list[float]] = {index: [] for index in view.sources}
    for table, frame in view.judged.tables.items():
        mine = frame[frame["_source"].isin(view.sources.keys())]
        those = mine["_source"].tolist()
        rows.update(those)
        asked: dict[str, set[int]] = {}
        for index in view.sources:
            for name in _amounts(view.form_of(index), table):
                asked.setdefault(name, set()).add(index)
        for name, by in asked.items():
            for index, value in zip(those, column(mine, name), strict=True):
                if value is not None and index in by:
                    money[index].append(value)
    return {index: Tally(rows[index], add_amounts(money[index])) for index in view.sources}


def _amounts(form: Form, table: str) -> list[str]:
    """Return the fields of a table in which amounts are typed."""
    return [c.field for s in form.tables if s.table == table for c in s.columns if c.unit == "tkr" and not c.formula]


def sources(view: View, written: Mapping[int, Tally]) -> Page:
    """List each return with its control totals: what it holds against what was written of it."""
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
    held = handed_in(view)
    rows = tuple(_source(view, r, held.get(r.index), written.get(r.index, Tally())) for r in view.returns)
    totals: tuple[Row, ...] = (_sum(view, rows),) if rows else ()
    if any(r.decided for r in view.returns):
        fields = (*fields, Field(heading("decided"), "text", 60, screen=True))
        rows = tuple(replace(row, cells=(*row.cells, _decided(view, r))) for row, r in zip(rows, view.returns, strict=True))
        totals = tuple(replace(row, cells=(*row.cells, None)) for row in totals)
    block = Block(fields, rows, table="sources", empty=view.phrases.word("no_returns"), totals=totals)
    return page(view, "sources", [block])


def _source(view: View, r: Judged, held: Tally | None, out: Tally) -> Row:
    who = view.name(r.owner) or view.phrases.word("unknown_owner")
    told = (who, Link(r.path.rpartition("/")[2], r.path), local_day(r.received))
    counts = (None, None) if r.verdict in _NOT_LOOKED_AT else (r.errors, r.warnings)
    judged = (view.phrases.verdict(r.verdict), *counts)
    if held is None:
        return Row((*told, *judged, None, None, None, None, view.phrases.word("not_counted"), r.sha256))
    return Row((*told, *judged, held.rows, out.rows, held.money, out.money, view.phrases.word(_check(held, out)), r.sha256))


def _decided(view: View, r: Judged) -> str | None:
    """All that was decided about a return: by whom, when and why."""
    told = [
        view.phrases.word(f"decided_{d.kind}", by=d.by, at=local_day(d.at), owner=d.owner or "", reason=d.reason).rstrip(" :")
        for d in r.decided
    ]
    return "; ".join(told) or None


def _check(held: Tally, out: Tally) -> str:
    return "matches" if (held.rows, held.money) == (out.rows, out.money) else "differs"


def _sum(view: View, rows: tuple[Row, ...]) -> Row:
    counted = [r for r in rows if r.cells[6] is not None]
    held, out = (Tally(sum(r.cells[n] for r in counted), add_amounts(r.cells[n + 2] for r in counted)) for n in (6, 7))
    cells = (held.rows, out.rows, held.money, out.money, view.phrases.word(_check(held, out)))
    return Row((view.phrases.word("sum"), *[None] * 5, *cells, None), weight=BOLD)
