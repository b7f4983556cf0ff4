"""What ``outcomes.yaml`` may say, what is wrong in one and where; and the mappings that the pages and the example show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from styrxl.descriptions.mistakes import describe_mistake
from styrxl.descriptions.outcome_checks import check_mapped_owners, check_mapping
from styrxl.descriptions.outcome_mapping import OutcomeMapping, read_mapping, read_outcome_example

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = ("sv/utfall-ur-redovisningen.md", "en/outcomes-from-the-accounts.md")
MAPPING = """\
export:
  unit: kronor
  signs: ledger
columns: {account: Konto, unit: Ansvar}
amounts:
  amount: Utfall
revenue: {account: [3000-3999]}
cost: {account: [4000-7999]}
places:
  - owner: UBN
    where: {unit: [0210]}
"""


def check(mapping: str) -> list[str]:
    """Return what is told of a mapping."""
    return [describe_mistake(mistake, "sv") for mistake in check_mapping(mapping.encode())]


def test_codes_are_texts_as_they_are_written() -> None:
    assert check(MAPPING) == []
    assert read_mapping(MAPPING.encode()).places[0].where == {"unit": ["0210"]}


@pytest.mark.parametrize(
    "old, new, told",
    [
        ("  unit: kronor", "  units: kronor", "rad 1: export saknar ”unit”."),
        ("  unit: kronor", "  units: kronor", "rad 2: ”units” är inget som kan stå här (export.units). Menar du unit?"),
        ("  signs: ledger", "  signs: leger", "rad 3: export.signs: ”leger” går inte. Menar du ledger?"),
        ("amount: Utfall", "amout: Utfall", "rad 6: ”amout” är inget som kan stå här (amounts.amout). Menar du amount?"),
        ("amount: Utfall", "debit: Utfall", "rad 5: amounts: skriv amount, eller debit och credit"),
        ("amounts:\n  amount: Utfall\n", "", "rad 1: filen saknar ”amounts”."),
        ("amounts:\n  amount", "amunts:\n  amount", "rad 5: ”amunts” är inget som kan stå här (amunts). Menar du amounts?"),
        (
            "unit: [0210]",
            "unti: [0210]",
            "rad 11: places.1.where.unti: det finns ingen kolumn under columns som heter ”unti”.",
        ),
        ("unit: [0210]", "unit: 0210", "rad 11: places.1.where.unit"),
        ("owner: UBN", "owner_form: UBN", "rad 10: ”owner_form” är inget som kan stå här (places.1.owner_form). Menar du owner_from?"),
        ("owner: UBN", "activity: Skola", "rad 10: places.1: skriv owner eller owner_from"),
        ("cost: {account: [4000-7999]}\n", "", "Skriv både revenue och cost"),
        ("places:\n", "places:\n\t- x\n", "indragen med tabb"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_nearest_name(old: str, new: str, told: str) -> None:
    assert old in MAPPING
    said = check(MAPPING.replace(old, new))
    assert any(told in each for each in said), said


def test_signs_that_tell_nothing_need_revenue_and_cost() -> None:
    bare = MAPPING.replace("revenue: {account: [3000-3999]}\ncost: {account: [4000-7999]}\n", "").replace("signs: ledger", "signs: plain")
    assert any("signs: plain behövs revenue och cost" in each for each in check(bare))


def test_a_sie_file_needs_no_amounts() -> None:
    assert check("export: {format: sie}\ncolumns: {unit: '1'}\nplaces: [{owner: UBN}]\n") == []


def test_owners_must_be_there_and_have_money() -> None:
    kinds = {"UBN": "board", "UBN-ÖST": "unit"}
    may = {"places": {"board"}, "units": {"unit"}}
    assert check_mapped_owners(MAPPING.encode(), kinds, may, {}) == []
    [mistake] = check_mapped_owners(MAPPING.replace("UBN", "UBNN").encode(), kinds, may, {})
    assert (mistake.line, mistake.problem.code) == (10, "unknown-name")
    [ended] = check_mapped_owners(MAPPING.encode(), {"UBN-ÖST": "unit"}, may, {"UBN": "2027-08-31"})
    assert (ended.line, ended.problem.code, ended.problem.facts) == (10, "owner-not-there", {"owner": "UBN", "day": "2027-08-31"})


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_example_names_each_key_or_its_page_does(language: str) -> None:
    example = read_outcome_example(language)
    assert check_mapping(example.encode()) == []
    page = (DOCS / PAGES[language == "en"]).read_text("utf-8")
    assert [key for key in OutcomeMapping.model_fields if f"`{key}" not in page] == []
    assert PAGES[language == "en"] in example


@pytest.mark.parametrize("page", PAGES)
def test_each_mapping_that_a_page_shows_is_right(page: str) -> None:
    shown = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert len(shown) == 3
    assert [check_mapping(mapping.encode()) for mapping in shown] == [[], [], []]
