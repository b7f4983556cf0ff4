"""What the sheets of forms, of all workbooks and of reports are called: what Excel allows, and no name twice in one workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from styrxl.descriptions.mistakes import Path, Problem
from styrxl.descriptions.parts import as_map, find_part
from styrxl.model.catalogue import Word
from styrxl.model.forms import LANGUAGES
from styrxl.model.naming.sheet_names import (
    IDENTITY_SHEET,
    LISTS_SHEET,
    LONGEST,
    count_letters,
    find_refused,
    fold_sheet_name,
    is_excel_s_own,
)

_OUR_TEXTS = ("start", "mend_sheet")  # of words.yaml, that are names of sheets
_HIDDEN = frozenset({IDENTITY_SHEET, LISTS_SHEET})
# Sheets of report.yaml that never stand in one workbook: those of plans and of follow-ups, and those of which one takes another's place.
_OF_PLANS = frozenset(
    ("overview", "tree", "commitments", "assignment_plans", "sound_plan", "finance", "investments", "indicators", "oversight")
)
_OF_FOLLOWUPS = frozenset(
    ("glance", "standings", "progress", "assignments", "fulfilment", "sound_expected", "sound_final",
     "forecast", "investment_progress", "measures", "oversight_followup")
)  # fmt: skip
_ONE_OF = (frozenset({"overview", "glance", "collected"}), frozenset({"sound_expected", "sound_final"}))


def find_fault(name: str) -> tuple[str, dict[str, Any]] | None:
    """Return which of the catalogue's ``mistakes`` a sheet's name is, with its facts; None where Excel allows it."""
    if not name.strip():
        return "empty-value", {}
    if (length := count_letters(name)) > LONGEST:
        return "name-too-long", {"value": name, "length": length, "longest": LONGEST}
    if sign := find_refused(name):
        return "name-sign", {"value": name, "sign": _name_sign(sign)}
    return ("name-kept", {"name": name}) if is_excel_s_own(name) else None


def check_form_names(sheets: Mapping[Any, Any], texts: Mapping[Any, Any], is_own: Callable[[Path], bool]) -> Iterator[Problem]:
    """Yield sheets of a form that are called as another one of its workbook, in either language: returns are read in both.

    ``texts``: those of ``words.yaml``. ``is_own``: whether a path stands in the form's own file. What does not is the standard's, and
    has the name that a text of the workspace's own has taken.
    """
    ours = {fold_sheet_name(name): path for path, name in _list_names(texts, _OUR_TEXTS, ("texts",))}
    hidden = {*map(fold_sheet_name, _HIDDEN)}
    names = [*_list_names(sheets, sheets, ("sheets",), "name")]
    for path, name in names:
        taken = ours.get(fold_sheet_name(name))
        if fold_sheet_name(name) in hidden or (taken and is_own(path)):
            yield Problem(path, "reserved-sheet", {"name": name})
        elif taken:
            yield Problem(taken, "doubled-sheet", {"name": name, "other": path[1]})
    yield from _find_doubled(sorted(names, key=lambda named: is_own(named[0])))


def check_words_names(words: Mapping[Any, Any], own: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield texts of ``words.yaml`` that no sheet can be called, or two sheets of one workbook would be; ``own``: the workspace's own."""
    names = _put_last([*_list_names(as_map(words.get("texts")), _OUR_TEXTS, ("texts",))], own)
    for path, name in names:
        if fault := find_fault(name):
            yield Problem(path, *fault)
        elif fold_sheet_name(name) in map(fold_sheet_name, _HIDDEN):
            yield Problem(path, "reserved-sheet", {"name": name})
    for language in LANGUAGES:
        yield from _find_doubled(named for named in names if named[0][-1] == language)


def check_report_names(report: Mapping[Any, Any], own: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield names in ``report.yaml`` that no sheet can have, or two sheets of one workbook would; ``own``: what a workspace's says."""
    sheets = as_map(report.get("sheets"))
    names = _put_last([*_list_names(sheets, sheets, ("sheets",), "name")], own)
    for path, name in names:
        if fault := find_fault(name):
            yield Problem(path, *fault)
    for number, (path, name) in enumerate(names):
        for before, other in names[:number]:
            same = before[-1] == path[-1] and fold_sheet_name(other) == fold_sheet_name(name)
            if same and not _are_apart(before[1], path[1]):
                yield Problem(path, "doubled-sheet", {"name": name, "other": before[1]})


def _are_apart(one: str, other: str) -> bool:
    """Whether two sheets of reports never stand in one workbook."""
    kinds = [(key in _OF_PLANS, key in _OF_FOLLOWUPS) for key in (one, other)]
    return {(True, False), (False, True)} <= {*kinds} or any({one, other} <= group for group in _ONE_OF)


def _list_names(texts: Mapping[Any, Any], keys: Iterable[Any], above: Path, *below: str) -> Iterator[tuple[Path, str]]:
    """Yield the paths of names of sheets that are texts, with the names."""
    for key in keys:
        for language in LANGUAGES:
            name = find_part(texts, (key, *below, language))
            if isinstance(name, str):
                yield (*above, key, *below, language), name


def _put_last(names: Iterable[tuple[Path, str]], own: Mapping[Any, Any]) -> list[tuple[Path, str]]:
    """Return names, those of a workspace's own after the standard ones: they are what can be changed."""
    return sorted(names, key=lambda named: find_part(own, named[0]) is not None)


def _find_doubled(names: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, name in names:
        other = first.setdefault(fold_sheet_name(name), path[1])
        if other != path[1]:
            yield Problem(path, "doubled-sheet", {"name": name, "other": other})


def _name_sign(sign: str) -> Word | str:
    return "␣" if sign == " " else sign if sign.isprintable() else Word("unseen_sign")
