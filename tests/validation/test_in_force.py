"""A new version of the program leaves recorded verdicts as they are, until what they rest on changes or a controller says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from filled import fill_plan
from styrxl import __version__
from styrxl.model.findings import Remark
from styrxl.model.forms import Words
from styrxl.scale import cache_key
from styrxl.store.ledger import Ledger
from styrxl.validation import judge
from styrxl.validation.admitted import Admitted
from styrxl.validation.diagnose import diagnose
from test_form_changes import CHANGES, judge_plans
from town import ANSWERS, BOARD, PLAN, ROUND, Town

Told = tuple[str, list[tuple[str, str, str | None]]]  # verdict; rule, severity and cell of each finding
Diagnose = Callable[[Sequence[Remark], Admitted, Words, Collection[str]], Sequence[Remark]]
GAP = {**BOARD, "commitments": [{**BOARD["commitments"][0], "responsible": None}, BOARD["commitments"][1]]}


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that brings another version, which may find more (a row to mend in each board's plan) or less (nothing)."""
    original: Diagnose = diagnose

    def stricter(remarks: Sequence[Remark], return_: Admitted, words: Words, waived: Collection[str]) -> Sequence[Remark]:
        if "commitments" not in return_.places:
            return original(remarks, return_, words, waived)
        row = return_.places["commitments"].heading_row + 1
        return [
            *original(remarks, return_, words, waived),
            Remark(return_.index, "commitments", row, "text", "missing-value"),
        ]

    rules: Mapping[str, Diagnose] = {"same": original, "stricter": stricter, "laxer": lambda *_: []}

    def come(version: str, finds: str = "same") -> None:
        for module in ("judge_inbox", "identify_returns"):
            monkeypatch.setattr(f"styrxl.rounds.{module}.__version__", version)
        monkeypatch.setattr(cache_key, "describe_program", lambda: f"{version} {finds}")  # its code is another: what was kept is not its
        monkeypatch.setattr(judge, "diagnose", rules[finds])

    return come


def told(town: Town, *words: str) -> dict[str, Told]:
    """Judge the town's plans, and return verdict and findings by owner."""
    result = town.run("validate", "--round", ROUND, "--format", "json", *words, expect=None)
    assert result.exit_code < 2, result.output
    report = json.loads(result.stdout)
    return {w["owner"]: (w["verdict"], [(f["rule"], f["severity"], f["cell"]) for f in w["findings"]]) for w in report["workbooks"]}


def recorded(town: Town) -> dict[str, tuple[str, str]]:
    """Return the newest verdicts with the version that found them, by owner."""
    with Ledger.open(town.workspace.database) as ledger:
        return {v.owner or "": (v.verdict, v.program) for v in ledger.verdicts(ROUND).values()}


ACCEPTED: Told = ("accepted", [])
LET_PASS = ("accepted", [("missing-value", "warning", "B5")])
STOPPED = ("rejected", [("missing-value", "error", "B5")])


def test_what_was_accepted_stays_so_and_says_what_today_would_ask(full: Town, upgrade: Callable[..., None]) -> None:
    assert told(full)["UBN"] == ACCEPTED
    upgrade("9.0", "stricter")
    for _ in range(2):
        assert told(full)["UBN"] == LET_PASS
    assert recorded(full)["UBN"] == ("accepted", __version__)
    text = full.run("validate", "--round", ROUND).stdout
    assert "Styrxl i dag skulle fråga om detta, men svaret är klart sedan " in text
    assert f"styrxl validate --round {ROUND} --anew --reason" in text
    upgrade("10.0", "stricter")
    assert told(full)["UBN"] == LET_PASS


def test_what_is_in_force_counts_with_the_same_figures(full: Town, upgrade: Callable[..., None]) -> None:
    told(full)
    before = judge_plans(full)
    upgrade("9.0", "stricter")
    after = judge_plans(full)
    assert [r.path for r in after.accepted] == [r.path for r in before.accepted]
    assert after.tables.keys() == before.tables.keys()
    for table in before.tables:
        pd.testing.assert_frame_equal(after.in_force(table), before.in_force(table))


def test_within_one_version_everything_is_judged_as_today(full: Town, upgrade: Callable[..., None]) -> None:
    assert told(full)["UBN"] == ACCEPTED
    upgrade(__version__, "stricter")
    assert told(full)["UBN"] == STOPPED


def test_what_both_versions_agree_on_is_judged_by_the_new_one_from_then_on(full: Town, upgrade: Callable[..., None]) -> None:
    told(full)
    upgrade("9.0")
    assert told(full)["UBN"] == ACCEPTED
    assert recorded(full)["UBN"] == ("accepted", "9.0")
    upgrade("9.0", "stricter")
    assert told(full)["UBN"] == STOPPED


def test_what_comes_in_after_it_is_judged_by_it(full: Town, upgrade: Callable[..., None]) -> None:
    told(full)
    upgrade("9.0", "stricter")
    told(full)
    again = {**BOARD, "budget": [{"activity": "Grundskola", "cost": 950}]}
    full.put("UBN ny.xlsx", full.filled("UBN", again), 60)
    with Ledger.open(full.workspace.database) as ledger:
        before = len(ledger.verdicts(ROUND))
    full.run("validate", "--round", ROUND, expect=1)
    with Ledger.open(full.workspace.database) as ledger:
        verdicts = ledger.verdicts(ROUND)
    assert len(verdicts) == before + 1
    assert (verdicts[f"inbox/{ROUND}/UBN.xlsx"].verdict, verdicts[f"inbox/{ROUND}/UBN ny.xlsx"].verdict) == ("accepted", "rejected")


@pytest.fixture
def gap(full: Town) -> Town:
    """Give a town in which the board's plan has been rejected."""
    full.put("UBN.xlsx", full.filled("UBN", GAP), 30)
    assert told(full)["UBN"] == ("rejected", [("missing-value", "error", "E5")])
    return full


def test_what_was_rejected_stays_so_and_says_that_nothing_is_wrong_any_more(gap: Town, upgrade: Callable[..., None]) -> None:
    upgrade("9.0", "laxer")
    for _ in range(2):
        assert told(gap)["UBN"] == ("rejected", [("verdict-in-force", "info", None)])
    assert "och det gäller fortfarande" in gap.run("validate", "--round", ROUND, "--annotate", expect=0).stdout
    assert recorded(gap)["UBN"] == ("rejected", __version__)


def test_what_was_rejected_is_looked_at_again_when_what_it_refers_to_changes(gap: Town, upgrade: Callable[..., None]) -> None:
    upgrade("9.0", "laxer")
    assert told(gap)["UBN"][0] == "rejected"
    gap.put("KFN.xlsx", gap.filled("KFN", {**ANSWERS["KFN"], "budget": [{"activity": "Library", "cost": 470}]}), 60)
    assert told(gap)["UBN"] == ACCEPTED


def write_waiver(town: Town, rule: str) -> None:
    """Waive a rule for the board, in the council's plan."""
    waiver: Mapping[str, Any] = {"owner": "UBN", "round": ROUND, "rule": rule, "reason": "Nytt system", "until": "2030-01-01"}
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, {**PLAN, "waivers": [waiver]}))


def test_a_waiver_taken_away_is_acted_on(gap: Town, upgrade: Callable[..., None]) -> None:
    write_waiver(gap, "missing-value")
    assert told(gap)["UBN"] == ("accepted", [("missing-value", "warning", "E5")])
    upgrade("9.0")
    write_waiver(gap, "goal-uncovered")
    assert told(gap)["UBN"] == ("rejected", [("missing-value", "error", "E5")])


def test_a_waiver_added_lets_what_was_accepted_be(full: Town, upgrade: Callable[..., None]) -> None:
    told(full)
    upgrade("9.0", "stricter")
    write_waiver(full, "missing-value")
    assert told(full)["UBN"] == LET_PASS


def test_what_was_set_aside_and_taken_back_is_what_it_was(full: Town, upgrade: Callable[..., None]) -> None:
    told(full)
    upgrade("9.0", "stricter")
    full.run("set-aside", ROUND, "UBN", "--reason", "Fel fil")
    assert recorded(full)["UBN"][0] == "set-aside"
    full.run("take-back", ROUND, "UBN", "--reason", "Det var rätt fil")
    assert told(full)["UBN"] == LET_PASS


def test_a_ledger_from_before_it_was_recorded_what_verdicts_rest_on(full: Town, upgrade: Callable[..., None]) -> None:
    told(full)
    with Ledger.open(full.workspace.database) as ledger, ledger.database.writing() as connection:
        connection.exec_driver_sql("UPDATE verdicts SET inputs = NULL")
    upgrade("9.0", "stricter")
    assert told(full)["UBN"] == LET_PASS


# a controller's word


def test_at_a_controllers_word_the_round_is_judged_by_todays_rules(full: Town, upgrade: Callable[..., None]) -> None:
    told(full)
    upgrade("9.0", "stricter")
    assert told(full)["UBN"] == LET_PASS
    assert told(full, "--anew", "--reason", "Nya regler ska gälla")["UBN"] == STOPPED
    assert told(full)["UBN"] == STOPPED
    log = full.run("log", ROUND, "UBN").stdout
    assert "bedöms om efter dagens regler och formulär" in log
    assert "Nya regler ska gälla" in log
    upgrade("10.0")
    assert told(full)["UBN"] == ("rejected", [("verdict-in-force", "info", None)])


def test_at_a_controllers_word_the_round_is_judged_by_todays_forms(full: Town) -> None:
    """By those of the day on which it was said: a change after that is again no matter of theirs."""
    assert told(full)["UBN"] == ACCEPTED
    town = CHANGES["sheet added"](full)
    assert told(town)["UBN"] == ACCEPTED
    assert told(town, "--anew", "--reason", "Samverkan ska med")["UBN"] == ("rejected", [("missing-sheet", "error", None)])
    later = CHANGES["schema tightened"](Town(town.root))
    assert told(later)["UBN"] == ("rejected", [("missing-sheet", "error", None)])
    with Ledger.open(later.workspace.database) as ledger:
        assert len(ledger.decisions(ROUND)) == len(told(later))


@pytest.mark.parametrize(
    "words", [["--anew"], ["--round", ROUND, "--anew"], ["--anew", "--reason", "Ny"], ["--round", ROUND, "--reason", "Ny"]]
)
def test_that_word_is_said_with_its_round_and_reason(words: list[str], full: Town) -> None:
    full.run("validate", *words, expect=2)
