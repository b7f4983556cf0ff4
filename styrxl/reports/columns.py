"""The rows of a form's table on a page, with the columns of its forms, own columns included."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from styrxl.excel.pages import Block, Columns, ComputedColumn, Field
from styrxl.model import catalogue
from styrxl.model.forms import Column, Form, Sheet
from styrxl.model.judged import ALONE
from styrxl.model.table_values import column
from styrxl.reports.page_parts import LINK_WIDTH
from styrxl.reports.view import View, join_texts

FilledColumn = tuple[Field, Sequence[Any]]  # a column and its values
_KINDS = {"text": "text", "choice": "text", "ref": "text", "integer": "integer", "number": "number", "date": "date"}


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column as a page has it: one heading, from one or more forms; ``sources`` are the returns that have it (None: all)."""

    column: Column
    heading: str
    labels: Mapping[str, str]
    sources: frozenset[int] | None = None

    @property
    def field(self) -> Field:
        """The page's column."""
        c = self.column
        kind = "money" if c.unit == "tkr" else "id" if c.number else _KINDS[c.kind]
        return Field(self.heading, kind, float(c.width), tally=c.unit == "tkr" and not c.formula)


def report_columns(view: View, table: str) -> list[ReportColumn]:
    """Return the columns of a table in the order of its forms.

    A field of the schema is one column whatever a profile calls it, under its first form's heading. A profile's own column
    is one for each meaning: field, heading and list.
    """
    columns: list[tuple[object, ReportColumn]] = []
    for form, sheet in find_sheets(view.forms, table):
        at = 0
        for col in sheet.columns:
            new = _report_column(view, form, col)
            key = (col.field, new.heading, tuple(new.labels.items())) if col.own else col.field
            places = [n for n, (known, _) in enumerate(columns) if known == key]
            if not places:
                columns.insert(at, (key, new))
                at += 1
                continue
            at = places[0] + 1
            old = columns[places[0]][1]
            sources = None if old.sources is None or new.sources is None else old.sources | new.sources
            columns[places[0]] = (key, replace(old, sources=sources, labels={**new.labels, **old.labels}))
    return [col for _, col in columns]


def column_titles(view: View, table: str) -> dict[str, str]:
    """Return the headings of a table's columns, by field."""
    return {c.column.field: c.heading for c in report_columns(view, table)}


def find_sheets(forms: Sequence[Form], table: str) -> list[tuple[Form, Sheet]]:
    """Return the sheets that hold a table, each with its form."""
    return [(form, sheet) for form in forms for sheet in form.tables if sheet.table == table]


def _report_column(view: View, form: Form, col: Column) -> ReportColumn:
    language = view.scope.language
    heading = replace(col, star=False).title(language, view.scope.forms.words.units)
    labels = {code: label[language] for code, label in form.lists[col.list].items()} if col.list else {}
    sources = None
    if col.own:
        sources = frozenset(i for i, r in view.sources.items() if (r.form, r.edition or form.edition) == (form.name, form.edition))
    return ReportColumn(col, heading, labels, sources)


def column_values(view: View, frame: pd.DataFrame, of: ReportColumn) -> Sequence[Any]:
    """Return a column's values as readers see them: choices and goals in words, several ids with space between."""
    if of.column.kind == "date" and of.sources is None and of.column.field in frame and frame[of.column.field].dtype.kind == "M":
        return ComputedColumn(_moment, frame[of.column.field].array)  # as a frame has them they take a tenth of the room
    values = column(frame, of.column.field)
    if of.sources is not None:
        values = [v if s in of.sources else None for v, s in zip(values, frame["_source"].tolist(), strict=True)]
    if of.column.many:
        return [v.replace(";", "; ") if isinstance(v, str) else v for v in values]
    if of.column.kind == "ref":
        labels = {v: view.label(v) or id_and_name(view, v) for v in {*values} if v is not None}
        return [labels.get(v) for v in values]
    if of.labels:
        return [v if v is None else of.labels.get(v, v) for v in values]
    return values


def _moment(value: Any) -> Any:
    return None if value is pd.NaT else value


def id_and_name(view: View, org_id: str) -> str:
    """Return id and name of an organisation, or the id as it is."""
    name = view.name(org_id)
    return org_id if name in (None, org_id) else f"{org_id} {name}"


def table_block(view: View, table: str, before: Sequence[FilledColumn] = ()) -> Block:
    """Return a table's rows as a block: the columns given, the table's own, and the link to the source last."""
    frame = view.table(table)
    return list_rows(view, table, frame, [*before, *fill_columns(view, frame, report_columns(view, table))])


def fill_columns(view: View, frame: pd.DataFrame, columns: Sequence[ReportColumn]) -> list[FilledColumn]:
    """Return columns with their values."""
    filled = [(c, column_values(view, frame, c)) for c in columns]
    return [(_fit_field(c, values), values) for c, values in filled]


def _fit_field(of: ReportColumn, values: Sequence[Any]) -> Field:
    """Return a page's column; one of numbers in which words stand gives texts room."""
    words = of.column.takes_words and any(isinstance(value, str) for value in values)
    return replace(of.field, kind="text") if words else of.field


def list_rows(view: View, table: str, frame: pd.DataFrame, columns: Sequence[FilledColumn]) -> Block:
    """Return rows of returns as a block, the link to the source last."""
    returns, rows = array("q", map(int, frame["_source"].tolist())), array("q", map(int, frame["_row"].tolist()))
    links = ComputedColumn(view.link, returns, frame["_sheet"].tolist(), rows)
    alone = column(frame, ALONE) if ALONE in frame else ()
    sources = [None if of_accounts else source for source, of_accounts in zip(returns, alone, strict=True)] if any(alone) else returns
    fields = (*(f for f, _ in columns), Field(view.phrases.heading("source"), "link", LINK_WIDTH, screen=True))
    return Block(fields, Columns((*(v for _, v in columns), links), sources), table=table)


def owner_columns(view: View, frame: pd.DataFrame, *, units: bool) -> list[FilledColumn]:
    """Return the columns that say whose a row is: the board where the council reads, and the unit or administration where ``units``."""
    owners = frame["_owner"].tolist()
    board = Field(view.phrases.heading("board"), "name", 17)
    unit = Field(view.phrases.heading("administration" if view.has_administrations else "unit"), "name", 17)
    columns: list[FilledColumn] = [(board, [view.board_name(o) for o in owners])] if view.board is None else []
    return [*columns, (unit, [view.unit_name(o) for o in owners])] if units else columns


def describe_rest(
    view: View, row: Mapping[str, Any], columns: Sequence[ReportColumn], shown: Collection[str]
) -> tuple[str | None, tuple[float, ...]]:
    """Return on one line what a row holds in all fields but those shown elsewhere, and the amounts (tkr) among it.

    ``Prioritet: 1 · Målgrupp: unga``
    """
    texts, amounts = [], []
    for col in columns:
        value = row.get(col.column.field)
        if value is None or col.column.field in shown or (col.sources is not None and row["_source"] not in col.sources):
            continue
        if col.field.tally:
            amounts.append(value)
        texts.append(f"{col.heading}: {_value_text(view, col, value)}")
    return join_texts(texts), tuple(amounts)


def _value_text(view: View, of: ReportColumn, value: Any) -> str:
    if of.column.kind == "date":
        return str(value.date().isoformat())
    if of.column.kind in ("number", "integer"):
        if isinstance(value, str):
            return str(of.labels.get(value, value))
        return catalogue.number_text(value, view.scope.language) if of.column.kind == "number" else str(int(value))
    return of.labels.get(value, value).replace(";", "; ") if of.column.many else str(of.labels.get(value, value))
