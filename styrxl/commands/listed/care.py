"""What the commands that take care of what is kept list, as values of JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from styrxl.model.masking import make_showable

if TYPE_CHECKING:
    from styrxl.care.purge import Disposal, PurgePlan


def tell_purge(plan: PurgePlan, show: Callable[[Path], str], *, names_files: bool, carried_out: bool) -> dict[str, Any]:
    """Return what is due or, where that was asked for, what was disposed of; files by name only where that was asked for."""
    return {
        "carried_out": carried_out,
        "disposals": [_tell_disposal(one, show, names_files=names_files) for one in plan.disposals],
        "waiting": [make_showable(name) for name in plan.waiting],
        "unset": [*plan.unset],
    }


def _tell_disposal(one: Disposal, show: Callable[[Path], str], *, names_files: bool) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "round": one.round,
        "files": len(one.files),
        "bytes": one.size,
        "records": one.rows,
        "needs_decision": one.needs_decision,
        "cut_short": one.begun is not None,
        "paths": [make_showable(show(path)) for path in one.files] if names_files else None,
    }
