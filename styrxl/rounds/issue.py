"""Issuing: a round's workbooks into the outbox, and what was issued into the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.council_plan import PLAN_FORM, Organisation
from styrxl.model.errors import StyrxlError, working_on
from styrxl.model.forms import Form, extend_rows
from styrxl.model.levels import LEVELS, USUAL
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import Round
from styrxl.prefill.plan import OwnerWithoutWorkbook, PrefillSource, list_id_series, list_owners, make_prefill, sign_prefill, sort_owners
from styrxl.rounds.desk import Desk, name_file, name_levels, suggest_nearest
from styrxl.rounds.hints import list_changed_forms, list_left_out, list_missing_from_plan, list_renamed_assignments, list_unfinished
from styrxl.rounds.inbox.rounds_before import list_last_year
from styrxl.rounds.judge_inbox import Boards, add_next_plans, judge_inbox, judge_inbox_quietly, make_prefill_source, select_board_tables
from styrxl.rounds.look import read_look
from styrxl.rounds.purged import list_purged
from styrxl.store.files import StagedFiles
from styrxl.store.ledger import Issue, Ledger
from styrxl.store.numbers import Ranges, Series, Used
from styrxl.store.workspace import Workspace
from styrxl.templates.build import build_all


@dataclass(frozen=True, slots=True)
class IssuedRound:
    """What ``distribute`` did."""

    written: tuple[Path, ...]
    unserved: tuple[OwnerWithoutWorkbook, ...]
    notes: tuple[Word, ...] = ()  # what the workbooks lack


NEW, CHANGED, SAME = "new", "changed", "same"  # beside what an owner was handed before


@dataclass(frozen=True, slots=True)
class ForeseenIssue:
    """A workbook that an owner would be handed: its first (NEW), another than before (CHANGED), or the one that it has (SAME)."""

    owner: str
    name: str
    form: str
    state: str


@dataclass(frozen=True, slots=True)
class ForeseenRound:
    """What ``issue_round`` would do."""

    issues: tuple[ForeseenIssue, ...]
    unserved: tuple[OwnerWithoutWorkbook, ...]
    notes: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class _Served:
    """Who is handed a workbook, who is not, and what it is made from."""

    source: PrefillSource
    owners: Sequence[tuple[Organisation, str]]
    unserved: Sequence[OwnerWithoutWorkbook]


def issue_round(desk: Desk, round_: Round, levels: Sequence[str], only: frozenset[str], rows: int | None) -> IssuedRound:
    """Write a workbook for each owner that can be served, and record what it was prefilled with.

    Raises StyrxlError: unknown-owner-named, and as ``write_atomically``.
    """
    boards = select_board_tables(judge_inbox(desk, round_)) if _asks_boards(round_, levels) else {}
    served = _find_served(desk, round_, boards, levels, only)
    written: list[Path] = []
    for form, group in _by_form(desk.workspace, round_, served.owners, rows):
        written += _issue(desk, served.source, form, group, rows)
    left = list_left_out(desk.plan, round_, desk.forms, desk.ledger.issues(round_.id)) if {*USUAL} <= {*levels} and not only else ()
    notes = (*_list_notes(desk, round_, served), *list_changed_forms(desk.ledger, desk.forms, round_), *left)
    return IssuedRound(tuple(written), tuple(served.unserved), notes)


def foresee_issues(desk: Desk, round_: Round, levels: Sequence[str], only: frozenset[str], rows: int | None) -> ForeseenRound:
    """Return what ``issue_round`` would do, and do nothing; raises StyrxlError (unknown-owner-named)."""
    boards = select_board_tables(judge_inbox_quietly(desk, round_)) if _asks_boards(round_, levels) else {}
    served = _find_served(desk, round_, boards, levels, only)
    newest = desk.ledger.issues_by_form(round_.id)
    names = {owner.org_id: owner.name for owner, _ in served.owners}
    issues = []
    for form, group in _by_form(desk.workspace, round_, served.owners, rows):
        for made in _signed(desk, served.source, form, group, rows, desk.ledger.preview_numbers):
            known = newest.get((made.owner, form.name))
            state = NEW if known is None else SAME if known.issue_id == made.issue else CHANGED
            issues.append(ForeseenIssue(made.owner, names[made.owner], form.name, state))
    return ForeseenRound(tuple(issues), tuple(served.unserved), tuple(_list_notes(desk, round_, served)))


def _asks_boards(round_: Round, levels: Sequence[str]) -> bool:
    """Whether the boards' accepted plans are needed: the units' plans are tied to them."""
    return "unit" in levels and not round_.followup


def _find_served(desk: Desk, round_: Round, boards: Boards, levels: Sequence[str], only: frozenset[str]) -> _Served:
    source, only = add_next_plans(desk, make_prefill_source(desk, round_, boards)), frozenset(map(desk.plan.spelled, only))
    named = _check_named(source, levels, only)
    served, unserved = sort_owners(source, _levels_asked(desk, round_, levels, named), only)
    return _Served(source, served, unserved)


def _list_notes(desk: Desk, round_: Round, served: _Served) -> Iterator[Word]:
    """Yield what the workbooks lack."""
    yield from list_missing_from_plan(desk.forms, desk.plan, round_)
    yield from list_purged(desk, list_last_year(desk.forms, round_))
    yield from list_renamed_assignments(desk.plan, served.source.past)
    yield from list_unfinished(desk.ledger, served.source.year, {owner.org_id for owner, _ in served.owners})


def _levels_asked(desk: Desk, round_: Round, levels: Sequence[str], named: frozenset[str]) -> list[str]:
    """Return the levels that the round has a form for, and those of owners named; all of them where it has none, so that each is told."""
    return [level for level in levels if level in named or desk.forms.for_level(level, round_.kind)] or [*levels]


def _check_named(source: PrefillSource, levels: Sequence[str], only: frozenset[str]) -> frozenset[str]:
    """Return the levels of the owners named; raises StyrxlError (unknown-owner-named)."""
    known = {owner.org_id: level for level in levels for owner in list_owners(source, level)}
    for name in sorted(only - known.keys()):
        asked = [level for level in levels if source.forms.for_level(level, source.round.kind)]
        either = name_levels(source.forms, asked or levels)
        raise StyrxlError("unknown-owner-named", owner=name, kind=either, round=source.round.id, **suggest_nearest(source.plan, name))
    return frozenset(known[name] for name in only)


def _by_form(
    workspace: Workspace, round_: Round, served: Iterable[tuple[Organisation, str]], rows: int | None
) -> list[tuple[Form, list[Organisation]]]:
    forms: dict[tuple[str, str | None], Form] = {}
    groups: dict[tuple[str, str | None], list[Organisation]] = {}
    for owner, name in served:
        form = workspace.forms.form(name, owner.profile, round_.id)
        key = (name, form.profile)
        forms.setdefault(key, extend_rows(form, rows))
        groups.setdefault(key, []).append(owner)
    return [(forms[key], group) for key, group in groups.items()]


def _issue(desk: Desk, source: PrefillSource, form: Form, group: Sequence[Organisation], rows: int | None) -> list[Path]:
    """Write a form's workbooks beside their places, record them, then put them there: a full disk or a kill leaves all or nothing."""
    made = _signed(desk, source, form, group, rows, desk.ledger.reserve_numbers)
    folder = desk.workspace.outbox(source.round)
    written = []
    new: list[tuple[Issue, str]] = []
    newest = desk.ledger.issues_by_form(source.round.id)
    with working_on(folder), StagedFiles() as stage:
        for filled, data in build_all(form, made, read_look(desk.workspace)):
            path = folder / name_file(desk.forms, source.round, filled.owner, form)
            stage.add(path, data)
            written.append(path)
            if (key := (filled.owner, form.name)) not in newest or newest[key].issue_id != filled.issue:
                new.append((_recorded(desk, filled, path), replace(filled, issue="", signature="").to_json()))
        stage.sync()  # the ledger says nothing that a full disk makes untrue
        desk.ledger.record_issues(new, {form.edition: desk.forms.edition(form.name, form.profile).to_json()})
        stage.move_into_place()
    return written


def _recorded(desk: Desk, filled: Prefill, path: Path) -> Issue:
    return Issue(
        issue_id=filled.issue,
        round=filled.round,
        owner=filled.owner,
        form=filled.form,
        version=filled.version,
        profile=filled.profile,
        language=filled.language,
        created_at=desk.now,
        file_name=path.name,
        issued_by=desk.by,
        edition=filled.edition,
    )


def _signed(
    desk: Desk,
    source: PrefillSource,
    form: Form,
    group: Sequence[Organisation],
    rows: int | None,
    reserve: Callable[[str, Mapping[Series, int], Used], Mapping[Series, Ranges]],
) -> list[Prefill]:
    round_, ledger = source.round, desk.ledger
    series = list_id_series(form, round_)
    counts = {(owner.org_id, name): count for owner in group for name, count in series.values()}
    reserved = reserve(round_.id, counts, source.used)
    newest = {owner: issue for (owner, name), issue in ledger.issues_by_form(round_.id).items() if name == form.name}
    texts = ledger.prefills([newest[o.org_id].issue_id for o in group if o.org_id in newest])
    made = []
    for owner in group:
        issue = newest.get(owner.org_id)
        previous = replace(Prefill.from_json(texts[issue.issue_id]), issue=issue.issue_id) if issue else None
        numbers = {key: reserved[owner.org_id, name] for key, (name, _) in series.items()}
        made.append(sign_prefill(make_prefill(source, owner, form, numbers, rows), previous, desk.workspace.sign))
    return made


def build_empty_plan(workspace: Workspace, rows: int | None = None) -> bytes:
    """Return the multi-year plan, empty, for a new workspace."""
    return build_plan(workspace, {}, rows)


def keep_plan_edition(workspace: Workspace, ledger: Ledger) -> None:
    """Keep the form that the multi-year plan is built with, by which it is read from then on."""
    edition = workspace.forms.edition(PLAN_FORM)
    ledger.keep_editions({edition.id: edition.to_json()})


def build_plan(workspace: Workspace, given: Mapping[str, tuple[Row, ...]], rows: int | None = None) -> bytes:
    """Return a multi-year plan with what is given in its sheets (sheet key -> rows), to go on with."""
    form = extend_rows(workspace.forms.form(PLAN_FORM), rows)
    [(_, data)] = build_all(form, [make_plan_prefill(workspace, form, given, rows)], read_look(workspace))
    return data


def make_plan_prefill(workspace: Workspace, form: Form, given: Mapping[str, tuple[Row, ...]], rows: int | None = None) -> Prefill:
    """Return what a multi-year plan is issued with."""
    settings = workspace.settings
    return Prefill(
        form=form.name,
        version=form.version,
        edition=form.edition,
        profile=None,
        language=settings.language,
        round="",
        round_name="",
        year=0,
        owner="",
        owner_name=settings.municipality,
        board_id=None,
        board_name=None,
        municipality=settings.municipality,
        contact=settings.contact,
        issue=hashlib.sha256(settings.municipality.encode()).hexdigest()[:16],
        row_count=rows,
        rows=given,
        first={},
    )


def levels_of(level: str | None, only: Collection[str] = ()) -> tuple[str, ...]:
    """Levels that a command is about: the one named, or all that ``only`` may name, or those that take part without being asked."""
    return (level,) if level else LEVELS if only else USUAL
