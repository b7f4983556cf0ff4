"""Two people, one workbook: an owner's newest return and an older one that has answers it lacks, merged sheet by sheet into a new return.

Never cell by cell: half a row of each would be something that nobody has written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from styrxl.annotated.carry import FreshSheet
from styrxl.annotated.filled import EditableTemplates, FilledWorkbook, list_fresh_sheets
from styrxl.model.decisions import MERGE
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding
from styrxl.model.forms import extend_rows
from styrxl.model.judged import Judged
from styrxl.model.limits import MB
from styrxl.model.masking import mask_persons
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.returns.read import ReturnReader
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.tables import Table, is_blank
from styrxl.rounds.decide import unknown_return
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.look import read_look
from styrxl.store.files import StagedFiles, read_file
from styrxl.store.ledger import Decision, Receipt
from styrxl.validation.lost_answers import find_lost_tables

# Rules of what is the owner's own and is not carried over.
_OWN = frozenset({"unknown-sheet", "unknown-column", "similar-sheet", "similar-column", "unread-sheet", "unread-column"})


@dataclass(frozen=True, slots=True)
class Merged:
    """What ``merge_returns`` made: the file, from which returns, which sheets (their names) came from the older, and its verdict.

    ``left``: path of a return and a finding of its own sheets or columns, which are not carried over.
    """

    path: str
    older: Judged
    newer: Judged
    sheets: tuple[str, ...]
    verdict: str
    left: tuple[tuple[str, Finding], ...]


@dataclass(frozen=True, slots=True)
class _Return:
    """A return, judged and read; ``own``: findings of the owner's own sheets and columns."""

    judged: Judged
    tables: tuple[Table, ...]
    own: tuple[Finding, ...]


def merge_returns(desk: Desk, round_: Round, owner: str, *, newer_wins: bool, reason: str) -> Merged:
    """Merge an owner's newest return with the older one that has answers it lacks, into a new return in the inbox.

    Raises StyrxlError: unknown-return, return-elsewhere, merge-nothing, merge-conflict, merge-no-place, never-issued; as ``Stage``.
    """
    judged, owner = judge_inbox(desk, round_), desk.plan.spelled(owner)
    returns = [r for r in judged.returns if r.owner == owner and r.rows and r.verdict not in ("duplicate", "set-aside")]
    if not returns:
        raise unknown_return(desk, round_, owner)
    newer, older = _pair(desk, owner, sorted(returns, key=lambda r: (str(r.received), r.path)))
    both = differing(newer.tables, older.tables)
    if both and not newer_wins:
        sheets = ", ".join(table.place.sheet for table in both)
        raise StyrxlError("merge-conflict", sheets=sheets, older=older.judged.path, newer=newer.judged.path)
    from_older = find_lost_tables(newer.tables, older.tables)
    data = _workbook(desk, round_, owner, [*(table for table in newer.tables if table.answered), *from_older])
    path = _store(desk, round_, owner, data, (older.judged, newer.judged), reason)
    after = {r.path: r for r in judge_inbox(desk, round_).returns}
    left = tuple((source.judged.path, finding) for source in (older, newer) for finding in source.own)
    return Merged(path, older.judged, newer.judged, tuple(table.place.sheet for table in from_older), after[path].verdict, left)


def _pair(desk: Desk, owner: str, returns: Sequence[Judged]) -> tuple[_Return, _Return]:
    """Return the newest return, and the newest of the older ones that has answers on a sheet where the newest has none."""
    with ReturnReader(desk.workspace.forms, desk.limits) as readings:
        newer = _read(desk, readings, returns[-1])
        for judged in reversed(returns[:-1]):
            older = _read(desk, readings, judged)
            if find_lost_tables(newer.tables, older.tables):
                return newer, older
    raise StyrxlError("merge-nothing", owner=owner)


def _read(desk: Desk, readings: ReturnReader, judged: Judged) -> _Return:
    """Read a return again that was judged; raises StyrxlError (not-readable), also where it has changed since."""
    path = desk.workspace.root / judged.path
    data, sha256, _ = read_file(path, desk.limits.file_mb * MB)
    form = desk.workspace.forms.form(judged.form or "", judged.profile, judged.round)
    reading = readings.read_as(data, form, judged.language or "sv")
    if reading.identity is None or sha256 != judged.sha256:
        raise StyrxlError("not-readable", path=str(path), why="changed")
    return _Return(judged, reading.tables, tuple(finding for finding in reading.table_findings if finding.rule in _OWN))


# which sheets differ


def differing(newer: Sequence[Table], older: Sequence[Table]) -> list[Table]:
    """Return the newer return's sheets that both have answers on, but not the same ones."""
    before = {table.place.key: table for table in older if table.answered}
    return [t for t in newer if t.answered and t.place.key in before and _answers(t) != _answers(before[t.place.key])]


def _answers(table: Table) -> list[tuple[str, Mapping[str, Any]]]:
    """Return rows with answers: their id where they have one, and the answers as they stand."""
    rows = [(key, {field: value for field, _, value in answers}) for key, answers in _rows(table) if answers]
    marks = {field: shown for (field, _), shown in table.marks.items()}
    if table.sheet.id_column:
        rows.sort(key=lambda row: row[0])  # rows that were moved say the same
    return [*rows, *([("", marks)] if marks else [])]


def _rows(table: Table) -> Iterator[tuple[str, list[tuple[str, int, Any]]]]:
    """Yield each row's id ('' where the sheet has none) and its answers: field, Excel row, value."""
    fields = [c.field for c in table.sheet.columns if c.asked and c.field in table.columns]
    column = table.sheet.id_column
    for index, row in enumerate(table.rows):
        id_ = table.columns[column.field][index] if column and column.field in table.columns else ""
        answers = [(field, row, table.columns[field][index]) for field in fields if not is_blank(table.columns[field][index])]
        yield make_id_key(id_, named=table.sheet.named), answers


# the new workbook


def _workbook(desk: Desk, round_: Round, owner: str, tables: Sequence[Table]) -> bytes:
    """Return an owner's workbook as issued, with the answers of some tables exactly as they were written.

    Raises StyrxlError: never-issued; merge-no-place, which names each answer that has no place there as ``Sheet!C7``.
    """
    prefill = _issued(desk, round_, owner)
    form = extend_rows(desk.workspace.forms.form(prefill.form, prefill.profile, prefill.round), prefill.row_count)
    editable = EditableTemplates(desk.workspace.forms.words, read_look(desk.workspace)).of(form, prefill)
    placed = {table.place.key: place_answers(table, fresh) for table, fresh in _with_fresh(tables, list_fresh_sheets(editable, prefill))}
    if unplaced := [cell for _, cells in placed.values() for cell in cells]:
        raise StyrxlError("merge-no-place", cells=", ".join(unplaced))
    filled = FilledWorkbook(editable, prefill, {key: answers for key, (answers, _) in placed.items()})
    return filled.saved(filled.changed_sheets())


def _issued(desk: Desk, round_: Round, owner: str) -> Prefill:
    """Return what an owner was issued last, signed; raises StyrxlError (never-issued)."""
    issue = desk.ledger.issues(round_.id).get(owner)
    if issue is None:
        raise StyrxlError("never-issued", owner=owner, round=round_.id)
    prefill = Prefill.from_json(desk.ledger.prefills([issue.issue_id])[issue.issue_id])
    signature = desk.workspace.sign([prefill.form, str(prefill.version), prefill.round, prefill.owner, issue.issue_id])
    return replace(prefill, issue=issue.issue_id, signature=signature)


def _with_fresh(tables: Sequence[Table], fresh: Mapping[str, FreshSheet]) -> Iterator[tuple[Table, FreshSheet | None]]:
    """Yield tables with the sheets of the fresh workbook that they come from; None where there is no such sheet."""
    return ((table, fresh.get(table.place.key)) for table in tables)


def place_answers(table: Table, fresh: FreshSheet | None) -> tuple[dict[int, dict[str, Any]], list[str]]:
    """Return a table's answers by row of data (counted from 0) of a fresh sheet and field, and the cells of those without a place there.

    A row's place is that of its id; on a sheet without ids rows follow each other. Rows under foreign ids, cells that show an error,
    and letters that a workbook cannot hold have no place.
    """
    fields = {column.field for column in fresh.sheet.columns} if fresh else set()
    index_of = {make_id_key(id_, named=table.sheet.named): index for index, id_ in enumerate(fresh.ids)} if fresh else {}
    placed: dict[int, dict[str, Any]] = {}
    unplaced = [_named(table, field, row) for field, row in table.marks]
    for count, (key, answers) in enumerate(_rows(table)):
        index = index_of.get(key) if fresh and fresh.sheet.id_column else count
        for field, row, value in answers:
            if index is None or fresh is None or index >= len(fresh.ids) or field not in fields or not _is_writable(value):
                unplaced.append(_named(table, field, row))
            else:
                placed.setdefault(index, {})[field] = value
    return placed, unplaced


def _is_writable(value: Any) -> bool:
    return not (isinstance(value, str) and ILLEGAL_CHARACTERS_RE.search(value))


def _named(table: Table, field: str, row: int) -> str:
    return f"{table.place.sheet}!{table.place.cell(field, row) or table.place.headings.get(field, field)}"


def _store(desk: Desk, round_: Round, owner: str, data: bytes, sources: tuple[Judged, Judged], reason: str) -> str:
    """Write the new return and record what it was made of; the same two give the same file, however often a run was cut short."""
    mark = hashlib.sha256("".join(source.sha256 for source in sources).encode()).hexdigest()[:8]
    path = desk.workspace.inbox(round_) / f"{owner}-merged-{mark}.xlsx"
    shown, sha256 = desk.workspace.shown(path), hashlib.sha256(data).hexdigest()
    origin = " ".join((MERGE, *(source.sha256 for source in sources)))
    with StagedFiles() as stage:
        stage.add(path, data)
        # The newest of the owner's, even where a sender's clock was ahead.
        newest = max((source.received for source in sources if source.received), default=desk.now)
        receipt = Receipt(shown, sha256, len(data), max(desk.now, newest + timedelta(seconds=1)), origin)
        decision = Decision(shown, sha256, owner, MERGE, mask_persons(" ".join(reason.split())), desk.by, desk.now)
        desk.ledger.record_merge(round_.id, receipt, decision)
        stage.move_into_place()
    return shown
