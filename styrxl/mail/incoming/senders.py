"""Who may hand in a workbook by mail. Pure."""

from __future__ import annotations

from datetime import date

from styrxl.mail.addresses import parse_address
from styrxl.model.council_plan import Plan


def find_refusal(plan: Plan, day: date, sender: str, owner: str | None) -> str:
    """Return why a sender may not hand in an owner's workbook (a word of the catalogue), or "" where it may.

    A workbook without an owner in the plan on that day may come from anybody's contact: it is answered, and cannot count for anybody.
    """
    if not sender:
        return "no_sender"
    contacts = {_fold(address) for organisation in plan.organisations for address in organisation.email}
    if _fold(sender) not in contacts:
        return "unknown_sender"
    row = plan.find(owner, day) if owner else None
    return "other_owner" if row and _fold(sender) not in {_fold(address) for address in row.email} else ""


def _fold(address: str) -> str:
    return (parse_address(address) or address).casefold()
