"""What a mail command asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailRequest:
    """Letters that are asked for.

    ``mailing`` is a key of ``kinds.MAILINGS``. ``owners``: only these (all where it is empty). ``send``: not only previews.
    ``redirect_to``: the tester that everything goes to instead. ``incomplete``: a summary may be incomplete.
    """

    mailing: str
    owners: frozenset[str] = frozenset()
    send: bool = False
    redirect_to: str | None = None
    incomplete: bool = False

    def concerns(self, owner: str | None) -> bool:
        """Tell whether an owner's letters are asked for."""
        return not self.owners or owner in self.owners
