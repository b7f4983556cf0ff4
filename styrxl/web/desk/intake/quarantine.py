"""Quarantine: workbooks from senders who may not hand them in; each is looked at, and let in or sent away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import PurePosixPath
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from styrxl.mail.incoming.mail_lines import format_mail_line
from styrxl.mail.incoming.quarantine import discard, list_waiting, release
from styrxl.model.catalogue import word
from styrxl.model.days import format_moment
from styrxl.model.errors import StyrxlError
from styrxl.model.grouped_findings import group_findings
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_files
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import DISCARDED, HELD, RELEASED
from styrxl.web.desk.actions import Action, Order, Preview, Question
from styrxl.web.desk.downloads import list_round_files
from styrxl.web.desk.intake.judging import judge_and_tell
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

PAGE = "quarantine"
_MOST = 10  # findings that are told beforehand


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [
        Route("/quarantine", make_endpoint(show_quarantine, rooms)),
        Route("/rounds/{round}/quarantine", make_endpoint(show_quarantine, rooms)),
    ]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What waits in a round, and what was decided there before, as the page shows it."""

    name: str
    waiting: list[dict[str, str]]
    settled: list[dict[str, str]]


def show_quarantine(visit: Visit) -> Response:
    """Return what waits in a round, or in all of them, and what was decided before."""
    t = Texts(PAGE, visit.language)
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace) if "round" in visit.path else None
        shown = [_show_round(desk, one, t) for one in _list_rounds(desk) if round_ in {None, one}]
    return visit.show(
        PAGE, round_=round_, rounds=[one for one in shown if one.waiting], settled=[each for one in shown[::-1] for each in one.settled]
    )


def _list_rounds(desk: Desk) -> list[Round]:
    """Return the rounds in which anything has come by mail."""
    kinds, mail_log = desk.workspace.rounds, MailLog(desk.ledger.database)
    return sorted(kinds.parse(round_id) for round_id in mail_log.list_rounds() if kinds.kind_of(round_id))


def _show_round(desk: Desk, round_: Round, t: Texts) -> _Shown:
    mail_log = MailLog(desk.ledger.database)
    files = {file.name: file.href for file in list_round_files(desk.workspace, "quarantine", round_)}
    waiting = [_describe_part(desk, part, round_, files, t) for part in list_waiting(mail_log, round_)]
    settled = [_describe_settled(part, desk.zone, t) for part in mail_log.parts(round_.id)[::-1] if part.outcome in {RELEASED, DISCARDED}]
    return _Shown(desk.workspace.settings.round_name(round_, t.language), waiting, settled)


def _describe_settled(part: MailPart, zone: tzinfo, t: Texts) -> dict[str, str]:
    at = format_moment(part.settled_at, zone) if part.settled_at else "–"
    return {"at": at, "told": format_mail_line(part, t.language), "by": part.settled_by or "–"}


def _describe_part(desk: Desk, part: MailPart, round_: Round, files: dict[str, str], t: Texts) -> dict[str, str]:
    asked = urlencode({"id": part.id})
    return {
        "id": part.id,
        "sender": make_showable(part.sender) or word("brought_nobody", t.language),
        "subject": make_showable(part.subject),
        "name": make_showable(part.name) or "–",
        "owner": part.owner or "–",
        "at": format_moment(part.received_at, desk.zone),
        "why": word(f"brought_{part.reason}", t.language) if part.reason else "",
        "file": files.get(PurePosixPath(part.path or "").name, ""),
        "release": f"/rounds/{round_.id}/do/release?{asked}" if part.outcome == HELD else "",
        "discard": f"/rounds/{round_.id}/do/discard?{asked}",
    }


def _find(desk: Desk, round_: Round, name: str) -> MailPart | None:
    return next((part for part in list_waiting(MailLog(desk.ledger.database), round_) if part.id == name), None)


def _tell_part(desk: Desk, part: MailPart, t: Texts) -> tuple[str, ...]:
    sender = make_showable(part.sender) or word("brought_nobody", t.language)
    facts = {"name": make_showable(part.name) or "–", "sender": sender, "subject": make_showable(part.subject)}
    lines = [t("came", at=format_moment(part.received_at, desk.zone), **facts)]
    lines += [t("waits_why", why=word(f"brought_{part.reason}", t.language))] if part.reason else []
    return (*lines, t("says", owner=part.owner) if part.owner else t("says_nothing"))


def _prepare_release(question: Question) -> Preview:
    desk, round_, t = question.desk, question.in_round, question.t
    part = _find(desk, round_, question.given.get("id", ""))
    if part is None or part.outcome != HELD:
        return Preview(t("release_title"), troubles=(t("gone"),), back="/quarantine")
    name = desk.workspace.settings.round_name(round_, question.language)
    lines = (*_tell_part(desk, part, t), *_foretell(desk, round_, part, t), t("release_what", round=name))
    return Preview(t("release_title"), lines, t("release_button"), troubles=(t("release_think"),), back="/quarantine")


def _foretell(desk: Desk, round_: Round, part: MailPart, t: Texts) -> tuple[str, ...]:
    """Return what judging the workbook would give, as far as it can be read."""
    path = desk.workspace.root / (part.path or "")
    if not path.is_file():
        return ()
    try:
        [judged] = judge_files(desk, [path], round_).returns
    except (StyrxlError, ValueError):
        return ()
    verdict = t("would_be", verdict=word(f"verdict_{judged.verdict}", t.language))
    groups = group_findings([one for one in judged.findings if one.severity == "error"], t.language)
    return (verdict, *(f"{group.place}: {group.message}".removeprefix(": ") for group in groups[:_MOST]))


def _release(order: Order) -> Done:
    t = order.t
    with order.writing() as desk:
        round_ = order.find_round(desk)
        part = release(desk, MailLog(desk.ledger.database), round_, order.given.get("id", ""))
    told = judge_and_tell(order, {round_.id}, {part.path or ""})
    return Done((format_mail_line(part, order.language), *told.lines), told.troubles, (*told.links, Link(t("back_there"), "/quarantine")))


def _prepare_discard(question: Question) -> Preview:
    t = question.t
    desk = question.desk
    part = _find(desk, question.in_round, question.given.get("id", ""))
    if part is None:
        return Preview(t("discard_title"), troubles=(t("gone"),), back="/quarantine")
    return Preview(t("discard_title"), (*_tell_part(desk, part, t), t("discard_what")), t("discard_button"), back="/quarantine")


def _discard(order: Order) -> Done:
    with order.writing() as desk:
        part = discard(desk, MailLog(desk.ledger.database), order.find_round(desk), order.given.get("id", ""))
    return Done((format_mail_line(part, order.language),), links=(Link(order.t("back_there"), "/quarantine"),))


RELEASE = Action("release", PAGE, _prepare_release, _release)
DISCARD = Action("discard", PAGE, _prepare_discard, _discard)
