"""Windows' code pages, as Outlook names them in its files, by Python's names."""

from __future__ import annotations

import codecs

USUAL = "cp1252"
_CODECS = {  # where Python calls them by another name; the others are cpNUMBER
    1200: "utf-16-le",
    1201: "utf-16-be",
    10000: "mac-roman",
    20127: "ascii",
    20866: "koi8-r",
    20932: "euc-jp",
    20936: "gb2312",
    21866: "koi8-u",
    **{28590 + n: f"iso8859-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)},
    38598: "iso8859-8",
    50220: "iso2022-jp",
    51932: "euc-jp",
    51936: "gb2312",
    51949: "euc-kr",
    52936: "hz",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
}


def find_codec(number: int) -> str:
    """Return what Python calls a code page, or the usual one where it knows none."""
    name = _CODECS.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return USUAL
    return name
