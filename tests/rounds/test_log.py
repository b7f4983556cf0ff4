"""What the log tells of returns, and of what was decided about them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from decisions import both
from styrxl import __version__
from styrxl.store.ledger import Ledger
from town import ROUND, Town

TIME = re.compile(r"^  \d{4}-\d\d-\d\d \d\d:\d\d  ", re.MULTILINE)


@pytest.fixture
def town(shared_asked: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("STYRXL_USER", "Anna")
    return shared_asked.copy(tmp_path / "town")


def told(town: Town, *words: str) -> str:
    """Return the log without its times."""
    return TIME.sub("  ", town.run("log", ROUND, *words).stdout)


def test_the_log_tells_a_return_s_story(town: Town) -> None:
    both(town)
    town.run("validate", "--round", ROUND, expect=1)
    town.run("merge", ROUND, "UBN", "--reason", "Två personer")
    [name] = [path.name for path in town.inbox.iterdir() if "merged" in path.name]
    town.run("set-aside", ROUND, name, "--reason", "För tidigt")
    town.run("take-back", ROUND, name, "--reason", "Nu är det rätt", "--by", "Bo")
    story = told(town, "UBN").splitlines()
    folder = "inbox/2027-plan"
    assert story[0] == "UBN Utbildningsnämnden"
    assert sorted(story[1:]) == sorted(
        [
            f"  UBN.xlsx delades ut av {issuer(town)} (Nämndens ettårsplan, version 1).",
            f"  {folder}/economist.xlsx lades i inkorgen för hand.",
            f"  {folder}/strategist.xlsx lades i inkorgen för hand.",
            f"  {folder}/{name} gjordes av {folder}/economist.xlsx och {folder}/strategist.xlsx.",
            f"  Anna slog ihop två svar till {folder}/{name}: Två personer",
            f"  {folder}/economist.xlsx granskades: Ersatt.",
            f"  {folder}/strategist.xlsx granskades: Behöver kompletteras (1 att rätta, 1 att kontrollera).",
            f"  {folder}/strategist.xlsx granskades: Ersatt.",
            f"  {folder}/{name} granskades: Klar (0 att rätta, 0 att kontrollera).",
            f"  {folder}/{name} undantogs av Anna: För tidigt",
            f"  {folder}/{name} granskades: Undantagen.",
            f"  {folder}/strategist.xlsx granskades: Behöver kompletteras (1 att rätta, 1 att kontrollera).",
            f"  {folder}/{name} räknas igen, beslut av Bo: Nu är det rätt",
            f"  {folder}/{name} granskades: Klar (0 att rätta, 0 att kontrollera).",
            f"  {folder}/strategist.xlsx granskades: Ersatt.",
        ]
    )


def issuer(town: Town) -> str | None:
    with Ledger.open(town.root / "styrxl.db") as ledger:
        return ledger.issues(ROUND)["UBN"].issued_by


def test_the_log_of_a_file_begins_with_what_its_owner_was_handed(town: Town) -> None:
    both(town)
    town.put("KFN.xlsx", town.filled("KFN"))
    town.run("validate", "--round", ROUND, expect=1)
    assert told(town, "economist.xlsx").splitlines() == [
        "UBN Utbildningsnämnden",
        f"  UBN.xlsx delades ut av {issuer(town)} (Nämndens ettårsplan, version 1).",
        "  inbox/2027-plan/economist.xlsx lades i inkorgen för hand.",
        "  inbox/2027-plan/economist.xlsx granskades: Ersatt.",
    ]


def test_the_log_as_json_says_by_which_rules_and_program(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("validate", "--round", ROUND)
    story = json.loads(town.run("--lang", "en", "log", ROUND, "UBN", "--format", "json").stdout)
    assert story["round"] == ROUND
    assert [(e["event"], e["owner"]) for e in story["events"]] == [("issued", "UBN"), ("received", "UBN"), ("judged", "UBN")]
    judged = story["events"][2]
    assert (judged["verdict"], judged["errors"], judged["program"]) == ("accepted", 0, __version__)
    assert re.search(r"annual_plan 1; .*rules [0-9a-f]{8}$", judged["forms"])
    assert judged["text"] == "inbox/2027-plan/UBN.xlsx was judged: Done (0 to correct, 0 to check)."


def test_a_verdict_by_other_rules_is_recorded_even_if_it_is_the_same(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("validate", "--round", ROUND)
    own = town.root / "schemas"
    own.mkdir()
    standard = town.forms.path("schemas", "budget")
    assert standard
    (own / "budget.yaml").write_bytes(standard.read_bytes() + b"\n# ours\n")
    town.run("validate", "--round", ROUND)
    events = json.loads(town.run("log", ROUND, "UBN", "--format", "json").stdout)["events"]
    assert len({e["forms"] for e in events if e["event"] == "judged"}) == 2
    assert told(town, "UBN").count("granskades") == 1


def test_the_log_of_files_that_are_tied_to_nobody_comes_last(town: Town) -> None:
    town.put("skräp.xlsx", b"")
    town.run("validate", "--round", ROUND, expect=1)
    assert told(town).splitlines()[-3:] == [
        "Inte knutet till någon",
        "  inbox/2027-plan/skräp.xlsx lades i inkorgen för hand.",
        "  inbox/2027-plan/skräp.xlsx granskades: Går inte att läsa (1 att rätta, 0 att kontrollera).",
    ]


def test_the_log_of_nothing(town: Town) -> None:
    assert town.run("log", "2028-plan").stdout == "Liggaren har inget om 2028-plan.\n"
    assert town.run("log", ROUND, "XX", expect=3).stderr.startswith("Det finns inget svar ”XX” i 2027-plan.")
