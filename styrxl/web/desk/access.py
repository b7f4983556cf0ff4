"""What somebody may see and do: all of a municipality at one's own desk, perhaps less where a server knows who it is."""

from __future__ import annotations

from dataclasses import dataclass


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
