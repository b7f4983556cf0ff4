"""The file of a report: what XlsxWriter has written, with what it cannot write, packed into the same bytes each time."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from io import BytesIO
from zipfile import ZipFile

from styrxl.excel.archive import make_entry
from styrxl.excel.beyond_libraries import set_addresses, set_chart_language, set_language

_PROPERTIES = "docProps/core.xml"


def finish_file(written: BytesIO, language: str, addresses: Sequence[str]) -> bytes:
    """Return the workbook that XlsxWriter has written in a language, with the addresses that its links have the numbers of.

    It is packed anew, by Python's own zlib: XlsxWriter lets zipfile take times and rights from the files that it passes on.
    """
    made = BytesIO()
    with ZipFile(written) as before, ZipFile(made, "w") as after:
        for name in before.namelist():
            entry = make_entry(name)
            if name == _PROPERTIES:
                after.writestr(entry, set_language(before.read(name), language))
            elif name.startswith("xl/charts/chart"):
                after.writestr(entry, set_chart_language(before.read(name), language))
            elif name.startswith("xl/worksheets/_rels/"):
                after.writestr(entry, set_addresses(before.read(name), addresses))
            else:  # a large sheet is never there as a whole
                with before.open(name) as part, after.open(entry, "w") as copy:
                    shutil.copyfileobj(part, copy)
    return made.getvalue()
