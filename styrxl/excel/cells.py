"""Single cells of a form's skeleton as XML: answers and marks put into them, in formats that the skeleton may not have yet."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

from styrxl.excel import measure
from styrxl.excel.finish import CELL
from styrxl.excel.formula_text import day_number
from styrxl.excel.limits import MOST_LETTERS
from styrxl.excel.sheet import CLOSE, OPEN

SIGNS = ("=", "+", "-", "@", "'")  # a text that begins so becomes a formula when somebody edits its cell
_ROW = re.compile(r'<row r="([0-9]+)"[^>]*>')
_HEIGHT = re.compile(r' ht="([0-9.]+)"')
_STYLE = re.compile(r' s="([0-9]+)"')
_XF = re.compile(r"<xf [^>]*/>|<xf [^>]*[^/]>.*?</xf>")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_TOKENS = {OPEN: f"&#{ord(OPEN)};", CLOSE: f"&#{ord(CLOSE)};"}  # a sender's own such letters must not be taken for tokens
_SECONDS = 86_400
_FALSE_LEAP_DAY = 60  # Excel counts a 29 February 1900
_FORMATS = {"general": 0, "time": 20, "moment": 22, "duration": 46}


@dataclass(frozen=True, slots=True)
class SkeletonCell:
    """A cell of a skeleton: where it stands in the sheet's XML, its style, and its formula as XML."""

    start: int
    end: int
    style: int
    formula: str


@dataclass(frozen=True, slots=True)
class SkeletonSheet:
    """A sheet of a skeleton, its cells and rows found once; ``rows``: where a row's tag stands, and its height."""

    text: str
    slots: Mapping[str, SkeletonCell]
    rows: Mapping[int, tuple[int, int, float]]

    @classmethod
    def of(cls, xml: bytes) -> SkeletonSheet:
        """Find the cells and rows of a sheet as ``finish.finish_parts`` wrote it."""
        text = xml.decode()
        slots = {}
        for match in CELL.finditer(text):
            style, content = _STYLE.search(match[2]), match[3] or ""
            formula = content[: content.index("</f>") + 4] if "</f>" in content else ""
            slots[match[1]] = SkeletonCell(match.start(), match.end(), int(style[1]) if style else 0, formula)
        rows = {}
        for match in _ROW.finditer(text):
            height = _HEIGHT.search(match[0])
            rows[int(match[1])] = (match.start(), match.end(), float(height[1]) if height else measure.LINE_HEIGHT)
        return cls(text, slots, rows)

    def painted(self, cells: Mapping[str, str], heights: Mapping[int, float]) -> str:
        """Return the sheet's XML with some cells replaced, and some rows made higher."""
        changes = [(self.slots[ref].start, self.slots[ref].end, xml) for ref, xml in cells.items()]
        for row, height in heights.items():
            start, end, before = self.rows[row]
            if height > before:
                tag = self.text[start:end]
                changes.append((start, end, _HEIGHT.sub(f' ht="{height:g}"', tag)))
        pieces, done = [], 0
        for start, end, xml in sorted(changes):
            pieces += [self.text[done:start], xml]
            done = end
        return "".join([*pieces, self.text[done:]])


@dataclass(slots=True)
class AddedStrings:
    """Shared strings beyond those of the skeleton."""

    first: int  # the number of the next one
    numbers: dict[str, int] = field(default_factory=dict)
    uses: int = 0

    def number(self, text: str) -> int:
        """Return the number of a text."""
        self.uses += 1
        return self.numbers.setdefault(text, self.first + len(self.numbers))

    def added(self, xml: str) -> str:
        """Return the shared strings of the skeleton with these after them."""
        entries = "".join(f'<si><t xml:space="preserve">{escape_every_letter(text)}</t></si>' for text in self.numbers)
        xml = re.sub(r' count="(\d+)"', lambda m: f' count="{int(m[1]) + self.uses}"', xml, count=1)
        xml = re.sub(r' uniqueCount="(\d+)"', lambda m: f' uniqueCount="{int(m[1]) + len(self.numbers)}"', xml, count=1)
        return xml.removesuffix("</sst>") + entries + "</sst>"


def escape_every_letter(text: str) -> str:
    """Return a text as a cell's XML has it: letters that XML forbids come as Excel writes them, and come back as they were."""
    return escape(_NO_XML.sub(lambda m: f"_x{ord(m[0]):04X}_", _ESCAPED.sub("_x005F_", text[:MOST_LETTERS])), _TOKENS)


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """A stylesheet taken apart: what stands before, between and after its cell formats, and the numbers of a few looks."""

    before: str
    formats: tuple[str, ...]
    after: str
    tones: Mapping[str, tuple[str, str]]  # mend, watch -> font, fill
    date: int  # the number of the date format

    @classmethod
    def of(cls, xml: str) -> StyleSheet:
        """Take a stylesheet apart as openpyxl wrote it."""
        before, _, rest = xml.partition("<cellXfs ")
        formats, _, after = rest.partition("</cellXfs>")
        named = _XF.findall(before.partition("<cellStyleXfs ")[2])
        ids = dict(re.findall(r'<cellStyle name="styrxl (\w+)" xfId="(\d+)"', after))
        tones = {
            tone: (_attribute("fontId", named[int(ids[tone])]), _attribute("fillId", named[int(ids[tone])])) for tone in ("mend", "watch")
        }
        return cls(before, tuple(_XF.findall(formats)), after, tones, int(_attribute("numFmtId", named[int(ids["input_date"])])))


def _attribute(attribute: str, xf: str) -> str:
    found = re.search(rf'{attribute}="(\d+)"', xf)
    return found[1] if found else "0"


@dataclass(slots=True)
class AddedFormats:
    """Cell formats beyond those of the skeleton, each made when it is first asked for."""

    sheet: StyleSheet
    made: dict[tuple[int, str, str, bool, bool], int] = field(default_factory=dict)

    def like(self, style: int, *, tone: str = "", form: str = "", quoted: bool = False, free: bool = False) -> int:
        """Return a format like another, but for its tone (mend or watch), number format, quote before it, or being free to type in."""
        if not (tone or form or quoted or free):
            return style
        key = (style, tone, form, quoted, free)
        return self.made.setdefault(key, len(self.sheet.formats) + len(self.made))

    def is_date(self, style: int) -> bool:
        """Whether a format shows numbers as dates."""
        return int(_attribute("numFmtId", self.sheet.formats[style])) == self.sheet.date

    def xml(self, dxfs: str) -> str:
        """Return the stylesheet; ``dxfs`` are formats of conditions beyond the skeleton's."""
        formats = [*self.sheet.formats, *(self._format(*key) for key in self.made)]
        after = self.sheet.after
        if dxfs:
            after = re.sub(r'<dxfs count="(\d+)">', lambda m: f'<dxfs count="{int(m[1]) + dxfs.count("<dxf>")}">', after)
            after = after.replace("</dxfs>", f"{dxfs}</dxfs>")
        return f'{self.sheet.before}<cellXfs count="{len(formats)}">{"".join(formats)}</cellXfs>{after}'

    def _format(self, style: int, tone: str, form: str, quoted: bool, free: bool) -> str:  # noqa: FBT001 -- unpacked from its key
        xf = self.sheet.formats[style]
        if tone:
            font, fill = self.sheet.tones[tone]
            xf = re.sub(r'fillId="\d+"', f'fillId="{fill}"', re.sub(r'fontId="\d+"', f'fontId="{font}"', xf))
        if form:
            number = self.sheet.date if form == "date" else _FORMATS[form]
            xf = re.sub(r'numFmtId="\d+"', f'numFmtId="{number}"', xf)
        if quoted:
            xf = xf.replace('quotePrefix="0"', 'quotePrefix="1"')
        if free and 'locked="0"' not in xf:
            xf = xf.replace(" pivotButton", ' applyProtection="1" pivotButton').replace("</xf>", '<protection locked="0"/></xf>')
        return xf

    @property
    def conditions(self) -> int:
        """How many formats of conditions the skeleton has."""
        found = re.search(r'<dxfs count="(\d+)">', self.sheet.after)
        return int(found[1]) if found else 0


@dataclass(frozen=True, slots=True)
class CellWriter:
    """Writes cells: its texts go among the shared strings, its looks among the styles."""

    strings: AddedStrings
    styles: AddedFormats

    def cell(self, ref: str, style: int, value: Any, *, tone: str = "", formula: str = "", free: bool = False) -> str:
        """Return a cell's XML: a text stays a text, whatever it begins with; ``formula`` (as XML) has the value as its own."""
        kind, shown, form = self._shown(value, style, formula=bool(formula))
        quoted = not formula and kind == "s" and isinstance(value, str) and value.startswith(SIGNS)
        number = self.styles.like(style, tone=tone, form=form, quoted=quoted, free=free)
        typed = f' t="{kind}"' if kind else ""
        content = f"{formula}<v>{shown}</v>" if formula or shown else ""
        return f'<c r="{ref}" s="{number}"{typed}>{content}</c>' if content else f'<c r="{ref}" s="{number}"/>'

    def _shown(self, value: Any, style: int, *, formula: bool) -> tuple[str, str, str]:
        """Return the type, the value as XML has it, and the number format that shows it."""
        match value:
            case None:
                return "", "", ""
            case CellError():
                return "e", escape_every_letter(value), ""
            case str() if formula:
                return "str", escape_every_letter(value), ""
            case str():
                return ("s", str(self.strings.number(value)), "") if value else ("", "", "")
            case bool():
                return "b", str(int(value)), ""
            case int() | float() if math.isfinite(value):
                return "", exact_number(value), "general" if self.styles.is_date(style) and not formula else ""
        number, form = excel_number(value)
        if number is None:
            return "s", str(self.strings.number(str(value))), ""
        return "", exact_number(number), "" if form == "date" and self.styles.is_date(style) else form


def excel_number(value: Any) -> tuple[float | None, str]:
    """Return a day, moment, time of day or duration as Excel counts it, and the kind of format that shows it; None for what it cannot."""
    match value:
        case datetime():
            moment = value.replace(tzinfo=None)
            return (_day(moment.date()) or 0) + (moment - datetime.combine(moment.date(), time())).total_seconds() / _SECONDS, "moment"
        case date():
            return _day(value), "date"
        case time():
            return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / _SECONDS, "time"
        case timedelta():
            return value.total_seconds() / _SECONDS, "duration"
    return None, ""


def _day(day: date) -> int | None:
    number = day_number(day)
    if number <= _FALSE_LEAP_DAY:
        number -= 1
    return number if number >= 1 else None


def exact_number(number: float) -> str:
    """Return a number as XML has it, with all of its digits."""
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e15 else repr(float(number))


class CellError(str):
    """An error that a cell shows in place of a value, such as ``#DIV/0!``."""

    __slots__ = ()
