"""Whether a workbook is still what was handed out: nobody has written anything in it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB
from styrxl.model.rounds import Round
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.workbook import ReturnedWorkbook
from styrxl.rounds.desk import Desk, name_file
from styrxl.store.files import read_file


def is_original(desk: Desk, round_: Round, returned: ReturnedWorkbook, reader: IsolatedReader) -> bool:
    """Tell whether a workbook holds what its owner was handed last in a round, cell by cell."""
    identity = returned.identity
    owner, form = identity.get("owner", ""), identity.get("form", "")
    if not owner or form not in desk.forms.names():
        return False
    path = desk.workspace.outbox(round_) / name_file(desk.forms, round_, owner, desk.forms.form(form))
    with suppress(StyrxlError):  # it need not be there any more
        data, _, _ = read_file(path, desk.limits.file_mb * MB)
        issued, _ = reader.read(data)
        return issued is not None and _list_cells(issued) == _list_cells(returned)
    return False


def _list_cells(workbook: ReturnedWorkbook) -> list[tuple[str, int, int, list[list[Any]]]]:
    """Return the cells of each sheet, without their looks: whoever opens a workbook and saves it may change those."""
    return [(sheet.name, sheet.top, sheet.left, sheet.rows) for sheet in workbook.sheets]
