"""What ``log --address`` prints."""

from __future__ import annotations

from datetime import datetime

from styrxl.model.catalogue import word
from styrxl.model.days import format_moment
from styrxl.model.masking import make_showable
from styrxl.rounds.desk import Desk
from styrxl.rounds.log import Event, describe_event
from styrxl.rounds.one_address.find_address import WROTE, Held


def format_address(held: Held, desk: Desk, language: str) -> str:
    """Return what is held about an address in words, and where nobody has looked."""
    titles = {known: title[language] for known, title in desk.forms.titles().items()}
    names = {o.org_id: o.name for o in desk.plan.organisations}
    lines = []
    if held.contact_of:
        lines += [word("address_contact", language, file=desk.workspace.plan_path.name)]
        lines += [f"  {owner} {names[owner]}" for owner in held.contact_of]
    for round_id, events in held.events.items():
        lines += [round_id or word("address_no_round", language)]
        lines += [f"  {format_moment(event.at, desk.zone)}  {_describe(event, language, titles)}" for event in events]
    if held.sign_ins:
        lines += [word("address_sign_ins", language)]
        lines += [f"  {format_moment(datetime.fromisoformat(str(one['at'])), desk.zone)}" for one in held.sign_ins]
    if not lines:
        lines = [word("address_nothing", language, address=held.address)]
    return "\n".join([*lines, "", word("address_elsewhere", language)]) + "\n"


def _describe(event: Event, language: str, titles: dict[str, str]) -> str:
    told = word("address_wrote", language, **event.facts) if event.event == WROTE else describe_event(event, language, titles)
    return make_showable(f"{event.owner}: {told}" if event.owner else told)
