"""Rows that sum up others on sheets where each row counts, so that their amounts would be counted twice.

Finds ``placeholder-text``, ``unit-suspect``.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.forms import PLAN_TABLES, Column, Sheet, Words
from styrxl.model.table_values import column
from styrxl.returns.habits.no_answers import find_naming_column, fold_mark
from styrxl.returns.sums import RunningSums, fold_words, is_called_sum
from styrxl.returns.typed_frames import TypedBatch

Amounts = Sequence[int | None]  # of a row: in öre, None where nothing stands
_ORE_OF_TKR = 100_000
_FEWEST = 2  # rows that a sum is of, where nothing but its amounts says that it is one
_ROUNDED = _ORE_OF_TKR // 2  # what rounding to thousands of kronor may change of each row
_NEAR = 100  # a sum is as good as right where it is off by less than one part in so many


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row that is a sum: the rows that come to it, and whether any do (if not, its name alone says so)."""

    addends: tuple[int, ...]
    fits: bool


def check_sums(parsed: TypedBatch) -> list[Remark]:
    """Ask about rows that sum up others; one that is called a sum and is one may not stand."""
    sheet = parsed.batch.sheet
    naming = find_naming_column(sheet)
    money = [c for c in sheet.columns if c.unit and c.asked]
    if naming is None or not money or not (sheet.limit or sheet.table in PLAN_TABLES):
        return []
    remarks, words, start = list[Remark](), _Names(sheet, parsed.batch.form.words), 0
    amounts = [*zip(*(_read_amounts(parsed, c) for c in money), strict=True)]
    net = sheet.column(sheet.limit.column) if sheet.limit else None
    nets = [*zip(_read_amounts(parsed, net), strict=True)] if net and net.formula else None
    for _, rows in groupby(parsed.batch.source):
        span = slice(start, start := start + sum(1 for _ in rows))
        remarks += _check_return(parsed, naming, words, amounts[span], nets[span] if nets else None, span.start)
    return remarks


def _read_amounts(parsed: TypedBatch, money: Column) -> list[int | None]:
    return [None if value is None else round(value * _ORE_OF_TKR) for value in column(parsed.frame, money.field)]


class _Names:
    """The names by which rows of a sheet are known to be sums: words for that, and the headings of its money."""

    def __init__(self, sheet: Sheet, words: Words) -> None:
        headings = (text for c in sheet.columns if c.unit for text in c.heading.values())
        self._whole = frozenset(map(fold_mark, headings))
        self._words = fold_words(words.sum_words | words.whole_names)
        self._bare = words.sum_words if sheet.limit else frozenset()
        self._known: dict[str, bool] = {}  # boards have the same activities

    def is_bare(self, name: str) -> bool:
        """Tell whether a name is nothing but a word for a sum, which reading has found to be no answer."""
        return fold_mark(name) in self._bare

    def is_sum(self, name: str) -> bool:
        """Tell whether a name says that a row is a sum."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = fold_mark(name) in self._whole or is_called_sum(name, self._words)
        return known


def _check_return(
    parsed: TypedBatch, naming: Column, names: _Names, amounts: Sequence[Amounts], nets: Sequence[Amounts] | None, start: int
) -> Iterator[Remark]:
    batch, key = parsed.batch, parsed.batch.sheet.key
    typed = [str(name) for name in batch.columns[naming.field][start : start + len(amounts)]]
    named = frozenset(at for at, name in enumerate(typed) if name and names.is_sum(name))
    for at, row in _find_sums(amounts, nets, named).items():
        if names.is_bare(typed[at]):
            continue
        source, number, field = batch.source[start], batch.row[start + at], naming.field
        facts = {"rows": [str(batch.row[start + addend]) for addend in row.addends], "n": len(row.addends)}
        if row.fits and at in named:
            yield Remark(source, key, number, field, "placeholder-text", typed[at], {"note": Word("note_sum", facts)})
        else:
            why = Word("why_sum", facts) if row.fits else Word("why_called_sum")
            yield Remark(source, key, number, field, "unit-suspect", typed[at], {"why": why})


def _find_sums(amounts: Sequence[Amounts], nets: Sequence[Amounts] | None, named: Collection[int]) -> Mapping[int, SumRow]:
    """Return the rows that are sums; one on which a single amount stands may also be what others come to net."""
    if not named and not may_have_sums(amounts) and not (nets and may_have_sums(nets)):
        return {}
    found = find_sum_rows(amounts, named)
    if not nets or len(amounts) < _FEWEST:
        return found
    single = {at for at, row in enumerate(amounts) if sum(amount is not None for amount in row) == 1}
    net = {at: row for at, row in find_sum_rows(nets, named).items() if row.fits and at in single} if single else {}
    return {at: net[at] if at in net and not (at in found and found[at].fits) else found[at] for at in sorted({*found, *net})}


def may_have_sums(rows: Sequence[Amounts]) -> bool:
    """Tell whether any amount is what those above it, those below or all others come to: a quick look, and nearly always none is."""
    for amounts in zip(*rows, strict=True):
        total, above = sum(filter(None, amounts)), 0
        for amount in filter(None, amounts):
            if amount in (above, total - above - amount, total - amount):
                return True
            above += amount
    return False


def find_sum_rows(rows: Sequence[Amounts], named: Collection[int]) -> dict[int, SumRow]:
    """Return the rows that are sums of others: those whose amounts say so to the öre, and those that are called so (``named``).

    What a row does not state speaks neither for nor against it.
    """
    unsaid = _find_exact(rows, named)
    own = [at for at, row in enumerate(rows) if at not in named and any(row)]
    found = {at: SumRow(addends, fits=True) for at, addends in unsaid.items()}
    if own:
        pools = [_Pool(rows, [at for at in own if at not in unsaid]), *([_Pool(rows, own)] if unsaid else [])]
        before = -1
        for at in sorted(named):
            addends = next((addends for pool in pools if (addends := pool.find_addends(at, before))), ()) if any(rows[at]) else ()
            found |= {at: SumRow(addends, fits=bool(addends))} if any(rows[at]) else {}
            before = at
    return dict(sorted(found.items()))


def _find_exact(rows: Sequence[Amounts], named: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return the rows that are not called sums and are what all others, or those since the last such row, come to, with those."""
    every = range(len(rows))
    found = {**_find_groups(rows, every, named), **_find_groups(rows, reversed(every), named)}
    block = _Block(rows)
    for at in every:
        if at not in named and at not in found:
            block.add(at)
    whole = [at for at in block.members if block.is_sum(at, without=True)]
    for at in whole:
        found[at] = tuple(other for other in block.members if other != at)
    return found


def _find_groups(rows: Sequence[Amounts], order: Iterable[int], named: Collection[int]) -> dict[int, tuple[int, ...]]:
    found, block = dict[int, tuple[int, ...]](), _Block(rows)
    for at in order:
        is_sum = at not in named and block.is_sum(at)
        if is_sum:
            found[at] = tuple(sorted(block.members))
        if is_sum or at in named:
            block = _Block(rows)
        else:
            block.add(at)
    return found


class _Block:
    """Rows with amounts, and what they come to."""

    def __init__(self, rows: Sequence[Amounts]) -> None:
        self._rows = rows
        self._sums = [0] * (len(rows[0]) if rows else 0)
        self.members: list[int] = []

    def add(self, at: int) -> None:
        """Add a row; one without amounts is none."""
        if any(self._rows[at]):
            self.members.append(at)
            self._sums = [total + (amount or 0) for total, amount in zip(self._sums, self._rows[at], strict=True)]

    def is_sum(self, at: int, *, without: bool = False) -> bool:
        """Tell whether a row is what these come to; ``without``: what the others of them come to."""
        row = self._rows[at]
        if not any(row):
            return False
        times = 2 if without else 1
        if any(amount is not None and amount * times != total for amount, total in zip(row, self._sums, strict=True)):
            return False
        stated = [index for index, amount in enumerate(row) if amount]
        return sum(any(self._rows[each][index] for index in stated) for each in self.members if each != at) >= _FEWEST


class _Pool:
    """Rows of which others may be the sums."""

    def __init__(self, rows: Sequence[Amounts], members: Sequence[int]) -> None:
        self._rows, self._members = rows, members
        self._running: dict[tuple[int, ...], RunningSums[int]] = {}

    def find_addends(self, at: int, before: int) -> tuple[int, ...]:
        """Return the rows that come to a row that is called a sum: all, those right above or below, or nearly all; none if none do.

        ``before``: the row called so that is next above it, if any.
        """
        stated = tuple(index for index, amount in enumerate(self._rows[at]) if amount is not None)
        wanted = tuple(self._rows[at][index] or 0 for index in stated)
        running, here = self._run_up(stated), bisect(self._members, at)
        every, above = range(len(self._members)), range(bisect(self._members, before), here)
        run = every if running.total == wanted else running.find_run_above(here, wanted) or running.find_run_below(here, wanted)
        near = (some for some in (every, above) if some and _is_near(running, some, wanted))
        return tuple(self._members[index] for index in run or next(near, ()))

    def _run_up(self, stated: tuple[int, ...]) -> RunningSums[int]:
        if stated not in self._running:
            self._running[stated] = RunningSums([[self._rows[at][i] or 0 for i in stated] for at in self._members], (0,) * len(stated))
        return self._running[stated]


def _is_near(running: RunningSums[int], some: range, wanted: Sequence[int]) -> bool:
    """Tell whether rows come to some amounts but for rounding, or a slip."""
    totals = [after - before for after, before in zip(running.sums[some.stop], running.sums[some.start], strict=True)]
    return all(abs(a - total) <= max(_ROUNDED * len(some), abs(total) // _NEAR) for a, total in zip(wanted, totals, strict=True))
