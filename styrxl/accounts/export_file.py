"""An export of the accounts, whatever kind of file it is, as the table that its mapping speaks of."""

from __future__ import annotations

from collections.abc import Iterable

from styrxl.accounts.grid import ExportRefusedError, Grid
from styrxl.accounts.sie_file import is_sie, read_sie_file
from styrxl.accounts.table import Table, list_amount_columns, read_table
from styrxl.accounts.text_file import read_text_file
from styrxl.accounts.workbook_file import read_workbook_file
from styrxl.descriptions.outcome_mapping import OutcomeMapping
from styrxl.model.catalogue import Word
from styrxl.model.limits import MB, Limits
from styrxl.model.rounds import Round
from styrxl.returns.package.file_type import WORKBOOKS, find_kind, is_zip

_TEXTS = ("csv", "text")


def read_export(data: bytes, name: str, mapping: OutcomeMapping, round_: Round, limits: Limits) -> Table:
    """Return an export's table for a round; raises ExportRefusedError."""
    if len(data) > limits.file_mb * MB:
        raise ExportRefusedError(Word("export_too_heavy", {"mb": len(data) // MB, "high": limits.file_mb}))
    sie = is_sie(data)
    if sie != (mapping.export.format == "sie"):
        raise ExportRefusedError(Word("export_is_sie" if sie else "export_is_no_sie"))
    if sie:
        return read_sie_file(data, name, mapping, round_)
    return read_table(_read_grids(data, name, mapping, limits), mapping, list_amount_columns(mapping))


def _read_grids(data: bytes, name: str, mapping: OutcomeMapping, limits: Limits) -> Iterable[Grid]:
    kind = "xlsx" if is_zip(data) else find_kind(data)
    if kind in WORKBOOKS or kind in {"locked", "damaged"}:
        return read_workbook_file(data, limits, mapping.export.sheet)
    if kind not in _TEXTS and not (kind == "unknown" and _is_utf16(data)):
        raise ExportRefusedError(Word("export_kind", {"what": Word(f"kind_{kind}")}))
    given = mapping.export.given
    encoding = mapping.export.encoding if "encoding" in given else None
    return read_text_file(data, name, encoding, mapping.export.delimiter if "delimiter" in given else None)


def _is_utf16(data: bytes) -> bool:
    """Whether it is text of two bytes a letter, which looks like none to those who know only the usual kinds of file."""
    return data[:2_000].count(b"\0") * 4 > len(data[:2_000])
