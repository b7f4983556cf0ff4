"""The letter to a sender whose mail brought no workbook, or one that waits for a controller."""

from __future__ import annotations

from styrxl.mail.addresses import sorted_out
from styrxl.mail.outgoing.letter import Letter, thread
from styrxl.mail.outgoing.letter_writer import Office
from styrxl.model.masking import mask_persons
from styrxl.store.mail_log import NOTICE, Brought


def notices(office: Office) -> list[Letter]:
    """Return a letter to each sender within the municipality whose message brought no workbook, or one that waits for a controller."""
    by_mail: dict[str, list[Brought]] = {}
    for one in office.brought:
        by_mail.setdefault(one.mail, []).append(one)
    found = []
    for mail, parts in by_mail.items():
        held = [one for one in parts if one.outcome == "held"]
        noted = [one for one in parts if one.outcome == "noted"]
        shown = held or (noted if not any(one.outcome in {"taken", "known", "released"} for one in parts) else [])
        if not shown:
            continue
        first = shown[0]
        good, _ = sorted_out([first.sender], office.settings.allowed_domains)
        if not good:
            continue  # nobody outside is told anything; the controller sees it in the list
        owner = office.find(contact_of(office, first.sender))
        facts = {"reason": "held" if held else first.reason, "files": [mask_persons(one.name) for one in shown if one.name]}
        about = mail[:16]
        found.append(office.letter(NOTICE, about, owner, facts, to=good, answers=thread(first.message_id), replies=True))
    return found


def contact_of(office: Office, sender: str) -> str | None:
    """Return the first owner that an address is a contact of."""
    wanted = sender.casefold()
    return next((o.org_id for o in office.desk.plan.organisations if wanted in {a.casefold() for a in o.email}), None)
