"""What stands in an owner's link, and the short code that may be typed instead: both follow from the link and the workspace's key.

So none of them lies anywhere: who reads the ledger alone can make no link, and a letter that is written again holds the same one.
"""

from __future__ import annotations

import hmac
import re

from styrxl.store.owner_links import OwnerLink
from styrxl.store.workspace import Workspace

OWNERS_PAGE = "/o"  # where codes are typed, and below which links lead
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that are taken for another
_LONG, _GROUP = 12, 4  # letters of a code, some 59 bits, and of each of its groups
_MARK = 32  # hexadecimal digits of a link's mark, 128 bits
_TOKEN = re.compile(rf"([1-9][0-9]{{0,9}})-([0-9a-f]{{{_MARK}}})", re.ASCII)
_ALIKE = str.maketrans({"0": "O", "1": "I"})  # neither of which is in a code: then it is told as wrong


def make_token(workspace: Workspace, link: OwnerLink) -> str:
    """Return what stands in a link; raises StyrxlError as ``Workspace.sign``."""
    return f"{link.number}-{_sign(workspace, link, 'link')[:_MARK]}"


def read_number(token: str) -> int | None:
    """Return the number of the link that a token says it is of; None where it is none of ours."""
    match = _TOKEN.fullmatch(token)
    return int(match[1]) if match else None


def is_token_of(workspace: Workspace, token: str, link: OwnerLink) -> bool:
    """Whether a token is a link's own, told in the same time whatever it is; raises StyrxlError as ``Workspace.sign``."""
    return hmac.compare_digest(make_token(workspace, link).encode("ascii"), token.encode("utf-8", "replace"))


def make_code(workspace: Workspace, number: int, round_id: str, owner: str, until: str) -> str:
    """Return the code of a link, as it is typed: ``K7QM-2XWD-9ABT``; raises StyrxlError as ``Workspace.sign``."""
    value = int(workspace.sign(("owner-code", str(number), round_id, owner, until)), 16)
    letters = []
    for _ in range(_LONG):
        value, place = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "-".join("".join(letters[at : at + _GROUP]) for at in range(0, _LONG, _GROUP))


def code_of(workspace: Workspace, link: OwnerLink) -> str:
    """Return a link's code; raises StyrxlError as ``Workspace.sign``."""
    return make_code(workspace, link.number, link.round, link.owner, link.expires_at.isoformat())


def hash_code(workspace: Workspace, typed: str) -> str | None:
    """Return what a code that somebody typed is found by, however it was spaced; None where it cannot be one."""
    letters = re.sub(r"[\s\-\N{EN DASH}\N{EM DASH}]", "", typed).upper().translate(_ALIKE)
    if len(letters) != _LONG or not set(letters) <= set(_LETTERS):
        return None
    return workspace.sign(("owner-code-hash", letters))


def _sign(workspace: Workspace, link: OwnerLink, purpose: str) -> str:
    return workspace.sign((f"owner-{purpose}", str(link.number), link.round, link.owner, link.expires_at.isoformat()))
