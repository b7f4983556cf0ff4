"""What is told of a merge: what comes from which return, and each cell in which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from styrxl.model.catalogue import say, word
from styrxl.rounds.merging.merge import Merge
from styrxl.rounds.merging.merge_sheets import MergedSheet, MovedRow, ToldCell
from styrxl.validation.answered_rows import ShownError
from styrxl.validation.lost_answers import shorten_name


def describe_merge(merge: Merge, language: str) -> list[str]:
    """Return the lines that say what comes from which return, and what they differ in."""

    def part(key: str, lines: Iterable[str], **facts: str) -> Iterator[str]:
        found = [f"  {line}" for line in lines]
        yield from [word(key, language, **facts), *found] if found else ()

    sheets = merge.sheets
    return [
        *part("merge_older", (_name_rows(s.name, s.older, language) for s in sheets if s.older), path=merge.older.path),
        *part("merge_newer", (_name_rows(s.name, s.newer, language) for s in sheets if s.newer), path=merge.newer.path),
        *part("merge_common", (_count_rows(s, language) for s in sheets if s.common)),
        *part("merge_moved", (_describe_moved(s, row, language) for s in sheets for row in s.moved)),
        *part("merge_conflicts", (_describe_cell("merge_conflict_cell", s, cell, language) for s in sheets for cell in s.conflicts)),
        *part("merge_kept", (_describe_cell("merge_kept_cell", s, cell, language) for s in sheets for cell in s.kept)),
        *part("merge_dropped", (_describe_cell("merge_kept_cell", s, cell, language) for s in sheets for cell in s.dropped)),
        *part("merge_left_out", (_name_rows(s.name, s.left_out, language) for s in sheets if s.left_out)),
    ]


def _name_rows(sheet: str, rows: Sequence[str], language: str) -> str:
    """Name a sheet's rows, or the sheet alone where none of them has a name."""
    named = [shorten_name(row) for row in rows if row]
    return word("merge_rows", language, sheet=sheet, rows=say(named, language)) if named else word("merge_whole", language, sheet=sheet)


def _count_rows(sheet: MergedSheet, language: str) -> str:
    """Say how many rows of a sheet both have; a sheet laid out downwards has none."""
    return word("merge_whole" if sheet.downwards else "merge_count", language, sheet=sheet.name, n=sheet.common)


def _describe_moved(sheet: MergedSheet, row: MovedRow, language: str) -> str:
    key = "merge_moved_row" if row.instead and row.side == "older" else "merge_moved_alone"
    return word(key, language, sheet=sheet.name, row=shorten_name(row.shown), id=row.id, instead=shorten_name(row.instead))


def _describe_cell(key: str, sheet: MergedSheet, cell: ToldCell, language: str) -> str:
    texts = {"new_text": _show(cell.newer, language), "old_text": _show(cell.older, language)}
    return word(key, language, sheet=sheet.name, cell=cell.cell, heading=cell.heading, **texts)


def _show(written: Any, language: str) -> str:
    return say(written.text if isinstance(written, ShownError) else written, language)
