"""The column ``Kontroll``: a form's conditions as Excel formulas, each with the value that it has as issued.

Only functions that Excel 2010 and LibreOffice both have, and none that must be entered as an array. A message never repeats:
the formula glues ``✓ Klar`` and all messages together and then takes ``✓ Klar`` away if a message follows, since a formula
cannot name a part of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from styrxl.excel.cells import exact_number
from styrxl.excel.formula_text import day_number, quote, trim
from styrxl.model.amounts import ORE
from styrxl.model.forms import AtLeast, Column, Condition, Given, Past, Sheet
from styrxl.templates.layout import SheetLayout, asked_columns
from styrxl.templates.words import FIRST_DAY, LAST_DAY, Terms, find_list_name, format_number

_SPACE = " "
_MOST_ANSWERED = 60  # rows with answers given beforehand: a formula holds 8,192 letters


@dataclass(frozen=True, slots=True)
class RowCells:
    """The cells of one row (or of one sheet laid out downwards) and what they hold, by field."""

    cells: Mapping[str, str]
    values: Mapping[str, object]

    def text(self, field: str) -> str:
        """Return a value as TRIM gives it."""
        return trim(self.values.get(field))


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


def check_row(
    layout: SheetLayout, columns: Sequence[Column], row: RowCells, terms: Terms, entries: Mapping[str, Sequence[str]]
) -> RowCheck:
    """Return the check of a row's columns: all of a row's, or one answer where the sheet is laid out downwards.

    ``entries`` says what each drop-down of goals, units … holds as issued, by its defined name.
    """
    every = list(asked_columns(layout.sheet))
    found = [_check_missing(layout.sheet, columns, row, terms)]
    found += [problem for column in columns for problem in _check_answer(column, row, terms, entries)]
    found += _check_order(layout.sheet, columns, row, terms)
    missing = _missing_columns(layout.sheet, columns, row, terms)
    begun = layout.always_answered or any(row.text(column.field) for column in every)
    said = _join_parts(found, layout, columns, row, terms)
    all_cells = "&".join(row.cells[column.field] for column in every)
    excel = said.excel if layout.always_answered else f'IF(TRIM({all_cells})="","",{said.excel})'
    formula = f"=IFERROR({excel},{quote(terms.text('check_error'))})"
    return RowCheck(formula, said.text if begun else "", len(missing) if begun else 0)


def check_closing_row(layout: SheetLayout, row: RowCells, terms: Terms, entries: Mapping[str, Sequence[str]]) -> RowCheck:
    """Return the check of the row that closes a sheet: of what is answered in it, by what holds for a whole board."""
    asked = [column for column in layout.sheet.closing_columns if column.closing == "asked"]
    return check_row(layout, asked, row, _closing_terms(terms), entries)


def _closing_terms(terms: Terms) -> Terms:
    return replace(terms, thresholds=terms.board_thresholds)


def _join_parts(found: Iterable[FormulaPart], layout: SheetLayout, columns: Sequence[Column], row: RowCells, terms: Terms) -> FormulaPart:
    found = list(found)
    done = terms.text("check_ok")
    problems = "".join(said.text for said in found).strip()
    if not layout.is_downwards:
        excel = "&".join([quote(done), *(said.excel for said in found if said.excel)])
        return FormulaPart(f'SUBSTITUTE({excel},{quote(done + " ! ")},"! ")', problems or done)
    field = columns[0].field
    first = f'IF({_empty_formula(row.cells[field])},"",{quote(done)})'
    excel = "&".join([first, *(said.excel for said in found if said.excel)])
    return FormulaPart(f'TRIM(SUBSTITUTE({excel},{quote(done + " ! ")},"! "))', problems or (done if row.text(field) else ""))


def _empty_formula(cell: str) -> str:
    return f'TRIM({cell})=""'


def _may_be_missing(sheet: Sheet, column: Column) -> bool:
    """Whether an answer may be missing; not where a profile has left out what the condition asks about."""
    there = {other.field for other in sheet.columns}
    return column.asked and (column.required or (bool(column.required_when) and _fields_asked_about(column.required_when) <= there))


def _fields_asked_about(when: Condition) -> set[str]:
    return {*when, *(past.base for past in when.values() if isinstance(past, Past))}


def _holds(sheet: Sheet, when: Condition, row: RowCells, terms: Terms) -> bool:
    for field, codes in when.items():
        if isinstance(codes, Past):
            deviation, base = row.values.get(field), row.values.get(codes.base)
            if not isinstance(deviation, int | float) or (codes.deficit and deviation >= 0):
                return False
            if not terms.thresholds.past(deviation, base if isinstance(base, int | float) else 0.0):
                return False
        elif isinstance(codes, AtLeast):
            value = row.values.get(field)
            if not isinstance(value, int | float) or value < codes.limit:
                return False
        elif isinstance(codes, Given):
            if not row.text(field):
                return False
        elif row.text(field).casefold() not in {terms.word(sheet.column(field), code).casefold() for code in codes or ("",)}:
            return False
    return True


def _condition_formula(sheet: Sheet, when: Condition, cells: Mapping[str, str], terms: Terms) -> str:
    """Return a condition between columns as a formula."""
    return ",".join(f"{product}>0" for product in _condition_products(sheet, when, cells, terms))


def _condition_products(sheet: Sheet, when: Condition, cells: Mapping[str, str], terms: Terms) -> Iterator[str]:
    """Yield each part of a condition as a sum of comparisons, above zero where it holds; for cells, or for whole columns at once."""
    for field, codes in when.items():
        if isinstance(codes, Past):
            yield _past_formula(cells[field], cells[codes.base], terms, deficit=codes.deficit)
        elif isinstance(codes, Given):
            yield f'(TRIM({cells[field]})<>"")'
        elif isinstance(codes, AtLeast):
            yield f"(ISNUMBER({cells[field]})*({cells[field]}>={exact_number(codes.limit)}))"
        else:
            texts = [terms.word(sheet.column(field), code) for code in codes] or [""]
            yield f"({'+'.join(f'(TRIM({cells[field]})={quote(text)})' for text in texts)})"


def _past_formula(deviation: str, base: str, terms: Terms, *, deficit: bool) -> str:
    """Compare only, since a deviation that is not worked out yet is an empty text, which counts as more than any number."""
    percent, tkr = f"{terms.thresholds.percent / 100:.10g}*{base}", f"{max(terms.thresholds.tkr, ORE):.10g}"
    below = f"({deviation}<-{tkr})*({deviation}<-{percent})*({deviation}<{percent})"
    if deficit:
        return f"({below})"
    return f"({below}+ISNUMBER({deviation})*({deviation}>{tkr})*({deviation}>{percent})*({deviation}>-{percent}))"


def _missing_columns(sheet: Sheet, columns: Sequence[Column], row: RowCells, terms: Terms) -> list[Column]:
    return [
        column
        for column in columns
        if _may_be_missing(sheet, column)
        and not row.text(column.field)
        and (column.required or _holds(sheet, column.required_when, row, terms))
    ]


def build_missing_formula(sheet: Sheet, column: Column, cells: Mapping[str, str], terms: Terms) -> str | None:
    """Return the formula that says that an answer is missing in a begun row; None where it may always be."""
    if not _may_be_missing(sheet, column):
        return None
    empty = _empty_formula(cells[column.field])
    return empty if column.required else f"AND({empty},{_condition_formula(sheet, column.required_when, cells, terms)})"


def build_missing_in_closing(sheet: Sheet, column: Column, cells: Mapping[str, str], terms: Terms) -> str | None:
    """Return the formula that says that an answer is missing in the row that closes a sheet; None where it may always be."""
    return build_missing_formula(sheet, column, cells, _closing_terms(terms)) if column.closing == "asked" else None


def _check_missing(sheet: Sheet, columns: Sequence[Column], row: RowCells, terms: Terms) -> FormulaPart:
    parts = []
    for column in columns:
        missing = build_missing_formula(sheet, column, row.cells, terms)
        if missing:
            parts.append(f'IF({missing},{quote(f", {terms.name(column)}")},"")')
    if not parts:
        return FormulaPart("", "")
    before, after = terms.text("check_fill").split("{columns}")
    lead = f" {before}"
    joined = f"{quote(lead)}&{'&'.join(parts)}&{quote(after)}"
    excel = f'SUBSTITUTE(SUBSTITUTE({joined},{quote(lead + after)},""),{quote(lead + ", ")},{quote(lead)})'
    names = ", ".join(terms.name(column) for column in _missing_columns(sheet, columns, row, terms))
    return FormulaPart(excel, f"{lead}{names}{after}" if names else "")


def _check_answer(column: Column, row: RowCells, terms: Terms, entries: Mapping[str, Sequence[str]]) -> list[FormulaPart]:
    cell, value, text = row.cells[column.field], row.values.get(column.field), row.text(column.field)
    match column.kind:
        case _ if not column.asked:
            return []
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
    return FormulaPart(f'IF({_empty_formula(cell)},"",IF(ISNUMBER({cell}),{excel},{quote(said)}))', text)


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
    return FormulaPart(f'IF({_empty_formula(cell)},"",IF({right},"",{quote(said)}))', "" if fine else said)


def _check_choice(column: Column, cell: str, text: str, terms: Terms) -> FormulaPart:
    """COUNTIF would take ``>5`` or ``*`` for a pattern: the entries are compared one by one."""
    said = " " + terms.text("check_list", column=terms.name(column))
    found = f'SUMPRODUCT(--({find_list_name(column)}&""=TRIM({cell})))'
    fine = not text or text.casefold() in {entry.casefold() for entry in terms.entries(column)}
    return FormulaPart(f'IF({_empty_formula(cell)},"",IF({found}=0,{quote(said)},""))', "" if fine else said)


def _check_reference(column: Column, cell: str, text: str, terms: Terms, entries: Mapping[str, Sequence[str]]) -> FormulaPart:
    """Look up what stands before the first space, as an entry or as the beginning of one: an id alone is enough."""
    name = find_list_name(column) or ""
    said = " " + terms.text("check_list", column=terms.name(column))
    head = f'LEFT(TRIM({cell}),FIND(" ",TRIM({cell})&" ")-1)'
    lost = f'AND(ISNA(MATCH({head}&" *",{name},0)),ISNA(MATCH({head},{name},0)))'
    first = text.split(_SPACE, maxsplit=1)[0].casefold()
    fine = not text or any(entry.casefold() == first or entry.casefold().startswith(f"{first} ") for entry in entries[name])
    return FormulaPart(f'IF({_empty_formula(cell)},"",IF({lost},{quote(said)},""))', "" if fine else said)


def _check_order(sheet: Sheet, columns: Sequence[Column], row: RowCells, terms: Terms) -> list[FormulaPart]:
    found = []
    for first, second in sheet.order:
        if second not in {column.field for column in columns} or first not in row.cells:
            continue
        said = " " + terms.text("check_order", later=terms.name(sheet.column(second)), earlier=terms.name(sheet.column(first)))
        a, b = row.cells[first], row.cells[second]
        excel = f'IF(AND(ISNUMBER({a}),ISNUMBER({b}),{b}<{a}),{quote(said)},"")'
        one, two = _as_number(row.values.get(first)), _as_number(row.values.get(second))
        found.append(FormulaPart(excel, said if one is not None and two is not None and two < one else ""))
    return found


def _as_number(value: object) -> float | None:
    if isinstance(value, date):
        return day_number(value)
    return value if isinstance(value, int | float) else None


def list_open_fields(layout: SheetLayout, values: Mapping[str, object]) -> list[str]:
    """Return the fields that the owner answers in one row.

    Not those that were answered and locked beforehand, nor, where each row is to be answered, those that were answered at all: that
    does not make a row begun.
    """
    given = [c for c in asked_columns(layout.sheet) if c.locked_when_prefilled or (layout.always_answered and not layout.is_downwards)]
    answered = {c.field for c in given if trim(values.get(c.field))}
    return [c.field for c in asked_columns(layout.sheet) if c.field not in answered]


def build_begun_count(layout: SheetLayout, rows: Sequence[Mapping[str, object]]) -> str:
    """Return the formula (without ``=``) that counts rows or answers that the owner has begun to write in.

    ``rows`` are those as issued: where some cells were answered beforehand, they alone do not make a row begun. Only
    functions that a cell error does not upset.
    """
    if layout.is_downwards:
        return "0+" + "+".join(f"(1-ISBLANK({layout.absolute_cell(layout.cell(column.field))}))" for column in asked_columns(layout.sheet))
    if not layout.always_answered:
        return f'SUMPRODUCT(--({layout.absolute_range(layout.check_letter or "")}<>""))'
    filled = "+".join(f"(1-ISBLANK({layout.absolute_range(layout.letters[column.field])}))" for column in asked_columns(layout.sheet))
    every = len([*asked_columns(layout.sheet)])
    data, _ = layout.part_rows(rows)
    answered = [(index, fields) for index, row in enumerate(data) if len(fields := list_open_fields(layout, row)) < every]
    empty = ("*".join(f"ISBLANK({layout.absolute_cell(layout.cell(field, index))})" for field in fields) for index, fields in answered)
    return f"SUMPRODUCT(--(({filled})>0)){''.join(f'-({cells})' for cells in [*empty][:_MOST_ANSWERED])}"


def build_mend_count(layout: SheetLayout) -> str:
    """Return the formula (without ``=``) that counts rows with something to mend."""
    first = f'SUMPRODUCT(--(LEFT({layout.absolute_range(layout.check_letter or "")},1)="!"))'
    return f'{first}+(LEFT({layout.absolute_cell(f"{layout.check_letter}{layout.end_row}")},1)="!")' if layout.closes else first


def build_missing_count(layout: SheetLayout, terms: Terms) -> str:
    """Return the formula (without ``=``) that counts answers missing in begun rows.

    Arrays are multiplied and added, since IF and AND within SUMPRODUCT would have to be entered as an array. A cell
    error makes every row with something to mend count once.
    """
    needed = [column for column in asked_columns(layout.sheet) if _may_be_missing(layout.sheet, column)]
    if not needed:
        return "0"
    if layout.is_downwards:
        total = "0+" + "+".join(_missing_product(layout, column, terms) for column in needed)
        begun = total if layout.always_answered else f"({build_begun_count(layout, ())}>0)*({total})"
        return f"IFERROR({begun},{build_mend_count(layout)})"
    total = "+".join(_missing_product(layout, column, terms) for column in needed)
    closing = _count_missing_in_closing(layout, terms)
    return f'IFERROR(SUMPRODUCT(({layout.absolute_range(layout.check_letter or "")}<>"")*({total})){closing},{build_mend_count(layout)})'


def _count_missing_in_closing(layout: SheetLayout, terms: Terms) -> str:
    """Return what the closing row adds to the count of missing answers, with its sign; nothing where there is none."""
    if not layout.closes:
        return ""
    where = {field: layout.absolute_cell(f"{letter}{layout.end_row}") for field, letter in layout.letters.items()}
    asked = [column for column in layout.sheet.closing_columns if _may_be_missing(layout.sheet, column)]
    products = [_lacking_product(layout.sheet, column, where, _closing_terms(terms)) for column in asked]
    return "".join(f"+{product}" for product in products)


def _missing_product(layout: SheetLayout, column: Column, terms: Terms) -> str:
    where = {
        field: layout.absolute_cell(layout.cell(field)) if layout.is_downwards else layout.absolute_range(letter)
        for field, letter in layout.letters.items()
    }
    return _lacking_product(layout.sheet, column, where, terms)


def _lacking_product(sheet: Sheet, column: Column, where: Mapping[str, str], terms: Terms) -> str:
    """Return comparisons that come to one where an answer is missing; ``where``: the cells of each field, or all of its column."""
    lacks = f'(TRIM({where[column.field]})="")'
    if column.required:
        return lacks
    return lacks + "".join(f"*({product}>0)" for product in _condition_products(sheet, column.required_when, where, terms))
