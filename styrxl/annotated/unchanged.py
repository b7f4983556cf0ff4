"""Formulas that hold for as long as nobody has changed a cell: what goes out when something has been mended."""

from __future__ import annotations

import re
from typing import Any

from styrxl.excel.cells import CellError, count_letters, exact_number, excel_number
from styrxl.excel.formula_text import quote
from styrxl.returns.tables import is_blank

_COMPARED = 200  # letters of a text that a formula holds: it may have several such texts


def build_unchanged_formula(ref: str, value: Any) -> str:
    """Return a formula that holds as long as a cell holds a value."""
    match value:
        case CellError():
            return f"ISERROR({ref})"
        case bool():
            same = f"{ref}={str(value).upper()}"
        case str() if not is_blank(value):
            same = _same_text_formula(ref, value)
        case int() | float():
            same = f"AND(ISNUMBER({ref}),{ref}={exact_number(value)})"
        case _ if is_blank(value):
            same = f'TRIM({ref})=""'
        case _:
            number = excel_number(value)[0]
            same = f"AND(ISNUMBER({ref}),ABS({ref}-{exact_number(number or 0)})<0.00001)"
    return f"IFERROR({same},TRUE)"


def _same_text_formula(ref: str, text: str) -> str:
    """Compare a text letter by letter as far as a formula can hold it, and then by its length."""
    length = count_letters(text)
    plainly = re.match("[^\x00-\x1f\ud800-\uffff\U00010000-\U0010ffff]*", text)
    head = plainly[0][:_COMPARED] if plainly else ""
    return f"EXACT({ref},{quote(text)})" if head == text else f"AND(LEN({ref})={length},EXACT(LEFT({ref},{len(head)}),{quote(head)}))"
