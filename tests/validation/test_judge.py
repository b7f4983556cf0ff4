"""Each rule: a return that breaks just it gives just that finding, in just that cell; the valid return gives none."""

from __future__ import annotations

import json

import pytest

from styrxl.model.catalogue import catalogue
from styrxl.model.judged import Judged
from styrxl.sample.faults.plan import Fault, list_faults
from town import ANSWERS, ROUND, Town

ELSEWHERE = {"encrypted-workbook", "oversized-workbook", "macro-workbook", "external-link", "forged-identity"}
# Rules about more than one return, or about the plan: tested by themselves below.
ACROSS = {"superseded-return", "duplicate-return", "stale-issue", "personal-identity-number"}


@pytest.fixture(scope="module")
def verdicts(shared_full: Town, spoilt: dict[tuple[str, str], tuple[bytes, Fault]]) -> dict[tuple[str, str], tuple[Fault, Judged]]:
    """Every fault in every owner's otherwise valid return, judged together."""
    judged = shared_full.judge(*((f"{name} {owner}", data) for (name, owner), (data, _) in spoilt.items())).returns
    return {key: (deed, one) for (key, (_, deed)), one in zip(spoilt.items(), judged, strict=True)}


@pytest.mark.parametrize("fault", list_faults())
def test_each_fault_is_found_where_it_is(verdicts: dict[tuple[str, str], tuple[Fault, Judged]], fault: str) -> None:
    """The rule, the sheet and the cell, and nothing else, in every form that has a place for it."""
    cases = {owner: case for (name, owner), case in verdicts.items() if name == fault}
    assert cases
    for owner, (deed, judged) in cases.items():
        found = [(f.rule, f.sheet, f.cell) for f in judged.findings]
        assert found == [(deed.rule, deed.sheet, deed.cell)], owner
        error = catalogue()["rules"][deed.rule]["severity"] == "error"
        assert judged.verdict == ("unreadable" if deed.rule == "unreadable-workbook" else "rejected" if error else "accepted")


def test_valid_returns_give_no_findings(full: Town) -> None:
    """All five returns are accepted without a word."""
    report = json.loads(full.run("validate", "--format", "json").stdout)
    assert report["summary"] == {
        "workbooks": 5,
        "accepted": 5,
        "rejected": 0,
        "unreadable": 0,
        "superseded": 0,
        "duplicate": 0,
        "set-aside": 0,
        "errors": 0,
        "warnings": 0,
    }
    assert [workbook["findings"] for workbook in report["workbooks"]] == [[]] * 5
    assert {workbook["owner"] for workbook in report["workbooks"]} == set(ANSWERS)
    assert {workbook["round"] for workbook in report["workbooks"]} == {ROUND}


def test_a_decision_without_a_year_is_asked_about(shared_full: Town) -> None:
    """A plan is decided on in its own year or the one before, a report in its own or the next: a day and month alone do not say."""
    [told] = ANSWERS["UBN"]["confirmation"]
    data = shared_full.filled("UBN", {**ANSWERS["UBN"], "confirmation": [{**told, "decision_date": "18/1"}]})
    [judged] = shared_full.judge(("UBN.xlsx", data)).returns
    assert [(f.rule, f.column, f.value) for f in judged.findings if f.severity == "error"] == [("wrong-type", "Beslutsdatum", "18/1")]
    assert shared_full.forms.form("board_followup", None, "year").sheet("report_status").column("decision_date").any_year


def test_the_councils_plan_is_nobodys_return(shared_full: Town) -> None:
    [judged] = shared_full.judge(("flerarsplan.xlsx", shared_full.workspace.plan_path.read_bytes())).returns
    assert (judged.verdict, [f.rule for f in judged.findings]) == ("rejected", ["unknown-form"])
