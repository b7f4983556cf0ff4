"""An owner's pages as a principal has them: in Chromium, by mouse and by keyboard, on a phone and on a desk, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import TimeoutError as NoAnswer

from accessibility import NARROW, find_in_each_light, measure_overflow
from long_runs import long_run
from post_office import Certificates
from signed_in import open_signed_in_site
from site_in_chromium import RunningSite, run_site
from town import Answers, Town

OWNERS = {"sv": "UBN-ÖST", "en": "KFN-BIB"}
FAULTY: dict[str, Answers] = {
    "sv": {"commitments": [{"text": "Högläsning", "parent_id": "UBN-M99", "responsible": "Rektor"}]},
    "en": {"commitments": [{"text": "Reading", "parent_id": "KFN-M99", "responsible": "Librarian"}]},
}
HALF: dict[str, Answers] = {
    "sv": {"commitments": [{"text": "Högläsning", "parent_id": "UBN-M1"}]},
    "en": {"commitments": [{"text": "Reading", "parent_id": "KFN-M1"}]},
}
CHECK, HAND_IN = "form.drop button", "form[action$='/hand-in'] button"


@pytest.fixture
def site(planned: Town) -> Iterator[RunningSite]:
    """Have a site of the test's own answer."""
    with run_site(planned) as running:
        yield running


def keep(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.xlsx"
    path.write_bytes(data)
    return path


def look(page: Page, name: str, found: list[str]) -> None:
    """Note what is wrong with a page as it is shown, in both lights, and as narrow as a telephone."""
    assert page.locator("h1").count() == 1, name
    found += [f"{name}: {told}" for told in find_in_each_light(page)]
    size = page.viewport_size
    if size and size["width"] != NARROW:
        page.set_viewport_size({"width": NARROW, "height": 640})
        found += [f"{name}: {told}" for told in find_in_each_light(page, ["light"])]
    if (over := measure_overflow(page)) > 0:
        found.append(f"{name}: {over} pixels too wide")
    if size:
        page.set_viewport_size(size)


@pytest.mark.parametrize("language", ["sv", "en"][: long_run(1, 2)])
def test_three_tries_and_a_hand_in_on_a_phone(site: RunningSite, browser: BrowserContext, tmp_path: Path, language: str) -> None:
    owner, found = OWNERS[language], list[str]()
    before = site.receipts()
    page = browser.new_page()
    page.set_viewport_size({"width": NARROW, "height": 640})
    page.goto(site.make(owner)[0])
    assert page.get_attribute("html", "lang") == language
    look(page, "start", found)
    for name, answers in (("first", FAULTY[language]), ("second", HALF[language]), ("third", None)):
        page.set_input_files("#workbook", keep(tmp_path / "own", name, site.town.filled(owner, answers)))
        page.click(CHECK)
        page.wait_for_url("**/checked/*")
        look(page, name, found)
        assert site.receipts() == before
        if answers:
            with page.expect_download() as marked:
                page.click("a.button[download]")
            assert marked.value.suggested_filename.startswith(owner)
            page.click("main p:last-child a")
    page.click(HAND_IN)
    page.wait_for_url("**/receipt/*")
    look(page, "receipt", found)
    assert len(site.receipts()) == len(before) + 1
    page.click("main p:last-child a")
    assert page.locator("main .tone.good").count() == 1
    look(page, "start with a return", found)
    assert found == []


def test_a_hand_in_by_keyboard(site: RunningSite, browser: BrowserContext, tmp_path: Path) -> None:
    owner, page, before = OWNERS["sv"], browser.new_page(), site.receipts()
    page.goto(site.make(owner)[0])
    press_until(page, "#workbook")
    press_and_choose(page, keep(tmp_path / "own", "plan", site.town.filled(owner)))
    press_until(page, CHECK)
    page.keyboard.press("Enter")
    page.wait_for_url("**/checked/*")
    press_until(page, HAND_IN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/*")
    assert len(site.receipts()) == len(before) + 1


def press_and_choose(page: Page, file: Path) -> None:
    """Open the window in which a file is chosen by a key, and choose one; a busy browser may pass over the first press."""
    for patience in (3_000, 5_000, 60_000):
        try:
            with page.expect_file_chooser(timeout=patience) as chooser:
                page.keyboard.press("Enter")
        except NoAnswer:
            continue
        chooser.value.set_files(file)
        return
    raise AssertionError("no window to choose a file in")


def press_until(page: Page, wanted: str, most: int = 20) -> None:
    """Press the tabulator until something has the focus, which must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(wanted)


def test_two_presses_a_reload_and_the_way_back_hand_in_once(site: RunningSite, browser: BrowserContext, tmp_path: Path) -> None:
    owner, page, before = OWNERS["sv"], browser.new_page(), site.receipts()
    page.goto(site.make(owner)[0])
    page.set_input_files("#workbook", keep(tmp_path / "own", "plan", site.town.filled(owner)))
    page.click(CHECK)
    page.wait_for_url("**/checked/*")
    page.reload()
    assert page.locator(HAND_IN).count() == 1  # the page asks for nothing to be sent again
    page.dblclick(HAND_IN)
    page.wait_for_url("**/receipt/*")
    receipt = page.inner_text("main")
    assert "är inlämnad" in receipt
    page.reload()
    assert page.inner_text("main") == receipt
    page.go_back()
    page.wait_for_url("**/receipt/*")
    assert page.inner_text("main") == receipt
    assert page.locator(HAND_IN).count() == 0
    assert len(site.receipts()) == len(before) + 1


def test_the_other_pages_are_as_easy_to_read(site: RunningSite, browser: BrowserContext, tmp_path: Path) -> None:
    found, page = list[str](), browser.new_page()
    link, code = site.make(OWNERS["sv"])
    for name, address in (("code", "/o"), ("closed", "/o/1-x"), ("data", "/about/data"), ("accessibility", "/about/accessibility")):
        page.goto(site.origin + address)
        look(page, name, found)
    page.goto(f"{site.origin}/o")
    page.fill("#code", "ABCD-EFGH-JKMN")
    page.keyboard.press("Enter")
    page.wait_for_selector("#code-wrong")
    look(page, "a wrong code", found)
    page.fill("#code", code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/o/*")
    for name, data in (("another's", site.town.filled(OWNERS["en"])), ("unreadable", b"no workbook")):
        page.goto(link)
        page.set_input_files("#workbook", keep(tmp_path / "own", "x", data))
        page.click(CHECK)
        page.wait_for_url("**/checked/*")
        look(page, name, found)
        assert page.locator(HAND_IN).count() == 0
    site.take_back(OWNERS["sv"])
    page.goto(link)
    look(page, "taken back", found)
    assert found == []


def test_the_pages_of_signing_in_are_as_easy_to_read(
    planned: Town, site: RunningSite, browser: BrowserContext, made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages as the site sends them, in the look that it has: signing in itself goes by an address that no browser finds here."""
    found, page = list[str](), browser.new_page()
    with open_signed_in_site(planned, made, monkeypatch, "both") as signed_in:
        texts = {"sign in": signed_in.client.get("/sign-in/closed").text, "signed out": signed_in.client.get("/sign-in/closed?out=1").text}
        signed_in.sign_in({"sub": "u-4", "name": "Nämndsekreteraren", "email": "ubn@example.se", "email_verified": True})
        texts["mine"] = signed_in.get("/mine")
    assert "Utbildningsnämnden" in texts["mine"]
    for name, text in texts.items():
        page.goto(f"{site.origin}/o")
        page.set_content(text)
        look(page, name, found)
    assert found == []


def test_a_workbook_is_dropped_anywhere_on_the_form(site: RunningSite, browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto(site.make(OWNERS["sv"])[0])
    page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["PK"], "plan.xlsx"));
            document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", {dataTransfer: files, cancelable: true}));
        }"""
    )
    assert page.evaluate("document.querySelector('#workbook').files[0].name") == "plan.xlsx"
