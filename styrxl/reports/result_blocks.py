"""From the boards' net costs to the municipality's result: the last tables of the council's page Ekonomi, and what Översikt has of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from styrxl.excel.pages import BOLD, Block, Field, Row
from styrxl.model.table_values import records
from styrxl.prefill.financing import BUDGETED, FOLLOWED
from styrxl.reports.columns import column_titles
from styrxl.reports.overview_parts import FIGURE, TEXT, in_millions
from styrxl.reports.page_parts import LINK_WIDTH
from styrxl.reports.view import View, join_texts
from styrxl.reports.whole_result import Line, WholeResult

_MONEY = 13.0
_AMOUNTS = ("budget", "outcome", "last_forecast", "forecast")


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of a page: how wide the first two are, and how many are printed."""

    name: float
    second: float
    columns: int


def list_result_blocks(view: View, result: WholeResult, grid: Grid) -> list[Block]:
    """Return what the finance administration has filled in besides its operations, and the result; ``grid``: that of the page."""
    return [block for block in (_financing_block(view, grid), _result_block(view, result, grid)) if block.rows]


def _financing_block(view: View, grid: Grid) -> Block:
    """Return taxes, grants, net financial items and internal items as the finance administration has filled them in."""
    table = BUDGETED if view.history is None else FOLLOWED
    heading, titles = view.phrases.heading, column_titles(view, table)
    amounts = [key for key in _AMOUNTS if key in titles]
    fields = (
        Field(heading("board"), "name", grid.name),
        Field(titles.get("item", ""), width=grid.second),
        *(Field(titles[key], "money", _MONEY, tally=True) for key in amounts),
        Field(titles.get("comment", ""), span=grid.columns - 2 - len(amounts)),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    rows = tuple(
        Row(
            (view.name(r["_owner"]), r.get("item"), *(r.get(key) for key in amounts), r.get("comment"), view.row_link(r)), int(r["_source"])
        )
        for r in records(view.table(table))
        if view.board is None
    )
    return Block(fields, rows, heading=view.phrases.word("financing_title"), name="financing")


def _result_block(view: View, result: WholeResult, grid: Grid) -> Block:
    """Return the lines of the statement of results, each with what it lacks and where it is known from."""
    heading = view.phrases.heading
    fields = (
        Field(heading("result_line"), "name", grid.name, span=2),
        *(Field(heading(f"result_{key}"), "money", _MONEY) for key in result.keys),
        Field(heading("remark"), span=grid.columns - 2 - len(result.keys)),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
        Field(heading("budget_source"), "link", LINK_WIDTH, screen=True),
    )
    rows = tuple(_result_row(view, result, line) for line in result.lines) if result.shown else ()
    title = "result_plan_title" if view.history is None else "result_title"
    return Block(fields, rows, heading=view.phrases.word(title), new_page=True, name="result")


def make_overview_block(view: View) -> Block | None:
    """Return what councillors ask first, in million kronor: net cost and the year's result, as Ekonomi has them; None where it has none."""
    result = WholeResult(view)
    if not result.shown:
        return None
    heading, is_plan = view.phrases.heading, view.history is None
    keys = ("frame", "net") if is_plan else ("budget", result.year_key, "deviation")
    fields = (
        Field(heading("result_line"), width=TEXT),
        *(Field(heading(f"result_{key}_mnkr"), "million_change" if key == "deviation" else "million", FIGURE) for key in keys),
        Field(heading("remark"), span=6 - len(keys)),
    )
    rows = (_overview_row(view, result.net, keys), replace(_overview_row(view, result.result, keys), weight=BOLD))
    title = view.phrases.word("year_result_plan_title" if is_plan else "year_result_title")
    return Block(fields, rows, heading=title)


def _overview_row(view: View, line: Line, keys: Sequence[str]) -> Row:
    shown = replace(line, lacking={key: who for key, who in line.lacking.items() if key in keys})
    figures = (in_millions(line.figures.get(key)) for key in keys)
    return Row((line.name, *figures, join_texts([*describe_lacking(view, shown)], "; ")))


def _result_row(view: View, result: WholeResult, line: Line) -> Row:
    figures = (line.figures.get(key) for key in result.keys)
    remark = join_texts((*describe_lacking(view, line), line.remark), "; ")
    cells = (line.name, *figures, remark, line.source, line.budget_source)
    return Row(cells, weight=BOLD) if line.total else Row(cells)


def describe_lacking(view: View, line: Line) -> Iterator[str]:
    """Yield which figures a line lacks; of a sum whose they are, each of them once for all figures that it lacks."""
    word = view.phrases.word
    groups: dict[tuple[str, ...], list[str]] = {}
    for key, who in line.lacking.items():
        groups.setdefault(tuple(who), []).append(word(f"lacking_{key}"))
    for who, what in groups.items():
        facts = {"what": ", ".join([what[0], *(one.lower() for one in what[1:])]), "who": ", ".join(who)}
        yield word("lacks_of", **facts) if line.total else word("lacks", **facts)
