"""Letters: what is mailed to whom, and the message that it becomes. Pure: nothing is read, nothing is sent.

Heads follow RFC 5322, names and subjects RFC 2047, file names RFC 2231, automatic mail RFC 3834; every part of a head is one line of
harmless letters before it comes here, and an address is one that can stand in a head and in an envelope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr

from styrxl.mail.outgoing.wording import Said


@dataclass(frozen=True, slots=True)
class Attachment:
    """A workbook that goes along."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one owner.

    ``about`` is what it is sent once for: with round, kind and owner it names the mail in the ledger. ``to`` are the addresses that it
    goes to, ``kept_back`` those that it must not go to, with why (a word of the catalogue). ``answers`` are the ids of the messages that
    it answers, the nearest last; ``replies`` tells a reply from a mail that nobody asked for.
    """

    round: str
    kind: str
    owner: str
    about: str
    name: str
    to: tuple[str, ...]
    said: Said
    message_id: str
    attachments: tuple[Attachment, ...] = ()
    answers: tuple[str, ...] = ()
    replies: bool = False
    kept_back: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the mail in the ledger."""
        return self.round, self.kind, self.owner, self.about


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails come from, and where answers are to go: each as in a mail's head."""

    sender: str
    reply_to: str
    municipality: str

    @property
    def address(self) -> str:
        """The address alone, for the envelope."""
        return parseaddr(self.sender)[1]


def redirected(letter: Letter, address: str, message_id: str) -> Letter:
    """Return a letter as it goes to a tester: to nobody else, saying for whom it was meant, with an id of its own."""
    meant = ", ".join(letter.to) or "–"
    said = replace(letter.said, subject=f"[→ {letter.owner}: {meant}] {letter.said.subject}")
    return replace(letter, to=(address,), name="", said=said, message_id=message_id, answers=(), kept_back=())


def thread(*ids: Sequence[str] | str | None) -> tuple[str, ...]:
    """Return ids of messages in one row, each once, the nearest last."""
    found: dict[str, None] = {}
    for some in ids:
        for one in [some] if isinstance(some, str) else some or ():
            found.pop(one, None)
            found[one] = None
    return tuple(found)
