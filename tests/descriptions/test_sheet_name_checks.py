"""Names of sheets in files of one's own: what Excel refuses, and what two sheets of one workbook would be called, is told."""

from __future__ import annotations

import re
import warnings
from io import BytesIO
from itertools import combinations

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from small_report import make_followup, make_plan
from styrxl.descriptions.mistakes import describe_mistake
from styrxl.descriptions.own_files import check_descriptions
from styrxl.descriptions.sheet_name_checks import check_report_names, find_fault
from styrxl.model.forms import LANGUAGES

LONG = "Nämndernas och enheternas åtaganden"
RISKS = """\
    table: risks
    layout: rows
    columns: {risk_id: {heading: {sv: Id, en: Id}}}
"""
SCHEMA = "schema_type: dataframe\ncolumns:\n  risk_id: {dtype: str, nullable: true}\n"


def tell(**files: str) -> list[str]:
    """Return what is told of files of one's own in ``sheets/``; a form of risks may have its table."""
    own = {f"sheets/{name}.yaml": text.encode() for name, text in files.items()}
    if any("table: risks" in text for text in files.values()):
        own["schemas/risks.yaml"] = SCHEMA.encode()
    mistakes = check_descriptions(own)
    assert len([describe_mistake(mistake, "en") for mistake in mistakes]) == len(mistakes)
    return [describe_mistake(mistake, "sv") for mistake in mistakes]


def write_report(*lines: str) -> str:
    """Return a ``report.yaml`` of names of sheets, from the third line on."""
    return "extends: report\nsheets:\n" + "".join(f"  {line}\n" for line in lines)


def write_words(*lines: str) -> str:
    """Return a ``words.yaml`` of texts, from the third line on."""
    return "extends: words\ntexts:\n" + "".join(f"  {line}\n" for line in lines)


NAMES = [
    (f'"{LONG}"', "har 35 tecken. Excel tillåter högst 31. Korta det."),
    (f'"{"📚" * 16}"', "har 32 tecken"),  # as Excel counts
    ('"Mål/åtaganden"', "kan inte innehålla / där det står. Ta bort det"),
    ("\"'Mål'\"", "kan inte innehålla ' där det står"),
    ('" Mål"', "kan inte innehålla ␣ där det står"),
    ('"Mål\\u0007"', "kan inte innehålla ett tecken som inte syns där det står"),
    ('"History"', "Excel har själv ett blad som heter ”History”. Välj ett annat namn."),
    ('""', "är tom"),
]


@pytest.mark.parametrize("name, named", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_excel_refuses_is_told_of_a_report_s_sheet(name: str, named: str, language: str) -> None:
    [told] = tell(report=write_report("commitments:", f"  name: {{{language}: {name}}}"))
    assert told.startswith(f"sheets/report.yaml, rad 4: sheets.commitments.name.{language}")
    assert named in told


@pytest.mark.parametrize("text", ["start", "mend_sheet"])
@pytest.mark.parametrize("name, named", NAMES)
def test_what_excel_refuses_is_told_of_the_sheets_that_all_workbooks_have(text: str, name: str, named: str) -> None:
    told = tell(words=write_words("due: {sv: Dag, en: Day}", f"{text}: {{sv: {name}, en: x}}"))
    assert all(one.startswith(f"sheets/words.yaml, rad 4: texts.{text}.sv") for one in told)
    assert any(named in one for one in told), told


@pytest.mark.parametrize("name, named", NAMES)
def test_what_excel_refuses_is_told_of_a_form_s_sheet(name: str, named: str) -> None:
    told = tell(annual_plan=f"extends: annual_plan\nsheets:\n  commitments:\n    name: {{sv: {name}, en: x}}\n")
    assert all(one.startswith("sheets/annual_plan.yaml, rad 4: sheets.commitments.name.sv") for one in told)
    assert any(named in one for one in told), told


@pytest.mark.parametrize(
    "lines, line, told",
    [
        (["commitments: {name: {sv: ekonomi}}"], 3, "sheets.commitments.name.sv: bladet finance heter redan ”ekonomi”"),
        (["overview: {name: {en: Sources}}"], 3, "sheets.overview.name.en: bladet sources heter redan ”Sources”"),
        (["tables: {name: {sv: Diagram}}"], 3, "sheets.tables.name.sv: bladet charts heter redan ”Diagram”"),
        (["tree: {name: {sv: Mål}}", "indicators: {name: {sv: MÅL}}"], 4, "sheets.indicators.name.sv: bladet tree heter redan ”MÅL”"),
        (["progress: {name: {sv: Målkedja}}"], 3, "sheets.progress.name.sv: bladet standings heter redan ”Målkedja”"),
        (["companies: {name: {sv: Uppdrag}}"], 3, "bladet assignment_plans heter redan ”Uppdrag”"),
    ],
)
def test_two_sheets_of_a_report_under_one_name_are_told(lines: list[str], line: int, told: str) -> None:
    """Whatever letters are capitals, at the name that the workspace's own file gives."""
    found = tell(report=write_report(*lines))
    assert any(re.match(rf"sheets/report.yaml, rad {line}: .*{re.escape(told)}.* Välj ett annat namn\.", one) for one in found), found


@pytest.mark.parametrize(
    "lines",
    [
        ["commitments: {name: {sv: Målkedja}}", "tree: {name: {sv: Åtaganden}}"],  # changed about
        ["tree: {name: {sv: Mål och åtaganden}}", "progress: {name: {sv: Mål och åtaganden}}"],  # in plans, and in follow-ups
        ["overview: {name: {sv: Läget}}", "glance: {name: {sv: Läget}}", "collected: {name: {sv: Läget}}"],
        ["sound_expected: {name: {sv: Hushållning}}", "sound_final: {name: {sv: Hushållning}}"],
        ["commitments: {name: {sv: Commitments, en: Åtaganden}}"],  # each in its language
        [f'commitments: {{name: {{sv: "{LONG[:31]}"}}}}'],
    ],
)
def test_names_that_never_meet_are_let_be(lines: list[str]) -> None:
    assert tell(report=write_report(*lines)) == []


def test_sheets_that_stand_in_one_report_are_never_taken_for_apart() -> None:
    """Of the pages that rounds of each kind are made of."""
    books = [make_plan(), *map(make_followup, ("t1", "t2", "year"))]
    pairs = {pair for book in books for pair in combinations(sorted(page.key for page in book.pages), 2)}
    assert len(pairs) > 80
    for one, other in pairs:
        named = {"sheets": {key: {"name": {"sv": "Samma"}} for key in (one, other)}}
        assert [problem.code for problem in check_report_names(named, named)] == ["doubled-sheet"]


def test_a_form_s_sheet_that_is_called_as_one_of_ours_is_told() -> None:
    """At the form, whose name it is; in either language, since returns are read in both."""
    for name in ("Start", "ATT ÅTGÄRDA", "To correct", "_styrxl", "_Listor"):
        [told] = tell(annual_plan=f"extends: annual_plan\nsheets:\n  commitments:\n    name: {{sv: {name}, en: x}}\n")
        assert told.startswith("sheets/annual_plan.yaml, rad 4: sheets.commitments.name.sv: ett blad kan inte heta")
    words = write_words("start: {sv: Börja, en: Begin}")
    form = "extends: annual_plan\nsheets:\n  commitments:\n    name: {sv: Börja, en: x}\n"
    [told] = tell(annual_plan=form, words=words)
    assert told.startswith("sheets/annual_plan.yaml, rad 4: sheets.commitments.name.sv: ett blad kan inte heta ”Börja”")


def test_a_sheet_of_all_workbooks_that_is_called_as_a_form_s_is_told() -> None:
    """At the text, which has taken a name of the standard's, once for all forms that have it."""
    told = tell(words=write_words("due: {sv: Dag, en: Day}", "start: {sv: åtaganden, en: Start}"))
    assert {one.partition(": bladet ")[0] for one in told} == {"sheets/words.yaml, rad 4: texts.start.sv"}
    assert sum("bladet commitments heter redan ”Åtaganden”" in one for one in told) == 1
    form = f"extends: annual_plan\nsheets:\n  risks:\n    name: {{sv: Risker, en: Risks}}\n{RISKS}"
    told = tell(annual_plan=form, words=write_words("start: {sv: Mål, en: Start}"))
    assert any(one.startswith("sheets/words.yaml, rad 3: texts.start.sv: bladet ") and "heter redan ”Mål”" in one for one in told), told
    assert not [one for one in told if "annual_plan.yaml" in one]


@pytest.mark.parametrize(
    "lines, told",
    [
        (["start: {sv: Att åtgärda, en: Start}"], "bladet mend_sheet heter redan ”Att åtgärda”"),
        (["mend_sheet: {sv: START, en: To correct}"], "bladet start heter redan ”START”"),
        (["mend_sheet: {sv: _listor, en: To correct}"], "texts.mend_sheet.sv: ett blad kan inte heta ”_listor”"),
    ],
)
def test_two_sheets_of_all_workbooks_under_one_name_are_told(lines: list[str], told: str) -> None:
    [found] = tell(words=write_words(*lines))
    assert found.startswith("sheets/words.yaml, rad 3: ")
    assert told in found


def test_two_sheets_of_a_form_under_one_name_are_told_at_the_form_s_own() -> None:
    """Though the standard's stands below it."""
    [told] = tell(annual_plan="extends: annual_plan\nsheets:\n  goals:\n    name: {sv: Åtaganden, en: x}\n")
    assert told.startswith("sheets/annual_plan.yaml, rad 4: sheets.goals.name.sv: bladet commitments heter redan ”Åtaganden”")


@given(st.text(st.characters(codec=None), max_size=34) | st.text("aÅ'/[ 📚\n", max_size=34))
def test_what_passes_is_a_sheet_s_name_to_both_writers(name: str) -> None:
    """And what is told of a report is told of a form and of all workbooks' sheets."""
    text = yaml.safe_dump({"extends": "report", "sheets": {"commitments": {"name": {"sv": name}}}})
    if find_fault(name):
        assert tell(report=text) != []
        return
    Workbook(BytesIO()).add_worksheet(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = openpyxl.Workbook()
        book.create_sheet(name)
        book.save(BytesIO())
