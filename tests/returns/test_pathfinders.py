"""Return forms of an English ministry's programme, described as a form that others designed: each value is read where it stands.

What is right is worked out by openpyxl, which knows merged cells, from the files themselves.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from openpyxl.worksheet.worksheet import Worksheet

from municipality import FRAMES, GOALS
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.read import Reading, ReturnReader
from styrxl.returns.tables import Table
from town import Town, new_town

FOLDER = Path(__file__).parents[3] / "shared" / "foreign"
IN_ORDER, WITH_FAULTS = FOLDER / "PF_Round_3_Success.xlsx", FOLDER / "PF_Round_1_General_Validation_Failures.xlsx"
PLACEHOLDER = "Please select an option"
QUARTERS = ("(Apr to Jun)", "(Jul to Sep)", "(Oct to Dec)", "(Jan to Mar)")
FIRST, SECOND, THIRD = (f"Financial year {year} to {year + 1}" for year in (2024, 2025, 2026))
Raw = dict[str, Any]

pytestmark = pytest.mark.skipif(not IN_ORDER.is_file(), reason="the files are not here")


def make_periods(first: str, years: Mapping[str, str]) -> dict[str, str]:
    """Return the headings of sums in each period, by field: what has been so far, and quarters of years, actual or forecast."""
    quarters = {
        f"y{n}q{q}": f"{year} {quarter} {kind}" for n, (year, kind) in enumerate(years.items(), 1) for q, quarter in enumerate(QUARTERS, 1)
    }
    return {"so_far": first, **quarters}


def describe(name: str, progress: dict[str, str], outputs: Mapping[str, str], spent: Mapping[str, Mapping[str, str]]) -> Raw:
    """Return the description of a form: columns of progress, periods of outputs, and periods of each table of spending."""
    texts = {"project": "Project name"}
    themes = {"theme": "Intervention theme", "output": "Output", "unit_of": "Unit of measurement"}

    def table(name: str, marker: str, columns: Mapping[str, str], numbers: Mapping[str, str] | None = None, **more: Any) -> Raw:
        asked = {field: {"heading": heading, "required": True} for field, heading in columns.items()}
        asked |= {field: {"heading": heading, "type": "number", "required": True} for field, heading in (numbers or {}).items()}
        marks = {"from": f"PF-USER_{marker}-START", "until": f"PF-USER_{marker}-END"}
        return {"name": name, "table": f"pf_{marker.lower().replace('-', '_')}", **marks, "columns": asked, **more}

    sheets = {
        "projects": table(
            "Project location",
            "PROJECT-LOCATION",
            texts | {"postcodes": "Project full postcode/postcodes (for example, AB1D 2EF)"},
            skip=["If a project has multiple postcodes…"],
        ),
        "progress": table("Progress", "PROJECT-PROGRESS", texts | progress),
        "outputs": table("Outputs", "STANDARD-OUTPUTS", themes, outputs, heading_rows=3),
        "bespoke_outputs": table("Outputs", "BESPOKE-OUTPUTS", themes, outputs, heading_rows=3),
        "details": {
            "name": "Admin",
            "table": "pf_details",
            "layout": "down",
            "answers": "below",
            "skip": ["This field is optional", "Date by which Pathfinder grant elements…"],
            "columns": {
                "completed": {"heading": "Practical completion date", "type": "date", "any_year": True},
                "contact": {"heading": "Contact name", "required": True},
                "email": {"heading": "Contact email"},
                "telephone": {"heading": "Contact telephone", "code": True},
            },
        },
    }
    for marker, periods in spent.items():
        skip = ["Total MHCLG spend (inc. F&F)", "Total DLUHC spend (inc. F&F)", "Total match", "Total"]
        more = {"heading_rows": 3, "skip": skip, "unique": ["spent_on"]}
        sheets[marker.lower().replace("-", "_")] = table("Finances", marker, {"spent_on": "Type of spend"}, periods, **more)
    identity = {"sheet": "Admin", "label": "Organisation name", "answers": "below"}
    form = {"form": name, "version": 1, "foreign": True, "level": "board", "rounds": ["pf"], "title": "Pathfinders"}
    return {**form, "identity": identity, "blank": [PLACEHOLDER, "<Select>"], "units": ["£"], "sheets": sheets}


SO_FAR = "Total cumulative {} to date (Up to and including Mar 2024) Actual"
LATER = {FIRST: "Actual", SECOND: "Forecast", THIRD: "Forecast"}
CAPITAL, REVENUE = (f"FORECAST-AND-ACTUAL-SPEND-{kind}" for kind in ("CAPITAL", "REVENUE"))
RATINGS = {
    "spend": "Spend RAG rating",
    "delivery": "Delivery RAG rating",
    "why": "Why have you given these ratings? Enter an explanation (100 words max)",
}
ROUND_3 = describe(
    "pf3",
    {"status": "Project status", **RATINGS},
    make_periods(SO_FAR.format("outputs"), LATER),
    dict.fromkeys((CAPITAL, REVENUE), make_periods(SO_FAR.format("actuals"), LATER)),
)
EARLIER = make_periods("Financial year 2023 to 2024 (Jan to Mar) Actual", {FIRST: "Forecast", SECOND: "Forecast"})
ROUND_1 = describe("pf1", RATINGS, EARLIER, {"FORECAST-AND-ACTUAL-SPEND": EARLIER})


def put_forms(root: Path) -> None:
    """Give a folder the files that describe the forms."""
    for folder in ("sheets", "schemas"):
        (root / folder).mkdir(exist_ok=True)
    dtypes = {"number": "float64", "date": "datetime64[ns]", "text": "str"}
    for form in (ROUND_3, ROUND_1):
        (root / "sheets" / f"{form['form']}.yaml").write_text(yaml.safe_dump(form, allow_unicode=True, sort_keys=False), "utf-8")
        for sheet in form["sheets"].values():
            columns = {field: {"dtype": dtypes[c.get("type", "text")], "nullable": True} for field, c in sheet["columns"].items()}
            schema = {"schema_type": "dataframe", "version": "0.35.0", "columns": columns, "strict": False}
            (root / "schemas" / f"{sheet['table']}.yaml").write_text(yaml.safe_dump(schema), "utf-8")
    kind = {"name": {"sv": "Pathfinders", "en": "Pathfinders"}, "day": "03-31", "after": "plan"}
    (root / "sheets" / "rounds.yaml").write_text(yaml.safe_dump({"rounds": {"pf": kind}}), "utf-8")


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Forms:
    """Make forms of which two are the programme's."""
    root = tmp_path_factory.mktemp("pathfinders")
    put_forms(root)
    return Forms([standard_folder(), root])


def read(forms: Forms, name: str, path: Path) -> Reading:
    """Read a file by a form."""
    with ReturnReader(forms) as reader:
        return reader.read_as(path.read_bytes(), forms.form(name, None, "pf"), "en")


def open_file(path: Path) -> openpyxl.Workbook:
    """Open a file with openpyxl, with the values that its formulas had."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, data_only=True)


def find_row(sheet: Worksheet, text: str) -> int:
    """Return the row in which a cell is a text."""
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == text)


def see_heading(sheet: Worksheet, row: int, column: int) -> str:
    """Return what stands above a column in a row of headings, in the cell or in the one that it is merged with."""
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            return str(sheet.cell(merged.min_row, merged.min_col).value or "").strip() if merged.min_row == row else ""
    return str(sheet.cell(row, column).value or "").strip()


def list_begun(sheet: Worksheet, form: Raw, columns: set[int]) -> Iterator[int]:
    """Yield the rows of a table in which something stands in one of some columns, that is no placeholder, help or sum."""
    first, last = find_row(sheet, form["from"]), find_row(sheet, form["until"])
    helps = [text.rstrip("…") for text in form.get("skip", ())]
    for row in range(first + 1 + form.get("heading_rows", 1), last):
        values = [sheet.cell(row, column).value for column in range(1, sheet.max_column + 1)]
        is_help = any(str(value) == text or (len(text) > 30 and str(value).startswith(text)) for value in values for text in helps)
        if not is_help and any(sheet.cell(row, column).value not in {None, PLACEHOLDER} for column in columns):
            yield row


def check_where_it_stands(form: Raw, table: Table, book: openpyxl.Workbook) -> None:
    """Hold a table against openpyxl's view of its sheet: the rows, the headings above each column, and each value in its cell."""
    described, sheet = form["sheets"][table.sheet.key], book[table.place.sheet]
    assert table.typed
    assert list(table.rows) == list(list_begun(sheet, described, set(table.place.columns.values())))
    first = find_row(sheet, described["from"]) + 1
    for field, column in table.place.columns.items():
        above = [see_heading(sheet, row, column) for row in range(first, first + described.get("heading_rows", 1))]
        assert " ".join(filter(None, above)) == described["columns"][field]["heading"]
        values = table.typed.columns[field] if described["columns"][field].get("type") else table.columns[field]
        for row, value in zip(table.rows, values, strict=True):
            seen = sheet.cell(row, column).value
            is_text = described["columns"][field].get("type") and isinstance(seen, str)
            assert (value or None) == (None if seen in {PLACEHOLDER, 0} or is_text else seen), (field, row)


@pytest.mark.parametrize("form, path", [(ROUND_3, IN_ORDER), (ROUND_1, WITH_FAULTS)], ids=["in order", "with faults"])
def test_each_value_is_read_where_it_stands(forms: Forms, form: Raw, path: Path) -> None:
    """Projects, progress, outputs and finances, none of them doubled or left out; nothing is missing."""
    reading, book = read(forms, form["form"], path), open_file(path)
    assert [finding for finding in reading.table_findings if finding.severity == "error"] == []
    assert {table.sheet.key for table in reading.tables} == form["sheets"].keys()
    for table in reading.tables:
        if table.sheet.layout == "rows":
            assert table.rows, table.sheet.key
            check_where_it_stands(form, table, book)


def test_what_stands_below_labels_is_read(forms: Forms) -> None:
    """Past a line of help, and in words or as a date."""
    reading, sheet = read(forms, "pf3", IN_ORDER), open_file(IN_ORDER)["Admin"]
    details = next(table for table in reading.tables if table.sheet.key == "details")
    assert details.typed
    for field, label in {"contact": "Contact name", "email": "Contact email"}.items():
        assert details.typed.columns[field] == [sheet.cell(find_row(sheet, label) + 1, 2).value]
    assert details.typed.columns["telephone"] == [sheet.cell(find_row(sheet, "Contact telephone") + 2, 2).value]
    assert details.typed.columns["completed"] == [date(2030, 3, 31)]
    named = find_row(sheet, "Organisation name") + 1
    assert reading.named == ("Admin", f"B{named}", sheet.cell(named, 2).value)


def test_sums_of_the_tables_are_those_of_the_sheet(forms: Forms) -> None:
    """The form's own total of each period is what was read of its parts."""
    tables = {table.sheet.key: table for table in read(forms, "pf3", IN_ORDER).tables}
    sheet = open_file(IN_ORDER)["Finances"]
    for marker in (CAPITAL, REVENUE):
        table = tables[marker.lower().replace("-", "_")]
        total = find_row(sheet, f"PF-USER_{marker}-END") - 1
        assert sheet.cell(total, 2).value == "Total"
        assert table.typed
        for field, column in table.place.columns.items():
            if field != "spent_on":
                assert sum(table.typed.columns[field]) == pytest.approx(sheet.cell(total, column).value)


def test_faults_are_found_at_their_cells(forms: Forms) -> None:
    """What is no number, wherever openpyxl sees a text in a column of them; and what is no text."""
    reading, book = read(forms, "pf1", WITH_FAULTS), open_file(WITH_FAULTS)
    found, wanted = set(), set()
    for table in reading.tables:
        assert table.typed
        found |= {(table.place.sheet, table.place.cell(r.field, r.row)) for r in table.typed.remarks if r.rule == "wrong-type"}
        for column in (column for column in table.sheet.columns if column.kind in {"number", "text"} and not column.code):
            cells = {cell for row in table.rows if (cell := table.place.cell(column.field, row))}
            texts = {cell for cell in cells if isinstance(book[table.place.sheet][cell].value, str)}
            wrong = texts if column.kind == "number" else {c for c in cells - texts if book[table.place.sheet][c].value is not None}
            wanted |= {(table.place.sheet, cell) for cell in wrong}
    assert found == wanted
    assert found


def test_a_return_goes_all_the_way(tmp_path: Path) -> None:
    """It is theirs whom it names; the one in order counts, and of the other each fault is told at its cell."""
    named = open_file(IN_ORDER)["Admin"]
    owner = str(named.cell(find_row(named, "Organisation name") + 1, 2).value)
    boards = [{"org_id": "UBN", "name": owner, "kind": "board"}, {"org_id": "KFN", "name": "Another", "kind": "board"}]
    root = new_town(tmp_path / "town", {"organisation": boards, "council_goals": GOALS, "frames": FRAMES[:2]}).root
    put_forms(root)
    town = Town(root)
    town.run("receive", "2027-pf", str(IN_ORDER), "--form", "pf3")
    [counted] = json.loads(town.run("validate", "--round", "2027-pf", "--format", "json").stdout)["workbooks"]
    assert (counted["owner"], counted["verdict"]) == ("UBN", "accepted")
    words = ("validate", str(WITH_FAULTS), "--round", "2027-pf", "--form", "pf1", "--format", "json")
    [faulty] = json.loads(town.run(*words, expect=1).stdout)["workbooks"]
    assert faulty["verdict"] == "rejected"
    assert all(finding["sheet"] and finding["cell"] for finding in faulty["findings"])
    town.run("consolidate", "2027-pf")
    book = openpyxl.load_workbook(root / "council/2027-pf.xlsx", read_only=True)
    told = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    location = open_file(IN_ORDER)["Project location"]
    first = find_row(location, "PF-USER_PROJECT-LOCATION-START") + 3
    assert {location.cell(first, 2).value, location.cell(first, 3).value} <= told
