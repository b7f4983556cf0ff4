"""The page of an owner in a round: what counts, what has come, what was handed out, and what has been written to it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.catalogue import word
from styrxl.model.council_plan import Organisation
from styrxl.model.days import format_moment, local_day
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.log import read_events, select_events
from styrxl.rounds.merging.merge import can_merge
from styrxl.rounds.open_rounds import list_open_rounds
from styrxl.web.desk.downloads import list_round_files
from styrxl.web.desk.return_links import action_href, owner_href, return_href
from styrxl.web.desk.returns.events import EventWriter, list_seen
from styrxl.web.desk.returns.link_actions import list_link_actions
from styrxl.web.desk.returns.return_view import SIGNS, TONES, sort_newest_first
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/rounds/{round}/owners/{owner}", make_endpoint(show_owner, rooms, scoped=True))]


@dataclass(frozen=True, slots=True)
class ShownReturn:
    """A return of an owner, as its row says it."""

    name: str
    href: str
    received: str
    form: str
    state: str
    tone: str
    sign: str
    errors: int
    warnings: int
    counts: bool
    judged: bool  # by what it says itself: of one that was superseded, doubled or set aside nothing else is told


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A workbook that an owner was handed: its form, when, its file, and the way to it while it is there."""

    form: str
    at: str
    by: str
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class OtherRound:
    """Another round in which an owner has been handed a workbook, and how it stands there."""

    name: str
    href: str
    state: str


def show_owner(visit: Visit) -> Response:
    """Return the page of an owner in a round."""
    visit.check_seen(visit.path["owner"])
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        owner = visit.path["owner"]
        organisation = desk.plan.find(owner, round_.day)
        judged = judge_inbox_quietly(desk, round_)
        mine = sort_newest_first([r for r in judged.returns if r.owner == owner])
        issued = [issue for (who, _), issue in desk.ledger.issues_by_form(round_.id).items() if who == owner]
        if organisation is None and not mine and not issued:
            raise HTTPException(404)
        titles = {known: title[visit.language] for known, title in desk.forms.titles().items()}
        writer = EventWriter.of(desk, round_, visit.language)
        events = [writer.write(event) for event in list_seen(visit.access, select_events(read_events(desk, round_), owner))][::-1]
        due = desk.workspace.settings.due(round_, owner, organisation.kind) if organisation else None
        returned = [one for one in list_round_files(desk.workspace, "returned", round_) if one.name.split(".")[0] == owner]
        site = desk.workspace.settings.site
        may_see_to_link = visit.access.may_write and bool(issued) and bool(site and site.has_links)
        return visit.show(
            "owner",
            round_=round_,
            owner=make_showable(owner),
            name=organisation.name if organisation else "",
            placed=_describe_place(desk, round_, organisation),
            email=organisation.email if organisation else (),
            contact=organisation.contact if organisation else "",
            due=due.isoformat() if due else "",
            is_late=bool(due and desk.today > due and not any(r.verdict == "accepted" for r in mine)),
            returns=[_show_return(desk, round_, judged, one, titles, visit.language) for one in mine],
            counting=[_show_return(desk, round_, judged, one, titles, visit.language) for one in mine if one.verdict == "accepted"],
            handed_out=_list_handed_out(desk, round_, owner, titles),
            returned=returned,
            events=events,
            rounds=_list_other_rounds(desk, round_, owner, visit.language),
            merge=action_href(round_.id, "merge", owner=owner) if visit.access.may_write and can_merge(desk, round_, owner) else "",
            link_actions=list_link_actions(round_.id, owner, has_links=may_see_to_link),
            log=f"/rounds/{round_.id}/log?q={quote(owner, safe='')}",
        )


def _describe_place(desk: Desk, round_: Round, organisation: Organisation | None) -> list[str]:
    """Return the names of the board and administration that an owner belongs to."""
    if organisation is None:
        return []
    names = desk.plan.names(round_.day)
    above = dict.fromkeys(code for code in (organisation.board_id, organisation.administration_id) if code and code != organisation.org_id)
    return [names.get(code, code) for code in above]


def _show_return(desk: Desk, round_: Round, judged: JudgedRound, one: Judged, titles: dict[str, str], language: str) -> ShownReturn:
    name, tone = one.path.rpartition("/")[2], TONES[one.verdict]
    return ShownReturn(
        make_showable(name),
        return_href(round_.id, name),
        format_moment(one.received, desk.zone) if one.received else "",
        titles.get(one.form or "", ""),
        word(f"verdict_{one.verdict}", language),
        tone,
        SIGNS[tone],
        one.errors,
        one.warnings,
        any(one is other for other in judged.accepted),
        one.verdict in {"accepted", "rejected", "unreadable"},
    )


def _list_handed_out(desk: Desk, round_: Round, owner: str, titles: dict[str, str]) -> list[HandedOut]:
    there = {file.name: file.href for file in list_round_files(desk.workspace, "outbox", round_)}
    issues = [issue for (who, _), issue in desk.ledger.issues_by_form(round_.id).items() if who == owner]
    return [
        HandedOut(
            titles.get(issue.form, issue.form),
            local_day(issue.created_at, desk.zone).isoformat(),
            issue.issued_by or "",
            issue.file_name,
            there.get(issue.file_name.rpartition("/")[2], ""),
        )
        for issue in issues
    ]


def _list_other_rounds(desk: Desk, round_: Round, owner: str, language: str) -> list[OtherRound]:
    """Return the other rounds in which an owner was handed a workbook or has returned one, the newest first, as the ledger has them."""
    found = []
    for other in list_open_rounds(desk)[::-1]:
        verdicts = [verdict for verdict in desk.ledger.verdicts(other.id).values() if verdict.owner == owner]
        if other == round_ or not (verdicts or owner in desk.ledger.issues(other.id)):
            continue
        states = [verdict.verdict for verdict in verdicts if verdict.verdict != "superseded"]
        state = word(f"verdict_{'accepted' if 'accepted' in states else states[-1]}", language) if states else ""
        found.append(OtherRound(desk.workspace.settings.round_name(other, language), owner_href(other.id, owner), state))
    return found
