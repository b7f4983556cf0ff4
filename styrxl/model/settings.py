"""What ``styrxl.toml`` says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from styrxl.model.forms import Text
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.rounds import Round
from styrxl.model.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """What a municipality has settled for one round: its name by language, and who is due when."""

    name: Text | None = None
    due: date | None = None
    due_units: date | None = None
    due_owner: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; ``security`` is ``starttls`` or ``tls``, ``ca_file`` from the workspace. No password: see ``mail.passwords``."""

    host: str
    port: int
    security: str
    user: str | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where returns come by mail: the server, the folder that they lie in and the one that they are moved to."""

    server: Server
    folder: str = "INBOX"
    done: str = "styrxl"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What ``[mail]`` says; ``sender`` and ``reply_to`` as in a mail's head, ``attachment_limit`` in MB, ``rate`` in mails a minute.

    ``allowed_domains`` is never empty: where none are named it is the sender's own. ``most_a_day``: answers to one address and owner.
    ``authserv_id``: the server whose word on senders counts.
    """

    sender: str
    reply_to: str
    allowed_domains: tuple[str, ...]
    everything_to: tuple[str, ...] = ()
    rate: int = 60
    attachment_limit: float = 20.0
    escalate_after: int = 7
    server: Server | None = None
    mailbox: Mailbox | None = None
    most_a_day: int = 20
    authserv_id: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``styrxl.toml`` says; ``accent`` is six hexadecimal digits, ``logo`` a path from the workspace."""

    municipality: str
    organisation_number: str | None = None
    language: str = "sv"
    accent: str | None = None
    logo: str | None = None
    contact_role: str = ""
    contact_address: str = ""
    database: str | None = None
    rounds: Mapping[Round, RoundSettings] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    mail: MailSettings | None = None
    limits: Limits = STANDARD

    @property
    def contact(self) -> str:
        """Whom to ask: the role and where to reach it, on one line."""
        return ", ".join(part for part in (self.contact_role, self.contact_address) if part)

    def round_name(self, of: Round, language: str) -> str:
        """Return what the municipality calls a round, or its standard name."""
        name = self.rounds.get(of, RoundSettings()).name
        return name[language] if name else of.name(language)

    def due(self, of: Round, owner: str, level: str) -> date | None:
        """Return when an owner's return is due: its own date, else the one for its level (``board`` or ``unit``)."""
        settings = self.rounds.get(of, RoundSettings())
        return settings.due_owner.get(owner) or (settings.due_units if level == "unit" else settings.due)
