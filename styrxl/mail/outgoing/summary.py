"""Summaries: the council's and the boards' workbooks by mail, made of accepted returns and of the newest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from styrxl.excel.pages import Link, Row
from styrxl.mail.outgoing.letter import Attachment, Letter, WrittenLetters
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.model.catalogue import number_text, word
from styrxl.model.council_plan import Organisation
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.reports import followup, plan
from styrxl.reports.book import board_book, council_book
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.goal_states import followup_goal_states, plan_goal_states
from styrxl.reports.history import RoundHistory
from styrxl.reports.missing import make_missing_page
from styrxl.reports.overview_parts import Figure
from styrxl.reports.view import FOLLOWED, PLANNED, View
from styrxl.rounds.desk import Desk, suggest_nearest
from styrxl.rounds.publish import gather_history, list_issued, make_scope, read_feedback
from styrxl.store.mail_states import SUMMARY

_NAMED = 5  # owners that the first line names


@dataclass(frozen=True, slots=True)
class SummaryReader:
    """Who gets a summary: of everything (``board`` None), or of a board and its units."""

    organisation: Organisation
    board: str | None


def write_summaries(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return a letter for each board about its units, and for the council's office and those named in ``everything_to`` about all.

    Raises StyrxlError: summary-missing, summary-stale where the workbook on disk is not made of the newest accepted returns;
    summary-incomplete where any is missing, unless the request allows that.
    """
    judged = writer.judged
    readers = [reader for reader in _list_readers(writer) if request.concerns(reader.organisation.org_id)]
    history = gather_history(writer.desk, writer.round, judged) if writer.round.followup else None
    views = [(reader, _make_view(writer, reader, history)) for reader in readers]
    lacks = {name for _, view in views for name in _name_missing(view)}
    if lacks and not request.incomplete:
        raise StyrxlError("summary-incomplete", n=len(lacks), owners=", ".join(sorted(lacks)[:20]))
    return WrittenLetters(tuple(_write_summary(writer, reader, view) for reader, view in views))


def _list_readers(writer: LetterWriter) -> list[SummaryReader]:
    plan, settings = writer.desk.plan, writer.settings
    everything = list(plan.of_kind(["council"], writer.day))  # one without an address is named as such
    for name in settings.everything_to:
        organisation = writer.find(plan.spelled(name))
        if organisation is None:
            raise StyrxlError("mail-unknown-owner", owner=name, round=writer.round.id, **suggest_nearest(writer.desk.plan, name))
        everything.append(organisation)
    sent_everything = {o.org_id for o in everything}
    boards = [SummaryReader(o, o.org_id) for o in plan.of_kind(["board"], writer.day) if o.org_id not in sent_everything]
    return [*(SummaryReader(o, None) for o in everything), *boards]


def find_everything_gap(desk: Desk, round_: Round) -> str | None:
    """Return what there is to say of who gets the summary of everything (a word of the catalogue), or None."""
    names = desk.workspace.settings.mail.everything_to if desk.workspace.settings.mail else ()
    offices = desk.plan.of_kind(["council"], round_.day)
    has_office = any(office.email for office in offices)
    others = (desk.plan.find(desk.plan.spelled(name), round_.day) for name in names)
    if not (has_office or any(other and other.email for other in others)):
        return "mail_everything_nobody"
    if not has_office:
        return "mail_everything_no_office"
    return None if names else "mail_everything"


def _make_view(writer: LetterWriter, reader: SummaryReader, history: RoundHistory | None) -> View:
    scope = make_scope(writer.desk, writer.round, writer.language(reader.organisation))
    issued = tuple(list_issued(writer.desk, writer.round))
    path = writer.desk.workspace.boards(writer.round) / f"{reader.board}.xlsx"
    feedback = read_feedback(path, writer.desk.workspace) if reader.board and history else {}
    return View(writer.judged, writer.desk.plan, scope, issued, reader.board, history, feedback)


def _name_missing(view: View) -> list[str]:
    return [_name_owner(row, view.scope.language) for row in _list_missing(view)]


def _list_missing(view: View) -> Sequence[Row]:
    return make_missing_page(view).blocks[0].rows


def _name_owner(row: Row, language: str) -> str:
    board, unit, _, file = row.cells
    return str(unit or board or word("mail_unplaced", language, file=file.text if isinstance(file, Link) else "?"))


def _write_summary(writer: LetterWriter, reader: SummaryReader, view: View) -> Letter:
    language = writer.language(reader.organisation)
    attachments = _attach_workbook(writer, reader, view)
    follow = FollowupView(view, view.history) if view.history else None
    figures = followup.overview.list_key_figures(follow) if follow else plan.overview.list_key_figures(view)
    facts = {
        "board": reader.board is not None,
        "missing": [{"who": _name_owner(row, language), "what": row.cells[2]} for row in _list_missing(view)],
        "missing_owners": _shorten(list(dict.fromkeys(_name_missing(view))), language),
        "accepted": len(view.all_accepted),
        "figures": [_format_figure(figure, language) for figure in figures],
        "goals": _list_goal_states(view, follow),
        "followup": follow is not None,
        "final": writer.round.kind.final,
        "warnings": len(make_missing_page(view).blocks[-1].rows),
        "missing_sheet": view.phrases.sheet("missing", "name"),
        "files": [a.name for a in attachments],
    }
    about = hashlib.sha256(b"".join(a.data for a in attachments)).hexdigest()[:24]
    return writer.write(SUMMARY, about, reader.organisation, facts, attachments=attachments)


def _list_goal_states(view: View, follow: FollowupView | None) -> list[dict[str, Any]]:
    """Return how the goals stand, of a round that is about goals."""
    if follow:
        return followup_goal_states(follow) if view.asks(*FOLLOWED) else []
    return plan_goal_states(view) if view.asks(*PLANNED) else []


def _shorten(owners: Sequence[str], language: str) -> str:
    shown = ", ".join(owners[:_NAMED])
    return word("and_more", language, list=shown, n=len(owners) - _NAMED) if len(owners) > _NAMED else shown


def _format_figure(figure: Figure, language: str) -> dict[str, str]:
    name, value, remark = figure
    return {"name": name, "value": "" if value is None else number_text(value, language), "remark": remark or ""}


def _attach_workbook(writer: LetterWriter, reader: SummaryReader, view: View) -> list[Attachment]:
    """Return the workbooks on disk, if they are what the newest accepted returns give."""
    workspace, issued = writer.desk.workspace, list_issued(writer.desk, writer.round)
    if reader.board is not None:
        path = workspace.boards(writer.round) / f"{reader.board}.xlsx"
        given = (writer.judged, writer.desk.plan, issued, view.scope, reader.board, view.history, view.feedback)
        return [
            _read_fresh(writer, path, lambda tables: board_book(*given, tables=tables).workbook, f"{reader.board}-{writer.round.id}.xlsx")
        ]
    scope = make_scope(writer.desk, writer.round, workspace.settings.language)
    path = workspace.council(writer.round)
    round_ = (writer.judged, writer.desk.plan, issued, scope, view.history)
    return [_read_fresh(writer, path, lambda tables: council_book(*round_, tables=tables).workbook, path.name)]


def _read_fresh(writer: LetterWriter, path: Path, make: Callable[[bool], bytes], name: str) -> Attachment:
    """Return a workbook on disk, if it is what is made now, with or without the sheet of tables."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise StyrxlError("summary-missing", path=str(path), round=writer.round.id) from error
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
    if all(data != make(tables) for tables in (False, True)):
        raise StyrxlError("summary-stale", path=str(path), round=writer.round.id)
    return Attachment(name, data)
