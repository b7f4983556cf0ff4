"""Exports that are text: how they are encoded and what parts their columns, as said or as found out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from styrxl.accounts.grid import ExportRefusedError, Grid
from styrxl.model.catalogue import Word
from styrxl.model.limits import CELLS

DELIMITERS = (";", "\t", ",", "|")
_NAMED = {"tab": "\t"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LONGEST_CELL = 10_000
_LOOKED_AT = 2_000
# Å, Ä and Ö: of what one of the two has for them, the other has for signs that no account is called by.
_LETTERS = {"cp437": b"\x86\x84\x94\x8f\x8e\x99", "cp1252": b"\xe5\xe4\xf6\xc5\xc4\xd6"}


def decode_text(data: bytes, encoding: str | None = None, *, old: bool = False) -> str:
    """Return a file's text; ``encoding``: the one that is said; ``old``: where it may be that of a SIE file. Raises ExportRefusedError."""
    found = next((name for bom, name in _BOMS if data.startswith(bom)), None) or encoding or _find_encoding(data, old=old)
    try:
        text = data.decode(found)
    except UnicodeDecodeError:
        raise ExportRefusedError(Word("export_encoding", {"encoding": found})) from None
    if "\0" in text:
        raise ExportRefusedError(Word("export_binary"))
    return text


def _find_encoding(data: bytes, *, old: bool) -> str:
    if data[:_LOOKED_AT].count(b"\0") > len(data[:_LOOKED_AT]) // 4:  # UTF-16 without a mark
        return "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        counts = {name: sum(data.count(letter) for letter in letters) for name, letters in _LETTERS.items()}
        return "cp437" if old and counts["cp437"] >= counts["cp1252"] else "cp1252"
    return "utf-8"


def read_text_file(data: bytes, name: str, encoding: str | None, delimiter: str | None) -> Iterator[Grid]:
    """Yield the grids that a text may be, one for each delimiter that it may have; raises ExportRefusedError."""
    text = decode_text(data, encoding)
    for mark in [_NAMED.get(delimiter, delimiter)] if delimiter else DELIMITERS:
        if mark in text[:1_000_000]:
            yield Grid(name, _split(text, mark))


def _split(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, cells = [], 0
    try:
        for row in reader:
            cells += len(row)
            if cells > CELLS:
                raise ExportRefusedError(Word("export_too_large", {"high": CELLS}))
            rows.append((reader.line_num, row))
    except csv.Error:
        raise ExportRefusedError(Word("export_quotes", {"line": reader.line_num})) from None
    return rows
