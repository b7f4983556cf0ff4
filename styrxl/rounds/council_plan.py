"""The council's multi-year plan: its rows as kept by an earlier command or, where the file or the program has changed, as judged anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from styrxl.model.council_plan import Plan, PlanRows, make_council_plan
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import limits_of_council_plan
from styrxl.scale.cache_key import make_cache_key
from styrxl.store.files import write_atomically
from styrxl.store.workspace import CACHE_FOLDER, Workspace

_KEPT = "council-plan.json"
_DAY = "day"  # in JSON a day is {"day": "2027-01-31"}


def read_plan(workspace: Workspace) -> Plan:
    """Return the council's plan.

    Judging it takes libraries that many commands need for nothing else, so the rows of a plan without errors are kept.
    Raises StyrxlError: plan-missing, not-readable; and as ``read_judged_rows`` where it is judged.
    """
    data = read_plan_file(workspace.plan_path)
    key = [hashlib.sha256(data).hexdigest(), make_cache_key(workspace.forms, limits_of_council_plan(workspace.settings.limits))]
    path = workspace.root / CACHE_FOLDER / _KEPT
    rows = _read_kept(path, key)
    if rows is None:
        from styrxl.rounds.judge_council_plan import read_judged_rows

        rows = read_judged_rows(workspace, data)
        _keep(path, key, rows)
    return make_council_plan(rows)


def read_plan_file(path: Path) -> bytes:
    """Return the plan's bytes; raises StyrxlError: plan-missing, not-readable."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StyrxlError("plan-missing", path=str(path)) from error
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def _read_kept(path: Path, key: Sequence[str]) -> PlanRows | None:
    """Return the rows that are kept under a key; None where there are none, or none that can be read."""
    try:
        kept = json.loads(path.read_bytes(), object_hook=_with_day)
        return dict(kept["rows"]) if kept["key"] == list(key) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, key: Sequence[str], rows: PlanRows) -> None:
    """Keep rows for the next command; where that cannot be done they are judged again."""
    text = json.dumps({"key": key, "rows": rows}, default=_as_json, ensure_ascii=False, separators=(",", ":"))
    try:
        write_atomically(path, text.encode("utf-8"), mode=0o600)
    except StyrxlError:
        return


def _as_json(value: object) -> Any:
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    raise TypeError(type(value).__name__)


def _with_day(found: dict[str, Any]) -> Any:
    return date.fromisoformat(found[_DAY]) if found.keys() == {_DAY} else found
