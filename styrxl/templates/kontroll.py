"""The column ``Kontroll``: a form's conditions as Excel formulas, each with the value that it has as issued.

Only functions that Excel 2010 and LibreOffice both have, and none that must be entered as an array. A message never repeats:
the formula glues ``✓ Klar`` and all messages together and then takes ``✓ Klar`` away if a message follows, since a formula
cannot name a part of itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from styrxl.excel.cells import CellError, exact_number
from styrxl.excel.formula_text import day_number, quote, trim
from styrxl.model.forms import NUMBER, Column, Sheet
from styrxl.templates.layout import SheetLayout, asked_columns
from styrxl.templates.required_answers import (
    RowCells,
    build_empty_formula,
    build_missing_formula,
    fields_asked_about,
    list_missing_columns,
    take_board_terms,
)
from styrxl.templates.words import FIRST_DAY, LAST_DAY, Terms, find_list_name, format_number

_SPACE = " "
_ROW = "\0"  # stands for the row's number in a formula that many rows have: no text can hold it


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A Kontroll cell: its formula, its value as issued, and how many answers are missing as issued."""

    formula: str
    value: str
    missing: int


@dataclass(frozen=True, slots=True)
class FormulaPart:
    """A part of a formula, and the text that it gives as issued."""

    excel: str
    text: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What Kontroll said of a sheet's rows before some of them were changed."""

    checks: Sequence[RowCheck]
    changed: Collection[int]


def check_sheet(
    layout: SheetLayout,
    rows: Sequence[Mapping[str, object]],
    terms: Terms,
    entries: Mapping[str, Sequence[str]],
    before: Unchanged | None = None,
    issued: Sequence[Mapping[str, object]] | None = None,
) -> list[RowCheck]:
    """Return the check of each row of a sheet, last of the row that closes it; of each answer where it is laid out downwards.

    A row that is as it was ``before``, and need not be answered, says what it said. ``issued``: the rows as issued, where they are others;
    nothing is said of what the accounts have filled in.
    """
    if layout.check_letter is None:
        return []
    if layout.is_downwards:
        cells = {column.field: layout.cell(column.field) for column in layout.sheet.columns}
        return [check_row(layout, [column], RowCells(cells, rows[0]), terms, entries) for column in layout.sheet.columns]
    checks, known = [], dict[object, RowCheck]()
    cells = {column.field: f"{layout.letters[column.field]}{_ROW}" for column in layout.sheet.columns}
    telling = _list_telling_fields(layout.sheet)
    for index, values in enumerate(rows):
        if before and index not in before.changed and not layout.always_answered:
            checks.append(before.checks[index])
            continue
        given, closes = (issued or rows)[index], index == layout.rows
        booked = {column.field for column in layout.sheet.columns if column.from_accounts and trim(given.get(column.field))}
        told = ((type(value), value) if field in telling else isinstance(value, CellError) for field, value in values.items())
        key = (closes, *sorted(booked), *told)
        if key not in known:  # most rows are alike: nothing stands in them but their ids
            columns, row = [column for column in layout.sheet.columns if column.field not in booked], RowCells(cells, values)
            made = check_closing_row(layout, row, terms, entries) if closes else check_row(layout, columns, row, terms, entries)
            known[key] = made
        checks.append(replace(known[key], formula=known[key].formula.replace(_ROW, str(layout.first_row + index))))
    return checks


def _list_telling_fields(sheet: Sheet) -> set[str]:
    """Return the fields whose values the check of a row looks at: those that are asked for, and what conditions are about."""
    asked = {column.field for column in sheet.columns if column.asked}
    conditions = {field for column in sheet.columns for field in (*fields_asked_about(column), *column.answers_by)}
    return asked | conditions | {field for pair in sheet.order for field in pair}


def check_row(
    layout: SheetLayout, columns: Sequence[Column], row: RowCells, terms: Terms, entries: Mapping[str, Sequence[str]]
) -> RowCheck:
    """Return the check of a row's columns: all of a row's, or one answer where the sheet is laid out downwards.

    ``entries`` says what each drop-down of goals, units … holds as issued, by its defined name.
    """
    every = list(asked_columns(layout.sheet))
    found = [_check_missing(layout.sheet, columns, row, terms)]
    found += [problem for column in columns for problem in _check_answer(layout.sheet, column, row, terms, entries)]
    found += _check_order(layout.sheet, columns, row, terms)
    missing = list_missing_columns(layout.sheet, columns, row, terms)
    begun = layout.always_answered or any(row.text(column.field) for column in every)
    said = _join_parts(found, layout, columns, row, terms)
    all_cells = "&".join(row.cells[column.field] for column in every)
    excel = said.excel if layout.always_answered else f'IF(TRIM({all_cells})="","",{said.excel})'
    formula = f"=IFERROR({excel},{quote(terms.text('check_error'))})"
    text = said.text if begun else ""
    return RowCheck(formula, terms.text("check_error") if _is_broken(layout, columns, row) else text, len(missing) if begun else 0)


def _is_broken(layout: SheetLayout, columns: Sequence[Column], row: RowCells) -> bool:
    """Whether a cell that the check looks at holds an error."""
    looked_at = {field for column in columns for field in (column.field, *column.required_when)} if layout.is_downwards else row.values
    return any(isinstance(row.values.get(field), CellError) for field in looked_at)


def check_closing_row(layout: SheetLayout, row: RowCells, terms: Terms, entries: Mapping[str, Sequence[str]]) -> RowCheck:
    """Return the check of the row that closes a sheet: of what is answered in it, by what holds for a whole board."""
    asked = [column for column in layout.sheet.closing_columns if column.closing == "asked"]
    return check_row(layout, asked, row, take_board_terms(terms), entries)


def _join_parts(found: Iterable[FormulaPart], layout: SheetLayout, columns: Sequence[Column], row: RowCells, terms: Terms) -> FormulaPart:
    found = list(found)
    done = terms.text("check_ok")
    problems = "".join(said.text for said in found).strip()
    if not layout.is_downwards:
        excel = "&".join([quote(done), *(said.excel for said in found if said.excel)])
        return FormulaPart(f'SUBSTITUTE({excel},{quote(done + " ! ")},"! ")', problems or done)
    field = columns[0].field
    first = f'IF({build_empty_formula(row.cells[field])},"",{quote(done)})'
    excel = "&".join([first, *(said.excel for said in found if said.excel)])
    return FormulaPart(f'TRIM(SUBSTITUTE({excel},{quote(done + " ! ")},"! "))', problems or (done if row.text(field) else ""))


def _check_missing(sheet: Sheet, columns: Sequence[Column], row: RowCells, terms: Terms) -> FormulaPart:
    parts = []
    for column in columns:
        missing = build_missing_formula(sheet, column, row.cells, terms)
        if missing:
            parts.append(f'IF({missing},{quote(f", {_name_what_may_stand(sheet, column, terms)}")},"")')
    if not parts:
        return FormulaPart("", "")
    before, after = terms.text("check_fill", columns="\0").split("\0")
    lead = f" {before}"
    joined = f"{quote(lead)}&{'&'.join(parts)}&{quote(after)}"
    excel = f'SUBSTITUTE(SUBSTITUTE({joined},{quote(lead + after)},""),{quote(lead + ", ")},{quote(lead)})'
    names = ", ".join(_name_what_may_stand(sheet, column, terms) for column in list_missing_columns(sheet, columns, row, terms))
    return FormulaPart(excel, f"{lead}{names}{after}" if names else "")


def _name_what_may_stand(sheet: Sheet, column: Column, terms: Terms) -> str:
    """Name an answer that is missing; where it is needed only as long as others are empty, name those too, in the sheet's order."""
    instead = set() if column.required else {field for field, codes in column.required_when.items() if codes == ()}
    names = {c.field: terms.name(c) for c in sheet.columns if c.field in instead and c.asked} | {column.field: terms.name(column)}
    return f" {terms.text('or')} ".join(names[c.field] for c in sheet.columns if c.field in names)


def _check_answer(sheet: Sheet, column: Column, row: RowCells, terms: Terms, entries: Mapping[str, Sequence[str]]) -> list[FormulaPart]:
    cell, value, text = row.cells[column.field], row.values.get(column.field), row.text(column.field)
    match column.kind:
        case _ if not column.asked:
            return []
        case "number" if column.takes_words:
            return [_check_measure(sheet, column, row, terms)]
        case "integer" | "number":
            return [_check_number(column, cell, value, terms)]
        case "date":
            return [_check_date(column, cell, value, terms)]
        case "choice":
            return [_check_choice(column, cell, text, terms)]
        case "ref" if not column.many:
            return [_check_reference(column, cell, text, terms, entries)]
    return [_check_text(column, cell, value, terms)] if column.max_length is not None else []


def _check_text(column: Column, cell: str, value: object, terms: Terms) -> FormulaPart:
    said = " " + terms.text("check_text", column=terms.name(column), high=column.max_length)
    long = len(str(value or "")) > (column.max_length or 0)
    return FormulaPart(f'IF(LEN({cell})>{column.max_length},{quote(said)},"")', said if long else "")


def _check_number(column: Column, cell: str, value: object, terms: Terms) -> FormulaPart:
    name, excel, text = terms.name(column), '""', ""
    is_number = isinstance(value, int | float)
    for sign, bound, said in _bounds(column, terms):
        excel = f"IF({cell}{sign}{exact_number(bound)},{quote(said)},{excel})"
        if isinstance(value, int | float) and (value < bound if sign == "<" else value > bound):
            text = said
    if column.kind == "integer":
        said = " " + terms.text("check_integer", column=name)
        excel = f"IF({cell}<>INT({cell}),{quote(said)},{excel})"
        if isinstance(value, float) and value != int(value):
            text = said
    said = " " + terms.text("check_number", column=name)
    if trim(value) and not is_number:
        text = said
    return FormulaPart(f'IF({build_empty_formula(cell)},"",IF(ISNUMBER({cell}),{excel},{quote(said)}))', text)


def _check_measure(sheet: Sheet, column: Column, row: RowCells, terms: Terms) -> FormulaPart:
    """Check a number or word by what the row's other answers ask for; where they are not there any of them will do."""
    cell, value = row.cells[column.field], row.values.get(column.field)
    asking = {field: by_code for field, by_code in column.answers_by.items() if field in row.cells}
    every = (NUMBER, *column.words_by_code) if column.answers_by and not asking else (NUMBER,)
    excel, text = _check_fitting(column, every, cell, value, terms)
    for field, by_code in asking.items():
        for code, fitting in by_code.items():
            word = terms.word(sheet.column(field), code)
            inner, said = _check_fitting(column, fitting, cell, value, terms)
            excel = f"IF(TRIM({row.cells[field]})={quote(word)},{inner},{excel})"
            text = said if row.text(field).casefold() == word.casefold() else text
    return FormulaPart(f'IF({build_empty_formula(cell)},"",{excel})', text if trim(value) else "")


def _check_fitting(column: Column, fitting: Sequence[str], cell: str, value: object, terms: Terms) -> tuple[str, str]:
    """Return what a cell is told that holds none of what fits, as a formula and as issued."""
    anywhere = [code for code in terms.lists[column.list or ""] if code not in column.words_by_code]
    words = [terms.word(column, code) for code in (*fitting, *anywhere) if code != NUMBER]
    answers = [*([terms.text("number_answer")] if NUMBER in fitting else []), *words]
    said = " " + terms.text("check_answers", column=terms.name(column), answers=_list_choices(answers, terms))
    tests = [*([f"ISNUMBER({cell})"] if NUMBER in fitting else []), *(f"TRIM({cell})={quote(word)}" for word in words)]
    is_number = isinstance(value, int | float) and NUMBER in fitting
    fine = is_number or trim(value).casefold() in {word.casefold() for word in words}
    return f'IF(OR({",".join(tests)}),"",{quote(said)})', "" if fine else said


def _list_choices(answers: Sequence[str], terms: Terms) -> str:
    """Return answers in words: ``Ja, Nej eller ett tal``."""
    *first, last = answers
    return f"{', '.join(first)} {terms.text('or')} {last}" if first else last


def _bounds(column: Column, terms: Terms) -> Iterator[tuple[str, float, str]]:
    """Yield sign, bound and message; an amount below nothing is told to leave its minus sign out."""
    name = terms.name(column)
    low, high = ("" if bound is None else format_number(bound, column.kind) for bound in (column.low, column.high))
    both = low and high and not (column.low == 0 and column.unit)
    if column.low is not None:
        minus = column.low == 0 and column.unit
        least = terms.text("check_minus", column=name) if minus else terms.text("check_least", column=name, low=low)
        yield "<", column.low, " " + (terms.text("check_range", column=name, low=low, high=high) if both else least)
    if column.high is not None:
        most = terms.text("check_most", column=name, high=high)
        yield ">", column.high, " " + (terms.text("check_range", column=name, low=low, high=high) if both else most)


def _check_date(column: Column, cell: str, value: object, terms: Terms) -> FormulaPart:
    said = " " + terms.text("check_date", column=terms.name(column))
    right = f"AND(ISNUMBER({cell}),{cell}>={day_number(FIRST_DAY)},{cell}<{day_number(LAST_DAY) + 1})"
    day = day_number(value) if isinstance(value, date) else value
    fine = not trim(value) or (isinstance(day, int | float) and day_number(FIRST_DAY) <= day < day_number(LAST_DAY) + 1)
    return FormulaPart(f'IF({build_empty_formula(cell)},"",IF({right},"",{quote(said)}))', "" if fine else said)


def _check_choice(column: Column, cell: str, text: str, terms: Terms) -> FormulaPart:
    """COUNTIF would take ``>5`` or ``*`` for a pattern: the entries are compared one by one."""
    said = " " + terms.text("check_list", column=terms.name(column))
    found = f'SUMPRODUCT(--({find_list_name(column)}&""=TRIM({cell})))'
    fine = not text or text.casefold() in {entry.casefold() for entry in terms.entries(column)}
    return FormulaPart(f'IF({build_empty_formula(cell)},"",IF({found}=0,{quote(said)},""))', "" if fine else said)


def _check_reference(column: Column, cell: str, text: str, terms: Terms, entries: Mapping[str, Sequence[str]]) -> FormulaPart:
    """Look up what stands before the first space, as an entry or as the beginning of one: an id alone is enough."""
    name = find_list_name(column) or ""
    said = " " + terms.text("check_list", column=terms.name(column))
    head = f'LEFT(TRIM({cell}),FIND(" ",TRIM({cell})&" ")-1)'
    lost = f'AND(ISNA(MATCH({head}&" *",{name},0)),ISNA(MATCH({head},{name},0)))'
    first = text.split(_SPACE, maxsplit=1)[0].casefold()
    fine = not text or any(entry.casefold() == first or entry.casefold().startswith(f"{first} ") for entry in entries[name])
    return FormulaPart(f'IF({build_empty_formula(cell)},"",IF({lost},{quote(said)},""))', "" if fine else said)


def _check_order(sheet: Sheet, columns: Sequence[Column], row: RowCells, terms: Terms) -> list[FormulaPart]:
    found = []
    for first, second in sheet.order:
        if second not in {column.field for column in columns} or first not in row.cells:
            continue
        key = "check_order_number" if sheet.column(second).kind == "number" else "check_order"
        said = " " + terms.text(key, later=terms.name(sheet.column(second)), earlier=terms.name(sheet.column(first)))
        a, b = row.cells[first], row.cells[second]
        excel = f'IF(AND(ISNUMBER({a}),ISNUMBER({b}),{b}<{a}),{quote(said)},"")'
        one, two = _as_number(row.values.get(first)), _as_number(row.values.get(second))
        found.append(FormulaPart(excel, said if one is not None and two is not None and two < one else ""))
    return found


def _as_number(value: object) -> float | None:
    if isinstance(value, date):
        return day_number(value)
    return value if isinstance(value, int | float) else None
