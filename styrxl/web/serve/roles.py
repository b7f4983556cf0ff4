"""Who may come in, and as what: what the sign-in says of somebody, held against the people of the settings and the organisation."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from styrxl.model.addresses import fold_address
from styrxl.model.council_plan import Plan
from styrxl.model.settings import SitePerson


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has signed in: what the ledger calls them, their address as far as it is vouched for, and roles or groups.

    ``session``: names the sign-in.
    """

    who: str
    address: str
    roles: tuple[str, ...]
    session: str = ""

    @property
    def marks(self) -> frozenset[str]:
        """What a person of the settings may be named by."""
        return frozenset({role.casefold() for role in self.roles} | ({fold_address(self.address)} if self.address else set()))


def find_named(person: SignedIn, people: Iterable[SitePerson]) -> SitePerson | None:
    """Return the first of the settings' people that somebody is; None where they are none of them."""
    return next((one for one in people if fold(one.who) in person.marks), None)


def list_owners(plan: Plan, of: Collection[str], today: date) -> frozenset[str]:
    """Return boards and administrations by id, and the units that are theirs on a day."""
    wanted = {plan.spelled(one) for one in of}
    below = {o.org_id for o in plan.holding(today) if {o.board_id, o.administration_id} & wanted}
    return frozenset(wanted | below)


def list_own(person: SignedIn, plan: Plan, day: date) -> list[str]:
    """Return the owners on a day of which somebody is a contact, by their address."""
    if not person.address:
        return []
    mine = fold_address(person.address)
    return [o.org_id for o in plan.holding(day) if mine in {fold_address(one) for one in o.email}]


def fold(who: str) -> str:
    """Return a role, or an address, as it is compared."""
    return fold_address(who) if "@" in who else who.casefold()
