"""The command ``report``: the page and the PDF of a round, and what the controller says to them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from town import ROUND, Town


def council(town: Town, end: str) -> Path:
    return town.root / "council" / f"{ROUND}.{end}"


@pytest.mark.usefixtures("pango")
def test_a_page_and_a_pdf_are_written_with_a_text_to_begin_with(full: Town) -> None:
    said = full.run("report", ROUND)
    assert [line.rpartition(".")[2] for line in said.stdout.splitlines()] == ["html", "pdf", "md"]
    assert f"council/{ROUND}.md" in said.stderr
    html = council(full, "html").read_text("utf-8")
    assert html.count("<section") == council(full, "md").read_text("utf-8").count("# ") > 5
    assert "Starta läsprogram" in html
    assert council(full, "pdf").read_bytes().startswith(b"%PDF-1.7")


@pytest.mark.usefixtures("pango")
def test_the_same_again_is_the_same_and_what_was_said_stays(full: Town) -> None:
    full.run("report", ROUND)
    before = {end: council(full, end).read_bytes() for end in ("html", "pdf")}
    assert [line.rpartition(".")[2] for line in full.run("report", ROUND).stdout.splitlines()] == ["html", "pdf"]
    assert {end: council(full, end).read_bytes() for end in before} == before
    council(full, "md").write_text("# Ekonomi\n\nEtt *stramt* år.\n\n# Åtaganden\n\nutelämna\n", "utf-8")
    full.run("report", ROUND, "--no-pdf")
    html = council(full, "html").read_text("utf-8")
    assert "Ett <em>stramt</em> år." in html
    assert "Starta läsprogram" not in html.partition('<h2 id="k4-title"')[2].partition("</section>")[0]
    assert council(full, "md").read_text("utf-8").startswith("# Ekonomi\n\nEtt *stramt*")
    assert council(full, "pdf").read_bytes() == before["pdf"]


def test_what_is_said_to_no_chapter_stops_it_before_anything_is_written(full: Town) -> None:
    council(full, "md").parent.mkdir(exist_ok=True)
    council(full, "md").write_text("# Ekonomin\n\nx\n", "utf-8")
    said = full.run("report", ROUND, expect=3)
    assert f"council/{ROUND}.md, rad 1" in said.stderr
    assert "Menar du Ekonomi?" in said.stderr
    assert not council(full, "html").exists()


@pytest.mark.parametrize("trouble, remedy", [(ImportError, "pip install styrxl[pdf]"), (OSError, "brew install pango")])
def test_without_what_makes_a_pdf_the_page_is_written_and_it_says_what_to_do(
    full: Town, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception], remedy: str
) -> None:
    class Missing:
        """A library that cannot be loaded."""

        def __getattr__(self, _: str) -> None:
            raise trouble

    monkeypatch.setitem(sys.modules, "weasyprint", None if trouble is ImportError else Missing())
    said = full.run("report", ROUND)
    assert remedy in said.stderr
    assert f"council/{ROUND}.html" in said.stderr
    assert council(full, "html").exists()
    assert not council(full, "pdf").exists()


def test_a_page_of_an_english_municipality_is_english(full: Town) -> None:
    full.run("--lang", "en", "report", ROUND, "--no-pdf")
    shutil.rmtree(council(full, "md").parent)
    settings = full.workspace.settings_path
    settings.write_text(settings.read_text("utf-8").replace('language = "sv"', 'language = "en"'), "utf-8")
    full.run("report", ROUND, "--no-pdf")
    html = council(full, "html").read_text("utf-8")
    assert '<html lang="en">' in html
    assert "# Overview" in council(full, "md").read_text("utf-8")
