"""A round's results: which workbooks there are and whether they are of what counts now; and the action that writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.catalogue import word
from styrxl.model.days import format_moment
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.overview.consolidation import find_consolidation
from styrxl.rounds.publish import find_missing_owners, publish
from styrxl.web.desk.access import Access
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question
from styrxl.web.desk.downloads import RoundFile, list_round_files
from styrxl.web.desk.notes import describe_notes
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

PAGE = "results"
_NAMED = 40  # owners that are named
COUNCIL, EVERYTHING = "council", "all"  # what may be written, besides the boards that are named


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/rounds/{round}/results", make_endpoint(show_results, rooms, scoped=True))]


def show_results(visit: Visit) -> Response:
    """Return the workbooks that there are, and whether the council's is of what counts now."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        sees_all = visit.access.sees_all
        consolidation = find_consolidation(desk, round_) if sees_all else None
        names = desk.plan.names(round_.day)
        council = [_show_file(file, desk.zone) for file in list_round_files(desk.workspace, "council", round_) if sees_all]
        boards = [
            {**_show_file(file, desk.zone), "board": names.get(file.path.stem, "")}
            for file in list_round_files(desk.workspace, "boards", round_)
            if file.path.suffix == ".xlsx" and visit.access.sees(file.path.stem)
        ]
        is_followup = round_.followup
    return visit.show(PAGE, round_=round_, consolidation=consolidation, council=council, boards=boards, is_followup=is_followup)


def _show_file(file: RoundFile, zone: tzinfo) -> dict[str, str]:
    written = format_moment(datetime.fromtimestamp(file.path.stat().st_mtime, UTC), zone)
    return {"name": file.name, "href": file.href, "at": written, "kind": file.path.suffix.removeprefix(".")}


def _read_boards(given: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in given.get("only", "").split(",") if part.strip())


def _list_boards(given: Mapping[str, str], desk: Desk, round_: Round, access: Access) -> tuple[str, ...]:
    """Return the boards whose workbooks are asked for by name, else those that may be seen (none in it: everybody may)."""
    named = _read_boards(given)
    if named or access.sees_all:
        return named
    return tuple(o.org_id for o in desk.plan.of_kind(["board"], round_.day) if access.sees(o.org_id))


def _list_named(question: Question) -> list[str | None]:
    return [question.desk.plan.spelled(one) for one in _read_boards(question.given)]


def _is_everything(given: Mapping[str, str]) -> bool:
    return given.get("which", EVERYTHING) != COUNCIL and not _read_boards(given)


def _prepare(question: Question) -> Preview:
    desk, round_, t, given = question.desk, question.in_round, question.t, question.given
    workspace, access = desk.workspace, question.access
    boards, everything = _list_boards(given, desk, round_, access), access.sees_all and _is_everything(given)
    choices = ((EVERYTHING, t("which_all")), (COUNCIL, t("which_council")))
    which = Field("which", t("which"), "choice", EVERYTHING, choices=choices, required=True)
    only = Field("only", t("only"), help=t("only_help"))
    options = (which, only) if access.sees_all else (only,)
    title, back = t("do_title", round=workspace.settings.round_name(round_, question.language)), f"/rounds/{round_.id}/results"
    known = {o.org_id for o in desk.plan.of_kind(["board"], round_.day)}
    if unknown := [board for board in boards if desk.plan.spelled(board) not in known]:
        return Preview(title, troubles=(t("no_board", boards=", ".join(unknown)),), options=options, back=back)
    if not boards and not access.sees_all:
        return Preview(title, (t("no_own_board"),), back=back)
    lines = []
    if everything or not boards:
        lines.append(t("will_council", path=workspace.shown(workspace.council(round_))))
    if everything or boards:
        n, folder = len(known) if everything else len(boards), workspace.shown(workspace.boards(round_))
        lines.append(t("will_boards", n=n, folder=folder))
    missing = access.keep(find_missing_owners(desk, round_), str)
    shown = ", ".join(missing[:_NAMED])
    owners = word("and_more", t.language, list=shown, n=len(missing) - _NAMED) if len(missing) > _NAMED else shown
    troubles = (t("missing", n=len(missing), owners=owners),) if missing else ()
    return Preview(title, (*lines, t("only_accepted"), t("keeps")), t("button"), troubles=troubles, options=options, back=back)


def _carry_out(order: Order) -> Done:
    t = order.t
    with order.writing() as desk:
        round_ = order.find_round(desk)
        boards, access = _list_boards(order.given, desk, round_, order.access), order.access
        if not boards and not access.sees_all:
            return Done((t("no_own_board"),))
        done = publish(desk, round_, boards, every=access.sees_all and _is_everything(order.given))
        lines = [word("written", order.language, path=desk.workspace.shown(path)) for path in done.written if path.suffix == ".xlsx"]
    missing = access.keep(done.missing, str)
    troubles = [t("missing_done", n=len(missing))] if missing else []
    notes = describe_notes(done.notes, order.language) if access.sees_all else ()
    here = f"/rounds/{round_.id}"
    links = (
        Link(t("see_files"), f"{here}/results"),
        *((Link(t("see_report"), f"{here}/report"), Link(t("mail_them"), f"{here}/do/mail?mailing=summary")) if access.sees_all else ()),
    )
    return Done(tuple(lines), (*troubles, *notes), links)


CONSOLIDATE = Action("consolidate", PAGE, _prepare, _carry_out, scoped=_list_named)
