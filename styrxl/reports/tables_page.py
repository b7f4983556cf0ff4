"""The sheet on which each list that is no Excel table where it stands is one: every column its own, no sums among the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from styrxl.excel.pages import Block, Columns, Field, Page, as_columns
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.view import View

_LINES = "lines"  # what follows the name of a table that has sums among its rows where it stands


def list_tables(page: Page, level: str) -> Iterator[Block]:
    """Yield a page's lists as they become tables; ``level``: the heading of the column that says how deep a row of a tree hangs."""
    for block in page.blocks:
        rows = as_columns(block.rows)
        if not len(rows) or not (block.name or (block.table and any(rows.sums))):
            continue
        name = block.name or f"{block.table}_{_LINES}"
        fields = tuple(replace(f, tally=False, indented=False, screen=False, span=1, width=max(f.width, 14.0)) for f in block.fields)
        parts, cells = _keep_parts(rows), rows.cells
        if block.chain:
            fields, cells = (*fields, Field(level, "count", 8)), (*cells, [depth + 1 for depth in rows.level or [0] * len(rows)])
        cells = tuple([column[at] for at in parts] for column in cells)
        yield Block(fields, Columns(cells, [None] * len(parts)), heading=block.heading or page.title, table=f"list_{name}")


def make_tables_page(view: View, blocks: Iterable[Block]) -> Page:
    """Return the sheet of these tables."""
    return make_titled_page(view, "tables", _name_apart([*blocks]))


def _keep_parts(rows: Columns) -> Sequence[int]:
    """Return the places of the rows without those that add up the ones below them."""
    levels = [*(rows.level or [0] * len(rows)), 0]
    sums = rows.sums or [0] * len(rows)
    return [at for at in range(len(rows)) if not (sums[at] and levels[at + 1] > levels[at])]


def _name_apart(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, those after the first of a name with a number."""
    seen, made = dict[str, int](), []
    for block in blocks:
        name = block.table or ""
        seen[name] = seen.get(name, 0) + 1
        made.append(block if seen[name] == 1 else replace(block, table=f"{name}_{seen[name]}"))
    return made
