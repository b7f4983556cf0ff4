"""A return of a round, found by the name of its file among those that lie in the round's inbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly


@dataclass(frozen=True, slots=True)
class FoundReturn:
    """A return: its round, all of it judged, the return, and its file."""

    round: Round
    judged: JudgedRound
    return_: Judged
    file: Path

    @property
    def name(self) -> str:
        """What its file is called, as it is shown: on a disk it may be spelled otherwise."""
        return self.return_.path.rpartition("/")[2]


def list_files(desk: Desk, round_: Round) -> dict[str, Path]:
    """Return the files in a round's inbox by their paths as they are shown: on a disk they may be spelled otherwise."""
    return {desk.workspace.shown(path): path for path in desk.workspace.inbox_files(round_).files}


def find_return(desk: Desk, round_: Round, name: str) -> FoundReturn | None:
    """Return the return whose file has a name (or a path that ends with it); None where there is none in the inbox."""
    judged = judge_inbox_quietly(desk, round_)
    files = list_files(desk, round_)
    meant = name.rpartition("/")[2]
    for return_ in judged.returns:
        if return_.path.rpartition("/")[2] == meant and return_.path in files:
            return FoundReturn(round_, judged, return_, files[return_.path])
    return None
