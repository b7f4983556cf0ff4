"""What a board has written in the column Återkoppling of its workbook, so that it stands there again when that is made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES
from styrxl.reports.phrases import Phrases


def collect_feedback(sheets: Iterable[Sequence[Sequence[Any]]], forms: Forms) -> dict[str, str]:
    """Return feedback by id of unit or commitment, from every table that has a column of ids and one of feedback.

    ``sheets``: the rows of cells of each sheet. Headings are found in either language, wherever rows and columns have been moved to.
    """
    phrases = [Phrases.read(forms, language) for language in LANGUAGES]
    id_headings, feedback_headings = ({p.heading(key) for p in phrases} for key in ("id", "feedback"))
    feedback: dict[str, str] = {}
    for rows in sheets:
        feedback.update(_read_sheet(rows, id_headings, feedback_headings))
    return feedback


def _read_sheet(rows: Sequence[Sequence[Any]], id_headings: set[str], feedback_headings: set[str]) -> Iterator[tuple[str, str]]:
    """Yield id and feedback of each row that has both."""
    columns: tuple[int, int] | None = None  # of ids and of feedback, within a table
    for row in rows:
        cells = [str(value).strip() for value in row]
        ids_at, feedback_at = (
            next((n for n, cell in enumerate(cells) if cell in names), None) for names in (id_headings, feedback_headings)
        )
        if ids_at is not None and feedback_at is not None:
            columns = ids_at, feedback_at
        elif not any(cells):
            columns = None  # a table ends in an empty row
        elif columns and cells[columns[0]] and cells[columns[1]]:
            yield cells[columns[0]], str(row[columns[1]])
