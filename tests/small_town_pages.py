"""The small town's pages, as its readers see them."""

from __future__ import annotations

from collections.abc import Sequence

from small_town import consolidated, town
from styrxl.excel.pages import Block, Book, Link, Page, Row


def council(language: str = "sv") -> Book:
    """Return the council's book of the planning round."""
    return consolidated(*town(language))[1]


def page(book: Book, name: str) -> Page:
    """Return a page by its name."""
    return next(p for p in book.pages if p.name == name)


def shown(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """Return cells as people see them: links as their texts."""
    return [tuple(c.text if isinstance(c, Link) else c for c in r.cells) for r in rows]


def block(name: str, number: int = 0, book: Book | None = None) -> Block:
    """Return a block of a page, of the council's book where no other is given."""
    return page(book or council(), name).blocks[number]


def read_rows(page: Page) -> list[tuple[object, ...]]:
    """Return a page's rows as people see them, without links and the trailing cells that are empty."""
    rows = []
    for row in (row for block in page.blocks for row in (*block.rows, *block.totals)):
        cells = [cell for cell in row.cells if not isinstance(cell, Link)]
        while cells and cells[-1] is None:
            cells.pop()
        rows.append(tuple(cells))
    return rows
