"""In a real browser: files are chosen, seen and taken in; a browser says where a form comes from only as far as our pages let it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext

from desk_in_chromium import open_page
from town import ROUND, Town


def test_files_are_chosen_and_taken_in_in_chromium(shared_asked: Town, tmp_path: Path, browser: BrowserContext) -> None:
    town = shared_asked.copy(tmp_path / "åköping")
    answered = tmp_path / "svar.xlsx"
    answered.write_bytes(town.filled("UBN"))
    with open_page(town.root, browser) as (page, origin):
        page.goto(f"{origin}/rounds/{ROUND}/take-in")
        page.set_input_files("#files", answered)
        page.click("form[data-drop] button")
        page.wait_for_url("**/do/take-in?upload=*")
        assert "Tas emot för UBN, Utbildningsnämnden" in page.inner_text("main")
        page.click("form.confirm button")
        page.wait_for_selector(".notice.good")
        assert "Det som kom nu till Plan 2027: 1 Klar." in page.inner_text("main")
    assert len(list(town.inbox.iterdir())) == 1
