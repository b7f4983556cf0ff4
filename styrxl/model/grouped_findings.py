"""Equal findings as one, with their cells as ranges, in the order in which one mends them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from styrxl.model.catalogue import word
from styrxl.model.column_letters import column_letter, column_number
from styrxl.model.findings import Finding, fix, message

_PLAIN_PATH = re.compile(r"[\w ./:,()+-]+")  # one that means nothing but itself to any shell, between quotation marks


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """A group of equal findings, in words; ``times`` is how many cells it stands for."""

    severity: str
    place: str
    message: str
    fix: str
    times: int
    group: tuple[Finding, ...] = ()
    cells: str = ""


def quote_path(path: str, language: str) -> str:
    """Return a path as a command takes it, or a word for it where a shell might understand it otherwise."""
    return f'"{path}"' if _PLAIN_PATH.fullmatch(path) else word("any_file", language)


def group_findings(findings: Sequence[Finding], language: str, remedy: Callable[[Finding, str], str] = fix) -> list[FindingGroup]:
    """Group equal findings by range (``C7:C12``); ``remedy`` says what to do about one.

    Those that stop come first, and of them those of the whole workbook; then sheet by sheet, that of the most important first, row by row.
    """
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        same = message(
            replace(finding, cell="", facts={k: v for k, v in finding.facts.items() if k != "row"}) if _alike(finding) else finding,
            language,
        )
        key = (finding.severity, finding.rule, finding.sheet, finding.column, same if _alike(finding) else (same, finding.cell))
        groups.setdefault(key, []).append(finding)
    by_importance = sorted(groups.values(), key=lambda group: group[0].order)
    sheets = [*dict.fromkeys(group[0].sheet for group in by_importance)]
    ordered = sorted(by_importance, key=lambda group: _reading_order(group[0], sheets))
    return [_told(group, language, remedy) for group in ordered]


def _reading_order(first: Finding, sheets: Sequence[str | None]) -> tuple[int, int, int, int, int]:
    """Return what groups are sorted by, as one goes through a workbook; ``sheets`` in the order in which they are to be told."""
    severity, importance = first.order
    if not first.cell:
        return severity, -1, importance, 0, 0
    letters = first.cell.rstrip("0123456789")
    return severity, sheets.index(first.sheet), int(first.cell[len(letters) :] or 0), column_number(letters), importance


def _alike(finding: Finding) -> bool:
    """Whether findings of this kind say the same of each cell, so that they may be told together."""
    return finding.cell is not None and not {"earlier_cell", "first", "row"} & finding.facts.keys()


def _told(group: Sequence[Finding], language: str, remedy: Callable[[Finding, str], str]) -> FindingGroup:
    first = group[0]
    cells = join_cells([finding.cell for finding in group if finding.cell])
    whole = replace(first, cell=cells or first.cell)
    place = " ".join(part for part in (first.sheet, cells) if part)
    return FindingGroup(first.severity, place, message(whole, language), remedy(whole, language), len(group), tuple(group), cells)


def join_cells(cells: Sequence[str]) -> str:
    """Cells as people write them: neighbours in a column joined, ``C7:C12, C15``."""
    by_column: dict[int, list[int]] = {}
    for cell in cells:
        letters = cell.rstrip("0123456789")
        by_column.setdefault(column_number(letters), []).append(int(cell[len(letters) :]))
    parts = []
    for column, rows in sorted(by_column.items()):
        letter = column_letter(column)
        for low, high in _runs(sorted(set(rows))):
            parts.append(f"{letter}{low}" if low == high else f"{letter}{low}:{letter}{high}")
    return ", ".join(parts)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
