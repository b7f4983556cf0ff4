"""What must hold between the parts of a form: names that are alike, and what refers to something that is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.descriptions.mistakes import Path, Problem, unknown_name
from styrxl.descriptions.parts import as_list, as_map
from styrxl.descriptions.text_checks import find_placeholders
from styrxl.model.catalogue import list_waivable_rules
from styrxl.model.form_files import RULES
from styrxl.model.forms import LANGUAGES, NUMBER

FRAMES = ("operating_frame", "investment_frame", "unit_frame")
SOURCES = ("council_goals", "board_goals", "board_commitments", "goals", "parents", "units")
EACH_HAS = {  # what a row takes of each, where a form says so; of indicators whatever their table has
    "units": ("id", "name", "board", "administration"),
    "council_goals": ("id", "text", "focus_area", "dimension"),
    "assignments": ("id", "text", "due", "goal", "decision", "decided_on", "how", "role", "last_status", "last_comment"),
}
_OWN = "own:"


def check_form(form: Mapping[str, Any], words: Mapping[Any, Any], tables: Collection[str], gone: Collection[str] = ()) -> Iterator[Problem]:
    """Yield what does not hold together in a form, as it is in one kind of round.

    ``words``: what ``words.yaml`` says; ``tables``: those that have a schema; ``gone``: sheets of the standard form that it does not
    have any more, which may still be named where rows of others are offered. Parts of a wrong kind are the models' to tell.
    """
    lists = {RULES: list_waivable_rules(), **as_map(words.get("lists")), **as_map(form.get("lists"))}
    for name, entries in as_map(form.get("lists")).items():
        yield from check_list(("lists", name), as_map(entries))
    sheets = {key: sheet for key, sheet in as_map(form.get("sheets")).items() if isinstance(sheet, Mapping)}
    if form.get("foreign"):  # others may call sheets and columns as we do ours, and have several tables on a sheet
        words = {**words, "texts": {}}
    yield from _check_steps(as_list(form.get("steps")), sheets)
    for key, sheet in sheets.items():
        yield from _SheetCheck(("sheets", key), sheet, sheets, lists, words, tables, gone).check()


def check_list(path: Path, entries: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the words by which two entries of a list are meant: nobody may guess between them."""
    meant: dict[str, tuple[str, str]] = {}
    for code, entry in entries.items():
        texts = as_map(entry)
        named: list[tuple[Path, Any]] = [((), code), *(((language,), texts.get(language)) for language in LANGUAGES)]
        named += [(("also", number), word) for number, word in enumerate(as_list(texts.get("also")))]
        for inner, text in named:
            if text is None or isinstance(text, Mapping | list):
                continue
            other, _ = meant.setdefault(_fold(text), (str(code), str(text)))
            if other != str(code):
                yield Problem((*path, code, *inner), "shared-word", {"word": str(text), "other": other})


def _check_steps(steps: Sequence[Any], sheets: Mapping[str, Any]) -> Iterator[Problem]:
    for number, step in enumerate(steps):
        for language, text in as_map(step).items():
            if not isinstance(text, str):
                continue
            path = ("steps", number, language)
            names = find_placeholders(text)
            if names is None:
                yield Problem(path, "bad-braces", {"value": text})
            for name in sorted((names or set()) - sheets.keys()):
                yield unknown_name(path, "a_sheet", name, sheets)


@dataclass(frozen=True, slots=True)
class _SheetCheck:
    """One sheet of a form, and what it may refer to."""

    path: Path
    sheet: Mapping[str, Any]
    sheets: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, Any]
    words: Mapping[Any, Any]
    tables: Collection[str]
    gone: Collection[str]

    def check(self) -> Iterator[Problem]:
        """Yield what does not hold together in the sheet."""
        columns = self._columns(self.sheet)
        yield from self._check_table()
        yield from self._check_headings(columns)
        for name, column in columns.items():
            yield from self._check_column((*self.path, "columns", name), column)
        yield from self._check_fields(columns)
        yield from self._check_frames()
        yield from self._check_prefill(columns)
        yield from self._check_unless()
        rows, least = self.sheet.get("rows"), self.sheet.get("at_least")
        if isinstance(rows, int) and isinstance(least, int) and least > rows:
            yield Problem((*self.path, "at_least"), "bounds-crossed", {"low": str(least), "high": str(rows)})

    @staticmethod
    def _columns(sheet: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {name: column for name, column in as_map(sheet.get("columns")).items() if isinstance(column, Mapping)}

    def _check_table(self) -> Iterator[Problem]:
        table, layout = self.sheet.get("table"), self.sheet.get("layout")
        if isinstance(table, str) and table and table not in self.tables:
            yield unknown_name((*self.path, "table"), "a_table", table, sorted(self.tables))
        if table is None and layout in {"rows", "down"}:
            yield Problem(self.path, "missing-key", {"key": "table"})
        same = next((key for key, other in self.sheets.items() if table and other.get("table") == table), None)
        if same is not None and same != self.path[-1]:
            yield Problem((*self.path, "table"), "doubled-table", {"table": str(table), "other": same})

    def _check_headings(self, columns: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
        known = {_fold(text): "Kontroll" for text in as_map(as_map(self.words.get("texts")).get("check_heading")).values()}
        for name, column in columns.items():
            heading = column.get("heading")
            headings: list[tuple[Path, Any]] = [(("heading", language), as_map(heading).get(language)) for language in LANGUAGES]
            headings += [(("heading",), heading)] if isinstance(heading, str) else []
            headings += [(("also", number), text) for number, text in enumerate(as_list(column.get("also")))]
            for inner, text in headings:
                if isinstance(text, str) and text.strip():
                    other = known.setdefault(_fold(text), name)
                    if other != name:
                        yield Problem((*self.path, "columns", name, *inner), "doubled-heading", {"heading": text, "other": other})

    def _check_column(self, path: Path, column: Mapping[str, Any]) -> Iterator[Problem]:
        fields = self._columns(self.sheet)
        yield from _check_names((*path, "list"), "a_list", [column.get("list")], self.lists, alone=True)
        yield from _check_names((*path, "unit"), "a_unit", [column.get("unit")], as_map(self.words.get("units")), alone=True)
        for key in ("after", "base"):
            yield from _check_names((*path, key), "a_field", [column.get(key)], fields, alone=True)
        yield from _check_names((*path, "kinds"), "a_kind", as_list(column.get("kinds")), as_map(self.lists.get("kind")))
        sources = (*SOURCES, *(f"{_OWN}{key}" for key in (*self.sheets, *self.gone)))
        yield from _check_names((*path, "source"), "a_source", as_list(column.get("source")), sources)
        for sign in ("plus", "minus", "times", "needs"):
            named = as_list(as_map(column.get("formula")).get(sign))
            yield from _check_names((*path, "formula", sign), "a_field", named, fields)
        if column.get("list") and column.get("source"):
            yield Problem((*path, "source"), "list-or-source")
        for key in ("required_when", "asked_when"):
            yield from self._check_condition((*path, key), as_map(column.get(key)), fields)
        yield from self._check_answers_by((*path, "answers_by"), column, fields)

    def _check_condition(self, path: Path, condition: Mapping[Any, Any], fields: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
        for name, when in condition.items():
            if name not in fields:
                yield unknown_name((*path, name), "a_field", name, fields)
            elif isinstance(when, Mapping):
                for which in ("past", "below"):
                    yield from _check_names((*path, name, which), "a_field", [when.get(which)], fields, alone=True)
            else:
                yield from self._check_codes((*path, name), fields[name], as_list(when))

    def _check_answers_by(self, path: Path, column: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
        for name, by_code in as_map(column.get("answers_by")).items():
            if name not in fields:
                yield unknown_name((*path, name), "a_field", name, fields)
                continue
            yield from self._check_codes((*path, name), fields[name], [*as_map(by_code)])
            for code, fitting in as_map(by_code).items():
                yield from self._check_codes((*path, name, code), column, [word for word in as_list(fitting) if word != NUMBER])

    def _check_codes(self, path: Path, column: Mapping[str, Any], codes: Sequence[Any]) -> Iterator[Problem]:
        entries = as_map(self.lists.get(str(column.get("list")))) if column.get("list") else {}
        if entries:
            yield from _check_names(path, "an_entry", codes, entries)

    def _check_fields(self, columns: Mapping[str, Any]) -> Iterator[Problem]:
        for number, pair in enumerate(as_list(self.sheet.get("order"))):
            yield from _check_names((*self.path, "order", number), "a_field", as_list(pair), columns)
        yield from _check_names((*self.path, "unique"), "a_field", as_list(self.sheet.get("unique")), columns)
        yield from _check_names((*self.path, "break_before"), "a_field", [self.sheet.get("break_before")], columns, alone=True)
        for name in as_map(self.sheet.get("until")):
            yield from _check_names((*self.path, "until", name), "a_field", [name], columns, alone=True)
        limit = as_map(self.sheet.get("limit"))
        yield from _check_names((*self.path, "limit", "column"), "a_field", [limit.get("column")], columns, alone=True)
        yield from _check_names((*self.path, "after"), "a_sheet", [self.sheet.get("after")], self.sheets, alone=True)
        yield from self._check_condition(
            (*self.path, "closing", "asked_when"), as_map(as_map(self.sheet.get("closing")).get("asked_when")), columns
        )

    def _check_prefill(self, columns: Mapping[str, Any]) -> Iterator[Problem]:
        source = as_map(self.sheet.get("prefill"))
        path = (*self.path, "prefill")
        table = source.get("answers")
        if isinstance(table, str) and table not in self.tables:
            yield unknown_name((*path, "answers"), "a_table", table, sorted(self.tables))
        parts = [((*path, "fields"), source.get("fields"))]
        parts += [((*path, "rows", number), row) for number, row in enumerate(as_list(source.get("rows")))]
        for place, part in parts:
            for name in as_map(part).keys() - columns.keys():
                yield unknown_name((*place, name), "a_field", name, columns)
        known = EACH_HAS.get(str(source.get("each")), ())
        for name, taken in as_map(source.get("fields")).items():
            yield from _check_names((*path, "fields", name), "a_field", [taken] if known else [], known, alone=True)

    def _check_frames(self) -> Iterator[Problem]:
        limit = as_map(self.sheet.get("limit"))
        yield from _check_names((*self.path, "limit", "frame"), "a_frame", [limit.get("frame")], FRAMES, alone=True)
        yield from _check_names((*self.path, "frame"), "a_frame", [self.sheet.get("frame")], FRAMES, alone=True)
        yield from _check_names((*self.path, "limits"), "a_frame", as_list(self.sheet.get("limits")), FRAMES)

    def _check_unless(self) -> Iterator[Problem]:
        for target, codes in as_map(self.sheet.get("unless")).items():
            key, _, name = str(target).partition(".")
            columns = self._columns(self.sheets.get(key, {}))
            path = (*self.path, "unless", target)
            if key not in self.gone and name not in columns:
                known = [f"{other}.{field}" for other, sheet in self.sheets.items() for field in self._columns(sheet)]
                yield unknown_name(path, "a_field", target, known)
            elif name in columns:
                yield from self._check_codes(path, columns[name], as_list(codes))


def _check_names(path: Path, what: str, names: Sequence[Any], known: Any, *, alone: bool = False) -> Iterator[Problem]:
    """Yield a problem for each name that is not among the known ones; ``alone``: the path is the name's own, not a list's."""
    for number, name in enumerate(names):
        if isinstance(name, str) and name and name not in known:
            yield unknown_name(path if alone else (*path, number), what, name, known)


def _fold(text: object) -> str:
    return " ".join(str(text).split()).casefold()
