"""Rows that are sums of others: set apart where they say so, held against what they sum up, and suspected where they do not say so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from styrxl.accounts.patterns import Condition
from styrxl.accounts.table import NOTHING, ExportRow, Table, Values, add_values
from styrxl.returns.cell_values import fold_text
from styrxl.returns.sums import RunningSums, begins_as_sum, fold_words

_WHOLE = frozenset({"totalt", "total", "totalsumma", "summa totalt", "grand total", "totaler"})  # words for the sum of all rows


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row that is a sum; ``fits`` tells whether rows beside it come to it, ``whole`` whether it speaks of all rows.

    ``difference``: what it has, less what all rows come to.
    """

    row: ExportRow
    fits: bool
    whole: bool
    difference: Values

    @property
    def ties(self) -> bool:
        """Whether it is what all rows come to."""
        return not any(self.difference)

    @property
    def is_wrong(self) -> bool:
        """Whether it is the sum of nothing that it might be."""
        return not (self.ties if self.whole else self.fits)


@dataclass(frozen=True, slots=True)
class PartedTable:
    """A table's rows without its sums, the sums, and the rows that look like sums without saying so, by their number."""

    rows: tuple[ExportRow, ...]
    sums: tuple[SumRow, ...]
    suspects: frozenset[int]
    total: Values


def part_sums(table: Table, said: Condition, denied: Condition, words: Collection[str]) -> PartedTable:
    """Return a table's rows and its sums apart.

    ``said``, ``denied``: the rows that the mapping says are sums, and those that it says are none. ``words``: how a sum begins.
    """
    if not table.sums:
        return PartedTable(table.rows, (), frozenset(), add_values((row.values for row in table.rows), len(table.columns)))
    begins = fold_words(frozenset(words))
    are_sums = [_is_sum(row, said, begins) and not _is_meant(row, denied) for row in table.rows]
    rows = tuple(row for row, is_sum in zip(table.rows, are_sums, strict=True) if not is_sum)
    width = len(table.columns)
    running = RunningSums((row.values for row in rows), (NOTHING,) * width)
    suspects = frozenset(_find_suspects(rows, denied, begins, width))
    return PartedTable(rows, tuple(_judge_sums(table, are_sums, running)), suspects, running.total)


def _is_meant(row: ExportRow, condition: Condition) -> bool:
    return bool(condition.columns) and condition.fits(row.typed)


def _is_sum(row: ExportRow, said: Condition, begins: tuple[str, ...]) -> bool:
    if _is_meant(row, said):
        return True
    first = next(iter(row.typed.values()))
    if any(begins_as_sum(text, begins) for text in row.typed.values()):
        return True
    return not first and begins_as_sum(row.label, begins)


def _judge_sums(table: Table, are_sums: Sequence[bool], running: RunningSums[Decimal]) -> list[SumRow]:
    """Return the sums of a table, each held against the rows right above it, or right below."""
    total, at, sums = running.total, 0, list[SumRow]()
    final = max((index for index, is_sum in enumerate(are_sums) if is_sum), default=-1)
    for index, (row, is_sum) in enumerate(zip(table.rows, are_sums, strict=True)):
        if not is_sum:
            at += 1
            continue
        fits = running.find_run_above(at, row.values) is not None or running.find_run_below(at, row.values) is not None
        alone = index == final and at == len(running.sums) - 1 and not fits
        whole = row.values == total or any(fold_text(text) in _WHOLE for text in (row.label, *row.typed.values())) or alone
        sums.append(SumRow(row, fits, whole, _subtract(row.values, total)))
    return sums


def _subtract(values: Values, others: Values) -> Values:
    return tuple(value - other for value, other in zip(values, others, strict=True))


def _find_suspects(rows: Sequence[ExportRow], denied: Condition, begins: tuple[str, ...], width: int) -> list[int]:
    """Return the numbers of rows that the rows right above come to, and that lack a text or have a shorter code than those."""
    kept: list[ExportRow] = []
    running = [(NOTHING,) * width]
    latest = {running[0]: 0}
    suspects = []
    for row in rows:
        start = latest.get(_subtract(running[-1], row.values), len(kept)) if any(row.values) else len(kept)
        above = kept[start:]
        if above and _is_less_precise(row, above, begins) and not _is_meant(row, denied):
            suspects.append(row.number)
            continue
        kept.append(row)
        running.append(add_values((running[-1], row.values), width))
        latest[running[-1]] = len(kept)
    return suspects


def _is_less_precise(row: ExportRow, above: Sequence[ExportRow], begins: tuple[str, ...]) -> bool:
    """Tell whether a row lacks what those above it have; one alone may be as large by chance: of that the first text counts."""
    first = next(iter(row.texts))
    looked_at = [first] if len(above) == 1 else list(row.texts)
    if begins_as_sum(row.label, begins) or any(not row.texts[name] and all(each.texts[name] for each in above) for name in looked_at):
        return True
    codes = {each.texts[first].partition(" ")[0] for each in above}
    code = row.texts[first].partition(" ")[0]
    return bool(code) and all(len(each) > len(code) and each.startswith(code) for each in codes)
