"""A workspace and its rounds as Python sees them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from styrxl.api.returns import CheckedReturn, make_findings_frame, tell_return
from styrxl.model.judged import JudgedRound
from styrxl.rounds.opening.keeper import WorkspaceKeeper

if TYPE_CHECKING:
    import pandas as pd

_PLACE = {"_owner": "owner", "_sheet": "sheet", "_row": "row"}
STATUS_COLUMNS = ("owner", "name", "kind", "form", "issued", "due", "returned", "state", "reminded")


def open_workspace(folder: str | PathLike[str] = ".") -> OpenWorkspace:
    """Return the workspace in a folder, to be read.

    Raises StyrxlError: no-workspace where there is none; own-files-broken where its settings or own forms hold mistakes.
    """
    return OpenWorkspace(Path(folder))


class OpenWorkspace:
    """A municipality's folder, read alone: whoever writes there meanwhile is not disturbed."""

    def __init__(self, root: Path) -> None:
        """Take the folder; raises as ``open_workspace``."""
        self._keeper = WorkspaceKeeper(root)
        self._keeper.open_workspace()

    @property
    def name(self) -> str:
        """The municipality's name."""
        return self._keeper.open_workspace().settings.municipality

    @property
    def language(self) -> str:
        """The language that findings are told in: ``sv`` or ``en``."""
        return self._keeper.open_workspace().settings.language

    @property
    def rounds(self) -> tuple[str, ...]:
        """The ids of the rounds that have been handed out, the one that was begun last at the end."""
        with self._keeper.read() as desk:
            return tuple(desk.ledger.issued_rounds())

    def round(self, round_id: str) -> OpenRound:
        """Return a round as people write it (``2027-plan``, ``delår 2 2027``); raises StyrxlError: unknown-round, ambiguous-round."""
        return OpenRound(self._keeper, self._keeper.open_workspace().read_round(round_id).id)


class OpenRound:
    """A round as it is when it is first asked for something, so that all that it tells agrees. ``id``: as ``2027-plan``."""

    def __init__(self, keeper: WorkspaceKeeper, round_id: str) -> None:
        """Take what opens the workspace, and the round's id; ``OpenWorkspace.round`` gives one."""
        self._keeper = keeper
        self.id = round_id

    @cached_property
    def returns(self) -> tuple[CheckedReturn, ...]:
        """What lies in the round's inbox, judged as ``styrxl validate`` does; nothing is recorded."""
        language = self._keeper.open_workspace().settings.language
        return tuple(tell_return(judged, language) for judged in self._judged.returns)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """All findings, one row each: owner, path, verdict, rule, severity, sheet, cell, column, value, message, fix."""
        return make_findings_frame(self.returns)

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The rows of the returns in force, by table (the names in ``schemas/``).

        Columns: owner, path, sheet, row (in Excel), and the table's fields: choices as codes, goals as ids, several joined by ``;``,
        dates as dates, money in tkr. What the accounts say stands in them already, where their outcomes were taken in.
        """
        paths = {return_.index: return_.path for return_ in self._judged.returns}
        return {name: _tidy(self._judged.in_force(name), paths) for name in self._judged.tables}

    @cached_property
    def status(self) -> pd.DataFrame:
        """How each owner stands, as ``styrxl status`` says: columns owner, name, kind, form, issued, due, returned, state, reminded.

        ``state``: a verdict, ``none`` (not judged yet), ``waiting``, ``late`` or ``not_issued``.
        """
        import pandas as pd  # noqa: PLC0415 -- who asks for verdicts alone need not wait for it

        from styrxl.rounds.status import find_status  # noqa: PLC0415 -- as above

        with self._keeper.read() as desk:
            owners = find_status(desk, desk.workspace.rounds.parse(self.id)).owners
        return pd.DataFrame([{column: getattr(owner, column) for column in STATUS_COLUMNS} for owner in owners], columns=[*STATUS_COLUMNS])

    @cached_property
    def _judged(self) -> JudgedRound:
        from styrxl.rounds.judge_inbox import judge_inbox_quietly  # noqa: PLC0415 -- as above

        with self._keeper.read() as desk:
            return judge_inbox_quietly(desk, desk.workspace.rounds.parse(self.id))


def _tidy(frame: pd.DataFrame, paths: Mapping[int, str]) -> pd.DataFrame:
    """Return a table with the place of each row first, and without the columns that are our own."""
    place = frame.assign(path=frame["_source"].map(paths)).rename(columns=_PLACE)
    fields = [column for column in frame.columns if not column.startswith("_")]
    return place[["owner", "path", "sheet", "row", *fields]].reset_index(drop=True)
