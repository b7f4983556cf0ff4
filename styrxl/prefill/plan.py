"""Distributing: what each owner's workbook is prefilled with, and the workbooks of a round."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, tzinfo
from typing import Any

import pandas as pd

from styrxl.model.answers_in_force import AnswersInForce, holds_in_year
from styrxl.model.booked_outcomes import BookedOutcomes, BookedRow
from styrxl.model.council_plan import Organisation, Plan, ids
from styrxl.model.days import local_day
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form
from styrxl.model.levels import COMMON, COMPANY, ON_REQUEST
from styrxl.model.prefill import EDITION, Prefill, Row, list_signed
from styrxl.model.rounds import Round
from styrxl.model.settings import Settings
from styrxl.model.table_values import records
from styrxl.prefill.board_goals import ReadingTexts, concerns_unit, select_commitments
from styrxl.prefill.booked import add_booked
from styrxl.prefill.collection import find_answers_asked, make_collected_rows
from styrxl.prefill.continuing import make_continuing_rows
from styrxl.prefill.financing import find_item, make_financing_rows, make_followed_financing_rows
from styrxl.prefill.followup import make_board_parts, make_unit_parts
from styrxl.prefill.indicators import make_lasting_rows
from styrxl.prefill.investments import find_numbers_given, make_unfinished_rows
from styrxl.prefill.year_so_far import YearSoFar
from styrxl.returns.cell_values import fold_text

Sign = Callable[[Sequence[str]], str]
Runs = tuple[tuple[int, int], ...]
_WITH_FRAMES = ("board", COMMON)  # levels whose owners may have frames


@dataclass(frozen=True, slots=True)
class PrefillSource:
    """What prefills are made from.

    ``boards``: tables of the boards' accepted plans (``_owner`` is the board), for the units' plans. ``year``: what a follow-up follows.
    ``last_year``: last year with all its follow-ups, for this year's plans. ``answers``: what was accepted in other rounds from which
    forms take rows, by the round's id. ``booked``: the round's outcomes as the accounts have them.
    """

    plan: Plan
    settings: Settings
    forms: Forms
    round: Round
    boards: Mapping[str, pd.DataFrame]
    today: date
    year: YearSoFar | None = None
    last_year: YearSoFar | None = None
    answers: Mapping[str, AnswersInForce] = field(default_factory=dict)
    booked: BookedOutcomes | None = None
    known: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)  # what is worked out once, for many owners

    @property
    def used(self) -> Mapping[str, Mapping[tuple[str, str], int]]:
        """The highest number of ids that anybody has answered under in the rounds before, by round, then owner and series."""
        years = [year for year in (self.year, self.year.last_year if self.year else None, self.last_year) if year]
        answered = {answers.round.id: answers.highest for year in years for answers in (year.plans, *year.earlier)}
        return answered | {year.plans.round.id: {**year.plans.highest, **find_numbers_given(year)} for year in years}

    @property
    def past(self) -> tuple[AnswersInForce, ...]:
        """What was said in this year's rounds before this one and in last year's, oldest first."""
        years = [year for year in (self.year.last_year if self.year else self.last_year, self.year) if year]
        return tuple(answers for year in years for answers in (year.plans, *year.earlier))

    @property
    def day(self) -> date:
        """Day on which the organisation is looked up."""
        return self.round.day


@dataclass(frozen=True, slots=True)
class OwnerWithoutWorkbook:
    """An owner that cannot be given a workbook yet, and why (a key of the catalogue's words)."""

    owner: str
    name: str
    board: str | None
    why: str


def list_owners(source: PrefillSource, level: str) -> list[Organisation]:
    """Owners of a level on the round's day, in the plan's order; of units those whose board has chosen the round."""
    return source.plan.answering([level], source.round)


def sort_owners(
    source: PrefillSource, levels: Iterable[str], only: frozenset[str]
) -> tuple[list[tuple[Organisation, str]], list[OwnerWithoutWorkbook]]:
    """Part the owners that can be served (with their form's name) from those that cannot."""
    served: list[tuple[Organisation, str]] = []
    unserved: list[OwnerWithoutWorkbook] = []
    planned = set(source.boards["confirmation"]["_owner"]) if "confirmation" in source.boards else set()
    for level in levels:
        names = source.forms.for_level(level, source.round.kind)
        for owner in list_owners(source, level):
            if only and owner.org_id not in only:
                continue
            if not names:
                unserved.append(OwnerWithoutWorkbook(owner.org_id, owner.name, owner.board_id, "no_form"))
            for name in names:
                form = source.forms.form(name, owner.profile, source.round.id)
                if why := _why_not(source, form, owner, planned):
                    board = owner.board_id if why == "board_not_ready" else None
                    unserved.append(OwnerWithoutWorkbook(owner.org_id, owner.name, board, why))
                else:
                    served.append((owner, name))
    return served, unserved


def _why_not(source: PrefillSource, form: Form, owner: Organisation, planned: Collection[str]) -> str | None:
    collected = make_rows(source, owner, form)
    if source.year is None:
        if not form.about_plans:
            return None if _can_answer(form, collected) else "no_rows"
        return "board_not_ready" if form.level == "unit" and owner.board_id not in planned else None
    asked = find_answers_asked(form, source.round, source.forms.rounds).values()
    if (form.about_plans or source.year.plans.round in asked) and owner.org_id not in source.year.plans.returns:
        return "no_plan" if form.about_plans else "not_answered"
    if not form.about_plans:
        return None if _can_answer(form, collected) else "no_rows"
    rows = {**(make_unit_parts(source.year, owner)["rows"] if form.level == "unit" else {}), **collected}
    return None if form.level in _WITH_FRAMES or _can_answer(form, rows) else "nothing_to_follow"


def _can_answer(form: Form, rows: Mapping[str, Sequence[Row]]) -> bool:
    """Whether there is anything to answer: rows given beforehand, or a sheet that needs none and may not stay empty."""
    return any(rows.values()) or any(not sheet.prefilled and not sheet.optional for sheet in form.tables)


def make_rows(source: PrefillSource, owner: Organisation, form: Form) -> dict[str, tuple[Row, ...]]:
    """Return the rows of a form's sheets that say themselves where these come from."""
    asked = find_answers_asked(form, source.round, source.forms.rounds)
    year = source.year
    answers = {
        key: year.plans if year and year.plans.round == round_ else source.answers[round_.id]
        for key, round_ in asked.items()
        if round_.id in source.answers or (year and year.plans.round == round_)
    }
    return make_collected_rows(form, owner, owner.language or source.settings.language, source.plan, source.round, answers, source.past)


def list_id_series(form: Form, round_: Round) -> dict[str, tuple[str, int]]:
    """Series of ids that a form numbers in advance: sheet key -> (``M``, ``I``, ``2027-A``; rows)."""
    result = {}
    for sheet in form.tables:
        for column in sheet.columns:
            if column.number:
                result[sheet.key] = (column.number.format(owner="", year=round_.year, n="").strip("-"), sheet.rows)
    return result


def make_prefill(source: PrefillSource, owner: Organisation, form: Form, numbers: Mapping[str, Runs], rows: int | None = None) -> Prefill:
    """Return what an owner's workbook is prefilled with, not yet signed; ``numbers``: sheet key -> runs of numbers (first, last)."""
    settings, language = source.settings, owner.language or source.settings.language
    board = source.plan.find(owner.board_id, source.day) if owner.board_id else None
    parts = _parts(source, owner, form, language)
    due = settings.due(source.round, owner.org_id, form.level)
    rows_given = _name_closing_rows(form, parts.get("rows", {}), language)
    made = add_booked(form, rows_given, _list_booked(source, owner.org_id))
    return Prefill(
        form=form.name,
        version=form.version,
        edition=form.edition,
        profile=form.profile,
        language=language,
        round=source.round.id,
        round_name=settings.round_name(source.round, language),
        year=source.round.year,
        owner=owner.org_id,
        owner_name=owner.name,
        board_id=owner.board_id,
        board_name=board.name if board else None,
        municipality=settings.municipality,
        contact=settings.contact,
        due=due.isoformat() if due else None,
        row_count=rows,
        first={key: runs[0][0] for key, runs in numbers.items()},
        numbers={key: runs for key, runs in numbers.items() if len(runs) > 1},
        counts={key: count for key, (_, count) in list_id_series(form, source.round).items()},
        booked=_describe_run(source.booked, settings.zone) if source.booked and made != rows_given else {},
        **{**parts, "rows": made},
    )


def _list_booked(source: PrefillSource, owner: str) -> tuple[BookedRow, ...]:
    return source.booked.of_owner(owner) if source.booked else ()


def _describe_run(booked: BookedOutcomes, zone: tzinfo) -> dict[str, Any]:
    """Say which run of the accounts' outcomes stands in rows."""
    return {"run": booked.run, "day": local_day(booked.recorded_at, zone).isoformat()}


def _name_closing_rows(form: Form, rows: Mapping[str, tuple[Row, ...]], language: str) -> dict[str, tuple[Row, ...]]:
    """Return rows with those that close sheets named: otherwise than any row of that sheet; none where the sheet has no rows."""
    named = dict(rows)
    for sheet in form.tables:
        if sheet.closing and sheet.closing.table in rows:
            key = sheet.columns[0].field
            taken = {fold_text(str(row[key])) for row in rows.get(sheet.key, ())}
            free = [names for names in sheet.closing.names if not taken & {fold_text(name) for name in names.values()}]
            name = (free or sheet.closing.names)[0][language]
            given = rows[sheet.closing.table] if rows.get(sheet.key) else ()
            named[sheet.closing.table] = tuple({key: name, **row} for row in given)
    return named


def _parts(source: PrefillSource, owner: Organisation, form: Form, language: str) -> dict[str, Any]:
    parts = _parts_of_plans(source, owner, form, language) if form.level in {*_WITH_FRAMES, "unit", COMPANY} else {}
    if form.level in ON_REQUEST:
        parts = _select_rows(form, parts)
    if form.level == COMPANY:  # the council aims goals at boards: any of them may be a company's too
        goals = source.plan.council_goals(source.round.year)
        parts = {**parts, "lists": {**parts.get("lists", {}), "council_goals": tuple((g.goal_id, g.text) for g in goals)}}
    if not form.about_plans:
        parts = _select_used(form, parts)
    if source.year is not None:
        thresholds = {"thresholds": asdict(source.settings.thresholds), "board_thresholds": asdict(source.settings.board_thresholds)}
        parts |= {**thresholds, "based_on": source.year.based_on(owner.org_id)}
    collected = make_rows(source, owner, form)
    return {**parts, "rows": {**parts.get("rows", {}), **collected}} if collected else parts


def _parts_of_plans(source: PrefillSource, owner: Organisation, form: Form, language: str) -> dict[str, Any]:
    if source.year is not None:
        figures = [row for row in _list_booked(source, owner.org_id) if find_item(row.activity, source.forms.words) is None]
        parts = make_unit_parts(source.year, owner) if form.level == "unit" else make_board_parts(source.year, owner, figures)
        if form.level == COMMON:
            parts["rows"] |= make_followed_financing_rows(source.year, owner, source.forms.words, language)
        next_plan = source.year.next_plans.of("commitments", owner.org_id) if source.year.next_plans else ()
        known = {"next_plan": tuple({"id": row["commitment_id"]} for row in next_plan)} if next_plan else {}
        return {**parts, "memory": {**parts.get("memory", {}), **known}}
    parts = _unit(source, owner, language) if form.level == "unit" else _board(source, owner)
    return _carried(source, owner, form, parts) if source.last_year and form.about_plans else parts


def _select_rows(form: Form, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what boards are given only the rows that a form has a sheet for."""
    asked = {sheet.key for sheet in form.sheets} | {sheet.closing.table for sheet in form.sheets if sheet.closing}
    return {**parts, "rows": {key: rows for key, rows in parts.get("rows", {}).items() if key in asked}}


def _select_used(form: Form, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what plans give only the frames and lists that a form has a use for: all else is none of a collection's."""
    offered = {name for sheet in form.sheets for column in sheet.columns for name in column.source}
    shown = {frame for sheet in form.sheets for frame in (*sheet.limits, sheet.frame, sheet.limit.frame if sheet.limit else None)}
    used: dict[str, set[str] | set[str | None]] = {"lists": offered, "frames": shown}
    return {part: {name: value for name, value in parts.get(part, {}).items() if name in names} for part, names in used.items()}


def _board(source: PrefillSource, owner: Organisation) -> dict[str, Any]:
    year = source.round.year
    goals = [g for g in source.plan.council_goals(year) if not g.concerned_boards or owner.org_id in g.concerned_boards]
    frame = source.plan.frame(owner.org_id, year, source.today)
    units = source.plan.units(owner.org_id, source.day)
    responses: tuple[Row, ...] = tuple(
        {
            "goal_id": g.goal_id,
            "text": g.text,
            "focus_area": g.focus_area,
            "dimension": g.dimension,
            "concerns": "yes" if g.concerned_boards else None,
        }
        for g in goals
    )
    return {
        "frames": {"operating_frame": frame.current_operating, "investment_frame": frame.current_investment},
        "rows": {
            "goal_responses": responses,
            "unit_frames": tuple({"unit_id": f"{u.org_id} {u.name}", "frame": None} for u in units),
            # Of the year before: that there is none is told as well, apart from plans issued before any could go on.
            "indicators": (),
            "investments": (),
            **make_financing_rows(owner, source.forms.words, owner.language or source.settings.language),
        },
        "lists": {"council_goals": tuple((g.goal_id, g.text) for g in goals), "units": tuple((u.org_id, u.name) for u in units)},
    }


def _unit(source: PrefillSource, owner: Organisation, language: str) -> dict[str, Any]:
    frame = _once(source, ("unit_frames", owner.board_id), lambda: _unit_frames(source, owner.board_id)).get(owner.org_id)
    planned = _of_board(source, "goals", owner.board_id)
    # Units that the same goals are aimed at are given the same.
    key = ("unit", owner.board_id, language, tuple(concerns_unit(goal, owner.org_id) for goal in planned))
    shared: dict[str, Any] = _once(source, key, lambda: _from_board(source, owner, language))
    return {"frames": {"unit_frame": frame}, **shared}


def _once(source: PrefillSource, key: Any, make: Callable[[], Any]) -> Any:
    """Work out what many owners share when it is first asked for."""
    if key not in source.known:
        source.known[key] = make()
    return source.known[key]


def _unit_frames(source: PrefillSource, board_id: str | None) -> dict[str, float]:
    """Return the frames that a board gives its units; of several for one unit the first."""
    rows = [row for row in _of_board(source, "unit_frames", board_id) if row["frame"] is not None]
    return {row["unit_id"]: float(row["frame"]) for row in reversed(rows)}


def _from_board(source: PrefillSource, owner: Organisation, language: str) -> dict[str, Any]:
    """Return what a unit is given to read and to choose from of its board's plan."""
    planned = _of_board(source, "goals", owner.board_id)
    goals = [row for row in planned if concerns_unit(row, owner.org_id) and holds_in_year(row, source.round.year)]
    commitments = select_commitments(_of_board(source, "commitments", owner.board_id), planned, owner.org_id)
    indicators = _of_board(source, "indicators", owner.board_id)
    texts = ReadingTexts(source.forms.words, language, {g.goal_id: g.text for g in source.plan.goals})
    return {
        "rows": {"board_goals": texts.make_rows(goals, commitments, indicators)},
        "lists": {
            "board_goals": tuple((row["goal_id"], row["text"]) for row in goals),
            "board_commitments": tuple((row["commitment_id"], row["text"]) for row in commitments),
        },
    }


def _carried(source: PrefillSource, owner: Organisation, form: Form, parts: dict[str, Any]) -> dict[str, Any]:
    """Add what goes on from last year's plan: goals that still hold, with their ids, and what its commitments said."""
    assert source.last_year is not None
    old = source.last_year.plans.of("commitments", owner.org_id)
    memory = {"last_commitments": tuple({"id": row["commitment_id"], "text": row["text"]} for row in old)}
    asked = {sheet.key for sheet in form.sheets}
    lasting = [row for row in source.last_year.plans.of("goals", owner.org_id) if _lasts(row, source.round.year)]
    goals = tuple(_goes_on(source, row, parts["lists"]) for row in lasting if "goals" in asked)
    offered = {*(code for pairs in parts["lists"].values() for code, _ in pairs), *(row["goal_id"] for row in goals)}
    carried = {"goals": goals, "commitments": make_continuing_rows(source.last_year, owner.org_id, form, offered)}
    if form.level == "board":
        carried["indicators"] = make_lasting_rows(source.last_year, owner.org_id, offered) if "indicators" in asked else ()
        carried["investments"] = make_unfinished_rows(source.last_year, owner.org_id) if "investments" in asked else ()
    return {**parts, "memory": memory, "rows": {**parts["rows"], **{key: rows for key, rows in carried.items() if rows}}}


def _lasts(row: Row, year: int) -> bool:
    return row["to_year"] is not None and holds_in_year(row, year)


def _goes_on(source: PrefillSource, row: Row, lists: Mapping[str, Sequence[tuple[str, str]]]) -> Row:
    """Return a goal without what no longer holds: a parent that cannot be chosen any more, units that are gone."""
    offered = {code for pairs in lists.values() for code, _ in pairs}
    there = _once(source, "units", lambda: frozenset(o.org_id for o in source.plan.of_kind(["unit"], source.day)))
    names = ("goal_id", "text", "parent_id", "activity", "target_group", "concerned_units", "priority", "from_year", "to_year")
    made = {name: row.get(name) for name in names}
    made["parent_id"] = row["parent_id"] if row["parent_id"] in offered else None
    made["concerned_units"] = ";".join(code for code in ids(row.get("concerned_units")) if code in there) or None
    return made


def _of_board(source: PrefillSource, table: str, board_id: str | None) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = _once(source, ("rows", table, board_id), lambda: _rows_of(source, table, board_id))
    return result


def _rows_of(source: PrefillSource, table: str, board_id: str | None) -> list[dict[str, Any]]:
    frame = source.boards.get(table)
    return [] if frame is None or frame.empty else list(records(frame[frame["_owner"] == board_id]))


def sign_prefill(made: Prefill, previous: Prefill | None, sign: Sign) -> Prefill:
    """Return the prefill with its issue id and signature.

    The id follows from the content and from the issue before it: distributing again with nothing changed is the same issue, and
    rebuilding from the same input gives the same bytes. A newer run of the accounts' outcomes that has the same figures is nothing new.
    """
    known = previous and replace(previous, issue="", signature="", edition=previous.edition or made.edition)
    if previous is not None and known == replace(made, booked=previous.booked):
        made = replace(made, booked=previous.booked)
        issue = previous.issue
    else:
        issue = hashlib.sha256(f"{previous.issue if previous else ''}\n{made.to_json()}".encode()).hexdigest()[:16]
    return sign_issue(made, issue, sign)


def sign_issue(made: Prefill, issue: str, sign: Sign) -> Prefill:
    """Return the prefill of an issue, with its signature."""
    identity = {"form": made.form, "version": str(made.version), "round": made.round, "owner": made.owner, "issue": issue}
    return replace(made, issue=issue, signature=sign(list_signed(identity | {EDITION: made.edition})))
