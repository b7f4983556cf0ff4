"""Publishing: the council's workbook and the boards', from what the inbox holds now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from glob import escape
from pathlib import Path

from styrxl.excel.workbook import WrittenBook
from styrxl.model.catalogue import Word
from styrxl.model.days import local_day
from styrxl.model.errors import StyrxlError, working_on
from styrxl.model.findings import message
from styrxl.model.forms import LANGUAGES
from styrxl.model.judged import JudgedRound
from styrxl.model.limits import limits_of_council_plan
from styrxl.model.rounds import Round
from styrxl.reports.book import board_book, council_book
from styrxl.reports.feedback import collect_feedback
from styrxl.reports.history import PastRound, RoundHistory
from styrxl.reports.view import IssuedForm, Scope
from styrxl.returns.isolated import IsolatedReader
from styrxl.rounds.desk import Desk, name_levels, suggest_nearest
from styrxl.rounds.hints import list_early_adjustments, list_missing_from_plan
from styrxl.rounds.judge_inbox import judge_inbox, judge_inbox_quietly
from styrxl.rounds.look import read_look
from styrxl.rounds.overview.consolidation import keep_consolidation
from styrxl.rounds.prefills import fetch_prefills
from styrxl.rounds.purged import list_purged, refuse_purged
from styrxl.scale.garbage_collection import pause_garbage_collection
from styrxl.store.files import StagedFiles
from styrxl.store.workspace import Workspace

_MOST_YEARS = 4  # before this one, of which outcomes of indicators are shown


@dataclass(frozen=True, slots=True)
class Published:
    """What ``consolidate`` wrote, and the owners that were issued a workbook and have no accepted return."""

    written: tuple[Path, ...]
    missing: tuple[str, ...]
    notes: tuple[Word, ...] = ()  # what was missing


@dataclass(frozen=True, slots=True)
class MadeBook:
    """A workbook that was made and not written, and where it belongs."""

    path: Path
    book: WrittenBook

    @property
    def files(self) -> dict[Path, bytes]:
        """Its file, and the tables that belong beside it."""
        return {self.path: self.book.workbook} | {self.path.with_name(name): data for name, data in self.book.side_files.items()}


@pause_garbage_collection()
def publish(desk: Desk, round_: Round, boards: Collection[str], *, every: bool, tables: bool = False) -> Published:
    """Write the council's workbook (where no boards are named, or with ``every``), and those of the boards named or all.

    ``tables``: with a sheet more, on which every list is an Excel table.
    Raises StyrxlError: unknown-owner-named; file-locked, disk-full, not-writable.
    """
    all_boards = list_boards(desk, round_)
    boards = tuple(map(desk.plan.spelled, boards))
    for name in boards:
        if name not in all_boards:
            board = name_levels(desk.forms, ["board"])
            raise StyrxlError("unknown-owner-named", owner=name, kind=board, round=round_.id, **suggest_nearest(desk.plan, name))
    judged = judge_inbox(desk, round_)
    issued, council = list_issued(desk, round_), desk.workspace.council(round_)
    written: list[Path] = []
    named = all_boards if every else boards
    for made in make_books(desk, round_, judged, named, with_council=every or not boards, tables=tables):
        with working_on(made.path):
            written += _written(made.path, made.book)
            if made.path == council:
                keep_consolidation(desk, round_)
    today = desk.today
    notes = [*list_missing_from_plan(desk.forms, desk.plan, round_), *list_early_adjustments(desk.plan, round_, today)]
    notes += list_purged(desk, (round_.plan.year_before, _last_report(desk, round_), round_.year_before)) if round_.followup else []
    if not (issued or judged.accepted or desk.forms.takes_others_alone(round_.kind)):
        notes.append(Word("nothing_to_consolidate", {"round": round_.id}))
    return Published(tuple(written), _missing(judged, issued), tuple(notes))


def list_boards(desk: Desk, round_: Round) -> list[str]:
    """Return the boards that a round has workbooks of."""
    return [o.org_id for o in desk.plan.of_kind(["board"], round_.day)]


def make_books(
    desk: Desk, round_: Round, judged: JudgedRound, boards: Collection[str], *, with_council: bool = True, tables: bool = False
) -> Iterator[MadeBook]:
    """Yield the council's workbook and those of boards, as they are now; nothing is written. Raises StyrxlError (not-readable).

    ``tables``: with a sheet more, on which every list is an Excel table.
    """
    issued = list_issued(desk, round_)
    history = gather_history(desk, round_, judged) if round_.followup else None
    if with_council:
        path = desk.workspace.council(round_)
        scope = make_scope(desk, round_, desk.workspace.settings.language)
        with working_on(path):
            book = council_book(judged, desk.plan, issued, scope, history, tables=tables)
        yield MadeBook(path, book)
    for name in boards:
        path = desk.workspace.boards(round_) / f"{name}.xlsx"
        scope = make_scope(desk, round_, find_language(desk, name, round_.day))
        with working_on(path):
            kept = read_feedback(path, desk.workspace) if history else {}
            book = board_book(judged, desk.plan, issued, scope, name, history, kept, tables=tables)
        yield MadeBook(path, book)


def _written(path: Path, made: WrittenBook) -> list[Path]:
    """Write a workbook and the tables beside it, all of them or none, and remove tables that it no longer has."""
    beside = [path.with_name(name) for name in made.side_files]
    with StagedFiles() as stage:
        for table, data in zip(beside, made.side_files.values(), strict=True):
            stage.add(table, data)
        stage.add(path, made.workbook)
        stage.move_into_place()
    for old in path.parent.glob(f"{escape(path.stem)} *.parquet"):
        if old not in beside:
            old.unlink(missing_ok=True)
    return [path, *beside]


def find_missing_owners(desk: Desk, round_: Round) -> tuple[str, ...]:
    """Return the owners that were issued a workbook and have no accepted return, as ``publish`` would name them now."""
    return _missing(judge_inbox_quietly(desk, round_), list_issued(desk, round_))


def _missing(judged: JudgedRound, issued: Sequence[IssuedForm]) -> tuple[str, ...]:
    accepted = {(return_.owner, return_.form) for return_ in judged.accepted}
    return tuple(issue.owner for issue in issued if (issue.owner, issue.form) not in accepted)


def gather_history(desk: Desk, round_: Round, judged: JudgedRound) -> RoundHistory:
    """Return what a follow-up follows: plans, earlier rounds, the year before, and which returns its workbooks were made from."""
    refuse_purged(desk, round_.plan, *round_.before)
    plans, *earlier = (_past(desk, before) for before in (round_.plan, *round_.before))
    last_report = _last_report(desk, round_)
    last_plans, last = _past(desk, round_.plan.year_before), _past(desk, last_report)
    has_last_year = bool(last.judged.accepted)
    prefills = fetch_prefills(desk.ledger, {r.issue for r in judged.accepted if r.issue})
    based_on = {r.owner: prefills[r.issue].based_on for r in judged.accepted if r.owner and r.issue in prefills}
    return RoundHistory(
        plans,
        tuple(earlier),
        last_plans if has_last_year else None,
        last if has_last_year else None,
        based_on,
        same_last_year=last if round_.year_before == last_report else _past(desk, round_.year_before),
        ended=(*_list_ended(desk, last_report), *((last,) if has_last_year else ())),
    )


def _list_ended(desk: Desk, last: Round) -> list[PastRound]:
    """Return the annual reports of the years before the last one in which anything has come in, oldest first."""
    years = range(last.year - _MOST_YEARS + 1, last.year)
    return [_past(desk, ended) for year in years if desk.workspace.inbox_files(ended := Round(year, last.kind)).files]


def _last_report(desk: Desk, round_: Round) -> Round:
    """Return the round that said how the year before ended."""
    kinds = [kind for kind in desk.forms.rounds.values() if kind.follows == round_.kind.follows]
    return Round(round_.year - 1, next((kind for kind in kinds if kind.final), kinds[-1]))


def _past(desk: Desk, round_: Round) -> PastRound:
    has_returns = bool(desk.workspace.inbox_files(round_).files)
    return PastRound(round_, judge_inbox_quietly(desk, round_) if has_returns else JudgedRound(round_.id, (), {}))


def read_feedback(path: Path, workspace: Workspace) -> dict[str, str]:
    """Return the feedback that a board has written into its workbook, by id of unit or commitment.

    Raises StyrxlError (not-readable) for a workbook that is there but cannot be read: what it holds must not be written over.
    """
    if not path.exists():
        return {}
    limits = limits_of_council_plan(workspace.settings.limits)  # it has a row for each of the board's units
    try:
        with IsolatedReader(limits, ordinary_mb=limits.expanded_mb) as reader:
            book, findings = reader.read(path.read_bytes())
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=str(error)) from error
    if book is None:
        why = findings[0].facts.get("why") or {language: message(findings[0], language) for language in LANGUAGES}
        raise StyrxlError("not-readable", path=str(path), why=why)
    return collect_feedback([sheet.rows for sheet in book.sheets], workspace.forms)


def list_issued(desk: Desk, round_: Round) -> list[IssuedForm]:
    """Return what was handed out in a round."""
    issued = []
    for (owner, _), issue in desk.ledger.issues_by_form(round_.id).items():
        level = desk.forms.form(issue.form, edition=issue.edition).level
        due = desk.workspace.settings.due(round_, owner, level)
        issued.append(IssuedForm(owner, issue.form, local_day(issue.created_at, desk.zone), due))
    return issued


def find_language(desk: Desk, board: str, day: date) -> str:
    """Return the language of a board."""
    organisation = desk.plan.find(board, day)
    return (organisation.language if organisation else None) or desk.workspace.settings.language


def make_scope(desk: Desk, round_: Round, language: str) -> Scope:
    """Return what a workbook for readers is made for."""
    settings = desk.workspace.settings
    return Scope(
        forms=desk.forms,
        language=language,
        municipality=settings.municipality,
        round_name=settings.round_name(round_, language),
        round=round_,
        look=read_look(desk.workspace),
        board_thresholds=settings.board_thresholds,
        zone=settings.zone,
    )
