"""The report of a round as one page, for councillors: the pages of the council's workbook as chapters, with nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from styrxl.excel.look import Look
from styrxl.excel.pages import Book, Link, link_target
from styrxl.model.catalogue import word
from styrxl.web.contrast import make_readable
from styrxl.web.report.chart_shapes import PAPER
from styrxl.web.report.report_parts import ChapterMaker
from styrxl.web.report.report_words import PREFACE, ReportWords
from styrxl.web.report.written_words import make_html
from styrxl.web.shown_values import make_fit_for_page

_TALLEST = 420  # of a drawing that has room on paper as wide as others, with its figures beside it
_WORDS = ("contents", "skip", "search", "search_help", "found", "open_all", "close_all", "show_rows", "course", "more")


@dataclass(frozen=True, slots=True)
class Assets:
    """Where the style sheet and the script are, which a server gives out as ``write_style`` and ``read_script`` return them.

    ``back``: address and name of the page that one comes from.
    """

    style: str
    script: str
    back: tuple[str, str] | None = None


def render_report(
    book: Book,
    look: Look,
    workbook: str,
    given: ReportWords,
    *,
    on_paper: bool = False,
    assets: Assets | None = None,
    source_link: Callable[[Link], str] | None = None,
) -> str:
    """Return the report as HTML, which asks nobody for anything; with ``assets``, style and script are not in it but fetched.

    ``workbook``: the name of the council's workbook, which lies beside it. ``given``: what the controller says to the chapters.
    ``on_paper``: without what needs a screen, and with long lists left to the workbook. ``source_link``: where the link of a figure to its
    source leads (else as in the workbook: to the file, from the folder of the report).
    """
    language, accent = book.language, make_readable(look.accent.removeprefix("#"))
    follow = source_link or (lambda link: link_target(link.path, book.workspace_path))
    make = ChapterMaker(language, workbook, follow, on_paper=on_paper)
    pages = [page for page in book.pages if page.name not in given.left_out]
    template = _environment().get_template("report.html")
    return template.render(
        title=book.title,
        language=language,
        footer=book.footer,
        preface=make_html(given.said.get(PREFACE, "")),
        chapters=make.list_chapters(pages, {name: make_html(words) for name, words in given.said.items()}),
        words={key: word(f"report_{key}", language, n="{n}", chapter="{chapter}") for key in _WORDS},
        on_paper=on_paper,
        paper={**PAPER, "accent": (accent, accent)},
        tallest=_TALLEST,
        assets=assets,
        style="" if assets else Markup(write_style(look, on_paper=on_paper)),  # noqa: S704 -- our own files
        script="" if assets or on_paper else Markup(read_script()),  # noqa: S704
    )


def write_style(look: Look, *, on_paper: bool = False) -> str:
    """Return the style sheet, in a municipality's colour."""
    accent = f":root {{ --accent: #{make_readable(look.accent.removeprefix('#'))}; }}\n"
    return accent + _read("report.css") + _read("paper.css" if on_paper else "screen.css")


def read_script() -> str:
    """Return the script with which a reader searches."""
    return _read("report.js")


@cache
def _environment() -> Environment:
    loader = PackageLoader("styrxl.web.report", "templates")
    return Environment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=make_fit_for_page,
    )


@cache
def _read(name: str) -> str:
    return (resources.files("styrxl.web.report") / "templates" / name).read_text("utf-8")
