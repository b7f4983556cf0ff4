"""Who may hand in a workbook by mail."""

from __future__ import annotations

from datetime import date

from styrxl.mail.addresses import plain_address
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk


def why_not(desk: Desk, round_: Round, sender: str, owner: str | None) -> str:
    """Return why a sender may not hand in an owner's workbook, or "" where it may.

    A workbook that says no owner that there is may come from anybody's contact: it is answered, and cannot count for anybody.
    """
    if not sender:
        return "no_sender"
    everybody = {_folded(address) for o in desk.plan.organisations for address in o.email}
    if _folded(sender) not in everybody:
        return "unknown_sender"
    row = desk.plan.find(owner, date(round_.year, 1, 1)) if owner else None
    return "other_owner" if row and _folded(sender) not in {_folded(address) for address in row.email} else ""


def _folded(address: str) -> str:
    return (plain_address(address) or address).casefold()
