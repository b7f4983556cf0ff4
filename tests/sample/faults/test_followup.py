"""Each fault of a follow-up: a return that is otherwise in order, spoilt by it, gives just the finding that it says, where it says."""

from __future__ import annotations

import pytest

from followup_returns import CLEAN, filled, issued
from styrxl.sample.faults.followup import break_followup, list_followup_faults
from styrxl.sample.faults.open_return import NotHereError
from year import BOARD_T1, Followed, changed, followed_town

WHY = {"explanation": "Skolan har fler elever.", "measures": "Färre vikarier.", "measures_effect": 60}  # of the whole board's deficit
UNSURE = {"assessment": "not_assessable", "analysis": "Proven är inte rättade."}


@pytest.mark.parametrize("kind, owner", CLEAN)
def test_without_a_fault_nothing_is_found(whole: Followed, kind: str, owner: str) -> None:
    """What the faults are done to is in order."""
    [judged] = whole.judge(kind, (owner, filled(whole, kind, owner, CLEAN[kind, owner]))).returns
    assert [(f.rule, f.cell) for f in judged.findings] == []


@pytest.mark.parametrize("name", [name for name in list_followup_faults() if name not in {"not-assessable-again", "explanation-missing"}])
def test_a_fault_gives_its_finding(whole: Followed, name: str) -> None:
    """And no other, in each follow-up that has a place for it; each fault has a place in one at least."""
    places = 0
    for (kind, owner), answers in CLEAN.items():
        try:
            data, fault = break_followup(name, filled(whole, kind, owner, answers), whole.form(kind, owner), issued(whole, kind, owner))
        except NotHereError:
            continue
        places += 1
        [judged] = whole.judge(kind, (owner, data)).returns
        found = [(f.rule, f.sheet, f.cell) for f in judged.findings]
        assert found == [(fault.rule, fault.sheet, fault.cell)], (kind, owner)
    assert places


def test_a_deviation_without_its_reason(whole: Followed) -> None:
    """Where the deviation is past the thresholds, and only there."""
    form, made = whole.form("t2", "UBN"), issued(whole, "t2", "UBN")
    with pytest.raises(NotHereError):
        break_followup("explanation-missing", filled(whole, "t2", "UBN", CLEAN["t2", "UBN"]), form, made)
    dear = changed(changed(CLEAN["t2", "UBN"], "outcomes", 0, forecast_cost=1030), "outcomes", 2, **WHY)
    data, fault = break_followup("explanation-missing", filled(whole, "t2", "UBN", dear), form, made)
    [judged] = whole.judge("t2", ("UBN", data)).returns
    assert [(f.rule, f.sheet, f.cell) for f in judged.findings] == [("explanation-missing", fault.sheet, fault.cell)]


def test_not_assessable_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Only where the round before could not assess it either."""
    followed = followed_town(tmp_path_factory.mktemp("again") / "town")
    followed.put("t1", "UBN", changed(BOARD_T1, "goal_assessments", 0, **UNSURE))
    followed.town.run("distribute", "2027-t2", "--to", "UBN")
    data = filled(followed, "t2", "UBN", CLEAN["t2", "UBN"])
    data, fault = break_followup("not-assessable-again", data, followed.form("t2", "UBN"), issued(followed, "t2", "UBN"))
    [judged] = followed.judge("t2", ("UBN", data)).returns
    assert [(f.rule, f.sheet, f.cell) for f in judged.findings] == [(fault.rule, fault.sheet, fault.cell)]
