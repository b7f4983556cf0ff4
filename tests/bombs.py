"""Workbooks made to be too much: for tests and for the benchmark. They are small as files, and made in a moment."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workbook_parts import read_parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ROWS, COLUMNS = 1_048_576, 16_384

Chunks = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Packed:
    """A part that is packed already, the size that it is said to have unpacked, and its check sum."""

    content: bytes
    size: int
    check: int


def workbook(sheets: Mapping[str, Chunks], **parts: Chunks) -> bytes:
    """Return an xlsx of sheets given as the XML of their rows, and further parts by name (``__`` for ``/``, ``_`` for ``.``)."""
    listed = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(sheets, 1))
    linked = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(sheets) + 1)
    )
    if "xl__sharedStrings_xml" in parts:
        linked += f'<Relationship Id="texts" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    found: dict[str, Chunks] = {
        "[Content_Types].xml": [
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'.encode()
        ],
        "_rels/.rels": [
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode()
        ],
        "xl/workbook.xml": [f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'.encode()],
        "xl/_rels/workbook.xml.rels": [f'<Relationships xmlns="{PACKAGE}/relationships">{linked}</Relationships>'.encode()],
    }
    for i, rows in enumerate(sheets.values(), 1):
        found[f"xl/worksheets/sheet{i}.xml"] = _sheet(rows)
    return zipped(found | {name.replace("__", "/").replace("_", "."): content for name, content in parts.items()})


def _sheet(rows: Chunks) -> Iterator[bytes]:
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    yield from rows
    yield b"</sheetData></worksheet>"


def packed(chunks: Chunks) -> Packed:
    packer, size, check, pieces = zlib.compressobj(1, zlib.DEFLATED, -15), 0, 0, []
    for chunk in chunks:
        pieces.append(packer.compress(chunk))
        size, check = size + len(chunk), zlib.crc32(chunk, check)
    return Packed(b"".join([*pieces, packer.flush()]), size, check)


def zipped(parts: Mapping[str, Chunks | Packed]) -> bytes:
    """Return a zip of the parts."""
    body: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, chunks in parts.items():
        part = chunks if isinstance(chunks, Packed) else packed(chunks)
        raw, content, size, check = name.encode(), part.content, part.size, part.check
        common = (0, 8, 0, 33, check, len(content), size, len(raw))
        body += (struct.pack("<4s5H3L2H", b"PK\3\4", 20, *common, 0), raw, content)
        directory += (struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, *common, 0, 0, 0, 0, 0, at), raw)
        at += 30 + len(raw) + len(content)
    listed = b"".join(directory)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, min(len(parts), 0xFFFF), min(len(parts), 0xFFFF), len(listed), at, 0)
    return b"".join((*body, listed, end))


def row(number: int, cells: str = "", more: str = "") -> bytes:
    """Return a row's XML."""
    return f'<row r="{number}"{more}>{cells}</row>'.encode()


def letters(column: int) -> str:
    """Return a column's letters; 1 is A."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


FIRST = row(1, '<c r="A1" t="inlineStr"><is><t>Svar</t></is></c>')


def ten_gigabytes(*, honest: bool) -> bytes:
    """Return a sheet that unpacks to 10 GB; the zip says so (as far as it can: 4 GB), or says 2 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    begun = packer.compress(b"<worksheet><sheetData>") + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush, what is packed depends on nothing before it, and may be repeated.
    block = packer.compress(b" " * 10_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    content = begun + block * 1_000 + packer.compress(b"</sheetData></worksheet>") + packer.flush()
    bomb = Packed(content, 0xFFFF_FFFE if honest else 2_000, 0)
    return zipped(_parts_of(workbook({"Bomb": [FIRST]})) | {"xl/worksheets/sheet1.xml": bomb})


def styled_rows(cells: int = 3) -> bytes:
    """One answer, and then styled and empty cells to the last row that Excel has: what formatting whole columns may leave."""

    def rows() -> Iterator[bytes]:
        yield FIRST
        for start in range(2, ROWS + 1, 1000):
            numbers = range(start, min(start + 1000, ROWS + 1))
            yield b"".join(row(n, "".join(f'<c r="{"ABCDEFGH"[i]}{n}" s="1"/>' for i in range(cells))) for n in numbers)

    return workbook({"Svar": rows()})


def filled_rows() -> bytes:
    """Put a value on each of the rows that Excel has."""
    return workbook({"Svar": (row(n, f'<c r="A{n}"><v>{n}</v></c>') for n in range(1, ROWS + 1))})


def wide(*, filled: bool) -> bytes:
    """All 16,384 columns, with values or only styled, on 60 rows."""
    end = "><v>1</v></c>" if filled else ' s="1"/>'
    return workbook({"Svar": (row(n, "".join(f'<c r="{letters(c)}{n}"{end}' for c in range(1, COLUMNS + 1))) for n in range(1, 61))})


def corners() -> bytes:
    """Two values, in the first cell and the last one: to lay them out as a table would take 17 billion cells."""
    return workbook({"Svar": [FIRST, row(ROWS, f'<c r="XFD{ROWS}"><v>1</v></c>')]})


def hidden_corners() -> bytes:
    """Return the same, written as no program writes it."""
    far = f"<x:row xmlns:x='{MAIN}' r = '{ROWS}'><x:c s='1'\tr\n=\n'XFD{ROWS}'><x:v>1</x:v></x:c></x:row>"
    return workbook({"Svar": [FIRST, far.encode()]})


def unnumbered() -> bytes:
    """Rows and cells without their places, which are then counted: a long column, and a long row below it."""
    return workbook({"Svar": [b"<row/>" * 600_000, b"<row>", b"<c><v>1</v></c>" * 200_000, b"</row>", b"<row><c><v>1</v></c></row>"]})


def many_sheets(number: int = 10_000) -> bytes:
    """Ten thousand sheets."""
    return workbook({f"S{i}": [FIRST] for i in range(number)})


def one_part_many_sheets() -> bytes:
    """Ten thousand sheets that are all the same part."""
    parts = _parts_of(workbook({"S": [FIRST]}))
    listed = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="rId1"/>' for i in range(1, 10_001))
    parts["xl/workbook.xml"] = [f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'.encode()]
    return zipped(parts)


def false_dimension() -> bytes:
    """One value, in a sheet that says it reaches to the last cell."""
    parts = _parts_of(workbook({"Svar": [FIRST]}))
    rows = b'<dimension ref="A1:XFD1048576"/><sheetData>' + FIRST
    parts["xl/worksheets/sheet1.xml"] = [f'<worksheet xmlns="{MAIN}">'.encode() + rows + b"</sheetData></worksheet>"]
    return zipped(parts)


def long_directory() -> bytes:
    """Sixty thousand empty parts."""
    return zipped({f"xl/{i}": [] for i in range(60_000)})


def billion_laughs() -> bytes:
    """Entities that would unfold to gigabytes, in the part that says which sheets there are."""
    parts = _parts_of(workbook({"Svar": [FIRST]}))
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    listed = '<sheet name="&a9;" sheetId="1" r:id="rId1"/>'
    book = f'<!DOCTYPE x [{entities}]><workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
    parts["xl/workbook.xml"] = [book.encode()]
    return zipped(parts)


def many_texts() -> bytes:
    """Two million different texts, which take far more than 300 MB to read: it is ended where they do (for the benchmark; slow to make)."""

    def texts() -> Iterator[bytes]:
        yield b"<sst>"
        for start in range(0, 2_000_000, 1000):
            yield b"".join(b"<si><t>%d%s</t></si>" % (7919 * n, b"abcdefgh" * 7) for n in range(start, start + 1000))
        yield b"</sst>"

    return workbook({"Svar": [FIRST]}, xl__sharedStrings_xml=texts())


def _parts_of(data: bytes) -> dict[str, Chunks | Packed]:
    return {name: [part] for name, part in read_parts(data).items()}


MADE: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "10 GB, and says so": lambda: ten_gigabytes(honest=True),
        "10 GB, and says 2 kB": lambda: ten_gigabytes(honest=False),
        "1,048,576 styled rows": styled_rows,
        "1,048,576 filled rows": filled_rows,
        "16,384 columns with values": lambda: wide(filled=True),
        "16,384 styled columns": lambda: wide(filled=False),
        "10,000 sheets": many_sheets,
        "10,000 sheets, one part": one_part_many_sheets,
        "the first cell and the last": corners,
        "the same, written oddly": hidden_corners,
        "cells without places": unnumbered,
        "a false dimension": false_dimension,
        "60,000 parts": long_directory,
        "a billion laughs": billion_laughs,
    }
)
