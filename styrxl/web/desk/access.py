"""What somebody may see and do: all of a municipality at one's own desk, perhaps less where a server knows who it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Access:
    """What a visitor may see and do.

    ``who``: how the ledger names them; none at one's own desk, where it is the user of the computer. ``may_write``: else they only read.
    ``owners``: whom they may see, None where that is everybody.
    """

    who: str | None = None
    may_write: bool = True
    owners: frozenset[str] | None = None

    def sees(self, owner: str | None) -> bool:
        """Whether an owner, and what it has answered, may be shown; what is tied to nobody is shown to those who see everybody."""
        return self.owners is None or owner in self.owners

    def keep(self, those: Iterable[_T], whose: Callable[[_T], str | None]) -> list[_T]:
        """Return those that may be shown; ``whose`` says which owner each is of."""
        return [one for one in those if self.sees(whose(one))]

    def covers(self, other: Access | None) -> bool:
        """Whether what somebody began may be shown: to those who see everybody, and to themselves as long as they see whom it is about."""
        if self.owners is None:
            return True
        return other is not None and other.who == self.who and other.owners is not None and other.owners <= self.owners

    def to_json(self) -> dict[str, Any]:
        """Return what ``read_access`` reads."""
        return {"who": self.who, "owners": None if self.owners is None else sorted(self.owners)}

    @property
    def sees_all(self) -> bool:
        """Whether everybody may be seen."""
        return self.owners is None

    @property
    def is_own_desk(self) -> bool:
        """Whether it is the desk of this computer's user, whose folders and screen it may use."""
        return self.who is None


EVERYTHING = Access()
NOTHING = Access("", may_write=False, owners=frozenset())  # of those whom nobody knows, on pages that are open to all


def read_access(kept: Mapping[str, Any] | None) -> Access | None:
    """Return whose something is that was kept; None where that was not kept."""
    if kept is None:
        return None
    owners = kept["owners"]
    return Access(kept["who"], owners=None if owners is None else frozenset(map(str, owners)))
