"""All returns of a round, linked: what each goal and commitment is tied to, frames, copies, and what speaks against something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from styrxl.model.council_plan import ids
from styrxl.model.findings import Remark
from styrxl.model.goal_tree import LINK_ERRORS
from styrxl.model.prefill import Prefill
from styrxl.model.table_values import column, whole_year
from styrxl.returns.batch import Batch
from styrxl.returns.read import FormKey
from styrxl.returns.typed_frames import TypedBatch, omit_refused
from styrxl.validation.admitted import Admitted
from styrxl.validation.context import Context
from styrxl.validation.contradictions import find_contradictions
from styrxl.validation.known_goals import KnownGoal, collect_known_goals, find_served_units
from styrxl.validation.rules.board_plan import check_board_plan
from styrxl.validation.rules.copies import check_copies
from styrxl.validation.rules.council_assignments import check_assignments
from styrxl.validation.rules.frame_adjustments import check_adjustments
from styrxl.validation.rules.frames import check_frames
from styrxl.validation.rules.organisation import check_organisation
from styrxl.validation.rules.references import check_references, collect_own_options

BatchKey = tuple[FormKey, str]  # form, sheet
Returns = Mapping[int, Admitted]  # by index


def check_links(
    parts: Mapping[BatchKey, TypedBatch], returns: Returns, context: Context, remarks: Sequence[Remark]
) -> tuple[dict[BatchKey, TypedBatch], list[Remark]]:
    """Return the frames with ids in place of texts that name something, and the remarks on links.

    ``remarks``: those that there are already; of one cause there is one.
    """
    issued = {index: return_.prefill for index, return_ in returns.items() if return_.prefill is not None}
    known = _known(parts, returns, context)
    linked, new = _check_references(parts, issued, known, returns, context)
    errors = [r for r in (*remarks, *new) if r.error]
    sound = {key: omit_refused(part, errors) for key, part in linked.items()}
    broken = frozenset(r.source for r in (*remarks, *new) if r.rule in LINK_ERRORS)
    for form in dict.fromkeys(key[0] for key in linked):
        own = {key[1]: part for key, part in linked.items() if key[0] == form}
        new += check_board_plan(own, issued, broken)
        if form.name == "multi_year_plan":
            profiles = {profile for name in context.forms.names() for profile in context.forms.profiles(name)}
            new += [remark for key, part in sound.items() if key == (form, "frame_adjustments") for remark in check_adjustments(part)]
            new += [remark for key, part in sound.items() if key == (form, "assignments") for remark in check_assignments(part)]
            new += check_organisation(own, _kinds(own), context.forms.rounds, profiles)
    frames = {index: _frames(return_, context) for index, return_ in returns.items() if return_.tables}
    granted = _find_granted(sound.values())
    for part in sound.values():
        new += check_frames(part, frames, granted)
    new += _check_copies(linked, known, returns)
    remarks = (*remarks, *new)
    new += find_contradictions(tuple(sound.values()), issued, known, context.forms.rounds, remarks, context.booked, context.zone)
    return linked, [remark for remark in new if not _follows_from_errors(remark, sound)]


def _follows_from_errors(remark: Remark, sound: Mapping[BatchKey, TypedBatch]) -> bool:
    """Whether a remark is on a column's sum of which a part is in error: what the sum is will be known when that is mended."""
    parts = (part for key, part in sound.items() if key[1] == remark.key) if remark.row is None and not remark.error else ()
    return any(cell[0] == remark.source and cell[2] == remark.field for part in parts for cell in part.cells_with_errors)


def group_by_table(parts: Mapping[BatchKey, TypedBatch]) -> dict[str, list[TypedBatch]]:
    """Return the parts by the table that they hold."""
    tables: dict[str, list[TypedBatch]] = {}
    for part in parts.values():
        tables.setdefault(part.batch.sheet.table or "", []).append(part)
    return tables


def years_of_rows(batch: Batch, context: Context, returns: Returns) -> Sequence[int]:
    """Return the year that each row of a batch is about: the round's, or where there is none that of its return."""
    if context.round:
        return [context.round.year] * len(batch.source)
    return [returns[source].year for source in batch.source]


def _check_references(
    parts: Mapping[BatchKey, TypedBatch], issued: Mapping[int, Prefill], known: Mapping[str, KnownGoal], returns: Returns, context: Context
) -> tuple[dict[BatchKey, TypedBatch], list[Remark]]:
    new: list[Remark] = []
    linked: dict[BatchKey, TypedBatch] = {}
    offered = {form: collect_own_options([p for k, p in parts.items() if k[0] == form]) for form in dict.fromkeys(key[0] for key in parts)}
    kinds: dict[str, set[str]] = {}
    for organisation in context.plan.organisations if context.plan else ():
        kinds.setdefault(organisation.org_id, set()).add(organisation.kind)
    kinds = kinds or _kinds({key[1]: part for key, part in parts.items()})
    for key, part in parts.items():
        frame, remarks = check_references(part, issued, offered[key[0]], known, years_of_rows(part.batch, context, returns), kinds)
        linked[key] = replace(part, frame=frame)
        new += remarks
    return linked, new


def _known(parts: Mapping[BatchKey, TypedBatch], returns: Returns, context: Context) -> dict[str, KnownGoal]:
    """Return everything that can be meant, by id: council goals, the boards' plans, and the units' own goals."""
    if context.plan is None:
        return {}
    known = collect_known_goals(context.plan, context.boards)
    for return_ in returns.values():
        if return_.prefill is not None and return_.form is not None and return_.form.followup:
            known |= _followed(return_.prefill, return_.form.level)
    tables = group_by_table(parts)
    for table, kinds in (("goals", ("board_goal", "unit_goal")), ("commitments", ("board_commitment", "commitment"))):
        for part in tables.get(table, ()):
            kind = kinds[0] if part.batch.form.level == "board" else kinds[1]
            codes, texts = (part.frame[name].tolist() for name in (f"{table[:-1]}_id", "text"))
            years = [[whole_year(value) for value in column(part.frame, name)] for name in ("from_year", "to_year")]
            aimed = [column(part.frame, name) for name in ("concerned_units", "parent_id", "more_parents")]
            for source, code, text, first, last, named, parent, more in zip(part.batch.source, codes, texts, *years, *aimed, strict=True):
                if isinstance(code, str):
                    units = ids(named) if table == "goals" else find_served_units(known, parent, more)
                    known[code] = KnownGoal(kind, returns[source].owner or "", text if isinstance(text, str) else "", first, last, units)
    return known


def _followed(issued: Prefill, level: str) -> dict[str, KnownGoal]:
    """Return the goals and commitments that a follow-up was issued with."""
    goals, commitments = ("board_goal", "board_commitment") if level == "board" else ("unit_goal", "commitment")
    rows = [(goals, row["goal_id"], row) for row in issued.rows.get("goal_assessments", ())]
    rows += [(commitments, row["commitment_id"], row) for row in issued.rows.get("commitment_status", ())]
    return {code: KnownGoal(kind, issued.owner, row["text"] or "") for kind, code, row in rows}


def _kinds(parts: Mapping[str, TypedBatch]) -> dict[str, set[str]]:
    """Return of which kinds each organisation of the council's plan is, by id."""
    kinds: dict[str, set[str]] = {}
    if "organisation" in parts:
        frame = parts["organisation"].frame
        for code, kind in zip(frame["org_id"], frame["kind"], strict=True):
            if isinstance(code, str) and isinstance(kind, str):
                kinds.setdefault(code, set()).add(kind)
    return kinds


def _frames(return_: Admitted, context: Context) -> dict[str, float | None]:
    if context.plan is None or return_.owner is None:
        return {}
    if return_.form is not None and return_.form.followup and return_.prefill is not None:
        return dict(return_.prefill.frames)  # as they were on the round's day
    frame = context.plan.frame(return_.owner, return_.year, return_.day)
    return {"operating_frame": frame.current_operating, "investment_frame": frame.current_investment}


def _find_granted(parts: Iterable[TypedBatch]) -> dict[int, float]:
    """Return what rows that close sheets were given of a column that is to be spread, by source (tkr)."""
    granted: dict[int, float] = {}
    for part in parts:
        for given in (c.field for c in part.batch.sheet.columns if c.spread and c.closing == "given" and c.locked):
            granted |= {s: value for s, value in zip(part.batch.source, column(part.frame, given), strict=True) if value is not None}
    return granted


def _check_copies(parts: Mapping[BatchKey, TypedBatch], known: Mapping[str, KnownGoal], returns: Returns) -> list[Remark]:
    commitments = [part for part in parts.values() if part.batch.sheet.table == "commitments"]
    owners = {index: return_.owner or "" for index, return_ in returns.items()}
    paths = {index: return_.path for index, return_ in returns.items()}
    return check_copies(commitments, owners, {code: goal.text for code, goal in known.items()}, paths)
