"""What XlsxWriter cannot write, put into the parts of a finished workbook: parts in, parts out, by an XML parser.

Each function says why it is needed; where a later version of the library can do it, the function goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
ADDRESS = "styrxl://"  # begins what stands in place of an address until ``set_addresses`` puts it there

# The prefixes that Excel itself writes: some programs look for those rather than for what they stand for.
for _prefix, _meaning in {
    "": _RELATIONS,
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "dc": _DUBLIN_CORE,
    "dcterms": "http://purl.org/dc/terms/",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}.items():
    ET.register_namespace(_prefix, _meaning)


def set_language(properties: bytes, language: str) -> bytes:
    """Return ``docProps/core.xml`` with the document's language.

    XlsxWriter has no such property. Readers of screens choose the voice by it.
    """
    root = _parse(properties)
    ET.SubElement(root, f"{{{_DUBLIN_CORE}}}language").text = language
    return _written(root)


def set_addresses(relations: bytes, addresses: Sequence[str]) -> bytes:
    """Return a sheet's relations with addresses in place of their numbers (``styrxl://0``).

    XlsxWriter makes an address into what Excel on Windows writes, with backslashes, and one that is absolute elsewhere than on Windows
    into a relative one. Ours are to lead to the file in LibreOffice and Excel on all systems, spelt as the disk spells it.
    """
    root = _parse(relations)
    for relation in root:
        target = relation.get("Target", "")
        if target.startswith(ADDRESS):
            relation.set("Target", addresses[int(target.removeprefix(ADDRESS))])
    return _written(root)


def _parse(part: bytes) -> ET.Element:
    return ET.fromstring(part)  # noqa: S314 -- a part that XlsxWriter has just written


def _written(root: ET.Element) -> bytes:
    made: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return made
