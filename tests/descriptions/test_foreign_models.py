"""Forms that others designed are described by keys of their own, and what is wrong with these is told with its line."""

from __future__ import annotations

import pytest

from foreign_form import FORM, list_files
from styrxl.descriptions.mistakes import describe_mistake
from styrxl.descriptions.own_files import check_descriptions


def describe(old: str = "", new: str = "") -> list[tuple[str, int | None, str]]:
    """Return the mistakes in the form's files, with another text in place of one: file, line, what is said."""
    assert old in FORM
    files = {**list_files(), "sheets/platser.yaml": FORM.replace(old, new, 1)}
    mistakes = check_descriptions({name: text.encode() for name, text in files.items()})
    return [(each.file, each.line, describe_mistake(each, "sv")) for each in mistakes]


def test_a_form_of_others_may_have_several_tables_on_a_sheet() -> None:
    """And headings in its own words, without a second language."""
    assert describe() == []


@pytest.mark.parametrize(
    "old, new, named",
    [
        ("heading_rows: 2", "heading_rows: två", "två"),
        ("heading_rows: 2", "heading_row: 2", "heading_rows"),
        ("heading_rows: 2", "heading_rows: 0", "0"),
        ("until: {activity: Summa}", "until: {aktivitet: Summa}", "activity"),
        ("until: {activity: Summa}", "until: {activity: Summa, cost: Summa}", "until"),
        ("until: SLUT A", "until:", "until"),
        ("label: Uppgifter lämnas av", "label: A, cell: B4", "label"),
        (", label: Uppgifter lämnas av", "", "label"),
        ("label: Uppgifter lämnas av", "cell: rad 4", "rad 4"),
        ("layout: down", "layout: rows\n    answers: below", "answers"),
        ("layout: down", "layout: down\n    heading_rows: 2", "heading_rows"),
        ("skip: [Verksamhetens namn…]", "skip: Verksamhetens namn", "skip"),
        ("foreign: true", "foreign: ja", "ja"),
        ("foreign: true", "foreign: true\npurpose: {sv: A, en: B}", "purpose"),
        ("heading: Anmärkning", "heading: {sv: Anmärkning}", "en"),
        ("heading: Anmärkning", "heading: Kostnad", "Kostnad"),
        ("note: {heading: Anmärkning}", "note: {heading: Anmärkning, locked: true}", "locked"),
        ("table: platser_costs", "table: platser_cost", "platser_costs"),
        ("table: platser_costs\n", "\n", "table"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, named: str) -> None:
    """One that is nowhere else, and by the name of what is meant."""
    told = describe(old, new)
    first = FORM[: FORM.index(old)].count("\n") + 1
    assert told
    assert any(named in text for _, _, text in told)
    assert all(line is None or first - 8 <= line <= first + 2 for file, line, _ in told if file == "sheets/platser.yaml")
