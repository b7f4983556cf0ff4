"""Read one return's bytes, given the forms and nothing else: its identity, and its tables with typed values.

What depends on more (who is asked, what was issued, other returns) is left to ``validation``. A reading can therefore be cached, and
made in another process or on another computer: see ``scale.cache``, ``scale.processes`` and ``scale.cluster``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import TracebackType
from typing import NamedTuple, Self

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, finding
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES, Form
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.naming.sheet_names import LISTS_SHEET
from styrxl.model.prefill import EDITION
from styrxl.returns.foreign_sheets import NamedCell, find_named_cell
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.locate import Locator
from styrxl.returns.package.unpack import ORDINARY_MB
from styrxl.returns.tables import Table, normalise_heading
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.workbook import ReturnedWorkbook

_LOG = logging.getLogger(__name__)


class FormKey(NamedTuple):
    """What tells a form from others: its name, profile, kind of round, and edition."""

    name: str
    profile: str | None
    kind: str | None
    edition: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A return as it was read.

    ``identity`` is None for a file that could not be read. ``form`` is the form by which ``tables`` were located (None when the identity
    names no known form), in ``language``. ``file_findings`` are on the file as a whole, ``table_findings`` come from locating its tables.
    ``named``: the cell in which a workbook that others designed says whose it is.
    """

    file_findings: tuple[Finding, ...]
    identity: Mapping[str, str] | None = None
    mixed: bool = False
    form: FormKey | None = None
    language: str = "sv"
    tables: tuple[Table, ...] = ()
    table_findings: tuple[Finding, ...] = ()
    named: NamedCell | None = None


class ReturnReader:
    """Reads returns one after the other; close it when done."""

    def __init__(self, forms: Forms, limits: Limits = STANDARD, ordinary_mb: int = ORDINARY_MB) -> None:
        """Take the forms that returns may be of; what is larger than ``ordinary_mb``, unpacked, is read in a process of its own."""
        self._ordinary_mb = ordinary_mb
        self._forms = forms
        self.limits = limits
        self._locators: dict[FormKey, Locator] = {}
        self._typists = TableTyper()
        self._unasked: dict[FormKey, frozenset[str]] = {}

    def __enter__(self) -> Self:
        """Return the reader, to be closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process that reads files that are not ordinary, if it was started."""
        self.close()

    def close(self) -> None:
        """End the process that reads files that are not ordinary, if it was started."""
        for name in ("_reader", "_every"):
            if name in self.__dict__:
                self.__dict__[name].close()

    @cached_property
    def _reader(self) -> IsolatedReader:
        return IsolatedReader(self.limits, self._find_unasked, self._ordinary_mb)

    def read(self, data: bytes, path: str = "") -> Reading:
        """Read a return by the form that its identity names; one that makes the program fail is unreadable, and the traceback is logged."""
        try:
            returned, findings = self._reader.read(data)
            return self._located(returned, findings)
        except StyrxlError:
            raise
        except Exception:  # noqa: BLE001 -- the trap: one file must not take the round down
            _LOG.exception("%s could not be read", path)
            return Reading((finding("unreadable-workbook", why=Word("crashed")),))

    def read_as(self, data: bytes, form: Form, language: str, *, exact: bool = False) -> Reading:
        """Read a return by a given form, whatever its identity says; ``exact``: by no other edition of it."""
        returned, findings = self._every.read(data)
        return self._by(returned, findings, form, language, exact=exact)

    @cached_property
    def _every(self) -> IsolatedReader:
        return IsolatedReader(self.limits, ordinary_mb=self._ordinary_mb)

    def _located(self, returned: ReturnedWorkbook | None, findings: Collection[Finding]) -> Reading:
        form = self._form(returned.identity) if returned else None
        return self._by(returned, findings, form, (returned.identity.get("language") or "") if returned else "")

    def _by(
        self, returned: ReturnedWorkbook | None, findings: Collection[Finding], form: Form | None, language: str, *, exact: bool = False
    ) -> Reading:
        if returned is None:
            return Reading(tuple(findings))
        if form is None:
            return Reading(tuple(findings), returned.identity, returned.mixed)
        spoken = language if language in LANGUAGES else "sv"
        form, tables, located = self._locate(returned, form, spoken, exact=exact)
        year = find_year(returned.identity)
        typed = tuple(replace(table, typed=self._typists.typed(form, table, year, spoken)) for table in tables)
        named = find_named_cell(form, returned)
        return Reading(tuple(findings), returned.identity, returned.mixed, make_form_key(form), spoken, typed, tuple(located), named)

    def _locate(
        self, returned: ReturnedWorkbook, form: Form, language: str, *, exact: bool
    ) -> tuple[Form, Sequence[Table], Sequence[Finding]]:
        """Return the tables of a workbook, what is wrong with them, and the form by which they were found.

        A workbook from before forms were kept does not say which one it was issued with, and one from elsewhere may say what nobody
        knows: it is the present one or, where something would be missing then that the standard form does not ask for, the standard one,
        and so for the form as it was before forms were kept.
        """
        best = (form, *self._locator(form).locate(returned, language))
        if exact or returned.identity.get(EDITION) == form.edition:
            return best
        for other in self._list_others(form, returned.identity):
            if _count_missing(best[2]) and other.edition != best[0].edition:
                again = (other, *self._locator(other).locate(returned, language))
                best = min(best, again, key=lambda each: _count_missing(each[2]))  # the first of those that lack as much
        return best

    def _list_others(self, form: Form, identity: Mapping[str, str]) -> list[Form]:
        standard = self._forms.standard(form.name, form.kind)
        earlier = None if EDITION in identity else self._forms.earlier(form.name, form.profile, form.kind)
        return [other for other in (standard, earlier) if other is not None]

    def _form(self, identity: Mapping[str, str]) -> Form | None:
        """Return the form that an identity names, in its profile and round, or None."""
        name = identity.get("form", "")
        if not self._forms.knows(name, identity.get(EDITION)):
            return None
        profile = identity.get("profile") or None
        known = profile if profile in self._forms.profiles(name) else None
        return self._forms.form(name, known, identity.get("round"), identity.get(EDITION))

    def _locator(self, form: Form) -> Locator:
        key = make_form_key(form)
        if key not in self._locators:
            self._locators[key] = Locator(form, form.words)
        return self._locators[key]

    def _find_unasked(self, identity: Mapping[str, str]) -> frozenset[str]:
        """Return the names of the sheets that hold no answers."""
        form = self._form(identity)
        if form is None:
            return frozenset()
        key = make_form_key(form)
        if key not in self._unasked:
            self._unasked[key] = find_unasked_sheets(form, self._forms)
        return self._unasked[key]


def _count_missing(findings: Iterable[Finding]) -> int:
    return sum(finding.rule in {"missing-sheet", "missing-column"} for finding in findings)


def find_year(identity: Mapping[str, str]) -> int:
    """Return the year of the round in an identity; 2000 when it names none."""
    text = identity.get("round", "")[:4]
    return int(text) if text.isdecimal() else 2000


def make_form_key(form: Form) -> FormKey:
    """Return the key that tells a form from others: name, profile, kind of round, edition."""
    return FormKey(form.name, form.profile, form.kind, form.edition)


def find_unasked_sheets(form: Form, forms: Forms) -> frozenset[str]:
    """Return the names, as styrxl writes them, of a form's sheets without answers."""
    asked = {normalise_heading(name) for sheet in form.tables for name in sheet.name.values()}
    unasked = {name for sheet in form.sheets if not sheet.table for name in sheet.name.values()}
    unasked |= set(forms.words.texts["start"].values())
    return frozenset({name for name in unasked if normalise_heading(name) not in asked} | {LISTS_SHEET})
