"""The page of a return: its findings at its cells, its answers, its story and its files."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from desk_cells import read_ids, read_page
from desk_visitor import Visitor, visit_desk
from styrxl.rounds.issue import build_plan
from styrxl.sample.ods import convert_to_ods
from styrxl.web.desk.return_links import action_href, make_anchor, return_href
from styrxl.web.desk.returns import return_page
from town import BOARD, PLAN, ROUND, Town, lost

EVIL = '<script>alert(1)</script> "quoted" & \u202egnirts\u202c =1+1 & <b>fet</b>'
LONG = "ordet " * 5_000
PERSON = "19121212-1212"
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
SUNDAY = {"commitments": [{"text": "Sunday stories", "parent_id": "KFN-M99", "responsible": "Librarian", "start": "1/3 2027"}]}
YEAR = {"start": date(2027, 1, 1), "end": date(2027, 12, 31)}
FAULTY = {
    **BOARD,
    "commitments": [
        {"text": EVIL, "parent_id": "KF-M99", "responsible": "Skolchef", "expected_result": f"Kontakta {PERSON}", **YEAR},
        {"text": "Hålla samråd", "parent_id": "KF-M1", "expected_result": "Två samråd", **YEAR},
    ],
    "budget": [{"activity": "Grundskola", "revenue": "100 tkr", "cost": 900.5}, {"activity": LONG, "cost": 150.25}],
}


@pytest.fixture(scope="module")
def faulty(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town in which a board's return is full of faults, and others are lost, damaged, locked or of other kinds."""
    town = shared_full.copy(tmp_path_factory.mktemp("returns") / "town")
    town.put("UBN.xlsx", town.filled("UBN", FAULTY), 100)
    town.put("vems är den.xlsx", lost(town.filled("UBN-ÖST")), 101)
    town.put("trasig <b>.xlsx", town.filled("UBN-ÖST")[:2_000], 102)
    town.put("text.xlsx", b"not a workbook", 103)
    town.put("KFN-BIB.ods", convert_to_ods(town.filled("KFN-BIB", SUNDAY)), 104)
    town.put("låst.xlsx", LOCKED, 105)
    town.run("validate", "--round", ROUND, expect=None)
    return town


@pytest.fixture(scope="module")
def visitor(faulty: Town) -> Iterator[Visitor]:
    with visit_desk(faulty.root) as visitor:
        yield visitor


def report(town: Town, language: str = "sv") -> dict[str, Any]:
    """Return what the terminal says of each workbook, by file name."""
    told = json.loads(town.run("--lang", language, "validate", "--round", ROUND, "--format", "json", expect=None).stdout)
    return {Path(one["path"]).name: one for one in told["workbooks"]}


def list_marked(page: str) -> set[str]:
    """Return the ids of the cells at which a page marks findings."""
    return {id_ for id_, one in read_ids(page).items() if "!" in id_ and id_[-1] != "!" and any("finding-" in way for way in one.links)}


def test_all_returns_have_the_findings_that_the_terminal_has_at_the_same_cells(visitor: Visitor, faulty: Town) -> None:
    """And each says what the terminal says of it, as the mail does."""
    every = report(faulty)
    assert {one["verdict"] for one in every.values()} == {"accepted", "rejected", "unreadable"}
    for name, told in every.items():
        page = visitor.get(return_href(ROUND, name))
        to_see = [f for f in told["findings"] if f["severity"] != "info"]
        assert list_marked(page) == {make_anchor(f["sheet"], f["cell"]) for f in to_see if f["cell"]}, name
        listed = " ".join(one.text for id_, one in read_ids(page).items() if id_.startswith("finding-"))
        for finding in to_see:
            if not finding["cell"]:
                assert " ".join(finding["message"].split()) in listed


def test_a_workbook_of_another_kind_is_read_like_any(visitor: Visitor) -> None:
    ids = read_ids(visitor.get(return_href(ROUND, "KFN-BIB.ods")))
    [row] = {id_.partition("!B")[2] for id_, one in ids.items() if one.text == "Sunday stories"}
    assert ids[f"Commitments!C{row}"].text == "KFN-M99 ✗ Att rätta C" + row
    assert "2027-03-01 skrivet: 1/3 2027" in [one.text for one in ids.values()]


def test_each_finding_leads_to_its_cell_and_back(visitor: Visitor, faulty: Town) -> None:
    """The same findings, at the same cells, as the terminal has; and no others."""
    told = report(faulty)["UBN.xlsx"]
    there = {make_anchor(f["sheet"], f["cell"]) for f in told["findings"] if f["severity"] != "info" and f["cell"]}
    expected = {
        ("unknown-parent", "Åtaganden", "C5"),
        ("missing-value", "Åtaganden", "E6"),
    }
    assert {(f["rule"], f["sheet"], f["cell"]) for f in told["findings"] if f["severity"] == "error"} >= expected
    page = visitor.get(return_href(ROUND, "UBN.xlsx"))
    assert list_marked(page) == there
    ids = read_ids(page)
    listed = {id_: one for id_, one in ids.items() if id_.startswith("finding-")}
    messages = {(f["message"]) for f in told["findings"] if f["severity"] != "info"}
    assert len(listed) <= len(messages)
    for one in listed.values():
        [way] = one.links
        assert way.removeprefix("#") in ids
    assert "Behöver kompletteras" in visitor.get(return_href(ROUND, "UBN.xlsx"))


def test_the_answers_are_those_that_were_written(visitor: Visitor) -> None:
    ids = read_ids(visitor.get(return_href(ROUND, "UBN.xlsx")))
    assert ids["Åtaganden!B6"].text == "Hålla samråd"
    assert ids["Åtaganden!F6"].text == "2027-01-01"
    assert "given" in ids["Åtaganden!A6"].classes
    assert "answer" in ids["Åtaganden!B6"].classes
    assert ids["Budget!B9"].text == "100 skrivet: 100 tkr"
    assert ids["Budget!C9"].text == "900,5"
    assert ids["Budget!D9"].text == "800,5"  # which a formula of ours gives
    assert "given" in ids["Budget!D9"].classes
    assert "Åtaganden!B7" not in ids  # an empty row


def test_what_senders_write_is_shown_and_never_run(visitor: Visitor) -> None:
    page = visitor.get(return_href(ROUND, "UBN.xlsx"))
    assert "<script>alert" not in page
    assert "<b>fet" not in page
    assert "\u202e" not in page
    assert PERSON not in page
    assert "1912****-****" in page
    assert LONG.strip() in page  # whole, if folded
    assert "=1+1" in page


@pytest.mark.parametrize("language, verdict", [("sv", "Går inte att läsa"), ("en", "Cannot be read")])
def test_files_that_nobody_can_read_have_a_page_too(faulty: Town, language: str, verdict: str) -> None:
    with visit_desk(faulty.root, language=language) as visitor:
        for name in ("trasig <b>.xlsx", "text.xlsx", "låst.xlsx"):
            page = visitor.get(return_href(ROUND, name))
            assert verdict in page
            assert "<b>.xlsx" not in page
            assert f"/rounds/{ROUND}/do/assign?file={quote(name)}" in page
            assert f"/rounds/{ROUND}/do/set-aside?file={quote(name)}" in page


def test_a_return_of_nobody_shows_its_sheets_as_they_are(visitor: Visitor) -> None:
    page = visitor.get(return_href(ROUND, "vems är den.xlsx"))
    ids = read_ids(page)
    assert "ingen vet vems den är" in page
    assert [one.text for id_, one in ids.items() if id_.startswith("Åtaganden!") and one.text == "Högläsning före lunch"]


def test_every_page_leads_to_the_one_before_and_after(visitor: Visitor, faulty: Town) -> None:
    names, seen = set(report(faulty)), []
    href: str | None = return_href(ROUND, next(iter(names)))
    while href:  # to the first one
        ways = _find_steps(visitor.get(href))
        first, href = href, ways.get("prev")
    href = first
    while href:
        seen.append(href)
        href = _find_steps(visitor.get(href)).get("next")
    assert sorted(seen) == sorted(return_href(ROUND, name) for name in names)


def _find_steps(page: str) -> Mapping[str, str]:
    return {kind: href for href, kind in re.findall(r'<a href="([^"]*)" rel="(prev|next)"', page)}


def test_the_original_is_sent_as_it_came_and_the_copy_as_it_goes_back(visitor: Visitor, faulty: Town) -> None:
    before = (faulty.inbox / "UBN.xlsx").read_bytes()
    [way] = {way for one in read_page(visitor.get(return_href(ROUND, "UBN.xlsx"))) for way in one.links if way.startswith("/files/inbox/")}
    original = visitor.client.get(way)
    assert original.content == before
    assert original.headers["content-disposition"] == 'attachment; filename="UBN.xlsx"'
    annotated = visitor.client.get(f"{return_href(ROUND, 'UBN.xlsx')}/annotated").content
    assert load_workbook(io.BytesIO(annotated)).sheetnames[0] == "Att åtgärda"
    assert not (faulty.root / "returned" / ROUND / "UBN.xlsx").exists()
    faulty.run("validate", "--round", ROUND, "--annotate", expect=None)
    assert (faulty.root / "returned" / ROUND / "UBN.xlsx").read_bytes() == annotated
    visitor.get(f"{return_href(ROUND, 'KFN.xlsx')}/annotated", expect=404)  # nothing in it is to be mended


@pytest.mark.parametrize("name", ["nowhere.xlsx", "..%2F..%2Fstyrxl.key", "%2Fetc%2Fpasswd", "UBN.xlsx%00", "styrxl.key"])
def test_no_other_file_is_served(visitor: Visitor, name: str) -> None:
    for part in ("", "/annotated"):
        assert visitor.client.get(f"/rounds/{ROUND}/returns/{name}{part}").status_code in {400, 404}


def test_the_story_is_told_in_order(visitor: Visitor) -> None:
    page = visitor.get(return_href(ROUND, "KFN.xlsx"))
    told = [one.text[17:] for one in read_page(page) if one.tag == "li" and one.text[:2] == "20"]
    assert told[0].startswith("KFN.xlsx delades ut")
    assert told[1].startswith("inbox/2027-plan/KFN.xlsx lades i inkorgen för hand. Kvittot har nummer ")
    assert told[2] == "inbox/2027-plan/KFN.xlsx granskades: Klar (0 att rätta, 0 att kontrollera)."


def test_a_copy_is_opened_and_never_the_original(visitor: Visitor, faulty: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(return_page, "opens_files_here", lambda: True)
    monkeypatch.setattr("click.launch", lambda path: opened.append(Path(path)))
    href = return_href(ROUND, "UBN.xlsx")
    page = visitor.get(href)
    assert visitor.post(f"{href}/open", {}).status_code == 403  # which another page might have sent
    mark = re.findall(r'name="form_mark" value="([^"]*)"', page)[0]
    answer = visitor.post(f"{href}/open", {"form_mark": mark})
    assert "En kopia av filen har öppnats" in answer.text
    [copy] = opened
    assert copy.name == "UBN.xlsx"
    assert faulty.root not in copy.parents
    assert copy.read_bytes() == (faulty.inbox / "UBN.xlsx").read_bytes()
    copy.unlink()


def test_elsewhere_nothing_can_be_opened(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(return_page, "opens_files_here", lambda: False)
    assert "/open" not in visitor.get(return_href(ROUND, "UBN.xlsx"))


def test_a_waiver_that_holds_is_told_with_its_reason(faulty: Town, tmp_path: Path) -> None:
    town = faulty.copy(tmp_path / "town")
    assert "Kan undantas" not in _visit(town, "vems är den.xlsx")
    town.put("UBN.xlsx", town.filled("UBN", {**BOARD, "commitments": [{"text": "Måla om", "parent_id": "KF-M1"}]}), 200)
    assert "”Ett svar saknas” (missing-value)" in _visit(town, "UBN.xlsx").partition("Kan undantas")[2]
    waiver = {"owner": "UBN", "round": ROUND, "rule": "missing-value", "reason": "Nytt <system>", "until": date(2030, 1, 1)}
    town.workspace.plan_path.write_bytes(
        build_plan(town.workspace, {**{key: tuple(rows) for key, rows in PLAN.items()}, "waivers": (waiver,)})
    )
    page = _visit(town, "UBN.xlsx")
    assert "”Ett svar saknas” (missing-value): Nytt &lt;system&gt;" in page.partition("Undantag som gäller")[2]
    assert "Svaret räknas i omgången." in page


def _visit(town: Town, name: str) -> str:
    with visit_desk(town.root) as visitor:
        return visitor.get(return_href(ROUND, name))


def test_a_name_is_found_however_the_disk_spells_it(faulty: Town, tmp_path: Path) -> None:
    town = faulty.copy(tmp_path / "town")
    name = "UBN-ÖST på nytt.xlsx"
    data = town.filled("UBN-ÖST", {"commitments": [{"text": "Måla om", "parent_id": "UBN-M1", "responsible": "Rektor"}]})
    town.put(unicodedata.normalize("NFD", name), data, 300)
    with visit_desk(town.root) as visitor:
        page = visitor.get(return_href(ROUND, name))
        [way] = {way for one in read_page(page) for way in one.links if way.startswith("/files/inbox/")}
        assert visitor.client.get(way).content == data
        assert "Måla om" in page
        assert "UBN-ÖST på nytt.xlsx är undantaget" in visitor.press(action_href(ROUND, "set-aside", file=name), reason="Fel")
