"""The workbook that goes back: everything that was written, each cell to mend marked, and once mended, accepted."""

from __future__ import annotations

import datetime as dt
import functools
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from annotated_desk import NOT_BACK, Desk, lead
from long_runs import LONG, long_run
from office import Cells, Formula, Office
from styrxl.annotated.left_behind import LeftBehind
from styrxl.annotated.unchanged import build_unchanged_formula
from styrxl.excel import look
from styrxl.excel.cells import CellError
from styrxl.excel.limits import LONGEST_FORMULA
from styrxl.model.catalogue import catalogue
from styrxl.model.judged import Judged
from styrxl.rounds.give_back import select_to_give_back
from styrxl.sample.faults.plan import NotHereError, break_return, list_faults
from styrxl.sample.opened import AnswerSheet, open_sheets, open_workbook, save_workbook, write_text
from town import ANSWERS, ROUND, Town

OWNERS = ("UBN", "KFN", "UBN-ÖST", "UBN-ÅBY", "KFN-BIB")
MOVED = {"row-without-id", "unknown-row", "duplicate-id"}
FILLS = {f"00{tone.fill}": name for name, tone in (("mend", look.MEND), ("watch", look.WATCH))}
LEADS = {"sv": "Att åtgärda", "en": "To correct"}


def marked(data: bytes) -> dict[tuple[str, str], str]:
    """Return which cells are marked and how; each has a note, and nothing else has."""
    return list_marks(open_workbook(data))


def list_marks(book: Workbook) -> dict[tuple[str, str], str]:
    """Return the same of an opened workbook."""
    found = {}
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows():
            for cell in row:
                fill = FILLS.get(str(cell.fill.start_color.rgb)) if cell.fill.fill_type else None
                if cell.comment or (fill and sheet.title != "Start"):
                    assert cell.comment, cell.coordinate
                    assert fill, cell.coordinate
                    found[sheet.title, str(cell.coordinate)] = fill
    return found


def texts(data: bytes) -> dict[tuple[str, str], str]:
    return {(s.title, c.coordinate): c.comment.text for s in open_workbook(data).worksheets for r in s.iter_rows() for c in r if c.comment}


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


# Where marks are


@pytest.mark.parametrize("fault", sorted({*list_faults()} - NOT_BACK))
def test_just_the_cells_of_the_findings_are_marked(broken: dict[tuple[str, str], tuple[bytes, Judged, bytes]], fault: str) -> None:
    """Errors to mend, warnings to watch, each with a note; what was set right by the fresh workbook is to be checked where it is now."""
    cases = {owner: case for (name, owner), case in broken.items() if name == fault}
    assert cases
    for owner, (_, judged, back) in cases.items():
        found = marked(back)
        wanted = {}
        for one in judged.findings:
            tone = "mend" if one.severity == "error" else "watch"
            if one.cell and one.severity != "info" and one.rule not in MOVED | {"duplicate-column"}:
                wanted[one.sheet, one.cell] = tone
        if fault in MOVED | {"duplicate-column", "missing-column", "missing-row"}:
            assert len(found) == 1, owner
        else:
            assert found == wanted, owner


def test_each_note_says_what_is_wrong_and_what_to_do(broken: dict[tuple[str, str], tuple[bytes, Judged, bytes]]) -> None:
    """In the owner's language."""
    _, _, swedish = broken["wrong-type", "UBN"]
    assert list(texts(swedish).values()) == [
        "! Rätta\nKostnader: ”ca tusen” är inte ett tal.\nSkriv ett tal i cellen C9, till exempel 1200."
    ]
    _, _, english = broken["wrong-type", "KFN"]
    told = "! Correct\nCosts: “ca tusen” is not a number.\nWrite a number in the cell C9, for example 1200."
    assert list(texts(english).values()) == [told]
    assert [open_workbook(data).sheetnames[0] for data in (swedish, english)] == ["Att åtgärda", "To correct"]


def test_first_sheet_lists_findings_with_links(broken: dict[tuple[str, str], tuple[bytes, Judged, bytes]]) -> None:
    """State, sheet, cell, what and how, the cell a link to itself."""
    _, _, back = broken["wrong-type", "UBN"]
    sheet = open_workbook(back).worksheets[0]
    read = lead(back)
    assert read[8] == ["! Rätta", "Budget", "C9", "Kostnader: ”ca tusen” är inte ett tal.", "Skriv ett tal i cellen C9, till exempel 1200."]
    assert sheet["C9"].hyperlink is not None
    assert sheet["C9"].hyperlink.location == "'Budget'!C9"
    assert read[5][0] == "1 att rätta, 0 att kontrollera"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.print_title_rows == "$8:$8"


@pytest.mark.parametrize("owner", OWNERS)
def test_equal_findings_share_a_line(desk: Desk, owner: str) -> None:
    """Three empty answers under one heading are one line, with a range."""
    book = open_workbook(desk.town.filled(owner))
    grid = open_sheets(book, desk.form(owner))["commitments"]
    for row in range(3, 6):
        write_text(grid.cell("text", row), f"Åtagande {row}")
        grid.cell("parent_id", row).value = "KF-M99"
        write_text(grid.cell("responsible", row), "Chef")
    back = desk.back(owner, save_workbook(book))
    cells = [row[2] for row in lead(back)[8:]]
    assert re.fullmatch(r"C\d+:C\d+", cells[0])
    assert len([cell for cell in marked(back) if cell[1].startswith("C")]) == 3


def test_no_formula_is_longer_than_excel_reads(desk: Desk) -> None:
    """Whatever its sender has written in many cells of which one line tells: that line is not watched for changes then."""
    book = open_workbook(desk.town.filled("UBN"))
    grid = open_sheets(book, desk.form("UBN"))["commitments"]
    for row in range(20):
        write_text(grid.cell("text", row), '"' * 200 + f"{row:02}" * 1_000)
    back = open_workbook(desk.back("UBN", save_workbook(book)))
    formulas = [str(cell.value) for sheet in back for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert max(map(len, formulas)) <= LONGEST_FORMULA
    assert any(
        cell.value == "! Rätta" and str(back["Att åtgärda"].cell(cell.row, 3).value) == "B5:B24" for cell in back["Att åtgärda"]["A"]
    )


# What is in it


def test_every_answer_is_in_it(desk: Desk, broken: dict[tuple[str, str], tuple[bytes, Judged, bytes]]) -> None:
    """For each fault: no answer is lost and none is added, and each is what it was."""
    for (fault, owner), (data, _, back) in broken.items():
        before, after = desk.answers(owner, data), desk.answers(owner, back)
        if fault == "formula-not-calculated":
            after = [one for one in after if one[2] != "=2*350"]
        if fault == "missing-row":  # what was issued is there again
            after.remove(("goal_responses", "concerns", desk.form(owner).lists["yes_no"]["yes"][desk.town.language(owner)]))
        if fault in {"empty-return", "missing-column"}:
            after = [one for one in after if one in before]
        if fault == "unit-suspect":  # read without its minus sign, and so it stands
            before = [(key, field, abs(value) if isinstance(value, float) else value) for key, field, value in before]
        assert sorted(map(str, before)) == sorted(map(str, after)), (fault, owner)


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=60).filter(
        lambda text: bool(text.strip())
    ),
    st.sampled_from(
        [
            "=1+1",
            "+46 8 123",
            "-",
            "@alla",
            "'citat",
            "1 200,50",
            "  hej  ",
            "rad\nrad",
            "_x0041_",
            "<b>&amp;",
            "\ue000who\ue001",
            "å" * 400,
        ]
    ),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 6)),
    st.dates(dt.date(2001, 1, 1), dt.date(2099, 1, 1)),
    st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2099, 1, 1)).map(lambda d: d.replace(microsecond=0, second=0, hour=12)),  # noqa: DTZ001 -- a cell has no zone
    st.booleans(),
    st.sampled_from([dt.time(8, 30), dt.timedelta(hours=30)]),
)


def _asked(grid: AnswerSheet, index: int) -> Iterator[Cell]:
    for column in grid.spec.columns:
        if column.asked and column.field in grid.columns and not column.locked_when_prefilled:
            yield grid.cell(column.field, index)


@settings(
    max_examples=long_run(5, 500),
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_typed_is_in_it_exactly(desk: Desk, data: st.DataObject) -> None:
    """Texts stay texts and numbers numbers, wherever they stand; what was understood stands so, and all else exactly as written."""
    owner = data.draw(st.sampled_from(OWNERS))
    book = open_workbook(desk.town.issued(owner))
    typed: set[Any] = set()  # once: what names a goal in the words of its row is understood as that goal
    for grid in open_sheets(book, desk.form(owner)).values():
        if grid.spec.layout == "reading":
            continue
        count = 1 if grid.downwards else len(grid.rows) if grid.spec.id_column else 20
        for index in data.draw(st.lists(st.integers(0, min(count, 20) - 1), unique=True, max_size=3)) if count else []:
            for cell in _asked(grid, index):
                value = data.draw(st.none() | VALUES)
                if value in typed:
                    continue
                typed.add(value)
                if isinstance(value, str):
                    write_text(cell, value)
                elif value is not None:
                    cell.value = value
    sent = save_workbook(book)
    back = desk.back(owner, sent)
    assert desk.meant(owner, sent) == desk.meant(owner, back)
    assert desk.answers(owner, desk.back(owner, back)) == desk.answers(owner, back)
    first, second = desk.judge_all(("a.xlsx", sent), ("b.xlsx", back))
    assert _list_unmended(first) == _list_unmended(second)


def _list_unmended(judged: Judged) -> list[tuple[str, str | None, str | None]]:
    """Return the findings but for those that a copy answers: what was understood stands so in it."""
    return [(f.rule, f.sheet, f.cell) for f in judged.findings if f.rule not in {"interpreted-value", "unit-suspect"}]


def test_text_that_begins_like_a_formula_stays_text(desk: Desk) -> None:
    """No formula stands in any cell for answers, and Excel is told that it is a text."""
    book = open_workbook(desk.town.filled("UBN-ÖST"))
    cell = open_sheets(book, desk.form("UBN-ÖST"))["commitments"].cell("expected_result", 0)
    write_text(cell, '=HYPERLINK("http://example.com")')
    back = open_workbook(desk.back("UBN-ÖST", save_workbook(book)))
    there = back["Åtaganden"][cell.coordinate]
    assert (there.value, there.data_type, there.quotePrefix) == ('=HYPERLINK("http://example.com")', "s", True)


def test_an_id_in_letters_that_look_alike_stands_as_formulas_know_it(desk: Desk) -> None:
    """Kontroll does not ask for a goal that is there, and nothing is told that nobody can see."""
    book = open_workbook(desk.town.filled("UBN-ÖST"))
    cell = open_sheets(book, desk.form("UBN-ÖST"))["commitments"].cell("parent_id", 0)
    named = str(cell.value)
    write_text(cell, named.replace("-", "\N{NON-BREAKING HYPHEN}", 1))
    back = openpyxl.load_workbook(io.BytesIO(desk.back("UBN-ÖST", save_workbook(book))), data_only=True)
    assert back["Åtaganden"][cell.coordinate].value == named
    assert not [one.value for one in back["Åtaganden"][cell.row] if str(one.value).startswith("!")]
    assert not [row for row in back.worksheets[0].values if named in row]


def test_formula_of_the_sender_becomes_its_value(desk: Desk, office: Office) -> None:
    """And one that is not calculated is shown as what it is."""
    sent = office.fill(desk.town.filled("UBN"), {"Budget": {"C9": Formula("=10*50"), "A10": Formula('="Sko"&"la"')}})
    back = open_workbook(desk.back("UBN", sent))["Budget"]
    assert (back["C9"].value, back["A10"].value) == (500, "Skola")
    book = open_workbook(desk.town.filled("UBN"))
    book["Budget"]["C9"].value = "=10*50"
    cell = open_workbook(desk.back("UBN", save_workbook(book)))["Budget"]["C9"]
    assert (cell.value, cell.data_type) == ("=10*50", "s")


@pytest.mark.parametrize("owner", OWNERS)
def test_drop_downs_are_those_of_a_fresh_template(desk: Desk, owner: str) -> None:
    """Validations and names are the same to the letter."""
    fresh, back = parts(desk.town.issued(owner)), parts(desk.back(owner, desk.town.filled(owner)))
    found = 0
    for number in range(1, len([name for name in fresh if name.startswith("xl/worksheets/sheet")]) + 1):
        both = [re.findall("<dataValidations.*</dataValidations>", xml) for xml in (fresh[_sheet(number)], back[_sheet(number + 1)])]
        assert both[0] == both[1]
        found += len(both[0])
    assert found >= 2
    names_ = [sorted(re.findall(r'<definedName name="(?:list|source)_.*?</definedName>', one["xl/workbook.xml"])) for one in (fresh, back)]
    assert names_[0] == names_[1]
    assert names_[0]


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


@pytest.mark.parametrize("owner", OWNERS)
def test_identity_is_that_of_the_issue(desk: Desk, owner: str) -> None:
    """The same issue, owner and signature: what comes back is judged as that issue's."""
    issued, back = (open_workbook(data)["_styrxl"] for data in (desk.town.issued(owner), desk.back(owner, desk.town.filled(owner))))
    assert [[c.value for c in row] for row in issued.iter_rows()] == [[c.value for c in row] for row in back.iter_rows()]
    assert desk.judge(desk.back(owner, desk.town.filled(owner))).findings == ()


# Mended


def mend(data: bytes, right: bytes) -> tuple[bytes, dict[str, dict[str, object]]]:
    """Put right what is marked, from a return that is right; the workbook, and what was typed."""
    book, model = open_workbook(data), open_to_look(right)
    typed: dict[str, dict[str, object]] = {}
    marks = list_marks(book)
    moved = {(sheet, cell[1:]) for (sheet, cell), tone in marks.items() if cell[0] == "A" and tone == "watch"}
    for sheet, cell in marks:
        here = book[sheet][cell]
        if (sheet, str(here.row)) not in moved:
            for one in _below(book, here) if here.protection.locked else [here]:
                _copy(one, model, typed)
    return save_workbook(book), typed


@functools.cache
def open_to_look(data: bytes) -> Workbook:
    """Open a workbook in which nothing is changed."""
    return open_workbook(data)


def at(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    return cell


def _below(book: Workbook, cell: Cell) -> list[Cell]:
    """Return what is asked for under a heading, or on the row of an id."""
    sheet = book[cell.parent.title]
    if cell.column == 1:
        return [c for c in sheet[cell.row] if isinstance(c, Cell) and not c.protection.locked]
    column = [at(sheet, row, cell.column) for row in range(cell.row + 1, sheet.max_row + 1)]
    return [one for one in column if not one.protection.locked]


def _copy(cell: Cell, model: Workbook, typed: dict[str, dict[str, object]]) -> None:
    value = model[cell.parent.title][cell.coordinate].value
    typed.setdefault(cell.parent.title, {})[cell.coordinate] = value.date() if isinstance(value, dt.datetime) else value
    if isinstance(value, str):
        write_text(cell, value)
    else:
        cell.value = value


def rejected(broken: Mapping[tuple[str, str], tuple[bytes, Judged, bytes]]) -> dict[tuple[str, str], bytes]:
    return {key: back for key, (_, judged, back) in broken.items() if judged.verdict == "rejected" and key[0] != "empty-return"}


def test_mended_it_is_accepted(desk: Desk, broken: dict[tuple[str, str], tuple[bytes, Judged, bytes]]) -> None:
    """Each fault, in each form: the marked cells put right, and nothing else."""
    cases = rejected(broken)
    assert {fault for fault, _ in cases} >= {f for f, _ in broken if catalogue()["rules"][f]["severity"] == "error"} - {"empty-return"}
    files = [(f"{fault} {owner}", mend(back, desk.town.filled(owner))[0]) for (fault, owner), back in cases.items()]
    for one in desk.judge_all(*files):
        assert (one.path, one.verdict, one.findings) == (one.path, "accepted", ())


SEVERAL = (
    "row-without-id",
    "wrong-type",
    "missing-value",
    "unknown-parent",
    "date-order",
    "placeholder-text",
    "unknown-sheet",
    "formula-text",
)


@pytest.mark.parametrize("owner", OWNERS if LONG else ("UBN", "KFN-BIB"))  # each form, and each language
def test_mended_in_libreoffice_it_is_accepted(desk: Desk, office: Office, owner: str) -> None:
    """Several faults at once; drop-downs, notes and the list survive, and the list says what has been changed."""
    data = desk.town.filled(owner)
    for fault in SEVERAL:
        try:
            data, _ = break_return(fault, data, desk.form(owner), desk.town.language(owner))
        except NotHereError:
            continue
    assert desk.judge(data).verdict == "rejected"
    back = desk.back(owner, data)
    typed: Cells = mend(back, desk.town.filled(owner))[1]
    untouched = office.convert(back, "xlsx")
    assert desk.answers(owner, untouched) == desk.answers(owner, back)
    assert [(f.rule, f.severity) for f in desk.judge(untouched).findings] == [(f.rule, f.severity) for f in desk.judge(back).findings]
    mended = office.fill(back, typed)
    judged = desk.judge(mended)
    assert judged.verdict == "accepted", judged.findings
    assert sum(len(sheet.data_validations.dataValidation) for sheet in open_workbook(mended).worksheets) >= 4
    states = [row[0] for row in lead(mended)[8:] if row[0].startswith(("!", "✓"))]
    errors = [row[0] for row in lead(back)[8:] if row[0].startswith(("! Rätta", "! Correct"))]
    assert sum(state.startswith("✓") for state in states) >= len(errors) > 0
    assert lead(mended)[5][0].startswith("0 ")


# Figures


@pytest.mark.parametrize(
    "fault", ["wrong-type", "cell-error", "missing-value", "row-without-id", "frame-exceeded", "missing-row", "missing-sheet"]
)
def test_formulas_show_what_a_recalculation_gives(
    office: Office, broken: dict[tuple[str, str], tuple[bytes, Judged, bytes]], fault: str
) -> None:
    """A preview that recalculates nothing shows what is right."""
    for (name, _), (_, _, back) in broken.items():
        if name == fault:
            shown, fresh = _values(back), _values(office.fill(back, {"Start": {}}))
            for cell in _formulas(back):
                expected = pytest.approx(fresh[cell]) if isinstance(fresh.get(cell), float) else fresh.get(cell)
                assert shown.get(cell) == expected, cell


def _values(data: bytes) -> dict[tuple[str, str], Any]:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    every = ((s.title, c.coordinate, c.value) for s in book.worksheets for r in s.iter_rows() for c in r)
    return {(sheet, cell): float(value) if isinstance(value, int) else value for sheet, cell, value in every if value not in (None, "")}


def _formulas(data: bytes) -> set[tuple[str, str]]:
    return {(s.title, c.coordinate) for s in open_workbook(data).worksheets for r in s.iter_rows() for c in r if c.data_type == "f"}


# Places


def test_answers_are_found_wherever_people_moved_them(desk: Desk) -> None:
    """Columns in another order and rows further down: each answer comes to its field and its id."""
    book = open_workbook(desk.town.filled("UBN-ÖST"))
    sheet = book["Åtaganden"]
    sheet.insert_rows(1, 3)
    sheet.insert_cols(2, 2)
    back = desk.back("UBN-ÖST", save_workbook(book))
    assert desk.answers("UBN-ÖST", back) == desk.answers("UBN-ÖST", desk.town.filled("UBN-ÖST"))
    assert open_workbook(back)["Åtaganden"]["B5"].value == "Högläsning före lunch"


def test_rows_whose_ids_moved_go_back_to_their_ids(desk: Desk) -> None:
    """Somebody sorted the table: the answers follow their ids."""
    book = open_workbook(desk.town.filled("UBN-ÖST"))
    sheet = book["Åtaganden"]
    for column in range(1, 9):
        first, second = sheet.cell(5, column).value, sheet.cell(6, column).value
        sheet.cell(5, column).value, sheet.cell(6, column).value = second, first
    back = open_workbook(desk.back("UBN-ÖST", save_workbook(book)))["Åtaganden"]
    assert [(back.cell(row, 1).value, back.cell(row, 2).value) for row in (5, 6)] == [
        ("UBN-ÖST-2027-A1", "Högläsning före lunch"),
        ("UBN-ÖST-2027-A2", "Utedag varje vecka"),
    ]


@pytest.mark.parametrize("fault", sorted(MOVED))
def test_row_without_an_id_of_its_own_is_moved_to_a_free_one(desk: Desk, fault: str) -> None:
    """It is marked at its new id, and said."""
    data, deed = break_return(fault, desk.town.filled("UBN-ÖST"), desk.form("UBN-ÖST"), "sv")
    back = desk.back("UBN-ÖST", data)
    sheet = open_workbook(back)["Åtaganden"]
    assert [sheet.cell(7, column).value for column in (1, 2)] == ["UBN-ÖST-2027-A3", "Högläsning före lunch"]
    assert marked(back) == {("Åtaganden", "A7"): "watch"}
    assert "Vi har flyttat det du skrev till rad 7, som har id UBN-ÖST-2027-A3." in texts(back)["Åtaganden", "A7"]
    assert deed.cell != "A7"
    assert desk.judge(back).verdict == "accepted"


def test_row_for_which_there_is_no_room_is_on_the_first_sheet(desk: Desk) -> None:
    """Nothing is lost: all of the row's answers stand there, with where they stood."""
    book = open_workbook(desk.town.filled("KFN"))
    grid = open_sheets(book, desk.form("KFN"))["commitments"]
    for index in range(len(grid.rows)):
        write_text(grid.cell("text", index), f"Commitment {index}")
    at(book["Commitments"], grid.rows[-1] + 1, grid.columns["text"]).value = "One too many"
    at(book["Commitments"], grid.rows[-1] + 1, grid.columns["start"]).value = dt.date(2027, 3, 1)
    rows = lead(desk.back("KFN", save_workbook(book)))
    assert ["", "Commitments", "B65", "One too many", ""] in rows
    assert ["", "Commitments", "F65", dt.date(2027, 3, 1), ""] in rows
    assert any(
        row[4] == "There was no room for it on the sheet; it stands at the end of this list. Check that it is right." for row in rows
    )


def test_sheet_without_ids_gets_the_rows_it_needs(desk: Desk) -> None:
    """A budget of forty lines comes back with forty lines."""
    book = open_workbook(desk.town.filled("UBN"))
    for row in range(9, 49):
        book["Budget"].cell(row, 1).value, book["Budget"].cell(row, 3).value = f"Rad {row}", 10
    back = desk.back("UBN", save_workbook(book))
    assert [open_workbook(back)["Budget"].cell(row, 1).value for row in range(9, 49)] == [f"Rad {row}" for row in range(9, 49)]
    assert desk.answers("UBN", back) == desk.answers("UBN", save_workbook(book))


def test_columns_under_one_heading_lose_nothing(desk: Desk) -> None:
    """What stands in the second is taken where the first is empty, and otherwise told."""
    book = open_workbook(desk.town.filled("UBN-ÖST"))
    sheet = book["Åtaganden"]
    sheet["K4"].value, sheet["K5"].value, sheet["K6"].value = "Ansvarig", "Biträdande rektor", "Rektor"
    sheet["E6"].value = None
    back = desk.back("UBN-ÖST", save_workbook(book))
    assert [open_workbook(back)["Åtaganden"][cell].value for cell in ("E5", "E6")] == ["Rektor", "Rektor"]
    assert ["", "Åtaganden", "K5", "Biträdande rektor", ""] in lead(back)


def test_erased_answer_that_was_issued_stays_issued(desk: Desk) -> None:
    """Yes stood there beforehand; taken away, it is back, since what was issued counts."""
    book = open_workbook(desk.town.filled("UBN"))
    book["Fullmäktiges mål"]["E6"].value = None
    assert open_workbook(desk.back("UBN", save_workbook(book)))["Fullmäktiges mål"]["E6"].value == "Ja"


def test_denied_answer_can_be_changed_again(broken: dict[tuple[str, str], tuple[bytes, Judged, bytes]]) -> None:
    """The cell was locked as issued; marked, it is open, since the note asks for it."""
    _, judged, back = broken["concern-denied", "UBN"]
    [found] = judged.findings
    cell = open_workbook(back)["Fullmäktiges mål"][str(found.cell)]
    assert (cell.value, cell.protection.locked) == ("Nej", False)


def test_pasted_over_formulas_are_whole_again(desk: Desk) -> None:
    """Net costs and Kontroll are worked out as before."""
    book = open_workbook(desk.town.filled("UBN"))
    budget = book["Budget"]
    for row in range(9, 34):
        budget.cell(row, 4).value = budget.cell(row, 5).value = 1
    back = open_workbook(desk.back("UBN", save_workbook(book)))["Budget"]
    assert {back.cell(row, column).data_type for row in range(9, 34) for column in (4, 5)} == {"f"}


def test_what_did_not_come_along_is_said(desk: Desk) -> None:
    """Own sheets and columns, cells beside the table, notes and pictures: how many, and that the file is kept."""
    data = desk.town.filled("UBN-ÖST")
    for fault in ("unknown-sheet", "unknown-column"):
        data, _ = break_return(fault, data, desk.form("UBN-ÖST"), "sv")
    book = open_workbook(data)
    book["Åtaganden"]["Q8"].value = "Ring Kim"
    book["Åtaganden"]["Q8"].comment = Comment("Glöm inte", "Kim")
    back = desk.back("UBN-ÖST", save_workbook(book))
    said = [row[0] for row in lead(back) if isinstance(row[0], str) and row[0].startswith(("•", "Filen"))]
    assert said == [
        "Filen som du skickade (svar.xlsx) finns kvar hos oss, precis som den var.",
        "• Er egen kolumn Anteckningar på bladet Åtaganden, ifyllda celler: 2.",
        "• Celler utanför tabellen på bladet Åtaganden (Q8): 1 ifyllda.",
        "• Ert eget blad Våra anteckningar, ifyllda celler: 1.",
        "• Kommentarer: 1.",
    ]


def test_a_renamed_sheet_comes_along(desk: Desk) -> None:
    """It is found by its headings, and its answers stand on the sheet that they belong to."""
    data, _ = break_return("not-in-list", desk.town.filled("UBN"), desk.form("UBN"), "sv")
    book = open_workbook(data)
    book["Åtaganden"].title = "Plan"
    renamed = save_workbook(book)
    back = desk.back("UBN", renamed)
    assert desk.answers("UBN", back) == desk.answers("UBN", renamed) == desk.answers("UBN", data)
    assert not any("eget blad" in str(row[0]) for row in lead(back))


def test_sheet_without_its_headings_is_said(desk: Desk) -> None:
    """Under another name too, its answers are not guessed at."""
    book = open_workbook(desk.town.filled("UBN-ÖST"))
    book["Åtaganden"].title = "Plan"
    book["Plan"].delete_rows(1, 4)
    back = desk.back("UBN-ÖST", save_workbook(book))
    assert any(str(row[0]).startswith("• Ert eget blad Plan, ") for row in lead(back))
    assert ["! Rätta", "Åtaganden", "", "Bladet Åtaganden saknas."] in [row[:4] for row in lead(back)]


@pytest.mark.parametrize("renamed", ["Budget", "Budget (1)"])
def test_a_copied_sheet_is_said(desk: Desk, renamed: str) -> None:
    """What was on it is left behind, and which of the two counts is asked, by name."""
    book = open_workbook(desk.town.filled("UBN"))
    book.copy_worksheet(book["Budget"]).title = "Budget (2)"
    book["Budget (2)"]["C9"].value = 17
    book["Budget"].title = renamed
    back = desk.back("UBN", save_workbook(book))
    assert any(str(row[0]).startswith("• Ert eget blad Budget (2), ") for row in lead(back))
    [line] = [row[:4] for row in lead(back) if "Budget (2)" in str(row[3])]
    assert line[:2] == ["! Rätta", "Budget"], "which leads to the one to look at"
    assert renamed in str(line[3])
    assert "None" not in str(lead(back))


def test_a_heading_with_another_unit_is_pointed_at(desk: Desk) -> None:
    """At the heading, which is whole again."""
    book = open_workbook(desk.town.filled("UBN"))
    heading = next(cell for row in book["Budget"].iter_rows() for cell in row if cell.value == "Kostnader (tkr)*")
    heading.value = "Kostnader (kr)"
    back = desk.back("UBN", save_workbook(book))
    assert ["Budget", heading.coordinate] in [row[1:3] for row in lead(back)]
    assert open_workbook(back)["Budget"][heading.coordinate].value == "Kostnader (tkr)*"


def test_own_notes_are_not_taken_for_the_sender_s(desk: Desk) -> None:
    """A copy that comes back unmended is annotated again, and says nothing of its own notes or its first sheet."""
    data, _ = break_return("wrong-type", desk.town.filled("UBN"), desk.form("UBN"), "sv")
    once = desk.back("UBN", data)
    assert [f.rule for f in desk.judge(once).findings] == ["wrong-type"]
    assert desk.back("UBN", once) == once


def test_personal_numbers_are_masked_in_what_we_say(desk: Desk) -> None:
    """The answer is the sender's own; note and list hide it."""
    data, deed = break_return("personal-identity-number", desk.town.filled("UBN-ÖST"), desk.form("UBN-ÖST"), "sv")
    back = desk.back("UBN-ÖST", data)
    assert "18900101-9802" in open_workbook(back)["Åtaganden"][str(deed.cell)].value
    assert "9802" not in str(texts(back))
    assert "9802" not in str(lead(back))


# Looks


def test_rows_show_their_texts(desk: Desk) -> None:
    """A long answer makes its row higher; a short one lets it be."""
    book = open_workbook(desk.town.filled("UBN"))
    grid = open_sheets(book, desk.form("UBN"))["commitments"]
    write_text(grid.cell("text", 0), "Ett långt åtagande. " * 30)
    sheet = open_workbook(desk.back("UBN", save_workbook(book)))["Åtaganden"]
    assert sheet.row_dimensions[grid.rows[0]].height > 200
    assert sheet.row_dimensions[grid.rows[5]].height < 60


@pytest.mark.parametrize(
    "value,formula",
    [
        ("", 'IFERROR(TRIM(A1)="",TRUE)'),
        (None, 'IFERROR(TRIM(A1)="",TRUE)'),
        ('sa "ja"', 'IFERROR(EXACT(A1,"sa ""ja"""),TRUE)'),
        (12.5, "IFERROR(AND(ISNUMBER(A1),A1=12.5),TRUE)"),
        (True, "IFERROR(A1=TRUE,TRUE)"),
        (dt.date(2027, 3, 1), "IFERROR(AND(ISNUMBER(A1),ABS(A1-46447)<0.00001),TRUE)"),
        (CellError("#DIV/0!"), "ISERROR(A1)"),
        ("rad\nrad", 'IFERROR(AND(LEN(A1)=7,EXACT(LEFT(A1,3),"rad")),TRUE)'),
    ],
)
def test_still_compares_as_excel_does(value: object, formula: str) -> None:
    """A mark goes out when its cell holds something else."""
    assert build_unchanged_formula("A1", value) == formula


# The command


def test_command_writes_a_workbook_for_each_that_needs_it(full: Town) -> None:
    """The others get none, the originals stay as they were, and a second run writes nothing."""
    broken_, _ = break_return("wrong-type", full.filled("UBN"), full.form("UBN"), "sv")
    sent = full.put("UBN.xlsx", broken_, 30)
    full.put("skräp.xlsx", b"PK\x03\x04 rubbish", 31)
    folder = full.root / "returned" / ROUND
    result = full.run("validate", "--annotate", expect=1)
    assert sorted(path.name for path in folder.iterdir()) == ["UBN.xlsx"]
    assert f"1 arbetsbok att skicka tillbaka, med det som ska rättas utmärkt: returned/{ROUND}/UBN.xlsx" in result.stderr
    assert sent.read_bytes() == broken_
    before = (folder / "UBN.xlsx").stat().st_mtime_ns
    full.run("validate", "--annotate", expect=1)
    assert (folder / "UBN.xlsx").stat().st_mtime_ns == before


def test_command_does_not_judge_by_what_it_sends_back(full: Town) -> None:
    """Mended and put into the inbox, the copy is the owner's newest return, and accepted."""
    broken_, _ = break_return("wrong-type", full.filled("UBN"), full.form("UBN"), "sv")
    full.put("UBN.xlsx", broken_, 30)
    full.run("validate", "--annotate", expect=1)
    back = (full.root / "returned" / ROUND / "UBN.xlsx").read_bytes()
    full.put("UBN rättad.xlsx", mend(back, full.filled("UBN"))[0], 40)
    assert "Ersatt" in full.run("validate").stdout


def test_named_file_that_lost_its_identity_gets_it_back(full: Town) -> None:
    """The controller says whose it is; what goes back is the owner's newest issue."""
    book = open_workbook(full.filled("UBN-ÖST"))
    open_sheets(book, full.form("UBN-ÖST"))["commitments"].cell("text", 0).value = None
    del book["_styrxl"]
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined] # newer than its types
    path = full.root / "utan.xlsx"
    path.write_bytes(save_workbook(book))
    full.run("validate", str(path), "--round", ROUND, "--owner", "UBN-ÖST", "--form", "unit_plan", "--annotate", expect=1)
    identity = open_workbook((full.root / "returned" / ROUND / "UBN-ÖST.xlsx").read_bytes())["_styrxl"]
    assert [[c.value for c in row] for row in identity.iter_rows()] == [
        [c.value for c in row] for row in open_workbook(full.issued("UBN-ÖST"))["_styrxl"].iter_rows()
    ]


@pytest.mark.parametrize("fault", sorted(NOT_BACK & {*list_faults()}))
def test_stranger_s_workbook_does_not_go_back(desk: Desk, fault: str) -> None:
    """Nor does one that cannot be read: there is nobody to send it to."""
    data, _ = break_return(fault, desk.town.filled("UBN"), desk.form("UBN"), "sv")
    assert select_to_give_back(desk.judge_all(("x.xlsx", data))) == []


def test_one_workbook_an_owner(desk: Desk) -> None:
    """Of several that need completing the newest."""
    one = desk.judge(break_return("wrong-type", desk.town.filled("UBN"), desk.form("UBN"), "sv")[0])
    older = replace(one, path="a", received=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    newer = replace(one, path="b", received=dt.datetime(2027, 1, 2, tzinfo=dt.UTC))
    assert select_to_give_back([newer, older]) == [newer]


def test_what_is_left_is_counted_in_both_languages(desk: Desk) -> None:
    """Each kind of thing has its words."""
    words = desk.town.forms.words
    for what in ("left_sheet", "left_unplaced", "left_column", "left_cells", "left_pictures", "left_notes", "left_cut", "left_more"):
        one = LeftBehind(what, 3, {"sheet": "S", "column": "K", "cells": ""})
        assert all("3" in words.text(one.what, language, n=one.count, **one.facts) for language in LEADS)
    assert set(ANSWERS) == set(OWNERS)
