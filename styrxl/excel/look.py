"""The look: colours, fonts, sizes and styles of everything that styrxl shows, in this one place.

A municipality replaces name, logo and accent colour; the rest stays, so that each pair of colours keeps its contrast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from struct import unpack
from typing import Literal

from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

FONT = "Calibri"  # Carlito has the same metrics, for renderings
ACCENT = "0B5563"
INK = "1F2933"
LINE = "CBD2D9"
GREY = "52606D"
WHITE = "FFFFFF"
INPUT = "FFFBEA"
LOCKED = "F4F5F7"


@dataclass(frozen=True, slots=True)
class Tone:
    """A pair of colours with a meaning; a word or a sign always stands beside it."""

    ink: str
    fill: str


GOOD = Tone("0F5132", "E7F4EC")
MEND = Tone("9B1C1C", "FDECEA")
WATCH = Tone("7A4D00", "FFF4DB")

TITLE, SECTION, BODY, SMALL = 20, 14, 11, 10  # points; there are no other sizes
# Excel fits a row to what somebody types in it, before Kontroll has answered: an empty cell beside the table, of a larger
# size, keeps room for that answer's two or three lines.
SPACERS = {2: 23, 3: 34}

DATE_FORMAT = "yyyy-mm-dd"
# With decimals always optional (#,##0.##) Excel leaves a bare decimal sign behind whole numbers: decimals come by a condition.
NUMBER_FORMAT = "#,##0"
DECIMAL_FORMAT = "#,##0.0#"
MILLION_FORMAT = "#,##0.0"
TIME_FORMATS = {"date": DATE_FORMAT, "moment": "m/d/yy h:mm", "time": "h:mm", "duration": "[h]:mm:ss"}  # Excel's own, but for a day's
AIR = "_-"  # as much to the right of a number as a hyphen takes, so that it does not touch the text in the next column
_FORMATS = {
    "text": "@",
    "integer": f"0{AIR}",
    "number": NUMBER_FORMAT + AIR,
    "date": DATE_FORMAT,
    "choice": "General",
    "ref": "General",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a municipality replaces: its name, its accent colour (six hexadecimal digits) and its logo (PNG or JPEG)."""

    name: str = ""
    accent: str = ACCENT
    logo: bytes | None = None


STANDARD = Look()


@lru_cache(maxsize=4)
def named_styles(look: Look = STANDARD) -> tuple[NamedStyle, ...]:
    """Return every cell style; ``input_*`` are open to typing, all others locked.

    The same ones for several workbooks: each begins with them, in this order, and so they get the same numbers in each.
    """
    return tuple(_list_styles(look))


def _list_styles(look: Look) -> Iterator[NamedStyle]:
    accent = look.accent.removeprefix("#")
    top, middle = _aligned(vertical="top"), Alignment(vertical="center")
    near, far, inset = _aligned("left"), _aligned("right"), _aligned("left", indent=1)
    white, link = Font(FONT, size=BODY, bold=True, color=WHITE), Font(FONT, size=BODY, color=accent, underline="single")
    bold = _font(bold=True)
    yield _style("title", Font(FONT, size=TITLE, bold=True, color=accent), alignment=middle)
    yield _style("section", Font(FONT, size=SECTION, bold=True, color=accent), alignment=middle)
    yield _style("help", _font(), alignment=middle)
    yield _style("bold_line", bold, alignment=middle)
    yield _style("body", _font(), alignment=top)
    yield _style("bold", bold, alignment=top)
    yield _style("word", _font(), alignment=near)
    yield _style("back", link, alignment=far)
    yield _style("heading", white, accent, _aligned())
    yield _style("heading_line", white, accent, inset)
    for count, size in SPACERS.items():
        yield _style(f"spacer_{count}", Font(FONT, size=size))
    yield _style("id", Font(FONT, size=SMALL, color=GREY), LOCKED, top, lined=True)
    yield _style("check", _font(), None, top, lined=True)
    yield _style("label", _font(), LOCKED, near, lined=True)
    yield _style("figure", bold, LOCKED, far, NUMBER_FORMAT + AIR, lined=True)
    yield _style("figure_left", bold, LOCKED, near, NUMBER_FORMAT, lined=True)
    yield _style("fact", _font(), LOCKED, inset, lined=True)
    yield _style("cell", _font(), None, inset, lined=True)
    yield _style("cell_link", link, None, inset, lined=True)
    yield _style("list_link", link, None, top, lined=True)
    yield _style("count", _font(), None, _aligned("right", indent=1), "0", lined=True)
    yield _style("total", bold, LOCKED, inset, lined=True)
    yield _style("total_count", bold, LOCKED, _aligned("right", indent=1), "0", lined=True)
    yield _style("sum_text", bold, LOCKED, _aligned("left", vertical="top"), lined=True)
    yield _style("sum_number", bold, LOCKED, _aligned("right", vertical="top"), NUMBER_FORMAT + AIR, lined=True)
    yield _style("sample", _font(), INPUT, inset, lined=True)
    for name, tone in (("good", GOOD), ("mend", MEND), ("watch", WATCH)):
        yield _style(name, tone_font(tone), tone.fill, inset, lined=True)
    for kind, form in _FORMATS.items():
        aligned = _aligned("right" if kind in {"integer", "number"} else "left", vertical="top")
        yield _style(f"input_{kind}", _font(), INPUT, aligned, form, lined=True, locked=False)
        yield _style(f"locked_{kind}", _font(), LOCKED, aligned, form, lined=True)


def _aligned(
    horizontal: Literal["left", "right"] | None = None, *, vertical: Literal["top", "center"] = "center", indent: int = 0
) -> Alignment:
    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=horizontal != "right", indent=indent)


def _font(*, bold: bool = False) -> Font:
    return Font(FONT, size=BODY, bold=bold, color=INK)


def _style(
    name: str,
    font: Font,
    fill: str | None = None,
    alignment: Alignment | None = None,
    number_format: str = "General",
    *,
    lined: bool = False,
    locked: bool = True,
) -> NamedStyle:
    side = Side(style="thin", color=LINE)
    return NamedStyle(
        name=f"styrxl {name}",
        font=font,
        fill=PatternFill("solid", start_color=fill) if fill else PatternFill(),
        border=Border(left=side, right=side, top=side, bottom=side) if lined else Border(),
        alignment=alignment or Alignment(),
        number_format=number_format,
        protection=Protection(locked=locked),
    )


def tone_font(tone: Tone) -> Font:
    """Return the letters of a tone."""
    return Font(FONT, size=BODY, color=tone.ink)


def tone_fill(tone: Tone) -> PatternFill:
    """Return the ground of a tone."""
    return PatternFill("solid", start_color=tone.fill)


def tone_rule(formula: str, tone: Tone) -> Rule:
    """Return a conditional format that gives cells a tone where the formula holds."""
    font, fill = Font(color=tone.ink), PatternFill(bgColor=tone.fill, fill_type="solid")
    return Rule(type="expression", formula=[formula], dxf=DifferentialStyle(font=font, fill=fill))


def decimals_rule(first_cell: str) -> Rule:
    """Return a conditional format that shows decimals where a number has any."""
    shown = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode=DECIMAL_FORMAT + AIR))
    return Rule(type="expression", formula=[f"IF(ISNUMBER({first_cell}),{first_cell}<>INT({first_cell}),FALSE)"], dxf=shown)


class Logo(Image):
    """A picture for a sheet; openpyxl's own class wants Pillow only to learn what the first bytes say."""

    def __init__(self, data: bytes, height: int) -> None:
        """Take a PNG's or JPEG's bytes and the height in pixels at which it is shown."""
        wide, high, self.format = picture_size(data)
        self.data, self.height, self.width = data, height, round(wide * height / high)

    def _data(self) -> bytes:
        return self.data


def picture_size(data: bytes) -> tuple[int, int, str]:
    """Return width, height (pixels) and kind of a PNG or JPEG; ValueError if it is neither."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        wide, high = unpack(">II", data[16:24])
        return wide, high, "png"
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 < len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            high, wide = unpack(">HH", data[at + 5 : at + 9])
            return wide, high, "jpeg"
        at += 2 + size
    raise ValueError("the logo is neither PNG nor JPEG")
