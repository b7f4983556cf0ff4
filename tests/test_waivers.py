"""Waivers: what a controller writes on the sheet Undantag, chosen in plain words and checked at its cell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from filled import build_short_plan
from styrxl.model.catalogue import catalogue, list_waivable_rules
from styrxl.model.findings import fix, message
from styrxl.rounds.issue import build_plan
from styrxl.rounds.judge_council_plan import judge_plan
from styrxl.sample.opened import open_workbook
from town import BOARD, PLAN, ROUND, Town

RULES = catalogue()["rules"]
NAMED = {rule: texts["name"] for rule, texts in RULES.items() if "name" in texts}
UNPLACED = {  # what cannot be read, or is nobody's
    "unreadable-workbook",
    "encrypted-workbook",
    "oversized-workbook",
    "macro-workbook",
    "unknown-form",
    "unknown-version",
    "unknown-owner",
    "wrong-round",
    "forged-identity",
    "empty-return",
    "names-another",
}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_rule_that_can_be_waived_has_a_name_of_its_own(language: str) -> None:
    """Those are the rules that stop a return, but for what cannot be read or placed."""
    assert NAMED.keys() == {rule for rule, texts in RULES.items() if texts["severity"] == "error"} - UNPLACED
    names = [texts[language] for texts in NAMED.values()]
    assert len({name.casefold() for name in names}) == len(names)
    assert max(map(len, names)) <= 60
    assert not {name.casefold() for name in names} & RULES.keys()


def waive(rule: str, **others: Any) -> Mapping[str, Any]:
    """Return a waiver."""
    return {"owner": "UBN", "round": ROUND, "rule": rule, "reason": "Nytt system", "until": date(2030, 1, 1)} | others


def planned(town: Town, waiver: Mapping[str, Any]) -> bytes:
    """Return the town's plan with a waiver typed into it."""
    return build_short_plan(town.workspace, {**{key: tuple(rows) for key, rows in PLAN.items()}, "waivers": (waiver,)})


@pytest.mark.parametrize(
    "typed, rule",
    [
        ("Ett svar saknas", "missing-value"),
        ("ett svar SAKNAS", "missing-value"),
        ("An answer is missing", "missing-value"),
        ("missing-value", "missing-value"),
        ("Explanation-Missing", "explanation-missing"),
        ("En förklaring saknas", "explanation-missing"),
        ("goal-uncovered", "goal-uncovered"),
    ],
)
def test_a_rule_is_understood_in_plain_words_and_by_its_name(typed: str, rule: str, shared_full: Town) -> None:
    judged, frames = judge_plan(shared_full.workspace, shared_full.forms, planned(shared_full, waive(typed)))
    assert judged.verdict == "accepted"
    assert frames["waivers"]["rule"].tolist() == [rule]


@pytest.mark.parametrize(
    "waiver, cell, said",
    [
        (
            waive("Svar saknas"),
            "C5",
            "Regel: ”Svar saknas” är inte ett av svaren som går att välja. Välj i listan i cellen C5: Ett svar saknas, ",
        ),
        (waive("forged-identity"), "C5", "Regel: ”forged-identity” är inte ett av svaren som går att välja."),
        (waive("unreadable-workbook"), "C5", "Regel: ”unreadable-workbook” är inte ett av svaren som går att välja."),
        (waive("Ett svar saknas", round="2027-t9"), "B5", "Omgång: ”2027-t9” är inte ett av svaren som går att välja. "),
        (waive("Ett svar saknas", owner="UBX"), "A5", "Id: ”UBX” finns inte bland "),
    ],
)
def test_what_is_not_there_is_told_at_its_cell(waiver: Mapping[str, Any], cell: str, said: str, shared_full: Town) -> None:
    judged, _ = judge_plan(shared_full.workspace, shared_full.forms, planned(shared_full, waiver))
    [finding] = judged.findings
    assert (finding.sheet, finding.cell) == ("Undantag", cell)
    assert f"{message(finding, 'sv')} {fix(finding, 'sv')}".startswith(said)


@pytest.mark.parametrize("language, name", [("sv", "Ett svar saknas"), ("en", "An answer is missing")])
def test_the_drop_down_offers_what_stops_a_return(language: str, name: str, shared_full: Town) -> None:
    book = open_workbook(build_plan(shared_full.workspace, {}))
    where = book.defined_names["list_waivable_rule"].attr_text.split("!")[1].replace("$", "")
    offered = [row[0].value for row in book["_listor"][where]]
    assert offered == [texts["sv"] for texts in NAMED.values()]
    assert list_waivable_rules()["missing-value"][language] == name


GAP = {**BOARD, "commitments": [{**BOARD["commitments"][0], "responsible": None}, BOARD["commitments"][1]]}


def test_the_review_says_what_to_write_and_what_is_written_lets_it_pass(full: Town) -> None:
    full.put("UBN.xlsx", full.filled("UBN", GAP), 30)
    said = full.run("validate", expect=1).stdout
    assert (
        f"Ska något av detta inte stoppa UBN i {ROUND}: skriv ett undantag på bladet Undantag i flerarsplan.xlsx. "
        "Regeln heter ”Ett svar saknas” (missing-value)." in said
    )
    assert "skriv ett undantag" in full.run("validate", "--format", "html", expect=1).stdout
    full.workspace.plan_path.write_bytes(planned(full, waive("Ett svar saknas", round="2027-Plan")))
    after = full.run("validate").stdout
    assert "Undantag: Nytt system." in after
    assert "skriv ett undantag" not in after


def test_what_cannot_be_placed_is_not_said_to_be_waivable(full: Town) -> None:
    path = full.put("UBN.xlsx", b"not a workbook", 30)
    assert "skriv ett undantag" not in full.run("validate", expect=1).stdout
    path.unlink()
