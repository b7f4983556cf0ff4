"""The third stage of judging, all returns together: cells, rows and links; one frame a table, each schema validated once at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Remark
from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill
from styrxl.returns.batch import Batch
from styrxl.returns.read import FormKey, make_form_key
from styrxl.returns.tables import RowIds, Table
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.typed_frames import TypedBatch, make_frame, omit_refused
from styrxl.validation.admitted import Admitted, give_up
from styrxl.validation.closing_rows import part_closing_rows
from styrxl.validation.context import Context
from styrxl.validation.link import BatchKey, check_links, years_of_rows
from styrxl.validation.rules.conditions import check_conditions, meets_condition
from styrxl.validation.rules.rows import check_ids, check_locked, check_taken
from styrxl.validation.rules.schema import Schemas, check_schema
from styrxl.validation.rules.sums import check_sums

_TOGETHER = 500  # returns that are laid at once
_NO_IDS = RowIds()
_NO_MARKS: Mapping[tuple[str, int], str] = {}


class Examined(NamedTuple):
    """What examining gives: the returns, remarks by a return's index, and the round's frames."""

    returns: Sequence[Admitted]
    remarks: Mapping[int, Sequence[Remark]]
    parts: Mapping[BatchKey, TypedBatch]


def examine(returns: Iterable[Admitted], context: Context, schemas: Schemas) -> Examined:
    """Examine returns together, as they come; what is remarked is not yet placed at cells.

    Where that fails, those that it fails for are found one by one: they are unreadable, and the others are examined. Where it fails
    for each of them the fault is not theirs, and the error is raised.
    """
    rows = _Rows(context)
    laid: list[Admitted] = []
    fault: Exception | None = None
    rest = iter(returns)
    while some := list(islice(rest, _TOGETHER)):
        try:
            laid += rows.add(some) if fault is None else some
        except StyrxlError:
            raise
        except Exception as error:  # noqa: BLE001 -- the trap: whose content it is that makes the program fail is found out below
            fault = error
            laid += some
    if fault is None:
        try:
            return _examine_together(laid, rows.batches, context, schemas)
        except StyrxlError:
            raise
        except Exception as error:  # noqa: BLE001 -- the trap, as above
            fault = error
    return _examine_without_failing(laid, context, schemas, fault)


def _examine_without_failing(returns: Sequence[Admitted], context: Context, schemas: Schemas, fault: Exception) -> Examined:
    """Examine those returns that can be examined; ``fault``: what examining all of them failed with."""
    alone = [return_ for return_ in returns if return_.tables]
    failing = {return_.index: error for return_ in alone if (error := _failure(return_, context, schemas)) is not None}
    if len(failing) == len(alone) > 1:
        raise fault
    rows = _Rows(context)
    laid = rows.add([give_up(r, failing[r.index]) if r.index in failing else r for r in returns])
    return _examine_together(laid, rows.batches, context, schemas)


def _failure(return_: Admitted, context: Context, schemas: Schemas) -> Exception | None:
    """Return what examining one return by itself fails with, if it does."""
    try:
        rows = _Rows(context)
        _examine_together(rows.add([return_]), rows.batches, context, schemas)
    except Exception as error:  # noqa: BLE001 -- returned, and logged
        return error
    return None


class _Rows:
    """The rows of many returns, one batch a sheet of a form, which grow as returns come."""

    def __init__(self, context: Context) -> None:
        self.batches: dict[BatchKey, Batch] = {}
        self._context = context
        self._year = context.round.year if context.round else None
        self._typists = TableTyper()

    def add(self, returns: Sequence[Admitted]) -> list[Admitted]:
        """Lay returns' rows after those that are there; return the returns, whose tables are now parts of the batches.

        Of a return itself only what no other has is left: thousands are kept at once.
        """
        ids: dict[int, list[Remark]] = {}
        ready: dict[BatchKey, list[tuple[int, Table]]] = {}
        for return_ in returns:
            for table in return_.tables:
                assert return_.form is not None
                key = make_form_key(return_.form), table.sheet.key
                if key not in self.batches:
                    self.batches[key] = Batch(return_.form, table.sheet)
                ready.setdefault(key, []).append((return_.index, self._typed(return_, return_.form, table)))
                if table.ids is not _NO_IDS:
                    begun = frozenset(table.rows)
                    found = ids.setdefault(return_.index, [])
                    found += check_ids(table.sheet, return_.index, table.ids, begun, return_.prefill)
                    found += check_taken(table.sheet, return_.index, table.ids, begun, return_.prefill, self._context)
        laid: dict[tuple[int, str], Table] = {}
        for key, tables in ready.items():
            for (index, table), columns in zip(tables, self.batches[key].add(tables), strict=True):
                marks = table.marks or _NO_MARKS
                laid[index, key[1]] = Table(table.place, table.sheet, table.rows, columns, _NO_IDS, marks, table.untouched)
        return [
            replace(r, tables=tuple(laid[r.index, t.sheet.key] for t in r.tables), remarks=(*r.remarks, *ids.get(r.index, ())))
            if r.tables
            else r
            for r in returns
        ]

    def _typed(self, return_: Admitted, form: Form, table: Table) -> Table:
        year = return_.year if self._year is None else self._year
        typed = self._typists.typed(form, table, year, return_.identity.get("language") or None)
        return table if typed is table.typed else replace(table, typed=typed)


def _examine_together(returns: Sequence[Admitted], batches: Mapping[BatchKey, Batch], context: Context, schemas: Schemas) -> Examined:
    by_index = {return_.index: return_ for return_ in returns}
    issued = {return_.index: return_.prefill for return_ in returns if return_.prefill is not None}
    limits = {source: prefill.limits for source, prefill in issued.items() if prefill.thresholds}
    remarks: list[Remark] = []
    parts: dict[BatchKey, TypedBatch] = {}
    for key, batch in batches.items():
        part = make_frame(batch)
        batch.typed.clear()  # it is in the frame, and takes as much room there; what has to be examined anew is typed anew
        part, changed = check_locked(part, issued)
        parts[key] = part
        remarks += [*part.remarks, *changed]
    excused = _excused(parts)
    for return_ in returns:
        remarks += [*return_.remarks, *_missing_rows(return_, excused)]
    by_schema: dict[str, list[TypedBatch]] = {}
    for part in parts.values():
        by_schema.setdefault(schemas.key(part.batch.sheet.table or "", part.batch.form.edition), []).append(part)
    for schema, same in by_schema.items():
        settled = frozenset[tuple[int, int | None, str | None]]().union(*(part.settled for part in same))
        remarks += [r for r in check_schema(schema, same) if not settled or (r.source, r.row, r.field) not in settled]
    parts = _part_closing_rows(parts, issued, by_index)
    for part in parts.values():
        sound = omit_refused(part, remarks)
        remarks += check_conditions(sound, years_of_rows(part.batch, context, by_index), limits, issued)
        remarks += check_sums(sound)
    linked, on_links = check_links(parts, by_index, context, remarks)
    grouped: dict[int, list[Remark]] = {}
    for remark in (*remarks, *on_links):
        grouped.setdefault(remark.source, []).append(remark)
    return Examined(returns, grouped, linked)


def _part_closing_rows(
    parts: Mapping[BatchKey, TypedBatch], issued: Mapping[int, Prefill], returns: Mapping[int, Admitted]
) -> dict[BatchKey, TypedBatch]:
    """Return the parts without the rows that close sheets, and these as parts of their own."""
    parted: dict[BatchKey, TypedBatch] = {}
    for (form, key), part in parts.items():
        places = {source: returns[source].places[key].heading_row for source in {*part.batch.source}} if part.batch.sheet.closing else {}
        for each in part_closing_rows(part, issued, places):
            parted[form, each.batch.sheet.key] = each
    return parted


def _excused(parts: Mapping[BatchKey, TypedBatch]) -> Mapping[tuple[FormKey, str], frozenset[int]]:
    """Return the returns in which a sheet may stay empty because of what is answered on another, by form and sheet."""
    excused: dict[tuple[FormKey, str], frozenset[int]] = {}
    for form in {key[0]: part.batch.form for key, part in parts.items()}.values():
        for sheet in form.tables:
            for condition, codes in sheet.unless.items():
                other, name = condition.split(".", 1)
                part = parts.get((make_form_key(form), other))
                if part is not None:
                    sources = part.frame["_source"][meets_condition(part.frame, {name: codes})].tolist()
                    key = make_form_key(form), sheet.key
                    excused[key] = excused.get(key, frozenset()).union(sources)
    return excused


def _missing_rows(return_: Admitted, excused: Mapping[tuple[FormKey, str], frozenset[int]]) -> list[Remark]:
    """Remark on sheets with fewer rows than are asked for."""
    remarks = []
    for table in return_.tables:
        assert return_.form is not None
        if table.sheet.at_least > len(table.rows) and return_.index not in excused.get((make_form_key(return_.form), table.sheet.key), ()):
            first = next(c for c in table.sheet.columns if c.asked)
            remarks.append(Remark(return_.index, table.sheet.key, table.place.heading_row + 1, first.field, "missing-value"))
    return remarks
