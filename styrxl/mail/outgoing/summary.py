"""Summaries: the council's and the boards' workbooks by mail, made of accepted returns and of the newest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from styrxl.excel.pages import Link, Row
from styrxl.mail.outgoing.letter import Attachment, Letter
from styrxl.mail.outgoing.letter_writer import Office
from styrxl.model.catalogue import number_text, word
from styrxl.model.council_plan import Organisation
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import JudgedRound
from styrxl.reports import followup, plan
from styrxl.reports.book import board_book, council_book
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.goal_states import followup_goal_states, plan_goal_states
from styrxl.reports.history import RoundHistory
from styrxl.reports.missing import make_missing_page
from styrxl.reports.view import View
from styrxl.rounds.desk import suggest_nearest
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.publish import gather_history, list_issued, make_scope, read_feedback
from styrxl.store.mail_log import SUMMARY

_NAMED = 5  # owners that the first line names


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a summary: of everything (``board`` None), or of a board and its units."""

    who: Organisation
    board: str | None


def summaries(office: Office, only: Collection[str] = (), *, incomplete: bool = False) -> list[Letter]:
    """Return a letter for each board about its units, and for the council's office and those named in ``everything_to`` about all.

    Raises StyrxlError: summary-missing, summary-stale where the workbook on disk is not made of the newest accepted returns;
    summary-incomplete where any is missing, unless ``incomplete``.
    """
    judged = judge_inbox(office.desk, office.round)
    readers = [reader for reader in _readers(office) if not only or reader.who.org_id in only]
    history = gather_history(office.desk, office.round, judged) if office.round.followup else None
    views = [(reader, _view(office, judged, reader, history)) for reader in readers]
    lacks = {name for _, view in views for name in _lacking(view)}
    if lacks and not incomplete:
        raise StyrxlError("summary-incomplete", n=len(lacks), owners=", ".join(sorted(lacks)[:20]))
    return [_letter(office, judged, reader, view) for reader, view in views]


def _readers(office: Office) -> list[Reader]:
    plan, settings = office.desk.plan, office.settings
    everything = [o for o in plan.of_kind(["council"], office.day) if o.email]
    for name in settings.everything_to:
        found = office.find(plan.spelled(name))
        if found is None:
            raise StyrxlError("mail-unknown-owner", owner=name, round=office.round.id, **suggest_nearest(office.desk.plan, name))
        everything.append(found)
    whole = {o.org_id for o in everything}
    boards = [Reader(o, o.org_id) for o in plan.of_kind(["board"], office.day) if o.org_id not in whole]
    return [*(Reader(o, None) for o in everything), *boards]


def _view(office: Office, judged: JudgedRound, reader: Reader, history: RoundHistory | None) -> View:
    scope = make_scope(office.desk, office.round, office.language(reader.who))
    issued = tuple(list_issued(office.desk, office.round))
    path = office.desk.workspace.boards(office.round) / f"{reader.board}.xlsx"
    kept = read_feedback(path, office.desk.workspace) if reader.board and history else {}
    return View(judged, office.desk.plan, scope, issued, reader.board, history, kept)


def _lacking(view: View) -> list[str]:
    return [_who(row, view.scope.language) for row in _missing_rows(view)]


def _missing_rows(view: View) -> Sequence[Row]:
    return make_missing_page(view).blocks[0].rows


def _who(row: Row, language: str) -> str:
    board, unit, _, file = row.cells
    return str(unit or board or word("mail_unplaced", language, file=file.text if isinstance(file, Link) else "?"))


def _letter(office: Office, judged: JudgedRound, reader: Reader, view: View) -> Letter:
    language = office.language(reader.who)
    attachments = _attachments(office, judged, reader, view)
    lacking = _lacking(view)
    follow = FollowupView(view, view.history) if view.history else None
    figures = (followup.overview.make_page(follow) if follow else plan.overview.make_page(view)).blocks[0].rows
    facts = {
        "board": reader.board is not None,
        "missing": [{"who": _who(row, language), "what": row.cells[2]} for row in _missing_rows(view)],
        "missing_owners": _named(list(dict.fromkeys(lacking)), language),
        "accepted": len(view.accepted),
        "figures": [_figure(row, language) for row in figures],
        "goals": followup_goal_states(follow) if follow else plan_goal_states(view),
        "followup": follow is not None,
        "final": office.round.kind == "year",
        "warnings": len(make_missing_page(view).blocks[-1].rows),
        "missing_sheet": view.phrases.sheet("missing", "name"),
        "files": [a.name for a in attachments],
    }
    about = hashlib.sha256(b"".join(a.data for a in attachments)).hexdigest()[:24]
    return office.letter(SUMMARY, about, reader.who, facts, attachments=attachments)


def _named(owners: Sequence[str], language: str) -> str:
    shown = ", ".join(owners[:_NAMED])
    return word("and_more", language, list=shown, n=len(owners) - _NAMED) if len(owners) > _NAMED else shown


def _figure(row: Row, language: str) -> dict[str, str]:
    name, value, remark = row.cells[:3]
    return {"name": str(name), "value": "" if value is None else number_text(value, language), "remark": str(remark or "")}


def _attachments(office: Office, judged: JudgedRound, reader: Reader, view: View) -> list[Attachment]:
    """Return the workbooks on disk, if they are what the newest accepted returns give."""
    workspace, issued = office.desk.workspace, list_issued(office.desk, office.round)
    if reader.board is not None:
        path = workspace.boards(office.round) / f"{reader.board}.xlsx"
        anew = board_book(judged, office.desk.plan, issued, view.scope, reader.board, view.history, view.feedback).workbook
        return [_fresh(office, path, anew, f"{reader.board}-{office.round.id}.xlsx")]
    scope = make_scope(office.desk, office.round, workspace.settings.language)
    path = workspace.council(office.round)
    return [_fresh(office, path, council_book(judged, office.desk.plan, issued, scope, view.history).workbook, path.name)]


def _fresh(office: Office, path: Path, anew: bytes, name: str) -> Attachment:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise StyrxlError("summary-missing", path=str(path), round=office.round.id) from error
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
    if data != anew:
        raise StyrxlError("summary-stale", path=str(path), round=office.round.id)
    return Attachment(name, data)
