"""Who may hand in a workbook by mail. Pure."""

from __future__ import annotations

from datetime import date

from styrxl.mail.incoming.look_alikes import is_look_alike
from styrxl.model.addresses import fold_address
from styrxl.model.council_plan import Organisation, Plan
from styrxl.store.mail_states import FORGED


def find_refusal(plan: Plan, day: date, sender: str, owner: str | None, *, is_forged: bool = False) -> str:
    """Return why a sender may not hand in an owner's workbook (a word of the catalogue), or "" where it may.

    A workbook without an owner in the plan on that day may come from anybody's contact: it is answered, and cannot count for anybody.
    ``is_forged``: a trusted server says that the mail is not from its sender.
    """
    if not sender:
        return "no_sender"
    if is_forged:
        return FORGED
    contacts = {fold_address(address) for organisation in plan.organisations for address in organisation.email}
    if fold_address(sender) not in contacts:
        return "look_alike" if is_look_alike(fold_address(sender), contacts) else "unknown_sender"
    row = plan.find(owner, day) if owner else None
    return "other_owner" if row and fold_address(sender) not in _list_addresses(plan, day, row) else ""


def _list_addresses(plan: Plan, day: date, row: Organisation) -> set[str]:
    """Return the contacts of an owner, and of the board and the administration that it belongs to: they may send what their units made."""
    above = [plan.find(org_id, day) for org_id in (row.board_id, row.administration_id) if org_id]
    return {fold_address(address) for organisation in (row, *above) if organisation for address in organisation.email}
