"""One return as the rules on contradictions see it: its rows with what was issued, and what the round's other returns say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any, NamedTuple

from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.model.council_plan import ids
from styrxl.model.days import standard_zone
from styrxl.model.findings import Remark
from styrxl.model.forms import LANGUAGES, Form
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import Round
from styrxl.model.table_values import column
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.typed_frames import TypedBatch
from styrxl.validation.known_goals import KnownGoal


class AnsweredRow(NamedTuple):
    """A row of a sheet of a return; ``number``: its row in Excel; ``issued``: what the row was issued with, shown or not."""

    number: int
    answers: Row  # field -> value, None where a cell is empty
    issued: Row


class _Answers(dict[str, Any]):
    """The answers of a row; in a column that its form does not have there is none."""

    def __missing__(self, field: str) -> None:
        return None


class SheetRows:
    """The rows of a sheet in all returns of a form. Columns are taken out of the frame when a rule first asks for them."""

    def __init__(self, part: TypedBatch) -> None:
        """Take the sheet's rows as they were read, of all returns."""
        self._sheet, self._numbers, self._frame = part.batch.sheet, part.batch.row, part.frame
        self._fields = [c.field for c in part.batch.sheet.columns if c.field in part.frame]
        self._columns: dict[str, list[Any]] = {}

    def column(self, name: str, span: slice) -> Sequence[Any]:
        """Return a column's values on some of the rows (None where a cell is empty); none where there is no such column."""
        if name not in self._columns:
            self._columns[name] = column(self._frame, name) if name in self._fields else []
        return self._columns[name][span]

    def rows(self, span: slice, issued: Sequence[Row]) -> Iterator[AnsweredRow]:
        """Yield some of the rows, each with the issued row of its id."""
        ids_, named = self._sheet.id_column, self._sheet.named
        known = {make_id_key(row[ids_.field], named=named): row for row in issued} if ids_ else {}
        values = zip(*(self.column(name, span) for name in self._fields), strict=True)
        for number, row in zip(self._numbers[span], values, strict=True):
            answers = _Answers(zip(self._fields, row, strict=True))
            yield AnsweredRow(number, answers, known.get(make_id_key(answers[ids_.field], named=named), {}) if ids_ and known else {})


@dataclass(frozen=True, slots=True)
class Return:
    """A return and what was issued to it; ``sheets``: sheet key -> the rows of all returns, and which of them are its own."""

    source: int
    form: Form
    issued: Prefill
    round: Round
    sheets: Mapping[str, tuple[SheetRows, slice]] = field(default_factory=dict)
    _rows: dict[str, tuple[AnsweredRow, ...]] = field(default_factory=dict)  # of each sheet that a rule has asked for

    def rows(self, key: str) -> tuple[AnsweredRow, ...]:
        """Return a sheet's rows."""
        if key not in self._rows:
            rows, span = self.sheets.get(key, (None, slice(0)))
            self._rows[key] = tuple(rows.rows(span, self.issued.rows.get(key, ()))) if rows else ()
        return self._rows[key]

    def column(self, key: str, name: str) -> Sequence[Any]:
        """Return the values of a sheet's column, row by row: none where it has no such column."""
        rows, span = self.sheets.get(key, (None, slice(0)))
        return rows.column(name, span) if rows else ()

    def remark(self, key: str, row: int | None, name: str, rule: str, value: Any, **facts: Any) -> Remark:
        """Return a remark on a field; sheets and an earlier round that facts name are named as people know them."""
        named = {fact: self.form.sheet(at).name for fact, at in facts.items() if fact.startswith("sheet_")}
        before = {
            round_.id: {language: round_.name(language) for language in LANGUAGES} for round_ in self.round.before if "round" in facts
        }
        if facts.get("round") in before:
            named["round"] = before[facts["round"]]
        return Remark(self.source, key, row, name, rule, value, {**facts, **named})

    def word(self, name: str, code: str | None) -> Mapping[str, str] | str:
        """Return what a list calls a code."""
        return self.form.lists[name].get(code or "", code or "")


@dataclass(frozen=True, slots=True)
class OtherReturns:
    """What the round's other returns say, for the rules that compare.

    ``says_no``: board goal -> unit -> whether it says no. ``served``: unit that a goal names -> goals and commitments that its plan serves.
    ``goals``: all goals and commitments. ``siblings``: source -> Excel row -> (unit, commitment) of the same board with the same text,
    of which this is the copy. ``uncertain``: sources with links in error, of which it is not known what they serve. ``copied``: sources
    and Excel rows that are known to be copied already. ``booked``: what the accounts say now.
    ``zone``: in which days are told.
    """

    says_no: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    served: Mapping[str, frozenset[str]] = field(default_factory=dict)
    goals: Mapping[str, KnownGoal] = field(default_factory=dict)
    siblings: Mapping[int, Mapping[int, tuple[str, str]]] = field(default_factory=dict)
    uncertain: frozenset[int] = frozenset()
    copied: frozenset[tuple[int, int | None]] = frozenset()
    booked: BookedOutcomes | None = None
    zone: tzinfo = field(default_factory=standard_zone)


Rule = Callable[[Return, OtherReturns], Iterator[Remark]]


def parent_ids(row: Row) -> tuple[str, ...]:
    """Return the ids of the goals and commitments that a row is tied to."""
    return (*ids(row.get("parent_id")), *ids(row.get("more_parents")))


def is_majority(answers: Iterable[bool]) -> bool:
    """Tell whether more than half of the answers are yes."""
    given = list(answers)
    return 2 * sum(given) > len(given)


def say_in_swedish(text: Mapping[str, str] | str) -> str:
    """Return a text in Swedish."""
    return text if isinstance(text, str) else text["sv"]


def parse_day(text: str | None) -> date | None:
    """Return the day of an issued ISO text, None where there is none."""
    return date.fromisoformat(text) if text else None
