"""What the ledger knows of mail, as events of a round's story and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from styrxl.model.catalogue import word
from styrxl.store.mail_log import ANSWER, Brought, Mail

SENT, HELD, RELEASED, DISCARDED = "mailed", "held", "released", "discarded"
EVENTS = (HELD, RELEASED, DISCARDED, SENT)
Told = tuple[datetime, str, str | None, str, Mapping[str, Any]]  # when, the event, its owner, the file it is about, and facts


def of_mails(mails: Iterable[Mail]) -> Iterator[Told]:
    """Yield what was mailed: of which kind, to whom, and what became of it."""
    for mail in mails:
        path = mail.about.partition("|")[0] if mail.kind == ANSWER else ""
        recipients = mail.recipients.split("; ")
        facts = {"kind": mail.kind, "to": recipients, "subject": mail.subject, "state": mail.state, "reply": mail.reply}
        yield mail.ended_at or mail.begun_at, SENT, mail.owner or None, path, facts | {"message_id": mail.message_id}


def of_brought(notes: Iterable[Brought]) -> Iterator[Told]:
    """Yield what was put in quarantine, and who let it in or sent it away."""
    for note in notes:
        if note.outcome not in (HELD, RELEASED, DISCARDED):
            continue
        facts = {"name": note.name, "sender": note.sender, "sha256": note.sha256}
        yield note.received_at, HELD, note.owner, "", facts | {"reason": note.reason}
        if note.settled_at:
            yield note.settled_at, note.outcome, note.owner, note.path or "", facts | {"by": note.settled_by}


def sentence(event: str, path: str, facts: Mapping[str, Any], language: str) -> str:
    """Say what happened."""
    if event == SENT:
        return _sent(path, facts, language)
    told = dict(facts)
    if event == HELD:
        told["reason"] = word(f"brought_{facts['reason']}", language)
    return word(f"log_{event}", language, **told)


def _sent(path: str, facts: Mapping[str, Any], language: str) -> str:
    what = word(f"log_mail_{facts['kind']}", language, path=path)
    state = "partly" if facts["state"] == "sent" and facts["reply"] else facts["state"]
    reply = facts["reply"] or word("log_mailed_silent", language)
    return word(f"log_mailed_{state}", language, what=what, to=", ".join(facts["to"]), reply=reply)
