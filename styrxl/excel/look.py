"""The look: colours, fonts, sizes and styles of everything that styrxl shows, in this one place.

``form_styles`` and ``report_styles`` say it in the words of the libraries that write forms and reports.

A municipality replaces name, logo and accent colour; the rest stays, so that each pair of colours keeps its contrast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack
from typing import Any, Literal

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


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How cells of one kind look: their letters, what is behind and around them (colours as six hexadecimal digits), where a text lies."""

    name: str
    size: int = BODY
    bold: bool = False
    underlined: bool = False
    colour: str | None = INK
    fill: str | None = None
    horizontal: Literal["left", "right"] | None = None
    vertical: Literal["top", "center"] | None = None
    wrapped: bool | None = None
    indent: int = 0
    number_format: str = "General"
    lined: bool = False
    locked: bool = True


def list_styles(look: Look = STANDARD) -> Iterator[CellStyle]:
    """Yield every cell style; ``input_*`` are open to typing, all others locked."""
    accent = look.accent.removeprefix("#")
    middle: Any = {"vertical": "center"}
    top, near = _aligned(vertical="top"), _aligned("left")
    far, inset = _aligned("right"), _aligned("left", indent=1)
    white: Any = {"bold": True, "colour": WHITE, "fill": accent}
    link: Any = {"colour": accent, "underlined": True}
    total: Any = {"bold": True, "fill": LOCKED, "lined": True}
    yield CellStyle("title", TITLE, bold=True, colour=accent, **middle)
    yield CellStyle("section", SECTION, bold=True, colour=accent, **middle)
    yield CellStyle("help", **middle)
    yield CellStyle("bold_line", bold=True, **middle)
    yield CellStyle("body", **top)
    yield CellStyle("bold", bold=True, **top)
    yield CellStyle("word", **near)
    yield CellStyle("back", **link, **far)
    yield CellStyle("heading", **white, **_aligned())
    yield CellStyle("heading_line", **white, **inset)
    for count, size in SPACERS.items():
        yield CellStyle(f"spacer_{count}", size, colour=None)
    yield CellStyle("id", SMALL, colour=GREY, fill=LOCKED, **top, lined=True)
    yield CellStyle("check", **top, lined=True)
    yield CellStyle("label", fill=LOCKED, **near, lined=True)
    yield CellStyle("figure", **total, **far, number_format=NUMBER_FORMAT + AIR)
    yield CellStyle("figure_left", **total, **near, number_format=NUMBER_FORMAT)
    yield CellStyle("fact", fill=LOCKED, **inset, lined=True)
    yield CellStyle("cell", **inset, lined=True)
    yield CellStyle("cell_link", **link, **inset, lined=True)
    yield CellStyle("list_link", **link, **top, lined=True)
    yield CellStyle("count", **_aligned("right", indent=1), number_format="0", lined=True)
    yield CellStyle("total", **total, **inset)
    yield CellStyle("total_count", **total, **_aligned("right", indent=1), number_format="0")
    yield CellStyle("sum_text", **total, **_aligned("left", vertical="top"))
    yield CellStyle("sum_number", **total, **_aligned("right", vertical="top"), number_format=NUMBER_FORMAT + AIR)
    yield CellStyle("sample", fill=INPUT, **inset, lined=True)
    for name, tone in (("good", GOOD), ("mend", MEND), ("watch", WATCH)):
        yield CellStyle(name, colour=tone.ink, fill=tone.fill, **inset, lined=True)
    for kind, form in _FORMATS.items():
        aligned = _aligned("right" if kind in {"integer", "number"} else "left", vertical="top")
        yield CellStyle(f"input_{kind}", fill=INPUT, **aligned, number_format=form, lined=True, locked=False)
        yield CellStyle(f"locked_{kind}", fill=LOCKED, **aligned, number_format=form, lined=True)


def _aligned(horizontal: Literal["left", "right"] | None = None, *, vertical: Literal["top", "center"] = "center", indent: int = 0) -> Any:
    """Return where a text lies, as arguments of a style; texts to the right are not wrapped."""
    return {"horizontal": horizontal, "vertical": vertical, "wrapped": horizontal != "right", "indent": indent}


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
