"""A workbook as the zip that it is: its parts put together, the same bytes each time, and templates stamped for each owner.

What stands in the parts is made elsewhere. Python's own zlib compresses it, since quicker libraries give other bytes on other processors.
Where Python itself was built with another (zlib-ng, as 3.14 for Windows), the parts are the same and the bytes of the zip are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from styrxl.excel.cells import CLOSE, OPEN, clean

_TOKEN = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}".encode())
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the first that a zip knows
_UNIX = 3  # zipfile says otherwise on Windows


def zip_parts(parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook of these parts, as they are, in the order in which Excel writes them; the same parts give the same bytes."""
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name in sorted(parts, key=_order):
            archive.writestr(make_entry(name), parts[name])
    return target.getvalue()


def make_entry(name: str) -> ZipInfo:
    """Return the entry of a part, the same whenever and wherever it is written."""
    entry = ZipInfo(name, _MIDNIGHT)
    entry.compress_type, entry.create_system = ZIP_DEFLATED, _UNIX
    return entry


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """A part of a template: fixed, or (where it has names) pieces with an owner's values between them."""

    name: str
    pieces: tuple[bytes, ...]
    names: tuple[str, ...] = ()

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the part with values in place of tokens; KeyError for a token without one."""
        if not self.names:
            return self.pieces[0]
        between = [text for name, piece in zip(self.names, self.pieces[1:], strict=True) for text in (values[name], piece)]
        return b"".join([self.pieces[0], *between])


def cut_parts(parts: Mapping[str, bytes]) -> tuple[TemplatePart, ...]:
    """Return a template of parts that hold tokens."""
    split = {name: _TOKEN.split(data) for name, data in parts.items()}
    return tuple(TemplatePart(name, tuple(s[::2]), tuple(token.decode() for token in s[1::2])) for name, s in split.items())


def stamp(template: Sequence[TemplatePart], values: Mapping[str, str]) -> bytes:
    """Return a workbook with values in place of tokens; KeyError for a token without one."""
    ready = {name: escape(clean(value), {'"': "&quot;"}).encode() for name, value in values.items()}
    ready[""] = OPEN.encode()  # that letter itself, in somebody's text
    return zip_parts({part.name: part.fill(ready) for part in template})


def _order(name: str) -> tuple[int, str]:
    return {"[Content_Types].xml": 0, "_rels/.rels": 1}.get(name, 2), name
