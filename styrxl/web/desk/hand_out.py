"""Handing out: which round to begin, who has been handed what, and the action that hands out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.catalogue import Word, word
from styrxl.model.days import local_day
from styrxl.model.levels import LEVELS, USUAL
from styrxl.model.rounds import Round
from styrxl.prefill.plan import OwnerWithoutWorkbook
from styrxl.rounds.desk import Desk, name_levels
from styrxl.rounds.issue import CHANGED, NEW, SAME, ForeseenRound, foresee_issues, issue_round, levels_of
from styrxl.rounds.open_rounds import list_open_rounds
from styrxl.web.desk.access import Access
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question, Table
from styrxl.web.desk.downloads import list_round_files
from styrxl.web.desk.notes import describe_notes
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

_MOST_ROWS = 2000
_OF_THOSE_ASKED = frozenset({"before_not_issued", "before_not_done", "assignment_renamed"})  # remarks that name no others
_NAMED = 60  # owners that are named where they get nothing


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/begin", make_endpoint(choose_round, rooms)),
        Route("/rounds/{round}/hand-out", make_endpoint(show_hand_out, rooms, scoped=True)),
    ]


def choose_round(visit: Visit) -> Response:
    """Return the page on which a round is chosen to be begun, or the way to one that was written."""
    typed, wrong = visit.query.get("round", "").strip(), ""
    with visit.reading() as desk:
        kinds, year = desk.workspace.rounds, desk.today.year
        t = Texts("begin", visit.language)
        if typed:
            round_ = kinds.read_round(typed)
            if round_ is not None:
                return visit.go(f"/rounds/{round_.id}/hand-out")
            wrong = "round"
        begun = set(list_open_rounds(desk))
        years = [(of, [_name_round(desk, Round(of, kind), begun, visit.language) for kind in kinds.values()]) for of in (year, year + 1)]
        example = f"{year + 1}-{next(iter(kinds))}"
    help_ = t("write_help", example=example)
    written = Field("round", t("write"), help=help_, required=True)
    return visit.show("begin", status=422 if wrong else 200, years=years, written=written, typed=typed, wrong=help_ if wrong else "")


def _name_round(desk: Desk, round_: Round, begun: set[Round], language: str) -> dict[str, object]:
    return {"id": round_.id, "name": desk.workspace.settings.round_name(round_, language), "begun": round_ in begun}


def show_hand_out(visit: Visit) -> Response:
    """Return who has been handed what in a round; owners that were ticked lead on to what they would be handed."""
    chosen = visit.request.query_params.getlist("to")
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        if chosen:
            return visit.go(f"/rounds/{round_.id}/do/hand-out?{urlencode({'only': ', '.join(chosen)})}")
        there = {file.name: file.href for file in list_round_files(desk.workspace, "outbox", round_)}
        names, titles = desk.plan.names(round_.day), desk.forms.titles()
        files = [
            {
                "owner": issue.owner,
                "name": names.get(issue.owner, ""),
                "form": titles[issue.form][visit.language] if issue.form in titles else issue.form,
                "issued": local_day(issue.created_at, desk.zone).isoformat(),
                "file": issue.file_name,
                "href": there.get(issue.file_name),
            }
            for issue in visit.access.keep(desk.ledger.issues_by_form(round_.id).values(), lambda issue: issue.owner)
        ]
        levels = [level for level in LEVELS if desk.forms.for_level(level, round_.kind)]
        owners = [(owner.org_id, owner.name) for owner in desk.plan.answering(levels, round_) if visit.access.sees(owner.org_id)]
    return visit.show("hand_out", round_=round_, files=files, owners=owners)


def _read_only(given: Mapping[str, str]) -> frozenset[str]:
    return frozenset(part.strip() for part in given.get("only", "").split(",") if part.strip())


def _find_only(given: Mapping[str, str], desk: Desk, round_: Round, access: Access) -> frozenset[str]:
    """Return who is asked for; without anybody named, whoever may be seen of those who answer (nobody in it: everybody)."""
    named = _read_only(given)
    if named or access.sees_all:
        return named
    levels = [level for level in levels_of(_read_level(given)) if desk.forms.for_level(level, round_.kind)]
    return frozenset(owner.org_id for owner in desk.plan.answering(levels, round_) if access.sees(owner.org_id))


def _list_named(question: Question) -> list[str | None]:
    """Return who is named, as the plan spells them."""
    return [question.desk.plan.spelled(one) for one in _read_only(question.given)]


def _choose_notes(notes: Sequence[Word], access: Access) -> list[Word]:
    """Return what is remarked on those who are asked for; the rest names everybody whom it concerns."""
    return [note for note in notes if access.sees_all or note.key in _OF_THOSE_ASKED]


def _read_rows(given: Mapping[str, str]) -> int | None:
    """Return how many rows are asked for; None for the form's own; raises ValueError."""
    typed = given.get("rows", "")
    if not typed:
        return None
    rows = int(typed)
    if not 1 <= rows <= _MOST_ROWS:
        raise ValueError(typed)
    return rows


def _read_level(given: Mapping[str, str]) -> str | None:
    return given["level"] if given.get("level") in LEVELS else None


def _prepare(question: Question) -> Preview:
    desk, round_, t, given = question.desk, question.in_round, question.t, question.given
    title = t("preview_title", round=desk.workspace.settings.round_name(round_, question.language))
    back, options = f"/rounds/{round_.id}/hand-out", _list_options(question)
    try:
        rows = _read_rows(given)
    except ValueError:
        return Preview(title, troubles=(t("rows_wrong", typed=given["rows"]),), options=options, back=back)
    only = _find_only(given, desk, round_, question.access)
    if not only and not question.access.sees_all:
        return Preview(title, (t("nobody"),), options=options, back=back)
    foreseen = foresee_issues(desk, round_, levels_of(_read_level(given), only), only, rows)
    n = len(foreseen.issues)
    return Preview(
        title,
        lines=tuple(_describe(foreseen, desk.workspace.shown(desk.workspace.outbox(round_)), t)),
        button=t("button", n=n) if n else "",
        troubles=tuple(_describe_unserved(foreseen.unserved, t))
        + describe_notes(_choose_notes(foreseen.notes, question.access), question.language),
        tables=_list_owners(desk, foreseen, t, question.language),
        options=options,
        back=back,
    )


def _list_options(question: Question) -> tuple[Field, ...]:
    forms, kind, t = question.desk.forms, question.in_round.kind, question.t
    names = {level: name_levels(forms, [level])[question.language] for level in LEVELS if forms.for_level(level, kind)}
    usual = name_levels(forms, [level for level in USUAL if level in names] or USUAL)[question.language]
    choices = (("", t("level_all", kinds=usual)), *((level, t("level_only", kinds=name)) for level, name in names.items()))
    return (
        Field("level", t("level"), "choice", choices=choices, required=True),
        Field("only", t("only"), help=t("only_help")),
        Field("rows", t("rows"), "number", help=t("rows_help")),
    )


def _describe(foreseen: ForeseenRound, folder: str, t: Texts) -> Iterator[str]:
    for state in (NEW, CHANGED, SAME):
        owners = [issue.owner for issue in foreseen.issues if issue.state == state]
        if owners:
            yield t(f"line_{state}", n=len(owners), owners=_shorten(owners, t.language))
    yield t("line_folder", folder=folder) if foreseen.issues else t("nobody")


def _shorten(owners: Sequence[str], language: str, most: int = 8) -> str:
    """Return the first of many owners; all of them stand in the table."""
    names, shown = list(dict.fromkeys(owners)), ", ".join(list(dict.fromkeys(owners))[:most])
    return word("and_more", language, list=shown, n=len(names) - most) if len(names) > most else shown


def _describe_unserved(unserved: Sequence[OwnerWithoutWorkbook], t: Texts) -> Iterator[str]:
    """Yield who gets no workbook, by why: as the terminal says it, but that what concerns many boards is said once."""
    groups: dict[str, list[OwnerWithoutWorkbook]] = {}
    for one in unserved:
        groups.setdefault(one.why, []).append(one)
    for why, those in groups.items():
        boards = list(dict.fromkeys(one.board for one in those if one.board))
        reason = (
            t("boards_not_ready", boards=", ".join(boards)) if len(boards) > 1 else word(f"why_{why}", t.language, board="".join(boards))
        )
        yield t("line_unserved", n=len(those), owners=_shorten([one.owner for one in those], t.language, _NAMED), why=reason)


def _list_owners(desk: Desk, foreseen: ForeseenRound, t: Texts, language: str) -> tuple[Table, ...]:
    titles = desk.forms.titles()
    rows = tuple((one.owner, one.name, titles[one.form][language], t(f"state_{one.state}")) for one in foreseen.issues)
    return (Table(t("table_caption"), (t("owner"), t("name"), t("form"), t("what")), rows),) if rows else ()


def _carry_out(order: Order) -> Done:
    t, given = order.t, order.given
    with order.writing() as desk:
        round_ = order.find_round(desk)
        only = _find_only(given, desk, round_, order.access)
        if not only and not order.access.sees_all:
            return Done((t("nobody"),))
        done = issue_round(desk, round_, levels_of(_read_level(given), only), only, _read_rows(given))
        folder = desk.workspace.shown(desk.workspace.outbox(round_))
    here = f"/rounds/{round_.id}"
    links = (
        Link(t("mail_them"), f"{here}/do/mail?mailing=templates"),
        Link(t("all_files"), f"/zip/outbox/{round_.id}"),
        Link(t("to_page"), f"{here}/hand-out"),
    )
    troubles = tuple(_describe_unserved(done.unserved, t)) + describe_notes(_choose_notes(done.notes, order.access), order.language)
    return Done((t("done", n=len(done.written), folder=folder),), troubles, links)


HAND_OUT = Action("hand-out", "hand_out", _prepare, _carry_out, scoped=_list_named)
