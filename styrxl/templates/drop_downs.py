"""The hidden sheet ``_listor``: what drop-downs hold, each as a defined name.

Excel keeps lists that point straight at another sheet in an extension that openpyxl cannot keep: hence names. What the
owner writes (own goals, the organisation) comes into the lists live: a column of entries, a column that counts them, and a
column that shows the first, the second … without gaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from styrxl.excel.cells import clean
from styrxl.excel.formula_text import quote, trim
from styrxl.excel.sheet import SheetBuilder
from styrxl.model.forms import Column, Form, Sheet, list_offered
from styrxl.model.naming.sheet_names import LISTS_SHEET
from styrxl.templates.layout import SheetLayout
from styrxl.templates.words import Terms, find_list_name

LONGEST_ENTRY = 250  # letters; Excel compares and looks up no more than 255
OWN_PREFIX = "own:"

Values = Mapping[str, Sequence[Mapping[str, object]]]  # sheet key -> rows -> field -> value, as written


@dataclass(frozen=True, slots=True)
class OwnSheets:
    """The workbook's own sheets, which drop-downs may offer the rows of: where they lie, and what they hold as issued."""

    layouts: Mapping[str, SheetLayout]
    values: Values


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A row of this workbook that a drop-down may offer: its cells, and what they hold as issued."""

    id: str
    text: str
    kind: str | None
    ids: str | None  # the sheet's ids, where a typed one may stand on several rows
    index: int
    entry: str
    of_kind: str


@dataclass(frozen=True, slots=True)
class DropDown:
    """A drop-down of goals, units …: what is fixed, and from which of the workbook's own rows the rest comes."""

    name: str
    fixed: tuple[str, ...]
    own: tuple[str, ...]
    kinds: tuple[str, ...]


def make_entry(id_: str, text: str) -> str:
    """Return a drop-down's entry: the id, one space, the text."""
    return trim(f"{id_} {text}".replace("\n", " "))[:LONGEST_ENTRY].rstrip()


def find_text_field(sheet: Sheet) -> str:
    """Return the field whose text stands beside an id in drop-downs."""
    fields = [column.field for column in sheet.columns]
    return next((field for field in ("text", "name") if field in fields), fields[1])


def make_drop_downs(form: Form, lists: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, DropDown]:
    """Return the drop-downs of goals, units … that a form needs, by defined name."""
    found = {}
    for column in _columns(form):
        name = find_list_name(column)
        if column.kind == "ref" and name and name not in found:
            fixed = [
                make_entry(clean(i), clean(t))
                for source in column.source
                if not source.startswith(OWN_PREFIX)
                for i, t in lists.get(source, ())
            ]
            own = tuple(source.removeprefix(OWN_PREFIX) for source in column.source if source.startswith(OWN_PREFIX))
            found[name] = DropDown(name, tuple(fixed), own, column.kinds if own else ())
    return found


def _columns(form: Form) -> Iterator[Column]:
    return (column for sheet in form.sheets for column in sheet.columns if column.asked and not column.many)


def _own_rows(own: OwnSheets, keys: Sequence[str]) -> list[OwnRow]:
    """Return the rows of the workbook that a drop-down may offer, in order."""
    rows = []
    for layout in (own.layouts[key] for key in keys if key in own.layouts):
        sheet, id_field, kind = layout.sheet, layout.sheet.columns[0].field, "kind" if "kind" in layout.letters else None
        typed = sheet.columns[0].asked
        seen: set[str] = set()
        for index, row in enumerate(own.values[sheet.key]):
            id_, text = trim(row.get(id_field)), trim(str(row.get(find_text_field(sheet)) or "").replace("\n", " "))
            first = not typed or id_.casefold() not in seen
            seen.add(id_.casefold())
            rows.append(
                OwnRow(
                    id=layout.absolute_cell(layout.cell(id_field, index)),
                    text=layout.absolute_cell(layout.cell(find_text_field(sheet), index)),
                    kind=layout.absolute_cell(layout.cell(kind, index)) if kind else None,
                    ids=layout.absolute_range(layout.letters[id_field]) if typed else None,
                    index=index,
                    entry=make_entry(id_, text) if id_ and text and first else "",
                    of_kind=trim(row.get("kind")),
                )
            )
    return rows


def _kind_words(form: Form, own: Sequence[str], kinds: Sequence[str], terms: Terms) -> list[str]:
    column = next((c for key in own for c in form.sheet(key).columns if c.field == "kind"), None) if kinds else None
    return [terms.word(column, kind) for kind in kinds] if column else []


def list_entries(form: Form, lists: Mapping[str, DropDown], own: OwnSheets, terms: Terms) -> dict[str, list[str]]:
    """Return what each drop-down of goals, units … holds as issued."""
    rows = {keys: _own_rows(own, keys) for keys in {drop.own for drop in lists.values()}}
    found = {}
    for name, drop in lists.items():
        kinds = {word.casefold() for word in _kind_words(form, drop.own, drop.kinds, terms)}
        live = [row.entry for row in rows[drop.own] if row.entry and (not kinds or row.of_kind.casefold() in kinds)]
        found[name] = [*drop.fixed, *live]
    return found


def write_lists(page: SheetBuilder, form: Form, lists: Mapping[str, DropDown], own: OwnSheets, terms: Terms) -> None:
    """Write all lists and define their names."""
    letters = (get_column_letter(number) for number in range(1, 10_000))
    for name in sorted({c.list for c in _columns(form) if c.list}):
        codes = [word[terms.language] for word in list_offered(form.lists[name])]
        letter = next(letters)
        _write_fixed_list(page, letter, f"list_{name}", codes)
        _define_name(page, f"list_{name}", f"{LISTS_SHEET}!${letter}$2:${letter}${len(codes) + 1}")
    blocks: dict[tuple[str, ...], tuple[str, list[OwnRow]]] = {}
    for drop in lists.values():
        if drop.own and drop.own not in blocks:
            rows = _own_rows(own, drop.own)
            blocks[drop.own] = (next(letters), rows)
            _write_entries(page, *blocks[drop.own])
    for drop in lists.values():
        if drop.own:
            kinds = _kind_words(form, drop.own, drop.kinds, terms)
            _write_live_list(page, drop, (next(letters), next(letters)), blocks[drop.own], kinds)
        else:
            letter = next(letters)
            _write_fixed_list(page, letter, drop.name, drop.fixed)
            _define_name(page, drop.name, f"{LISTS_SHEET}!${letter}$2:${letter}${max(2, len(drop.fixed) + 1)}")


def _define_name(page: SheetBuilder, name: str, reference: str) -> None:
    page.book.defined_names[name] = DefinedName(name, attr_text=reference)


def _write_fixed_list(page: SheetBuilder, letter: str, name: str, entries: Sequence[str]) -> None:
    page.put(f"{letter}1", name, "bold")
    for row, text in enumerate(entries, 2):
        # Excel takes "1" from a list for the number 1: stored as a number the two are the same.
        page.put(f"{letter}{row}", int(text) if text.isdecimal() else text, "help")


def _write_entries(page: SheetBuilder, letter: str, rows: Sequence[OwnRow]) -> None:
    """Write a column with the entry of each own row, empty where there is none yet or where the id has stood before."""
    page.put(f"{letter}1", "entries", "bold")
    for number, row in enumerate(rows, 2):
        text = f'TRIM(LEFT(TRIM({row.id})&" "&TRIM(SUBSTITUTE({row.text},CHAR(10)," ")),{LONGEST_ENTRY}))'
        if row.ids:
            text = f'IF(MATCH(TRIM({row.id}),{row.ids},0)={row.index + 1},{text},"")'
        page.formula(f"{letter}{number}", f'=IFERROR(IF(OR(TRIM({row.id})="",TRIM({row.text})=""),"",{text}),"")', row.entry, "help")


def _write_live_list(
    page: SheetBuilder, drop: DropDown, letters: tuple[str, str], block: tuple[str, Sequence[OwnRow]], kinds: Sequence[str]
) -> None:
    """Write a list whose first entries are fixed and whose others come from own rows."""
    (count, shown), (source, rows) = letters, block
    page.put(f"{count}1", 0, "help")  # the count starts from here
    _write_fixed_list(page, shown, drop.name, drop.fixed)
    last, start, total = len(rows) + 1, len(drop.fixed) + 2, 0
    wanted = {word.casefold() for word in kinds}
    live: list[str] = []
    for number, row in enumerate(rows, 2):
        offered = f'{source}{number}<>""'
        if kinds and row.kind:
            same = ",".join(f"TRIM({row.kind})={quote(word)}" for word in kinds)
            offered = f"AND({offered},OR({same}))"
        if row.entry and (not wanted or row.of_kind.casefold() in wanted):
            live.append(row.entry)
        page.formula(f"{count}{number}", f"={count}{number - 1}+IF({offered},1,0)", len(live), "help")
    for total in range(1, len(rows) + 1):
        found = f"INDEX(${source}$2:${source}${last},MATCH({total},${count}$2:${count}${last},0))"
        value = live[total - 1] if total <= len(live) else ""
        page.formula(f"{shown}{start + total - 1}", f'=IFERROR({found},"")', value, "help")
    height = f"MAX(1,{len(drop.fixed)}+MAX({LISTS_SHEET}!${count}$1:${count}${last}))"
    _define_name(page, drop.name, f"OFFSET({LISTS_SHEET}!${shown}$2,0,0,{height},1)")
