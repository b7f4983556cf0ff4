"""Pages that list the rows of a table, with the columns of its forms, own columns included."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from styrxl.excel.pages import BOLD, Block, Columns, ComputedColumn, Field, Page, Row, add_amounts
from styrxl.model import catalogue
from styrxl.model.forms import Column, Form, Sheet
from styrxl.reports.view import View, column, joined

LINK_WIDTH = 17.0
Filled = tuple[Field, Sequence[Any]]  # a column and its values
_KIND = {"text": "text", "choice": "text", "ref": "text", "integer": "integer", "number": "number", "date": "date"}


@dataclass(frozen=True, slots=True)
class Spread:
    """A column as a page has it: one heading, from one or more forms; ``sources`` are the returns that have it (None: all)."""

    column: Column
    heading: str
    labels: Mapping[str, str]
    sources: frozenset[int] | None = None

    @property
    def field(self) -> Field:
        """The page's column."""
        c = self.column
        kind = "money" if c.unit == "tkr" else "id" if c.number else _KIND[c.kind]
        return Field(self.heading, kind, float(c.width), tally=c.unit == "tkr" and not c.formula)


def spread(view: View, table: str) -> list[Spread]:
    """Return the columns of a table in the order of its forms.

    A field of the schema is one column whatever a profile calls it, under its first form's heading. A profile's own column
    is one for each meaning: field, heading and list.
    """
    found: list[tuple[object, Spread]] = []
    for form, sheet in sheets_of(view.forms, table):
        at = 0
        for col in sheet.columns:
            new = _spread(view, form, col)
            key = (col.field, new.heading, tuple(new.labels.items())) if col.own else col.field
            places = [n for n, (known, _) in enumerate(found) if known == key]
            if not places:
                found.insert(at, (key, new))
                at += 1
                continue
            at = places[0] + 1
            old = found[places[0]][1]
            sources = None if old.sources is None or new.sources is None else old.sources | new.sources
            found[places[0]] = (key, replace(old, sources=sources, labels={**new.labels, **old.labels}))
    return [each for _, each in found]


def sheets_of(forms: Sequence[Form], table: str) -> list[tuple[Form, Sheet]]:
    """Return the sheets that hold a table."""
    return [(form, sheet) for form in forms for sheet in form.tables if sheet.table == table]


def _spread(view: View, form: Form, col: Column) -> Spread:
    language = view.scope.language
    heading = replace(col, star=False).title(language, view.scope.forms.words.units)
    labels = {code: label[language] for code, label in form.lists[col.list].items()} if col.list else {}
    sources = None
    if col.own:
        sources = frozenset(i for i, r in view.sources.items() if (r.form, r.profile) == (form.name, form.profile))
    return Spread(col, heading, labels, sources)


def values(view: View, frame: pd.DataFrame, of: Spread) -> Sequence[Any]:
    """Return a column's values as readers see them: choices and goals in words, several ids with space between."""
    if of.column.kind == "date" and of.sources is None and of.column.field in frame and frame[of.column.field].dtype.kind == "M":
        return ComputedColumn(_moment, frame[of.column.field].array)  # as a frame has them they take a tenth of the room
    found = column(frame, of.column.field)
    if of.sources is not None:
        found = [v if s in of.sources else None for v, s in zip(found, frame["_source"].tolist(), strict=True)]
    if of.column.many:
        return [v.replace(";", "; ") if isinstance(v, str) else v for v in found]
    if of.column.kind == "ref":
        labels = {v: view.label(v) or named(view, v) for v in {*found} if v is not None}
        return [labels.get(v) for v in found]
    if of.labels:
        return [v if v is None else of.labels.get(v, v) for v in found]
    return found


def _moment(value: Any) -> Any:
    return None if value is pd.NaT else value


def named(view: View, org_id: str) -> str:
    """Return id and name of an organisation, or the id as it is."""
    name = view.name(org_id)
    return org_id if name in (None, org_id) else f"{org_id} {name}"


def block(view: View, name: str, before: Sequence[Filled] = ()) -> Block:
    """Return a table's rows as a block: the columns given, the table's own, and the link to the source last."""
    frame = view.table(name)
    return listed(view, name, frame, [*before, *filled(view, frame, spread(view, name))])


def filled(view: View, frame: pd.DataFrame, spreads: Sequence[Spread]) -> list[Filled]:
    """Return columns with their values."""
    return [(s.field, values(view, frame, s)) for s in spreads]


def listed(view: View, name: str, frame: pd.DataFrame, columns: Sequence[Filled]) -> Block:
    """Return rows of returns as a block, the link to the source last."""
    sources, rows = array("q", map(int, frame["_source"].tolist())), array("q", map(int, frame["_row"].tolist()))
    links = ComputedColumn(view.link, sources, frame["_sheet"].tolist(), rows)
    fields = (*(f for f, _ in columns), Field(view.phrases.heading("source"), "link", LINK_WIDTH, screen=True))
    return Block(fields, Columns((*(v for _, v in columns), links), sources), table=name)


def owners(view: View, frame: pd.DataFrame, *, units: bool) -> list[Filled]:
    """Return the columns that say whose a row is."""
    those = frame["_owner"].tolist()
    board = Field(view.phrases.heading("board"), "name", 17)
    unit = Field(view.phrases.heading("unit"), "name", 17)
    found: list[Filled] = [(board, [view.board_name(o) for o in those])] if view.board is None else []
    return [*found, (unit, [view.unit_name(o) for o in those])] if units else found


def sums(fields: Sequence[Field], rows: Sequence[Row], label: str) -> Row:
    """Return the row that adds up the columns of money."""
    cells = [add_amounts(row.cells[n] for row in rows) if f.kind == "money" else None for n, f in enumerate(fields)]
    return Row((label, *cells[1:]), weight=BOLD)


def sum_label(view: View) -> str:
    """Return what the last row of a column of money is called."""
    return view.phrases.word("sum" if view.board else "sum_boards")


def page(view: View, key: str, blocks: Sequence[Block], **facts: object) -> Page:
    """Return a page with the name, title and help that ``sheets/report.yaml`` gives it."""
    told = {"municipality": view.scope.municipality, "round": view.scope.round_name, "board": view.name(view.board) or "", **facts}
    title, said = (view.phrases.sheet(key, f"{view.audience}_{part}", **told) for part in ("title", "help"))
    return Page(view.phrases.sheet(key, "name"), title, said, tuple(blocks))


def rest(view: View, row: Mapping[str, Any], spreads: Sequence[Spread], told: Collection[str]) -> tuple[str | None, tuple[float, ...]]:
    """Return all that a row says beside the fields told elsewhere, on one line, and the amounts among it.

    ``Prioritet: 1 · Målgrupp: unga``
    """
    found, amounts = [], []
    for each in spreads:
        value = row.get(each.column.field)
        if value is None or each.column.field in told or (each.sources is not None and row["_source"] not in each.sources):
            continue
        if each.field.tally:
            amounts.append(value)
        found.append(f"{each.heading}: {_said(view, each, value)}")
    return joined(found), tuple(amounts)


def _said(view: View, of: Spread, value: Any) -> str:
    if of.column.kind == "date":
        return str(value.date().isoformat())
    if of.column.kind in ("number", "integer"):
        return catalogue.number_text(value, view.scope.language) if of.column.kind == "number" else str(int(value))
    return of.labels.get(value, value).replace(";", "; ") if of.column.many else str(of.labels.get(value, value))
