"""What xls and xlsb say that their values do not: errors, hidden rows and columns. Small files, record by record."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import pytest

import office as libreoffice
from styrxl.model.findings import message
from styrxl.model.limits import STANDARD
from styrxl.returns.package.binary_marks import read_xls_sheets, read_xlsb_sheets
from styrxl.returns.package.marks import SheetMarks
from styrxl.returns.package.unpack import Package
from styrxl.returns.workbook import read_workbook
from town import Town

MARKS = SheetMarks({"A1": "#DIV/0!", "C2": "#N/A"}, frozenset(), frozenset({2}), frozenset({2, 3}))
VALUES = {"B1": 12.0, "D1": 0.5, "E1": 17.25, "F1": -3.0}
WHOLE, HUNDREDTH = (-3 * 4) | 2, (1725 * 4) | 3  # as Excel keeps whole numbers in four bytes


# xls


def record(kind: int, content: bytes) -> bytes:
    """Return a record of an xls."""
    return struct.pack("<2H", kind, len(content)) + content


def bof(kind: int) -> bytes:
    """Return the record with which a part begins: 5 of the workbook, 16 of a sheet, 32 of a chart."""
    return record(0x809, struct.pack("<4HLL", 0x600, kind, 0, 1997, 0, 6))


END = record(0x0A, b"")


def xls_stream(name: bytes = b"\x04\x00Blad") -> bytes:
    """Return a workbook with one sheet: an error as a value, one of a formula, numbers in four forms, and what is hidden."""
    sheet = bof(16) + record(0x7D, struct.pack("<6H", 1, 2, 2000, 0, 1, 0))
    sheet += record(0x208, struct.pack("<8H", 1, 0, 3, 255, 0, 0, 0x20, 15)) + record(0x208, struct.pack("<8H", 2, 0, 3, 255, 0, 0, 0, 15))
    sheet += record(0x205, struct.pack("<3H2B", 0, 0, 0, 0x07, 1)) + record(0x205, struct.pack("<3H2B", 5, 0, 0, 1, 0))
    sheet += record(0x06, struct.pack("<3HBxBxxxHHL", 1, 2, 0, 2, 0x2A, 0xFFFF, 0, 0) + b"\0\0")
    sheet += record(0x06, struct.pack("<3HdHL", 0, 1, 0, 12.0, 0, 0) + b"\0\0") + record(0x203, struct.pack("<3Hd", 0, 3, 0, 0.5))
    sheet += record(0xBD, struct.pack("<2HHlHlH", 0, 4, 0, HUNDREDTH, 0, WHOLE, 5))
    sheet += bof(32) + record(0x205, struct.pack("<3H2B", 9, 9, 0, 0x07, 1)) + END + END  # a chart's errors are its own
    bound = record(0x85, struct.pack("<LBB", 0, 0, 0) + name)
    head = bof(5) + bound + END
    bound = record(0x85, struct.pack("<LBB", len(head), 0, 0) + name)
    return bof(5) + bound + END + sheet


def ole(stream: bytes, name: str = "Workbook") -> bytes:
    """Return an OLE file that holds a stream: a table in its first sector, a directory in its second, the stream in those that follow."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    following = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack("<128L", *following, *[0xFFFFFFFF] * (128 - len(following)))
    directory = b"".join(
        entry.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HB", 2 * len(entry) + 2, kind) + bytes(49) + struct.pack("<LQ", at, size)
        for entry, kind, at, size in (("Root Entry", 5, 0xFFFFFFFE, 0), (name, 2, 2, len(stream)))
    ).ljust(512, b"\0")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<4L", 1, 1, 0, 4096) + struct.pack("<4L", 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    return head + struct.pack("<109L", 0, *[0xFFFFFFFF] * 108) + table + directory + stream.ljust(sectors * 512, b"\0")


@pytest.mark.parametrize("name", [b"\x04\x00Blad", b"\x04\x01" + "Blåd".encode("utf-16-le")])
@pytest.mark.parametrize("stream", ["Workbook", "BOOK", "Book"])
def test_xls(name: bytes, stream: str) -> None:
    """However its sheet's name and its stream are written."""
    [(sheet, read)] = read_xls_sheets(ole(xls_stream(name), stream)).items()
    assert sheet in {"Blad", "Blåd"}
    assert (read.marks, read.values) == (MARKS, VALUES)


def test_a_small_xls_in_sectors_of_its_own() -> None:
    """What is below 4,096 bytes lies in small sectors within the root's."""
    data = bytearray(ole(xls_stream()))
    size = len(xls_stream())
    data[512 + 0 : 512 + 512] = struct.pack("<128L", 0xFFFFFFFD, 0xFFFFFFFE, *range(3, 9), 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFF] * 118)
    small = [*range(1, -(-size // 64)), 0xFFFFFFFE]
    data[60:64] = struct.pack("<L", 9)  # where the table of small sectors is: the one after the stream's first seven
    data[512 + 9 * 512 + 512 : 512 + 9 * 512 + 1024] = b""
    data[1024 + 116 : 1024 + 120] = struct.pack("<L", 2)  # the root's sectors hold the small ones
    data[1024 + 128 + 116 : 1024 + 128 + 128] = struct.pack("<LQ", 0, size)
    data[10 * 512 : 11 * 512] = struct.pack(f"<{len(small)}L", *small).ljust(512, b"\xff")
    assert [read.marks for read in read_xls_sheets(bytes(data)).values()] == [MARKS]


def test_an_xls_that_is_not_built_so_is_told(shared_full: Town) -> None:
    """It is never one without marks: its report says what was not seen."""
    data = ole(xls_stream())
    assert read_xls_sheets(data[:700]) == read_xls_sheets(data.replace(b"W\0o\0r\0k\0b", b"X\0o\0r\0k\0b")) == {}
    circle = bytearray(data)
    circle[512 + 8 : 512 + 12] = struct.pack("<L", 2)
    assert read_xls_sheets(bytes(circle)) == {}
    assert shared_full.judge(("UBN.xls", bytes(circle))).returns[0].verdict != "accepted"


# xlsb


def short(kind: int, content: bytes = b"") -> bytes:
    """Return a record of an xlsb."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(content)]) + content


def text(value: str) -> bytes:
    """Return a text of an xlsb."""
    return struct.pack("<L", len(value)) + value.encode("utf-16-le")


def xlsb(folder: str = "worksheets/", prefix: str = "") -> bytes:
    """Return the same workbook as an xlsb."""
    workbook = short(131) + short(143) + short(156, struct.pack("<2L", 0, 1) + text("rId1") + text("Blad")) + short(144) + short(132)

    def row(number: int, flags: int) -> bytes:
        return short(0, struct.pack("<2LHBBBL", number, 0, 300, 0, flags, 0, 0))

    sheet = (
        short(129)
        + short(148, struct.pack("<4L", 0, 1, 0, 5))
        + short(390)
        + short(60, struct.pack("<4LH", 1, 2, 2304, 0, 1))
        + short(391)
        + short(145)
        + row(0, 0)
    )
    sheet += short(3, struct.pack("<2LB", 0, 0, 0x07)) + short(9, struct.pack("<2LdH", 1, 0, 12.0, 0) + bytes(8))
    sheet += (
        short(5, struct.pack("<2Ld", 3, 0, 0.5))
        + short(2, struct.pack("<2Ll", 4, 0, HUNDREDTH))
        + short(2, struct.pack("<2Ll", 5, 0, WHOLE))
    )
    sheet += row(1, 0x10) + short(11, struct.pack("<2LBH", 2, 0, 0x2A, 0) + bytes(8)) + short(146) + short(130)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = (
        f'<{prefix}Relationships xmlns{":" + prefix[:-1] if prefix else ""}="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<{prefix}Relationship Target="{folder}sheet1.bin" Type="{kind}" Id="rId1"/></{prefix}Relationships>'
    )
    types = '<Types><Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
    parts = {
        "[Content_Types].xml": types.encode(),
        "xl/workbook.bin": workbook,
        "xl/_rels/workbook.bin.rels": relations.encode(),
        "xl/worksheets/sheet1.bin": sheet,
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("folder, prefix", [("worksheets/", ""), ("/xl/worksheets/", ""), ("../xl/./worksheets/", "ns0:")])
def test_xlsb(folder: str, prefix: str) -> None:
    """However its relations are written."""
    data = xlsb(folder, prefix)
    [(sheet, read)] = read_xlsb_sheets(Package(data, STANDARD)).items()
    assert (sheet, read.marks, read.values) == ("Blad", MARKS, VALUES)
    returned, [found] = read_workbook(data)
    assert returned is not None
    assert (returned.sheets[0].marks, returned.sheets[0].rows[0]) == (MARKS, ["", 12.0, "", 0.5, 17.25, -3])
    assert found.rule == "partly-checked"
    assert "formler som inte är uträknade" in message(found, "sv")
    assert "felvärden" not in message(found, "sv")


def test_an_xls_of_libreoffice(shared_full: Town, office: libreoffice.Office) -> None:
    """An error in an optional answer is told, which read as nothing would be accepted as no answer."""
    typed = {"Budget": {"B9": libreoffice.Formula("=1/0")}}
    data = office.fill(shared_full.filled("UBN"), typed, to="xls")
    [judged] = shared_full.judge(("UBN.xls", data)).returns
    assert [(f.rule, f.sheet, f.cell, f.value) for f in judged.findings if f.severity == "error"] == [
        ("cell-error", "Budget", "B9", "#DIV/0!")
    ]
