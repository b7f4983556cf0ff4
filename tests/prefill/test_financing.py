"""What the sheet Finansiering holds before anybody answers: items by name, and their budget."""

from __future__ import annotations

from small_town import FORMS, organisation
from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import Organisation, Plan
from styrxl.model.rounds import standard_rounds
from styrxl.prefill.financing import make_financing_rows, make_followed_financing_rows
from styrxl.prefill.year_so_far import YearSoFar

FIN, AUDIT = organisation("FIN", "Finansförvaltningen", "finance"), organisation("REV", "Revisorerna", "audit")
NAMES = ["Skatteintäkter", "Generella statsbidrag", "Finansnetto", "Interna poster"]


def make_year(table: str, *rows: dict[str, object]) -> YearSoFar:
    """Return a year in which the finance administration has planned so, and followed up nothing."""
    plan = Plan((), (), {}, (), (), ())
    kinds = standard_rounds()
    plans = AnswersInForce(kinds.parse("2027-plan"), {table: {"FIN": tuple(rows)}}, {"FIN": "0" * 64}, {})
    return YearSoFar(plan, kinds.parse("2027-t1"), plans)


def items(owner: Organisation) -> list[tuple[object, ...]]:
    """Return the rows of a follow-up."""
    year = make_year("financing", {"item": "Tax revenue", "budget": 1100.0}, {"item": "Finansnetto", "budget": -12.0})
    rows = make_followed_financing_rows(year, owner, FORMS.words, "sv").get("financing_outcomes", ())
    return [(row["item"], row["budget"]) for row in rows]


def test_the_finance_administration_alone_has_the_sheet() -> None:
    """In its own language."""
    assert [row["item"] for row in make_financing_rows(FIN, FORMS.words, "sv")["financing"]] == NAMES
    assert make_financing_rows(FIN, FORMS.words, "en")["financing"][0]["item"] == "Tax revenue"
    assert make_financing_rows(AUDIT, FORMS.words, "sv") == {}
    assert items(AUDIT) == []


def test_a_followup_has_what_was_budgeted_in_whatever_language() -> None:
    assert items(FIN) == [(NAMES[0], 1100), (NAMES[1], None), (NAMES[2], -12), (NAMES[3], None)]
