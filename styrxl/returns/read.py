"""What one return's bytes hold, given the forms and nothing else: who it says it is from, and its tables where they are, typed.

All that depends on more than that (who is asked, what was issued, other returns) is ``judge``'s. What is made here can be kept, and
made in another process or on another machine: see ``cache``, ``workers`` and ``cluster``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import TracebackType
from typing import Self

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, finding
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES, Form
from styrxl.model.limits import STANDARD, Limits
from styrxl.returns.isolated import Reader
from styrxl.returns.locate import Locator
from styrxl.returns.tables import Table, norm
from styrxl.returns.typist import Typists
from styrxl.returns.workbook import ORDINARY_MB, Returned

_LOG = logging.getLogger(__name__)

FormKey = tuple[str, str | None, str | None]  # form, profile, kind of round


@dataclass(frozen=True, slots=True)
class Reading:
    """A return as it was read.

    ``identity`` is None for a file that could not be read. ``form`` is the form that ``tables`` were located by (None where it says
    none that there is), in ``language``; ``located`` is what was found then, ``found`` what was found before.
    """

    found: tuple[Finding, ...]
    identity: Mapping[str, str] | None = None
    mixed: bool = False
    form: FormKey | None = None
    language: str = "sv"
    tables: tuple[Table, ...] = ()
    located: tuple[Finding, ...] = ()


class Readings:
    """Reads returns one after the other; close it when done."""

    def __init__(self, forms: Forms, limits: Limits = STANDARD, ordinary_mb: int = ORDINARY_MB) -> None:
        """Take the forms that returns may be of; what is larger than ``ordinary_mb``, unpacked, is read in a process of its own."""
        self._ordinary_mb = ordinary_mb
        self._forms = forms
        self.limits = limits
        self._locators: dict[FormKey, Locator] = {}
        self._typists = Typists(forms.words)
        self._unread: dict[FormKey, frozenset[str]] = {}

    def __enter__(self) -> Self:
        """Return the readings, to be closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process in which files are read that may do harm, if there is one."""
        self.close()

    def close(self) -> None:
        """End the process in which files are read that may do harm, if there is one."""
        for name in ("_reader", "_every"):
            if name in self.__dict__:
                self.__dict__[name].close()

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.limits, self._left, self._ordinary_mb)

    def read(self, data: bytes, path: str = "") -> Reading:
        """Read a return by the form that it says it is; one that makes the program fail is unreadable, and the trace is logged."""
        try:
            returned, found = self._reader.read(data)
            return self._located(returned, found)
        except StyrxlError:
            raise
        except Exception:  # noqa: BLE001 -- the trap: one file must not take the round down
            _LOG.exception("%s could not be read", path)
            return Reading((finding("unreadable-workbook", why=Word("crashed")),))

    def read_as(self, data: bytes, form: Form, language: str) -> Reading:
        """Read a return by a form that is known to be its own, whatever it says itself."""
        returned, found = self._every.read(data)
        return self._by(returned, found, form, language)

    @cached_property
    def _every(self) -> Reader:
        return Reader(self.limits, ordinary_mb=self._ordinary_mb)

    def _located(self, returned: Returned | None, found: Collection[Finding]) -> Reading:
        form = self._form(returned.identity) if returned else None
        return self._by(returned, found, form, (returned.identity.get("language") or "") if returned else "")

    def _by(self, returned: Returned | None, found: Collection[Finding], form: Form | None, language: str) -> Reading:
        if returned is None:
            return Reading(tuple(found))
        if form is None:
            return Reading(tuple(found), returned.identity, returned.mixed)
        spoken = language if language in LANGUAGES else "sv"
        tables, located = self._locator(form).locate(returned, spoken)
        year = year_of(returned.identity)
        typed = tuple(replace(table, typed=self._typists.typed(form, table, year)) for table in tables)
        return Reading(tuple(found), returned.identity, returned.mixed, form_key(form), spoken, typed, located)

    def _form(self, identity: Mapping[str, str]) -> Form | None:
        """Return the form that a return says it is, in its profile and round."""
        name = identity.get("form", "")
        if name not in self._forms.names():
            return None
        profile = identity.get("profile") or None
        known = profile if profile in self._forms.profiles(name) else None
        return self._forms.form(name, known, identity.get("round"))

    def _locator(self, form: Form) -> Locator:
        key = form_key(form)
        if key not in self._locators:
            self._locators[key] = Locator(form, self._forms.words)
        return self._locators[key]

    def _left(self, identity: Mapping[str, str]) -> frozenset[str]:
        """Names of the sheets that say nothing about what somebody has answered."""
        form = self._form(identity)
        if form is None:
            return frozenset()
        key = form_key(form)
        if key not in self._unread:
            self._unread[key] = unread(form, self._forms)
        return self._unread[key]


def year_of(identity: Mapping[str, str]) -> int:
    """Return the year of the round that a return says it is of; 2000 where it says none."""
    text = identity.get("round", "")[:4]
    return int(text) if text.isdecimal() else 2000


def form_key(form: Form) -> FormKey:
    """Return what tells a form from others."""
    return form.name, form.profile, form.kind


def unread(form: Form, forms: Forms) -> frozenset[str]:
    """Names, as styrxl writes them, of a form's sheets that are only to be read by people, but for those that hold its tables as well."""
    asked = {norm(name) for sheet in form.tables for name in sheet.name.values()}
    told = {name for sheet in form.sheets if not sheet.table for name in sheet.name.values()}
    told |= set(forms.words.texts["start"].values())
    return frozenset({name for name in told if norm(name) not in asked} | {"_listor"})
