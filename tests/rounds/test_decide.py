"""Set aside and taken back: what a controller decides about returns."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import town as towns
from decisions import findings, report, verdicts
from styrxl.model.days import local_day, standard_zone
from styrxl.store.ledger import Ledger
from town import BOARD, ROUND, Town

TIME = re.compile(r"^  \d{4}-\d\d-\d\d \d\d:\d\d  ", re.MULTILINE)


@pytest.fixture
def town(shared_asked: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("STYRXL_USER", "Anna")
    return shared_asked.copy(tmp_path / "town")


def told(town: Town, *words: str) -> str:
    """Return the log without its times."""
    return TIME.sub("  ", town.run("log", ROUND, *words).stdout)


def test_an_older_return_counts_again_when_the_newest_is_set_aside(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.put("second.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}), 1)
    assert verdicts(town) == {"first.xlsx": "superseded", "second.xlsx": "accepted"}
    done = town.run("set-aside", ROUND, "UBN", "--reason", "Fel år  i\nbudgeten")
    assert done.stdout == (
        "inbox/2027-plan/second.xlsx är undantaget och räknas inte längre. För UBN gäller nu inbox/2027-plan/first.xlsx.\n"
    )
    assert verdicts(town) == {"first.xlsx": "accepted", "second.xlsx": "set-aside"}
    [(rule, message)] = findings(town, "second.xlsx")
    today = local_day(datetime.now(UTC), standard_zone())
    assert (rule, message) == ("set-aside-return", f"Undantaget av Anna {today}: Fel år i budgeten.")
    assert report(town)["summary"] | {"set-aside": 1, "accepted": 1, "workbooks": 2, "errors": 0} == report(town)["summary"]


def test_what_was_taken_back_counts_again_and_both_decisions_are_kept(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.put("second.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}), 1)
    town.run("set-aside", ROUND, "second.xlsx", "--reason", "Fel år")
    done = town.run("--lang", "en", "take-back", ROUND, "UBN", "--reason", "Right after all", "--by", "Bo")
    assert done.stdout == "inbox/2027-plan/second.xlsx is no longer set aside. For UBN, inbox/2027-plan/second.xlsx counts now.\n"
    assert verdicts(town) == {"first.xlsx": "superseded", "second.xlsx": "accepted"}
    with Ledger.open(town.root / "styrxl.db") as ledger:
        [decided] = ledger.decisions(ROUND).values()
    assert [(d.kind, d.reason, d.decided_by) for d in decided] == [("set-aside", "Fel år", "Anna"), ("take-back", "Right after all", "Bo")]


def test_setting_aside_twice_tells_who_did_it_first(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("set-aside", ROUND, "UBN", "--reason", "Utkast")
    again = town.run("set-aside", ROUND, "UBN", "--reason", "Annat", "--by", "Bo")
    today = local_day(datetime.now(UTC), standard_zone())
    assert again.stdout == f"inbox/2027-plan/UBN.xlsx är redan undantaget, av Anna {today}: Utkast\n"
    with Ledger.open(town.root / "styrxl.db") as ledger:
        assert [len(decided) for decided in ledger.decisions(ROUND).values()] == [1]


def test_what_is_set_aside_has_no_say_about_the_others(town: Town) -> None:
    """Neither as a copy that others are asked about, nor in the tables."""
    town.put("UBN.xlsx", town.filled("UBN"))
    copied = [dict(row, parent_id="KF-M1") for row in BOARD["commitments"]]
    town.put("KFN.xlsx", town.filled("KFN", {**towns.ENGLISH_BOARD, "commitments": copied}))
    assert "copied-text" in dict(findings(town, "UBN.xlsx"))
    town.run("set-aside", ROUND, "KFN", "--reason", "Utkast")
    assert "copied-text" not in dict(findings(town, "UBN.xlsx"))


def test_an_unreadable_file_can_be_set_aside_by_its_path(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.put("skräp.xlsx", b"")
    town.run("validate", "--round", ROUND, expect=1)
    monkeypatch.chdir(town.inbox)
    assert town.run("set-aside", ROUND, "skräp.xlsx", "--reason", "Skräp").stdout == (
        "inbox/2027-plan/skräp.xlsx är undantaget och räknas inte längre.\n"
    )
    said = town.run("validate", "--round", ROUND).stdout
    assert "– Undantagna, räknas inte (1):\n    inbox/2027-plan/skräp.xlsx: Undantaget av Anna" in said


@pytest.mark.parametrize(
    "command,name,told",
    [
        ("set-aside", "KFN", "Det finns inget svar ”KFN” i 2027-plan."),
        ("set-aside", "nej.xlsx", "Det finns inget svar ”nej.xlsx” i 2027-plan."),
        ("take-back", "KFN", "Det finns inget svar ”KFN” i 2027-plan."),
        ("take-back", "UBN", "UBN har inget svar i 2027-plan som är undantaget."),
        ("take-back", "good.xlsx", "good.xlsx har inget svar i 2027-plan som är undantaget."),
        ("set-aside", "UBN", "UBN har flera svar som det kan gälla. Ange vilket: inbox/2027-plan/good.xlsx, inbox/2027-plan/worse.xlsx."),
    ],
)
def test_what_is_not_there_or_may_be_two_is_told_and_nothing_decided(town: Town, command: str, name: str, told: str) -> None:
    town.put("good.xlsx", town.filled("UBN"))
    town.put("worse.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola"}]}), 1)
    assert town.run(command, ROUND, name, "--reason", "x", expect=3).stderr.startswith(told)
    with Ledger.open(town.root / "styrxl.db") as ledger:
        assert ledger.decisions(ROUND) == {}


@pytest.mark.parametrize("named", [(), ("--round", ROUND)])
def test_a_file_named_by_hand_says_that_it_is_set_aside(town: Town, named: tuple[str, ...]) -> None:
    """As the round's report does: by whom and why, also of a copy that lies elsewhere; taken back, it is fine again."""
    path = town.put("KFN.xlsx", town.filled("KFN"))
    town.run("set-aside", ROUND, "KFN", "--reason", "Utkast")
    copy = town.root / "kopia.xlsx"
    copy.write_bytes(path.read_bytes())
    for one in (path, copy):
        said = town.run("validate", str(one), *named).stdout
        assert "Arbetsböcker: 1 (undantagen: 1)" in said
        assert "Undantaget av Anna" in said
        assert ": Utkast." in said
    town.run("take-back", ROUND, "KFN", "--reason", "Rätt")
    assert "(klar: 1)" in town.run("validate", str(path), *named).stdout


@pytest.mark.parametrize("command", ["set-aside", "take-back"])
@pytest.mark.parametrize("reason", [(), ("--reason", " ")])
def test_a_decision_needs_a_reason(town: Town, command: str, reason: tuple[str, ...]) -> None:
    town.run(command, ROUND, "UBN", *reason, expect=2)


def test_status_says_what_is_set_aside(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.run("set-aside", ROUND, "UBN", "--reason", "Utkast")
    [line] = [line for line in town.run("status", ROUND).stdout.splitlines() if line.startswith("UBN ")]
    assert line.split()[-2:] == [local_day(datetime.now(UTC), standard_zone()).isoformat(), "Undantagen"]
    town.put("second.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}), 1)
    town.run("validate", "--round", ROUND)
    [line] = [line for line in town.run("status", ROUND).stdout.splitlines() if line.startswith("UBN ")]
    assert line.split()[-2:] == [local_day(datetime.now(UTC), standard_zone()).isoformat(), "Klar"]


def test_a_personal_identity_number_in_a_reason_is_not_kept(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("set-aside", ROUND, "UBN", "--reason", "Nämner 18900101-9802")
    assert "9802" not in told(town)


def test_the_sources_tell_what_was_decided_and_by_whom(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.put("KFN.xlsx", town.filled("KFN"), 1)
    town.run("consolidate", ROUND)
    assert "Beslut" not in headings(town)
    town.run("set-aside", ROUND, "UBN", "--reason", "Utkast")
    town.run("take-back", ROUND, "UBN", "--reason", "Klart ändå", "--by", "Bo")
    town.run("set-aside", ROUND, "KFN", "--reason", "Fel år")
    town.run("consolidate", ROUND)
    today = local_day(datetime.now(UTC), standard_zone())
    column = headings(town).index("Beslut")
    lines = {str(row[1]): (row[3], row[column]) for row in sources(town) if str(row[1]).endswith(".xlsx")}
    assert lines == {
        "UBN.xlsx": ("✓ Klar", f"{today} undantagen av Anna: Utkast; {today} räknas igen, Bo: Klart ändå"),
        "KFN.xlsx": ("Undantagen", f"{today} undantagen av Anna: Fel år"),
    }


def sources(town: Town) -> list[tuple[Any, ...]]:
    """Rows of the council's sheet Källor."""
    book = load_workbook(town.root / "council" / f"{ROUND}.xlsx")
    return list(book["Källor"].iter_rows(values_only=True))


def headings(town: Town) -> list[Any]:
    """Headings of the council's sheet Källor."""
    return next(list(row) for row in sources(town) if "SHA-256" in row)
