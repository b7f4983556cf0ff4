"""Quarantine: what waits there, let in or sent away."""

from __future__ import annotations

from pathlib import Path

import pytest

from mail_messages import OURS
from mail_town import brought, names, take
from post_office import reply
from town import ROUND, Town


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


def test_a_held_workbook_is_listed_with_why_and_counts_when_it_is_released(town: Town) -> None:
    message = reply("vikarie@example.se", OURS, attachments={"min plan.xlsx": town.filled("UBN-ÖST")})
    [line] = take(town, message)
    number = line.partition("[")[2].partition("]")[0]
    listed = town.run("quarantine", "list", ROUND)
    assert listed.stdout == (
        f"! vikarie@example.se · min plan.xlsx · väntar i karantän [{number}]: adressen är ingens kontakt på bladet Organisation\n"
    )
    assert f"styrxl quarantine release {ROUND} ID" in listed.stderr
    town.run("quarantine", "release", ROUND, number)
    assert town.run("quarantine", "list", ROUND).stdout == "Inget väntar i karantän.\n"
    town.run("validate", "--round", ROUND)
    assert "UBN-ÖST  Östra förskolan" in next(line for line in town.run("status", ROUND).stdout.splitlines() if "UBN-ÖST" in line)
    assert "Klar" in next(line for line in town.run("status", ROUND).stdout.splitlines() if "UBN-ÖST" in line)
    assert (names(town, "quarantine"), [outcome for outcome, _, _ in brought(town)]) == ([], ["released"])
    told = next(line for line in town.run("mail", "answers", ROUND).stdout.splitlines() if line.startswith("UBN-ÖST"))
    assert "ost@example.se, bitr.ost@skola.example.se, vikarie@example.se" in told
    assert number in town.run("quarantine", "release", ROUND, number, expect=3).stderr


def test_a_held_workbook_that_is_sent_away_never_counts(town: Town) -> None:
    [line] = take(town, reply("vikarie@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}))
    before = names(town, "inbox")
    town.run("quarantine", "discard", ROUND, line.partition("[")[2].partition("]")[0])
    assert (names(town, "inbox"), len(names(town, "quarantine"))) == (before, 1)
    assert take(town, reply("x@example.se", OURS)) != []
    assert brought(town)[0][0] == "discarded"
