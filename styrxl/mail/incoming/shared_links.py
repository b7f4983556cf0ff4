"""Links to files that are shared in the cloud, which people send instead of files: as they are, and as mail filters wrap them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_MOST, _WRAPPED = 500, 4  # links of a text that are looked at, and times that one is wrapped
_URL = re.compile(r"https?://[^\s\"'<>\\^`{|}]{3,2000}", re.IGNORECASE)
_ANYWHERE = (  # domains where nothing but files lies
    "sharepoint.com",
    "sharepoint-df.com",
    "sharepoint.us",
    "1drv.ms",
    "1drv.com",
    "onedrive.live.com",
    "onedrive.com",
    "officeapps.live.com",
    "excel.cloud.microsoft",
    "drive.google.com",
    "docs.google.com",
    "sheets.google.com",
    "dropbox.com",
    "db.tt",
    "wetransfer.com",
    "we.tl",
    "box.com",
    "icloud.com",
    "sprend.com",
    "filemail.com",
)
_BY_PATH = (  # a meeting in Teams is no file
    ("teams.microsoft.com", re.compile(r"/(?:l/file/|_#/(?:l/file|xlsx|files)|v2/.*l/file)", re.IGNORECASE)),
    ("teams.cloud.microsoft", re.compile(r"/l/file/", re.IGNORECASE)),
    ("teams.live.com", re.compile(r"/l/file/", re.IGNORECASE)),
    ("office.com", re.compile(r"/(?:launch/|open/|:x:|x/)", re.IGNORECASE)),
)
_WRAPPERS = (  # a mail filter's domain, and in which part of the query the link stands
    ("safelinks.protection.outlook.com", ("url",)),
    ("safelinks.office.net", ("url",)),
    ("statics.teams.cdn.office.net", ("url",)),
    ("google.com", ("q", "url")),
    ("urldefense.proofpoint.com", ("u",)),
    ("protect2.fireeye.com", ("u",)),
    ("linkprotect.cudasvc.com", ("a",)),
    ("facebook.com", ("u",)),
)
_DEFENDED = re.compile(r"https?://urldefense\.(?:com|us)/v3/__(.+?)__;", re.IGNORECASE)


def holds_shared_link(text: str) -> bool:
    """Tell whether a text, plain or HTML, links to a file that is shared in the cloud."""
    return any(_is_shared(url) for url in _find_links(text))


def _find_links(text: str) -> Iterator[str]:
    for count, match in enumerate(_URL.finditer(unescape(text))):
        if count >= _MOST:
            return
        yield match[0]


def _is_shared(url: str, depth: int = 0) -> bool:
    if defended := _DEFENDED.match(url):
        url = defended[1]
    parts = _split(url)
    if parts is None:
        return False
    if any(_is_at(parts, host) for host in _ANYWHERE):
        return True
    address = parts.path + (f"#{parts.fragment}" if parts.fragment else "")
    if any(_is_at(parts, host) and pattern.match(address) for host, pattern in _BY_PATH):
        return True
    return depth < _WRAPPED and any(_is_shared(inner, depth + 1) for inner in _list_wrapped(parts))


def _list_wrapped(parts: SplitResult) -> Iterator[str]:
    for host, names in _WRAPPERS:
        if _is_at(parts, host):
            query = parse_qs(parts.query, max_num_fields=50) if parts.query.count("&") < 50 else {}
            for name in names:
                yield from (_undefend(value) for value in query.get(name, ()))


def _undefend(value: str) -> str:
    """Return a link as it was: one filter writes ``-3A_`` and the like for signs."""
    if value.lower().startswith(("http:", "https:")):
        return value
    return unquote(re.sub(r"-([0-9A-F]{2})", r"%\1", value).replace("_", "/"))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.hostname else None


def _is_at(parts: SplitResult, host: str) -> bool:
    name = (parts.hostname or "").rstrip(".")
    return name == host or name.endswith(f".{host}")
