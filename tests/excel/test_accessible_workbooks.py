"""The workbooks that people get: a title and a language, charts told in words, headings that stay, and no status by colour alone."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from report_kinds import KINDS, make_report
from styrxl.excel import look
from styrxl.model.standard_folder import standard_folder

FORMS = sorted((standard_folder() / "sheets").glob("*.xlsx"))
FIRST = {"sv": {"Start", "Översikt"}, "en": {"Start", "Overview"}}
STATUS = {look.GOOD.fill, look.MEND.fill, look.WATCH.fill}
_PAGE = 45  # rows on a printed page, at most: what is shorter needs no heading on the next one


def read_part(data: bytes, name: str) -> str:
    """Return a part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8")


def list_barriers(data: bytes, language: str) -> list[str]:
    """Return what would be in somebody's way in a workbook."""
    core, book = read_part(data, "docProps/core.xml"), load_workbook(io.BytesIO(data))
    found = [] if re.search(r"<dc:title>[^<]+</dc:title>", core) else ["no title"]
    found += [] if f"<dc:language>{language}</dc:language>" in core else ["no language"]
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    found += [] if seen[0].title in FIRST[language] else [f"begins with {seen[0].title}"]
    found += [one for sheet in seen for one in _look_at(sheet)]
    return [*found, *_list_pictures_without_words(data, book)]


def _look_at(sheet: Worksheet) -> list[str]:
    """Return what is wrong on a sheet: its tables' headings, each in a cell of its own, stay in sight and come again on each page."""
    areas = [range_boundaries(table.ref) for table in sheet.tables.values()]
    areas += [range_boundaries(sheet.auto_filter.ref)] if sheet.auto_filter.ref else []
    heads = {int(area[1] or 0) for area in areas}
    merged = [str(one) for one in sheet.merged_cells.ranges if any(one.min_row <= head <= one.max_row for head in heads)]
    found = [f"{sheet.title}: {one} is merged over headings" for one in merged]
    if len(heads) == 1 and max(int(area[3] or 0) for area in areas) > _PAGE:  # of several tables on a sheet none can be every page's
        found += [] if sheet.print_title_rows else [f"{sheet.title}: its headings are on its first page alone"]
        found += [] if sheet.freeze_panes else [f"{sheet.title}: its headings do not stay"]
    return found


def _list_pictures_without_words(data: bytes, book: Workbook) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        drawings = {name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.startswith("xl/drawings/drawing")}
    charts = sum(len(sheet._charts) for sheet in book.worksheets)  # type: ignore[attr-defined, misc] # noqa: SLF001
    told = [element for drawing in drawings.values() for element in re.findall(r"<xdr:cNvPr\b[^>]*>", drawing)]
    assert len(told) >= charts
    return [element for element in told if not re.search(r'descr="[^"]{3,}"', element)]


@pytest.mark.parametrize("name", KINDS)
def test_reports_are_in_nobodys_way(name: str) -> None:
    assert list_barriers(make_report(name), name.rpartition(" ")[2]) == []


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_forms_are_in_nobodys_way(path: Path) -> None:
    assert list_barriers(path.read_bytes(), path.stem.rpartition(".")[2]) == []


@pytest.mark.parametrize("name", KINDS)
def test_whatever_has_the_colour_of_a_status_says_it_in_words_too(name: str) -> None:
    book = load_workbook(io.BytesIO(make_report(name)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if _is_status(cell.fill.fgColor.rgb)]
    assert [cell.coordinate for cell in cells if not str(cell.value or "").strip()] == []
    rules = [rule for sheet in book.worksheets for area in sheet.conditional_formatting for rule in area.rules]
    colouring = [rule for rule in rules if rule.dxf and rule.dxf.fill and _is_status(rule.dxf.fill.bgColor.rgb)]
    assert {rule.type for rule in colouring} <= {"cellIs", "expression", "containsText", "beginsWith"}
    assert [rule.formula for rule in colouring if not rule.formula] == []  # each is about what a cell says
    assert cells or colouring


def _is_status(colour: object) -> bool:
    return isinstance(colour, str) and colour[-6:] in STATUS
