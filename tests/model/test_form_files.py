"""Forms: two sources, everything else derived."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from pandera.io import pandas_io
from python_calamine import load_workbook as read_workbook

from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES
from styrxl.model.standard_folder import standard_folder
from styrxl.sample.fill import AsTyped
from town import BOARD, ROUND, Town

STANDARD = Forms([standard_folder()])
ALL = [(name, profile) for name in STANDARD.names() for profile in (None, *STANDARD.profiles(name))]


@pytest.mark.parametrize("path", sorted((standard_folder() / "schemas").glob("*.yaml")), ids=lambda path: path.stem)
def test_plain_pandera_loads_each_schema(path: Path) -> None:
    """Schemas are in pandera's own format, with built-in checks only."""
    schema = pandas_io.from_yaml(path)
    assert schema.columns


@pytest.mark.parametrize("name, profile", ALL)
def test_each_text_stands_in_both_languages(name: str, profile: str | None) -> None:
    """Sheet names, headings, helps and lists; and no two headings of a sheet are the same in any language."""
    form = STANDARD.form(name, profile)
    texts = [form.title, form.purpose, *form.steps, *(sheet.name for sheet in form.sheets), *(sheet.help for sheet in form.sheets)]
    texts += [text for sheet in form.sheets for column in sheet.columns for text in (column.heading, column.help) if text is not None]
    assert all(text[language].strip() for text in texts for language in LANGUAGES)
    for sheet in form.sheets:
        for language in LANGUAGES:
            named = [column.heading[language] for column in sheet.columns]
            assert len(named) == len(set(named))
            assert len(sheet.name[language]) <= 31  # Excel's limit


@pytest.mark.parametrize("name, profile", ALL)
def test_what_a_form_refers_to_is_there(name: str, profile: str | None) -> None:
    """Fields named in conditions, limits and orders, lists, and the sheets that drop-downs are made of."""
    form = STANDARD.form(name, profile)
    keys = {sheet.key for sheet in form.sheets}
    for sheet in form.sheets:
        fields = {column.field for column in sheet.columns}
        named = {field for pair in sheet.order for field in pair} | set(sheet.unique) | ({sheet.limit.column} if sheet.limit else set())
        for column in sheet.columns:
            named |= set(column.required_when)
            assert column.list is None or column.list in form.lists
            assert {source[4:] for source in column.source if source.startswith("own:")} <= keys
        assert named <= fields


def test_a_profile_renames_adds_and_leaves_out() -> None:
    """The school's plan of work: other words, a column of its own, and no goals of the unit's own; the table is the same."""
    plain, school = STANDARD.form("unit_plan"), STANDARD.form("unit_plan", "skola")
    assert [sheet.key for sheet in school.sheets] == [sheet.key for sheet in plain.sheets if sheet.key != "goals"]
    commitments = school.sheet("commitments")
    assert (commitments.table, commitments.name["sv"], commitments.column("text").heading["sv"]) == ("commitments", "Insatser", "Insats")
    fields = [column.field for column in commitments.columns]
    assert fields[fields.index("parent_id") + 1] == "school_form"
    assert commitments.column("school_form").own


def test_a_present_form_is_found_by_its_edition_whoever_asked_for_it() -> None:
    school = STANDARD.edition("unit_plan", "skola")
    fresh = Forms([standard_folder()])
    assert (found := fresh.find_edition(school.id)) is not None
    assert (found.name, found.profile) == ("unit_plan", "skola")


def test_an_unknown_profile_is_the_form_itself() -> None:
    """A name in Mallvariant without a file of that name gives the standard form."""
    assert STANDARD.form("unit_plan", "finnsinte").profile is None


@pytest.mark.parametrize("content", ["form: [", "just text", "form: unit_plan\nversion: 1\n"])
def test_a_broken_form_is_named(tmp_path: Path, content: str) -> None:
    """Which file, and what is wrong with it."""
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "unit_plan.yaml").write_text(content, "utf-8")
    with pytest.raises(StyrxlError) as error:
        Forms([standard_folder(), tmp_path]).form("unit_plan")
    assert error.value.code == "source-broken"
    assert "unit_plan.yaml" in str(error.value.facts["file"])


def _with_column(town: Town) -> None:
    """Copy the two sources of the board's commitments into the workspace and add a column to each, as text."""
    for kind, name in (("schemas", "commitments"), ("sheets", "annual_plan")):
        (town.root / kind).mkdir()
        text = (standard_folder() / kind / f"{name}.yaml").read_text("utf-8")
        if kind == "schemas":
            text = text.replace(
                "strict: false",
                "  risk:\n    dtype: Int64\n    nullable: true\n    checks:\n      in_range: {min_value: 1, max_value: 5}\nstrict: false",
            )
        else:
            before, after = text.split("\n  commitments:\n")
            risk = "      risk: {heading: {sv: Risk, en: Risk}, required: true, width: 8}\n      responsible:"
            text = f"{before}\n  commitments:\n{after.replace('      responsible:', risk, 1)}"
        (town.root / kind / f"{name}.yaml").write_text(text, "utf-8")


def _board(risks: list[object]) -> dict[str, list[dict[str, object]]]:
    answers: dict[str, list[dict[str, object]]] = {key: [dict(row) for row in rows] for key, rows in BOARD.items()}
    for row, risk in zip(answers["commitments"], risks, strict=True):
        row["risk"] = risk
    return answers


def test_a_column_added_in_the_workspace_goes_all_the_way(planned: Town) -> None:
    """It appears in the template, is validated, and reaches the board's workbook, without a line of Python."""
    _with_column(planned)
    planned.run("distribute", ROUND, "--to", "UBN")
    sheet = load_workbook(planned.root / "outbox" / ROUND / "UBN.xlsx")["Åtaganden"]
    row = next(r for r in sheet.iter_rows(max_row=20) if r[0].value == "Id")
    assert [cell.value for cell in row][4:6] == ["Risk*", "Ansvarig*"]
    heading = row[0].row or 0

    path = planned.put("UBN.xlsx", planned.filled("UBN", _board([9, None])), 10)
    [judged] = planned.judge(("UBN.xlsx", path.read_bytes())).returns
    found = [(f.rule, f.sheet, f.cell) for f in judged.findings]
    assert found == [("missing-value", "Åtaganden", f"E{heading + 2}"), ("out-of-range", "Åtaganden", f"E{heading + 1}")]

    planned.put("UBN.xlsx", planned.filled("UBN", _board([2, AsTyped("5")])), 20)
    planned.run("consolidate", ROUND, "--all")
    for book in (planned.root / "boards" / ROUND / "UBN.xlsx", planned.root / "council" / f"{ROUND}.xlsx"):
        rows = read_workbook(book).get_sheet_by_name("Åtaganden").to_python()
        head = next(r for r in rows if "Risk" in r)
        risks = {r[head.index("Id")]: r[head.index("Risk")] for r in rows[rows.index(head) + 1 :]}
        assert (risks["UBN-2027-A1"], risks["UBN-2027-A2"]) == (2, 5)


def own_forms(folder: Path, **texts: str) -> Forms:
    """Return the forms of a workspace that has these files in its ``sheets/``, by stem."""
    (folder / "sheets").mkdir(parents=True)
    for stem, text in texts.items():
        (folder / "sheets" / f"{stem}.yaml").write_text(text, "utf-8")
    return Forms([standard_folder(), folder])


def test_a_file_that_extends_holds_only_what_differs(tmp_path: Path) -> None:
    """The standard form is below it; ``omit`` takes away, ``after`` places, and profiles are laid over both."""
    own = """
extends: unit_plan
sheets:
  plan_elsewhere: {omit: true}
  commitments:
    unless: {omit: true}
    columns:
      cooperates: {heading: {sv: Samverkar med, en: Cooperates with}, width: 18, after: parent_id}
      expected_result: {omit: true}
"""
    forms = own_forms(tmp_path, unit_plan=own)
    plain, school = forms.form("unit_plan"), forms.form("unit_plan", "skola")
    assert [sheet.key for sheet in plain.sheets] == ["board_goals", "goals", "commitments"]
    fields = [column.field for column in plain.sheet("commitments").columns]
    assert fields == ["commitment_id", "text", "parent_id", "cooperates", "more_parents", "responsible", "start", "end", "carried"]
    assert "cooperates" in {column.field for column in school.sheet("commitments").columns}
    written = own_forms(tmp_path / "written", **{name[7:-5]: text for name, text in forms.sources().items() if name.startswith("sheets/")})
    assert written.form("unit_plan") == plain


def test_lists_and_another_form_can_be_extended(tmp_path: Path) -> None:
    """An entry more in a list of all workbooks; a form of one's own that is like another but for its rounds and a sheet."""
    words = "extends: words\nlists:\n  trend:\n    unclear: {sv: Oklart, en: Unclear}\n"
    money = "extends: board_followup\nform: money\nrounds: [t1]\nsheets:\n  goal_assessments: {omit: true}\n"
    forms = own_forms(tmp_path, words=words, money=money)
    assert list(forms.words.lists["trend"]) == ["better", "same", "worse", "unclear"]
    assert forms.words.texts == STANDARD.words.texts
    keys = ["report_status", "assignment_status", "contribution_status", "commitment_status"]
    assert [sheet.key for sheet in forms.form("money").sheets][:4] == keys
    assert forms.form("money").rounds == ("t1",)


def test_an_edition_that_cannot_be_read_is_one_that_is_no_more() -> None:
    """Only what asks for it is hindered."""
    present = Forms([standard_folder()]).edition("unit_plan")
    forms = Forms([standard_folder()], {present.id: present.to_json(), "broken": "{}", "cut": present.to_json()[:100]})
    assert forms.list_gone() == ["broken", "cut"]
    assert forms.find_edition(present.id) is forms.edition("unit_plan")
