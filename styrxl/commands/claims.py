"""What a controller says of workbooks with --owner and --form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from styrxl.commands.speech.language import say_usage

if TYPE_CHECKING:
    from styrxl.model.rounds import Round
    from styrxl.rounds.desk import Desk
    from styrxl.validation.claims import Claim


def make_named_claim(desk: Desk, round_: Round, file: Path, owner: str | None, form: str | None) -> Claim:
    """Return the claim that a file is an owner's, or theirs whom it names in a cell; raises StyrxlError as these, UsageError."""
    from styrxl.rounds.assign import make_claim
    from styrxl.rounds.told_owner import claim_told_owner, says_its_owner

    if owner is not None:
        return make_claim(desk, round_, owner, form)
    if form is None or not says_its_owner(desk, form):
        raise click.UsageError(say_usage("form_needs_owner"))
    return claim_told_owner(desk, round_, file, form)


def make_claim_of_files(desk: Desk, round_: Round | None, files: Sequence[Path], owner: str | None, form: str | None) -> Claim | None:
    """Return the claim on files that are only looked at; None where nothing is said of them."""
    from styrxl.rounds.told_owner import says_its_owner
    from styrxl.validation.claims import Claim

    if owner is None and form is None:
        return None
    if round_ is not None and (owner is not None or says_its_owner(desk, form)):
        if owner is None and len(files) != 1:
            raise click.UsageError(say_usage("form_for_one"))
        return make_named_claim(desk, round_, files[0], owner, form) if files else None
    return Claim(owner and desk.plan.spelled(owner), form)
