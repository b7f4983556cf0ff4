"""How the cells of forms look, as openpyxl's styles; ``look`` says it, for reports too."""

from __future__ import annotations

from functools import lru_cache

from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from styrxl.excel import look


@lru_cache(maxsize=4)
def named_styles(shown: look.Look = look.STANDARD) -> tuple[NamedStyle, ...]:
    """Return every cell style.

    The same ones for several workbooks: each begins with them, in this order, and so they get the same numbers in each.
    """
    return tuple(_named_style(style) for style in look.list_styles(shown))


def _named_style(style: look.CellStyle) -> NamedStyle:
    side = Side(style="thin", color=look.LINE)
    return NamedStyle(
        name=f"styrxl {style.name}",
        font=Font(look.FONT, size=style.size, bold=style.bold, color=style.colour, underline="single" if style.underlined else None),
        fill=PatternFill("solid", start_color=style.fill) if style.fill else PatternFill(),
        border=Border(left=side, right=side, top=side, bottom=side) if style.lined else Border(),
        alignment=Alignment(horizontal=style.horizontal, vertical=style.vertical, wrap_text=style.wrapped, indent=style.indent),
        number_format=style.number_format,
        protection=Protection(locked=style.locked),
    )


def tone_font(tone: look.Tone) -> Font:
    """Return the letters of a tone."""
    return Font(look.FONT, size=look.BODY, color=tone.ink)


def tone_fill(tone: look.Tone) -> PatternFill:
    """Return the ground of a tone."""
    return PatternFill("solid", start_color=tone.fill)


def tone_rule(formula: str, tone: look.Tone) -> Rule:
    """Return a conditional format that gives cells a tone where the formula holds."""
    font, fill = Font(color=tone.ink), PatternFill(bgColor=tone.fill, fill_type="solid")
    return Rule(type="expression", formula=[formula], dxf=DifferentialStyle(font=font, fill=fill))


def decimals_rule(first_cell: str) -> Rule:
    """Return a conditional format that shows decimals where a number has any."""
    shown = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode=look.DECIMAL_FORMAT + look.AIR))
    return Rule(type="expression", formula=[f"IF(ISNUMBER({first_cell}),{first_cell}<>INT({first_cell}),FALSE)"], dxf=shown)


class Logo(Image):
    """A picture for a sheet; openpyxl's own class wants Pillow only to learn what the first bytes say."""

    def __init__(self, data: bytes, height: int) -> None:
        """Take a PNG's or JPEG's bytes and the height in pixels at which it is shown."""
        wide, high, self.format = look.picture_size(data)
        self.data, self.height, self.width = data, height, round(wide * height / high)

    def _data(self) -> bytes:
        return self.data
