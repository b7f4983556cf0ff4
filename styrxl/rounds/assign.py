"""Assigning: a workbook that lost its identity counts as an owner's, on a controller's word that the ledger keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from styrxl.model.decisions import ASSIGN, Decision
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged
from styrxl.model.levels import LEVELS, find_level
from styrxl.model.masking import mask_persons
from styrxl.model.rounds import Round
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.package.file_type import is_mail_file
from styrxl.returns.workbook import ReturnedWorkbook
from styrxl.rounds.desk import Desk, belongs_to_another, name_levels, suggest_nearest
from styrxl.rounds.files_to_receive import IncomingFile, Outcome, RefusedFileError, find_files
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.receive import largest_file, take_in
from styrxl.validation.claims import Claim, is_intact


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of a file; without a ``decision`` where it was not taken in, or says itself whose it is."""

    outcomes: tuple[Outcome, ...]
    decision: Decision | None = None
    new: bool = False
    judged: Judged | None = None


def make_claim(desk: Desk, round_: Round, owner: str, form: str | None) -> Claim:
    """Return what a controller says, with the form that the owner was handed in the round where none is named.

    Raises StyrxlError: unknown-owner-named; wrong-form, which-form.
    """
    owner, form = desk.plan.spelled(owner), form and form.lower()
    forms, organisation = desk.forms, desk.plan.find(owner, round_.day)
    every = [form for form in map(forms.form, forms.names()) if form.serves(round_.kind)]
    asked = [level for level in LEVELS if any(form.level == level for form in every)] or LEVELS
    if organisation is None or find_level(organisation.kind) not in asked:
        raise StyrxlError(
            "unknown-owner-named", owner=owner, kind=name_levels(forms, asked), round=round_.id, **suggest_nearest(desk.plan, owner)
        )
    names = [known.name for known in every if known.level == find_level(organisation.kind)]
    ours = [name for name in names if not forms.form(name).foreign] or names
    if form is None and len(ours) == 1:
        return Claim(owner, ours[0])
    if form not in names:
        known = ", ".join(names) or "–"
        raise StyrxlError(
            "which-form" if form is None and names else "wrong-form", owner=owner, form=form or "–", round=round_.id, forms=known
        )
    return Claim(owner, form)


def count_workbooks(source: Path) -> int:
    """Count the files that a source holds, mails and litter left out."""
    return len(_files(find_files([source], 0)))


def _files(incoming: Iterable[IncomingFile | Outcome]) -> list[IncomingFile]:
    return [file for file in incoming if isinstance(file, IncomingFile) and not is_mail_file(file.name)]


def receive_as(desk: Desk, round_: Round, source: Path, claim: Claim, reason: str = "") -> Assigned:
    """Take in the one file that a source holds as what is claimed, and judge the inbox; one that is there already is only assigned.

    Raises StyrxlError: belongs-to-another where the workbook says something else with our signature; as ``receive``.
    """
    incoming = list(find_files([source], largest_file(desk), desk.zone))
    refused = tuple(outcome for outcome in incoming if isinstance(outcome, Outcome))
    files = _files(incoming)
    says_so = all(_says_so(desk, round_, file, claim) for file in files)
    outcomes = (*refused, *take_in(desk, round_, files, claim.owner))
    taken = next((outcome for outcome in outcomes if outcome.path), None)
    if taken is None or says_so:
        return Assigned(outcomes)
    return _assigned(desk, round_, outcomes, taken, claim, reason)


def receive_data(desk: Desk, round_: Round, file: IncomingFile, claim: Claim | None, reason: str) -> Outcome:
    """Take in a file that lies nowhere yet, as what is claimed where anything is, and judge the inbox; raises as ``receive``."""
    (outcome,) = take_in(desk, round_, [file], claim.owner if claim else None)
    if claim and outcome.path:
        _assigned(desk, round_, [outcome], outcome, claim, reason)
    else:
        judge_inbox(desk, round_)
    return outcome


def _says_so(desk: Desk, round_: Round, file: IncomingFile, claim: Claim) -> bool:
    """Whether a workbook says itself what is claimed of it."""
    try:
        with IsolatedReader(desk.limits) as reader:
            returned, _ = reader.read(file.load())
    except RefusedFileError:
        return False  # it will not be taken in either
    if returned is None or not _intact(desk, returned):
        return False
    owner, form, in_round = (returned.identity.get(key) for key in ("owner", "form", "round"))
    if (owner, form, in_round) != (claim.owner, claim.form, round_.id):
        raise belongs_to_another(desk.forms, file.origin, owner, form, in_round)
    return True


def _intact(desk: Desk, returned: ReturnedWorkbook) -> bool:
    owners = {o.org_id for o in desk.plan.organisations}
    return is_intact(returned.identity, owners, signed=desk.signed(returned.identity), mixed=returned.mixed)


def _assigned(desk: Desk, round_: Round, outcomes: Sequence[Outcome], taken: Outcome, claim: Claim, reason: str) -> Assigned:
    at = desk.now + timedelta(microseconds=1)  # when it came, if it came with this command: nothing happens to it before that
    wanted = Decision(taken.path, taken.sha256, claim.owner, ASSIGN, mask_persons(" ".join(reason.split())), desk.by, at, claim.form)
    decision = desk.ledger.decide(round_.id, wanted)
    judged = judge_inbox(replace(desk, now=at), round_)
    return_ = next(r for r in judged.returns if r.path == taken.path)
    return Assigned(tuple(outcomes), decision, decision is wanted, return_)
