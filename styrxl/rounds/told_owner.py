"""Whose a workbook is that others designed, where a cell of it says so and no controller has."""

from __future__ import annotations

from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import Form
from styrxl.model.levels import find_level
from styrxl.model.rounds import Round
from styrxl.returns.foreign_sheets import NamedCell, find_named_cell
from styrxl.returns.isolated import IsolatedReader
from styrxl.rounds.assign import make_claim
from styrxl.rounds.desk import Desk
from styrxl.rounds.files_to_receive import IncomingFile, RefusedFileError, find_files
from styrxl.rounds.receive import largest_file
from styrxl.validation.claims import Claim
from styrxl.validation.named_owner import find_owner_meant


def says_its_owner(desk: Desk, form: str | None) -> bool:
    """Tell whether workbooks of a form say in a cell whose they are."""
    name = (form or "").lower()
    return name in desk.forms.names() and desk.forms.form(name).owner_cell is not None


def claim_told_owner(desk: Desk, round_: Round, source: Path, form: str) -> Claim:
    """Return the claim that a workbook is its owner's whom a cell of it names; ``source``: the file, or an archive that holds it alone.

    Raises StyrxlError: owner-not-told, and as ``make_claim``.
    """
    described = desk.forms.form(form.lower())
    told = _read_cell(desk, source, described)
    owners = [o for o in desk.plan.organisations if find_level(o.kind) == described.level]
    owner = find_owner_meant(told.text, owners) if told else None
    if owner is None:
        where = Word("cell_of_nobody", told._asdict()) if told else Word("cell_empty")
        raise StyrxlError("owner-not-told", path=source, where=where)
    return make_claim(desk, round_, owner, described.name)


def _read_cell(desk: Desk, source: Path, form: Form) -> NamedCell | None:
    files = [file for file in find_files([source], largest_file(desk), desk.zone) if isinstance(file, IncomingFile)]
    try:
        with IsolatedReader(desk.limits) as reader:
            returned, _ = reader.read(files[0].load()) if files else (None, ())
    except RefusedFileError:
        return None
    return find_named_cell(form, returned) if returned else None
