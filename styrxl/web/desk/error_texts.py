"""An error as its page tells it: the same as the terminal says, but for commands, in paragraphs; and where it is seen to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from styrxl.descriptions.mistakes import Mistake, describe_mistake
from styrxl.model.catalogue import error_text, fit_to_show
from styrxl.model.errors import StyrxlError
from styrxl.model.grouped_findings import group_findings
from styrxl.model.judged import Judged
from styrxl.web.desk.access import Access
from styrxl.web.desk.texts import SHARED, Texts, read_texts

PAGE = "errors"  # words/errors.yaml: by the errors' codes
_SETTINGS_FILE = "styrxl.toml"
_WAYS_OUT: Mapping[str, tuple[str, ...]] = {
    "no-workspace": ("new",),
    "plan-missing": ("plan",),
    "plan-empty": ("plan",),
    "plan-broken": ("plan",),
    "plan-not-renewed": ("plan",),
    "workspace-held": ("unlock",),
    "lock-unreadable": ("unlock",),
    "logo-missing": ("settings",),
    "database-url": ("settings",),
}
# Errors that are about nobody in particular, or about what was asked for alone: their texts name no other owner, file or work.
_ABOUT_NOBODY = frozenset(
    {
        *("unknown-round", "round-without-year"),
        *("disk-full", "not-writable", "ledger-busy", "ledger-unreachable", "nothing-issued", "never-issued"),
        *("merge-nothing", "merge-unclear", "merge-no-place", "not-set-aside", "which-form", "wrong-form"),
        *("mail-not-set-up", "mail-no-server", "mail-redirect", "mail-unreachable", "mail-login", "mail-check-refused"),
    }
)
LEADING = frozenset({"no-workspace", "plan-missing", "plan-empty"})  # a beginning rather than an error: the page itself says what to do


def list_ways_out(error: StyrxlError) -> tuple[str, ...]:
    """Return the pages, as ``/plan`` without its stroke, on which what stops everything is seen to."""
    files = {one.file for one in cast("Sequence[Mistake]", error.facts.get("mistakes", ()))}
    of_files = [page for page, named in (("settings", _SETTINGS_FILE in files), ("own-files", bool(files - {_SETTINGS_FILE}))) if named]
    return (*_WAYS_OUT.get(error.code, ()), *of_files)


def _word_error(code: str, facts: Mapping[str, object], language: str) -> str:
    """Return what the terminal says of an error or, where that names a command, what the desk says."""
    own = read_texts(PAGE).get(code)
    return own[language].format(**fit_to_show(facts, language)) if own else error_text(code, facts, language)


def describe_error_to(access: Access, error: StyrxlError, language: str) -> tuple[str, ...]:
    """Return what is to be done about an error; to whoever does not see everybody, only where its text can be about nobody else."""
    if access.sees_all or error.code in _ABOUT_NOBODY:
        return describe_error(error, language)
    return (Texts(SHARED, language)("about_others"),)


def describe_error(error: StyrxlError, language: str) -> tuple[str, ...]:
    """Return what is to be done about an error, and each mistake or finding that it is about."""
    told = [_word_error(error.code, error.facts, language)]
    told += [describe_mistake(one, language) for one in cast("Sequence[Mistake]", error.facts.get("mistakes", ()))]
    if judged := cast("Judged | None", error.facts.get("judged")):
        groups = group_findings([one for one in judged.findings if one.severity != "info"], language)
        told += [f"{group.place}: {group.message} {group.fix}".removeprefix(": ") for group in groups]
    return tuple(told)
