"""An owner's pages: a workbook is dropped, looked at within a second, mended, dropped again, and handed in when its owner says so.

A link proves a mailbox, not a person. Opening one changes and proves nothing: only the button hands in.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.run import run_mailing
from styrxl.model.catalogue import word
from styrxl.model.days import format_moment
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB
from styrxl.model.masking import make_showable
from styrxl.model.settings import BY_SIGN_IN
from styrxl.rounds.desk import Desk
from styrxl.rounds.owner_links.check import CheckedWorkbook, HandedIn, check_workbook, hand_in, mark_workbook
from styrxl.rounds.owner_links.links import open_by_code, open_link, says_expired
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE, make_token
from styrxl.store.files import read_file
from styrxl.store.owner_links import OwnerLink
from styrxl.web.desk.downloads import list_round_files
from styrxl.web.desk.error_texts import describe_error
from styrxl.web.desk.returns.return_view import SIGNS, TONES, show_findings
from styrxl.web.desk.tasks import Done, Task
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import LONGEST_FIELD, Visit, find_language
from styrxl.web.serve.checks import Receipt
from styrxl.web.serve.owner_visit import OwnerRooms, OwnerVisit
from styrxl.web.serve.roles import list_own
from styrxl.web.serve.sessions import SIGN_IN

_LOG = logging.getLogger(__name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIELDS = 10


OwnerPage = Callable[[OwnerVisit], Response]


def list_routes(here: OwnerRooms) -> list[Route]:
    """Return the routes of these pages."""
    one = OWNERS_PAGE + "/{token}"
    return [
        Route(OWNERS_PAGE, _open_page(_show_code, here), methods=["GET"]),
        Route(OWNERS_PAGE, _open_page(_take_code, here), methods=["POST"]),
        Route(one, _owner_page(_show_start, here), methods=["GET"]),
        Route(f"{one}/check", _owner_page(_check, here), methods=["POST"]),
        Route(f"{one}/checked/{{check}}", _owner_page(_show_checked, here), methods=["GET"]),
        Route(f"{one}/receipt/{{check}}", _owner_page(_show_receipt, here), methods=["GET"]),
        Route(f"{one}/hand-in", _owner_page(_hand_in, here), methods=["POST"]),
        Route(f"{one}/marked/{{check}}", _owner_page(_send_marked, here), methods=["GET"]),
        Route(f"{one}/workbook/{{name}}", _owner_page(_send_workbook, here), methods=["GET"]),
    ]


def _open_page(page: Callable[[Visit, OwnerRooms], Response], here: OwnerRooms) -> Callable[[Request], Any]:
    """Return what answers requests without a link."""

    async def answer(request: Request) -> Response:
        if request.method != "POST":
            return await run_in_threadpool(page, Visit(request, here.rooms), here)
        async with request.form(max_files=0, max_fields=_FIELDS, max_part_size=LONGEST_FIELD) as form:
            return await run_in_threadpool(page, Visit(request, here.rooms, form), here)

    return answer


def _owner_page(page: OwnerPage, here: OwnerRooms) -> Callable[[Request], Any]:
    """Return what answers requests by a link: the page, or that the link does not hold."""

    async def answer(request: Request) -> Response:
        if request.method != "POST":
            return await run_in_threadpool(_answer, page, Visit(request, here.rooms), here)
        async with request.form(max_files=1, max_fields=_FIELDS, max_part_size=LONGEST_FIELD) as form:
            return await run_in_threadpool(_answer, page, Visit(request, here.rooms, form), here)

    return answer


def _answer(page: OwnerPage, visit: Visit, here: OwnerRooms) -> Response:
    address = _find_address(visit)
    try:
        with visit.reading() as desk:
            link = open_link(desk, visit.path["token"])  # which nobody guesses: one that holds is let in, whatever others have tried
            if link is None and not here.attempts.may_try(address):
                return visit.show("site_closed", status=429, reason="too_often", address="", contact="")
            if link is None:
                contact = desk.workspace.settings.contact
                if says_expired(desk, visit.path["token"], desk.now):
                    return visit.show("site_closed", status=410, reason="expired", address="", contact=contact)
                here.attempts.note_wrong(address)
                return visit.show("site_closed", status=404, reason="wrong", address="", contact=contact)
            if not _may_use(visit, here, desk, link):
                return visit.go(SIGN_IN)
            return page(OwnerVisit(visit, here, desk, link, desk.workspace.rounds.parse(link.round)))
    except StyrxlError as error:
        _LOG.error("an owner's page could not be shown: %s", "; ".join(describe_error(error, visit.language)))
        return visit.show("site_closed", status=503, reason="trouble", address="", contact="")


def _may_use(visit: Visit, here: OwnerRooms, desk: Desk, link: OwnerLink) -> bool:
    """Whether a link lets in whoever comes with it: where owners have to sign in, its own contacts alone."""
    site = desk.workspace.settings.site
    if site is None or site.owners != BY_SIGN_IN:
        return True
    person = here.person(visit.request.cookies)
    return person is not None and link.owner in list_own(person, desk.plan, desk.workspace.rounds.parse(link.round).day)


def _find_address(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""


def show_closed(visit: Visit) -> Response:
    """Return where somebody comes who may not come in: to where codes are typed."""
    return visit.show("site_code", status=403, wrong="", typed="")


def _show_code(visit: Visit, _: OwnerRooms) -> Response:
    return visit.show("site_code", wrong="", typed="")


def _take_code(visit: Visit, here: OwnerRooms) -> Response:
    """Lead on to the owner's page, or say that the code is wrong: in the same words whatever is wrong with it."""
    address, typed = _find_address(visit), visit.posted("code")
    if not here.attempts.may_try(address):
        return visit.show("site_code", status=429, wrong="too_often", typed="")
    with visit.reading() as desk:
        link = open_by_code(desk, typed)
        if link is None:
            here.attempts.note_wrong(address)
            return visit.show("site_code", status=404, wrong="wrong", typed=typed)
        return visit.go(f"{OWNERS_PAGE}/{make_token(desk.workspace, link)}")


def _show_start(at: OwnerVisit) -> Response:
    return at.show("site_start", workbooks=_list_workbooks(at), wrong="", came=_list_returns(at))


def _list_workbooks(at: OwnerVisit) -> list[tuple[str, str]]:
    """Return the names and addresses of the workbooks that the owner was handed in the round."""
    mine = {issue.file_name for (owner, _), issue in at.desk.ledger.issues_by_form(at.round.id).items() if owner == at.link.owner}
    files = [file for file in list_round_files(at.desk.workspace, "outbox", at.round) if file.name in mine]
    return [(file.name, f"{at.address}/workbook/{file.href.rpartition('/')[2]}") for file in files]


def _list_returns(at: OwnerVisit) -> list[tuple[str, str, str]]:
    """Return what has come in from the owner already, the newest first: when, its verdict in words, and how that looks."""
    receipts = at.desk.ledger.receipts(at.round.id)
    verdicts = [(path, v) for path, v in at.desk.ledger.verdicts(at.round.id).items() if v.owner == at.link.owner and path in receipts]
    newest = sorted(verdicts, key=lambda one: receipts[one[0]].received_at, reverse=True)
    return [
        (format_moment(receipts[path].received_at, at.desk.zone), word(f"verdict_{v.verdict}", at.language), TONES[v.verdict])
        for path, v in newest
    ]


def _check(at: OwnerVisit) -> Response:
    """Look at the workbook that was dropped, and lead to what was found; nothing of it is kept but in memory, for a while.

    What was found has an address of its own, so that it can be shown anew and gone back to.
    """
    upload = at.visit.form.get("workbook")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return at.show("site_start", 422, workbooks=_list_workbooks(at), wrong="choose_first", came=_list_returns(at))
    most = at.desk.limits.file_mb * MB
    with at.here.judging:  # those who wait hold no workbook in memory
        data = upload.file.read(most + 1)
        checked = check_workbook(at.desk, at.link, upload.filename, data) if len(data) <= most else None
    if checked is None:
        return at.show("site_start", 413, workbooks=_list_workbooks(at), wrong="too_large", came=_list_returns(at))
    return at.visit.go(f"{at.address}/checked/{at.here.checks.keep(checked)}")


def _show_checked(at: OwnerVisit) -> Response:
    """Return what was found in a workbook; of one that has been handed in since, its receipt."""
    token = at.visit.path["check"]
    if at.here.checks.find_receipt(token, at.link.number) is not None:
        return at.visit.go(f"{at.address}/receipt/{token}")
    checked = at.here.checks.find(token, at.link.number)
    if checked is None:
        return _tell_forgotten(at)
    return_ = checked.return_
    tone = TONES[return_.verdict]
    return at.show(
        "site_checked",
        whose=checked.whose,
        name=make_showable(checked.name),
        may=checked.may_be_handed_in,
        done=return_.verdict == "accepted",
        verdict=word(f"verdict_{return_.verdict}", at.language),
        tone=tone,
        sign=SIGNS[tone],
        findings=show_findings(return_, None, at.language),
        check=token,
        mails=at.desk.workspace.settings.mail is not None,
        marked=checked.may_be_handed_in and return_.verdict == "rejected",
    )


def _tell_forgotten(at: OwnerVisit) -> Response:
    """Return the first page, which says that what was looked at is not held any longer."""
    return at.show("site_start", 410, workbooks=_list_workbooks(at), wrong="forgotten", came=_list_returns(at))


def _send_marked(at: OwnerVisit) -> Response:
    """Return the workbook that was looked at, with what is to be mended marked."""
    checked = at.here.checks.find(at.visit.path["check"], at.link.number)
    with at.here.judging:
        data = mark_workbook(at.desk, checked) if checked else None
    if checked is None or data is None:
        return _tell_forgotten(at)
    return _send(data, Texts("site_checked", at.language)("marked_name", owner=at.link.owner))


def _send_workbook(at: OwnerVisit) -> Response:
    """Return a workbook as it was handed out to the owner."""
    names = {name for name, _ in _list_workbooks(at)}
    name = at.visit.path["name"]
    file = next((one for one in list_round_files(at.desk.workspace, "outbox", at.round) if one.name == name and name in names), None)
    if file is None:
        return at.show("site_start", 404, workbooks=_list_workbooks(at), wrong="no_workbook", came=_list_returns(at))
    return _send(read_file(file.path, at.desk.limits.file_mb * MB)[0], file.name)


def _send(data: bytes, name: str) -> Response:
    ascii_name = name.encode("ascii", "replace").decode("ascii").replace('"', "")
    disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=XLSX, headers={"Content-Disposition": disposition})


def _hand_in(at: OwnerVisit) -> Response:
    """Take the workbook in that was looked at, and show its receipt, which goes to the owner's registered addresses as well.

    It is shown at once: a server that is told to end answers what it has begun, and nothing that would be asked afterwards.
    """
    token, checks = at.visit.posted("check"), at.here.checks
    checked = checks.find(token, at.link.number)
    if checked is None or not checked.may_be_handed_in:
        return _tell_receipt(at, token) or _tell_forgotten(at)
    t, sender = Texts("site_start", at.language), _find_sender(at)
    place = at.visit.place.seen_by(", ".join(filter(None, (sender, f"{at.link.owner} ({t('by_link', number=at.link.number)})"))))
    with place.writing(t("handing_in", owner=at.link.owner), lambda _: None) as desk:
        if open_link(desk, at.visit.path["token"]) is None:  # taken back since the page was shown
            return at.show("site_closed", 410, reason="expired")
        if checks.find_receipt(token, at.link.number) is None:  # else the button was pressed twice
            done = hand_in(desk, checked, sender)
            checks.hand_in(token, at.link.number, _make_receipt(at, checked, done))
            if at.desk.workspace.settings.mail is not None and not done.known:
                _mail_receipt(at)
    return _tell_receipt(at, token) or at.visit.go(at.address)


def _make_receipt(at: OwnerVisit, checked: CheckedWorkbook, done: HandedIn) -> Receipt:
    """Return what a receipt says."""
    tone = TONES[done.return_.verdict]
    return {
        "name": make_showable(checked.name),
        "number": done.number,
        "at": format_moment(done.return_.received, at.desk.zone) if done.return_.received else "",
        "sha256": hashlib.sha256(checked.data).hexdigest(),
        "known": done.known,
        "done": done.return_.verdict == "accepted",
        "verdict": word(f"verdict_{done.return_.verdict}", at.language),
        "tone": tone,
        "sign": SIGNS[tone],
        "mails": at.desk.workspace.settings.mail is not None,
    }


def _show_receipt(at: OwnerVisit) -> Response:
    """Return the receipt of what was handed in; once it is not held any longer, the first page has what has come in."""
    return _tell_receipt(at, at.visit.path["check"]) or at.visit.go(at.address)


def _tell_receipt(at: OwnerVisit, token: str) -> Response | None:
    """Return the receipt of what a token stood for; its page has an address of its own, so that it can be shown anew."""
    receipt = at.here.checks.find_receipt(token, at.link.number)
    return None if receipt is None else at.show("site_receipt", here=f"{at.address}/receipt/{token}", **receipt)


def _find_sender(at: OwnerVisit) -> str:
    """Return who hands in, where somebody has signed in who is a contact of the owner; a link says no more than whose it is."""
    person = at.here.person(at.visit.request.cookies)
    return person.who if person and at.link.owner in list_own(person, at.desk.plan, at.round.day) else ""


def _mail_receipt(at: OwnerVisit) -> None:
    """Send the owner what came of its return, in the background: the page does not wait for the mail server."""
    place, round_id, owner = at.visit.place, at.round.id, at.link.owner
    title = Texts("site_start", find_language(place))("mailing_receipt", owner=owner)

    def work(task: Task) -> Done:
        with place.reading() as desk:
            access = place.access(desk, task.title, task.wait_for)
            run_mailing(access, desk.workspace.rounds.parse(round_id), MailRequest("answers", frozenset({owner}), send=True))
        return Done()

    at.visit.rooms.tasks.begin(title, round_id, f"/rounds/{round_id}/mail", work)
