"""The tests' own tool: LibreOffice as the person who fills in a workbook."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Protection
from python_calamine import CalamineWorkbook

from office import TRIES, TYPIST, Cells, Formula, LockedCellError, Office, OfficeError

SHEET = "Åtaganden"


def workbook() -> bytes:
    """One protected sheet: A1 locked, A2:F2 to fill in (F2 a date), A3 a formula over B2."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    sheet["A1"] = "Åtagande*"
    sheet["A3"] = '=IF(B2="","saknas",B2*2)'
    for cell in ("A2", "B2", "C2", "D2", "E2", "F2"):
        sheet[cell].protection = Protection(locked=False)
    sheet["E2"] = "struket"
    sheet["F2"].number_format = "d/m yyyy"
    sheet.protection.sheet = True
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def values(data: bytes) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(SHEET).to_python()]


TYPED: Cells = {
    SHEET: {
        "A2": "=inte en formel å̈",
        "B2": 1200.5,
        "C2": dt.date(2027, 3, 1),
        "D2": Formula("=SUM(1;2)"),
        "E2": None,
        "F2": dt.date(2027, 12, 31),
    }
}


@pytest.mark.parametrize("to", ["xlsx", "ods"])
def test_fill_types_as_a_person_and_recalculates(office: Office, to: str) -> None:
    """Texts stay texts, numbers and dates arrive as such, formulas follow."""
    rows = values(office.fill(workbook(), TYPED, to))

    assert rows[1] == ["=inte en formel å̈", 1200.5, dt.date(2027, 3, 1), 3.0, "", dt.date(2027, 12, 31)]
    assert rows[2][0] == 2401.0


def test_fill_keeps_the_format_of_a_cell(office: Office) -> None:
    """A date typed in a cell with a format of its own shows in it; one without gets a date format."""
    sheet = openpyxl.load_workbook(io.BytesIO(office.fill(workbook(), TYPED)))[SHEET]

    assert sheet["C2"].number_format.lower() == "yyyy\\-mm\\-dd"
    assert sheet["F2"].number_format.lower().replace("\\", "") == "d/m yyyy"


def test_fill_is_refused_a_locked_cell(office: Office) -> None:
    """What a person cannot type in, a test cannot either."""
    with pytest.raises(LockedCellError, match=f"{SHEET}!A1"):
        office.fill(workbook(), {SHEET: {"A1": "annat"}})


def test_fill_names_an_unknown_sheet(office: Office) -> None:
    with pytest.raises(OfficeError, match="no sheet 'Ekonomi'"):
        office.fill(workbook(), {"Ekonomi": {"A1": 1}})


def test_fill_goes_on_after_what_cannot_be_read(office: Office) -> None:
    """A file that LibreOffice refuses is an error, and the next one works."""
    with pytest.raises(OfficeError):
        office.convert(b"PK\x03\x04 rubbish", "xlsx")

    assert values(office.convert(workbook(), "xlsx"))[0] == ["Åtagande*", "", "", "", ""]


@pytest.mark.parametrize("value", [dt.datetime(2027, 3, 1, tzinfo=dt.UTC), b"bytes"])
def test_fill_takes_only_what_can_be_typed(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    """A mistake in a test is told before LibreOffice starts."""
    with pytest.raises(TypeError):
        Office(tmp_path_factory.mktemp("unused")).fill(workbook(), {SHEET: {"A2": value}})


def test_convert_by_way_of_ods(office: Office) -> None:
    """What was saved as ods can be opened again."""
    ods = office.convert(workbook(), "ods")

    with zipfile.ZipFile(io.BytesIO(ods)) as parts:
        assert parts.read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"
    assert values(office.convert(ods, "xlsx", suffix=".ods"))[1][4] == "struket"


def test_convert_to_pdf(office: Office) -> None:
    assert office.convert(workbook(), "pdf").startswith(b"%PDF-")


def test_a_crash_is_no_answer(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever talks to LibreOffice may die of a signal, as UNO does now and then: the job is done anew, a few times."""
    crashing, mark = tmp_path / "typist.py", tmp_path / "crashes"
    mark.write_text("")
    crashing.write_text(
        f"import os, runpy, signal\nwith open({str(mark)!r}, 'a') as file:\n    file.write('x')\n"
        f"if os.path.getsize({str(mark)!r}) < {TRIES}:\n    os.kill(os.getpid(), signal.SIGSEGV)\n"
        f"runpy.run_path({str(TYPIST)!r}, run_name='__main__')\n"
    )
    monkeypatch.setattr("office.TYPIST", crashing)

    assert office.convert(workbook(), "ods")
    assert mark.read_text() == "x" * TRIES

    crashing.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    with pytest.raises(OfficeError, match="SIGSEGV"):
        office.convert(workbook(), "ods")


def test_office_is_started_again_after_its_end(office: Office) -> None:
    """One workbook that kills LibreOffice does not take the other tests with it."""
    office.stop()

    assert office.convert(workbook(), "ods")
