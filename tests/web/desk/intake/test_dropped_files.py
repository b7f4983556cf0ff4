"""In a real browser: files are chosen, seen and taken in; a browser says where a form comes from only as far as our pages let it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import BrowserContext

from town import ROUND, new_town


def test_files_are_chosen_and_taken_in_in_chromium(tmp_path: Path, browser: BrowserContext) -> None:
    town = new_town(tmp_path / "åköping")
    town.run("distribute", ROUND, "--level", "board")
    answered = tmp_path / "svar.xlsx"
    answered.write_bytes(town.filled("UBN"))
    command = [sys.executable, "-P", "-m", "styrxl", "--workspace", str(town.root), "desk", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as desk:
        try:
            assert desk.stdout
            link = desk.stdout.readline().strip()
            page = browser.new_page()
            page.goto(link)
            page.wait_for_url("**/")
            page.goto(f"{link.partition('/enter/')[0]}/rounds/{ROUND}/take-in")
            page.set_input_files("#files", answered)
            page.click("form[data-drop] button")
            page.wait_for_url("**/do/take-in?upload=*")
            assert "Tas emot för UBN, Utbildningsnämnden" in page.inner_text("main")
            page.click("form.confirm button")
            page.wait_for_selector(".notice.good")
            assert "Det som kom nu till Plan 2027: 1 Klar." in page.inner_text("main")
        finally:
            desk.kill()
    assert len(list(town.inbox.iterdir())) == 1
