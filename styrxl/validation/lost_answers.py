"""Which answers only an older return of an owner has, row by row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding, finding
from styrxl.model.forms import Column
from styrxl.model.masking import mask_persons
from styrxl.model.prefill import Prefill
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.tables import Table
from styrxl.validation.admitted import Admitted
from styrxl.validation.answered_rows import AnsweredRow, list_answered_rows
from styrxl.validation.paired_rows import pair_rows

_LONGEST = 60  # letters of a row's name
_NAMED = 3  # rows of a sheet that are named where there are many

_Lost = list[tuple[AnsweredRow, list[str]]]  # rows, and the fields of their answers that are gone
_Spot = tuple[str, str, str, str]  # sheet key; a row's id and name, as they are compared; field


def list_given_ids(table: Table, issued: Prefill | None) -> frozenset[str]:
    """Return the ids, as they are compared, of the rows that a sheet was issued with."""
    column = table.sheet.id_column
    rows = issued.rows.get(table.sheet.key, ()) if issued and column else ()
    return frozenset(make_id_key(row[column.field], named=table.sheet.named) for row in rows) if column else frozenset()


def find_lost_answers(return_: Admitted, older: Sequence[tuple[Admitted, Sequence[Finding]]]) -> list[Finding]:
    """Return a finding for each older return of the same owner (oldest first) that has answers which neither this one nor a newer has.

    With each older return comes what was found at its cells: what was to be mended there, and has been changed since, is not lost.
    """
    findings: list[Finding] = []
    told: set[_Spot] = set()
    for other, found in reversed(older) if return_.tables else ():
        sheets = []
        for table in other.tables:
            newer = next((new for new in return_.tables if new.place.key == table.place.key), None)
            cells = {f.cell for f in found if f.cell and f.sheet == table.place.sheet and f.severity != "info"}
            lost = _leave_out(told, table, _find_lost_rows(table, newer, list_given_ids(table, return_.prefill), cells))
            told |= {_make_spot(table, row, field) for row, fields in lost for field in fields}
            whole = newer is None or not list_answered_rows(newer)
            sheets += [_describe_sheet(table, lost, whole=whole)] if lost else []
        if sheets:
            findings.append(finding("answers-lost", older=other.path.rpartition("/")[2], owner=return_.owner, sheets=sheets))
    return findings


def _find_lost_rows(table: Table, newer: Table | None, given: Collection[str], remarked: Collection[str]) -> _Lost:
    """Return what of an older return's table is gone in the newer one; ``remarked``: its cells that were to be mended or checked."""

    def is_remarked(row: AnsweredRow, column: Column | None) -> bool:
        return column is not None and table.place.cell(column.field, row.number) in remarked

    # A name that was to be mended has been written anew, if its id is still there.
    rows = [replace(r, name="") if r.id and is_remarked(r, table.sheet.naming_column) else r for r in list_answered_rows(table)]
    paired = pair_rows(table.sheet, list_answered_rows(newer) if newer else (), rows, given)
    mended = {row.number for row in rows if any(is_remarked(row, column) for column in table.sheet.columns)}
    alone = [row for row in paired.only_older if not is_remarked(row, table.sheet.id_column)]
    for doubt in paired.unclear:
        there = [row.said for row in doubt.newer]
        alone += [row for row in doubt.older if row.said not in there] if len(doubt.older) > len(there) else []
    as_issued = newer.untouched if newer else ()
    cleared = [(old, [f for f in old.answers if f not in new.answers and (f, new.number) not in as_issued]) for new, old in paired.pairs]
    return [(row, list(row.answers)) for row in alone] + [(row, fields) for row, fields in cleared if row.number not in mended]


def _leave_out(told: Collection[_Spot], table: Table, lost: _Lost) -> _Lost:
    """Return what is lost, from the top, without what has been told of already."""
    left = ((row, [field for field in fields if _make_spot(table, row, field) not in told]) for row, fields in lost)
    return sorted(((row, fields) for row, fields in left if fields), key=lambda one: one[0].number)


def _make_spot(table: Table, row: AnsweredRow, field: str) -> _Spot:
    return table.place.key, row.id, row.name, field


def _describe_sheet(table: Table, lost: _Lost, *, whole: bool) -> Word:
    """Name what is gone of a sheet: how much where it is all of it, else each row, and which of its answers where it has others."""
    if whole:
        return Word("gone_sheet", {"sheet": table.place.sheet, "n": sum(len(fields) for _, fields in lost)})
    rows: Any = [_describe_row(table, row, fields) for row, fields in lost]
    if len(rows) > _NAMED + 1:
        rows = Word("and_more", {"list": rows[:_NAMED], "n": len(rows) - _NAMED})
    return Word("gone_rows", {"sheet": table.place.sheet, "rows": rows})


def _describe_row(table: Table, row: AnsweredRow, fields: Sequence[str]) -> Word | str:
    name = shorten_name(row.shown)
    headings = [table.place.headings[field] for field in fields]
    if table.place.downwards:
        return Word("listed", {"list": headings})
    shown: Word | str = name or Word("row_number", {"row": str(row.number)})
    return shown if len(fields) == len(row.answers) else Word("gone_cells", {"name": shown, "headings": headings})


def shorten_name(name: str) -> str:
    """Return a row's name, fit to show and not longer than a list can take."""
    name = mask_persons(name)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
