"""The plan's page Indikatorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from styrxl.excel.pages import Field, Page, Row
from styrxl.model.indicators import Measure
from styrxl.model.table_values import records
from styrxl.reports.columns import FilledColumn, ReportColumn, column_titles, fill_columns, list_rows, owner_columns, report_columns
from styrxl.reports.measures import measure_field, show_aim
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.view import View

_IN_WORDS = frozenset({"highest"})  # the target says it
_WHERE_SAID = frozenset({"by_sex", "last_outcome"})  # columns that are left out where nobody says anything in them


def make_page(view: View) -> Page | None:
    """Return the page with the council's indicators of the year, then the boards', each with its target; None without any."""
    frame = view.table("indicators")
    council = [row for row in view.plan.indicators if row["year"] == view.round.year] if view.board is None else []
    later = _list_later_targets(view) if council else {}
    columns = [c for c in report_columns(view, "indicators") if c.column.field not in _IN_WORDS]
    columns = [c for c in columns if c.column.field not in _WHERE_SAID or _says(frame, council, c.column.field)]
    own = _fill(view, frame, columns)
    empty: list[FilledColumn] = [(_later_field(view, year, aims), [None] * len(frame)) for year, aims in later.items()]
    block = list_rows(view, "indicators", frame, [*owner_columns(view, frame, units=False), *own, *empty])
    rows = _council_rows(view, council, columns, later)
    block = replace(block, rows=(*rows, *block.rows)) if rows else block
    return make_titled_page(view, "indicators", [block]) if block.rows else None


def _says(frame: pd.DataFrame, council: Sequence[Mapping[str, Any]], field: str) -> bool:
    return any(row.get(field) is not None for row in (*records(frame), *council))


def _fill(view: View, frame: pd.DataFrame, columns: Sequence[ReportColumn]) -> list[FilledColumn]:
    """Return columns with their values; targets as cells have them."""
    aims = [show_aim(row, view.scope.language) for row in records(frame)]
    filled = fill_columns(view, frame, columns)
    return [
        (measure_field(field.heading, aims, field.width), aims) if column.column.field == "target" else (field, values)
        for column, (field, values) in zip(columns, filled, strict=True)
    ]


def _list_later_targets(view: View) -> dict[int, dict[str, Measure]]:
    """Return the council's targets of years after this one, as cells have them, by year and indicator."""
    later: dict[int, dict[str, Measure]] = {}
    for row in sorted(view.plan.indicators, key=lambda row: row["year"]):
        if row["year"] > view.round.year:
            later.setdefault(int(row["year"]), {})[row["indicator_id"]] = show_aim(row, view.scope.language)
    return later


def _later_field(view: View, year: int, aims: Mapping[str, Measure]) -> Field:
    return measure_field(f"{column_titles(view, 'indicators')['target']} {year}", aims.values(), 12)


def _council_rows(
    view: View, rows: Sequence[Mapping[str, Any]], columns: Sequence[ReportColumn], later: Mapping[int, Mapping[str, Measure]]
) -> list[Row]:
    if not rows:
        return []
    values = [values for _, values in _fill(view, pd.DataFrame(rows), [replace(c, sources=None) for c in columns])]
    owners = [view.phrases.word("council_indicator", board=view.name(row.get("board_id")) or "—") for row in rows]
    aims = [[targets.get(row["indicator_id"]) for row in rows] for targets in later.values()]
    return [Row((*cells, None)) for cells in zip(owners, *values, *aims, strict=True)]
