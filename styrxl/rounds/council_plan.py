"""The council's multi-year plan: its rows as kept by an earlier command or, where the file or the program has changed, as judged anew."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from styrxl.model.council_plan import Plan, PlanRows, make_council_plan
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding
from styrxl.model.form_files import Forms
from styrxl.model.limits import limits_of_council_plan
from styrxl.scale.cache_key import make_cache_key
from styrxl.scale.tagged_json import from_json, to_json
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER, Workspace

_KEPT = "council-plan.json"
_FINDING = [field.name for field in fields(Finding)]
_LONE_SURROGATES = "surrogatepass"  # a workbook may hold half a letter


def read_plan(workspace: Workspace, forms: Forms, *, keep: bool = True) -> Plan:
    """Return the council's plan; ``forms``: those that there are, and those that it may have been built with.

    Judging it takes libraries that many commands need for nothing else, so the rows of a plan without errors are kept (unless nothing
    is to be written: ``keep``). Raises StyrxlError: plan-missing, not-readable; and as ``read_judged_plan`` where it is judged.
    """
    rows, findings = read_plan_rows(workspace, forms, read_plan_file(workspace.plan_path), keep=keep)
    return make_council_plan(rows, forms.rounds, findings)


def read_plan_rows(workspace: Workspace, forms: Forms, data: bytes, *, keep: bool = True) -> tuple[PlanRows, tuple[Finding, ...]]:
    """Return the rows of the council's plan, whose bytes are given, and what the controller is told of it; as ``read_plan``."""
    key = [hashlib.sha256(data).hexdigest(), make_cache_key(forms, limits_of_council_plan(workspace.settings.limits))]
    path = workspace.root / CACHE_FOLDER / _KEPT
    kept = _read_kept(path, key)
    if kept is None:
        from styrxl.rounds.judge_council_plan import read_judged_plan

        kept = read_judged_plan(workspace, forms, data)
        if keep:
            _keep(path, key, *kept)
    return kept


def read_plan_file(path: Path) -> bytes:
    """Return the plan's bytes; raises StyrxlError: plan-missing, not-readable."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StyrxlError("plan-missing", path=str(path)) from error
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def _read_kept(path: Path, key: Sequence[str]) -> tuple[PlanRows, tuple[Finding, ...]] | None:
    """Return the rows and findings that are kept under a key; None where there are none, or none that can be read."""
    try:
        kept = from_json(path.read_bytes().decode("utf-8", _LONE_SURROGATES))
        return (dict(kept["rows"]), tuple(Finding(*packed) for packed in kept["findings"])) if kept["key"] == list(key) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, key: Sequence[str], rows: PlanRows, findings: Sequence[Finding]) -> None:
    """Keep rows and findings for the next command; where that cannot be done they are judged again."""
    packed = [[getattr(finding, name) for name in _FINDING] for finding in findings]
    text = to_json({"key": key, "rows": rows, "findings": packed})
    try:
        make_private_folder(path.parent)
        write_atomically(path, text.encode("utf-8", _LONE_SURROGATES), mode=0o600)
    except StyrxlError:
        return
