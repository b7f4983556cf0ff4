"""Marks on the cells that are to be mended: a tone, a note, and a condition that lets the tone go when the cell has been changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from styrxl.excel import form_styles, look
from styrxl.excel.notes import Note
from styrxl.excel.sheet import SheetBuilder
from styrxl.templates.words import Terms

_TONES = {"mend": (look.MEND, "mend_error"), "watch": (look.WATCH, "mend_warning")}
_AS_BEFORE = look.Tone(look.INK, look.INPUT)


@dataclass(frozen=True, slots=True)
class CellMark:
    """How a cell is marked; ``unchanged`` is a formula that holds until somebody changes it, empty where the mark stays."""

    tone: str  # mend, watch
    texts: tuple[str, ...]
    asked: bool
    unchanged: str


def mark_cells(page: SheetBuilder, marks: Mapping[str, CellMark], terms: Terms, author: str) -> None:
    """Mark cells of a sheet that has been written."""
    for cell, mark in marks.items():
        tone, word = _TONES[mark.tone]
        page.tone(cell, tone, free=mark.asked)
        page.note(cell, Note(terms.text(word), mark.texts, tone), author)
        if mark.unchanged:
            page.sheet.conditional_formatting.add(cell, form_styles.tone_rule(f"NOT({mark.unchanged})", _AS_BEFORE))
