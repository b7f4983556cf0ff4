"""Two people, one workbook: an owner's newest return and an older one that has answers it lacks, merged row by row into a new return.

What only one of them has answered is kept; where both have answered one cell, the newer's counts, and the cell is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from styrxl.annotated.carry import add_rows, list_fresh_sheets
from styrxl.model.decisions import MERGE, Decision
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding
from styrxl.model.forms import extend_rows
from styrxl.model.judged import Judged
from styrxl.model.limits import MB
from styrxl.model.masking import mask_persons
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.prefill.plan import sign_issue
from styrxl.returns.habits.no_answers import spell_out_dittos
from styrxl.returns.read import ReturnReader
from styrxl.rounds.decide import unknown_return
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox, judge_inbox_quietly
from styrxl.rounds.look import read_look
from styrxl.rounds.merging.merge_rows import SIDES, JoinedRow, PairedSheet, SheetOfReturn, add_erased, find_renamed, pair_sheets, place_rows
from styrxl.rounds.merging.merge_sheets import MergedSheet, merge_sheet
from styrxl.rounds.one_return.find_return import list_files
from styrxl.store.files import StagedFiles, read_file
from styrxl.store.receipts import Receipt
from styrxl.templates.build import build_filled, lay_out_workbook, token_values
from styrxl.templates.workbook_context import put_answers
from styrxl.validation.answered_rows import list_answered_rows
from styrxl.validation.place_findings import place_remarks
from styrxl.validation.rules.rows import find_untouched

# Rules of what is the owner's own, or is only seen in its workbook, and is not carried over.
_LEFT = frozenset(
    {
        "unknown-sheet",
        "unknown-column",
        "similar-sheet",
        "similar-column",
        "unread-sheet",
        "unread-column",
        "crossed-out",
        "hidden-data",
        "cell-note",
    }
)


@dataclass(frozen=True, slots=True)
class Merge:
    """What two returns make, before it is put anywhere: what came of each sheet; ``build`` makes the workbook.

    ``left``: path of a return and a finding of what is not carried over: own sheets and columns, notes, lines through answers.
    """

    older: Judged
    newer: Judged
    sheets: tuple[MergedSheet, ...]
    left: tuple[tuple[str, Finding], ...]
    build: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Merged:
    """The file that a merge was written to, and its verdict."""

    path: str
    verdict: str


@dataclass(frozen=True, slots=True)
class _Return:
    """A return, judged and read: its sheets by key, and findings of what is not carried over."""

    judged: Judged
    sheets: Mapping[str, SheetOfReturn]
    left: tuple[Finding, ...]


def plan_merge(desk: Desk, round_: Round, owner: str, *, newer_wins: bool) -> Merge:
    """Return what an owner's newest return makes with the newest of the older ones that has answers it lacks; nothing is written.

    Raises StyrxlError: unknown-return, return-elsewhere, never-issued, not-readable, merge-nothing, merge-unclear, merge-no-place.
    """
    owner = desk.plan.spelled(owner)
    with ReturnReader(desk.forms, desk.limits) as readings:
        return _make(desk, _find_pair(desk, round_, owner, readings, newer_wins=newer_wins), newer_wins=newer_wins)


def can_merge(desk: Desk, round_: Round, owner: str) -> bool:
    """Tell whether an owner's newest return can be merged with an older one that has, or may have, answers it lacks."""
    try:
        with ReturnReader(desk.forms, desk.limits) as readings:
            _find_pair(desk, round_, desk.plan.spelled(owner), readings, newer_wins=False)
    except StyrxlError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Pair:
    """An owner's newest return and an older one with more, with what the owner was issued last and their sheets, side by side."""

    issued: Prefill
    newer: _Return
    older: _Return
    sheets: Sequence[PairedSheet]


def _find_pair(desk: Desk, round_: Round, owner: str, readings: ReturnReader, *, newer_wins: bool) -> _Pair:
    """Return an owner's newest return and the newest of the older ones that has answers it lacks.

    Raises StyrxlError: unknown-return, return-elsewhere, never-issued, not-readable, merge-nothing.
    """
    judged = judge_inbox_quietly(desk, round_)
    returns = [r for r in judged.returns if r.owner == owner and r.rows and r.verdict not in ("duplicate", "set-aside")]
    if not returns:
        raise unknown_return(desk, round_, owner)
    newest, *earlier = sorted(returns, key=lambda r: (str(r.received), r.path), reverse=True)
    earlier = [return_ for return_ in earlier if return_.form == newest.form]
    issued = _issued(desk, round_, owner, newest.form or "")
    if not earlier:
        raise StyrxlError("merge-nothing", owner=owner)
    newer = _strike_out(_read(desk, readings, newest, issued))
    for before in earlier:
        older = _read(desk, readings, before, issued)
        paired = pair_sheets(newer.sheets, older.sheets)
        if any(sheet.has_more(newer_wins=newer_wins) for sheet in paired):
            return _Pair(issued, newer, older, paired)
    raise StyrxlError("merge-nothing", owner=owner)


def carry_out(desk: Desk, round_: Round, merge: Merge, reason: str) -> Merged:
    """Put what a merge has made into the inbox as a new return, and record what it was made of; raises StyrxlError as ``StagedFiles``."""
    judge_inbox(desk, round_)  # so that what it is made of has come before it
    path = _store(desk, round_, merge, reason)
    return Merged(path, next(r.verdict for r in judge_inbox(desk, round_).returns if r.path == path))


def _issued(desk: Desk, round_: Round, owner: str, form: str) -> Prefill:
    """Return what an owner was issued last of a form, signed; raises StyrxlError (never-issued)."""
    issue = desk.ledger.issues_by_form(round_.id).get((owner, form))
    if issue is None:
        raise StyrxlError("never-issued", owner=owner, round=round_.id)
    prefill = Prefill.from_json(desk.ledger.prefills([issue.issue_id])[issue.issue_id])
    return sign_issue(prefill, issue.issue_id, desk.workspace.sign)


def _read(desk: Desk, readings: ReturnReader, judged: Judged, issued: Prefill) -> _Return:
    """Read a return again that was judged; what it has as the owner was issued it last is no answer.

    Raises StyrxlError (not-readable), also where it has changed since.
    """
    path = list_files(desk, desk.workspace.rounds.parse(judged.round or "")).get(judged.path, desk.workspace.root / judged.path)
    data, sha256, _ = read_file(path, desk.limits.file_mb * MB)
    form = desk.forms.form(judged.form or "", judged.profile, judged.round, judged.edition)
    reading = readings.read_as(data, form, judged.language or "sv", exact=True)
    if reading.identity is None or sha256 != judged.sha256:
        raise StyrxlError("not-readable", path=str(path), why="changed")
    sheets = {}
    found = [*reading.table_findings]
    for seen in reading.tables:
        found += place_remarks(seen.remarks, {seen.place.key: seen.place}, {seen.place.key: seen})
        table = replace(spell_out_dittos(seen, form.words), untouched=find_untouched(seen, issued, form))
        given = issued.rows.get(table.place.key, ())
        sheets[table.place.key] = SheetOfReturn(table, list_answered_rows(table), given)
    return _Return(judged, sheets, tuple(finding for finding in found if finding.rule in _LEFT))


def _strike_out(newer: _Return) -> _Return:
    """Return the newer return with what it has erased of what was given beforehand, which is its answer there."""
    sheets = {key: replace(sheet, rows=add_erased(sheet.rows, sheet.table, sheet.issued)) for key, sheet in newer.sheets.items()}
    return replace(newer, sheets=sheets)


def _make(desk: Desk, pair: _Pair, *, newer_wins: bool) -> Merge:
    """Put both returns' answers into the owner's workbook as issued.

    Raises StyrxlError: merge-unclear, which names rows of which nobody can tell which is which; merge-no-place, which names each answer
    that has no place there as ``Sheet!C7``.
    """
    issued, newer, older, paired = pair.issued, pair.newer, pair.older, pair.sheets
    if not newer_wins and (unclear := [name for sheet in paired for name in sheet.unclear_names]):
        facts = {
            "older": older.judged.path,
            "newer": newer.judged.path,
            "doubts": tuple(d for sheet in paired for d in _list_doubts(sheet)),
        }
        raise StyrxlError("merge-unclear", rows=", ".join(unclear), **facts)
    form = extend_rows(desk.forms.form(issued.form, issued.profile, issued.round, issued.edition), issued.row_count)
    fresh = list_fresh_sheets(lay_out_workbook(form, issued), issued)
    if gone := [sheet.name for sheet in paired if sheet.key not in fresh]:
        raise StyrxlError("merge-no-place", cells=", ".join(gone))
    placed = {sheet.key: place_rows(sheet, fresh[sheet.key]) for sheet in paired}
    form = add_rows(form, {key: needed for key, rows in placed.items() if (needed := _count_rows(rows)) > len(fresh[key].ids)})
    context = lay_out_workbook(form, issued)
    fresh, layouts = list_fresh_sheets(context, issued), context.layouts
    renamed = {side: {key: find_renamed(rows, fresh[key], side) for key, rows in placed.items()} for side in SIDES}
    merged = [merge_sheet(s, placed[s.key], fresh[s.key], layouts[s.key], issued.language, renamed, newer_wins=newer_wins) for s in paired]
    if unplaced := [cell for sheet in merged for cell in sheet.unplaced]:
        raise StyrxlError("merge-no-place", cells=", ".join(unplaced))
    filled = put_answers(context, {sheet.key: sheet.answers for sheet in merged}, token_values(issued, context))
    left = tuple((source.judged.path, finding) for source in (older, newer) for finding in source.left)
    return Merge(older.judged, newer.judged, tuple(merged), left, lambda: build_filled(filled, issued, read_look(desk.workspace)))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows of which nobody can tell which is which: what names them, and their cells in either return."""

    sheet: str
    shown: str
    newer: tuple[str, ...]
    older: tuple[str, ...]


def _list_doubts(sheet: PairedSheet) -> Iterator[Doubt]:
    """Yield the rows of a sheet of which nobody can tell which is which."""
    for doubt in sheet.rows.unclear:
        cells = {}
        for side, rows in (("newer", doubt.newer), ("older", doubt.older)):
            source = sheet.newer if side == "newer" else sheet.older
            cells[side] = tuple(_find_name_cell(source, row.number) for row in rows if source)
        yield Doubt(sheet.name, doubt.newer[0].shown, cells["newer"], cells["older"])


def _find_name_cell(sheet: SheetOfReturn, number: int) -> str:
    """Return the cell that names a row, or its first one."""
    column, place = sheet.table.sheet.naming_column, sheet.table.place
    fields = [column.field] if column else [*place.columns]
    return next((cell for field in fields if (cell := place.cell(field, number))), str(number))


def _count_rows(rows: Sequence[JoinedRow]) -> int:
    """Return how many rows of data it takes to hold some in their places."""
    return 1 + max((row.index or 0 for row in rows), default=0)


def _store(desk: Desk, round_: Round, merge: Merge, reason: str) -> str:
    """Write the new return and record what it was made of; the same two give the same file, however often a run was cut short."""
    sources, owner, data = (merge.older, merge.newer), merge.newer.owner, merge.build()
    mark = hashlib.sha256("".join(source.sha256 for source in sources).encode()).hexdigest()[:8]
    path = desk.workspace.inbox(round_) / f"{owner}-merged-{mark}.xlsx"
    shown, sha256 = desk.workspace.shown(path), hashlib.sha256(data).hexdigest()
    origin = " ".join((MERGE, *(source.sha256 for source in sources)))
    with StagedFiles() as stage:
        stage.add(path, data)
        receipt = Receipt(shown, sha256, len(data), desk.now, origin, owner)
        decision = Decision(shown, sha256, owner, MERGE, mask_persons(" ".join(reason.split())), desk.by, desk.now)
        desk.ledger.record_merge(round_.id, receipt, decision)
        stage.move_into_place()
    return shown
