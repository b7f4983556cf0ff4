"""Form and prefill become a workbook: what stands in it, what may be typed, what it says, and that it is the same each time."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from office import Formula, LockedCellError, Office
from styrxl.excel import look, measure
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES, Form, select_columns
from styrxl.model.prefill import Prefill
from styrxl.model.standard_folder import standard_folder
from styrxl.templates import build
from styrxl.templates.layout import PAGE_WIDTH, SheetLayout, lay_out_sheets
from workbook_parts import read_parts

FORMS = Forms([standard_folder()])
WORDS = FORMS.words
KINDS = [(name, profile) for name in FORMS.names() for profile in (None, *FORMS.profiles(name))]
_ROUNDS = {name: FORMS.form(name).rounds if name.endswith("followup") else (None,) for name in FORMS.names()}
IN_ROUNDS = [(name, profile, kind) for name, profile in KINDS for kind in _ROUNDS[name]]
BLANK = [(name, profile, kind) for name, profile in KINDS for kind in build.list_blank_kinds(FORMS.form(name, profile))]
COUNCIL_GOALS = (
    ("KF-M1", "Alla barn och unga ska nå målen i skolan och ha en meningsfull fritid nära hemmet"),
    ("KF-M2", "Fler ska känna sig trygga i sin närmiljö"),
    ("KF-M3", "Ekonomin ska vara i balans"),
)


def prefill(form: str, **changes: Any) -> Prefill:
    """Return a plan for 2027, or the council's plan; what a test is about comes as changes."""
    common: dict[str, Any] = {
        "form": form,
        "version": 1,
        "profile": None,
        "language": "sv",
        "round": "2027-plan",
        "round_name": "Plan 2027",
        "year": 2027,
        "owner": "UBN",
        "owner_name": "Utbildningsnämnden",
        "board_id": "UBN",
        "board_name": "Utbildningsnämnden",
        "municipality": "Botkyrka kommun",
        "contact": "ekonomi@botkyrka.example",
        "due": "2026-11-30",
        "issue": "I-1",
        "signature": "s1",
    }
    of_form: dict[str, dict[str, Any]] = {
        "annual_plan": {
            "frames": {"operating_frame": 1000.0, "investment_frame": None},
            "rows": {
                "goal_responses": (
                    {"goal_id": "KF-M1", "text": COUNCIL_GOALS[0][1], "focus_area": "Lärande", "dimension": "quality", "concerns": "yes"},
                    {"goal_id": "KF-M2", "text": COUNCIL_GOALS[1][1], "focus_area": "Trygghet", "dimension": "operations"},
                ),
                "assignment_plans": ({"assignment_id": "KF-U1", "text": "Utred skolskjutsen", "due": "2027-06-30"},),
                "unit_frames": ({"unit_id": "UBN-ALBY Albyskolan"},),
            },
            "lists": {"council_goals": COUNCIL_GOALS, "units": (("UBN-ALBY", "Albyskolan"),)},
        },
        "unit_plan": {
            "owner": "UBN-ALBY",
            "owner_name": "Albyskolan",
            "frames": {"unit_frame": 45678.5},
            "rows": {"board_goals": ({"id": "UBN-M1", "what": "Nämndmål", "text": "Fler når målen", "serves": "KF-M1"},)},
            "lists": {"board_goals": (("UBN-M1", "Fler når målen"),), "board_commitments": (("UBN-2027-A1", "Läslyft"),)},
        },
        "multi_year_plan": {"round": "", "round_name": "", "year": 0, "due": None, "owner": "KF", "owner_name": "Fullmäktige"},
    }
    return Prefill(**{**common, **of_form.get(form, {}), **changes})


def made(form: str, profile: str | None = None, **changes: Any) -> bytes:
    """Return the workbook of a form and prefill."""
    if not changes:
        return unchanged(form, profile)
    return build.build(FORMS.form(form, profile), prefill(form, profile=profile, **changes))


@cache
def unchanged(form: str, profile: str | None) -> bytes:
    return build.build(FORMS.form(form, profile), prefill(form, profile=profile))


@cache
def standard() -> Mapping[str, bytes]:
    return build.build_blank_templates(FORMS)


def file_name(name: str, profile: str | None, kind: str | None, language: str) -> str:
    return ".".join([part for part in (name, profile, kind, language, "xlsx") if part])


def opened(data: bytes, *, values: bool = False) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def cells(data: bytes, *, values: bool = True) -> dict[tuple[str, str], Any]:
    """Return all cells that hold something, by sheet and cell."""
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in opened(data, values=values).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    }


def formulas(data: bytes) -> set[tuple[str, str]]:
    found = opened(data)
    return {(sheet.title, c.coordinate) for sheet in found.worksheets for row in sheet.iter_rows() for c in row if c.data_type == "f"}


def identity(book: Workbook) -> dict[Any, Any]:
    return {row[0].value: row[1].value for row in book["_styrxl"].iter_rows(max_col=2)}


def where(form: Form, issued: Prefill) -> dict[str, SheetLayout]:
    return lay_out_sheets(form, issued, WORDS)


def column(sheet: Worksheet, letter: str, first: int, last: int) -> list[Any]:
    return [sheet[f"{letter}{row}"].value for row in range(first, last + 1)]


# What stands in it


def test_same_prefill_gives_same_bytes() -> None:
    assert made("annual_plan") == build.build(FORMS.form("annual_plan"), prefill("annual_plan"))


def test_times_in_the_file_do_not_come_from_the_clock() -> None:
    with zipfile.ZipFile(io.BytesIO(made("unit_plan"))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None
        assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_sheets_stand_in_order_and_two_are_hidden() -> None:
    book = opened(made("unit_plan"))
    assert book.sheetnames == ["Start", "Nämndens mål", "Egna mål", "Åtaganden", "Annan plan", "_styrxl", "_listor"]
    assert [s.title for s in book.worksheets if s.sheet_state == "veryHidden"] == ["_styrxl", "_listor"]


def test_identity_stands_in_a_hidden_sheet_and_in_the_properties() -> None:
    book = opened(made("unit_plan", "skola", language="en", edition="e1"))
    expected = {
        "form": "unit_plan",
        "version": "1",
        "edition": "e1",
        "profile": "skola",
        "language": "en",
        "round": "2027-plan",
        "owner": "UBN-ALBY",
        "issue": "I-1",
        "signature": "s1",
    }
    assert identity(book) == expected
    properties = {p.name: p.value for p in book.custom_doc_props.props}  # type: ignore[attr-defined]
    assert properties == {f"styrxl_{name}": value for name, value in expected.items()}
    assert (book.properties.title, book.properties.language, book.properties.creator) == (
        "The school's plan of work · Plan 2027",
        "en",
        "Botkyrka kommun",
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name,profile,kind", BLANK)
def test_headings_stand_right_above_the_first_row(name: str, profile: str | None, kind: str | None, language: str) -> None:
    form = select_columns(FORMS.form(name, profile, kind), {})  # what the accounts say, they say in a round
    book = opened(standard()[file_name(name, profile, kind, language)])
    issued = replace(prefill(name), language=language, rows={}, lists={}, frames={})
    for sheet in form.sheets:
        place = where(form, issued)[sheet.key]
        shown = book[sheet.name[language]]
        titles = [c.title(language, WORDS.units) for c in sheet.columns]
        check = [WORDS.text("check_heading", language)] if sheet.layout != "reading" else []
        if sheet.layout == "down":
            assert column(shown, "A", place.first_row, place.last_row) == titles
            assert [shown[f"{letter}{place.heading_row}"].value for letter in "BC"] == [WORDS.text("answer", language), *check]
        else:
            assert [cell.value for cell in shown[place.heading_row] if cell.value] == [*titles, *check]


def test_ids_are_numbered_after_those_that_were_given() -> None:
    goals = ({"goal_id": "UBN-M2", "text": "Ett mål", "parent_id": "KF-M2", "from_year": 2026, "to_year": 2028, "priority": 1},)
    rows = {**prefill("annual_plan").rows, "goals": goals}
    sheet = opened(made("annual_plan", rows=rows, first={"goals": 7}))["Nämndmål"]
    assert column(sheet, "A", 5, 8) == ["UBN-M2", "UBN-M7", "UBN-M8", "UBN-M9"]
    assert [sheet[f"{letter}5"].value for letter in "BCGHI"] == ["Ett mål", "KF-M2 Fler ska känna sig trygga i sin närmiljö", 1, 2026, 2028]


def test_number_of_rows_is_the_form_s_or_what_was_asked_for() -> None:
    assert [cell.value for cell in opened(made("unit_plan"))["Åtaganden"]["A"]][-1] == "UBN-ALBY-2027-A60"
    assert [cell.value for cell in opened(made("unit_plan", row_count=75))["Åtaganden"]["A"]][-1] == "UBN-ALBY-2027-A75"


@pytest.mark.parametrize("text", ["=1+1", "+46 8 530", "-5", "@nu", "'citat", '=HYPERLINK("http://x")'])
def test_text_that_begins_like_a_formula_stays_text(text: str) -> None:
    rows = {"board_goals": ({"id": "UBN-M1", "what": text, "text": text, "serves": text},)}
    book = opened(made("unit_plan", rows=rows, owner_name=text))
    found = [book["Nämndens mål"]["C7"], *(cell for row in book["Start"] for cell in row if str(cell.value).startswith(text))]
    assert len(found) > 1
    assert {(cell.data_type, cell.quotePrefix) for cell in found} == {("s", True)}
    assert found[0].value == text


def test_letters_that_a_workbook_cannot_hold_are_left_out() -> None:
    rows = {"board_goals": ({"id": "UBN-M1", "text": "Å\x00\x0b\ud800 & <mål>\ue000owner\ue001"},)}
    assert opened(made("unit_plan", rows=rows))["Nämndens mål"]["C7"].value == "Å & <mål>owner"


def test_frames_are_shown_and_said_in_words() -> None:
    budget = ({"activity": "Skola", "cost": 1500.5, "revenue": 200},)
    values = cells(made("annual_plan", rows={**prefill("annual_plan").rows, "budget": budget}))
    assert [values.get(("Budget", cell)) for cell in ("B4", "B5", "B6", "C6", "D9")] == [1000, 1300.5, -300.5, "! Över ramen", 1300.5]
    assert [values.get(("Bekräftelse", cell)) for cell in ("B4", "B5", "C5")] == [1000, -300.5, "! Över ramen"]
    assert [values.get(("Bekräftelse", cell)) for cell in ("B6", "B7", "C7")] == ["Ingen ram angiven", None, None]


def test_a_frame_that_is_not_given_is_said_in_as_many_lines_as_its_narrow_cell_needs() -> None:
    """The words stand in a column of 12."""
    sheet = opened(made("common_followup", round="2027-t2", rows={"outcomes": ({"activity": "Pensioner"},)}))["Ekonomi"]
    told = next(cell for row in sheet.iter_rows(max_row=8) for cell in row if cell.value == "Ingen ram angiven")
    assert [sheet.row_dimensions[told.row + n].height for n in (0, 1)] == [33, 18]


def test_a_sheet_without_rows_says_so() -> None:
    values = cells(made("annual_plan", rows={}))
    assert values["Fullmäktiges mål", "A5"] == "Inget att visa."


def test_steps_name_the_sheets_as_the_profile_does() -> None:
    assert (
        "2. Skriv skolans insatser på bladet Insatser, en på varje rad, och välj i listan vad insatsen tjänar."
        in cells(made("unit_plan", "skola")).values()
    )


# What may be typed


def test_only_what_is_asked_for_can_be_typed_in() -> None:
    form, issued = FORMS.form("annual_plan"), prefill("annual_plan")
    book = opened(made("annual_plan"))
    for sheet in form.sheets:
        place = where(form, issued)[sheet.key]
        shown = book[place.name]
        expected = {place.cell(c.field, i) for c in sheet.columns if c.asked for i in range(1 if place.is_downwards else place.rows)}
        if sheet.key == "goal_responses":
            expected -= {"E5"}  # the council has answered it
        assert {c.coordinate for row in shown.iter_rows() for c in row if not c.protection.locked} == expected
    assert not any(not c.protection.locked for name in ("Start", "_styrxl", "_listor") for row in book[name].iter_rows() for c in row)


def test_sheets_are_protected_but_let_people_filter() -> None:
    for sheet in opened(made("annual_plan")).worksheets:
        protection = sheet.protection
        assert (protection.sheet, protection.password) == (True, None)
        assert not any((protection.autoFilter, protection.formatRows, protection.formatColumns, protection.selectLockedCells))
        assert all((protection.sort, protection.insertRows, protection.deleteRows, protection.insertColumns, protection.deleteColumns))


def test_table_is_filtered_frozen_and_printed_on_one_width() -> None:
    sheet = opened(made("annual_plan"))["Åtaganden"]
    assert (sheet.auto_filter.ref, sheet.freeze_panes, sheet.print_title_rows) == ("A4:J64", "B5", "$4:$4")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert sheet.sheet_view.showGridLines is False
    assert footer(sheet) == ("Utbildningsnämnden (UBN)", "Sida &P av &N")


def test_the_footer_of_a_sheet_that_stands_upright_has_room_for_a_long_owner() -> None:
    name = "Nämnden för arbetsmarknad, vuxenutbildning & näringsliv i Södra Åköping och Västra Ån"
    sheet = opened(made("annual_plan", owner_name=name))["Enhetsramar"]
    left, right = footer(sheet)
    assert sheet.page_setup.orientation == "portrait"
    assert (left, len(left.replace("&&", "&"))) == ("Nämnden för arbetsmarknad, vuxenutbildning && näringsliv i Södra… (UBN)", 70)
    assert right == "Enhetsramar · Sida &P av &N"
    assert "&C" not in str(sheet.oddFooter)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name,profile,kind", IN_ROUNDS)
def test_nothing_is_printed_smaller_than_eight_points(name: str, profile: str | None, kind: str | None, language: str) -> None:
    form = FORMS.form(name, profile, kind)
    for place in where(form, replace(prefill(name), language=language)).values():
        smallest = look.SMALL if place.sheet.id_column or place.sheet.layout == "reading" else look.BODY
        cut = openpyxl.utils.column_index_from_string(place.letters[place.sheet.break_before]) - 1 if place.sheet.break_before else None
        pages = [place.widths[:cut], place.widths[:1] + place.widths[cut:]] if cut else [place.widths]
        points = max(sum(width * 5.25 + 3.75 for width in page) for page in pages)  # a digit is 7 pixels, a column has 5 more
        room = (297 / 25.4 - 0.6) * 72
        assert smallest * min(1, room / points) > 7.95, (place.name, sum(place.widths), PAGE_WIDTH)


def test_drop_downs_hold_words_and_entries_by_name() -> None:
    book = opened(made("annual_plan"))
    lists = {str(v.sqref): (v.formula1, v.errorStyle, v.type) for v in book["Nämndmål"].data_validations.dataValidation if v.type == "list"}
    assert lists == {
        "C5:C34": ("source_council_goals", "warning", "list"),
        "G5:G34": ("list_priority", "stop", "list"),
    }
    names = {name: defined.attr_text for name, defined in book.defined_names.items()}
    held = {
        name: [c[0].value for c in book["_listor"][area.split("!")[1]]] for name, area in names.items() if area and "OFFSET" not in area
    }
    assert held["source_council_goals"] == [" ".join(goal) for goal in COUNCIL_GOALS]
    assert held["list_yes_no"] == ["Ja", "Nej"]
    assert held["list_priority"] == [1, 2, 3]


def test_every_drop_down_has_its_name() -> None:
    for name, profile, kind in BLANK:
        book = opened(standard()[file_name(name, profile, kind, "sv")])
        used = {v.formula1 for s in book.worksheets for v in s.data_validations.dataValidation if v.type == "list"}
        assert used <= set(book.defined_names)


def test_cells_explain_and_refuse() -> None:
    checks = {str(v.sqref): v for v in opened(made("annual_plan"))["Åtaganden"].data_validations.dataValidation}
    start, more, text = checks["F5:F64"], checks["D5:D64"], checks["B5:B64"]
    assert (start.type, start.formula1, start.formula2, start.error) == (
        "date",
        "36526",
        "73415",
        "Skriv ett datum, till exempel 2027-03-01.",
    )
    assert (more.type, more.promptTitle, more.prompt) == ("textLength", "Bidrar även till", "Fler måls id, med semikolon mellan.")
    assert (text.type, text.operator, text.formula1) == ("textLength", "lessThanOrEqual", "2000")


def test_rows_are_high_enough_for_their_texts() -> None:
    long = "Klimatpåverkan från kommunens egna verksamheter ska minska med minst tio procent om året. " * 3
    rows = {"board_goals": ({"id": "UBN-M1", "what": "Nämndmål", "text": long, "serves": ""},)}
    sheet = opened(made("unit_plan", rows=rows))["Nämndens mål"]
    height, width = sheet.row_dimensions[7].height, sheet.column_dimensions["C"].width
    assert measure.count_lines(long, width) >= 4
    assert height is not None
    assert height >= measure.count_lines(long, width) * measure.LINE_HEIGHT


def footer(sheet: Worksheet) -> tuple[Any, Any]:
    foot: Any = sheet.oddFooter
    return foot.left.text, foot.right.text


# What it says


def recalculated(office: Office, data: bytes, typed: Mapping[str, Mapping[str, object]] | None = None) -> dict[tuple[str, str], Any]:
    return cells(office.fill(data, typed or {"Start": {}}))


ORGANISATION = (
    {"org_id": "KF", "name": "Kommunfullmäktige", "kind": "council"},
    {"org_id": "UBN", "name": "Utbildningsnämnden", "kind": "board", "language": "sv", "from": "2027-01-01"},
    {"org_id": "UBN", "name": "Gamla nämnden", "kind": "board", "from": "2027-01-01", "to": "2026-01-01"},
    {"org_id": "UF", "name": "=Förvaltningen", "kind": "administration"},
    {"org_id": "UBN-ALBY", "name": "Albyskolan", "kind": "unit", "board_id": "UBN", "administration_id": "XX"},
    {"org_id": "UBN-B", "name": "Utan nämnd", "kind": "unit", "language": "tyska"},
)
WRITTEN = {
    "goals": (
        {"text": "Mål utan id", "parent_id": "KF-M9", "from_year": 2028, "to_year": 2027, "priority": 9},
        {"goal_id": "UBN-M1", "text": "Rad\nbruten", "parent_id": "KF-M1", "from_year": 1999, "to_year": 2027.5},
    ),
    "commitments": ({"text": "Å" * 2001, "parent_id": "UBN-M1", "start": "i maj", "end": "2027-05-01", "responsible": "rektor"},),
    "budget": ({"activity": "Skola", "cost": 1500.5, "revenue": -200}, {"cost": "12 tkr"}),
    "confirmation": ({"status": "decided", "confirms": "yes", "decision_date": "2026-12-01"},),
}


@pytest.mark.parametrize(
    "name,profile,changes",
    [
        ("annual_plan", None, {}),
        ("annual_plan", None, {"language": "en", "frames": {"operating_frame": None, "investment_frame": 10.25}}),
        ("annual_plan", None, {"rows": {**prefill("annual_plan").rows, **WRITTEN}, "first": {"goals": 12}}),
        ("unit_plan", None, {"rows": {"plan_elsewhere": ({"elsewhere": "yes"},)}}),
        ("unit_plan", "skola", {"language": "en"}),
        ("multi_year_plan", None, {"rows": {"organisation": ORGANISATION}}),
    ],
)
def test_formulas_carry_the_values_that_a_recalculation_gives(
    office: Office, name: str, profile: str | None, changes: dict[str, Any]
) -> None:
    data = made(name, profile, **changes)
    carried, fresh, of_formulas = cells(data), recalculated(office, data), formulas(data)
    assert len(of_formulas) > 60
    for cell in of_formulas:
        assert carried.get(cell) == (pytest.approx(fresh[cell]) if isinstance(fresh.get(cell), float) else fresh.get(cell)), cell


DAY = dt.date(2027, 1, 1)
COMMITMENTS: list[tuple[dict[str, object], str | None]] = [  # columns and what is typed in them, and what Kontroll says then
    ({}, None),
    ({"B": "Läslyft"}, "! Fyll i: Mål, Ansvarig, Start, Slut, Förväntat resultat."),
    ({"B": " "}, None),
    ({"C": "KF-M1"}, "! Fyll i: Åtagande, Ansvarig, Start, Slut, Förväntat resultat."),
    ({"B": "L", "C": "KF-M1", "E": "R", "F": DAY, "G": DAY, "H": "F"}, "✓ Klar"),
    ({"B": "L", "C": "kf-m1 Alla", "E": "R", "F": dt.date(2027, 2, 1), "G": DAY, "H": "F"}, "! Slut är före Start."),
    (
        {"B": "L", "C": "KF-M99", "E": "R", "F": "1 mars", "G": dt.date(1999, 1, 1), "H": "F"},
        "! Välj Mål i listan. ! Start ska vara ett datum. ! Slut ska vara ett datum.",
    ),
    ({"B": "L", "C": "KF-M", "E": "R", "F": DAY, "G": DAY, "H": "F"}, "! Välj Mål i listan."),
    ({"B": "Å" * 2001, "C": "KF-M1", "E": "R", "F": DAY, "G": DAY, "H": "F"}, "! Åtagande är längre än 2000 tecken."),
    ({"B": Formula("=1/0")}, "! En cell i raden har ett formelfel."),
]


def test_kontroll_says_what_is_wrong_in_each_row(office: Office) -> None:
    typed = {f"{letter}{row}": value for row, (cells_, _) in enumerate(COMMITMENTS, 5) for letter, value in cells_.items()}
    values = recalculated(office, made("annual_plan"), {"Åtaganden": typed})
    assert [values.get(("Åtaganden", f"J{row}")) for row in range(5, 5 + len(COMMITMENTS))] == [said for _, said in COMMITMENTS]
    assert progress(values)["Åtaganden"] == (8, 7, "! 7 rader att rätta")  # a cell error makes each such row one missing answer


def test_kontroll_knows_numbers_choices_and_conditions(office: Office) -> None:
    typed: dict[str, dict[str, object]] = {
        "Budget": {"A9": "S", "C9": "12 tkr", "A10": "S", "C10": -5, "A11": "S", "C11": 2e8, "A12": "S", "B12": 1, "C12": 3.5},
        "Nämndmål": {
            "B5": "x",
            "C5": "KF-M1",
            "G5": 9,
            "H5": 2027.5,
            "I5": 2200,
            "B6": "y",
            "C6": "KF-M1",
            "G6": 2,
            "H6": 2027,
            "I6": 2027,
        },
        "Fullmäktiges mål": {"F5": "Så här", "E6": "nej"},
    }
    values = recalculated(office, made("annual_plan"), typed)
    assert [values.get(("Budget", f"E{row}")) for row in range(9, 14)] == [
        "! Kostnader ska vara ett tal.",
        "! Kostnader skrivs utan minustecken.",
        "! Kostnader ska vara högst 100\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000.",
        "✓ Klar",
        None,
    ]
    assert [values.get(("Budget", f"D{row}")) for row in range(12, 14)] == [2.5, None]
    assert [values[("Nämndmål", f"J{row}")] for row in (5, 6)] == [
        "! Välj Prioritet i listan. ! Från år ska vara ett heltal. ! Till år ska vara 2000–2100.",
        "✓ Klar",
    ]
    assert [values[("Fullmäktiges mål", f"H{row}")] for row in (5, 6)] == ["✓ Klar", "! Fyll i: Motivering."]


def test_a_locked_cell_cannot_be_typed_in(office: Office) -> None:
    with pytest.raises(LockedCellError):
        office.fill(made("annual_plan"), {"Fullmäktiges mål": {"E5": "Nej"}})


def progress(values: Mapping[tuple[str, str], Any]) -> dict[str, tuple[Any, ...]]:
    """Return what Start says of each sheet: rows begun, answers missing, state."""
    row_of = {value: int(cell[1:]) for (sheet, cell), value in values.items() if sheet == "Start" and cell[0] == "A"}
    rows = range(row_of["Blad"] + 1, row_of["Svar som saknas totalt"] + 1)
    return {values["Start", f"A{row}"]: tuple(values.get(("Start", f"{letter}{row}")) for letter in "BCD") for row in rows}


def test_start_counts_what_is_missing_as_issued() -> None:
    assert progress(cells(made("annual_plan"))) == {
        "Bekräftelse": (0, 3, "Inte påbörjat"),
        "Fullmäktiges mål": (0, 2, "Inte påbörjat"),
        "Uppdrag": (0, 2, "Inte påbörjat"),
        "Nämndmål": (0, 0, "Tomt, får vara tomt"),
        "Åtaganden": (0, 0, "Tomt, får vara tomt"),
        "Indikatorer": (0, 0, "Tomt, får vara tomt"),
        "Budget": (0, 1, "Inte påbörjat"),
        "Enhetsramar": (0, 0, "Tomt, får vara tomt"),
        "Investeringar": (0, 0, "Tomt, får vara tomt"),
        "Svar som saknas totalt": (None, 8, None),
    }


def test_start_follows_what_is_typed(office: Office) -> None:
    typed: dict[str, dict[str, object]] = {
        "Bekräftelse": {"B10": "Beslutad", "B11": "Ja", "B15": "Chef"},
        "Fullmäktiges mål": {"F5": "Så", "E6": "Nej", "G6": "Nej"},
        "Nämndmål": {"B5": "Mål", "C5": "KF-M1"},
        "Budget": {"A9": "Skola", "C9": 1001},
    }
    said = progress(recalculated(office, made("annual_plan"), typed))
    assert said["Bekräftelse"] == (3, 2, "! 2 rader att rätta")
    assert said["Fullmäktiges mål"] == (2, 0, "✓ Klart")
    assert said["Nämndmål"] == (1, 2, "! 1 rad att rätta")
    assert said["Budget"] == (1, 0, "✓ Klart, men över ramen")
    assert said["Svar som saknas totalt"] == (None, 6, None)


def test_a_plan_elsewhere_excuses_from_commitments(office: Office) -> None:
    assert progress(cells(made("unit_plan")))["Åtaganden"] == (0, 1, "Inte påbörjat")
    said = progress(recalculated(office, made("unit_plan"), {"Annan plan": {"B5": "Ja", "B6": "I Stratsys"}}))
    assert said["Åtaganden"] == (0, 0, "Tomt, får vara tomt")
    assert said["Svar som saknas totalt"] == (None, 0, "✓ Klart")


def test_own_goals_come_live_into_drop_downs_without_gaps(office: Office) -> None:
    name = "source_council_goals_own_goals"
    typed: dict[str, dict[str, object]] = {
        "Nämndmål": {"B5": "Första", "B9": "Femte\nmålet"},
        "Budget": {"A9": Formula(f"=ROWS({name})"), "A10": Formula(f"=INDEX({name};4)"), "A11": Formula(f"=INDEX({name};5)")},
    }
    values = recalculated(office, made("annual_plan"), typed)
    assert [values["Budget", f"A{row}"] for row in (9, 10, 11)] == [5, "UBN-M1 Första", "UBN-M5 Femte målet"]


def test_organisation_is_offered_by_kind_and_once(office: Office) -> None:
    data = made("multi_year_plan", rows={"organisation": ORGANISATION})
    names = ("source_own_organisation", "source_own_organisation_board_council", "source_own_organisation_administration")
    typed: dict[str, dict[str, object]] = {"Mål": {f"B{row}": Formula(f"=ROWS({name})") for row, name in enumerate(names, 5)}}
    typed["Mål"]["B8"] = Formula(f"=INDEX({names[1]};2)")
    values = recalculated(office, data, typed)
    assert [values["Mål", f"B{row}"] for row in (5, 6, 7, 8)] == [5, 2, 1, "UBN Utbildningsnämnden"]


# One for each owner


OWNERS = [
    ("UBN-ALBY", "Albyskolan", {"goals": 1}, 45678.5),
    ("UBN-B", "A & B <\"skolan\"> 'x' &P", {"goals": 4}, 0.25),
    ("UBN-C", "\ue000owner\ue001 {owner} \\1 \\g<0>", {}, 1e8),
    ("UBN-D", "Skolan i " + "Långtbortistan " * 9, {}, 1.0),
]


def for_owners() -> list[Prefill]:
    return [
        prefill("unit_plan", owner=owner, owner_name=name, first=first, frames={"unit_frame": frame}, issue=f"I-{owner}", signature=owner)
        for owner, name, first, frame in OWNERS
    ]


def test_stamped_workbooks_equal_those_built_one_by_one() -> None:
    form, owners = FORMS.form("unit_plan"), for_owners()
    stamped = list(build.build_all(form, owners))
    assert [issued for issued, _ in stamped] == owners
    assert [data for _, data in stamped] == [build.build(form, issued) for issued in owners]


def test_stamped_workbooks_hold_their_owner_s_own_values() -> None:
    for (owner, name, first, frame), (_, data) in zip(OWNERS, build.build_all(FORMS.form("unit_plan"), for_owners()), strict=True):
        book, shown = opened(data), name.replace("\ue000", "").replace("\ue001", "").strip()
        assert identity(book)["issue"] == f"I-{owner}"
        assert f"{shown} ({owner})" in {str(value).replace("  ", " ") for value in cells(data).values()} | set(cells(data).values())
        assert book["Egna mål"]["A5"].value == f"{owner}-M{first.get('goals', 1)}"
        assert book["Åtaganden"]["A64"].value == f"{owner}-2027-A60"
        assert book["Nämndens mål"]["C4"].value == frame
        assert not [value for value in cells(data).values() if "\ue000" in str(value)]


def test_owners_that_share_all_else_are_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    make = build.make_template

    def counted(form: Form, issued: Prefill, *rest: Any) -> build.SharedTemplate:
        built.append(issued.owner)
        return make(form, issued, *rest)

    monkeypatch.setattr(build, "make_template", counted)
    owners = [prefill("unit_plan", owner=f"UBN-{n}", owner_name=f"Enhet {n}", frames={"unit_frame": float(n)}) for n in range(30)]
    assert len(list(build.build_all(FORMS.form("unit_plan"), owners))) == 30
    assert built == ["UBN-0"]


def test_owners_on_either_side_of_their_frame_are_told_apart() -> None:
    rows = {"budget": ({"activity": "Skola", "cost": 500},)}
    owners = [prefill("annual_plan", owner=f"N{n}", rows=rows, frames={"operating_frame": n}) for n in (400.0, 600.0, None, 499.0)]
    said = [cells(data).get(("Budget", "C6")) for _, data in build.build_all(FORMS.form("annual_plan"), owners)]
    assert said == ["! Över ramen", "✓ Inom ramen", None, "! Över ramen"]


# The standard templates, and a municipality's own look


def test_standard_templates_are_complete() -> None:
    assert set(standard()) == {file_name(*kind, language) for kind in BLANK for language in LANGUAGES}
    for name, profile, kind in BLANK:
        for language in LANGUAGES:
            form = FORMS.form(name, profile, kind)
            book = openpyxl.load_workbook(io.BytesIO(standard()[file_name(name, profile, kind, language)]), read_only=True)
            assert book.sheetnames == ["Start", *(sheet.name[language] for sheet in form.sheets), "_styrxl", "_listor"]
            assert book["Start"]["A1"].value == form.title[language]
    assert cells(standard()["annual_plan.sv.xlsx"])["Åtaganden", "A5"] == "XXX-20XX-A1"


def test_name_accent_and_logo_are_the_municipality_s() -> None:
    data = build.build(FORMS.form("unit_plan"), prefill("unit_plan"), look.Look("Salems kommun", "7A1F3D", picture(4, 2)))
    book = opened(data)
    assert book["Start"]["A2"].value == "Salems kommun · Plan 2027"
    assert book["Egna mål"]["A4"].fill.start_color.rgb == "007A1F3D"
    assert [name for name in read_parts(data) if "media" in name] == ["xl/media/image1.png"]
    assert b'descr="Salems kommun"' in read_parts(data)["xl/drawings/drawing1.xml"]


def picture(wide: int, high: int) -> bytes:
    """Return a black PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress((b"\0" * (wide + 1)) * high)) + chunk(b"IEND", b"")


def test_logo_knows_its_size() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x30\x00\x60" + b"\0" * 12
    assert look.picture_size(picture(40, 20)) == (40, 20, "png")
    assert look.picture_size(jpeg) == (96, 48, "jpeg")
    with pytest.raises(ValueError, match="neither PNG nor JPEG"):
        look.picture_size(b"GIF89a")


def test_a_workbook_of_nobody_s_names_the_municipality_alone() -> None:
    """The multi-year plan has no owner: no empty brackets at the foot of its pages."""
    data = build.build(FORMS.form("multi_year_plan"), prefill("multi_year_plan", owner="", owner_name="Åköpings kommun"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        text = "".join(package.read(name).decode() for name in package.namelist() if name.endswith(".xml"))
    assert "Åköpings kommun" in text
    assert "Åköpings kommun ()" not in text
