"""Making, finding and taking back owners' links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.owner_links.tokens import hash_code, is_token_of, make_code, read_number
from styrxl.store.owner_links import OwnerLink, find_link, find_link_by_code, record_link, revoke_links


def give_link(desk: Desk, round_: Round, owner: str, days: int) -> OwnerLink:
    """Return the link of an owner in a round that holds now, a new one for so many days where there is none.

    Whoever calls this has locked the workspace. Raises StyrxlError: as ``Workspace.sign``, ``Database.reading``.
    """
    until = (desk.now + timedelta(days=days)).astimezone(UTC).replace(microsecond=0)

    def make(number: int) -> OwnerLink:
        code = hash_code(desk.workspace, make_code(desk.workspace, number, round_.id, owner, until.isoformat()))
        assert code is not None  # our own
        return OwnerLink(number, round_.id, owner, code, desk.now, desk.by, until)

    return record_link(desk.ledger.database, make, round_.id, owner, desk.now)


def take_back_links(desk: Desk, round_: Round, owner: str) -> int:
    """Let no link of an owner in a round hold any longer, and return how many did; raises StyrxlError as ``Database.reading``."""
    return revoke_links(desk.ledger.database, round_.id, owner, desk.now, desk.by)


def open_link(desk: Desk, token: str) -> OwnerLink | None:
    """Return the link that a token is of, if it holds now; None for any other, whatever is wrong with it."""
    number = read_number(token)
    link = find_link(desk.ledger.database, number) if number is not None else None
    return link if link and is_token_of(desk.workspace, token, link) and link.holds(desk.now) else None


def open_by_code(desk: Desk, typed: str) -> OwnerLink | None:
    """Return the link whose code somebody typed, if it holds now; None for any other."""
    code = hash_code(desk.workspace, typed)
    link = find_link_by_code(desk.ledger.database, code) if code else None
    return link if link and link.holds(desk.now) else None


def says_expired(desk: Desk, token: str, at: datetime) -> bool:
    """Whether a token is that of a link of ours that held once: then its owner is told to ask for a new one."""
    number = read_number(token)
    link = find_link(desk.ledger.database, number) if number is not None else None
    return link is not None and is_token_of(desk.workspace, token, link) and not link.holds(at)
