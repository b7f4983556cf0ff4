"""How the cells of reports look, as XlsxWriter's formats; ``look`` says it, for forms too."""

from __future__ import annotations

from functools import cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from styrxl.excel import look
from styrxl.excel.cells import FORMULA_SIGNS
from styrxl.excel.pages import BOLD, PLAIN

_NUMBERS = {
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
_TONES = {"✓": look.GOOD, "!": look.WATCH, "✗": look.MEND}
STYLED_SIGNS = frozenset((*FORMULA_SIGNS, *_TONES))  # a text that begins with one of these has a look of its own
_VERTICAL = {"top": "top", "center": "vcenter", None: "bottom"}


class CellFormats:
    """The formats of one workbook's cells; each is made when it is first asked for."""

    def __init__(self, workbook: Workbook, shown: look.Look) -> None:
        """Take the workbook, and the municipality's look."""
        self._workbook = workbook
        self._accent = f"#{shown.accent.removeprefix('#')}"
        self._looks = {style.name: _properties(style) for style in look.list_styles(shown)}
        self.named = cache(self._named)
        self.cell = cache(self._cell)

    def _named(self, name: str) -> Format:
        """Return the format of a title, section, help, sentence or heading (``heading_left``, ``heading_right``)."""
        found = self._looks["heading" if name.startswith("heading") else "help" if name == "sentence" else name]
        if name == "sentence":
            found = {**found, "valign": "top", "text_wrap": True}
        elif name.startswith("heading"):
            right = name == "heading_right"
            found = {**found, "align": "right" if right else "left", "valign": "top", "indent": int(right)}
        return self._workbook.add_format(found)

    def _cell(self, kind: str, first: str = "", indent: int = 0, weight: int = PLAIN) -> Format:
        """Return the format of a cell by its kind, its text's first letter (where that is one of ``STYLED_SIGNS``), indent and weight."""
        tone = _TONES.get(first) if kind == "status" else None
        fill = look.INPUT if kind == "input" else tone.fill if tone else look.LOCKED if weight else None
        found = {
            **self._looks["cell"],
            **self._font(kind, weight, tone),
            "border": 0 if kind == "note" else 1,
            "align": "right" if kind == "measure" or (kind in _NUMBERS and kind != "date") else "left",
            "valign": "top",
            "text_wrap": kind not in _NUMBERS and kind != "note",
            "indent": 2 * indent or int(kind == "note"),
            "num_format": _NUMBERS.get(kind, "General"),
            "quote_prefix": first in FORMULA_SIGNS,  # or Excel makes it a formula when somebody edits the cell
            **(_filled(fill) if fill else {}),
        }
        return self._workbook.add_format(found)

    def _font(self, kind: str, weight: int, tone: look.Tone | None) -> dict[str, Any]:
        if kind == "link":
            return {"font_size": look.SMALL, "font_color": self._accent, "underline": 1}
        small = kind == "id" and weight != BOLD
        colour = tone.ink if tone else look.GREY if small else look.INK
        return {"font_size": look.SMALL if small else look.BODY, "bold": weight == BOLD, "font_color": f"#{colour}"}


def _filled(colour: str) -> dict[str, Any]:
    return {"pattern": 1, "fg_color": f"#{colour}"}


def _properties(style: look.CellStyle) -> dict[str, Any]:
    """Return what a style of the look says, in XlsxWriter's words."""
    return {
        "font_name": look.FONT,
        "font_scheme": "none",  # the letters stay when somebody changes the theme
        "font_size": style.size,
        "bold": style.bold,
        "underline": int(style.underlined),
        "font_color": f"#{style.colour or look.INK}",
        "border": int(style.lined),
        "border_color": f"#{look.LINE}",
        "align": style.horizontal or "",
        "valign": _VERTICAL[style.vertical],
        "text_wrap": bool(style.wrapped),
        "indent": style.indent,
        "num_format": style.number_format,
        **(_filled(style.fill) if style.fill else {}),
    }
