"""A round by the desk alone, in Chromium, from an empty folder to the summary; in two windows at once; cut short and found again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page

from desk_in_chromium import enter, find_origin, fork_desk, open_page
from desk_visitor import call_at, visit_desk
from filled import fill_plan
from long_runs import long_run
from mail_messages import raw
from mail_town import MAIL_PLAN, by_smtp, passwords, settings
from post_office import Certificates, SmtpServer, reply, smtp_server
from report_sheets import sheets
from styrxl.store.ledger import Ledger
from styrxl.store.lock import hold_lock, this_process
from styrxl.store.workspace import Workspace
from town import ANSWERS, ROUND, Town

HERE = f"/rounds/{ROUND}"
WAIT = 60_000  # milliseconds for a piece of work, on a machine that has much to do


@pytest.fixture
def smtp(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """Start a server that takes mails."""
    passwords(monkeypatch.setenv)
    with smtp_server(made) as running:
        yield running


def _name_file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": data}


class Controller:
    """Somebody at the desk with a browser, who goes where pages lead and presses what they offer."""

    def __init__(self, page: Page, origin: str, folder: Path) -> None:
        """Take a page of the desk, its address, and a folder for files of one's own."""
        self.page, self.origin, self.folder = page, origin, folder

    def go(self, address: str) -> str:
        """Go to a page, and return what it says."""
        self.page.goto(self.origin + address)
        return self.page.inner_text("main")

    def confirm(self, *, by_keyboard: bool = False) -> str:
        """Press the button below what will happen, wait for what came of it, and return what is said of that."""
        if by_keyboard:
            self.page.keyboard.press("Tab")
            while self.page.evaluate("document.activeElement.closest('form.confirm') === null"):
                self.page.keyboard.press("Tab")
            self.page.keyboard.press("Enter")
        else:
            self.page.click("form.confirm button")
        return self.wait()

    def wait(self) -> str:
        """Wait for a piece of work, and return what came of it."""
        self.page.wait_for_url("**/tasks/*", timeout=WAIT)
        self.page.wait_for_selector("main .notice.good[role=status]", timeout=WAIT)
        return self.page.inner_text("main")

    def do(self, address: str, **fields: str) -> str:
        """Go to what will happen, fill in its fields, have it done, and return what came of it."""
        self.go(address)
        for name, value in fields.items():
            self.page.fill(f"form.confirm [name={name}]", value)
        return self.confirm()

    def hand_in(self, **files: bytes) -> str:
        """Choose files, have them taken in, and return what came of it."""
        self.go(f"{HERE}/take-in")
        self.page.set_input_files("#files", [_name_file(name.replace("__", "."), data) for name, data in files.items()])
        self.page.click("form[data-drop] button")
        self.page.wait_for_url("**/do/take-in?upload=*")
        return self.confirm()


def test_a_whole_round_by_the_desk_alone(tmp_path: Path, browser: BrowserContext, smtp: SmtpServer, made: Certificates) -> None:
    with open_page(tmp_path, browser) as (page, origin):
        desk = Controller(page, origin, tmp_path)
        root = _begin(desk, tmp_path / "Åköping", by_smtp(smtp, made))
        _ask_boards(desk, smtp)
        _answer_boards(desk, Town(root))
        _answer_units(desk, Town(root))
        _finish(desk, smtp)
    _compare_with_terminal(Town(root), tmp_path)


def _begin(desk: Controller, folder: Path, mail: str) -> Path:
    """Make a workspace, put a plan into it, and say how mail is sent."""
    page = desk.page
    page.click("main a.button")
    page.fill("[name=name]", "Åköping")
    page.fill("[name=folder]", str(folder))
    page.click("main form button >> nth=0")
    desk.confirm()
    page.click("main ul.links a[href='/plan']")
    other = Workspace.init(desk.folder / "annan", "Åköping")
    page.set_input_files("#file", _name_file("plan.xlsx", fill_plan(other, MAIL_PLAN)))
    page.click("form[action='/plan/upload'] button")
    desk.confirm()
    desk.go("/settings/text")
    page.fill("#text", page.input_value("#text") + settings(mail))
    page.click("form[action='/settings/text'] button")
    desk.confirm()
    return folder


def _ask_boards(desk: Controller, smtp: SmtpServer) -> None:
    """Hand out to the boards as the first screen says, by keyboard alone, and mail what was handed out."""
    desk.go("/")
    desk.page.click(f"main a[href^='{HERE}/hand-out']")
    desk.go(f"{HERE}/do/hand-out?level=board")
    assert "2" in desk.confirm(by_keyboard=True)
    desk.page.click("main a[href*='mailing=templates']")
    assert "2 mejl skickade" in desk.confirm()
    assert sorted(e.rcpt_tos[0] for e in smtp.taken) == ["kfn@example.se", "ubn@example.se"]


def _answer_boards(desk: Controller, town: Town) -> None:
    """Take in a good plan and a faulty one, see what is wrong in it, and take in its like, mended; then hand out to the units."""
    faulty = {**ANSWERS["KFN"], "commitments": [{**ANSWERS["KFN"]["commitments"][0], "parent_id": None}]}
    told = desk.hand_in(UBN__xlsx=town.filled("UBN"), KFN__xlsx=town.filled("KFN", faulty))
    assert "1 Klar, 1 Behöver kompletteras" in told
    desk.page.click("main ul.links a[href*='/returns/KFN']")
    assert "Behöver kompletteras" in desk.page.inner_text("main")
    assert desk.page.locator("ul.findings li.mend").count() >= 1
    assert "1 Klar" in desk.hand_in(KFN2__xlsx=town.filled("KFN"))
    desk.do(f"{HERE}/do/hand-out?level=unit")


def _answer_units(desk: Controller, town: Town) -> None:
    """Take in the units' plans: one in two halves that are merged, one twice of which one is set aside, one from a stranger's mail."""
    halves = [{key: rows[n:][:1] for key, rows in ANSWERS["UBN-ÅBY"].items()} for n in (0, 1)]
    desk.hand_in(ett__xlsx=town.filled("UBN-ÅBY", halves[0]))
    desk.hand_in(två__xlsx=town.filled("UBN-ÅBY", halves[1]))
    assert "Läge:" in desk.do(f"{HERE}/do/merge?owner=UBN-ÅBY", reason="Två delade på arbetet")
    desk.hand_in(öst__xlsx=town.filled("UBN-ÖST"))
    empty = {**ANSWERS["UBN-ÖST"], "goals": [{**ANSWERS["UBN-ÖST"]["goals"][0], "text": "Ett utkast"}]}
    desk.hand_in(utkast__xlsx=town.filled("UBN-ÖST", empty))
    draft = max(town.inbox.glob("UBN-ÖST*"), key=lambda path: (path.stat().st_mtime, path.name))
    desk.go(f"{HERE}/returns/{draft.name}")
    assert "Ett utkast" in desk.page.inner_text("main")
    desk.page.click("a[href*='/do/set-aside']")
    desk.page.fill("form.confirm [name=reason]", "Ett utkast")
    desk.confirm()
    letter = reply("okand@example.org", "planering@example.se", "Plan", attachments={"bib.xlsx": town.filled("KFN-BIB")})
    assert "karantän" in desk.hand_in(mejl__eml=raw(letter)).lower()
    desk.page.click("main ul.links a[href='/quarantine']")
    desk.page.click("a[href*='/do/release']")
    assert "1 Klar" in desk.confirm()


def _finish(desk: Controller, smtp: SmtpServer) -> None:
    """Consolidate, write the report, and send the summary, as the first screen leads."""
    desk.go(f"{HERE}/results")
    desk.do(f"{HERE}/do/consolidate")
    desk.do(f"{HERE}/do/chapter-words", words="Året i korthet.")
    desk.go(f"{HERE}/do/publish-report")
    desk.page.uncheck("[name=paper]")
    desk.confirm()
    before = len(smtp.taken)
    assert "skickade" in desk.do(f"{HERE}/do/mail?mailing=summary")
    assert len(smtp.taken) > before


def _compare_with_terminal(town: Town, folder: Path) -> None:
    """Hold what the desk left behind against what the terminal says and writes."""
    states = town.run("status", ROUND).output
    assert states.count("Klar") >= 5
    assert "Åköping" in (town.root / "council" / f"{ROUND}.html").read_text("utf-8")
    assert "Året i korthet." in (town.root / "council" / f"{ROUND}.md").read_text("utf-8")
    by_desk = sheets((town.root / "council" / f"{ROUND}.xlsx").read_bytes())
    other = town.copy(folder / "terminal")
    shutil.rmtree(other.root / ".styrxl-cache")
    other.run("validate", "--round", ROUND)
    other.run("consolidate", ROUND)
    assert sheets((other.root / "council" / f"{ROUND}.xlsx").read_bytes()) == by_desk
    assert sorted(_read_verdicts(town)) == ["accepted"] * 5 + ["set-aside"] + ["superseded"] * 3
    assert "0 mejl att skicka" in town.run("mail", "summary", ROUND).output


def _read_verdicts(town: Town) -> list[str]:
    judged = town.judge(*((path.name, path.read_bytes()) for path in sorted(town.inbox.iterdir())), whole_inbox=True)
    return [one.verdict for one in judged.returns]


def test_two_windows_that_press_the_same_button(asked: Town) -> None:
    asked.put("UBN.xlsx", asked.filled("UBN"))
    action = f"{HERE}/do/set-aside"
    with visit_desk(asked.root) as visitor:
        visitor.press(f"{HERE}/do/judge")
        windows = [visitor.find_hidden(f"{action}?file=UBN.xlsx") for _ in range(2)]
        assert "notice good" in visitor.wait(visitor.post(action, {**windows[0], "reason": "Fel år"}).url.path)
        second = visitor.post(action, {**windows[1], "reason": "Fel år"})
        assert 'role="alert"' in second.text
        assert "är redan undantagen" in second.text
        assert 'class="confirm"' not in second.text
    with Ledger.open(asked.workspace.database) as ledger:
        assert len(ledger.decisions(ROUND)) == 1


def test_work_goes_on_without_a_browser_and_is_found_again(shared_asked: Town, tmp_path: Path, browser: BrowserContext) -> None:
    town = shared_asked.copy(tmp_path / "town")
    town.put("UBN.xlsx", town.filled("UBN"))
    with fork_desk(town.root) as (_, link):
        page = enter(browser, link)
        desk = Controller(page, find_origin(link), tmp_path)
        with hold_lock(town.root, this_process("styrxl validate", "någon annan", datetime.now(UTC)), waiting=lambda _: None):
            desk.go(f"{HERE}/do/judge")
            page.click("form.confirm button")
            page.wait_for_selector("main [role=status] >> text=någon annan", timeout=WAIT)
            page.close()
        again = Controller(browser.new_page(), desk.origin, tmp_path)
        again.go("/tasks")
        again.page.click("main table a >> nth=0")
        assert "1 Klar" in again.wait()


@pytest.mark.parametrize("after", [0.0, 0.3, 0.1, 0.2, 0.4, 0.6, 0.8, 1.2][: long_run(2, 8)])
def test_a_desk_killed_in_the_middle_leaves_nothing_half_done(after: float, planned: Town) -> None:
    shutil.rmtree(planned.root / "outbox" / ROUND)
    action = f"{HERE}/do/hand-out"
    with fork_desk(planned.root) as (process, link), call_at(link) as caller:
        with hold_lock(planned.root, this_process("styrxl validate", "någon annan", datetime.now(UTC)), waiting=lambda _: None):
            task = caller.post(action, caller.find_hidden(action)).url.path
            until = time.monotonic() + WAIT / 1000
            while "någon annan" not in caller.get(task):
                assert time.monotonic() < until
                time.sleep(0.02)
            if after == 0.0:
                process.kill()
        if after:
            time.sleep(after)
            process.kill()
        process.wait(20)
    for path in (planned.root / "outbox").rglob("*.xlsx"):
        assert ZipFile(path).testzip() is None, path
    with fork_desk(planned.root) as (_, link), call_at(link) as caller:
        assert "avbröts" in caller.get("/") or after
        assert "notice good" in caller.press(action)
        assert "avbröts" not in caller.get("/")
    assert sorted(path.name for path in (planned.root / "outbox" / ROUND).iterdir()) == sorted(f"{owner}.xlsx" for owner in ANSWERS)
    planned.run("status", ROUND, expect=None)
