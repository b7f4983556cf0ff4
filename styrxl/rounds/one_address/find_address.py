"""All that a workspace holds about a mail address, in all rounds or in one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from styrxl.model.addresses import fold_address
from styrxl.rounds.desk import Desk
from styrxl.rounds.log import Event, read_events_of
from styrxl.store.mail_log import MailLog
from styrxl.store.mail_states import ASIDE, IGNORED, NOTED
from styrxl.store.workspace import CACHE_FOLDER, SIGN_INS_FILE

WROTE = "wrote"  # a message that brought no workbook: the round's log has no line for it
_BETWEEN = re.compile(r"[\s;,<>:/()\"”]+")


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about an address: whose contact it is, what happened by round (oldest first), and its sign-ins to the site."""

    address: str
    contact_of: tuple[str, ...]
    events: Mapping[str, Sequence[Event]]
    sign_ins: tuple[Mapping[str, Any], ...]


def find_address(desk: Desk, address: str, round_id: str | None = None) -> Held:
    """Return what is held about an address, however it is spelled; ``round_id``: of that round alone."""
    folded = fold_address(address)
    rounds = [round_id] if round_id is not None else sorted(desk.ledger.list_rounds())
    events = {each: list(_find_events(desk, folded, each)) for each in rounds}
    contact_of = dict.fromkeys(o.org_id for o in desk.plan.organisations if folded in map(fold_address, o.email))
    return Held(
        address.strip(), tuple(contact_of), {each: found for each, found in events.items() if found}, tuple(_find_sign_ins(desk, folded))
    )


def format_held(held: Held) -> str:
    """Return what is held as one JSON object; times in UTC."""
    events = {each: [_plain(event) for event in found] for each, found in held.events.items()}
    whole = {"address": held.address, "contact_of": held.contact_of, "rounds": events, "sign_ins": held.sign_ins}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _find_events(desk: Desk, folded: str, round_id: str) -> Iterator[Event]:
    parts = MailLog(desk.ledger.database).parts(round_id)
    wrote = [
        Event(part.recorded_at or part.received_at, WROTE, part.owner, part.path or "", {"sender": part.sender, "subject": part.subject})
        for part in parts
        if part.outcome in {NOTED, IGNORED, ASIDE}
    ]
    events = sorted([*read_events_of(desk, round_id), *wrote], key=lambda event: event.at)
    yield from (event for event in events if _names(event.facts, folded))


def _names(fact: Any, folded: str) -> bool:
    """Whether something that is recorded names an address."""
    if isinstance(fact, str):
        return "@" in fact and folded in map(fold_address, _BETWEEN.split(fact))
    if isinstance(fact, Mapping):
        return any(_names(each, folded) for each in fact.values())
    return isinstance(fact, list | tuple) and any(_names(each, folded) for each in fact)


def _find_sign_ins(desk: Desk, folded: str) -> Iterator[Mapping[str, Any]]:
    """Yield each sign-in to the site that is still remembered."""
    with suppress(OSError, UnicodeDecodeError):
        for line in (desk.workspace.root / CACHE_FOLDER / SIGN_INS_FILE).read_text("utf-8").splitlines():
            with suppress(ValueError, KeyError, TypeError):
                sign_in = json.loads(line)
                if _names(sign_in["who"], folded):
                    yield sign_in


def _plain(event: Event) -> dict[str, Any]:
    return {"at": event.at.isoformat(), "event": event.event, "owner": event.owner, "path": event.path or None, **event.facts}
