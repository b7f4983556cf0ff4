"""A sender's text made fit to show: no personal identity number in full, nothing that steers a terminal."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from functools import lru_cache

from stdnum import luhn
from stdnum.se import personnummer

from styrxl.model.addresses import show_addresses

# Dates of birth as people write them, a mark, and four digits; or a letter and three, TF and two, which stand for those that are
# not registered. Days are 60 higher in co-ordination numbers.
_BIRTH = r"((?:18|19|20)?\d{2})([-./ ]?)(0[1-9]|1[0-2])\2([0-2]\d|3[01]|[67]\d|8\d|9[01])"
_CANDIDATE = re.compile(rf"(?<!\d){_BIRTH}( ?[-+] ?|[ ]?)(\d{{4}}|[A-ZÅÄÖ]\d{{3}}|TF\d{{2}})(?!\d)(?![.,]\d)(?! ?(?:tkr|mkr|kr)\b)")
# One sign for another, so that places stay the same: dashes, spaces, and digits of full width.
_SIGNS = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000"), " "),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
}
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
_WITH_CENTURY = 8
# Control characters, which a cell may hold as _x001B_, and marks that turn the direction of the text around them.
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def make_showable(text: str) -> str:
    """Return a sender's text as it may stand in reports and logs."""
    return mask_persons(show_addresses(drop_steering(text)))


def drop_steering(text: str) -> str:
    """Return the text with a sign in the place of each that steers a terminal, or turns the direction of what stands around it."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


@lru_cache(maxsize=4096)
def mask_persons(text: str) -> str:
    """Return the text with every personal identity number's digits after the year hidden."""
    if text.isascii():
        return _CANDIDATE.sub(_mask, text)
    plain = text.translate(_SIGNS)
    if _INVISIBLE.search(plain):
        text = _INVISIBLE.sub("", text) if _CANDIDATE.sub(_mask, bare := _INVISIBLE.sub("", plain)) != bare else text
        plain = text.translate(_SIGNS)
    parts, end = [], 0
    for match in _CANDIDATE.finditer(plain):  # of the text itself all else stays as it is written
        parts += [text[end : match.start()], _mask(match)]
        end = match.end()
    return "".join([*parts, text[end:]]) if parts else text


def mask_number(number: float) -> str | None:
    """Return a number with its digits hidden, if they are somebody's: cells may hold one as a number."""
    digits = f"{number:.0f}" if 1e9 <= number < 1e13 and number == int(number) else ""
    text = mask_persons(digits)
    return text if text != digits else None


def _mask(match: re.Match[str]) -> str:
    year, between, month, day, mark, last = match.groups()
    if not _is_number(year + month + day, between, mark.strip(), last):
        return match[0]
    return f"{year}****{mark}****"


def _is_number(birth: str, between: str, mark: str, last: str) -> bool:
    if not last.isdecimal():  # has no digit to check: only a date with a mark, or of eight digits, says that it is one
        return (bool(mark) or (len(birth) == _WITH_CENTURY and not between)) and _is_date(birth)
    if between == " " and not mark:  # amounts and other numbers beside each other
        return False
    return _is_person(birth, last) or _is_coordination(birth, last)


def _is_date(birth: str) -> bool:
    years = [birth[:4]] if len(birth) == _WITH_CENTURY else [f"19{birth[:2]}", f"20{birth[:2]}"]
    day = int(birth[-2:])
    for year in years:
        with suppress(ValueError):
            date(int(year), int(birth[-4:-2]), day - 60 if day > 60 else day)
            return True
    return False


def _is_person(birth: str, last: str) -> bool:
    return bool(personnummer.is_valid(f"{birth}-{last}"))


def _is_coordination(birth: str, last: str) -> bool:
    """Tell whether it is a co-ordination number, which has 60 added to its day."""
    day = int(birth[-2:])
    return 61 <= day <= 91 and bool(luhn.is_valid(birth[-6:] + last))
