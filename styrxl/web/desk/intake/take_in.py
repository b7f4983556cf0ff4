"""Taking in: files are put aside, a page says what will come of them, and its button takes them into the inbox and judges them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import Route

from styrxl.mail.incoming.mail_lines import format_mail_line, format_mail_sums
from styrxl.mail.incoming.receive import foresee_mail, receive_mail
from styrxl.mail.incoming.sources import fetch_from_files
from styrxl.model.catalogue import Word, say
from styrxl.model.rounds import Round
from styrxl.returns.package.file_type import is_mail_file
from styrxl.rounds.desk import Desk
from styrxl.rounds.files_to_receive import IncomingFile, Outcome, RefusedFileError
from styrxl.rounds.receive import count_outcomes, foresee, largest_file, read_identities, take_in
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import ASIDE, HELD, TAKEN
from styrxl.web.desk.access import EVERYTHING, Access
from styrxl.web.desk.actions import Action, Order, Preview, Question, Table
from styrxl.web.desk.intake.judging import judge_and_tell
from styrxl.web.desk.intake.uploads import (
    Upload,
    UploadedFile,
    drop_upload,
    find_upload,
    keep_identities,
    list_incoming,
    list_uploads,
    put_aside,
)
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

PAGE = "take_in"
PATIENCE = 10.0  # seconds to wait for another who takes mail in
_MOST = 200  # files that are named once it is done


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/rounds/{round}/take-in", make_endpoint(show_take_in, rooms, scoped=True, changes=True), methods=["GET", "POST"])]


def show_take_in(visit: Visit) -> Response:
    """Return where files are chosen; files that were sent are put aside, and the page that says what will come of them is gone to."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        now, settings = desk.now, desk.workspace.settings
        inbox = desk.workspace.inbox_files(round_)
        unjudged = len({desk.workspace.shown(path) for path in inbox.files} - desk.ledger.verdicts(round_.id).keys())
        waiting = len(_list_waiting(desk, round_))
    root, wrong = visit.place.root, False
    if visit.request.method == "POST":
        if token := visit.posted("drop"):
            if find_upload(root, round_.id, token, visit.access):
                drop_upload(root, token)
            return visit.go(f"/rounds/{round_.id}/take-in")
        if files := _list_uploaded(visit):
            upload = put_aside(root, round_.id, files, now, visit.access)
            with visit.reading() as desk:
                keep_identities(upload, read_identities(desk, _sort(desk, upload, EVERYTHING).files))
            return visit.go(f"/rounds/{round_.id}/do/take-in?upload={upload.token}")
        wrong = True
    return visit.show(
        PAGE,
        status=422 if wrong else 200,
        round_=round_,
        wrong=wrong,
        uploads=list_uploads(root, round_.id, now, visit.access),
        mailbox=bool(settings.mail and settings.mail.mailbox),
        in_inbox=len(inbox.files),
        unjudged=unjudged,
        waiting=waiting,
    )


def _list_waiting(desk: Desk, round_: Round) -> list[MailPart]:
    return [part for part in MailLog(desk.ledger.database).parts(round_.id) if part.outcome in {HELD, ASIDE}]


def _list_uploaded(visit: Visit) -> list[UploadedFile]:
    """Return the files of the form, with when each was changed last, where a script has told it (milliseconds, with commas between)."""
    files, told = visit.uploads("files"), visit.posted("changed").split(",")
    times = [float(time) / 1000 if time.isdecimal() else None for time in told] if len(told) == len(files) else [None] * len(files)
    return [UploadedFile(file.filename or "", file.file, time) for file, time in zip(files, times, strict=True)]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What was uploaded: workbooks and what else is no mail, mails, and what was passed over or refused at once."""

    files: Sequence[IncomingFile]
    mails: Sequence[IncomingFile]
    outcomes: Sequence[Outcome]


def _sort(desk: Desk, upload: Upload, access: Access) -> _Sorted:
    """Return what was uploaded, sorted; of somebody who sees some owners alone, what is not signed as those' is refused, and mails are."""
    incoming = list_incoming(upload, largest_file(desk), desk.zone)
    files = [one for one in incoming if isinstance(one, IncomingFile)]
    mails = [file for file in files if is_mail_file(file.name)]
    outcomes = [one for one in incoming if isinstance(one, Outcome)]
    workbooks = [file for file in files if file not in mails]
    if access.sees_all:
        return _Sorted(workbooks, mails, outcomes)
    refused = [Outcome(mail.origin, "refused", why=Word("refused_mail_here")) for mail in mails]
    mine = [(file, _refuse(desk, upload, file, access)) for file in workbooks]
    refused += [Outcome(file.origin, "refused", why=why) for file, why in mine if why]
    return _Sorted([file for file, why in mine if not why], [], [*outcomes, *refused])


def _refuse(desk: Desk, upload: Upload, file: IncomingFile, access: Access) -> Word | None:
    """Return why a workbook is not taken in for somebody who sees some owners alone; nothing is told of whose it is."""
    try:
        sha256 = hashlib.sha256(file.load()).hexdigest()
    except RefusedFileError as refused:
        return refused.why
    identity = upload.identities[sha256] if sha256 in upload.identities else read_identities(desk, [file])[sha256]
    owner = identity.get("owner")
    if not owner or not desk.signed(identity):
        return Word("refused_nobodys")
    return None if access.sees(owner) else Word("refused_others")


def _prepare(question: Question) -> Preview:
    desk, round_, t = question.desk, question.in_round, question.t
    title = t("preview_title", round=desk.workspace.settings.round_name(round_, question.language))
    back = f"/rounds/{round_.id}/take-in"
    upload = find_upload(desk.workspace.root, round_.id, question.given.get("upload", ""), question.access)
    if upload is None:
        return Preview(title, troubles=(t("gone"),), back=back)
    sorted_ = _sort(desk, upload, question.access)
    outcomes = [*sorted_.outcomes, *foresee(desk, round_, sorted_.files, upload.identities)]
    parts = list(foresee_mail(desk, MailLog(desk.ledger.database), round_, fetch_from_files(sorted_.mails, lambda _: None)))
    n = sum(outcome.state == "taken" for outcome in outcomes) + len(parts)
    rows = tuple((outcome.origin, _foretell(desk, round_, outcome, t)) for outcome in outcomes)
    letters = tuple((format_mail_line(replace(part, path=None), question.language),) for part in parts)
    tables = (Table(t("files_caption"), (t("file"), t("what")), rows),) if rows else ()
    if letters:
        tables = (*tables, Table(t("mails_caption"), (t("mail"),), letters))
    return Preview(
        title,
        lines=(_sum_up(outcomes, t, "will"), *((t("mails_will", n=len(sorted_.mails)),) if sorted_.mails else ()), t("then_judged")),
        button=t("button") if n else "",
        troubles=() if n else (t("nothing_new"),),
        tables=tables,
        back=back,
    )


def _foretell(desk: Desk, round_: Round, outcome: Outcome, t: Texts) -> str:
    if outcome.state == "known" and not outcome.path:
        return t("will_twice")
    if outcome.state in {"refused", "known", "skipped"}:
        return t(f"will_{outcome.state}", path=outcome.path, why=say(outcome.why, t.language))
    of = outcome.round or round_
    organisation = desk.plan.find(outcome.owner, of.day) if outcome.owner else None
    who = f"{organisation.org_id}, {organisation.name}" if organisation else t("nobody")
    key = "will_taken" if outcome.owner else "will_taken_unsigned"
    if outcome.round:
        return t("will_elsewhere", round=desk.workspace.settings.round_name(outcome.round, t.language), owner=who)
    return t(key, owner=who)


def _sum_up(outcomes: Iterable[Outcome], t: Texts, tense: str) -> str:
    outcomes = list(outcomes)
    counts = count_outcomes(outcomes)
    elsewhere = sum(outcome.state == "taken" and outcome.round is not None for outcome in outcomes)
    parts = [t(f"{tense}_sum_taken", n=counts["taken"])]
    parts += [t("sum_elsewhere", n=elsewhere)] if elsewhere else []
    parts += [t(f"sum_{key}", n=counts[key]) for key in ("known", "skipped") if counts[key]]
    parts += [t(f"{tense}_sum_refused", n=counts["refused"])] if counts["refused"] else []
    return ", ".join(parts) + "."


def _carry_out(order: Order) -> Done:
    t, root = order.t, order.place.root
    upload = find_upload(root, order.round_id or "", order.given.get("upload", ""), order.access)
    if upload is None:
        return Done(troubles=(t("gone"),))
    with order.writing() as desk:
        round_ = order.find_round(desk)
        sorted_ = _sort(desk, upload, order.access)
        outcomes = [*sorted_.outcomes, *take_in(desk, round_, sorted_.files, known=upload.identities)]
    parts, refused = take_mails(order, sorted_.mails) if sorted_.mails else ([], [])
    outcomes += refused
    drop_upload(root, upload.token)
    rounds = {round_.id, *(o.round.id for o in outcomes if o.round), *(part.round for part in parts if part.outcome == TAKEN)}
    fresh = {o.path for o in outcomes if o.state == "taken"} | {part.path or "" for part in parts if part.outcome == TAKEN}
    told = judge_and_tell(order, rounds, fresh)
    lines = (_sum_up(outcomes, t, "did"), *(tell_parts(parts, order.language)), *told.lines)
    troubles = (*_tell_left(outcomes, t), *told.troubles)
    return Done(lines, troubles, (*told.links, *link_quarantine(parts, t), Link(t("more"), f"/rounds/{round_.id}/take-in")))


def take_mails(order: Order, mails: Sequence[IncomingFile]) -> tuple[list[MailPart], list[Outcome]]:
    """Take in mails that lie in files; return their parts, and the files that could not be got."""
    with order.reading() as (desk, access), access.exclusively("inbox", patience=PATIENCE):
        refused: list[Outcome] = []
        messages = fetch_from_files(mails, refused.append)
        parts = list(receive_mail(desk, MailLog(desk.ledger.database), order.find_round(desk), messages, access.recording))
        return parts, refused


def tell_parts(parts: Sequence[MailPart], language: str) -> tuple[str, ...]:
    """Return what became of mails: the sums, and each part on a line."""
    if not parts:
        return ()
    return (format_mail_sums(parts, language), *(format_mail_line(part, language) for part in parts[:_MOST]))


def link_quarantine(parts: Sequence[MailPart], t: Texts) -> tuple[Link, ...]:
    """Return the way to quarantine, where any part waits there."""
    return (Link(Texts(PAGE, t.language)("to_quarantine"), "/quarantine"),) if any(p.outcome in {HELD, ASIDE} for p in parts) else ()


def _tell_left(outcomes: Sequence[Outcome], t: Texts) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.state == "refused":
            yield t("did_refused", file=outcome.origin, why=say(outcome.why, t.language))


TAKE_IN = Action("take-in", PAGE, _prepare, _carry_out, scoped=lambda _: ())
