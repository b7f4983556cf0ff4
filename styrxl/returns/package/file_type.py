"""What kind of file some bytes are, whatever their name says: a workbook, a locked one, or something else altogether."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

WORKBOOKS = frozenset({"xlsx", "xlsb", "ods", "xls"})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_LOOKED_AT = 4096  # bytes from the beginning in which a text file shows what it is

# A name of a stream or storage of an OLE file stands in its directory in UTF-16.
_LOCKED = tuple(name.encode("utf-16-le") for name in ("EncryptedPackage", "DRMContent", "DRMEncrypted"))
_IN_OLE = (
    ("word", ("WordDocument",)),
    ("powerpoint", ("PowerPoint Document",)),
    ("mail", ("__substg1.0_", "__properties_version1.0")),
    ("xls", ("Workbook", "WORKBOOK", "Book")),
)
_OLE_NAMES = tuple((kind, tuple(f"{name}\0".encode("utf-16-le")[: 2 * len(name)] for name in names)) for kind, names in _IN_OLE)
_OLE_MACROS = tuple(name.encode("utf-16-le") for name in ("_VBA_PROJECT", "_VBA_PROJECT_CUR"))

_BIFF_BEGINNINGS = (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00", b"\x09\x08\x06\x00\x00\x05\x05\x00")
_FILEPASS = 0x2F
_RECORDS = 40  # records of a workbook's globals among which the one that says "encrypted" is looked for

_BEGINNINGS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "word"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
_MIME = {"opendocument.spreadsheet": "ods", "opendocument.text": "word", "opendocument.presentation": "powerpoint"}
_TYPES = (
    (re.compile(rb"ms-excel\.sheet\.binary"), "xlsb"),
    (re.compile(rb"(?:spreadsheetml|ms-excel)\.(?:sheet|template)(?:\.macroEnabled)?\.main\+xml"), "xlsx"),
)
_SMALL = 64_000  # bytes that are worth remembering
_LINKS = (".url", ".webloc", ".website", ".gsheet", ".gdoc", ".gslides", ".lnk", ".desktop", ".odl")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MAIL = re.compile(rb"(?:^|\n)(?:from|received|mime-version|return-path|message-id): ", re.IGNORECASE)


def is_mail_file(name: str) -> bool:
    """Whether a file holds mail, by its name: a message saved from a mail program, or many in an mbox."""
    return name.lower().endswith((".eml", ".msg", ".mbox"))


def is_link_file(name: str) -> bool:
    """Whether a file is nothing but a link to another one, by its name: a shortcut, or what a cloud keeps in a folder for a document."""
    return name.lower().endswith(_LINKS)


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip does."""
    return data.startswith(_ZIP)


def find_kind(data: bytes) -> str:
    """Return what the bytes are, other than a zip: ``empty``, ``xls``, ``locked`` or a word of the catalogue's (``kind_pdf`` …)."""
    if not data:
        return "empty"
    if data.startswith(OLE):
        return _kind_of_ole(data)
    known = next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), None)
    if known is None and b"PK\x05\x06" in data[-_LOOKED_AT:]:
        return "damaged"  # the end of a zip without its beginning
    return known or _kind_of_text(data[:_LOOKED_AT])


def find_zip_kind(names: Collection[str], mimetype: bytes = b"", types: bytes = b"") -> str:
    """Return what a zip with these parts (in lower case, with ``/``) is.

    ``mimetype`` is what its part of that name holds, ``types`` what its part with the types of all others does.
    """
    for text, kind in _MIME.items():
        if text.encode() in mimetype:
            return kind
    if by_types := (_find_kind_by_types if len(types) < _SMALL else _find_kind_by_types.__wrapped__)(types):
        return by_types
    for beginning, kind in (
        ("xl/workbook.bin", "xlsb"),
        ("xl/workbook.xml", "xlsx"),
        ("word/", "word"),
        ("ppt/", "powerpoint"),
        ("index/", "numbers"),
    ):
        if any(name.startswith(beginning) for name in names):
            return kind
    if "content.xml" in names and "meta-inf/manifest.xml" in names:
        return "ods"
    if "[content_types].xml" not in names:
        return "zip"
    return next(
        (kind for end, kind in (("workbook.bin", "xlsb"), ("workbook.xml", "xlsx")) if any(n.endswith(end) for n in names)), "damaged"
    )


@lru_cache(maxsize=64)  # most of the workbooks of a form say the same
def _find_kind_by_types(types: bytes) -> str | None:
    return next((kind for pattern, kind in _TYPES if pattern.search(types)), None)


def has_macros(kind: str, data: bytes, names: Collection[str] = ()) -> bool:
    """Whether a workbook carries macros (VBA, Excel 4 macro sheets, LibreOffice Basic); they are never run here."""
    if kind == "xls":
        return any(name in data for name in _OLE_MACROS)
    if kind == "ods":
        return any(name.startswith(("basic/", "scripts/")) and not name.endswith("/") for name in names)
    return any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names)


def _kind_of_ole(data: bytes) -> str:
    if any(name in data for name in _LOCKED):
        return "locked"
    kind = next((kind for kind, names in _OLE_NAMES if any(name in data for name in names)), "unknown")
    return "locked" if kind == "xls" and _is_locked_xls(data) else kind


def _is_locked_xls(data: bytes) -> bool:
    """Whether the globals of a BIFF workbook say that what follows is encrypted (FILEPASS, MS-XLS 2.4.117)."""
    start = next((at for beginning in _BIFF_BEGINNINGS if (at := data.find(beginning)) >= 0), -1)
    for _ in range(_RECORDS if start >= 0 else 0):
        kind, length = int.from_bytes(data[start : start + 2], "little"), int.from_bytes(data[start + 2 : start + 4], "little")
        if kind == _FILEPASS:
            return True
        start += 4 + length
    return False


def _kind_of_text(head: bytes) -> str:
    if _CONTROL.search(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "unknown"
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower().replace(b"\0", b"")
    if text.startswith((b"<?xml", b"<workbook")):
        return "xml_workbook" if b"urn:schemas-microsoft-com:office:spreadsheet" in text else "html" if b"<html" in text else "xml"
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")):
        return "html"
    if _MAIL.search(text[:1000]):
        return "mail"
    lines = text.splitlines()[:5]
    separated = next((mark for mark in (b";", b"\t", b",") if lines and all(mark in line for line in lines)), None)
    return "csv" if separated else "text"
