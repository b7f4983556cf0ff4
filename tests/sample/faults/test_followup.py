"""Each fault of a follow-up: a return that is otherwise in order, spoilt by it, gives just the finding that it says, where it says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from followup_returns import CLEAN, filled, issued
from styrxl.model.judged import Judged
from styrxl.sample.faults.followup import break_followup, list_followup_faults
from styrxl.sample.faults.open_return import NotHereError
from styrxl.sample.faults.plan import Fault
from year import BOARD_T1, MOMENTS, Followed, changed

Place = tuple[str, str, str]  # fault, kind of round, owner
Spoilt = Mapping[Place, tuple[bytes, Fault]]
WHY = {"explanation": "Skolan har fler elever.", "measures": "Färre vikarier.", "measures_effect": 60}  # of the whole board's deficit
UNSURE = {"assessment": "not_assessable", "analysis": "Proven är inte rättade."}


@pytest.mark.parametrize("kind, owner", CLEAN)
def test_without_a_fault_nothing_is_found(whole: Followed, kind: str, owner: str) -> None:
    """What the faults are done to is in order."""
    [judged] = whole.judge(kind, (owner, filled(whole, kind, owner, CLEAN[kind, owner]))).returns
    assert [(f.rule, f.cell) for f in judged.findings] == []


@pytest.fixture(scope="module")
def judged(whole: Followed, spoilt_followups: Spoilt) -> Mapping[Place, Judged]:
    """Judge all that is spoilt, one round at a time."""
    found: dict[Place, Judged] = {}
    for kind in MOMENTS:
        places = {f"{name} {owner}": (name, kind, owner) for name, round_, owner in spoilt_followups if round_ == kind}
        files = [(path, spoilt_followups[place][0]) for path, place in places.items()]
        found |= {places[one.path]: one for one in whole.judge(kind, *files).returns}
    return found


@pytest.mark.parametrize("name", [name for name in list_followup_faults() if name not in {"not-assessable-again", "explanation-missing"}])
def test_a_fault_gives_its_finding(judged: Mapping[Place, Judged], spoilt_followups: Spoilt, name: str) -> None:
    """And no other, in each follow-up that has a place for it; each fault has a place in one at least."""
    places = [place for place in spoilt_followups if place[0] == name]
    assert places
    for place in places:
        _, fault = spoilt_followups[place]
        found = [(f.rule, f.sheet, f.cell) for f in judged[place].findings]
        assert found == [(fault.rule, fault.sheet, fault.cell)], place


def test_a_deviation_without_its_reason(whole: Followed) -> None:
    """Where the deviation is past the thresholds, and only there."""
    form, made = whole.form("t2", "UBN"), issued(whole, "t2", "UBN")
    with pytest.raises(NotHereError):
        break_followup("explanation-missing", filled(whole, "t2", "UBN", CLEAN["t2", "UBN"]), form, made)
    dear = changed(changed(CLEAN["t2", "UBN"], "outcomes", 0, forecast_cost=1030), "outcomes", 2, **WHY)
    data, fault = break_followup("explanation-missing", filled(whole, "t2", "UBN", dear), form, made)
    [judged] = whole.judge("t2", ("UBN", data)).returns
    assert [(f.rule, f.sheet, f.cell) for f in judged.findings] == [("explanation-missing", fault.sheet, fault.cell)]


def test_not_assessable_again(first_asked: Followed) -> None:
    """Only where the round before could not assess it either."""
    followed = first_asked
    followed.put("t1", "UBN", changed(BOARD_T1, "goal_assessments", 0, **UNSURE))
    followed.town.run("distribute", "2027-t2", "--to", "UBN")
    data = filled(followed, "t2", "UBN", CLEAN["t2", "UBN"])
    data, fault = break_followup("not-assessable-again", data, followed.form("t2", "UBN"), issued(followed, "t2", "UBN"))
    [judged] = followed.judge("t2", ("UBN", data)).returns
    assert [(f.rule, f.sheet, f.cell) for f in judged.findings] == [(fault.rule, fault.sheet, fault.cell)]
