"""What somebody does who follows up one board: their own as at the desk, and nothing of others, whatever is posted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_walk import fill_address, list_methods, list_page_routes
from scoped_site import ScopedSite, open_scoped_site
from styrxl.store.ledger import Ledger
from styrxl.web.desk.access import Access
from styrxl.web.desk.actions import Action, Order, Preview
from styrxl.web.desk.tasks import Done
from town import ANSWERS, NOW, ROUND, UNITS, Town

MINE = frozenset({"UBN", "UBF", "UBN-ÅBY", "UBN-ÖST"})
PEOPLE = {
    "skol": Access("Skolkontrollern", owners=MINE),
    "kultur": Access("Kulturkontrollern", owners=frozenset({"KFN", "KFN-BIB"})),
    "other": Access("Skolkontrollern", owners=frozenset({"KFN", "KFN-BIB"})),  # of the same name
    "none": Access("Ny kontroller", owners=frozenset()),
    "all": Access("Kommunkontrollern"),
}
HERE = f"/rounds/{ROUND}"


@pytest.fixture(scope="module")
def shared(mail_planned: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town in which everybody has answered, and has been judged."""
    town = mail_planned.copy(tmp_path_factory.mktemp("scoped-work") / "town")
    for second, owner in enumerate(UNITS, 2):
        town.put(f"{owner}.xlsx", town.filled(owner, ANSWERS[owner]), second)
    town.put("okänd.xlsx", b"no workbook", 12)
    town.run("validate", "--round", ROUND, expect=1)
    town.run("consolidate", ROUND, "--all")
    return town


@pytest.fixture
def town(shared: Town, tmp_path: Path) -> Town:
    """Give a town of the test's own."""
    return shared.copy(tmp_path / "town")


@pytest.fixture
def site(town: Town) -> Iterator[ScopedSite]:
    """Open its site."""
    with open_scoped_site(town.root, PEOPLE, NOW) as opened:
        yield opened


def list_decisions(town: Town) -> list[tuple[str, str | None, str]]:
    with Ledger.open(town.workspace.database) as ledger:
        return [(d.kind, d.owner, d.decided_by) for those in ledger.decisions(ROUND).values() for d in those]


def list_inbox(town: Town) -> list[str]:
    return sorted(path.name for path in town.inbox.iterdir())


def test_their_own_are_taken_in_and_those_of_others_refused_in_words(site: ScopedSite, town: Town) -> None:
    visitor, before = site.visitors["skol"], list_inbox(town)
    fresh = town.filled("UBN-ÖST", {"commitments": [{"text": "Sånger", "parent_id": "UBN-M1", "responsible": "Rektor"}]})
    others = town.filled("KFN-BIB", {"commitments": [{"text": "Zunday", "parent_id": "KFN-2027-A1", "responsible": "Zlibrarian"}]})
    files = [
        ("files", (name, data))
        for name, data in (("egen.xlsx", fresh), ("annan.xlsx", others), ("skräp.xlsx", b"x"), ("a.eml", b"From: x"))
    ]
    led = visitor.post(f"{HERE}/take-in", {"form_mark": "form of skol"}, files)
    assert "den hör till någon som du inte följer upp" in led.text
    assert "den säger inte säkert vems den är" in led.text
    assert "mejl tas emot av den som ser hela kommunen" in led.text
    assert "KFN" not in led.text
    token = led.url.params["upload"]
    for who in ("kultur", "other", "none"):
        assert "egen.xlsx" not in site.visitors[who].get(f"{HERE}/do/take-in?upload={token}")
        assert token not in site.visitors[who].get(f"{HERE}/take-in")
        site.visitors[who].post(f"{HERE}/take-in", {"form_mark": f"form of {who}", "drop": token})
    done = visitor.press(f"{HERE}/do/take-in?upload={token}")
    new = [name for name in list_inbox(town) if name not in before]
    assert [name.partition("_")[0] for name in new] == ["UBN-ÖST"]
    assert "KFN" not in done


@pytest.mark.parametrize(
    "action, given",
    [
        ("set-aside", {"file": "KFN.xlsx", "reason": "x"}),
        ("set-aside", {"file": "okänd.xlsx", "reason": "x"}),
        ("take-back", {"file": "KFN.xlsx", "reason": "x"}),
        ("assign", {"file": "UBN.xlsx", "owner": "KFN"}),
        ("assign", {"file": "okänd.xlsx", "owner": "UBN-ÖST"}),
        ("assign", {"file": "KFN.xlsx", "owner": "UBN"}),
        ("give-back", {"file": "KFN.xlsx"}),
        ("merge", {"owner": "KFN"}),
        ("merge", {}),
        ("hand-out", {"only": "UBN, kfn-bib"}),
        ("consolidate", {"only": "KFN"}),
        ("mail", {"mailing": "answers", "only": "KFN"}),
        ("mail", {"mailing": "summary"}),
    ],
)
def test_nothing_of_others_is_done_whatever_is_posted(site: ScopedSite, town: Town, action: str, given: dict[str, str]) -> None:
    before = list_decisions(town), list_inbox(town)
    for who in ("skol", "none"):
        answer = site.visitors[who].post(f"{HERE}/do/{action}", {**given, "form_mark": f"form of {who}", "shown": "x"})
        assert answer.status_code == 404, answer.text
    assert (list_decisions(town), list_inbox(town)) == before
    assert site.tasks.list_tasks() == []


def test_what_is_for_those_who_see_everybody_is_refused(site: ScopedSite, town: Town) -> None:
    scoped = {
        "hand-out",
        "take-in",
        "mail",
        "consolidate",
        "set-aside",
        "take-back",
        "assign",
        "give-back",
        "merge",
        "show-link",
        "revoke-link",
    }
    for route in list_page_routes(town.root):
        if "POST" in list_methods(route) and route.path.rpartition("/")[2] not in scoped:
            address = fill_address(route, round=ROUND, name="UBN.xlsx", owner="UBN")
            assert site.visitors["skol"].post(address, {"form_mark": "form of skol", "shown": "x"}).status_code == 403, address


def test_a_decision_bears_the_name_of_who_has_signed_in(site: ScopedSite, town: Town) -> None:
    page = site.visitors["skol"].get(f"{HERE}/do/set-aside?file=UBN-ÅBY.xlsx")
    assert 'name="by"' not in page
    site.visitors["skol"].press(f"{HERE}/do/set-aside?file=UBN-ÅBY.xlsx", reason="fel år", by="Någon annan")
    assert list_decisions(town) == [("set-aside", "UBN-ÅBY", "Skolkontrollern")]


def test_handing_out_and_writing_summaries_keep_to_their_own(site: ScopedSite, town: Town) -> None:
    visitor = site.visitors["skol"]
    council = (town.root / "council" / f"{ROUND}.xlsx").stat().st_mtime_ns
    boards = {name: (town.root / "boards" / ROUND / f"{name}.xlsx").stat().st_mtime_ns for name in ("UBN", "KFN")}
    page = visitor.get(f"{HERE}/do/hand-out")
    assert "UBN-ÖST" in page
    assert "KFN" not in page
    visitor.press(f"{HERE}/do/consolidate")
    assert (town.root / "council" / f"{ROUND}.xlsx").stat().st_mtime_ns == council
    assert (town.root / "boards" / ROUND / "KFN.xlsx").stat().st_mtime_ns == boards["KFN"]
    assert (town.root / "boards" / ROUND / "UBN.xlsx").stat().st_mtime_ns > boards["UBN"]


def test_letters_are_to_their_own(site: ScopedSite) -> None:
    page = site.visitors["skol"].get(f"{HERE}/do/mail?mailing=templates")
    assert "rektor.aby@example.se" in page
    assert "bib@example.se" not in page
    assert "bib@example.se" in site.visitors["all"].get(f"{HERE}/do/mail?mailing=templates")


def test_work_is_seen_by_those_who_began_it_and_by_those_who_see_everybody(site: ScopedSite) -> None:
    site.visitors["skol"].press(f"{HERE}/do/consolidate")
    (task,) = site.tasks.list_tasks()
    for who, status in (("skol", 200), ("all", 200), ("kultur", 404), ("other", 404), ("none", 404)):
        for address in (f"/tasks/{task.id}", f"/tasks/{task.id}/state"):
            assert site.visitors[who].client.get(address).status_code == status, who
        assert (task.id in site.visitors[who].get("/tasks")) is (status == 200)


def test_what_has_become_anothers_meanwhile_is_not_done(town: Town) -> None:
    owners, done = ["UBN"], list[str]()

    def prepare(_: object) -> Preview:
        return Preview("Räkna", button="Räkna")

    def carry_out(order: Order) -> Done:
        owners[:] = ["KFN"]  # as another controller does while this one waits for the lock
        with order.writing():
            done.append("done")
        return Done()

    action = Action("count", "judging", prepare, carry_out, scoped=lambda _: owners)
    with open_scoped_site(town.root, PEOPLE, NOW, [action]) as site:
        told = site.visitors["skol"].press(f"{HERE}/do/count")
    assert "Det gäller inte längre någon som du följer upp. Inget har gjorts." in told
    assert done == []


def test_whoever_follows_up_nobody_sees_nobody(site: ScopedSite) -> None:
    for address in ("/", HERE, f"{HERE}/log", "/log", f"{HERE}/hand-out", f"{HERE}/results"):
        page = site.visitors["none"].get(address)
        assert not [owner for owner in ("UBN", "KFN", "Biblioteket") if owner in page], address
