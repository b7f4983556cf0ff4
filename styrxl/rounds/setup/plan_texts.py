"""The council's plan as people read it: each sheet as a table of texts, and what differs between two plans, old and new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from styrxl.model.catalogue import digits_text, list_waivable_rules, number_text
from styrxl.model.council_plan import PLAN_FORM, PlanRows
from styrxl.model.form_files import RULES, Forms
from styrxl.model.forms import EVERYBODY, LANGUAGES, Column, Sheet

_NOTHING = "–"
_MINUS = "\N{MINUS SIGN}"
_OWNERS, _GOALS = "own:organisation", "own:council_goals"
# What tells a row of a table from the others; of tables that are not here, all that stands in it.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "organisation": ("org_id",),
    "council_goals": ("goal_id",),
    "council_indicators": ("indicator_id", "year"),
    "frames": ("board_id", "year"),
    "council_assessments": ("round", "goal_id"),
    "overall": ("round",),
    "last_year": ("board_id", "activity", "round"),
    "assignments": ("assignment_id",),
}
ADDED, REMOVED, CHANGED, ENDED = "added", "removed", "changed", "ended"


@dataclass(frozen=True, slots=True)
class PlanCell:
    """A cell as text; ``number``: it stands to the right."""

    text: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class PlanTable:
    """A sheet of the plan: its name, headings, and rows of cells; columns in which nothing stands are left out."""

    table: str
    name: str
    headings: tuple[PlanCell, ...]
    rows: tuple[tuple[PlanCell, ...], ...]


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What differs between two plans: on which sheet, what came of which row, and of a changed one in which column, old and new."""

    table: str
    sheet: str
    what: str  # ADDED, REMOVED, CHANGED, ENDED
    row: str
    column: str = ""
    old: str = ""
    new: str = ""


class PlanTexts:
    """How the plan's cells are read, in a language; ids of the organisation and of goals with what they stand for."""

    def __init__(self, forms: Forms, language: str, *plans: PlanRows) -> None:
        """Take the forms, the language, and the plans whose ids are named, later ones before earlier ones."""
        self.forms, self.language = forms, language
        self.sheets: Sequence[Sheet] = forms.form(PLAN_FORM).tables
        self._names = {row["org_id"]: str(row["name"]) for plan in plans for row in plan.get("organisation", ())}
        self._goals = {row["goal_id"]: str(row["text"]) for plan in plans for row in plan.get("council_goals", ())}

    def list_tables(self, rows: PlanRows) -> Iterator[PlanTable]:
        """Yield each sheet in which anything stands."""
        for sheet in self.sheets:
            found = rows.get(sheet.table or "", ())
            columns = [column for column in sheet.columns if any(row.get(column.field) is not None for row in found)]
            if columns:
                headings = tuple(PlanCell(self._head(column), _is_number(column)) for column in columns)
                cells = tuple(tuple(PlanCell(self.show(c, row.get(c.field)), _is_number(c)) for c in columns) for row in found)
                yield PlanTable(str(sheet.table), sheet.name[self.language], headings, cells)

    def list_changes(self, old: PlanRows, new: PlanRows) -> Iterator[PlanChange]:
        """Yield what differs between two plans, sheet by sheet; the order of rows is no difference."""
        for sheet in self.sheets:
            name = sheet.table or ""
            if name in _KEYS:
                yield from self._compare(sheet, _KEYS[name], old.get(name, ()), new.get(name, ()))
            else:
                yield from self._count(sheet, old.get(name, ()), new.get(name, ()))

    def show(self, column: Column, value: Any) -> str:
        """Return a cell's text."""
        if value is None or value == "":
            return ""
        if isinstance(value, str) and (column.many or column.source):
            return "; ".join(self._name(column, part) for part in (value.split(";") if column.many else [value]))
        if isinstance(value, str) and column.list:
            return self._label(column.list, value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return digits_text(value) if column.kind == "integer" else self.show_amount(float(value))
        return str(value)

    def name_owner(self, org_id: str) -> str:
        """Return a part of the organisation by its name and id."""
        return f"{self._names[org_id]} ({org_id})" if org_id in self._names else org_id

    def show_amount(self, value: float | None) -> str:
        """Return a number's text; nothing where there is none."""
        if value is None:
            return ""
        text = number_text(abs(value), self.language)
        return f"{_MINUS}{text}" if value < 0 and text != "0" else text

    def _label(self, list_: str, code: str) -> str:
        if list_ == RULES:
            return str(list_waivable_rules().get(code, dict.fromkeys(LANGUAGES, code))[self.language])
        return self.forms.label(list_, code)[self.language]

    def _name(self, column: Column, part: str) -> str:
        if part == EVERYBODY and column.everybody:
            return column.everybody[self.language]
        names = self._goals if _GOALS in column.source else self._names if _OWNERS in column.source else {}
        return f"{names[part]} ({part})" if part in names else part

    def _head(self, column: Column) -> str:
        return f"{column.heading[self.language]} ({column.unit})" if column.unit else column.heading[self.language]

    def _compare(self, sheet: Sheet, key: Sequence[str], old: _Rows, new: _Rows) -> Iterator[PlanChange]:
        """Yield what differs between rows that are known by their ids: those of the same id in their order."""
        before, after = _by_key(key, old), _by_key(key, new)
        for name in dict.fromkeys([*before, *after]):
            pairs = list(_pair(before.get(name, []), after.get(name, [])))
            for was, now in pairs:
                yield from self._compare_rows(sheet, key, was, now)

    def _compare_rows(self, sheet: Sheet, key: Sequence[str], was: _Row | None, now: _Row | None) -> Iterator[PlanChange]:
        row, name = self._name_row(sheet, key, now or was or {}), sheet.name[self.language]
        if was is None or now is None:
            yield PlanChange(sheet.table or "", name, ADDED if was is None else REMOVED, row, **self._tell_amounts(sheet, was, now))
            return
        for column in sheet.columns:
            if was.get(column.field) != now.get(column.field):
                ends = sheet.table == "organisation" and column.field == "to" and was.get("to") is None
                texts = [self.show(column, one.get(column.field)) or _NOTHING for one in (was, now)]
                yield PlanChange(sheet.table or "", name, ENDED if ends else CHANGED, row, self._head(column), *texts)

    def _count(self, sheet: Sheet, old: _Rows, new: _Rows) -> Iterator[PlanChange]:
        """Yield rows that one of two plans has more often: of tables whose rows have no id."""
        before, after = (Counter(self._join(sheet, row) for row in rows) for rows in (old, new))
        for what, more in ((REMOVED, before - after), (ADDED, after - before)):
            for text in more.elements():
                yield PlanChange(sheet.table or "", sheet.name[self.language], what, text)

    def _join(self, sheet: Sheet, row: _Row) -> str:
        return ", ".join(text for column in sheet.columns if (text := self._with_unit(column, row.get(column.field))))

    def _with_unit(self, column: Column, value: Any) -> str:
        text = self.show(column, value)
        return f"{column.heading[self.language].lower()} {text} {column.unit}" if text and column.unit else text

    def _name_row(self, sheet: Sheet, key: Sequence[str], row: _Row) -> str:
        columns = {column.field: column for column in sheet.columns}
        text = " ".join(shown for field in key if field in columns and (shown := self.show(columns[field], row.get(field))))
        called = next((str(row[field]) for field in ("name", "text") if row.get(field)), "")
        return f"{text} {called}".strip()

    def _tell_amounts(self, sheet: Sheet, was: _Row | None, now: _Row | None) -> dict[str, str]:
        """Return the amounts of a row that is new or gone."""
        texts = {}
        for name, row in (("old", was), ("new", now)):
            amounts = [self._with_unit(column, row.get(column.field)) for column in sheet.columns if row and column.unit]
            texts[name] = ", ".join(filter(None, amounts))
        return texts


_Row = Mapping[str, Any]
_Rows = Sequence[_Row]


def _by_key(key: Sequence[str], rows: _Rows) -> dict[tuple[Any, ...], list[_Row]]:
    found: dict[tuple[Any, ...], list[_Row]] = {}
    for row in rows:
        found.setdefault(tuple(row.get(field) for field in key), []).append(row)
    return found


def _pair(old: list[_Row], new: list[_Row]) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Yield the rows of one id that belong together: those that begin on the same day, else those that are alike in order."""
    rest = list(new)
    left = []
    for row in old:
        same = next((one for one in rest if one.get("from") == row.get("from")), None)
        if same is None:
            left.append(row)
        else:
            rest.remove(same)
            yield row, same
    for number in range(max(len(left), len(rest))):
        yield (left[number] if number < len(left) else None), (rest[number] if number < len(rest) else None)


def _is_number(column: Column) -> bool:
    return column.kind == "number" or column.unit is not None
