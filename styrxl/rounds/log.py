"""What has happened to a round's returns, as the ledger has it: in plain words, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import groupby
from pathlib import Path
from typing import Any

from styrxl.model.addresses import fold_address
from styrxl.model.catalogue import word
from styrxl.model.council_plan import Plan
from styrxl.model.days import format_moment
from styrxl.model.decisions import ANEW, ASSIGN, MERGE, SET_ASIDE, TAKE_BACK, Decision
from styrxl.model.errors import StyrxlError
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.ledger import BY_HAND, Issue, RoundRecord, Verdict
from styrxl.store.mail_log import Mail, MailLog, MailPart
from styrxl.store.mail_states import ANSWER, BOUNCE, BY_MAIL, DISCARDED, HELD, RELEASED, SENT, TAKEN
from styrxl.store.outcome_runs import OutcomeRun, read_runs
from styrxl.store.owner_links import BY_LINK
from styrxl.store.purges import Purge, read_purges
from styrxl.store.receipts import Receipt

MAILED, UNREACHED, UNANSWERED, OUTCOMES, PURGED = "mailed", "unreached", "unanswered", "outcomes", "purged"
_QUARANTINE = (HELD, RELEASED, DISCARDED)
_PATHS = {"older", "newer"}
# Of what happens at one moment, what comes first.
_ORDER = (
    OUTCOMES,
    "issued",
    *_QUARANTINE,
    "received",
    MERGE,
    ASSIGN,
    ANEW,
    SET_ASIDE,
    TAKE_BACK,
    "judged",
    UNANSWERED,
    MAILED,
    UNREACHED,
    PURGED,
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    ``event``: ``issued``, ``received``, ``judged``, ``outcomes``, a kind of ``model/decisions``, or one by mail. ``path``: the file
    that it is about, "" where there is none. ``again``: a judgement that came out as the one before, by other rules or another version
    of the program.
    """

    at: datetime
    event: str
    owner: str | None
    path: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False


def write_log(desk: Desk, round_: Round, name: str | None, language: str, form: str) -> str:
    """Return the story of a round, or of an owner, a file or a receipt's number in it, as ``text`` or ``json``.

    Raises StyrxlError (unknown-return) for a name that the ledger does not know in the round.
    """
    events = read_events(desk, round_)
    if name is not None:
        shown = desk.workspace.shown(desk.workspace.root.resolve() / Path(name).resolve())
        about = select_events(events, desk.plan.spelled(name), name, shown, *find_numbered(desk, round_, name))
        if not about:
            folder = desk.workspace.shown(desk.workspace.inbox(round_))
            raise StyrxlError("unknown-return", name=name, round=round_.id, folder=folder)
        events = about
    forms = desk.forms
    titles = {known: title[language] for known, title in forms.titles().items()}
    if form == "json":
        return format_json(events, round_.id, language, titles)
    if not events:
        return word("log_nothing", language, round=round_.id) + "\n"
    return format_events(events, language, desk.zone, desk.plan.names(round_.day), titles)


def read_events(desk: Desk, round_: Round) -> list[Event]:
    """Return all that has happened in a round, as the ledger has it, oldest first."""
    return read_events_of(desk, round_.id)


def read_events_of(desk: Desk, round_id: str) -> list[Event]:
    """Return all that has happened in a round by its id, also in one of a kind that the workspace has no longer."""
    mail_log = MailLog(desk.ledger.database)
    parts = mail_log.parts(round_id)
    by_mail = [*map(_mailed, mail_log.mails(round_id).values()), *_quarantined(parts), *_unreached(parts, desk.plan), *_unanswered(parts)]
    runs = map(_took, read_runs(desk.ledger.database, round_id))
    purges = [_disposed(purge) for purge in read_purges(desk.ledger.database) if purge.round == round_id]
    return list_events(desk.ledger.round_record(round_id), [*by_mail, *runs, *purges])


def find_numbered(desk: Desk, round_: Round, name: str) -> list[str]:
    """Return the path of the file whose receipt has a number."""
    number = int(name) if name.isascii() and name.isdigit() else None
    return [path for (path, _), known in desk.ledger.receipt_numbers(round_.id).items() if known == number and number is not None]


def list_events(history: RoundRecord, others: Iterable[Event] = ()) -> list[Event]:
    """Return all that has happened in a round, oldest first; ``others``: what came and went by mail, or was taken from the accounts."""
    owners = {(v.path, v.sha256): v.owner for v in history.verdicts}
    names = {r.sha256: r.path for r in reversed(history.receipts)}
    of_files = [*(_received(receipt, names) for receipt in history.receipts), *_judged(history.verdicts), *_decided(history.decisions)]
    events = [
        *(_issued(issue) for issue in history.issues),
        # What happened before anybody knew whose it is belongs to its owner's story all the same.
        *(e if e.owner else replace(e, owner=owners.get((e.path, e.facts["sha256"]))) for e in of_files),
        *others,
    ]
    return sorted(events, key=lambda e: (e.at, _ORDER.index(e.event)))


def select_events(events: Sequence[Event], *names: str) -> list[Event]:
    """Return what concerns an owner, or a file (its path, or its name alone) and what its owner was handed."""
    mine = [e for e in events if e.owner in names]
    if mine:
        return mine
    of_file = [e for e in events if e.event != "issued" and (e.path in names or e.path.rpartition("/")[2] in names)]
    owners = {e.owner for e in of_file if e.owner}
    return [e for e in events if e in of_file or (e.event == "issued" and e.owner in owners)]


def _issued(issue: Issue) -> Event:
    facts = {"form": issue.form, "version": issue.version, "issue": issue.issue_id, "by": issue.issued_by}
    return Event(issue.created_at, "issued", issue.owner, issue.file_name, facts)


def _received(receipt: Receipt, names: Mapping[str, str]) -> Event:
    facts: dict[str, Any] = {"sha256": receipt.sha256, "size": receipt.size, "origin": receipt.origin}
    parts = (receipt.origin or "").split()
    if parts[:1] == [MERGE] and len(parts) == 3:
        facts |= {"older": names.get(parts[1], parts[1]), "newer": names.get(parts[2], parts[2])}
    return Event(receipt.received_at, "received", None, receipt.path, facts)


def _judged(verdicts: Iterable[Verdict]) -> Iterator[Event]:
    before: dict[str, tuple[Any, ...]] = {}
    for v in verdicts:
        counts = {"errors": v.errors, "warnings": v.warnings}
        facts = {"sha256": v.sha256, "verdict": v.verdict, **counts, "forms": v.forms, "program": v.program}
        outcome = (v.sha256, v.verdict, v.errors, v.warnings, v.owner)
        yield Event(v.judged_at, "judged", v.owner, v.path, facts, again=before.get(v.path) == outcome)
        before[v.path] = outcome


def _decided(decisions: Iterable[Decision]) -> Iterator[Event]:
    """Yield each decision, and one that gives a return to another owner to the one that it is taken from as well."""
    before: dict[str, str | None] = {}
    for d in decisions:
        facts: dict[str, Any] = {"sha256": d.sha256, "by": d.decided_by, "reason": d.reason}
        if d.kind != ASSIGN:
            yield Event(d.decided_at, d.kind, d.owner, d.path, facts)
            continue
        facts |= {"to": d.owner, "form": d.form}
        for owner in dict.fromkeys((before.get(d.sha256, d.owner), d.owner)):
            yield Event(d.decided_at, d.kind, owner, d.path, facts)
        before[d.sha256] = d.owner


def _took(run: OutcomeRun) -> Event:
    """Return a run over the accounts as an event."""
    facts = {"sha256": run.sha256, "mapping": run.mapping, "by": run.recorded_by, "run": run.number, "unplaced": run.unplaced}
    return Event(run.recorded_at, OUTCOMES, None, run.file_name, facts)


def _disposed(purge: Purge) -> Event:
    """Return what was disposed of as an event."""
    facts = {"kind": purge.kind, "by": purge.purged_by, "decision": purge.decision, "files": purge.files, "rows": purge.rows}
    return Event(purge.begun_at, PURGED, None, "", facts)


def _mailed(mail: Mail) -> Event:
    """Return a mail as an event: of which kind, to whom, and what became of it."""
    path = mail.about.partition("|")[0] if mail.kind == ANSWER else ""
    facts: dict[str, Any] = {"kind": mail.kind, "to": mail.recipients.split("; "), "subject": mail.subject}
    facts |= {"state": mail.state, "reply": mail.reply, "maybe_twice": bool(mail.doubt)}
    return Event(mail.ended_at or mail.begun_at, MAILED, mail.owner or None, path, facts | {"message_id": mail.message_id})


def _quarantined(notes: Iterable[MailPart]) -> Iterator[Event]:
    """Yield what was put in quarantine, and who let it in or sent it away."""
    for note in notes:
        if note.outcome not in _QUARANTINE:
            continue
        facts = {"name": note.name, "sender": note.sender, "sha256": note.sha256}
        yield Event(note.received_at, HELD, note.owner, "", facts | {"reason": note.reason})
        if note.settled_at:
            yield Event(note.settled_at, note.outcome, note.owner, note.path or "", facts | {"by": note.settled_by})


def _unreached(parts: Iterable[MailPart], plan: Plan) -> Iterator[Event]:
    """Yield each address that a mail came back from, for each owner that it belongs to."""
    for part in parts:
        for address in part.name.split(", ") if part.reason == BOUNCE else ():
            theirs: list[str | None] = [o.org_id for o in plan.organisations if fold_address(address) in map(fold_address, o.email)]
            for owner in dict.fromkeys(theirs or [None]):
                yield Event(part.recorded_at or part.received_at, UNREACHED, owner, "", {"address": address, "subject": part.subject})


def _unanswered(parts: Iterable[MailPart]) -> Iterator[Event]:
    """Yield the workbooks that nobody is answered on, since no person wrote the mails that they came in."""
    for part in parts:
        if part.outcome == TAKEN and part.by_machine:
            facts = {"sender": part.sender, "sha256": part.sha256, "kind": part.kind}
            yield Event(part.recorded_at or part.received_at, UNANSWERED, part.owner, part.path or "", facts)


def format_events(events: Sequence[Event], language: str, zone: tzinfo, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """Return the story for the terminal, owner by owner; files that are tied to nobody come last."""
    ordered = sorted((e for e in events if not e.again), key=lambda e: (e.owner is None, e.owner or ""))
    lines: list[str] = []
    for owner, mine in groupby(ordered, key=lambda e: e.owner):
        lines += ["", f"{owner} {names.get(owner, '')}".rstrip() if owner else word("log_unplaced", language)]
        lines += [f"  {format_moment(e.at, zone)}  {describe_event(e, language, titles)}" for e in mine]
    return "\n".join(lines[1:]) + "\n"


def describe_event(event: Event, language: str, titles: Mapping[str, str]) -> str:
    """Say what happened; ``titles``: what forms are called in the language."""
    path, facts = event.path, event.facts
    if event.event == MAILED:
        return _mail_sentence(path, facts, language)
    if event.event == UNREACHED:
        return word("log_unreached", language, address=facts["address"])
    if event.event == OUTCOMES:
        return word("log_outcomes", language, path=path, by=facts["by"], n=facts["unplaced"])
    if event.event == PURGED:
        what = word(f"purged_{facts['kind']}", language)
        return word("log_purged", language, what=what, n=facts["files"], by=facts["by"], decision=facts["decision"])
    if event.event == UNANSWERED:
        return word("log_unanswered", language, path=path, sender=facts["sender"], kind=word(f"brought_{facts['kind']}", language))
    if event.event in _QUARANTINE:
        reason = {"reason": word(f"brought_{facts['reason']}", language)} if "reason" in facts else {}
        return word(f"log_{event.event}", language, **{**facts, **reason})
    if event.event == "issued":
        key = "log_issued_by" if facts["by"] else "log_issued"
        return word(key, language, file=path, form=titles.get(facts["form"], facts["form"]), version=facts["version"], by=facts["by"])
    if event.event == "received":
        return _came(path, facts, language)
    if event.event == "judged":
        state = word(f"verdict_{facts['verdict']}", language)
        key = "log_judged" if facts["verdict"] in {"accepted", "rejected", "unreadable"} else "log_judged_plainly"
        return word(key, language, path=path, verdict=state, errors=facts["errors"], warnings=facts["warnings"])
    plainly = event.event in {MERGE, ASSIGN} and not facts["reason"]
    key = f"log_{event.event}_plainly" if plainly else f"log_{event.event}"
    form = titles.get(facts.get("form", ""), facts.get("form"))
    return word(key, language, path=path, by=facts["by"], reason=facts["reason"], owner=facts.get("to"), form=form)


def _came(path: str, facts: Mapping[str, Any], language: str) -> str:
    if "older" in facts:
        return word("log_received_merged", language, path=path, older=facts["older"], newer=facts["newer"])
    if facts["origin"] in {None, BY_HAND}:
        return word("log_received_by_hand", language, path=path)
    if str(facts["origin"]).startswith(BY_LINK):
        number, _, name = str(facts["origin"]).removeprefix(BY_LINK).rpartition("/")
        return word("log_received_by_link", language, path=path, number=number, name=name)
    sender = str(facts["origin"]).removeprefix(BY_MAIL)
    key = "log_received" if sender == facts["origin"] else "log_received_by_mail"
    return word(key, language, path=path, origin=sender)


def _mail_sentence(path: str, facts: Mapping[str, Any], language: str) -> str:
    what = word(f"log_mail_{facts['kind']}", language, path=path)
    state = "partly" if facts["state"] == SENT and facts["reply"] else facts["state"]
    reply = facts["reply"] or word("log_mailed_silent", language)
    told = word(f"log_mailed_{state}", language, what=what, to=", ".join(facts["to"]), reply=reply)
    return told + (" " + word("log_mailed_twice", language) if facts["maybe_twice"] and facts["state"] == SENT else "")


def format_json(events: Sequence[Event], round_id: str, language: str, titles: Mapping[str, str]) -> str:
    """Return the story as one JSON object, every judgement included."""
    described = [_plain(event) | {"text": describe_event(event, language, titles)} for event in events]
    return json.dumps({"round": round_id, "events": described}, ensure_ascii=False, indent=1) + "\n"


def _plain(event: Event) -> dict[str, Any]:
    facts = {name: make_showable(fact) if name in _PATHS and isinstance(fact, str) else fact for name, fact in event.facts.items()}
    return {"at": event.at.isoformat(), "event": event.event, "owner": event.owner, "path": make_showable(event.path) or None, **facts}
