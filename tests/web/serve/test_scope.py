"""What somebody sees and may do who follows up one board: of another nothing, by every address there is; and who may only read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import product
from urllib.parse import quote, unquote, urlencode

import httpx2 as httpx
import pytest

from desk_walk import fill_address, list_methods, list_page_routes, read_page, walk
from long_runs import long_run
from mail_messages import OURS
from mail_town import take
from municipality import ORGANISATION
from post_office import reply
from scoped_site import ScopedSite, open_scoped_site
from styrxl.mail.outgoing.kinds import MAILINGS
from styrxl.web.desk.access import EVERYTHING, Access
from styrxl.web.desk.app import ACTIONS
from town import ANSWERS, ENGLISH_BOARD, NOW, ROUND, Answers, Town

MINE_PAGE = "/mine"
MINE = frozenset({"UBN", "UBF", "UBN-ÅBY", "UBN-ÖST"})
PEOPLE = {
    "skol": Access("Skolkontrollern", owners=MINE),
    "reader": Access("Skolläsaren", may_write=False, owners=MINE),
    "kultur": Access("Kulturkontrollern", owners=frozenset({"KFN", "KFN-BIB"})),
    "alla": Access("Kommunkontrollern"),
    "reader-of-all": Access("Kommunläsaren", may_write=False),
    "skrivbord": EVERYTHING,
}
# What the others have written, and what nobody may see of them: texts, figures, names, addresses.
SECRET: Answers = {
    **ENGLISH_BOARD,
    "budget": [{"activity": "Hemliga biblioteket", "cost": 481.57}],
    "goals": [{"text": "Zebras visit the library", "parent_id": "KF-M3", "from_year": 2027, "to_year": 2028}],
    "commitments": [{**ENGLISH_BOARD["commitments"][0], "text": "Open on Zundays"}],
}
LIBRARY: Answers = {"commitments": [{"text": "Zunday stories", "parent_id": "KFN-2027-A1", "responsible": "Zlibrarian"}]}
HIDDEN = (
    "KFN",
    "Kultur- och fritid",
    "Biblioteket",
    "Hemliga",
    "481,57",
    "481.57",
    "Zebras",
    "Zunday",
    "Zlibrarian",
    "kfn@",
    "bib@",
    "okänd",
)
CHILD = "Högläsning före lunch"


def make_town(town: Town) -> None:
    """Make a town in which everybody has answered, some wrongly; mail waits, a file is nobody's, and workbooks have been written."""
    town.put("KFN.xlsx", town.filled("KFN", SECRET), 1)
    for second, owner in enumerate(["UBN-ÅBY", "UBN-ÖST"], 2):
        town.put(f"{owner}.xlsx", town.filled(owner, ANSWERS[owner]), second)
    wrong = {"commitments": [{"text": "Zunday stories", "parent_id": "KFN-M99", "responsible": "Zlibrarian"}]}
    town.put("KFN-BIB (2).xlsx", town.filled("KFN-BIB", wrong), 10)
    town.put("UBN-ÅBY (2).xlsx", town.filled("UBN-ÅBY", {"commitments": [{"text": "Läs", "parent_id": "UBN-M99"}]}), 11)
    town.put("okänd.xlsx", b"no workbook", 12)
    take(town, reply("stranger@example.se", OURS, attachments={"bib.xlsx": town.filled("KFN-BIB", {**LIBRARY, "goals": []})}))
    town.run("validate", "--round", ROUND, expect=1)
    town.run("consolidate", ROUND, "--all")


@pytest.fixture(scope="module")
def town(mail_planned: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town of the module's own."""
    town = mail_planned.copy(tmp_path_factory.mktemp("scoped") / "åköping")
    make_town(town)
    return town


@pytest.fixture(scope="module")
def site(town: Town) -> Iterator[ScopedSite]:
    """Open its site; the others have begun something already."""
    with open_scoped_site(town.root, PEOPLE, NOW) as opened:
        kultur = opened.visitors["kultur"]
        kultur.press(f"/rounds/{ROUND}/do/give-back?file=KFN-BIB (2).xlsx")
        yield opened


def read_all(answer: httpx.Response) -> str:
    """Return all that an answer says: its headers, and its text, or what stands in each part of its workbooks."""
    heads = " ".join(f"{name}: {unquote(value)}" for name, value in answer.headers.items())
    body = "\n".join(_unpack(answer.content)) if answer.content.startswith(b"PK") else answer.text
    return f"{heads}\n{unescape(body)}"


def _unpack(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            yield name
            if content.startswith(b"PK"):
                yield from _unpack(content)
            else:
                yield content.decode("utf-8", "replace")


def find_leak(answer: httpx.Response, asked: str) -> list[str]:
    """Return which hidden words an answer says, but those that were asked with."""
    said = read_all(answer)
    return [word for word in HIDDEN if word in said and word not in unquote(asked)]


def list_addresses(site: ScopedSite, town: Town) -> Iterator[tuple[str, str]]:
    """Yield every address of the app, with all that it may be asked about: those of the owners themselves, and of others."""
    files = {folder: sorted(path.name for path in (town.root / folder / ROUND).glob("*")) for folder in ("inbox", "outbox", "boards")}
    files |= {"returned": [path.name for path in (town.root / "returned" / ROUND).glob("*")], "quarantine": ["x.xlsx"]}
    files["council"] = [path.name for path in (town.root / "council").glob("*")]
    owners = [str(row["org_id"]) for row in ORGANISATION]
    for route in [route for route in list_page_routes(town.root) if "GET" in list_methods(route)]:
        places = {"round": [ROUND, "2027-t1"], "owner": owners, "task": [task.id for task in site.tasks.list_tasks()]}
        if route.path.startswith("/files/"):
            for folder, names in files.items():
                for name in names:
                    yield route.path, fill_address(route, round=ROUND, folder=folder, name=quote(name, safe=""))
            continue
        places |= {"name": files["inbox"], "folder": [*files]}
        wanted = [name for name in route.param_convertors if name in places]
        for values in product(*(places[name] for name in wanted)):
            address = fill_address(route, **dict(zip(wanted, [quote(value, safe="") for value in values], strict=True)))
            yield route.path, address
            if address.startswith(f"/rounds/{ROUND}/"):
                for given in list_given(address.rpartition("/")[2], files["inbox"], owners):
                    yield route.path, f"{address}?{urlencode(given)}"
    yield "", f"/rounds/{ROUND}?state=done&q=KFN"
    yield "", f"/rounds/{ROUND}?board=KFN"


def list_given(page: str, files: list[str], owners: list[str]) -> Iterator[Mapping[str, str]]:
    """Yield what a page or an action may be given, those of the others and what is everybody's."""
    others = [owner for owner in owners if owner not in MINE]
    if page in {"assign", "set-aside", "take-back", "give-back"}:
        yield from ({"file": file} for file in files)
    if page == "assign":
        yield from (
            {"file": file, "owner": owner} for file in ("UBN.xlsx", "KFN.xlsx", "okänd.xlsx") for owner in (*others, "nobody", "UBN")
        )
    if page in {"merge", "log", "quarantine"}:
        yield from ({"owner": owner, "q": owner} for owner in owners)
    if page in {"hand-out", "consolidate", "mail"}:
        yield from ({"to": owner, "only": owner, "mailing": "answers"} for owner in (*others, "kfn", "UBN", "UBN, KFN", "x"))
    if page == "mail":
        yield from ({"mailing": mailing} for mailing in MAILINGS)
    if page in {"letter", "letter.html"}:
        yield from (
            {"mailing": m, "kind": k.name, "owner": o, "about": ""} for m in MAILINGS for k in MAILINGS[m] for o in ("KFN", "KFN-BIB")
        )
    if page in {"release", "discard", "look"}:
        yield from ({"mail": str(number), "part": "1", "id": str(number)} for number in (1, 2))


@pytest.mark.parametrize("who", ["skol", "reader"][: long_run(1, 2)])
def test_nothing_of_another_board_is_on_any_page(site: ScopedSite, town: Town, who: str) -> None:
    visitor, seen, leaks = site.visitors[who], set[str](), {}
    for path, address in list_addresses(site, town):
        answer = visitor.client.get(address)
        assert answer.status_code in {200, 403, 404, 409}, (address, answer.status_code)
        if leak := find_leak(answer, address):
            leaks[address] = leak
        seen |= {path} if answer.status_code == 200 else set()
    assert leaks == {}
    assert len(seen) > 20


@pytest.mark.parametrize("who", ["skol", "reader", "reader-of-all"])
def test_every_link_leads_to_a_page_that_is_for_its_reader(site: ScopedSite, who: str) -> None:
    visitor = site.visitors[who]
    for address, answer in walk(visitor, ("/", f"/rounds/{ROUND}"), most=2).items():
        if address == MINE_PAGE:  # which is where people sign in
            continue
        assert answer.status_code == 200, (address, answer.status_code)
        if not PEOPLE[who].may_write and answer.headers["content-type"].startswith("text/html"):
            tags, _ = read_page(answer.text)
            assert "/do/" not in str([tag.get("href") for tag in tags]), address
            posts = re.findall(r'<form method="post" action="([^"]*)"(.*?)</form>', answer.text, re.DOTALL)
            assert {action for action, form in posts if "<button" in form} <= {"/sign-out"}, address


def test_those_who_follow_up_a_board_find_its_own_there(site: ScopedSite) -> None:
    visitor = site.visitors["skol"]
    for address in (
        "/",
        f"/rounds/{ROUND}",
        f"/rounds/{ROUND}/owners/UBN-%C3%96ST",
        f"/rounds/{ROUND}/returns/UBN-%C3%85BY%20(2).xlsx",
        f"/rounds/{ROUND}/log",
        f"/rounds/{ROUND}/mail",
        f"/rounds/{ROUND}/hand-out",
        f"/rounds/{ROUND}/results",
        f"/files/boards/{ROUND}/UBN.xlsx",
        f"/files/inbox/{ROUND}/UBN.xlsx",
        f"/zip/outbox/{ROUND}",
    ):
        assert visitor.client.get(address).status_code == 200, address
    table = visitor.get(f"/rounds/{ROUND}")
    assert re.findall(r'<tr class="owner"><th scope="row"><a href="[^"]*">([^<]*)', table) == [
        "Utbildningsnämnden",
        "Åby skola",
        "Östra förskolan",
    ]
    assert CHILD in visitor.get(f"/rounds/{ROUND}/returns/UBN-%C3%96ST.xlsx")


@pytest.mark.parametrize("who", ["reader", "reader-of-all"])
def test_whoever_may_only_read_changes_nothing(site: ScopedSite, town: Town, who: str) -> None:
    visitor = site.visitors[who]
    for route in list_page_routes(town.root):
        if "POST" in list_methods(route):
            address = fill_address(route, round=ROUND, name="UBN.xlsx", owner="UBN")
            assert visitor.post(address, {"form_mark": f"form of {who}", "shown": "x"}).status_code == 403, address


def test_of_those_who_see_everybody_nothing_is_kept(site: ScopedSite) -> None:
    own_desk, theirs = (walk(site.visitors[who], most=long_run(1, 2)) for who in ("skrivbord", "alla"))
    assert {address for address, answer in theirs.items() if answer.status_code != 200} <= {MINE_PAGE}
    missing = {address.partition("?")[0] for address in own_desk} - {address.partition("?")[0] for address in theirs}
    assert missing <= {"/check-up", "/new", "/unlock", "/do/unlock", "/do/make-workspace", "/do/open-workspace"}


def test_every_action_says_whom_it_is_about_or_is_for_those_who_see_everybody() -> None:
    scoped = {action.name for action in ACTIONS if action.scoped}
    assert scoped == {
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
