"""One return as the rules on contradictions see it: its rows with what was issued, and what the round's other returns say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from styrxl.model.council_plan import ids
from styrxl.model.findings import Remark
from styrxl.model.forms import Form
from styrxl.model.frames import column
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import Round
from styrxl.returns.row_ids import id_key
from styrxl.returns.typed_columns import Parsed
from styrxl.validation.known_goals import KnownGoal


class Line(NamedTuple):
    """A row of a sheet: its Excel row, what is said in it (None where empty), and what was issued with it, shown or not."""

    row: int
    said: Row
    given: Row


class Rows:
    """The rows of a sheet in all returns of a form. Columns are taken out of the frame when a rule first asks for them."""

    def __init__(self, part: Parsed) -> None:
        """Take what has been read."""
        self._sheet, self._numbers, self._frame = part.batch.sheet, part.batch.row, part.frame
        self._fields = [c.field for c in part.batch.sheet.columns if c.field in part.frame]
        self._known: dict[str, list[Any]] = {}

    def column(self, name: str, span: slice) -> Sequence[Any]:
        """Return what is said in a column, on some of the rows (None where empty); nothing where there is no such column."""
        if name not in self._known:
            self._known[name] = column(self._frame, name) if name in self._fields else []
        return self._known[name][span]

    def lines(self, span: slice, given: Sequence[Row]) -> Iterator[Line]:
        """Yield some of the rows, with those of the rows that were given with them."""
        ids_, named = self._sheet.id_column, self._sheet.named
        known = {id_key(row[ids_.field], named=named): row for row in given} if ids_ else {}
        values = zip(*(self.column(name, span) for name in self._fields), strict=True)
        for row, said in zip(self._numbers[span], (dict(zip(self._fields, one, strict=True)) for one in values), strict=True):
            yield Line(row, said, known.get(id_key(said[ids_.field], named=named), {}) if ids_ and known else {})


@dataclass(frozen=True, slots=True)
class Return:
    """One return: where its rows are, by sheet key, and what was issued to it. Lines are made when a rule first asks for them."""

    source: int
    form: Form
    issued: Prefill
    rows: Mapping[str, tuple[Rows, slice]] = field(default_factory=dict)
    made: dict[str, tuple[Line, ...]] = field(default_factory=dict)

    def of(self, key: str) -> tuple[Line, ...]:
        """Return a sheet's lines."""
        if key not in self.made:
            rows, span = self.rows.get(key, (None, slice(0)))
            self.made[key] = tuple(rows.lines(span, self.issued.rows.get(key, ()))) if rows else ()
        return self.made[key]

    def said(self, key: str, name: str) -> Sequence[Any]:
        """Return what is said in a column of a sheet, row by row: nothing where it has no such column."""
        rows, span = self.rows.get(key, (None, slice(0)))
        return rows.column(name, span) if rows else ()

    @property
    def round(self) -> Round:
        """Its round."""
        return Round.parse(self.issued.round)

    def remark(self, key: str, row: int | None, name: str, rule: str, value: Any, **facts: Any) -> Remark:
        """Return a remark on a field; the sheets that facts name are named as the form names them."""
        named = {fact: self.form.sheet(at).name for fact, at in facts.items() if fact.startswith("sheet_")}
        return Remark(self.source, key, row, name, rule, value, {**facts, **named})

    def word(self, name: str, code: str | None) -> Mapping[str, str] | str:
        """Return what a list calls a code."""
        return self.form.lists[name].get(code or "", code or "")


@dataclass(frozen=True, slots=True)
class Others:
    """What the round's other returns say: ``units`` board goal -> unit -> whether it says no; ``served`` unit -> what its plan serves.

    Of ``served`` are only units that a goal names. ``known``: all goals; ``siblings``: return -> row -> the unit of the same board, and
    its commitment, that says the same and is first. ``unsure``: returns with links in error, of which it is not known what they serve;
    ``copied``: returns and rows that are known to be copied already.
    """

    units: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    served: Mapping[str, frozenset[str]] = field(default_factory=dict)
    known: Mapping[str, KnownGoal] = field(default_factory=dict)
    siblings: Mapping[int, Mapping[int, tuple[str, str]]] = field(default_factory=dict)
    unsure: frozenset[int] = frozenset()
    copied: frozenset[tuple[int, int | None]] = frozenset()


Rule = Callable[[Return, Others], Iterator[Remark]]


def served_ids(row: Row) -> tuple[str, ...]:
    """Return the ids of the goals and commitments that a row is tied to."""
    return (*ids(row.get("parent_id")), *ids(row.get("more_parents")))


def majority(answers: Iterable[bool]) -> bool:
    """Tell whether more than half of the answers are yes."""
    told = list(answers)
    return 2 * sum(told) > len(told)


def misses_target(outcome: float, target: float, direction: str | None) -> bool:
    """Tell whether an outcome is worse than its target; where no direction is known higher is better."""
    return outcome > target if direction == "lower" else outcome < target


def swedish(text: Mapping[str, str] | str) -> str:
    """Return a text in Swedish."""
    return text if isinstance(text, str) else text["sv"]


def issued_day(text: str | None) -> date | None:
    """Return a day that was issued, as ISO writes it."""
    return date.fromisoformat(text) if text else None
