"""Every list of a workbook may be had as an Excel table with a name that stays, on a sheet of its own."""

from __future__ import annotations

import io
from itertools import takewhile
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.cell_range import CellRange

from report_sheets import Cells, elements, parts, sheets
from small_year import follow_up, history, planning
from styrxl.excel.workbook import WrittenBook
from styrxl.reports.book import board_book, council_book, make_book

NAMES = {
    "plan": {"goal_chain", "operational_goals", "finance_lines"},
    "t1": {"goal_chain", "frames", "undecided", "own_budget", "outcomes", "explanations", "unit_outcomes", "frame_adjustments"}
    | {"investment_frames", "council_goals", "board_goals", "operational_goals", "oversight_groups", "commitment_groups"},
}
NAMES["t2"] = NAMES["t1"] | {"goals_by_round"}
NAMES["year"] = (NAMES["t2"] - {"undecided", "explanations"}) | {"contributions", "carry_over"}


def given(kind: str) -> tuple[Any, ...]:
    return planning() if kind == "plan" else (*follow_up(kind), history(kind))


def make(kind: str, *, tables: bool = True) -> WrittenBook:
    return council_book(*given(kind), tables=tables)


def read_tables(data: bytes) -> dict[str, tuple[str, list[str]]]:
    """Return each Excel table's range and headings, by name."""
    found = {}
    for name, text in parts(data).items():
        if name.startswith("xl/tables/"):
            table = elements(text)
            found[table.get("displayName", "")] = (
                table.get("ref", ""),
                [column.get("name", "") for column in table.iter() if column.tag.endswith("tableColumn")],
            )
    return found


def rows_of(cells: Cells, heading: str) -> list[list[Any]]:
    """Return the rows of the table under a heading."""
    top = next(n for n, line in enumerate(cells) if line[0] == heading) + 2
    return list(takewhile(any, cells[top:]))


@pytest.mark.parametrize("kind", NAMES)
def test_each_list_is_a_table_under_its_name(kind: str) -> None:
    tables = read_tables(make(kind).workbook)
    assert {name.removeprefix("styrxl_list_") for name in tables if name.startswith("styrxl_list_")} == NAMES[kind]
    _, book = make_book(*(planning() if kind == "plan" else follow_up(kind)), None, None if kind == "plan" else history(kind))
    told = [(page.key, block) for page in book.pages if page.key not in {"overview", "charts", "glance"} for block in page.blocks]
    unnamed = {(key, block.heading) for key, block in told if not (block.name or block.table)}
    prose = {(f"sound_{'final' if kind == 'year' else 'expected'}", heading) for heading in ("Helheten", None)}  # words, key figures
    assert unnamed <= prose


def test_without_being_asked_for_they_are_not_there() -> None:
    plain = make("year", tables=False)
    assert not [name for name in read_tables(plain.workbook) if name.startswith("styrxl_list_")]
    assert "Tabeller" not in sheets(plain.workbook)
    assert make("year").workbook == make("year").workbook


def test_tables_hold_no_sums_and_add_up_to_them() -> None:
    pages = sheets(make("year").workbook)
    heading, money = "Årets utfall mot egen budget", "Aktuell budget (tkr)"
    lines = rows_of(pages["Tabeller"], heading)
    shown = rows_of(pages["Ekonomi"], heading)
    at, there = (page[[line[0] for line in page].index(heading) + 1].index(money) for page in (pages["Tabeller"], pages["Ekonomi"]))
    assert [[*line[:2], line[at]] for line in lines] == [
        ["Utbildningsnämnden", "Grundskola", 825.5],
        ["Utbildningsnämnden", "Förskola", 145.25],
        ["Utbildningsnämnden", "Att fördela", 9.0],
        ["Kultur- och fritidsnämnden", "Bibliotek", 480.0],
    ]
    assert shown[-1][0] == "Summa nämnder"
    assert sum(line[at] for line in lines) == shown[-1][there]
    frames = rows_of(pages["Tabeller"], "Årets utfall mot fullmäktiges ram")
    assert [line[0] for line in frames] == ["Utbildningsnämnden", "Kultur- och fritidsnämnden", "Revisorerna"]


def test_a_tree_says_how_deep_each_of_its_rows_hangs() -> None:
    pages = sheets(make("plan").workbook)
    chain = rows_of(pages["Tabeller"], pages["Målkedja"][0][0])
    [headings] = [line for line in pages["Tabeller"] if line[0] and "Nivå" in line]
    at = headings.index("Nivå")
    assert [line[at] for line in chain][:3] == [1, 2, 3]


def test_control_totals_stay_the_same() -> None:
    """What stands on the sheet again is not counted again."""
    assert sheets(make("year").workbook)["Källor"] == sheets(make("year", tables=False).workbook)["Källor"]


def test_a_board_has_them_too() -> None:
    judged, plan, issued, scope = follow_up("year")
    made = board_book(judged, plan, issued, scope, "UBN", history("year"), None, tables=True)
    assert "styrxl_list_outcomes" in read_tables(made.workbook)


@pytest.mark.parametrize("kind", ["plan", "t2", "year"])
def test_excel_finds_the_same_tables_in_both_languages(kind: str) -> None:
    """As openpyxl reads them: the same names, each with its headings in the cells, every column its own, over rows that are filled in."""
    named = {}
    for language in ("sv", "en"):
        given_ = planning(language) if kind == "plan" else (*follow_up(kind, language), history(kind))
        book = load_workbook(io.BytesIO(council_book(*given_, tables=True).workbook))
        tables = {table.name: (sheet, table) for sheet in book for table in sheet.tables.values()}
        for sheet, table in tables.values():
            headings, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
            assert headings == [column.name for column in table.tableColumns]
            assert len({str(heading).casefold() for heading in headings}) == len(headings)
            assert all(any(cell is not None for cell in row) for row in rows)
            assert not [merged for merged in sheet.merged_cells.ranges if not merged.isdisjoint(CellRange(table.ref))]
        named[language] = set(tables)
    assert named["sv"] == named["en"] >= {f"styrxl_list_{name}" for name in NAMES[kind]}
    assert {"styrxl_commitments", "styrxl_oversight"} <= named["sv"]
