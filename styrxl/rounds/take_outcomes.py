"""Take a round's outcomes from an export of the accounts: read it, place its rows, and keep in the ledger what they come to."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from styrxl.accounts.export_file import read_export
from styrxl.accounts.grid import ExportRefusedError
from styrxl.accounts.place import Placing, place_table
from styrxl.accounts.table import ExportRow
from styrxl.descriptions.mistakes import Mistake
from styrxl.descriptions.outcome_checks import tell_placed_twice, tell_unmatched
from styrxl.descriptions.outcome_mapping import FILE, OutcomeMapping, read_mapping
from styrxl.model.booked_outcomes import ORE_IN_TKR, BookedRow, RowChange, list_changes
from styrxl.model.catalogue import Word
from styrxl.model.council_plan import BOARD_LIKE
from styrxl.model.errors import StyrxlError
from styrxl.model.levels import FINANCE
from styrxl.model.limits import limits_of_council_plan
from styrxl.model.rounds import Round
from styrxl.prefill.financing import find_item
from styrxl.returns.cell_values import fold_text
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.own_files import check_outcome_owners
from styrxl.rounds.purged import refuse_purged
from styrxl.store.outcome_runs import OutcomeRun, read_newest_run, record_run

_SUSPECT = 100  # times the frames: nobody spends like that, but kronor taken for tkr look like it
_MOST_TWICE = 10  # rows that are told


@dataclass(frozen=True, slots=True)
class StrangeActivity:
    """An activity that an owner's budget lacks (None: none is told, where the budget has several), and those that it has."""

    owner: str
    activity: str | None
    budget: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeResult:
    """What came of an export: its placing, boards with a frame that got nothing, activities that are in no budget, and what changed.

    ``before``: the run that ``changes`` are from, None where this is the first. ``recorded``: whether this one was kept;
    one that says the ``same`` is not.
    ``unmatched``: texts of the mapping that no row fits.
    """

    placing: Placing
    silent: tuple[str, ...]
    strange: tuple[StrangeActivity, ...]
    before: OutcomeRun | None
    changes: tuple[RowChange, ...]
    recorded: bool
    same: bool
    unmatched: tuple[Mistake, ...]

    @property
    def is_complete(self) -> bool:
        """Whether each row has its place, and all sums that the export states are what its rows come to."""
        sums_hold = not any(each.is_wrong for each in self.placing.parted.sums)
        return sums_hold and not self.placing.unplaced and not self.placing.broken_ties

    @property
    def negative(self) -> tuple[BookedRow, ...]:
        """The rows whose revenue or cost is below zero, which is seldom meant."""
        return tuple(row for row in self.placing.booked if min(row.revenue_ore or 0, row.cost_ore or 0) < 0)


def take_outcomes(desk: Desk, round_: Round, path: Path, *, dry_run: bool) -> OutcomeResult:
    """Read an export, place its rows, and keep what they come to, unless it is a ``dry_run``; raises as ``take_export``, not-readable."""
    _check_round(desk, round_)
    name = desk.workspace.shown(path).rpartition("/")[2]
    return take_export(desk, round_, name, _read(path, "not-readable"), dry_run=dry_run)


def _check_round(desk: Desk, round_: Round) -> None:
    refuse_purged(desk, round_)
    if not round_.followup:
        raise StyrxlError("outcome-round", round=round_.id, followups=", ".join(k.key for k in desk.forms.rounds.values() if k.follows))


def take_export(desk: Desk, round_: Round, name: str, data: bytes, *, dry_run: bool) -> OutcomeResult:
    """Place the rows of an export, by its file's name and bytes, and keep what they come to, unless it is a ``dry_run``.

    Raises StyrxlError: outcome-round where it is no follow-up, mapping-missing, export-refused, own-files-broken (an owner that there is
    none of, a row in two places), outcome-signs, outcome-unit.
    """
    _check_round(desk, round_)
    mapping_data = _read(desk.workspace.root / FILE, "mapping-missing")
    mapping = read_mapping(mapping_data)
    check_outcome_owners(desk.workspace, desk.plan, round_.day)
    placing = _place(desk, round_, name, data, mapping)
    _check_placing(desk, round_, placing, mapping_data, mapping)
    hashes = hashlib.sha256(data).hexdigest(), hashlib.sha256(mapping_data).hexdigest()
    run = OutcomeRun(round_.id, name, *hashes, desk.now, desk.by, len(placing.unplaced), placing.unplaced_ore)
    booked = tuple(sorted((*placing.booked, *placing.units), key=lambda row: row.key))
    before, rows = read_newest_run(desk.ledger.database, round_.id) or (None, ())
    same = before is not None and (before.sha256, before.mapping, rows) == (run.sha256, run.mapping, booked)
    if not (dry_run or same):
        record_run(desk.ledger.database, run, booked)
    return OutcomeResult(
        placing,
        _list_silent(desk, round_, placing.booked),
        tuple(_list_strange(desk, round_, placing.booked)),
        before,
        list_changes(rows, booked) if before else (),
        not (dry_run or same),
        same,
        tuple(tell_unmatched(mapping_data, placing.unmatched)),
    )


def _check_placing(desk: Desk, round_: Round, placing: Placing, mapping_data: bytes, mapping: OutcomeMapping) -> None:
    """Refuse an export whose rows count twice, or whose figures cannot be what the mapping says that they are."""
    _check_twice(mapping_data, placing)
    _check_signs(placing.booked)
    _check_unit(desk, round_, placing.booked, mapping.export.unit)


def _read(path: Path, code: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StyrxlError(code, path=str(path), why=error.strerror or "") from error
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def _place(desk: Desk, round_: Round, name: str, data: bytes, mapping: OutcomeMapping) -> Placing:
    try:
        table = read_export(data, name, mapping, round_, limits_of_council_plan(desk.workspace.settings.limits))
    except ExportRefusedError as refused:
        raise StyrxlError("export-refused", path=name, why=refused.why) from refused
    names = _name_owners(desk, round_)
    return place_table(table, mapping, round_, lambda text, part: names.get((part, fold_text(text))), desk.forms.words.sum_words)


def _name_owners(desk: Desk, round_: Round) -> dict[tuple[str, str], str]:
    """Return owners by what they may be called: by id, by name, by both; units apart from those whose places rows have."""
    names = {}
    for each in desk.plan.holding(round_.day):
        if each.kind != "administration":
            part = "units" if each.kind == "unit" else "places"
            names.update({(part, fold_text(text)): each.org_id for text in (f"{each.org_id} {each.name}", each.name, each.org_id)})
    return names


def _check_twice(data: bytes, placing: Placing) -> None:
    if placing.twice:
        twice = [(each.part, each.first, each.second, _describe(each.row)) for each in placing.twice[:_MOST_TWICE]]
        raise StyrxlError("own-files-broken", n=len(placing.twice), mistakes=tuple(tell_placed_twice(data, twice)))


def _describe(row: ExportRow) -> Mapping[str, str]:
    return {"row": str(row.number), "texts": ", ".join(text for text in row.texts.values() if text)}


def _check_signs(rows: Sequence[BookedRow]) -> None:
    """Refuse an export whose revenue or costs come out below zero on the whole: its signs are others than the mapping says."""
    revenue, cost = sum(row.revenue_ore or 0 for row in rows), sum(row.cost_ore or 0 for row in rows)
    if revenue < 0 or cost < 0:
        raise StyrxlError("outcome-signs", revenue=_say(revenue / ORE_IN_TKR), cost=_say(cost / ORE_IN_TKR))


def _say(tkr: float) -> Word:
    return Word("tkr_amount", {"total": round(tkr)})


def _check_unit(desk: Desk, round_: Round, rows: Sequence[BookedRow], unit: str) -> None:
    """Refuse an export whose figures are nowhere near the frames: they are in another unit than the mapping says."""
    frames = {row.owner: desk.plan.frame(row.owner, round_.year, round_.frames_day).current_operating or 0.0 for row in rows}
    framed = sum(abs(frame) for frame in frames.values())
    booked = sum(abs(row.net_ore) for row in rows if frames[row.owner]) / ORE_IN_TKR
    if framed and booked and (booked > _SUSPECT * framed or booked * _SUSPECT < framed):
        raise StyrxlError("outcome-unit", booked=_say(booked), framed=_say(framed), unit=unit)


def _list_silent(desk: Desk, round_: Round, rows: Sequence[BookedRow]) -> tuple[str, ...]:
    """Return the boards, and others with a frame, that nothing was placed at."""
    owners = {row.owner for row in rows}
    expected = [o for o in desk.plan.of_kind(BOARD_LIKE, round_.day) if o.kind == "board" or (o.org_id, round_.year) in desk.plan.frames]
    return tuple(o.org_id for o in expected if o.org_id not in owners)


def _list_strange(desk: Desk, round_: Round, rows: Sequence[BookedRow]) -> Iterator[StrangeActivity]:
    """Yield activities that are in no budget of their owner's, by the plans that have come in."""
    if not desk.workspace.inbox_files(round_.plan).files:
        return
    budget = judge_inbox_quietly(desk, round_.plan).tables.get("budget")
    known: defaultdict[str, list[str]] = defaultdict(list)
    for owner, activity in zip(budget["_owner"], budget["activity"], strict=True) if budget is not None else ():
        known[owner].append(str(activity))
    financed = {o.org_id for o in desk.plan.of_kind([FINANCE], round_.day)}
    for row in rows:
        if row.owner in financed and find_item(row.activity, desk.forms.words):
            continue  # on its sheet Finansiering
        there = tuple(dict.fromkeys(known[row.owner]))
        if row.activity is None and len(there) > 1:
            yield StrangeActivity(row.owner, None, there)
        elif row.activity and there and fold_text(row.activity) not in map(fold_text, there):
            yield StrangeActivity(row.owner, row.activity, there)
