"""The parts of a workbook that openpyxl has saved, with what it cannot write: fixed times, shared strings, formulas with their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from styrxl.excel.sheet import OPEN, SheetBuilder

_MOMENT = "2000-01-01T00:00:00Z"  # any will do, as long as it is the same in each rebuild
CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)\s*(?:/>|>(.*?)</c>)', re.DOTALL)
_INLINE = re.compile(r'<is><t(?: xml:space="preserve")?>(.*?)</t></is>', re.DOTALL)
_ROW = re.compile(r'(<row r="([0-9]+)"[^>]*?) customHeight="1"')
_TYPE = re.compile(r' t="[a-zA-Z]+"')
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_FRAME = re.compile(r'(<(?:xdr:)?cNvPr\b[^>]*?)(?: descr="[^"]*")?([^>"]*?/?>)')
_REFERENCE = re.compile(rb"&#([1-9][0-9]{2,6});")  # of 100 and more; line breaks and the like stay as they are
SHARED_STRINGS = "xl/sharedStrings.xml"


def fix_times(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the parts with the times of making and saving, which openpyxl takes from the clock, replaced by a fixed one."""
    core = "docProps/core.xml"
    return {**parts, core: _TIMES.sub(rb"\g<1>" + _MOMENT.encode(), parts[core])}


def finish_parts(parts: Mapping[str, bytes], pages: Sequence[SheetBuilder]) -> dict[str, bytes]:
    """Return the parts with shared strings, values of formulas, and rows that grow.

    Inline strings, which openpyxl writes, are something that not every preview of a mail can show; and what is shared has
    all of an owner's words in one part. ``pages`` are all sheets in order.
    """
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(pages) + 1)]
    lettered = {name: _replace_references(data) if name.endswith((".xml", ".rels")) else data for name, data in parts.items()}
    texts = [lettered[name].decode() for name in names]
    strings = dict.fromkeys(match[1] for text in texts for match in _INLINE.finditer(text))
    ordered = sorted(strings, key=lambda string: OPEN in string)  # tokens last: what goes before is compressed once
    numbers = {string: number for number, string in enumerate(ordered)}
    made = {name: _finish_sheet(text, page, numbers).encode() for name, text, page in zip(names, texts, pages, strict=True)}
    uses = sum(len(_INLINE.findall(text)) for text in texts)
    return fix_times(_with_strings({**lettered, **made}, "".join(shared_strings_xml(ordered, len(ordered), uses)).encode()))


def _replace_references(data: bytes) -> bytes:
    """Return XML with letters in place of references to them (``&#229;``), as openpyxl writes it: half the size, and tokens whole."""
    return _REFERENCE.sub(lambda match: chr(int(match[1])).encode(), data)


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


def _finish_sheet(text: str, page: SheetBuilder, strings: Mapping[str, int]) -> str:
    def cell(match: re.Match[str]) -> str:
        ref, attributes, content = match[1], match[2], match[3] or ""
        inline = _INLINE.fullmatch(content)
        bare = _TYPE.sub("", attributes)
        if inline:
            return f'<c r="{ref}"{bare} t="s"><v>{strings[inline[1]]}</v></c>'
        if ref not in page.values:
            return f'<c r="{ref}"{attributes}>{content}</c>' if content else f'<c r="{ref}"{bare}/>'
        value = page.values[ref]
        if "</f>" not in content:
            return f'<c r="{ref}"{bare}><v>{value}</v></c>'
        formula = content[: content.index("</f>") + 4]
        is_text = isinstance(value, str) and not value.startswith(f"{OPEN}remaining:")
        shown = escape(value) if isinstance(value, str) else rounded_number(value)
        return f'<c r="{ref}"{bare}{" t=" + chr(34) + "str" + chr(34) if is_text else ""}>{formula}<v>{shown}</v></c>'

    def row(match: re.Match[str]) -> str:
        return match[1] if int(match[2]) in page.growing else match[0]

    head, start, rest = text.partition("<sheetData>")
    data, end, tail = rest.partition("</sheetData>")
    return head + start + _ROW.sub(row, CELL.sub(cell, data)) + end + tail


def rounded_number(number: float) -> str:
    """Return a number as a sheet's XML has it."""
    return str(int(number)) if number == int(number) else repr(round(float(number), 9))


def add_alternative_texts(parts: Mapping[str, bytes], texts: Sequence[str]) -> dict[str, bytes]:
    """Return the parts with alternative texts for charts and pictures, in the order in which they stand on the sheets."""
    left = iter(texts)
    made = dict(parts)
    for name in sorted((n for n in parts if re.fullmatch(r"xl/drawings/drawing[0-9]+\.xml", n)), key=lambda n: (len(n), n)):
        made[name] = _FRAME.sub(lambda match: _with_text(match, next(left, "")), parts[name].decode()).encode()
    return made


def _with_text(match: re.Match[str], text: str) -> str:
    return f"{match[1]} descr={chr(34)}{escape(text, {chr(34): '&quot;'})}{chr(34)}{match[2]}" if text else match[0]
