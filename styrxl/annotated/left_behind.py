"""What does not come along to the copy, in groups to be told: own sheets, columns and cells, answers without a place, pictures, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from styrxl.annotated.compare import LeftCell
from styrxl.excel.limits import MOST_LETTERS
from styrxl.model.grouped_findings import join_cells
from styrxl.model.masking import make_showable
from styrxl.returns.extras import Extras

OBJECTS = frozenset({"left_pictures", "left_notes"})  # what is no cell
_LONGEST_LIST = 60  # letters of a list of cells
_MOST_ANSWERS = 300  # that are listed one by one


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What does not come along; ``what`` is a key of the shared texts, ``count`` how many cells, pictures or notes."""

    what: str
    count: int
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnplacedAnswer:
    """An answer that has no place in the copy: where it stood, and what."""

    sheet: str
    cell: str
    value: Any


def group_left_cells(cells: Iterable[LeftCell]) -> tuple[list[LeftBehind], list[UnplacedAnswer]]:
    """Return what is told of cells that were left behind: a line for each group of them, and the answers one by one."""
    groups: dict[tuple[str, str, str], list[LeftCell]] = {}
    answers: list[LeftCell] = []
    for one in cells:
        if one.why or _is_cut(one):
            groups.setdefault((one.why or "left_cut", one.sheet, one.heading), []).append(one)
        else:
            answers.append(one)
    told = [_make_line(*key, group) for key, group in groups.items()]
    if more := len(answers[_MOST_ANSWERS:]):
        told.append(LeftBehind("left_more", more))
    return told, [UnplacedAnswer(one.sheet, one.cell, one.value) for one in answers[:_MOST_ANSWERS]]


def _is_cut(one: LeftCell) -> bool:
    return isinstance(one.value, str) and len(one.value) > MOST_LETTERS


def _make_line(what: str, sheet: str, heading: str, group: Sequence[LeftCell]) -> LeftBehind:
    cells = join_cells([one.cell for one in group])
    shown = f" ({cells})" if len(cells) <= _LONGEST_LIST else ""
    return LeftBehind(what, len(group), {"sheet": make_showable(sheet), "column": make_showable(heading), "cells": shown})


def list_left_objects(extras: Extras, ours: int) -> Iterator[LeftBehind]:
    """Yield pictures and notes; ``ours``: how many pictures a fresh workbook has."""
    if extras.pictures > ours:
        yield LeftBehind("left_pictures", extras.pictures - ours)
    if extras.notes:
        yield LeftBehind("left_notes", extras.notes)
