"""A workbook that an owner looks at by its link, before it is handed in: judged as any other, from memory, and kept nowhere."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from styrxl.model.catalogue import word
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import Round
from styrxl.rounds.assign import make_claim, receive_data
from styrxl.rounds.desk import Desk
from styrxl.rounds.files_to_receive import IncomingFile, Outcome
from styrxl.rounds.give_back import make_copy
from styrxl.rounds.judge_inbox import judge_inbox_quietly, judge_return_files
from styrxl.rounds.receive import make_safe_name
from styrxl.scale.return_files import ReturnFile
from styrxl.store.owner_links import BY_LINK, OwnerLink
from styrxl.validation.claims import Claim

OWN, LOST, ANOTHER_OWNER, ANOTHER_ROUND, UNREADABLE = "own", "lost", "another-owner", "another-round", "unreadable"


@dataclass(frozen=True, slots=True)
class CheckedWorkbook:
    """What was found in a workbook that nobody has handed in.

    ``whose``: OWN; LOST, where it does not say whose it is and is taken for the link's owner's; ANOTHER_OWNER or ANOTHER_ROUND, which
    cannot be handed in by this link, and of which nothing is told; UNREADABLE. ``claim``: what is said of a workbook that is LOST.
    """

    link: OwnerLink
    name: str
    data: bytes
    judged: JudgedRound
    whose: str
    claim: Claim | None = None

    @property
    def return_(self) -> Judged:
        """The workbook, judged."""
        return self.judged.returns[0]

    @property
    def may_be_handed_in(self) -> bool:
        """Whether it may be handed in by this link, whatever is to be mended in it."""
        return self.whose in {OWN, LOST}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What came of handing in: the return, its receipt's number, and whether the same file had come before."""

    return_: Judged
    number: int | None
    known: bool


def check_workbook(desk: Desk, link: OwnerLink, name: str, data: bytes) -> CheckedWorkbook:
    """Return what is found in a workbook, judged as it would be if its link's owner handed it in; nothing of it is written anywhere.

    Raises StyrxlError: unknown-round.
    """
    round_, shown = desk.workspace.rounds.parse(link.round), make_safe_name(name)
    file = ReturnFile(shown, Path(shown), desk.now, data=data)
    judged = judge_return_files(desk, [file], None)
    identified = judged.returns[0]
    if identified.verdict == "unreadable":
        return CheckedWorkbook(link, shown, data, judged, UNREADABLE)
    if identified.owner is None or identified.round is None:
        return _check_lost(desk, link, round_, file, data)
    if identified.owner != link.owner:
        return CheckedWorkbook(link, shown, data, judged, ANOTHER_OWNER)
    if identified.round != link.round:
        return CheckedWorkbook(link, shown, data, judged, ANOTHER_ROUND)
    return CheckedWorkbook(link, shown, data, judge_return_files(desk, [file], round_), OWN)


def _check_lost(desk: Desk, link: OwnerLink, round_: Round, file: ReturnFile, data: bytes) -> CheckedWorkbook:
    """Return what is found in a workbook that does not say whose it is: it is taken for its link's owner's."""
    claim = None
    with suppress(StyrxlError):  # an owner of several forms: then it stays unknown which it is
        claim = make_claim(desk, round_, link.owner, None)
    with suppress(StyrxlError):
        return CheckedWorkbook(link, file.name, data, judge_return_files(desk, [file], round_, claim), LOST if claim else UNREADABLE, claim)
    return CheckedWorkbook(link, file.name, data, judge_return_files(desk, [file], None), ANOTHER_OWNER)


def mark_workbook(desk: Desk, checked: CheckedWorkbook) -> bytes | None:
    """Return the workbook with what is to be mended marked; None where there is nothing to mend, or no copy to make."""
    return make_copy(desk, checked.return_, checked.data) if checked.may_be_handed_in else None


def hand_in(desk: Desk, checked: CheckedWorkbook, signed_in: str = "") -> HandedIn:
    """Take a workbook in as its link's owner's, judge its round, and return what came of it. Whoever calls this has locked the workspace.

    ``signed_in``: who hands it in, where somebody has signed in to do so.

    Raises StyrxlError where inbox or ledger cannot be written. Twice the same file is taken in once.
    """
    assert checked.may_be_handed_in
    link, round_ = checked.link, desk.workspace.rounds.parse(checked.link.round)
    by = f", {signed_in}" if signed_in else ""
    file = IncomingFile(f"{BY_LINK}{link.number}{by}/{checked.name}", checked.name, desk.now, lambda: checked.data)
    reason = word("handed_in_by_link", desk.workspace.settings.language, number=link.number)
    outcome = receive_data(desk, round_, file, checked.claim, reason)
    judged = judge_inbox_quietly(desk, round_)
    return_ = next(one for one in judged.returns if one.path == outcome.path)
    return HandedIn(return_, _find_number(desk, round_, outcome), outcome.state == "known")


def _find_number(desk: Desk, round_: Round, outcome: Outcome) -> int | None:
    return desk.ledger.receipt_numbers(round_.id).get((outcome.path, outcome.sha256))
