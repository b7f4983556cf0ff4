"""What a number looks like, told from the number and the text that shows: for OpenDocument, which keeps both."""

from __future__ import annotations

import re

from styrxl.returns.shown.number_formats import ShownNumber, name_unit

_SCALES = (1, 1_000, 1_000_000, 1_000_000_000)
_MOST_DECIMALS = 12
_MOST_DIGITS = 40
_DIGITS = re.compile(r"[^\d]*(\d[\d\s.,'\u00a0\u202f]*\d|\d)")
_POWER = re.compile(r"E[+-]?\d", re.IGNORECASE)
_BELOW_ZERO = ("-", "−", "(")


def see_number(number: float, text: str) -> ShownNumber:
    """Return what a cell shows of its number, given the text that it shows; the number itself where the text is of another kind."""
    match = _DIGITS.match(text)
    if match is None:
        return ShownNumber(number, name_unit("", text), visible=False) if number else ShownNumber(number)
    begin, end = match.span(1)
    if _POWER.match(text, end):
        return ShownNumber(number)
    unit = name_unit(text[:begin], text[end:])
    percents = text.count("%")
    digits = re.sub(r"\D", "", match[1])[:_MOST_DIGITS]
    scaled = abs(number) * 100.0**percents
    scale = next((scale for scale in _SCALES if _is_written(scaled / scale, digits)), None)
    if scale is None:  # a fraction
        return ShownNumber(number)
    signed = number >= 0 or any(sign in text for sign in _BELOW_ZERO) or not digits.strip("0")
    return ShownNumber(float(f"{number * 100.0**percents / scale:.15g}"), unit, signed=signed)


def _is_written(number: float, digits: str) -> bool:
    """Whether digits are those of a number, rounded to any count of decimals."""
    written, most = int(digits), min(len(digits), _MOST_DECIMALS)
    return any(abs(number * 10**decimals - written) <= 0.5 + 1e-9 * abs(written) for decimals in range(most + 1))
