"""The handbook holds together: each page is found, each link leads somewhere, and both languages are there."""

from __future__ import annotations

import itertools
import re
from contextlib import chdir
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from console_pages import PAGES as PLAYED
from console_pages import describe_plays, run_page
from long_runs import long_run
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.cell_values import read_day, read_number
from styrxl.returns.habits.days_in_words import DayWords
from styrxl.store.settings_file import parse_settings
from town import Town

CHECKOUT = Path(__file__).parents[1]
DOCS = CHECKOUT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OUTSIDE = [CHECKOUT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
MOST_BYTES = 150_000  # of a picture
NAMED_AS_CODE = re.compile(r"docs/[\w/-]+\.md")


@cache
def list_inline(path: Path) -> list[tuple[Token, Token]]:
    """Return each piece of text of a page, with the block that it stands in."""
    tokens = MarkdownIt().enable("table").parse(path.read_text("utf-8"))
    return [
        (before, piece)
        for before, token in itertools.pairwise(tokens)
        if token.type == "inline"
        for piece in (token, *(token.children or ()))
    ]


def list_links(path: Path) -> list[str]:
    """Return what a page links to, or shows as pictures, within the project."""
    links = [piece.attrGet("href") or piece.attrGet("src") for _, piece in list_inline(path) if piece.type in {"link_open", "image"}]
    return [unquote(str(link)) for link in links if not re.match(r"[a-z]+:", str(link))]


@cache
def list_anchors(path: Path) -> set[str]:
    """Return the names of a page's headings, as GitHub and MyST give them."""
    headings = [piece.content for before, piece in list_inline(path) if before.type == "heading_open" and piece.type == "inline"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def find_dead_links(path: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    dead = []
    for link in list_links(path):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in list_anchors(target)):
            dead.append(link)
    return dead


@pytest.mark.parametrize("path", [*PAGES, *OUTSIDE], ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_each_link_leads_somewhere(path: Path) -> None:
    """To a file that is there, and to a heading that the page has."""
    assert find_dead_links(path) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_leads_to_nothing_outside_the_handbook(path: Path) -> None:
    """Which is built, and read, without the rest of the checkout."""
    assert [link for link in list_links(path) if not (path.parent / link).resolve().is_relative_to(DOCS)] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """Missing files and headings, and no others; what stands in blocks of code is no link."""
    page = tmp_path / "page.md"
    page.write_text(
        "# Åt *alla*, i `styrxl.toml`\n\n[a](page.md) [b](#åt-alla-i-styrxltoml) [c](gone.md) [d](#gone) ![e](gone.png)\n\n"
        "| f |\n| --- |\n| [g](page.md#nor) |\n\n```console\n[h](never.md)\n```\n[i](https://example.se/gone)\n",
        "utf-8",
    )
    assert find_dead_links(page) == ["gone.md", "#gone", "gone.png", "page.md#nor"]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_first_page_leads_to_every_page(language: str) -> None:
    """Of its language, in a list: Sphinx makes the margin of that."""
    first = DOCS / language / "index.md"
    pages = {path.stem for path in first.parent.glob("*.md")} - {"index"}
    listed = re.findall(r"^- \[.+\]\(([\w-]+)\.md\)", first.read_text("utf-8"), re.MULTILINE)
    assert (sorted(listed), len(set(listed))) == (sorted(pages), len(listed))


@pytest.mark.parametrize("language, other", [("sv", "en"), ("en", "sv")])
def test_each_page_is_there_in_the_other_language(language: str, other: str) -> None:
    """It links to it, and to one page alone, which links back."""
    pairs = {path: [link for link in list_links(path) if link.startswith(f"../{other}/")] for path in (DOCS / language).glob("*.md")}
    assert [str(path) for path, links in pairs.items() if len(links) != 1] == []
    back = {path: (path.parent / links[0]).resolve() for path, links in pairs.items()}
    assert [str(path) for path, page in back.items() if f"../{language}/{path.name}" not in list_links(page)] == []


def test_at_the_top_lies_what_has_no_language() -> None:
    """A page that is written for one language lies in its folder."""
    assert {path.name for path in DOCS.glob("*.md")} == {"architecture.md", "index.md", "speed.md"}


def test_pages_that_the_program_names_are_there() -> None:
    """In messages, in files that it writes and in docstrings."""
    files = [
        path
        for folder in ("styrxl", "sheets", "schemas", "tests")
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in {".py", ".yaml", ".html"}
    ]
    named = {(str(path), name) for path in [*files, *OUTSIDE] for name in NAMED_AS_CODE.findall(path.read_text("utf-8"))}
    assert len(named) > 10
    assert [(path, name) for path, name in sorted(named) if not (CHECKOUT / name).is_file()] == []


@pytest.mark.parametrize("path", sorted((DOCS / "pictures").iterdir()), ids=lambda path: path.name)
def test_a_picture_is_small_shown_and_made_by_the_script(path: Path) -> None:
    """On a page of its own language, with words for those who do not see it."""
    name, language, _ = path.name.split(".")
    shown = [page for page in (DOCS / language).glob("*.md") if f"](../pictures/{path.name})" in page.read_text("utf-8")]
    assert shown
    assert re.search(rf"!\[.{{20,}}\]\(\.\./pictures/{re.escape(path.name)}\)", shown[0].read_text("utf-8"))
    assert f"{name}." in (CHECKOUT / "tests" / "make_pictures.py").read_text("utf-8")
    assert path.stat().st_size <= MOST_BYTES


def test_the_readme_is_two_screens() -> None:
    """With a workbook, the desk and the report as pictures, in words for those who do not see them, too."""
    text = (CHECKOUT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 110
    assert re.findall(r"!\[.{40,}\]\(docs/pictures/([\w-]+)\.sv\.png\)", text) == ["fill-in-rows", "desk", "report"]


def list_samples(page: str, bullet: str) -> list[str]:
    """Return the samples that stand as code in a bullet of a page."""
    text = re.search(rf"^- {bullet}.*?(?=^- |\n\n)", (DOCS / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return re.findall("`(.+?)`", text[0]) if text else []


@pytest.mark.parametrize(
    "page, days, amounts",
    [("sv/for-dig-som-fyller-i.md", "Dagar", "Belopp"), ("en/for-those-who-fill-in.md", "Write days", "Amounts")],
)
def test_days_and_amounts_may_be_written_as_the_page_says(page: str, days: str, amounts: str) -> None:
    """As those who read returns take them: days within the round's year, and three ways to write twelve hundred thousand."""
    words = DayWords(Forms([standard_folder()]).words.days)
    typed = list_samples(page, days)
    assert len(typed) >= 5
    assert [day for day in typed if not (read_day(day, 2027).value or words.read(day, 2027))] == []
    assert [read_number(amount, money=True).value for amount in list_samples(page, amounts)] == [1200.5, 1200, 1200]


def test_the_same_year_is_played_in_every_language() -> None:
    """So that the others, which are played in long runs, are written anew as well when one is."""
    first, *others = [describe_plays((DOCS / name).read_text("utf-8")) for name in PLAYED]
    assert len(first) > 10
    assert [first] * len(others) == others


@pytest.mark.parametrize("name", PLAYED[: long_run(1, len(PLAYED))])
def test_what_consoles_show_is_what_commands_say(name: str, tmp_path: Path) -> None:
    """Run in a workspace of their own; ``python tests/console_pages.py`` writes the pages anew after a change."""
    page = (DOCS / name).read_text("utf-8")
    assert page.count("```console") > 5
    assert run_page(page, tmp_path) == page


@pytest.mark.parametrize("name", ["sv/drift.md", "en/operation.md"])
def test_settings_are_right_as_shown(name: str) -> None:
    """And the limits are those that hold where nothing is set."""
    database, limits = re.findall(r"```toml\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)
    parse_settings(f'[municipality]\nname = "X"\n{database}'.encode())
    assert parse_settings(f'[municipality]\nname = "X"\n{limits}'.encode()) == parse_settings(b'[municipality]\nname = "X"\n')


@pytest.mark.parametrize("name", ["sv/lasa-fran-python.md", "en/reading-from-python.md"])
def test_python_runs_as_shown(name: str, shared_full: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the folder in which the workspace lies."""
    shared_full.copy(tmp_path / "akoping")
    with chdir(tmp_path):
        exec("\n".join(re.findall(r"```python\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)), {})  # noqa: S102 -- our own page
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == "True"
    assert "UBN accepted []" in said
