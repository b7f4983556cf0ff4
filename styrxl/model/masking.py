"""A sender's text made fit to show: no personal identity number in full, nothing that steers a terminal."""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum import luhn
from stdnum.se import personnummer

_CANDIDATE = re.compile(r"(?<![\d-])((?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[67]\d|8\d|9[01]))([-+ ]?)(\d{4})(?!\d)")
# Control characters, which a cell may hold as _x001B_, and marks that turn the direction of the text around them.
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def make_showable(text: str) -> str:
    """Return a sender's text as it may stand in reports and logs."""
    return mask_persons(_STEERING.sub("\N{REPLACEMENT CHARACTER}", text))


@lru_cache(maxsize=4096)
def mask_persons(text: str) -> str:
    """Return the text with every personal identity number's digits after the year hidden."""
    return _CANDIDATE.sub(_mask, text)


def mask_number(number: float) -> str | None:
    """Return a number with its digits hidden, if they are somebody's: cells may hold one as a number."""
    digits = f"{number:.0f}" if 1e9 <= number < 1e13 and number == int(number) else ""
    text = mask_persons(digits)
    return text if text != digits else None


def _mask(match: re.Match[str]) -> str:
    birth, mark, last = match.groups()
    if not (_is_person(birth, last) or _is_coordination(birth, last)):
        return match[0]
    return f"{birth[:-4]}****{mark}****"


def _is_person(birth: str, last: str) -> bool:
    return bool(personnummer.is_valid(f"{birth}-{last}"))


def _is_coordination(birth: str, last: str) -> bool:
    """Tell whether it is a co-ordination number, which has 60 added to its day."""
    day = int(birth[-2:])
    return 61 <= day <= 91 and bool(luhn.is_valid(birth[-6:] + last))
