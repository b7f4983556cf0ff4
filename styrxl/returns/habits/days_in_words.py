"""Days as plans have them: «mars», «vt 2027», «v. 10–12», «slutet av maj», ``2027-05``, a school year.

A text becomes words and numbers, whose kinds are held against the shapes that days have. The words stand in ``sheets/words.yaml``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from styrxl.returns import cell_values
from styrxl.returns.letters import make_plain

LONGEST = 60  # characters; nothing longer is a day
_MARKS = re.compile(r"(?<!\d)[.,:]|[.,:](?!\d)")
_SHORT_YEAR = re.compile(r"['’´](?=\d\d(?!\d))")
_QUOTES = "'’‘´`"
_NUMBERED = re.compile(r"(\d):([ae])\b")
_TOKEN = re.compile(r"\d+(?:st|nd|rd|th|[ae])\b|\d+|[^\W\d_]+|[-/]")
_OTHER_SIGN = re.compile(r"[^\w\s/-]|_")
_YEARS = range(2015, 2100)
_NEAR = 5  # years from the round's: «maj 27» may be one of them, «maj 15» is a day


Bound = Literal["start", "end"]
_BEFORE: Mapping[Bound | None, str] = {None: "", "start": "DB", "end": "DE"}


class Days(NamedTuple):
    """A stretch of days, one day where both are the same; ``assumed``: its year was not written."""

    first: date
    last: date
    assumed: bool = False


class _Token(NamedTuple):
    """A word or a number of a text.

    ``kind``: M month, C counted part, W week, O ordinal, S named part, G ongoing, Y year, N number, n number such as 15th; D, B, E what
    may stand before a day (anywhere, at a start, at an end); ``-`` and ``/`` are themselves.
    """

    kind: str
    value: Any


class DayWords:
    """The words with which people write days, as ``sheets/words.yaml`` has them under ``days``."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Take the words."""
        self._fillers = frozenset(raw["fillers"])
        known: dict[str, Mapping[Any, Sequence[str]]] = {
            "W": {0: raw["week"]},
            "G": {0: raw["ongoing"]},
            "D": {0: raw["during"]},
            "B": {0: raw["starting"]},
            "E": {0: raw["ending"]},
            "C": {int(months): names for months, names in raw["counted"].items()},
            "M": dict(enumerate(raw["months"], 1)),
            "O": dict(enumerate(raw["ordinals"], 1)),
            "S": {tuple(named["months"]): named["names"] for named in raw["named"]},
        }
        texts = ((kind, value, text) for kind, values in known.items() for value, names in values.items() for text in names)
        self._phrases = {self._words(_fold(text)): _Token(kind, value) for kind, value, text in texts}
        self._longest = max(map(len, self._phrases))
        between = sorted((" ".join(_split(_fold(text))) for text in raw["between"]), key=len, reverse=True)
        self._between = re.compile(rf"\s*-\s*|(?<=[^\W\d])\s*/\s*(?=[^\W\d])|\s(?:{'|'.join(map(re.escape, between))})\s")

    def _words(self, text: str) -> tuple[str, ...]:
        return tuple(word for word in _split(text) if word not in self._fillers)

    def read(self, typed: str, year: int | None, bound: Bound | None = None) -> Days | None:
        """Return the days that a text means, None where it is none or may mean several; a year that is not written is ``year``.

        ``bound``: what starts or ends then; only so may words such as «från» and «slutet av» stand before.
        """
        text = _fold(typed)
        before = _BEFORE[bound]
        return self._part(text, year, before) or self._range(text, year, before)

    def is_ongoing(self, typed: str) -> bool:
        """Tell whether a text says that something goes on, and no day."""
        return [token.kind for token in self._tokens(_fold(typed)) or ()] == ["G"]

    def _range(self, text: str, year: int | None, before: str) -> Days | None:
        """Read two days with a dash or a word between; what one of them leaves out it has from the other."""
        for match in self._between.finditer(text):
            first, last = _complete(text[: match.start()], text[match.end() :])
            start, end = self._part(first, year, before), self._part(last, year)
            if start and end and start.first <= end.first:
                return Days(start.first, end.last, start.assumed or end.assumed)
        return None

    def _part(self, text: str, year: int | None, before: str = "") -> Days | None:
        numeric = cell_values.read_day(text.strip(), year)
        if numeric.value is not None:
            return Days(numeric.value, numeric.value, numeric.year_assumed)
        tokens = self._tokens(text)
        while tokens and (tokens[0].kind in before or (tokens[0].kind == "G" and len(tokens) > 1)):
            tokens = tokens[1:]
        return _read_tokens(tokens, year) if tokens else None

    def _tokens(self, text: str) -> list[_Token] | None:
        """Return what a text consists of; None where a word is not known."""
        words = self._words(text)
        tokens: list[_Token] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                token = self._phrases.get(words[at : at + length]) or (_read_number(words[at]) if length == 1 else None)
                if token:
                    tokens.append(token)
                    at += length
                    break
            else:
                return None
        return tokens


def _fold(typed: str) -> str:
    """Return a text in small letters and without the marks of abbreviations; «'27» is a year as «-27» is."""
    plain = _SHORT_YEAR.sub("-", make_plain(typed).strip(_QUOTES + ' "')).casefold()
    return " ".join(_MARKS.sub(" ", _NUMBERED.sub(r"\1\2", plain)).split())


def _split(text: str) -> list[str]:
    """Return the words and numbers of a folded text; none where it has other signs than days are written with."""
    return [] if _OTHER_SIGN.search(text) else _TOKEN.findall(text)


def _read_number(word: str) -> _Token | None:
    if word in {"-", "/"}:
        return _Token(word, word)
    digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
    if not digits.isdecimal() or len(digits) > 4:
        return None
    number = int(digits)
    if len(digits) == 4:
        return _Token("Y", number) if number in _YEARS and digits == word else None
    return _Token("N" if digits == word else "n", number) if len(digits) <= 2 else None


def _complete(first: str, last: str) -> tuple[str, str]:
    """Give each end of a range what it shares with the other: «1–15 mars», «v. 10–12», «mars–maj 2027»."""
    bare = re.fullmatch(r"(.*?)\b(\d{1,2})", first)
    rest = re.fullmatch(r"(\d{1,2})\b(.*)", last)
    if rest and bare and not bare[1].strip() and rest[2].strip(" .") and not re.fullmatch(r"\s*\d{4}", rest[2]):
        first = f"{first}{rest[2]}"
    elif rest and (unit := re.match(r"[^\W\d_]+\.? ?(?=\d)", first)):
        last = f"{unit[0]}{last}"
    year = re.search(r"\b\d{4}$", last)
    if year and not re.search(r"\d{4}", first):
        first = f"{first} {year[0]}"
    return first, last


def _read_tokens(tokens: Sequence[_Token], year: int | None) -> Days | None:
    """Return the days that tokens mean, None where they are in no order that is known or name no day."""
    shape = "".join(token.kind for token in tokens)
    values = {kind: [token.value for token in tokens if token.kind == kind] for kind in shape}
    for pattern, read, short_year in _SHAPES:
        if re.fullmatch(pattern, shape):
            given = _long_year(values["N"][-1]) if short_year else next(iter(values.get("Y", ())), None)
            if given not in _YEARS and (short_year or year is None):
                return None
            try:
                days = read(values, given or year or 0)
            except ValueError:  # there is no such day
                return None
            return days._replace(assumed=given is None) if days else None
    return None


_Values = Mapping[str, Sequence[Any]]


def _long_year(number: int) -> int:
    return 2000 + number if number < 100 else number


def _months(first: tuple[int, int], last: tuple[int, int]) -> Days:
    """Return the days of some months, given as (year, month)."""
    return Days(date(*first, 1), date(*last, monthrange(*last)[1]))


def _read_month(values: _Values, year: int) -> Days | None:
    month = (values.get("M") or values["N"])[0]
    return _months((year, month), (year, month)) if month <= 12 else None


def _read_day(values: _Values, year: int) -> Days | None:
    day = date(year, values["M"][0], (values.get("N") or values["n"])[0])
    return Days(day, day)


def _read_day_after_month(values: _Values, year: int) -> Days | None:
    """Read «March 15»; «March 27» may be in 2027."""
    unclear = "Y" not in values and "N" in values and abs(_long_year(values["N"][0]) - year) <= _NEAR
    return None if unclear else _read_day(values, year)


def _read_counted(values: _Values, year: int) -> Days | None:
    length, number = values["C"][0], (values.get("O") or values.get("n") or values["N"])[0]
    last = length * number
    return _months((year, last - length + 1), (year, last)) if number and last <= 12 else None


def _read_week(values: _Values, year: int) -> Days | None:
    monday = date.fromisocalendar(year, values["N"][0], 1)
    return Days(monday, monday + timedelta(days=6))


def _read_named(values: _Values, year: int) -> Days | None:
    first, last = values["S"][0]
    return _months((year, first), (year, last)) if first <= last else None  # what goes on into the next year needs both


def _read_named_over_two_years(values: _Values, _: int) -> Days | None:
    first, last = values["S"][0]
    begun, ended = (_long_year(number) for number in (*values.get("Y", ()), *values.get("N", ())))
    return _months((begun, first), (ended, last)) if first > last and ended == begun + 1 else None


def _read_year(_: _Values, year: int) -> Days | None:
    return _months((year, 1), (year, 12))


# What days look like as kinds of tokens, how they are read, and whether the last number is a year of two digits.
_SHAPES: tuple[tuple[str, Callable[[_Values, int], Days | None], bool], ...] = (
    ("MY?|YM|Y[-/]N|N[-/]Y", _read_month, False),
    ("M-N", _read_month, True),
    ("[Nn]MY?", _read_day, False),
    ("M[Nn]Y?", _read_day_after_month, False),
    ("CNY?|Y-?CN|[On]CY?", _read_counted, False),
    ("CN-?N", _read_counted, True),
    ("WNY?|Y-?WN", _read_week, False),
    ("SY?|YS", _read_named, False),
    ("S-?N", _read_named, True),
    ("SY[-/]Y", _read_named_over_two_years, False),
    ("S[YN][-/]N", _read_named_over_two_years, True),
    ("Y", _read_year, False),
)
