"""The second stage of judging: each return with its number, its tables, and which of their answers were given beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo

from styrxl.model.catalogue import Word
from styrxl.model.days import local_day, standard_zone
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, Remark, finding
from styrxl.model.forms import BOOKED_REMARK, LANGUAGES, Form, select_columns, select_sheets
from styrxl.model.judged import Decided, Recorded
from styrxl.model.prefill import Prefill
from styrxl.returns.read import find_year
from styrxl.returns.tables import Table, TablePlace, is_blank
from styrxl.validation.crash import report_crash
from styrxl.validation.identify import Identified, mark_unreadable
from styrxl.validation.rules.rows import find_untouched


@dataclass(frozen=True, slots=True)
class Admitted:
    """A return among those that are judged together; thousands are kept to the end, so that it has no more of its file than is needed.

    ``index``: its ``_source`` in the round's tables. ``form``: None where it may not be judged further; ``tables``: none there, nor where
    it is set aside. ``places``: sheet key -> where its table is. ``remarks``: what is known of its rows by themselves.
    ``zone``: whose days count.
    """

    index: int
    path: str
    sha256: str
    received: datetime | None
    decided: tuple[Decided, ...] = ()
    recorded: Recorded | None = None
    findings: tuple[Finding, ...] = ()
    readable: bool = False
    duplicate: bool = False
    identity: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None
    prefill: Prefill | None = None
    places: Mapping[str, TablePlace] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    remarks: tuple[Remark, ...] = ()
    zone: tzinfo = field(default_factory=standard_zone)

    @property
    def owner(self) -> str | None:
        """Whose it is, as far as it is known."""
        return self.identity.get("owner")

    @property
    def year(self) -> int:
        """Year of its round."""
        return find_year(self.identity)

    @property
    def day(self) -> date:
        """Day of its receipt, by which whatever depends on a date is judged."""
        return local_day(self.received, self.zone) if self.received else date(self.year, 1, 1)

    @property
    def set_aside(self) -> Decided | None:
        """The decision by which it is set aside, if it is."""
        decisions = [d for d in self.decided if d.kind in {"set-aside", "take-back"}]
        return decisions[-1] if decisions and decisions[-1].kind == "set-aside" else None


def admit(returns: Iterable[Identified], zone: tzinfo, *, whole_inbox: bool) -> Iterator[Admitted]:
    """Yield each return with its tables, in order; ``whole_inbox``: whether one that has the same bytes as another is a duplicate."""
    first: dict[str, tuple[str, Mapping[str, str]]] = {}  # hash -> path and identity of the first return that has it
    for index, return_ in enumerate(returns):
        sha256 = return_.arrival.sha256
        if whole_inbox and sha256 in first:
            yield replace(_duplicate(index, return_, *first[sha256]), zone=zone)
        else:
            first[sha256] = return_.arrival.path, return_.identity
            yield replace(_admitted(index, return_), zone=zone)


def give_up(return_: Admitted, error: Exception) -> Admitted:
    """Return a return as unreadable, since it made the program fail; the trace is logged."""
    findings = (report_crash(return_.path, error),)
    return replace(return_, findings=findings, readable=False, form=None, places={}, tables=(), remarks=())


def _duplicate(index: int, return_: Identified, first: str, identity: Mapping[str, str]) -> Admitted:
    """Return a return that is another one once more: whose it is follows from the other, which a controller may have said."""
    arrival = return_.arrival
    findings = (finding("duplicate-return", first=first.rpartition("/")[2]),)
    decided = arrival.decided
    return Admitted(index, arrival.path, arrival.sha256, arrival.received, decided, None, findings, duplicate=True, identity=identity)


def _admitted(index: int, return_: Identified) -> Admitted:
    """Return a return with its tables; one that makes the program fail is unreadable."""
    without = _without_tables(index, return_)
    if return_.form is None:
        return without
    try:
        return _with_tables(without, return_, return_.form)
    except StyrxlError:
        raise
    except Exception as error:  # noqa: BLE001 -- the trap: one file must not take the round down
        return _without_tables(index, mark_unreadable(return_, error))


def _without_tables(index: int, return_: Identified) -> Admitted:
    arrival = return_.arrival
    return Admitted(
        index,
        arrival.path,
        arrival.sha256,
        arrival.received,
        arrival.decided,
        arrival.recorded,
        return_.findings,
        return_.readable,
        identity=return_.identity,
        form=return_.form,
        prefill=return_.prefill,
    )


def _with_tables(admitted: Admitted, return_: Identified, form: Form) -> Admitted:
    reading = return_.arrival.reading
    issued = select_columns(select_sheets(form, return_.prefill.rows), return_.prefill.rows) if return_.prefill else form
    there = {sheet.key for sheet in issued.sheets}
    added = {table.place.sheet for table in reading.tables if table.sheet.key not in there}  # its owner's own, whatever they are called
    tables = tuple(_as_issued(table, return_.prefill, form) for table in reading.tables if table.place.sheet not in added)
    if (
        not any(table.answered for table in tables)
        and not any(f.rule in {"missing-sheet", "missing-column", "missing-marker"} for f in reading.table_findings)
        and not (return_.prefill and _has_all_given(issued, return_.prefill))
    ):
        elsewhere = [f for f in reading.table_findings if f.rule in {"similar-sheet", "unread-sheet"}]  # where the answers may be
        return replace(admitted, findings=(*admitted.findings, _make_empty(form), *elsewhere))
    return replace(
        admitted,
        findings=(
            *admitted.findings,
            *(f for f in reading.table_findings if f.sheet not in added),
            *(finding("unknown-sheet", sheet=name) for name in sorted(added)),
            *_find_missing_sheets(issued, return_, tables),
            *_find_missing_columns(issued, return_, tables),
        ),
        identity={name: value for name, value in return_.identity.items() if name != "signature"},  # it has been looked at
        places={key: table.place for table in tables for key in _list_keys(table)},
        tables=tables if admitted.set_aside is None else (),  # else it has no say about the others either
    )


def _find_missing_sheets(form: Form, return_: Identified, tables: Sequence[Table]) -> Iterator[Finding]:
    """Yield the sheets that are not in every workbook of the form, were in the one that was issued, and are not there any more."""
    language = return_.identity.get("language") or LANGUAGES[0]
    there = {table.sheet.key for table in tables}
    for sheet in form.tables if return_.prefill else ():
        if sheet.needs_rows and sheet.key not in there:
            name = sheet.name[language]
            yield finding("missing-sheet", sheet=name, name=name, easiest=Word("use_our_workbook"))


def _find_missing_columns(form: Form, return_: Identified, tables: Sequence[Table]) -> Iterator[Finding]:
    """Yield the columns that are not in every workbook of the form, were in the one that was issued, and are not there any more."""
    language = return_.identity.get("language") or LANGUAGES[0]
    for table in tables if return_.prefill else ():
        for column in (c for c in form.sheet(table.sheet.key).columns if c.booked == BOOKED_REMARK and c.field not in table.columns):
            heading, easiest = column.heading[language], Word("use_our_workbook")
            yield finding("missing-column", sheet=table.place.sheet, column=heading, heading=heading, easiest=easiest)


def _list_keys(table: Table) -> tuple[str, ...]:
    """Return the keys of a table, and of that of the row which closes its sheet."""
    return (table.place.key, table.sheet.closing.table) if table.sheet.closing else (table.place.key,)


def _has_all_given(form: Form, prefill: Prefill) -> bool:
    """Tell whether all that a workbook requires was given beforehand, as outcomes are by the accounts: then it may come back as it is."""
    given = 0
    for sheet in form.tables:
        required = [c.field for c in sheet.columns if c.asked and c.required]
        rows = prefill.rows.get(sheet.key, ())
        if required and not rows and (sheet.at_least or sheet.layout == "down"):
            return False
        answers = [row.get(field) for row in rows for field in required]
        if any(map(is_blank, answers)):
            return False
        given += len(answers)
    return given > 0


def _make_empty(form: Form) -> Finding:
    return finding("empty-return", how=Word("nothing" if form.foreign else "begin_at_start"))


def _as_issued(table: Table, prefill: Prefill | None, form: Form) -> Table:
    """Return a table that knows which of its answers were given beforehand."""
    given = find_untouched(table, prefill, form)
    return replace(table, untouched=given) if given else table
