"""What workbooks in Excel's binary formats, xls and xlsb, say of their cells: errors, hidden rows and columns, and the numbers in them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from styrxl.model.column_letters import column_letter
from styrxl.returns.package.marks import PreparedSheet, SheetMarks
from styrxl.returns.package.ole import read_stream
from styrxl.returns.package.relations import read_targets
from styrxl.returns.package.unpack import Package

_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_WORKBOOK = "xl/workbook.bin"
RELATIONS = "xl/_rels/workbook.bin.rels"
_MOST_COLUMNS = 16_384


def read_xls_sheets(data: bytes) -> Mapping[str, PreparedSheet]:
    """Return the sheets of an xls by name ([MS-XLS]); none where the file is not built as it should be."""
    try:
        stream = read_stream(data, ("workbook", "book"))
        return {name: _walk_xls(stream, start) for name, start in _list_xls_sheets(stream)}
    except (ValueError, struct.error, IndexError):
        return {}


def read_xlsb_sheets(package: Package) -> Mapping[str, PreparedSheet]:
    """Return the sheets of an xlsb by name ([MS-XLSB]); none where the file is not built as it should be."""
    try:
        targets = read_targets(package, RELATIONS, "xl/")
        return {name: _walk_xlsb(package.part(targets[key])) for name, key in _list_xlsb_sheets(package.part(_WORKBOOK)) if key in targets}
    except (ValueError, struct.error, IndexError, KeyError):
        return {}


@dataclass(slots=True)
class _Sheet:
    errors: dict[str, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    values: dict[str, float | None] = field(default_factory=dict)

    def add_error(self, row: int, column: int, code: int) -> None:
        self.errors[f"{column_letter(column + 1)}{row + 1}"] = _ERRORS.get(code, "#")

    def add_number(self, row: int, column: int, number: float) -> None:
        self.values[f"{column_letter(column + 1)}{row + 1}"] = number

    def hide_columns(self, first: int, last: int) -> None:
        self.hidden_columns.update(range(first + 1, min(last + 1, _MOST_COLUMNS) + 1))

    def prepared(self) -> PreparedSheet:
        marks = SheetMarks(self.errors, frozenset(), frozenset(self.hidden_rows), frozenset(self.hidden_columns))
        return PreparedSheet(b"", marks, self.values)


# xls: records of a kind and a length of two bytes each


def _list_xls_sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    """Yield the names of the worksheets, and where their records begin."""
    wide = stream[4:6] == b"\x00\x06"
    for kind, record in _records(stream, 0):
        if kind == 0x85 and record[5] == 0:
            [start] = struct.unpack_from("<L", record)
            if wide:
                encoding, name = ("utf-16-le", record[8 : 8 + 2 * record[6]]) if record[7] & 1 else ("latin-1", record[8 : 8 + record[6]])
            else:
                encoding, name = "cp1252", record[7 : 7 + record[6]]
            yield name.decode(encoding, "replace"), start


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part of a workbook, without the parts that are in it, such as charts."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        depth += (kind == 0x809) - (kind == 0x0A)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _walk_xls(stream: bytes, start: int) -> PreparedSheet:
    sheet = _Sheet()
    for kind, record in _records(stream, start):
        if kind in {0x06, 0x203, 0x205, 0x27E, 0xBD}:
            row, column = struct.unpack_from("<2H", record)
            _take_xls_cell(sheet, kind, row, column, record)
        elif kind == 0x208 and record[12] & 0x20:
            sheet.hidden_rows.add(int.from_bytes(record[:2], "little") + 1)
        elif kind == 0x7D and record[8] & 1:
            sheet.hide_columns(*struct.unpack_from("<2H", record))
    return sheet.prepared()


def _take_xls_cell(sheet: _Sheet, kind: int, row: int, column: int, record: bytes) -> None:
    if kind == 0x205:
        if record[7]:
            sheet.add_error(row, column, record[6])
    elif kind == 0x06 and record[12:14] == b"\xff\xff":
        if record[6] == 2:
            sheet.add_error(row, column, record[8])
    elif kind in {0x06, 0x203}:
        sheet.add_number(row, column, struct.unpack_from("<d", record, 6)[0])
    elif kind == 0x27E:
        sheet.add_number(row, column, _read_rk(record[6:10]))
    elif kind == 0xBD:
        for n in range((len(record) - 6) // 6):
            sheet.add_number(row, column + n, _read_rk(record[6 + 6 * n : 10 + 6 * n]))


# xlsb: records of a kind and a length of seven bits a byte


def _list_xlsb_sheets(workbook: bytes) -> Iterator[tuple[str, str]]:
    """Yield the names of the sheets, and the keys of their relations."""
    for kind, record in _short_records(workbook):
        if kind == 156:
            key, at = _read_text(record, 8)
            yield _read_text(record, at)[0], key


def _read_text(record: bytes, at: int) -> tuple[str, int]:
    [length] = struct.unpack_from("<L", record, at)
    end = at + 4 + 2 * length
    return record[at + 4 : end].decode("utf-16-le", "replace"), end


def _short_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, at = _read_bits(content, at, 2)
        length, at = _read_bits(content, at, 4)
        yield kind, content[at : at + length]
        at += length


def _read_bits(content: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number written in seven bits a byte (of a kind, both bytes are the number), and where it ends."""
    number = 0
    for n in range(most):
        byte = content[at + n]
        number |= (byte & 0x7F) << 7 * n
        if not byte & 0x80:
            return number, at + n + 1
    return number, at + most


def _walk_xlsb(content: bytes) -> PreparedSheet:
    sheet, row = _Sheet(), 0
    for kind, record in _short_records(content):
        if kind == 0:
            [row] = struct.unpack_from("<L", record)
            if record[11] & 0x10:
                sheet.hidden_rows.add(row + 1)
        elif kind == 60 and record[16] & 1:
            sheet.hide_columns(*struct.unpack_from("<2L", record))
        elif kind in {2, 3, 5, 9, 11}:
            [column] = struct.unpack_from("<L", record)
            if kind in {3, 11}:
                sheet.add_error(row, column, record[8])
            else:
                sheet.add_number(row, column, _read_rk(record[8:12]) if kind == 2 else struct.unpack_from("<d", record, 8)[0])
    return sheet.prepared()


def _read_rk(number: bytes) -> float:
    """Return a number that Excel keeps in four bytes: a whole one or half of a float, either perhaps a hundred times itself."""
    [bits] = struct.unpack("<l", number)
    value = float(bits >> 2) if bits & 2 else struct.unpack("<d", struct.pack("<2l", 0, bits & ~3))[0]
    return float(value / 100 if bits & 1 else value)
