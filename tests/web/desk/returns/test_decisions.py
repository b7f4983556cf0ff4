"""Decisions about returns, by the desk: what is said beforehand is what follows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from decisions import report, verdicts
from desk_visitor import Visitor, visit_desk
from styrxl.store.ledger import Ledger
from styrxl.web.desk.return_links import action_href, return_href
from town import BOARD, ROUND, Town, lost

OTHER = {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}
WRONG = {**BOARD, "commitments": [{"text": "Hålla samråd", "parent_id": "KF-M99", "responsible": "Skolchef"}]}


@pytest.fixture
def town(shared_asked: Town, tmp_path: Path) -> Town:
    return shared_asked.copy(tmp_path / "town")


def lines(page: str) -> str:
    """Return what a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<main ")[2].partition(">")[2].partition("</main")[0]).split())


def decide(town: Town, action: str, **given: str) -> tuple[str, str]:
    """Return what an action says beforehand, and afterwards."""
    asked = {name: value for name, value in given.items() if name not in {"reason", "by"}}
    with visit_desk(town.root) as visitor:
        path = action_href(ROUND, action, **asked)
        before = lines(visitor.get(path))
        more = {"by": given["by"]} if "by" in given else {}
        return before, lines(visitor.press(path, reason=given.get("reason", ""), **more))  # type: ignore[arg-type] # all of them are texts


def test_setting_aside_says_which_return_counts_then(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.put("second.xlsx", town.filled("UBN", OTHER), 1)
    assert verdicts(town) == {"first.xlsx": "superseded", "second.xlsx": "accepted"}
    before, after = decide(town, "set-aside", file="second.xlsx", reason="Fel år i budgeten", by="Anna")
    assert "För UBN räknas då first.xlsx." in before
    assert "För UBN gäller nu inbox/2027-plan/first.xlsx." in after
    assert verdicts(town) == {"first.xlsx": "accepted", "second.xlsx": "set-aside"}
    with Ledger.open(town.root / "styrxl.db") as ledger:
        [[decision]] = ledger.decisions(ROUND).values()
    assert (decision.kind, decision.reason, decision.decided_by) == ("set-aside", "Fel år i budgeten", "Anna")
    with visit_desk(town.root) as visitor:
        assert "Fel år i budgeten" in visitor.get(return_href(ROUND, "second.xlsx"))
        assert "är redan undantagen" in visitor.get(action_href(ROUND, "set-aside", file="second.xlsx"))


def test_an_older_one_that_is_to_be_mended_does_not_count_either(town: Town) -> None:
    """Which is known by judging it as if, since a return that was superseded was not judged by itself."""
    town.put("first.xlsx", town.filled("UBN", WRONG))
    town.put("second.xlsx", town.filled("UBN"), 1)
    verdicts(town)
    before, after = decide(town, "set-aside", file="second.xlsx", reason="Fel")
    assert "För UBN räknas då inget svar, förrän ett nytt har kommit." in before
    assert "För UBN finns nu inget svar som är klart" in after
    assert verdicts(town) == {"first.xlsx": "rejected", "second.xlsx": "set-aside"}


def test_one_that_does_not_count_changes_nothing(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.put("second.xlsx", town.filled("UBN", WRONG), 1)
    assert verdicts(town) == {"first.xlsx": "accepted", "second.xlsx": "rejected"}
    before, _ = decide(town, "set-aside", file="second.xlsx", reason="Fel")
    assert "För UBN räknas fortfarande first.xlsx." in before
    assert verdicts(town) == {"first.xlsx": "accepted", "second.xlsx": "set-aside"}


def test_taking_back_says_how_it_is_judged(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.put("second.xlsx", town.filled("UBN", OTHER), 1)
    town.run("set-aside", ROUND, "second.xlsx", "--reason", "Fel år")
    before, after = decide(town, "take-back", file="inbox/2027-plan/second.xlsx", reason="Rätt ändå")
    assert "För UBN räknas då second.xlsx." in before
    assert "är inte längre undantaget" in after
    assert verdicts(town) == {"first.xlsx": "superseded", "second.xlsx": "accepted"}
    [found] = [one["findings"] for one in report(town)["workbooks"] if one["path"].endswith("second.xlsx")]
    to_check = sum(finding["severity"] == "warning" for finding in found)
    assert to_check > 0
    assert f"Läget blir: Klar (0 att rätta, {to_check} att kontrollera)." in before


def test_nothing_is_decided_without_a_reason_nor_where_it_has_changed(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    verdicts(town)
    with visit_desk(town.root) as visitor:
        path = action_href(ROUND, "set-aside", file="first.xlsx")
        assert "Fyll i det här." in visitor.press(path, expect=422, reason=" ")
        hidden = _read_hidden(visitor, path)
        town.put("second.xlsx", town.filled("UBN", OTHER), 1)
        answer = visitor.post(path.partition("?")[0], hidden | {"reason": "Fel"})
        assert answer.status_code == 409
    assert verdicts(town) == {"first.xlsx": "superseded", "second.xlsx": "accepted"}


def _read_hidden(visitor: Visitor, path: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', visitor.get(path)))


def test_a_lost_workbook_is_given_to_its_owner(town: Town) -> None:
    town.put("vems.xlsx", lost(town.filled("UBN", WRONG)))
    verdicts(town)
    with visit_desk(town.root) as visitor:
        first = visitor.get(action_href(ROUND, "assign", file="vems.xlsx"))
        assert "Välj ägare" in first
        assert '<option value="UBN"' in first
        assert "<button>Det är" not in first
    before, after = decide(town, "assign", file="vems.xlsx", owner="UBN", reason="Rektorn ringde")
    assert "Den räknas som svar från UBN (Nämndens ettårsplan)." in before
    assert "Läget blir: Behöver kompletteras" in before
    assert "inbox/2027-plan/vems.xlsx räknas nu som svar från UBN" in after
    assert "Läge: Behöver kompletteras" in after
    assert verdicts(town) == {"vems.xlsx": "rejected"}
    with visit_desk(town.root) as visitor:
        assert 'href="#%C3%85taganden%21C5"' in visitor.get(return_href(ROUND, "vems.xlsx"))


@pytest.mark.parametrize(
    "owner, told", [("KFN", "Arbetsboken säger själv, med vår signatur, att den hör till UBN"), ("UBN-ÅBY", "UBN"), ("XYZ", "XYZ")]
)
def test_one_that_says_whose_it_is_is_nobody_else_s(town: Town, owner: str, told: str) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    verdicts(town)
    with visit_desk(town.root) as visitor:
        page = visitor.get(action_href(ROUND, "assign", file="first.xlsx", owner=owner))
    assert told in lines(page)
    assert 'class="confirm"' not in page


def test_what_goes_back_is_written_on_request(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN", WRONG))
    verdicts(town)
    before, after = decide(town, "give-back", file="UBN.xlsx")
    assert "returned/2027-plan/UBN.xlsx ny" in before
    assert "1 arbetsbok att skicka tillbaka" in after
    written = (town.root / "returned" / ROUND / "UBN.xlsx").read_bytes()
    town.run("validate", "--round", ROUND, "--annotate", expect=None)
    assert (town.root / "returned" / ROUND / "UBN.xlsx").read_bytes() == written
    again, _ = decide(town, "give-back", file="UBN.xlsx")
    assert "finns redan likadan" in again


def test_a_round_is_judged_anew(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    verdicts(town)
    before, after = decide(town, "judge-anew", reason="Nya regler")
    assert "Ett svar granskas efter dagens regler" in before
    assert "Ett svar har granskats på nytt." in after
    with Ledger.open(town.root / "styrxl.db") as ledger:
        assert [[d.kind for d in those] for those in ledger.decisions(ROUND).values()] == [["anew"]]


@pytest.mark.parametrize("action", ["set-aside", "take-back", "assign"])
def test_a_return_that_is_not_there_has_no_page(town: Town, action: str) -> None:
    with visit_desk(town.root) as visitor:
        visitor.get(action_href(ROUND, action, file="../../styrxl.key"), expect=404)
