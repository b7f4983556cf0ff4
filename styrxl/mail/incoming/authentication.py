"""What a server that the controller trusts says of a mail's sender (RFC 8601). Pure."""

from __future__ import annotations

import re
from email.message import Message

from styrxl.mail.incoming.mime import read_headers

MICROSOFT = "m365"  # Exchange Online writes its results without its name; those of others it renames
_HEADER = "Authentication-Results"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SIGNS = re.compile(r"[;=\s]")


def has_failed(message: Message, server: str) -> bool:
    """Tell whether the server says ``dmarc=fail``: that the mail is not from where its ``From`` says.

    ``server`` is its authserv-id, MICROSOFT, or "" where none is trusted. Results that others wrote are not heeded.
    """
    if not server:
        return False
    results = [_drop_comments(value) for value in read_headers(message, _HEADER)]
    if server.casefold() == MICROSOFT:
        # The newest stands first. What a sender wrote itself stands further down.
        return bool(results) and "=" in results[0].partition(";")[0] and _says_fail(results[0])
    return any(_name_server(result) == server.casefold().rstrip(".") and _says_fail(result) for result in results)


def _name_server(result: str) -> str:
    words = result.partition(";")[0].split()
    return words[0].strip('"').casefold().rstrip(".") if words else ""


def _says_fail(result: str) -> bool:
    return any(re.match(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*fail\b", part, re.IGNORECASE) for part in result.split(";"))


def _drop_comments(text: str) -> str:
    """Return results without comments, and with no sign of ours in what is quoted: a sender chooses some of that."""
    kept, at, closes = list[str](), 0, True
    while at < len(text):
        end = _find_comment_end(text, at) if closes and text[at] == "(" else 0
        closes = closes and (text[at] != "(" or end > 0)  # what never ends is no comment, nor is anything after it
        quoted = _QUOTED.match(text, at)
        kept.append(" " if end else _SIGNS.sub("_", quoted[0]) if quoted else text[at])
        at = end or (quoted.end() if quoted else at + 1)
    return "".join(kept)


def _find_comment_end(text: str, at: int) -> int:
    """Return where the comment that begins at a place ends, those in it included, or 0."""
    depth = 0
    for sign in re.compile(r"\\.|[()]").finditer(text, at):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if not depth:
            return sign.end()
    return 0
