"""Levels: who fills in the same workbooks, be they of one kind of organisation or of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

COMMON, COMPANY, JOINT_AUTHORITY = "common", "company", "joint_authority"
FINANCE = "finance"  # the kind of organisation that holds taxes, grants and what the municipality earns and pays as a whole
KINDS: Mapping[str, tuple[str, ...]] = {  # level -> kinds of organisation
    "board": ("board",),
    "unit": ("unit",),
    "administration": ("administration",),
    COMMON: ("council", "audit", "common", FINANCE),
    COMPANY: ("company",),
    JOINT_AUTHORITY: ("joint_authority",),
}
LEVELS = tuple(KINDS)
ON_REQUEST = (COMMON, COMPANY, JOINT_AUTHORITY)  # take part where they have been handed a workbook, which is done by name alone
USUAL = tuple(level for level in LEVELS if level not in ON_REQUEST)
NOT_DEMANDED = (JOINT_AUTHORITY,)  # what they have not handed in is not missing
_LEVELS = {kind: level for level, kinds in KINDS.items() for kind in kinds}


def find_level(kind: str) -> str:
    """Return the level of a kind of organisation."""
    return _LEVELS.get(kind, kind)


def list_kinds(levels: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of organisation of some levels."""
    return tuple(kind for level in levels for kind in KINDS.get(level, (level,)))


def is_on_request(kind: str) -> bool:
    """Tell whether a kind of organisation takes part only where it has been handed a workbook."""
    return find_level(kind) in ON_REQUEST


def is_demanded(kind: str) -> bool:
    """Tell whether what a kind of organisation has been handed is asked for again."""
    return find_level(kind) not in NOT_DEMANDED
