"""Where print areas end in a form's workbook that has been filled in: empty rows are not printed, but for some to write on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from styrxl.excel.archive import read_deflated_parts, read_parts, zip_pieces
from styrxl.excel.sheet import escape_clean

PRINTED_BELOW = 2  # printed below the last row that is filled in
_WORKBOOK = "xl/workbook.xml"


def end_print_areas(data: bytes, last_rows: Mapping[str, int]) -> bytes:
    """Return a workbook that prints its tables no further than some rows below the last that is filled in.

    ``last_rows``: the Excel row of that, by the sheet's name; a sheet in which nothing is filled in has that of its headings.
    """
    text = read_parts(data)[_WORKBOOK].decode()
    for name, row in last_rows.items():
        quoted = re.escape(escape_clean("'" + name.replace("'", "''") + "'"))
        area = rf'(<definedName name="_xlnm\.Print_Area"[^>]*>{quoted}!\$A\$1:\$[A-Z]+\$)[0-9]+(?=</definedName>)'
        text = re.sub(area, rf"\g<1>{row + PRINTED_BELOW}", text)
    return b"".join(zip_pieces({**read_deflated_parts(data), _WORKBOOK: (text.encode(),)}))
