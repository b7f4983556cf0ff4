"""The report of a round as one page, for councillors: the pages of the council's workbook as chapters, with nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from styrxl.excel.look import Look
from styrxl.excel.pages import PLAIN, Block, Book, Field, Link, Page, Row, link_target
from styrxl.excel.widths import page_widths
from styrxl.model.catalogue import word
from styrxl.web.report.cell_texts import is_number, write_cell
from styrxl.web.report.chart_shapes import PAPER, Drawing, draw
from styrxl.web.report.report_words import PREFACE, ReportWords

MANY_ROWS = 60  # of a table, from which on it is folded on screen and left to the workbook on paper
_PAPER = 188.0  # width of a page, in that of a digit
_SIGNS = {"✓": "good", "!": "watch", "✗": "mend"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the page shows it: ``tone`` names the look of what begins with a sign, ``href`` and ``place`` where it leads."""

    text: str
    number: bool = False
    tone: str = ""
    href: str = ""
    place: str = ""
    small: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it; ``inside``: the rows that hang on it."""

    cells: tuple[Cell, ...]
    bold: bool = False
    indent: int = 0
    inside: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A block as the page shows it: a table, a tree where its rows hang on each other, or one sentence where there are none."""

    heading: str
    headings: tuple[Cell, ...]
    lines: tuple[Line, ...]
    totals: tuple[Line, ...]
    empty: str
    is_tree: bool
    drawing: Drawing | None
    chart_title: str = ""
    chart_text: str = ""
    left_out: str = ""  # where the rows are that paper has no room for
    shares: tuple[float, ...] = ()  # of the paper's width that each column takes, per cent

    @property
    def is_long(self) -> bool:
        """Whether it is folded until somebody opens it."""
        return len(self.lines) > MANY_ROWS and not self.is_tree


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page of the workbook as a chapter, with what the controller says of it first (HTML)."""

    id: str
    name: str
    title: str
    help: str
    said: str
    parts: tuple[Part, ...]


def render_report(book: Book, shown: Look, workbook: str, given: ReportWords, *, on_paper: bool) -> str:
    """Return the report as HTML, which asks nobody for anything.

    ``workbook``: the name of the council's workbook, which lies beside it. ``given``: what the controller says to the chapters.
    ``on_paper``: without what needs a screen, and with long lists left to the workbook.
    """
    language = book.language
    words = {key: word(f"report_{key}", language, n="{n}") for key in _WORDS}
    reader = _Reader(book, workbook, on_paper=on_paper)
    pages = [page for page in book.pages if page.name not in given.left_out]
    chapters = [reader.chapter(n, page, given.said.get(page.name, "")) for n, page in enumerate(pages, 1)]
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=book.title,
            language=language,
            accent=shown.accent.removeprefix("#"),
            preface=_to_html(given.said.get(PREFACE, "")),
            chapters=chapters,
            words=words,
            on_paper=on_paper,
            paper=PAPER,
            footer=book.footer,
            style=Markup(_read("report.css") + ("" if on_paper else _read("screen.css"))),  # noqa: S704 -- our own files
            script=Markup(_read("report.js")),  # noqa: S704
        )
    )


_WORDS = ("contents", "skip", "search", "search_help", "found", "open_all", "close_all", "show_rows")


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes chapters of pages."""

    book: Book
    workbook: str
    on_paper: bool

    def chapter(self, number: int, page: Page, said: str) -> Chapter:
        """Return a page as a chapter."""
        widths = page_widths(page, _PAPER) if self.on_paper else ()
        parts = tuple(self._part(block, page, widths) for block in page.blocks)
        return Chapter(f"k{number}", page.name, page.title, page.help, _to_html(said), parts)

    def _part(self, block: Block, page: Page, widths: Sequence[float]) -> Part:
        language = self.book.language
        shown = [n for n, field in enumerate(block.fields) if not (self.on_paper and (field.screen or field.kind == "link"))]
        is_tree = any(block.levels)
        too_long = self.on_paper and len(block.rows) > MANY_ROWS
        lines = [] if too_long else [self._line(row, block.fields, shown) for row in block.rows]
        left_out = word("report_left_out", language, n=len(block.rows), sheet=page.name, file=self.workbook) if too_long else ""
        chart = block.chart
        return Part(
            heading=block.heading or "",
            headings=tuple(Cell(block.fields[n].heading, is_number(block.fields[n].kind)) for n in shown),
            lines=_nest(lines, block.levels) if is_tree and not too_long else tuple(lines),
            totals=tuple(self._line(row, block.fields, shown) for row in block.totals),
            empty=block.empty or "",
            is_tree=is_tree and not too_long,
            drawing=draw(chart, language) if chart else None,
            chart_title=chart.title if chart else "",
            chart_text=chart.alt if chart else "",
            left_out=left_out,
            shares=_share_width(block, shown, widths) if self.on_paper else (),
        )

    def _line(self, row: Row, fields: Sequence[Field], shown: Sequence[int]) -> Line:
        return Line(tuple(self._cell(row.cells[n], fields[n]) for n in shown), row.weight != PLAIN, row.indent)

    def _cell(self, value: Any, field: Field) -> Cell:
        text = write_cell(value, field.kind, self.book.language)
        tone = _SIGNS.get(text[:1], "") if field.kind == "status" else ""
        href = link_target(value.path, self.book.workspace_path) if isinstance(value, Link) and value.path else ""
        place = (value.place or "") if isinstance(value, Link) else ""
        return Cell(text, is_number(field.kind), tone, href, place, small=field.kind in {"id", "link"})


def _share_width(block: Block, shown: Sequence[int], widths: Sequence[float]) -> tuple[float, ...]:
    """Return how much of the paper's width each column takes (per cent), as wide as they are in the workbook."""
    taken = [sum(widths[block.starts[n] : block.starts[n + 1]]) for n in shown]
    return tuple(round(100 * width / (sum(taken) or 1.0), 2) for width in taken)


def _nest(lines: Sequence[Line], levels: Sequence[int]) -> tuple[Line, ...]:
    """Return lines with those inside them that follow at a deeper level."""
    return tuple(_take_nested(_Pairs([*zip(lines, levels, strict=True)]), 0))


class _Pairs:
    """Lines and their levels, taken one by one with a look at the next."""

    def __init__(self, pairs: Sequence[tuple[Line, int]]) -> None:
        self.pairs, self.at = pairs, 0

    def next_level(self) -> int | None:
        """Return the level of the next line; None at the end."""
        return self.pairs[self.at][1] if self.at < len(self.pairs) else None

    def take(self) -> Line:
        """Return the next line."""
        self.at += 1
        return self.pairs[self.at - 1][0]


def _take_nested(pairs: _Pairs, least: int) -> Iterator[Line]:
    """Yield the lines from a level on, each with those inside it."""
    while (level := pairs.next_level()) is not None and level >= least:
        line = pairs.take()
        yield Line(line.cells, line.bold, line.indent, tuple(_take_nested(pairs, level + 1)))


@cache
def _environment() -> Environment:
    loader = PackageLoader("styrxl.web.report", "templates")
    return Environment(
        loader=loader, autoescape=select_autoescape(["html"]), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _read(name: str) -> str:
    return (resources.files("styrxl.web.report") / "templates" / name).read_text("utf-8")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def _to_html(said: str) -> str:
    """Return Markdown as HTML; HTML in it is shown as it was typed, and links lead to the web alone."""
    return Markup(_markdown().render(said)) if said.strip() else ""  # noqa: S704 -- made by a parser that lets no HTML through
