"""In which group an owner is: done, to be mended, missing, late, set aside, not handed anything; filters are named after them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from styrxl.rounds.status import OwnerStatus

DONE, MEND, MISSING, LATE, ASIDE, NOT_ISSUED = "done", "mend", "missing", "late", "aside", "not-issued"
GROUPS = (MISSING, LATE, MEND, ASIDE, DONE, NOT_ISSUED)
_STATES = {"accepted": DONE, "waiting": MISSING, "late": LATE, "set-aside": ASIDE, "not_issued": NOT_ISSUED}


def find_group(status: OwnerStatus) -> str:
    """Return the group that an owner is in; one whose earlier return counts is done, whatever has come since."""
    return DONE if status.earlier_counts else _STATES.get(status.state, MEND)


def is_in_group(status: OwnerStatus, group: str) -> bool:
    """Tell whether an owner is in a group: whoever is late is missing, too."""
    found = find_group(status)
    return found == group or (found == LATE and group == MISSING)


def count_groups(owners: Iterable[OwnerStatus]) -> dict[str, int]:
    """Return how many owners are in each group, those that are late among the missing too."""
    counts = Counter(map(find_group, owners))
    return {group: counts[group] + (counts[LATE] if group == MISSING else 0) for group in GROUPS}
