"""Sheets and columns with names that are alike: the exact one counts, no other that has answers is passed over in silence."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.model.findings import fix, fix_here, message
from styrxl.model.judged import Judged
from styrxl.returns.locate import Locator
from styrxl.returns.tables import Table
from styrxl.returns.workbook import read_workbook
from styrxl.sample.opened import open_workbook, save_workbook
from town import Town

Change = Callable[[Workbook], object]
Read = tuple[Judged, Mapping[str, Table]]
Told = Sequence[tuple[str, str | None, str | None]]  # rule, sheet, cell
COSTS = [900.5, 150.25]


def judge(town: Town, owner: str, change: Change) -> Read:
    """Return the verdict on a changed return, and the tables that are read of it, by key."""
    book = open_workbook(town.filled(owner))
    change(book)
    data = save_workbook(book)
    [judged] = town.judge((f"{owner}.xlsx", data)).returns
    returned, _ = read_workbook(data)
    assert returned is not None
    located, _ = Locator(town.form(owner), town.forms.words).locate(returned, town.language(owner))
    return judged, {table.place.key: table for table in located}


@pytest.fixture(scope="module")
def unchanged(shared_full: Town) -> Mapping[str, Read]:
    """Judge and read the returns that nobody has changed, by owner."""
    return {owner: judge(shared_full, owner, lambda _: None) for owner in ("UBN", "UBN-ÖST")}


def list_findings(judged: Judged) -> Told:
    return [(f.rule, f.sheet, f.cell) for f in judged.findings]


def cells(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    """Return the heading row of a sheet, and heading -> column."""
    row = next(row for row in sheet.iter_rows(max_row=20) if str(row[0].value).rstrip("*") in {"Id", "Verksamhet"})
    return int(row[0].row or 0), {str(c.value).rstrip("*"): c.column for c in row if c.value}


def copy(book: Workbook, name: str, new: str, *, blank: bool = False, hidden: bool = False) -> Worksheet:
    sheet = book.copy_worksheet(book[name])
    sheet.title = new
    sheet.sheet_state = "hidden" if hidden else "visible"
    if blank:
        top, columns = cells(sheet)
        for row in sheet.iter_rows(min_row=top + 1, min_col=2 if name == "Åtaganden" else 1, max_col=len(columns)):
            for cell in row:
                cell.value = None
    return sheet


def own(book: Workbook, name: str, *rows: Sequence[object], first: bool = False) -> None:
    sheet = book.create_sheet(name, 0 if first else None)
    for row in rows or [("Egna anteckningar",)]:
        sheet.append(row)


def head(book: Workbook, old: str, new: str, sheet: str = "Budget") -> None:
    """Write another heading."""
    top, columns = cells(book[sheet])
    book[sheet].cell(top, columns[old]).value = new


def column(book: Workbook, heading: str, *values: object, sheet: str = "Budget") -> str:
    """Put a column in to the right of all; return the cell of its heading."""
    top, columns = cells(book[sheet])
    for down, value in enumerate((heading, *values)):
        book[sheet].cell(top + down, max(columns.values()) + 2).value = value  # type: ignore[assignment]
    return str(book[sheet].cell(top, max(columns.values()) + 2).coordinate)


SHEETS: dict[str, tuple[str, Change, Told]] = {
    "a copy": ("UBN", lambda b: copy(b, "Budget", "Budget (2)"), [("unread-sheet", "Budget (2)", None)]),
    "a copy of last autumn": ("UBN", lambda b: copy(b, "Budget", "Budget 2026-11"), [("unread-sheet", "Budget 2026-11", None)]),
    "a copy by another name": ("UBN", lambda b: copy(b, "Budget", "Gamla siffror"), [("unread-sheet", "Gamla siffror", None)]),
    "an older copy": (
        "UBN-ÖST",
        lambda b: copy(b, "Åtaganden", "Åtaganden (gammal)", hidden=True),
        [("unread-sheet", "Åtaganden (gammal)", None)],
    ),
    "a copy in the other language": ("UBN-ÖST", lambda b: copy(b, "Åtaganden", "Commitments"), [("unread-sheet", "Commitments", None)]),
    "a copy downwards": ("UBN", lambda b: copy(b, "Bekräftelse", "Bekräftelse (2)"), [("unread-sheet", "Bekräftelse (2)", None)]),
    "a blank copy": ("UBN-ÖST", lambda b: copy(b, "Åtaganden", "Åtaganden (2)", blank=True), [("unknown-sheet", "Åtaganden (2)", None)]),
    "a blank copy of the budget": ("UBN", lambda b: copy(b, "Budget", "Budget (3)", blank=True), [("unknown-sheet", "Budget (3)", None)]),
    "own sheet": ("UBN", lambda b: own(b, "Budget (arbetsmaterial)"), [("unknown-sheet", "Budget (arbetsmaterial)", None)]),
    "own sheet first": ("UBN", lambda b: own(b, "Budget (tkr)", first=True), [("unknown-sheet", "Budget (tkr)", None)]),
    "own sheet with a heading of ours": (
        "UBN",
        lambda b: own(b, "Budget (idéer)", ("Verksamhet", "Idé"), ("Förskola", "Fler")),
        [("unknown-sheet", "Budget (idéer)", None)],
    ),
    "own sheet in the other language": ("UBN", lambda b: own(b, "Indicators", first=True), [("unknown-sheet", "Indicators", None)]),
    "own sheet named as ours in English": ("UBN", lambda b: own(b, "Commitments"), [("unknown-sheet", "Commitments", None)]),
}


@pytest.mark.parametrize("case", SHEETS)
def test_the_exact_sheet_counts(shared_full: Town, unchanged: Mapping[str, Read], case: str) -> None:
    """Another that has its headings and the same answers is named; whatever else is its owner's own."""
    owner, change, told = SHEETS[case]
    before, tables = unchanged[owner]
    judged, now = judge(shared_full, owner, change)
    assert list_findings(judged) == told
    assert (judged.verdict, judged.rows) == ("accepted", before.rows)
    assert {key: (table.place, table.columns) for key, table in now.items()} == {k: (t.place, t.columns) for k, t in tables.items()}


@pytest.mark.parametrize("case", ["a copy", "own sheet in the other language"])
def test_a_changed_copy_says_nothing_of_the_answers(shared_full: Town, case: str) -> None:
    """What stands in the copy is never read, wherever it stands among the sheets."""

    def change(book: Workbook) -> None:
        SHEETS[case][1](book)
        copied = copy(book, "Budget", "Budget (9)")
        book.move_sheet(copied, -len(book.sheetnames) + 1)
        top, columns = cells(copied)
        copied.cell(top + 1, columns["Kostnader (tkr)"]).value = 17

    judged, tables = judge(shared_full, "UBN", change)
    assert tables["budget"].columns["cost"] == COSTS
    assert ("similar-sheet", "Budget (9)", None) in list_findings(judged)


def change_copy(name: str, sheet: str = "Budget", cell: str = "", value: object = 17, *, hidden: bool = False) -> Change:
    """Return a change that copies a sheet and changes the copy."""

    def change(book: Workbook) -> None:
        copied = copy(book, sheet, name, hidden=hidden)
        top, columns = cells(copied) if sheet != "Bekräftelse" else (0, {})
        copied[cell or f"{get_column_letter(columns['Kostnader (tkr)'])}{top + 1}"].value = value

    return change


OTHER_ANSWERS: dict[str, tuple[str, Change, str, str]] = {
    "another amount": ("UBN", change_copy("Budget (2)"), "similar-sheet", "Budget (2)"),
    "an amount of a later version": ("UBN", change_copy("Budget ny version", value=901), "similar-sheet", "Budget ny version"),
    "another name of a row": ("UBN", change_copy("Budget_v2", cell="A10", value="Skola"), "similar-sheet", "Budget_v2"),
    "another answer of a row": ("UBN", change_copy("Budget2", cell="A9", value="Skola"), "similar-sheet", "Budget2"),
    "one more row": ("UBN", change_copy("Budget (2)", cell="C11", value=5), "similar-sheet", "Budget (2)"),
    "the other language": ("UBN-ÖST", change_copy("Commitments", "Åtaganden", "B6", "Annan text"), "similar-sheet", "Commitments"),
    "the same written otherwise": ("UBN", change_copy("Budget (2)", value=" 900,5 tkr"), "unread-sheet", "Budget (2)"),
    "an answer less": ("UBN", change_copy("Budget (2)", value=None), "unread-sheet", "Budget (2)"),
    "hidden": ("UBN", change_copy("Budget (2)", hidden=True), "unread-sheet", "Budget (2)"),
    "hidden older": (
        "UBN-ÖST",
        change_copy("Åtaganden gammal", "Åtaganden", "B6", "Äldre", hidden=True),
        "unread-sheet",
        "Åtaganden gammal",
    ),
    "a name of its own": ("UBN", change_copy("Arbetsblad"), "unread-sheet", "Arbetsblad"),
}


@pytest.mark.parametrize("case", OTHER_ANSWERS)
def test_a_copy_with_other_answers(shared_full: Town, unchanged: Mapping[str, Read], case: str) -> None:
    """One that is shown may be what counts, and stops the return; one that is hidden or called something else is named."""
    owner, change, rule, name = OTHER_ANSWERS[case]
    _, tables = unchanged[owner]
    judged, now = judge(shared_full, owner, change)
    [told] = [f for f in judged.findings if f.rule in {"similar-sheet", "unread-sheet"}]
    assert (told.rule, told.sheet, told.cell) == (rule, name, None)
    assert judged.verdict == ("rejected" if rule == "similar-sheet" else "accepted")
    assert {key: table.columns for key, table in now.items()} == {key: table.columns for key, table in tables.items()}
    for text in (message(told, "sv"), message(told, "en")):
        assert name in text


def test_the_exact_sheet_is_empty_and_another_has_answers(shared_full: Town) -> None:
    """Whatever that is called, it may be what counts."""

    def change(book: Workbook) -> None:
        copy(book, "Indikatorer", "Våra mått")
        for row in book["Indikatorer"].iter_rows(min_row=5, min_col=2, max_col=8):
            for cell in row:
                cell.value = None

    judged, _ = judge(shared_full, "UBN", change)
    assert ("similar-sheet", "Våra mått", None) in list_findings(judged)


@pytest.mark.parametrize("new", ["Budget (2)", "Budget 2027", "Siffror"])
def test_a_renamed_sheet_is_found_by_its_headings(shared_full: Town, new: str) -> None:
    """And told."""
    judged, tables = judge(shared_full, "UBN", lambda b: setattr(b["Budget"], "title", new))
    assert (judged.verdict, list_findings(judged)) == ("accepted", [("renamed-sheet", new, None)])
    assert (tables["budget"].place.sheet, tables["budget"].columns["cost"]) == (new, COSTS)


def test_a_renamed_sheet_and_its_blank_copy(shared_full: Town) -> None:
    """The one with answers counts, though the other comes first."""

    def change(book: Workbook) -> None:
        book.move_sheet(copy(book, "Budget", "Budget (1)", blank=True), -len(book.sheetnames) + 1)
        book["Budget"].title = "Budget (2)"

    judged, tables = judge(shared_full, "UBN", change)
    assert list_findings(judged) == [("renamed-sheet", "Budget (2)", None), ("unknown-sheet", "Budget (1)", None)]
    assert tables["budget"].columns["cost"] == COSTS


@pytest.mark.parametrize("first, second", [("Budget (1)", "Budget (2)"), ("Budget gammal", "Nya siffror"), ("Vår budget", "Budget 2027")])
def test_two_sheets_of_which_none_is_exact(shared_full: Town, first: str, second: str) -> None:
    """Which of them counts cannot be known, and both are named."""

    def change(book: Workbook) -> None:
        copy(book, "Budget", second)
        book["Budget"].title = first

    judged, _ = judge(shared_full, "UBN", change)
    errors = [f for f in judged.findings if f.severity == "error"]
    assert (judged.verdict, [(f.rule, f.sheet) for f in errors]) == ("rejected", [("duplicate-sheet", second)])
    for text in (message(errors[0], "sv"), message(errors[0], "en"), fix_here(errors[0], "sv")):
        assert first in text
        assert second in text


@pytest.mark.parametrize("new", [unicodedata.normalize("NFD", "Åtaganden"), "ÅTAGANDEN ", "Å\u00adtaganden\u200b"])
def test_a_name_that_looks_the_same_is_the_same(shared_full: Town, new: str) -> None:
    """However its letters are written."""
    judged, tables = judge(shared_full, "UBN-ÖST", lambda b: setattr(b["Åtaganden"], "title", new))
    assert (judged.verdict, list_findings(judged)) == ("accepted", [])
    assert tables["commitments"].place.sheet == new


# headings


@pytest.mark.parametrize("heading", ["Kostnader (2026)", "Kostnader (varav lön)", "Kostnader (prel.)"])
def test_own_columns_that_begin_alike(shared_full: Town, heading: str) -> None:
    """They are theirs, and called by their whole names."""
    cell = []
    judged, tables = judge(shared_full, "UBN", lambda b: cell.append(column(b, heading, 111)))
    assert (judged.verdict, list_findings(judged)) == ("accepted", [("unknown-column", "Budget", cell[0])])
    assert judged.findings[0].column == heading
    assert tables["budget"].columns["cost"] == COSTS


@pytest.mark.parametrize("heading", ["Kostnader (kr)*", "Kostnader (mkr)", "Kostnader [SEK]", "Costs (kr)", "Kostnader, kronor"])
def test_a_heading_with_another_unit(shared_full: Town, heading: str) -> None:
    """It is asked about at the heading, whose column is read as ever."""
    judged, tables = judge(shared_full, "UBN", lambda b: head(b, "Kostnader (tkr)", heading))
    place = tables["budget"].place
    assert (judged.verdict, list_findings(judged)) == ("rejected", [("heading-unit", "Budget", place.cell("cost", None))])
    assert tables["budget"].columns["cost"] == COSTS
    assert heading.rstrip("*") in message(judged.findings[0], "sv")
    assert "Kostnader (tkr)" in fix(judged.findings[0], "sv")


@pytest.mark.parametrize(
    "heading", ["Kostnader", "KOSTNADER (Tkr)", "Kostnader (tusen kronor)", "Costs (SEK thousand)", "Kost\u00adnader (tkr)\u200b"]
)
def test_headings_that_are_the_same(shared_full: Town, heading: str) -> None:
    """The unit in other words, the heading without one, in the other language, or with characters that nobody sees."""
    judged, tables = judge(shared_full, "UBN", lambda b: head(b, "Kostnader (tkr)", heading))
    assert (judged.verdict, list_findings(judged)) == ("accepted", [])
    assert tables["budget"].columns["cost"] == COSTS


@pytest.mark.parametrize("heading", ["Målvärde (%)", "Målvärde (procent)", "Målvärde, %"])
def test_a_unit_where_none_was_handed_out(shared_full: Town, heading: str) -> None:
    """It is asked about, and does not stand in the way."""
    judged, tables = judge(shared_full, "UBN", lambda b: head(b, "Målvärde", heading, "Indikatorer"))
    place = tables["indicators"].place
    assert (judged.verdict, list_findings(judged)) == ("accepted", [("heading-unit", "Indikatorer", place.cell("target", None))])


@pytest.mark.parametrize("heading", ["Kostnader (kr)", "Kostnader (mkr)", "Costs (SEK thousand)", "Kostnader"])
def test_the_exact_heading_counts(shared_full: Town, heading: str) -> None:
    """A column whose heading is like it may count where it has other answers; with the same it is named, else it is the owner's own."""
    cell: list[str] = []
    judged, tables = judge(shared_full, "UBN", lambda b: cell.append(column(b, heading, 111, 112)))
    assert (judged.verdict, list_findings(judged)) == ("rejected", [("similar-column", "Budget", cell[0])])
    assert heading in message(judged.findings[0], "sv")
    assert "Kostnader (tkr)" in message(judged.findings[0], "sv")
    assert tables["budget"].columns["cost"] == COSTS
    judged, tables = judge(shared_full, "UBN", lambda b: column(b, heading, "900,5", None))
    assert (judged.verdict, list_findings(judged)) == ("accepted", [("unread-column", "Budget", cell[0])])
    assert tables["budget"].columns["cost"] == COSTS
    judged, tables = judge(shared_full, "UBN", lambda b: column(b, heading))
    assert (judged.verdict, list_findings(judged)) == ("accepted", [("unknown-column", "Budget", cell[0])])
    assert tables["budget"].columns["cost"] == COSTS


def test_a_hidden_column_is_named(shared_full: Town) -> None:
    """What nobody sees is not taken for what counts."""

    def change(book: Workbook) -> None:
        cell = column(book, "Kostnader (kr)", 111)
        book["Budget"].column_dimensions[cell.rstrip("0123456789")].hidden = True

    judged, _ = judge(shared_full, "UBN", change)
    assert (judged.verdict, [f.rule for f in judged.findings]) == ("accepted", ["unread-column"])


@pytest.mark.parametrize("second, rule", [("Nej", "similar-column"), ("Yes", "unread-column"), ("ja ", "unread-column")])
def test_a_label_downwards_twice(shared_full: Town, second: str, rule: str) -> None:
    """The label in the other language, with the same answer or another."""

    def change(book: Workbook) -> None:
        book["Bekräftelse"]["F3"].value = "The board confirms its undertaking within the frame"
        book["Bekräftelse"]["G3"].value = second

    judged, tables = judge(shared_full, "UBN", change)
    assert list_findings(judged) == [(rule, "Bekräftelse", "F3")]
    assert tables["confirmation"].columns["confirms"] == ["Ja"]


def test_two_headings_of_which_none_is_exact(shared_full: Town) -> None:
    """Both are named; where one has no answers the other counts."""

    def change(book: Workbook, *values: object) -> str:
        head(book, "Kostnader (tkr)", "Kostnader (kr)")
        return column(book, "Kostnader (mkr)", *values)

    cell: list[str] = []
    judged, tables = judge(shared_full, "UBN", lambda b: cell.append(change(b, 1, 2)))
    first = tables["budget"].place.cell("cost", None)
    wanted = [("duplicate-column", "Budget", cell[0]), ("heading-unit", "Budget", first), ("heading-unit", "Budget", cell[0])]
    assert sorted(list_findings(judged)) == wanted
    judged, tables = judge(shared_full, "UBN", change)
    assert list_findings(judged) == [("heading-unit", "Budget", first), ("unknown-column", "Budget", cell[0])]
    assert tables["budget"].columns["cost"] == COSTS


def test_two_headings_of_which_none_is_exact_and_the_first_is_empty(shared_full: Town) -> None:
    """The one with answers counts."""

    def change(book: Workbook) -> None:
        head(book, "Kostnader (tkr)", "Kostnader (kr)")
        top, columns = cells(book["Budget"])
        column(book, "Kostnader (mkr)", 7, 8)
        for row in range(top + 1, top + 10):
            book["Budget"].cell(row, columns["Kostnader (kr)"]).value = None

    _, tables = judge(shared_full, "UBN", change)
    assert tables["budget"].columns["cost"] == [7, 8]
