"""The parts of a report that openpyxl has saved, with what it cannot write: fixed times, and a place for shared strings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

_MOMENT = "2000-01-01T00:00:00Z"  # any will do, as long as it is the same in each rebuild
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_FRAME = re.compile(r'(<(?:xdr:)?cNvPr\b[^>]*?)(?: descr="[^"]*")?([^>"]*?/?>)')
SHARED_STRINGS = "xl/sharedStrings.xml"


def fix_times(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts with the times of making and saving, which openpyxl takes from the clock, replaced by a fixed one."""
    core = "docProps/core.xml"
    return {**parts, core: _TIMES.sub(rb"\g<1>" + _MOMENT.encode(), parts[core])}


def _with_strings(parts: Mapping[str, bytes], strings: bytes) -> dict[str, bytes]:
    """Return the parts with shared strings, also named where openpyxl, which writes none, has not named them."""
    made = {**parts, SHARED_STRINGS: strings}
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    if SHARED_STRINGS.encode() not in made[types]:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        made[types] = made[types].replace(b"</Types>", f'<Override PartName="/{SHARED_STRINGS}" ContentType="{kind}"/></Types>'.encode())
    if b"sharedStrings" not in made[relations]:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        relation = f'<Relationship Type="{kind}" Target="/{SHARED_STRINGS}" Id="rIdStrings"/></Relationships>'
        made[relations] = made[relations].replace(b"</Relationships>", relation.encode())
    return made


def shared_strings_xml(strings: Iterable[str], count: int, uses: int) -> Iterator[str]:
    """Yield the part that holds shared strings (already escaped), so many of them, so many times used in all."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="{main}" count="{uses}" uniqueCount="{count}">'
    for string in strings:
        yield f'<si><t xml:space="preserve">{string}</t></si>'
    yield "</sst>"


def add_alternative_texts(parts: Mapping[str, bytes], texts: Sequence[str]) -> dict[str, bytes]:
    """Return the parts with alternative texts for charts and pictures, in the order in which they stand on the sheets."""
    left = iter(texts)
    made = dict(parts)
    for name in sorted((n for n in parts if re.fullmatch(r"xl/drawings/drawing[0-9]+\.xml", n)), key=lambda n: (len(n), n)):
        made[name] = _FRAME.sub(lambda match: _with_text(match, next(left, "")), parts[name].decode()).encode()
    return made


def _with_text(match: re.Match[str], text: str) -> str:
    return f"{match[1]} descr={chr(34)}{escape(text, {chr(34): '&quot;'})}{chr(34)}{match[2]}" if text else match[0]
