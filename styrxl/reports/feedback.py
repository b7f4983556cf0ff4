"""What a board has written in the column Återkoppling of its workbook, so that it stands there again when that is made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES
from styrxl.reports.phrases import Phrases


def feedback(sheets: Iterable[Sequence[Sequence[Any]]], forms: Forms) -> dict[str, str]:
    """Return feedback by id of unit or commitment, from every table that has a column of ids and one of feedback.

    ``sheets``: the rows of cells of each sheet. Headings are found in either language, wherever rows and columns have been moved to.
    """
    phrases = [Phrases.read(forms, language) for language in LANGUAGES]
    ids, texts = ({p.heading(key) for p in phrases} for key in ("id", "feedback"))
    found: dict[str, str] = {}
    for rows in sheets:
        found.update(_said(rows, ids, texts))
    return found


def _said(rows: Sequence[Sequence[Any]], ids: set[str], texts: set[str]) -> Iterator[tuple[str, str]]:
    at: tuple[int, int] | None = None
    for row in rows:
        cells = [str(value).strip() for value in row]
        code, text = (next((n for n, cell in enumerate(cells) if cell in names), None) for names in (ids, texts))
        if code is not None and text is not None:
            at = code, text
        elif not any(cells):
            at = None  # a table ends in an empty row
        elif at and cells[at[0]] and cells[at[1]]:
            yield cells[at[0]], str(row[at[1]])
