"""Whose a return is: what it says itself, with our signature, or else what a controller says of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from styrxl.model.decisions import ASSIGN
from styrxl.model.forms import Forms
from styrxl.model.judged import Decided
from styrxl.returns.workbook import SIGNED

Verify = Callable[[Sequence[str], str], bool]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a controller says of a workbook that lost its identity: whose it is, and which form; None where it says so itself."""

    owner: str | None = None
    form: str | None = None


def claimed(decided: Iterable[Decided]) -> Claim | None:
    """Return the newest decision on whose a return is; ``decided``: oldest first."""
    found = [Claim(d.owner, d.form) for d in decided if d.kind == ASSIGN]
    return found[-1] if found else None


def intact(identity: Mapping[str, str], owners: Collection[str], verify: Verify | None, *, mixed: bool) -> bool:
    """Whether a workbook says whose it is with our signature, and that owner is one of ours: nobody's word is needed, or heard."""
    if verify is None or mixed or identity.get("owner") not in owners:
        return False
    return verify([identity.get(key, "") for key in SIGNED], identity.get("signature", ""))


def identity_by(claim: Claim, said: Mapping[str, str], forms: Forms, round_: str | None) -> dict[str, str]:
    """Return an identity by a controller's word; of what is ``said`` without our signature only the rest is believed."""
    identity = dict(said)
    identity |= {key: value for key, value in (("owner", claim.owner), ("form", claim.form), ("round", round_)) if value}
    name = identity.get("form", "")
    if name in forms.names():
        newest = forms.form(name).version
        version = said.get("version", "")
        kept = said.get("form") == name and version.isdigit() and 1 <= int(version) <= newest
        identity["version"] = version if kept else str(newest)
    return identity
