"""No round is judged twice: what judging gave is kept until anything that it rests on changes, and is then what it is from nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from judging_changes import CHANGES, NAMES, assert_same, set_aside
from styrxl.model.council_plan import CouncilAssessment, Overall, PastOutcome
from styrxl.model.form_editions import FormEdition
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox, judge_inbox_quietly
from styrxl.scale import kept_judgements
from styrxl.scale.kept_judgements import keep_round, read_kept_round
from styrxl.scale.return_files import ReadingMethod
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import CACHE_FOLDER
from styrxl.validation.judge import judge
from town import BOARD, NOW, ROUND, Town, lost
from year import BOARD_T1, MOMENTS, Followed, changed

PLAN = standard_rounds().parse(ROUND)
T1 = standard_rounds().parse("2027-t1")
JUDGE = "styrxl.rounds.judge_inbox.judge"


@pytest.fixture
def judgings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which each round that is judged from now on is added."""
    rounds: list[str] = []

    def judge_and_tell(*what: object) -> JudgedRound:
        judged = judge(*what)  # type: ignore[arg-type] # as it is called
        rounds.append(judged.round)
        return judged

    monkeypatch.setattr(JUDGE, judge_and_tell)
    return rounds


def judge_plan(town: Town, *, days: int = 0, keep: bool = True, quietly: bool = True) -> JudgedRound:
    """Return what judging the town's plans gives, some days later."""
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, NOW + timedelta(days=days), how=ReadingMethod(keep=keep))
        return judge_inbox_quietly(desk, PLAN) if quietly else judge_inbox(desk, PLAN)


def test_what_has_not_changed_is_judged_once(full: Town, judgings: list[str]) -> None:
    first = judge_plan(full, quietly=False)
    again, quietly = judge_plan(full, quietly=False), judge_plan(full)

    assert judgings == [ROUND]
    assert_same(first, again)
    assert_same(first, quietly)
    assert_same(first, judge_plan(full, keep=False))


@pytest.fixture
def judged(shared_judged: Town, tmp_path: Path) -> Town:
    """Return a town of the test's own whose plans have been judged."""
    return shared_judged.copy(tmp_path / "judged")


@pytest.mark.parametrize("change, shown", CHANGES, ids=NAMES)
def test_what_has_changed_is_judged_anew_as_from_nothing(
    judged: Town, judgings: list[str], change: Callable[[Town], object], *, shown: bool
) -> None:
    """Whether or not it shows in what is said of the returns."""
    before = judge_plan(judged, quietly=False)
    judgings.clear()
    change(judged)
    after = judge_plan(judged, quietly=False)

    assert judgings  # by the command that changed it, or since
    assert_same(judge_plan(judged, quietly=False), after)  # once more where what was recorded has itself changed what it rests on
    times = len(judgings)
    assert_same(after, judge_plan(judged, keep=False))
    assert_same(after, judge_plan(judged))
    assert len(judgings) == times + 1  # once more from nothing, as it was asked to
    assert (after.returns != before.returns) == shown


def test_another_form_as_it_is_may_be_handed_out_meanwhile(full: Town, judgings: list[str]) -> None:
    """It is read as before; one that is no more is something to be read by."""
    first = judge_plan(full, quietly=False)
    edition = full.forms.edition("unit_followup")
    hand_out(full, edition)
    assert_same(judge_plan(full), first)
    assert judgings == [ROUND]
    hand_out(full, FormEdition(edition.name, edition.profile, {**edition.content, "schemas": {}}, full.forms.rounds))
    assert_same(judge_plan(full), judge_plan(full, keep=False))
    assert judgings == [ROUND] * 3


def hand_out(town: Town, edition: FormEdition) -> None:
    with Ledger.open(town.workspace.database) as ledger:
        ledger.keep_editions({edition.id: edition.to_json()})


def test_another_program_judges_anew(full: Town, judgings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    judge_plan(full, quietly=False)
    monkeypatch.setattr("styrxl.scale.cache_key.describe_program", lambda: "another")
    judge_plan(full)
    assert judgings == [ROUND, ROUND]


def test_what_is_written_of_results_judges_nothing_anew(full: Town, judgings: list[str]) -> None:
    """The council's own assessments, its year in short and last year's outcomes are for reports alone."""
    first = judge_plan(full, quietly=False)
    written = {
        "assessments": (CouncilAssessment(T1.id, "KF-M1", "on_track", "Ser bra ut.", None),),
        "overall": (Overall(T1.id, "God ekonomisk hushållning.", 12.5),),
        "past_outcomes": (PastOutcome("UBN", None, "2026-t1", 300.0),),
    }
    with Ledger.open(full.workspace.database) as ledger:
        desk = open_desk(full.workspace, ledger, NOW)
        told = replace(desk, plan=replace(desk.plan, **written))  # type: ignore[arg-type] # each of its field's kind
        assert_same(judge_inbox_quietly(told, PLAN), first)
        assert judgings == [ROUND]
        assert_same(judge_inbox_quietly(replace(told, how=ReadingMethod(keep=False)), PLAN), first)


def test_another_day_is_the_same(full: Town, judgings: list[str]) -> None:
    first = judge_plan(full, quietly=False)
    for days in (1, 400):
        assert_same(judge_plan(full, days=days), first)
        assert_same(judge_plan(full, days=days, keep=False), first)
    assert judgings == [ROUND] * 3


def test_files_that_were_never_seen_are_judged_once_by_their_own_dates(full: Town, judgings: list[str]) -> None:
    """And once more when it is recorded when they came."""
    date_files(full, NOW - timedelta(days=1))
    first = judge_plan(full)
    assert_same(judge_plan(full), first)
    assert judgings == [ROUND]
    assert_same(judge_plan(full, quietly=False), first)  # which records when they came
    assert judgings == [ROUND, ROUND]
    assert_same(judge_plan(full), first)
    assert judgings == [ROUND, ROUND]


def test_files_that_were_never_seen_are_judged_anew_once_dated_otherwise(full: Town, judgings: list[str]) -> None:
    """Since that may say whose is the newest."""
    date_files(full, NOW - timedelta(days=1))
    judge_plan(full)
    os.utime(full.inbox / "KFN-BIB.xlsx", (NOW.timestamp() - 60, NOW.timestamp() - 60))
    assert_same(judge_plan(full), judge_plan(full, keep=False))
    assert judgings == [ROUND] * 3


@pytest.mark.parametrize("dated", [NOW + timedelta(hours=1), NOW, datetime(1980, 1, 1, tzinfo=UTC)], ids=["ahead", "now", "without"])
def test_files_that_were_never_seen_and_have_no_date_of_use_are_not_kept(full: Town, judgings: list[str], dated: datetime) -> None:
    """When they came is not settled: it depends on when somebody looks."""
    date_files(full, dated)
    judge_plan(full)
    judge_plan(full)
    assert judgings == [ROUND, ROUND]


def date_files(town: Town, dated: datetime) -> None:
    for path in town.inbox.iterdir():
        os.utime(path, (dated.timestamp(), dated.timestamp()))


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: data[:80] + b"x" + data[81:], lambda _: b"", lambda _: b"\n{}"])
def test_what_is_damaged_is_judged_anew(full: Town, judgings: list[str], damage: Callable[[bytes], bytes]) -> None:
    first = judge_plan(full, quietly=False)
    [path] = (full.root / CACHE_FOLDER).glob("*.judged")
    path.write_bytes(damage(path.read_bytes()))
    assert_same(judge_plan(full), first)
    assert judgings == [ROUND, ROUND]


def test_what_rests_on_other_rounds_is_kept_until_these_change(full: Town, judgings: list[str]) -> None:
    """Where the ledger was lost it counts what owners would be issued now, which may take a look at other rounds."""
    (full.root / "styrxl.db").unlink()
    first = judge_plan(full, quietly=False)
    assert_same(judge_plan(full), first)
    assert judgings == [ROUND]
    assert_same(judge_plan(full, days=1), judge_plan(full, days=1, keep=False))
    assert judgings == [ROUND] * 3  # another day, another frame that they would be issued


def test_what_rests_on_another_round_is_judged_anew_when_that_changes(first_asked: Followed, judgings: list[str]) -> None:
    """What owners would be issued now for a follow-up is what they have planned."""
    town = first_asked.town
    first_asked.put("t1", "UBN", BOARD_T1)
    other_plan = town.filled("UBN", changed(BOARD, "commitments", 0, text="Läsa högt varje vecka"))
    (town.root / "styrxl.db").unlink()

    def judge_first(*, keep: bool = True) -> JudgedRound:
        with Ledger.open(town.workspace.database) as ledger:
            return judge_inbox_quietly(
                open_desk(town.workspace, ledger, MOMENTS["t1"] + timedelta(days=1), how=ReadingMethod(keep=keep)), T1
            )

    before = judge_first()
    assert_same(judge_first(), before)
    assert judgings.count(T1.id) == 1
    plan = town.inbox / "UBN.xlsx"
    about = plan.stat()
    plan.write_bytes(other_plan)
    os.utime(plan, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert_same(judge_first(), judge_first(keep=False))
    assert judgings.count(T1.id) == 3
    assert judge_first().returns != before.returns


def test_a_decision_that_is_made_meanwhile_keeps_nothing(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def decide_meanwhile(*what: object) -> JudgedRound:
        judged = judge(*what)  # type: ignore[arg-type] # as it is called
        monkeypatch.setattr(JUDGE, judge)
        set_aside(full)
        return judged

    judge_plan(full, quietly=False)
    shutil.rmtree(full.root / CACHE_FOLDER)
    monkeypatch.setattr(JUDGE, decide_meanwhile)
    judge_plan(full)
    assert_same(judge_plan(full), judge_plan(full, keep=False))
    assert any(return_.verdict == "set-aside" for return_ in judge_plan(full).returns)


def test_returns_without_identity_are_kept_as_they_were_told(full: Town, judgings: list[str]) -> None:
    """With all that is said of them."""
    full.put("okänd.xlsx", lost(full.filled("UBN")), 60)
    full.put("trasig.xlsx", b"PK\x03\x04 is no workbook", 61)
    first = judge_plan(full, quietly=False)
    assert {finding.rule for return_ in first.returns for finding in return_.findings} >= {"unreadable-workbook"}
    assert_same(judge_plan(full), first)
    assert judgings == [ROUND]


def test_a_large_round_is_not_kept(full: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = judge_plan(full, quietly=False)
    keep_round(tmp_path, "a", judged)
    assert read_kept_round(tmp_path, ROUND, "a".__eq__) is not None
    assert read_kept_round(tmp_path, ROUND, "b".__eq__) is None
    monkeypatch.setattr(kept_judgements, "MOST_RETURNS", 1)
    keep_round(tmp_path, "c", judged)
    assert read_kept_round(tmp_path, ROUND, "c".__eq__) is None


def test_no_more_rounds_are_kept_than_anybody_asks_for(full: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = judge_plan(full, quietly=False)
    monkeypatch.setattr(kept_judgements, "ROUNDS_KEPT", 2)
    for year in (2027, 2028, 2029):
        keep_round(tmp_path, "a", replace(judged, round=f"{year}-plan"))
    assert len([*(tmp_path / CACHE_FOLDER).glob("*.judged")]) == 2
    assert read_kept_round(tmp_path, "2029-plan", "a".__eq__) is not None
