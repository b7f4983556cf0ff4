"""Whose a return is: what it says itself, with our signature, or else what a controller says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from styrxl.model.decisions import ANEW, ASSIGN
from styrxl.model.form_files import Forms
from styrxl.model.judged import Decided


@dataclass(frozen=True, slots=True)
class Claim:
    """What a controller says of a workbook that lost its identity: whose it is, and which form; None where it says so itself."""

    owner: str | None = None
    form: str | None = None


def find_newest_claim(decided: Iterable[Decided]) -> Claim | None:
    """Return the newest decision on whose a return is; ``decided``: oldest first."""
    claims = [Claim(d.owner, d.form) for d in decided if d.kind == ASSIGN]
    return claims[-1] if claims else None


def find_newest_anew(decided: Iterable[Decided]) -> Decided | None:
    """Return the newest decision by which a return is judged anew; ``decided``: oldest first."""
    return next((d for d in reversed([*decided]) if d.kind == ANEW), None)


def is_intact(identity: Mapping[str, str], owners: Collection[str], *, signed: bool, mixed: bool) -> bool:
    """Whether a workbook says whose it is with our signature, and that owner is one of ours: no controller's word is needed, or taken."""
    return signed and not mixed and identity.get("owner") in owners


def apply_claim(claim: Claim, identity: Mapping[str, str], forms: Forms, round_: str | None) -> dict[str, str]:
    """Return the identity that a controller's claim gives; of the workbook's own, which is not signed, only the rest is believed."""
    claimed = {key: value for key, value in (("owner", claim.owner), ("form", claim.form), ("round", round_)) if value}
    name = claimed.get("form", identity.get("form", ""))
    if name in forms.names():
        newest = forms.form(name).version
        version = identity.get("version", "")
        believed = identity.get("form") == name and version.isdigit() and 1 <= int(version) <= newest
        claimed["version"] = version if believed else str(newest)
    return {**identity, **claimed}
