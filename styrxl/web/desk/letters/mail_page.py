"""The letters of a round: which kinds there are, what has been sent, and each letter as it will look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from styrxl.mail.outgoing.kinds import MAILINGS
from styrxl.mail.outgoing.letter import Letter
from styrxl.model.catalogue import word
from styrxl.model.days import format_moment
from styrxl.model.levels import is_demanded
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.overview.narrowed_facts import find_facts_of
from styrxl.rounds.overview.round_facts import RoundFacts
from styrxl.store.mail_log import Mail, MailLog
from styrxl.store.mail_states import REDIRECTED, SENT
from styrxl.web.desk.access import Access
from styrxl.web.desk.letters.mailing import find_letters, list_mailings, make_letter_link
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

PAGE = "mail"
# A letter has styles of its own and no script; it is shown in a frame of ours alone, where nothing in it can reach anything.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)
_MOST = 2_000  # sent letters that are listed


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/rounds/{round}/mail", make_endpoint(show_mail, rooms, scoped=True)),
        Route("/rounds/{round}/mail/sent", make_endpoint(show_sent, rooms, scoped=True)),
        Route("/rounds/{round}/mail/letter", make_endpoint(show_letter, rooms, scoped=True)),
        Route("/rounds/{round}/mail/letter.html", make_endpoint(show_letter_itself, rooms, scoped=True)),
    ]


def show_mail(visit: Visit) -> Response:
    """Return the kinds of letters, and how many of each were sent; owners that were ticked lead on to their letters."""
    chosen, mailing = visit.request.query_params.getlist("to"), visit.query.get("mailing", "")
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        if chosen and mailing in MAILINGS:
            return visit.go(f"/rounds/{round_.id}/do/mail?{urlencode({'mailing': mailing, 'only': ', '.join(chosen)})}")
        mails, facts = _list_mails(visit, desk, round_), find_facts_of(desk, round_, visit.access.owners)
        kinds = [_describe_mailing(visit.access, desk, facts, mailing, mails) for mailing in list_mailings(visit.access)]
        consolidation = facts.consolidation
        is_set_up = desk.workspace.settings.mail is not None
    return visit.show(PAGE, round_=round_, kinds=kinds, consolidation=consolidation, is_set_up=is_set_up, any_sent=bool(mails))


def _list_mails(visit: Visit, desk: Desk, round_: Round) -> list[Mail]:
    """Return the mails of a round that may be shown; of one that also answers others its subject, which names those, is left out."""
    mails = list(MailLog(desk.ledger.database).mails(round_.id).values())
    seen = visit.access.keep(mails, lambda mail: mail.owner or None)
    others = {mail.message_id for mail in mails if not visit.access.sees(mail.owner or None)}
    return [replace(mail, subject="–") if mail.message_id in others else mail for mail in seen]


def _describe_mailing(access: Access, desk: Desk, facts: RoundFacts, mailing: str, mails: Collection[Mail]) -> dict[str, object]:
    kinds = {kind.name for kind in MAILINGS[mailing]}
    sent = [mail for mail in mails if mail.kind in kinds and mail.state == SENT]
    last = max((mail.ended_at or mail.begun_at for mail in sent), default=None)
    return {
        "name": mailing,
        "sent": len({mail.message_id for mail in sent}),
        "last": _show_time(desk, last),
        "waits": _count_waiting(access, desk, facts, mailing, sent),
    }


def _count_waiting(access: Access, desk: Desk, facts: RoundFacts, mailing: str, sent: Collection[Mail]) -> int:
    """Return how much there is to write letters about, as the ledger says; which letters go is known once they are written."""
    if mailing == "templates":
        mailed = {(mail.owner, mail.about) for mail in sent}
        issues = access.keep(desk.ledger.issues_by_form(facts.round.id).values(), lambda issue: issue.owner)
        return sum((issue.owner, issue.issue_id) not in mailed for issue in issues)
    if mailing == "answers":
        return len(facts.mail.unanswered)
    if mailing == "reminders":
        asked = [owner for owner in facts.owners if owner.issued and is_demanded(owner.kind)]
        return sum(owner.state != "accepted" and not owner.earlier_counts for owner in asked)
    return 0


def _show_time(desk: Desk, at: datetime | None) -> str:
    return format_moment(at, desk.zone) if at else ""


def show_sent(visit: Visit) -> Response:
    """Return the letters that were sent in a round, or that were begun, the newest first."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        mails = _list_mails(visit, desk, round_)[::-1]
    rows = [
        {
            "owner": mail.owner or "–",
            "kind": word(f"log_mail_{mail.kind}", visit.language),
            "to": mail.recipients,
            "subject": mail.subject,
            "state": mail.state,
            "is_sent": mail.state in {SENT, REDIRECTED},
            "reply": mail.reply,
            "at": _show_time(desk, mail.ended_at or mail.begun_at),
        }
        for mail in mails[:_MOST]
    ]
    counts = Counter(mail.state for mail in mails)
    return visit.show("mail_sent", round_=round_, rows=rows, sent=counts[SENT], all=len(mails))


def show_letter(visit: Visit) -> Response:
    """Return a letter's page: to whom it goes, what is with it, and how it will look."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        letter = _find_letter(visit, desk, round_)
        settings = desk.workspace.settings.mail
    asked = {key: value for key, value in visit.query.items() if key in {"mailing", "redirect_to", "incomplete"}}
    return visit.show(
        "letter",
        round_=round_,
        letter=letter,
        sender=settings.sender if settings else "",
        frame=make_letter_link(round_, letter, visit.query, "letter.html"),
        back=f"/rounds/{round_.id}/do/mail?{urlencode(asked)}",
    )


def show_letter_itself(visit: Visit) -> Response:
    """Return a letter as it will look, alone, bound more tightly than our own pages."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        letter = _find_letter(visit, desk, round_)
    return HTMLResponse(letter.content.html, headers={"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"})


def _find_letter(visit: Visit, desk: Desk, round_: Round) -> Letter:
    wanted = (round_.id, *(visit.query.get(key, "") for key in ("kind", "owner", "about")))
    found = next((letter for letter in find_letters(desk, round_, visit.query, visit.access).letters if letter.key == wanted), None)
    if found is None:
        raise HTTPException(404)
    return found
