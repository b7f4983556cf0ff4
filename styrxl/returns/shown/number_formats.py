"""What a number format of Excel makes of a number: percent, thousands, a unit, nothing at all.

As ECMA-376 part 1 has it (18.8.31 ``numFmts``): up to four sections, for numbers above, below and at zero, and for texts. Only that is
told which changes what a number says: how many decimals show, or in which colour, does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

# Those that Excel knows by number alone and that are no plain numbers. The currency is that of the reader: the krona, here.
_KRONOR = dict.fromkeys(("5", "6", "7", "8", "42", "44"), '#,##0 "kr"')
BUILT_IN: Mapping[str, str] = {"9": "0%", "10": "0.00%", "17": "mmm-yy", **_KRONOR}
_TOKEN = re.compile(
    r'"([^"]*)"'  # a text
    r"|\\(.)"  # a letter
    r"|_.|\*."  # room as wide as a letter; a letter to fill the cell with: neither says anything
    r"|\[\$([^\]-]*)[^\]]*\]"  # a currency, and a language
    r"|\[([<>=]+)(-?[\d.]+)\]"  # a condition
    r"|\[[^\]]*\]"  # a colour, or hours beyond 24
    r"|(General|[0#?]+|[.,])"
    r"|(E[+-])|(%)"
    r"|(AM/PM|A/P|[ymdhsbg]+)|(@)|(.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTION = re.compile(r'(?:"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[^;])*', re.DOTALL)
_AT = 9  # the place of @ among the token's groups
_LONGEST = 400  # characters of a format; Excel takes 255
_SIGNS = "-−–+()"
_MANY_DIGITS = 15  # that Excel keeps of a number


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """What a cell shows of its number: ``number`` is what it says, unrounded, in ``unit`` ('' for none)."""

    number: float
    unit: str = ""
    visible: bool = True  # False: no digit shows, at most the unit
    signed: bool = True  # False: a number below zero looks like one above

    @property
    def text(self) -> str:
        """The number and its unit as a person would type them."""
        if not self.visible:
            return self.unit
        digits = format(Decimal(f"{self.number:.{_MANY_DIGITS}g}"), "f")
        before, _, decimals = digits.partition(".")
        whole = f"{int(before):,}".replace(",", "\N{NO-BREAK SPACE}") if int(before) else before
        if len(decimals) == 3:  # 1,234 could be read as thousands
            decimals += "0"
        return f"{whole},{decimals} {self.unit}".rstrip() if decimals else f"{whole} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format."""

    unit: str
    percents: int
    thousands: int
    has_digits: bool
    has_sign: bool  # a minus or brackets of its own
    days: str  # the letters of a date or time, if it is one
    condition: tuple[str, float] | None

    @property
    def is_date(self) -> bool:
        """Whether a number shows as a date or a time."""
        return bool(self.days)

    @property
    def plain(self) -> bool:
        """Whether a number shows as it is."""
        return self.is_date or (self.has_digits and not (self.unit or self.percents or self.thousands))

    def takes(self, number: float) -> bool:
        """Whether the section's condition holds for a number."""
        assert self.condition is not None
        sign, bound = self.condition
        holds = {"<": number < bound, ">": number > bound, "=": number == bound}
        return any(holds[each] for each in sign) if sign != "<>" else number != bound


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format; ``notable`` where some number says something else in it than its value does."""

    sections: tuple[_Section, ...]

    @property
    def notable(self) -> bool:
        """Whether any number may look like another one in this format, or have a unit; a zero that does not show is nothing."""
        below = self.sections[1:2] if not self._conditional else ()
        hides_sign = any(not s.has_sign and s.has_digits and not s.is_date for s in below)
        numbers = self.sections if self._conditional else self.sections[:2]
        return hides_sign or bool(self.part_of_date) or not all(section.plain for section in numbers)

    @property
    def part_of_date(self) -> str:
        """``month`` or ``year``, where no more of a date shows than that; else ''."""
        letters = self.sections[0].days
        if "y" not in letters or any(each in letters for each in "dhs"):
            return ""
        return "month" if "m" in letters else "year"

    @property
    def _conditional(self) -> bool:
        return any(section.condition for section in self.sections)

    def show(self, number: float) -> ShownNumber:
        """Return what a cell with this format shows of a number."""
        section = self._choose(number)
        if section is None or (section.is_date or number == 0):
            return ShownNumber(number)
        if not section.has_digits:
            return ShownNumber(number, section.unit, visible=False)
        value = number * 100.0**section.percents / 1000.0**section.thousands
        own_section = number < 0 and len(self.sections) > 1 and not self._conditional
        return ShownNumber(float(f"{value:.{_MANY_DIGITS}g}"), section.unit, signed=not own_section or section.has_sign)

    def _choose(self, number: float) -> _Section | None:
        """Return the section for a number; None where none fits (Excel fills the cell with ``#`` then)."""
        if self._conditional:
            fitting = (s for s in self.sections[:3] if s.condition is None or s.takes(number))
            return next(fitting, None)
        index = 1 if number < 0 else 2 if number == 0 else 0
        return self.sections[index if index < min(len(self.sections), 3) else 0]


@lru_cache(maxsize=4_096)
def parse_number_format(code: str) -> NumberFormat:
    """Return a number format by its code; one that is too long shows numbers as they are."""
    sections = _split_sections(code) if len(code) <= _LONGEST else ["General"]
    # A fourth section is for texts, and so is one that holds an @ alone.
    parsed = [_parse_section(text) for text in sections[:3]]
    numbers = [section for text, section in zip(sections, parsed, strict=False) if not (_is_for_texts(text) and section is not parsed[0])]
    return NumberFormat(tuple(numbers))


def _split_sections(code: str) -> list[str]:
    sections, at = [], 0
    while at <= len(code):
        match = _SECTION.match(code, at)
        assert match is not None
        sections.append(match[0])
        at = match.end() + 1
    return sections


def _is_for_texts(section: str) -> bool:
    return any(token[_AT] for token in _TOKEN.findall(section))


def _parse_section(text: str) -> _Section:
    before, after, pattern = "", "", ""
    percents, days, condition, sign = 0, "", None, False
    for quoted, letter, currency, compared, bound, digits, exponent, percent, day, at, other in _split_tokens(text):
        literal = quoted or letter or currency or other or percent
        percents += bool(percent)
        days += day.lower()
        if compared:
            condition = (compared, _read_bound(bound))
        if literal:
            sign = sign or any(each in literal for each in _SIGNS)
            before, after = (before, after + literal) if pattern else (before + literal, after)
        pattern += digits or exponent or at
    unit = name_unit(before, after)
    has_digits = any(each in pattern.lower() for each in ("0", "#", "?", "general", "@"))
    return _Section(unit, percents, _count_thousands(pattern), has_digits, sign, "" if _has_places(pattern) else days, condition)


def _split_tokens(text: str) -> list[tuple[str, ...]]:
    return [groups for groups in _TOKEN.findall(text) if any(groups)]


def _read_bound(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _has_places(pattern: str) -> bool:
    """Whether a pattern is one of a number: what has letters of dates, too, is a date whose seconds have decimals."""
    return pattern[:1] not in {"", "."}


def _count_thousands(pattern: str) -> int:
    """Return by how many thousands a number is divided: the commas that follow the last place, or the last one before the decimals."""
    whole, _, decimals = pattern.partition(".")
    return sum(len(part) - len(part.rstrip(",")) for part in (whole, decimals) if any(each in part for each in "0#?"))


def name_unit(before: str, after: str) -> str:
    """Return what stands before and after a number, without signs and spaces; a krona's ``:-`` is a unit, too."""
    parts = (part.replace("\u00a0", " ").strip() for part in (after, before))
    kept = (part if part == ":-" else part.strip(f"{_SIGNS}:;/.,' ") for part in parts)
    return " ".join(part for part in kept if part)
