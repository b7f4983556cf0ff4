"""Workbooks that are only looked at: judged against what was handed out, and recorded nowhere."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from styrxl.api.returns import CheckedReturn, tell_return
from styrxl.rounds.opening.keeper import WorkspaceKeeper

if TYPE_CHECKING:
    from styrxl.rounds.desk import Desk
    from styrxl.validation.claims import Claim


def validate(
    file: str | PathLike[str],
    *,
    workspace: str | PathLike[str] = ".",
    round: str | None = None,  # noqa: A002 -- as the terminal calls it
    owner: str | None = None,
    form: str | None = None,
) -> CheckedReturn:
    """Return what is found in a workbook, as ``styrxl validate FILE`` says; it is recorded nowhere.

    ``round``: the one that it is held against (its own, where none is named). ``owner``, ``form``: for one that lost its identity.
    Raises StyrxlError: not-readable; belongs-to-another for one that says something else itself; no-workspace, own-files-broken;
    unknown-round, unknown-owner-named, wrong-form.
    """
    from styrxl.rounds.judge_inbox import judge_files  # noqa: PLC0415 -- judging takes libraries that are slow to import

    with WorkspaceKeeper(Path(workspace)).read() as desk:
        asked = desk.workspace.rounds.parse(round) if round else None
        judged = judge_files(desk, [Path(file)], asked, _make_claim(desk, round, owner, form))
    return tell_return(judged.returns[0], desk.workspace.settings.language)


def _make_claim(desk: Desk, round_id: str | None, owner: str | None, form: str | None) -> Claim | None:
    """Return what is said of a file besides what it says itself; None where nothing is."""
    from styrxl.rounds.assign import make_claim  # noqa: PLC0415 -- as above
    from styrxl.validation.claims import Claim  # noqa: PLC0415 -- as above

    if owner and round_id:
        return make_claim(desk, desk.workspace.rounds.parse(round_id), owner, form)
    return Claim(owner and desk.plan.spelled(owner), form) if owner or form else None
