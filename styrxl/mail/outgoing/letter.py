"""Letters as values: what is mailed to whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import parseaddr

from styrxl.mail.outgoing.wording import LetterContent
from styrxl.model.addresses import show_addresses


@dataclass(frozen=True, slots=True)
class Attachment:
    """A workbook that is sent with a letter."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class AnsweredMail:
    """The mail that a letter answers (its hash), and what the letter says of one workbook in it: which one it is, and what came of it."""

    mail: str
    title: str
    verdict: str
    round_name: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one owner.

    ``about`` is what it is sent once for: together with round, kind and owner it is the mail's key in the ledger. ``name`` is the one
    recipient's. ``to`` are the addresses that it goes to, ``refused_addresses`` those that it must not go to, each with the reason (a word
    of the catalogue), ``unreached`` those that an earlier mail did not reach. ``replies_to`` are the ids of earlier messages, the nearest
    last; ``is_reply``: somebody wrote to us first. ``answers``: the mail that brought what it is about; ``also``: the keys of letters that
    would have answered the same mail besides.
    """

    round: str
    kind: str
    owner: str
    about: str
    name: str
    to: tuple[str, ...]
    content: LetterContent
    message_id: str
    attachments: tuple[Attachment, ...] = ()
    replies_to: tuple[str, ...] = ()
    is_reply: bool = False
    refused_addresses: tuple[tuple[str, str], ...] = ()
    unreached: tuple[str, ...] = ()
    answers: AnsweredMail | None = None
    also: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Key of the mail in the ledger."""
        return self.round, self.kind, self.owner, self.about


@dataclass(frozen=True, slots=True)
class Sender:
    """Who letters come from, and where answers are to go, each as a header has it."""

    sender: str
    reply_to: str
    municipality: str

    @property
    def address(self) -> str:
        """The address alone, for the envelope."""
        return parseaddr(self.sender)[1]


@dataclass(frozen=True, slots=True)
class WrittenLetters:
    """Letters of one kind, and how many were sent before and therefore not written again."""

    letters: tuple[Letter, ...] = ()
    sent_before: int = 0


def redirect_letter(letter: Letter, address: str, message_id: str) -> Letter:
    """Return a letter as it goes to a tester alone, with the intended recipients in its subject and an id of its own."""
    intended = show_addresses(", ".join(letter.to)) or "–"
    content = replace(letter.content, subject=f"[→ {letter.owner}: {intended}] {letter.content.subject}")
    return replace(letter, to=(address,), name="", content=content, message_id=message_id, replies_to=(), refused_addresses=())


def join_message_ids(*ids: str | None) -> tuple[str, ...]:
    """Return those of the message ids that there are, each once, in their order (the last of equal ones counts)."""
    known = [message_id for message_id in ids if message_id is not None]
    return tuple(reversed(dict.fromkeys(reversed(known))))
