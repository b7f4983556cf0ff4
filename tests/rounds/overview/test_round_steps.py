"""What is to be done next in a round, from its facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from styrxl.model.rounds import standard_rounds
from styrxl.rounds.mail_status import MailStatus
from styrxl.rounds.overview.consolidation import Consolidation
from styrxl.rounds.overview.mail_facts import MailFacts
from styrxl.rounds.overview.owner_groups import count_groups
from styrxl.rounds.overview.round_facts import RoundFacts, UnplacedFile
from styrxl.rounds.overview.round_steps import RoundToDo, find_to_do
from styrxl.rounds.status import OwnerStatus

ROUND = standard_rounds().parse("2027-t1")
TODAY = date(2027, 5, 20)
NOW = datetime(2027, 5, 20, 9, tzinfo=UTC)
PAST, COMING = date(2027, 5, 14), date(2027, 5, 28)
CURRENT, STALE = Consolidation(NOW, is_current=True), Consolidation(NOW, is_current=False)


def owner(state: str, due: date | None = PAST, kind: str = "unit", **more: object) -> OwnerStatus:
    issued = None if state == "not_issued" else date(2027, 4, 20)
    returned = None if state in {"waiting", "late", "not_issued"} else NOW
    return replace(OwnerStatus("UBN-ÅBY", "Åby", kind, issued, due, returned, state), **more)  # type: ignore[arg-type] # any of its fields


DONE = owner("accepted")


def facts(*owners: OwnerStatus, **more: object) -> RoundFacts:
    return replace(RoundFacts(ROUND, TODAY, owners), **more)  # type: ignore[arg-type] # any of its fields


def steps(to_do: RoundToDo) -> list[tuple[str, int]]:
    return [(step.key, step.n) for step in to_do.steps]


@pytest.mark.parametrize(
    "given, expected",
    [
        (facts(owner("waiting", COMING), owner("waiting", COMING)), [("wait", 2)]),
        (facts(owner("late"), owner("late"), DONE), [("call", 2), ("consolidate", 1)]),
        (facts(owner("late"), owner("rejected"), sends=True), [("remind", 2)]),
        (facts(owner("late", reminded=NOW), owner("late", reminded=NOW - timedelta(days=1)), sends=True), [("remind", 1)]),
        (facts(owner("late", reminded=NOW), sends=True), [("wait", 1)]),
        (facts(DONE, DONE), [("consolidate", 2)]),
        (facts(DONE, owner("rejected", earlier_counts=True)), [("mend-newer", 1), ("consolidate", 2)]),
        (facts(owner("rejected", earlier_counts=True), consolidation=CURRENT), [("mend-newer", 1)]),
        (facts(DONE, owner("set-aside")), [("consolidate", 1)]),
        (facts(DONE, owner("not_issued")), [("consolidate", 1)]),
        (facts(DONE, owner("late", kind="joint_authority")), [("consolidate", 1)]),
        (facts(DONE, consolidation=CURRENT), []),
        (facts(DONE, owner("not_issued"), ready=("UBN-ÖST",)), [("hand-out-more", 1), ("consolidate", 1)]),
        (facts(DONE, consolidation=STALE), [("consolidate-again", 1)]),
        (facts(DONE, owner("waiting", COMING), consolidation=STALE), [("wait", 1), ("consolidate-again", 1)]),
        (facts(DONE, consolidation=CURRENT, sends=True), [("send-results", 1)]),
        (facts(DONE, consolidation=CURRENT, sends=True, mail=MailFacts(results_sent=True)), []),
        (facts(DONE, owner("late"), consolidation=CURRENT, sends=True), [("remind", 1)]),
        (facts(DONE, consolidation=CURRENT, new_files=("a", "b")), [("take-in", 2)]),
        (
            facts(
                DONE,
                consolidation=CURRENT,
                unplaced=(UnplacedFile("a", None), UnplacedFile("b", "duplicate"), UnplacedFile("c", "rejected")),
            ),
            [("place", 1)],
        ),
        (facts(owner("waiting", COMING), sends=True, mail=MailFacts(unmailed=("A", "B"))), [("mail-out", 2)]),
        # Somebody has answered, and nobody was mailed: the workbooks were handed out in another way.
        (facts(owner("rejected", COMING), sends=True, mail=MailFacts(unmailed=("A",))), [("wait", 1), ("mail-out", 1)]),
        (facts(owner("rejected", COMING), sends=True, mail=MailFacts(handed_out={"B": TODAY}, unmailed=("A",))), [("mail-out", 1)]),
        (facts(owner("rejected", COMING), sends=True, mail=MailFacts(unanswered=("a",))), [("answer", 1)]),
        (facts(owner("rejected", COMING), mail=MailFacts(unanswered=("a",))), [("wait", 1)]),
        (facts(owner("waiting", COMING, unreached=("a@example.se",)), sends=True), [("unreached", 1)]),
        (facts(owner("accepted", unreached=("a@example.se",)), consolidation=CURRENT), []),
        (
            facts(owner("waiting", COMING), mail=MailFacts(MailStatus({}), quarantined=2, doubtful=1)),
            [("quarantine", 2), ("doubtful", 1)],
        ),
    ],
)
def test_the_most_urgent_step_is_first(given: RoundFacts, expected: list[tuple[str, int]]) -> None:
    assert steps(find_to_do(given)) == expected


def test_whoever_waits_is_told_until_when() -> None:
    to_do = find_to_do(facts(owner("waiting", date(2027, 6, 1)), owner("waiting", COMING)))
    assert to_do.steps[0].day == COMING


def test_what_waits_for_the_controller_is_counted_together() -> None:
    to_do = find_to_do(facts(DONE, unplaced=(UnplacedFile("a", "unreadable"),), mail=MailFacts(quarantined=2), new_files=("b",)))
    assert to_do.waiting == 3
    assert not to_do.is_done


def test_a_round_is_done_when_all_are_and_the_results_are_made() -> None:
    assert find_to_do(facts(DONE, consolidation=CURRENT)).is_done
    assert not find_to_do(facts(DONE, owner("late"), consolidation=CURRENT)).is_done


def test_the_late_are_missing_too() -> None:
    counts = count_groups([owner("late"), owner("waiting"), DONE, owner("unreadable"), owner("rejected", earlier_counts=True)])
    assert counts == {"missing": 2, "late": 1, "mend": 1, "aside": 0, "done": 2, "not-issued": 0}
