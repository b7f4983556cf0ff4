"""References as people write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.model.findings import Remark
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.tables import Table, TablePlace
from styrxl.returns.typed_columns import TableTyper, map_codes, read_goal_ids, read_organisation_ids


@pytest.mark.parametrize(
    "raw, value",
    [
        ("KF-M1", "KF-M1"),
        (" kf-m1 Invånarna är mer delaktiga ", "KF-M1"),
        ("UBN-2027-A3 Bygga 5,5 kilometer väg; och en bro", "UBN-2027-A3"),
        ("KF-M1; KF-M2", "KF-M1;KF-M2"),
        ("KF-M1 Det ena, kf-m2 Det andra", "KF-M1;KF-M2"),
        ("KF-M1\nUBN-ÅBY-M2", "KF-M1;UBN-ÅBY-M2"),
        ("KF-M1;", "KF-M1"),
        ("Bygga 5,5 kilometer väg", "Bygga 5,5 kilometer väg"),
        ("  ", None),
    ],
)
def test_goals(raw: str, value: str | None) -> None:
    """An entry of the drop-down, an id alone, or several; a text without an id stays, to be looked up."""
    assert read_goal_ids(raw).value == value


@pytest.mark.parametrize(
    "raw, value",
    [
        ("UBN", "UBN"),
        ("ubn Utbildningsnämnden", "UBN"),
        ("UBN; KFN", "UBN;KFN"),
        ("UBN, KFN", "UBN;KFN"),
        ("Kultur- och fritidsnämnden", None),
    ],
)
def test_organisations(raw: str, value: str | None) -> None:
    """As for goals; a name alone stays as it is."""
    assert read_organisation_ids(raw).value == (value or raw)


@given(st.lists(st.tuples(st.sampled_from(["KF-M1", "UBN-M12", "UBN-2027-A3"]), st.text("abc ,5", max_size=12)), min_size=1, max_size=4))
def test_entries_that_were_chosen_are_their_ids(entries: list[tuple[str, str]]) -> None:
    """Whatever texts goals have, entries with semicolons between are read as their ids."""
    assert read_goal_ids("; ".join(f"{code} {text}" for code, text in entries)).value == ";".join(code for code, _ in entries)


FORMS = Forms([standard_folder()])


def type_answers(form: Form, key: str, field: str, answers: list[object], language: str | None = None) -> tuple[list[Any], list[Remark]]:
    """Return the values that answers under a heading are read as, and what is remarked on."""
    sheet = form.sheet(key)
    columns: dict[str, list[Any]] = {c.field: [None] * len(answers) for c in sheet.columns} | {field: answers}
    place = TablePlace(sheet.key, sheet.name["sv"], 4, {name: n for n, name in enumerate(columns, 1)}, {})
    table = Table(place, sheet, tuple(range(5, 5 + len(answers))), columns)
    typed = TableTyper().typed(form, table, 2027, language)
    return typed.columns[field], [*typed.remarks]


def type_choices(form: Form, key: str, field: str, answers: list[object], language: str | None = None) -> tuple[list[Any], list[Any]]:
    """Return the codes that answers under a heading are read as, and what is told: how each was read, or the rule."""
    codes, remarks = type_answers(form, key, field, answers, language)
    return codes, [remark.facts["read"]["sv"] if remark.rule == "interpreted-value" else remark.rule for remark in remarks]


@pytest.mark.parametrize(
    "typed, value",
    [
        ("0.05 SEK thousand", 0.05),
        ("SEK thousand 1200", 1200.0),
        ("-1 200,5 sek  Thousand", -1200.5),
        ("(500 SEK thousands)", -500.0),
        ("1200 tkr", 1200.0),
        ("tkr 1200", 1200.0),
        ("1200 tkr.", 1200.0),
        ("1200 tusen kronor", 1200.0),
        ("12 thousands of kronor", 12.0),
    ],
)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_amount_may_have_the_unit_of_its_heading_beside_it(language: str, typed: str, value: float) -> None:
    """As any of the headings spell it, in either language."""
    values, told = type_answers(FORMS.form("annual_plan"), "budget", "cost", [typed], language)
    assert (values, [remark.rule for remark in told]) == ([value], ["interpreted-value"])


@pytest.mark.parametrize(
    "typed, rule",
    [("51 000 kr", "ambiguous-value"), ("1.200 SEK thousand", "ambiguous-value"), ("5 kr tkr", "wrong-type"), ("tkr", "wrong-type")],
)
def test_a_unit_is_no_part_of_a_number(typed: str, rule: str) -> None:
    """The headings' ”1 000 kr” is no unit of 51 000 kr, and two units are none."""
    values, told = type_answers(FORMS.form("annual_plan"), "budget", "cost", [typed], "sv")
    assert (values, [remark.rule for remark in told]) == ([None], [rule])


@pytest.mark.parametrize(
    "kind, key, field, typed, code, told",
    [
        ("year", "goal_assessments", "assessment", "Uppnått", "fulfilled", "Uppfyllt"),
        ("year", "goal_assessments", "assessment", "delvis  UPPNÅTT.", "partly_fulfilled", "Delvis uppfyllt"),
        ("year", "goal_assessments", "assessment", "Går ej att bedöma", "not_assessable", "Kan inte bedömas"),
        ("t1", "goal_assessments", "assessment", "Uppfylls", "on_track", "Bedöms uppfyllas"),
        ("t1", "goal_assessments", "assessment", "Uppfylls ej", "off_track", "Bedöms inte uppfyllas"),
        ("t1", "goal_assessments", "trend", "Går åt rätt håll", "better", "Rätt håll"),
        ("t1", "goal_assessments", "trend", "oförändrad", "same", "Oförändrat"),
        ("t1", "commitment_status", "status", "Genomförts", "done", "Genomfört"),
        ("t1", "commitment_status", "status", "Följer planen", "on_plan", "Pågår enligt plan"),
        ("year", "commitment_status", "status", "Har inte genomförts", "not_done", "Ej genomfört"),
        ("year", "commitment_status", "status", "partially done", "partly_done", "Delvis genomfört"),
        ("year", "commitment_status", "continues", "j", "yes", "Ja"),
    ],
)
def test_a_synonym_is_read_as_what_it_means_and_told(kind: str, key: str, field: str, typed: str, code: str, told: str) -> None:
    """In the words of the list."""
    assert type_choices(FORMS.form("board_followup", None, kind), key, field, [typed]) == ([code], [told])


@pytest.mark.parametrize("typed", ["Uppfyllt", "uppfyllt", "UPPFYLLT ", "Uppfyllt.", "fulfilled"])
def test_an_entry_of_the_list_needs_no_telling(typed: str) -> None:
    """However it is written."""
    assert type_choices(FORMS.form("board_followup", None, "year"), "goal_assessments", "assessment", [typed], "sv")[1] == []


@pytest.mark.parametrize(
    "language, typed, told",
    [
        ("sv", "Partly fulfilled", ["Delvis uppfyllt"]),
        ("en", "Partly fulfilled", []),
        ("en", "Ej uppfyllt", ["Ej uppfyllt"]),
        (None, "Ej uppfyllt", []),
    ],
)
def test_an_entry_in_the_other_language_is_told(language: str | None, typed: str, told: list[str]) -> None:
    """Where the workbook's language is known."""
    assert type_choices(FORMS.form("board_followup", None, "year"), "goal_assessments", "assessment", [typed], language)[1] == told


@pytest.mark.parametrize(
    "kind, typed", [("t1", "Pågår"), ("t1", "Avslutat"), ("year", "Delvis"), ("t1", "Delvis genomfört"), ("t1", "Nästan klart")]
)
def test_nothing_is_guessed(kind: str, typed: str) -> None:
    """What may mean two entries, or one that the round does not have, is asked about."""
    assert type_choices(FORMS.form("board_followup", None, kind), "commitment_status", "status", [typed]) == ([None], ["not-in-list"])


def test_a_synonym_of_two_entries_means_neither_and_an_entry_goes_before_a_synonym() -> None:
    choices: dict[str, dict[str, Any]] = {
        "low": {"sv": "Låg", "en": "Low", "also": ["liten", "halvstor"]},
        "mid": {"sv": "Mellan", "en": "Medium", "also": ["Halvstor", "hög"]},
        "high": {"sv": "Hög", "en": "High"},
    }
    codes = map_codes(choices)
    assert (codes.get("liten"), codes.get("halvstor"), codes.get("hög"), codes.get("mid")) == ("low", None, "high", "mid")
