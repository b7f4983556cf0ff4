"""What the copy's sheets say of themselves agrees with its list of what to mend: as it is written, and as LibreOffice works it out."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import openpyxl
import pytest

from annotated_desk import Desk, lead
from long_runs import LONG
from office import Office
from styrxl.model.judged import Judged
from styrxl.sample.faults.plan import list_faults
from styrxl.sample.opened import open_sheets, open_workbook, save_workbook, write_text

ERRORS = ("! Rätta", "! Correct")
OVER = ("ramen", "frame")  # of sums, of which the list warns
Broken = dict[tuple[str, str], tuple[bytes, Judged, bytes]]


def list_contradictions(back: bytes) -> list[str]:
    """Return what speaks against itself in a copy: rows that need mending and lines of the list, both ways, and the counts on Start."""
    book = openpyxl.load_workbook(io.BytesIO(back), data_only=True)
    said: dict[str, set[int]] = {}
    for sheet in book.worksheets[2:]:
        texts = [(cell.row or 0, cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        rows = {row for row, text in texts if text.startswith("! ") and not any(word in text for word in OVER)}
        said |= {sheet.title: rows} if rows else {}
    listed: dict[str, set[int]] = {}
    whole = set()
    for state, sheet_name, cells in (row[:3] for row in _lines(back)):
        if state in ERRORS:
            numbers = {int(number) for part in str(cells).split(", ") for number in _rows_of(part)}
            listed.setdefault(str(sheet_name), set()).update(numbers)
            if not numbers or min(numbers) <= 4:
                whole.add(str(sheet_name))
    found = [f"{name} {row} is listed, but says nothing" for name in listed for row in listed[name] - said.get(name, set()) if row > 4]
    if "" not in whole:
        rows_said = ((name, row) for name, rows in said.items() if name not in whole for row in rows - listed.get(name, set()))
        found += [f"{name} {row} says something, but is not listed" for name, row in rows_said]
    states = {row[0].value: str(row[3].value) for row in book["Start"].iter_rows(max_col=4) if row[0].value}
    for sheet in book.worksheets[2:]:
        state = states.get(sheet.title, "")
        counted = re.match(r"! (\d+)", state)
        if state not in {"Inte påbörjat", "Not begun"} and (int(counted[1]) if counted else 0) != len(said.get(sheet.title, ())):
            found.append(f"Start says {state!r} of {sheet.title}, where {len(said.get(sheet.title, ()))} rows say something")
    return found


def _rows_of(cells: str) -> range:
    numbers = [int(number) for number in re.findall(r"\d+", cells)]
    return range(numbers[0], numbers[-1] + 1) if numbers else range(0)


def _lines(back: bytes) -> list[list[object]]:
    rows = lead(back)[8:]
    end = next((index for index, row in enumerate(rows) if not row[0]), len(rows))
    return rows[:end]


@pytest.mark.parametrize("fault", sorted({*list_faults()}))
def test_nothing_contradicts_the_list(broken: Broken, fault: str) -> None:
    """For each fault, in each form and language."""
    for (name, owner), (_, _, back) in broken.items():
        if name == fault:
            assert list_contradictions(back) == [], owner


Mistake = tuple[str, str, object]  # sheet, field, and what is written in its first row
MISTAKES: list[Mistake] = [
    ("commitments", "start", "våren kanske"),
    ("commitments", "responsible", "xxx"),
    ("commitments", "parent_id", "Ett annat mål"),
    ("commitments", "parent_id", "fler elever når målen"),
    ("budget", "cost", "1 200 tkr"),
    ("budget", "cost", -5),
    ("budget", "cost", "10-20"),
    ("budget", "activity", "Summa"),
    ("goals", "from_year", "2027 "),
    ("goals", "to_year", 20277),
    ("goals", "priority", "1 - högst"),
    ("indicators", "direction", "upp"),
    ("indicators", "target", "många"),
    ("confirmation", "confirms", "j"),
    ("confirmation", "decision_date", "i vår"),
    ("confirmation", "responsible", None),
    ("goal_responses", "contribution", "-"),
    ("investments", "finished_year", "snart"),
]


def share_out(mistakes: Sequence[Mistake]) -> list[list[Mistake]]:
    """Return mistakes so that of those in one workbook no two are on one sheet; in the long run each by itself."""
    if LONG:
        return [[mistake] for mistake in mistakes]
    shared: list[list[Mistake]] = []
    for mistake in mistakes:
        fitting = (books for books in shared if mistake[0] not in {key for key, _, _ in books})
        if (together := next(fitting, None)) is None:
            shared.append(together := [])
        together.append(mistake)
    return shared


@pytest.mark.parametrize("mistakes", share_out(MISTAKES))
def test_nothing_contradicts_the_list_of_a_mistake(desk: Desk, mistakes: Sequence[Mistake]) -> None:
    """Whatever is written in a cell: its row says so if the list does."""
    book = open_workbook(desk.town.filled("UBN"))
    for key, field, written in mistakes:
        open_sheets(book, desk.form("UBN"))[key].cell(field, 0).value = written  # type: ignore[assignment] # a cell takes what a person types
    assert list_contradictions(desk.back("UBN", save_workbook(book))) == []


def test_a_row_says_where_to_look_until_it_is_mended(desk: Desk, office: Office) -> None:
    """Where Kontroll cannot know what is wrong, it points at the list; mended, it is done, and Start says so."""
    book = open_workbook(desk.town.filled("UBN"))
    sheet = open_sheets(book, desk.form("UBN"))["commitments"]
    cell = sheet.cell("responsible", 0)
    write_text(cell, "xxx")
    back = desk.back("UBN", save_workbook(book))
    check = f"J{cell.row}"
    said = [
        openpyxl.load_workbook(io.BytesIO(data), data_only=True)[sheet.title][check].value
        for data in (back, office.fill(back, {"Start": {}}), office.fill(back, {sheet.title: {str(cell.coordinate): "Skolchef"}}))
    ]
    assert said == ["! Se bladet Att åtgärda.", "! Se bladet Att åtgärda.", "✓ Klar"]


@pytest.mark.skipif(not LONG, reason="long")
def test_nothing_contradicts_the_list_once_recalculated(office: Office, broken: Broken) -> None:
    """In LibreOffice, for each fault, in each form and language."""
    for key, (_, _, back) in broken.items():
        assert list_contradictions(office.fill(back, {"Start": {}})) == [], key
