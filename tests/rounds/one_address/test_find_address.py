"""What is held about an address is found, wherever it is, and nothing of anybody else's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mail_messages import OURS
from mail_town import names, take
from post_office import reply
from styrxl.store.workspace import CACHE_FOLDER, SIGN_INS_FILE
from town import ROUND, Town

SUBSTITUTE = "vikarie@example.se"
TIME = re.compile(r"^  \d{4}-\d\d-\d\d \d\d:\d\d  ", re.MULTILINE)


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Make a town in which a substitute has sent a workbook, and then only words."""
    monkeypatch.setenv("STYRXL_USER", "Anna")
    town = mail_planned.copy(tmp_path / "town")
    [line] = take(town, reply(SUBSTITUTE, OURS, attachments={"min plan.xlsx": town.filled("UBN-ÖST")}))
    town.run("quarantine", "release", ROUND, line.partition("[")[2].partition("]")[0])
    take(town, reply("Vikarie@Example.SE", OURS, body="Hur gör jag?"))
    take(town, reply("annan.vikarie@example.se", OURS, body="Och jag?"))
    return town


def test_all_that_is_held_is_told_and_where_nobody_looked(town: Town) -> None:
    [path] = [path for path in names(town, "inbox") if "_" in path]
    story = TIME.sub("  ", town.run("log", "--address", SUBSTITUTE).stdout).splitlines()
    assert story[0] == ROUND
    assert [line for line in story if line.startswith("  ")] == [
        f"  UBN-ÖST: min plan.xlsx från {SUBSTITUTE} lades i karantän: adressen är ingens kontakt på bladet Organisation.",
        f"  inbox/{ROUND}/{path} kom in i ett mejl från {SUBSTITUTE}.",
        f"  UBN-ÖST: Anna släppte in min plan.xlsx från {SUBSTITUTE}.",
        "  Ett mejl kom från Vikarie@example.se: Sv: Plan",
    ]
    assert "quarantine" in story[-1]


def test_it_is_found_however_it_is_spelled_and_in_a_round_alone(town: Town) -> None:
    whole = town.run("log", "--address", SUBSTITUTE).stdout
    assert town.run("log", ROUND, "--address", " VIKARIE@example.se").stdout == whole
    assert "finns inget om" in town.run("log", "2027-t1", "--address", SUBSTITUTE).stdout
    assert "finns inget om" in town.run("log", "--address", "karie@example.se").stdout


def test_contacts_are_told_with_whom_they_are_for(town: Town) -> None:
    assert town.run("log", "--address", "ost@example.se").stdout.startswith("Kontakt i flerarsplan.xlsx för\n  UBN-ÖST Östra förskolan\n")


def test_sign_ins_that_are_remembered_are_told(town: Town) -> None:
    log = town.root / CACHE_FOLDER / SIGN_INS_FILE
    log.parent.mkdir(exist_ok=True)
    signed_in = [{"at": f"2027-01-0{day}T08:00:00+00:00", "who": who, "may": True} for day, who in ((4, SUBSTITUTE), (5, "bo@example.se"))]
    log.write_text("".join(json.dumps(one) + "\n" for one in signed_in) + "half a li", "utf-8")
    held = json.loads(town.run("log", "--address", SUBSTITUTE, "--format", "json").stdout)
    assert held["sign_ins"] == signed_in[:1]
    assert [event["event"] for event in held["rounds"][ROUND]] == ["held", "received", "released", "wrote"]
    assert "Inloggningar på webbplatsen" in town.run("log", "--address", SUBSTITUTE).stdout


def test_a_round_is_asked_for_where_no_address_is_given(town: Town) -> None:
    assert "OMGÅNG" in town.run("log", expect=2).output
    assert "--address" in town.run("log", ROUND, "UBN", "--address", SUBSTITUTE, expect=2).output
