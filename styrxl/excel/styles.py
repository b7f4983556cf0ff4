"""The styles of cells in reports, as the numbers that a sheet's XML refers to; those of forms are the named ones of ``look``."""

from __future__ import annotations

from functools import cache

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from styrxl.excel import look
from styrxl.excel.pages import BOLD, PLAIN

_FORMATS = {
    "money": look.NUMBER_FORMAT + look.AIR,
    "money_decimals": look.DECIMAL_FORMAT + look.AIR,
    "number": f"General{look.AIR}",
    "integer": f"0{look.AIR}",
    "count": look.NUMBER_FORMAT + look.AIR,
    "percent": ";".join(f"{sign}0.0{look.AIR}" for sign in ("", "\N{MINUS SIGN}", "")),
    "million": f"{look.MILLION_FORMAT}{look.AIR}",
    "million_change": ";".join(f"{sign}{look.MILLION_FORMAT}{look.AIR}" for sign in ("+", "\N{MINUS SIGN}", "")),
    "date": look.DATE_FORMAT,
}
_QUOTED = frozenset("=+-@'")
_TONES = {"✓": look.GOOD, "!": look.WATCH, "✗": look.MEND}


class CellStyles:
    """Styles of one workbook; each is made when it is first asked for."""

    def __init__(self, workbook: Workbook, accent: str) -> None:
        """Take a workbook that has the look's named styles, and the accent colour."""
        self._accent = accent
        sheet = workbook.create_sheet()
        self._scratch = sheet
        workbook.remove(sheet)
        self._known: dict[tuple[str, str, int, int], int] = {}
        self.named = cache(self._named)
        self.cell = cache(self._cell)

    def _named(self, name: str) -> int:
        """Return a style of titles, headings and sentences."""
        cell = self._made("heading" if name.startswith("heading") else "help" if name == "sentence" else name)
        if name.startswith("heading"):
            right = name == "heading_right"
            cell.alignment = Alignment(horizontal="right" if right else "left", vertical="top", wrap_text=True, indent=int(right))
        elif name == "sentence":
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        return int(cell.style_id)

    def _cell(self, kind: str, weight: int = PLAIN) -> int:
        """Return the style of a kind of cell."""
        return self.text(kind, "", 0, weight)

    def text(self, kind: str, first: str, indent: int, weight: int) -> int:
        """Return the style of a cell by its kind, the first letter of its text, its indent and its weight."""
        key = (kind, first if first in _TONES or first in _QUOTED else "", indent, weight)
        if key not in self._known:
            self._known[key] = self._new(*key)
        return self._known[key]

    def _new(self, kind: str, first: str, indent: int, weight: int) -> int:
        tone = _TONES.get(first) if kind == "status" else None
        cell = self._made("cell")
        side = Side(style="thin", color=look.LINE)
        cell.font = _font(kind, weight, tone, self._accent)
        cell.border = Border() if kind == "note" else Border(left=side, right=side, top=side, bottom=side)
        fill = look.INPUT if kind == "input" else tone.fill if tone else look.LOCKED if weight else None
        cell.fill = PatternFill("solid", start_color=fill) if fill else PatternFill()
        across = "right" if kind in _FORMATS and kind != "date" else "left"
        wraps = kind not in _FORMATS and kind != "note"
        cell.alignment = Alignment(horizontal=across, vertical="top", wrap_text=wraps, indent=2 * indent or kind == "note")
        cell.number_format = _FORMATS.get(kind, "General")
        if first in _QUOTED:
            cell.quotePrefix = True  # or Excel makes it a formula when somebody edits the cell
        return int(cell.style_id)

    def _made(self, name: str) -> Cell:
        cell = Cell(self._scratch, row=1, column=1)
        cell.style = f"styrxl {name}"
        return cell


def _font(kind: str, weight: int, tone: look.Tone | None, accent: str) -> Font:
    if kind == "link":
        return Font(look.FONT, size=look.SMALL, color=accent, underline="single")
    small = kind == "id" and weight != BOLD
    colour = tone.ink if tone else look.GREY if small else look.INK
    return Font(look.FONT, size=look.SMALL if small else look.BODY, bold=weight == BOLD, color=colour)
