"""Whether the council's workbook of a round is made of what counts now.

What it was made of is kept beside what was read, when it is written; where that is lost, its file's date is held against the verdicts.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.council_plan import read_plan_file
from styrxl.rounds.desk import Desk
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.outcome_runs import read_booked_outcomes
from styrxl.store.workspace import CACHE_FOLDER

_KEPT = "consolidated.json"


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The council's workbook of a round: when it was made, and whether it is of what counts now."""

    at: datetime
    is_current: bool


def find_consolidation(desk: Desk, round_: Round) -> Consolidation | None:
    """Return how the council's workbook of a round stands; None where there is none."""
    try:
        written = datetime.fromtimestamp(desk.workspace.council(round_).stat().st_mtime, UTC)
    except OSError:
        return None
    with suppress(KeyError, TypeError, ValueError):
        kept = _read_kept(desk)[round_.id]
        if kept["written"] == written.isoformat():  # else somebody else has made it since, or put another there
            return Consolidation(datetime.fromisoformat(kept["at"]), kept["of"] == _describe_sources(desk, round_))
    judged = [verdict.judged_at for verdict in desk.ledger.verdicts(round_.id).values() if verdict.verdict == "accepted"]
    return Consolidation(written, all(at <= written for at in judged))


def keep_consolidation(desk: Desk, round_: Round) -> None:
    """Keep what the council's workbook, just written, was made of; where that cannot be done, its date is what is known."""
    with suppress(OSError, StyrxlError):
        written = datetime.fromtimestamp(desk.workspace.council(round_).stat().st_mtime, UTC)
        fact = {"at": desk.now.isoformat(), "written": written.isoformat(), "of": _describe_sources(desk, round_)}
        folder = desk.workspace.root / CACHE_FOLDER
        make_private_folder(folder)
        write_atomically(folder / _KEPT, json.dumps(_read_kept(desk) | {round_.id: fact}).encode("ascii"), mode=0o600)


def _read_kept(desk: Desk) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        kept = json.loads((desk.workspace.root / CACHE_FOLDER / _KEPT).read_bytes())
        return kept if isinstance(kept, dict) else {}
    return {}


def _describe_sources(desk: Desk, round_: Round) -> str:
    """Return what changes with the returns in force of a round and of those that it follows, the council's plan and the accounts."""
    parts: list[str] = [hashlib.sha256(read_plan_file(desk.workspace.plan_path)).hexdigest()]
    for each in dict.fromkeys((round_.plan, *round_.before, round_)):
        verdicts = desk.ledger.verdicts(each.id).values()
        parts.append(repr(sorted((v.owner or "", v.form or "", v.path, v.sha256) for v in verdicts if v.verdict == "accepted")))
    parts.append(repr(read_booked_outcomes(desk.ledger, round_.id)))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
