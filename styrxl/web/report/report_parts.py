"""The pages of a book as chapters to be read: what stands in each of their cells, as text, with where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from styrxl.excel.pages import PLAIN, Block, Course, Field, Link, Page, Row
from styrxl.excel.widths import page_widths
from styrxl.model.catalogue import word
from styrxl.web.report.cell_texts import is_number, write_cell
from styrxl.web.report.chart_shapes import Drawing, draw
from styrxl.web.report.course_shapes import CourseDrawing, draw_course

MANY_ROWS = 60  # of a table, from which on it is folded on screen and left to the workbook on paper
_PAPER = 188.0  # width of a page, in that of a digit
_COURSE = 16.0  # of what is drawn of a row
Places = Mapping[str, tuple[str, str]]  # key of a page -> address and name of its chapter
_SIGNS = {"✓": "good", "!": "watch", "✗": "mend"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the page shows it.

    ``tone`` names the look of what begins with a sign, ``href`` and ``place`` where it leads, ``role`` what it is: a ``number``, the
    ``main`` text of a row, a ``name``, an ``id``, a ``date``, a ``link``, or nothing of these.
    """

    text: str
    role: str = ""
    tone: str = ""
    href: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the page shows it; ``inside``: the rows that hang on it; ``course``: what is drawn of it."""

    cells: tuple[Cell, ...]
    bold: bool = False
    indent: int = 0
    inside: tuple[Line, ...] = ()
    course: CourseDrawing | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A block as the page shows it: a table, a chain where its rows hang on each other, or one sentence where there are none."""

    heading: str
    headings: tuple[Cell, ...]
    lines: tuple[Line, ...]  # all rows, or on paper those that it has room for
    totals: tuple[Line, ...]
    empty: str
    outer: tuple[Line, ...] = ()  # of a long table, the rows that are seen before it is unfolded
    is_chain: bool = False
    is_long: bool = False  # folded until somebody opens it
    course_at: int | None = None  # column before which rows are drawn: the first of their figures
    drawing: Drawing | None = None
    chart_title: str = ""
    chart_text: str = ""
    left_out: str = ""  # where the rows are that paper has no room for
    shares: tuple[float, ...] = ()  # of the paper's width that each column takes, per cent
    more: tuple[str, str] | None = None  # address and name of the chapter that has the rows that it is made from


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page as a chapter; ``is_short``: on paper nothing of it is left but where it is to be found."""

    id: str
    name: str
    title: str
    help: str
    said: str  # by the controller, first of all (HTML)
    parts: tuple[Part, ...]
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class ChapterMaker:
    """Makes chapters of pages. ``workbook``: the name of that in which all rows are; ``source_link``: where a link leads."""

    language: str
    workbook: str
    source_link: Callable[[Link], str]
    on_paper: bool = False

    def list_chapters(self, pages: Sequence[Page], said: Mapping[str, str]) -> list[Chapter]:
        """Return pages as chapters, with what is said to them (HTML, by name)."""
        places = {page.key: (f"#k{n}", page.name) for n, page in enumerate(pages, 1) if page.key}
        return [self._chapter(n, page, said.get(page.name, ""), places) for n, page in enumerate(pages, 1)]

    def _chapter(self, number: int, page: Page, said: str, places: Places) -> Chapter:
        widths = page_widths(page, _PAPER) if self.on_paper else ()
        parts = tuple(self._part(block, page, widths, places) for block in page.blocks)
        short = self.on_paper and not said and all(part.left_out and not part.lines and not part.totals for part in parts)
        return Chapter(f"k{number}", page.name, page.title, page.read_help or page.help, said, parts, short)

    def _part(self, block: Block, page: Page, widths: Sequence[float], places: Places) -> Part:
        shown = [n for n, field in enumerate(block.fields) if not (self.on_paper and (field.screen or field.kind == "link"))]
        chain = block.chain and any(block.levels) and not self.on_paper
        too_many = len(block.rows) > MANY_ROWS and not chain
        lines = self._lines(block, shown, self._choose(block) if too_many and self.on_paper else range(len(block.rows)))
        outer = self._lines(block, shown, self._choose(block)) if too_many and not self.on_paper else ()
        chart = block.chart
        return Part(
            heading=block.heading or "",
            headings=tuple(Cell(block.fields[n].heading, _find_role(block.fields[n])) for n in shown),
            lines=_nest(lines, block.levels) if chain else lines,
            totals=tuple(self._line(row, block.fields, shown, None) for row in block.totals),
            empty=block.empty or "",
            outer=outer,
            is_chain=chain,
            is_long=too_many and not self.on_paper,
            course_at=_find_figures(block, shown) if any(line.course for line in lines) else None,
            drawing=draw(chart, self.language) if chart else None,
            chart_title=chart.title if chart else "",
            chart_text=chart.alt if chart else "",
            left_out=self._say_left_out(len(block.rows), len(lines), page) if too_many and self.on_paper else "",
            shares=_share_width(block, shown, widths) if self.on_paper else (),
            more=places.get(block.about) if block.about != page.key and not self.on_paper else None,
        )

    def _choose(self, block: Block) -> list[int]:
        """Return which rows of a long table are seen, by their places: the outermost, where they are few and have others under them."""
        levels = block.levels
        outermost = [n for n, level in enumerate(levels) if level == 0]
        return outermost if 0 < len(outermost) <= MANY_ROWS else []

    def _say_left_out(self, rows: int, seen: int, page: Page) -> str:
        key = "report_left_out_more" if seen else "report_left_out"
        return word(key, self.language, n=rows - seen, sheet=page.name, file=self.workbook)

    def _lines(self, block: Block, shown: Sequence[int], places: Sequence[int]) -> tuple[Line, ...]:
        rows, courses = block.rows, block.courses
        return tuple(self._line(rows[n], block.fields, shown, courses[n] if courses else None) for n in places)

    def _line(self, row: Row, fields: Sequence[Field], shown: Sequence[int], course: Course | None) -> Line:
        cells = tuple(self._cell(row.cells[n], fields[n]) for n in shown)
        return Line(cells, row.weight != PLAIN, row.indent, course=draw_course(course, self.language) if course else None)

    def _cell(self, value: Any, field: Field) -> Cell:
        text = write_cell(value, field.kind, self.language)
        tone = _SIGNS.get(text[:1], "") if field.kind == "status" else ""
        text = text.replace(" ", "\N{NO-BREAK SPACE}", 1) if tone else text  # a sign stays with its word
        if isinstance(value, Link) and value.path:
            return Cell(text, _find_role(field), tone, self.source_link(value), value.place or "")
        return Cell(text, _find_role(field), tone)


def _find_role(field: Field) -> str:
    if is_number(field.kind):
        return "number"
    return "main" if field.indented else field.kind if field.kind in {"id", "link", "name", "date"} else ""


def _find_figures(block: Block, shown: Sequence[int]) -> int:
    return next((at for at, n in enumerate(shown) if is_number(block.fields[n].kind)), len(shown))


def _share_width(block: Block, shown: Sequence[int], widths: Sequence[float]) -> tuple[float, ...]:
    """Return how much of the paper's width each column takes (per cent), as wide as they are in the workbook; what is drawn is one, too."""
    taken = [sum(widths[block.starts[n] : block.starts[n + 1]]) for n in shown]
    if block.courses:
        taken.insert(_find_figures(block, shown), _COURSE)
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
        yield replace(line, inside=tuple(_take_nested(pairs, level + 1)))
