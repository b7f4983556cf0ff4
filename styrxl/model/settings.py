"""What ``styrxl.toml`` says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from zoneinfo import ZoneInfo

from styrxl.model.days import STANDARD_ZONE
from styrxl.model.forms import Text
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.rounds import Round, fold_round_name
from styrxl.model.thresholds import NONE_ALLOWED, Thresholds


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """What a municipality has settled for one round: its name by language, and who is due when."""

    name: Text | None = None
    due: date | None = None
    due_units: date | None = None
    due_owner: Mapping[str, date] = field(default_factory=dict)


PASSWORD, NO_SIGN_IN, M365, OAUTH2 = "password", "none", "m365", "oauth2"  # what ``auth`` may be
NEEDED_KEYS = {M365: ("tenant", "client_id"), OAUTH2: ("token_url", "client_id")}  # keys without which one is not let in so
ASIDE_FOLDER = "styrxl-oläsliga"  # where mails that cannot be read are moved to
LOGIN_URL, GRAPH_URL = "https://login.microsoftonline.com", "https://graph.microsoft.com"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one is let in by a mail server; ``method``: PASSWORD, NO_SIGN_IN, M365 or OAUTH2.

    ``tenant`` (M365) and ``client_id``: whom tokens are given to. ``by_person``: a person has signed in (M365); else it is the program
    itself, by a secret or certificate. ``scopes``: the usual ones where there are none. ``login_url`` (M365) and ``token_url`` (OAUTH2):
    who gives tokens.
    """

    method: str = PASSWORD
    tenant: str = ""
    client_id: str = ""
    by_person: bool = False
    scopes: tuple[str, ...] = ()
    login_url: str = LOGIN_URL
    token_url: str = ""

    @property
    def has_token(self) -> bool:
        """Whether one is let in by a token rather than a password."""
        return self.method in {M365, OAUTH2}


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; ``security``: ``starttls``, ``tls`` or, of a relay without sign-in, ``none``; ``ca_file`` from the workspace.

    No password: see ``mail.sign_in.passwords``.
    """

    host: str
    port: int
    security: str
    user: str | None = None
    ca_file: str | None = None
    sign_in: SignIn = SignIn()


@dataclass(frozen=True, slots=True)
class GraphAccount:
    """A mailbox (``user``: its address) that is reached by Microsoft Graph at ``url``; ``ca_file`` as in ``Server``."""

    url: str
    user: str
    sign_in: SignIn
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where returns come by mail: the server, the folder that they lie in and those that they are moved to.

    ``aside``: that of mails that cannot be read.
    """

    server: Server
    folder: str = "INBOX"
    done: str = "styrxl"
    aside: str = ASIDE_FOLDER


@dataclass(frozen=True, slots=True)
class GraphMailbox:
    """The same as a Mailbox, reached by Microsoft Graph."""

    account: GraphAccount
    folder: str = "INBOX"
    done: str = "styrxl"
    aside: str = ASIDE_FOLDER


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What ``[mail]`` says; ``sender`` and ``reply_to`` as in a mail's head, ``attachment_limit`` in MB, ``rate`` in mails a minute.

    ``allowed_domains`` is never empty: where none are named it is the sender's own. ``most_a_day``: answers to one address and owner.
    ``authserv_id``: the server whose word on senders counts. Letters go by ``graph`` where it is there, else by ``server``.
    """

    sender: str
    reply_to: str
    allowed_domains: tuple[str, ...]
    everything_to: tuple[str, ...] = ()
    rate: int = 60
    attachment_limit: float = 20.0
    escalate_after: int = 7
    server: Server | None = None
    mailbox: Mailbox | GraphMailbox | None = None
    most_a_day: int = 20
    authserv_id: str = ""
    graph: GraphAccount | None = None


BY_LINK, BY_SIGN_IN, BY_BOTH = "link", "oidc", "both"  # how owners come in


@dataclass(frozen=True, slots=True)
class SiteSignIn:
    """Who says who somebody is (OpenID Connect); ``claim``: where it names roles or groups; ``ca_file`` as in ``Server``."""

    issuer: str
    client_id: str
    claim: str = "roles"
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class SitePerson:
    """Somebody who may come in: ``who`` is a role or group, or an address; ``of``: of which boards and administrations, none for all."""

    who: str
    may_write: bool = False
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What ``[server]`` says.

    ``address``: how others reach it, without a path; empty where they do not, and then no links are mailed. ``owners``: BY_LINK,
    BY_SIGN_IN or BY_BOTH. ``link_days``: how long a link holds. ``answerable``: who answers for personal data. ``sign_in_log_days``: how
    long it is kept who signed in.
    """

    address: str = ""
    host: str = "127.0.0.1"
    port: int = 8700
    owners: str = BY_LINK
    link_days: int = 90
    answerable: str = ""
    sign_in_log_days: int = 30
    sign_in: SiteSignIn | None = None
    people: tuple[SitePerson, ...] = ()

    @property
    def has_links(self) -> bool:
        """Whether owners get links."""
        return bool(self.address) and self.owners != BY_SIGN_IN


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long what is kept is kept, after which ``purge`` disposes of it; None: for as long as nobody says otherwise.

    Years after the end of a round's year, days after a file was last changed.
    """

    returns_years: int | None = None
    mail_years: int | None = None
    quarantine_days: int | None = None
    drafts_days: int | None = None
    cache_days: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``styrxl.toml`` says.

    ``timezone`` is the zone's IANA name, ``accent`` six hexadecimal digits, ``logo`` a path from the workspace.
    """

    municipality: str
    organisation_number: str | None = None
    language: str = "sv"
    timezone: str = STANDARD_ZONE
    accent: str | None = None
    logo: str | None = None
    contact_role: str = ""
    contact_address: str = ""
    database: str | None = None
    rounds: Mapping[Round, RoundSettings] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    mail: MailSettings | None = None
    limits: Limits = STANDARD
    board_thresholds: Thresholds = NONE_ALLOWED  # of a whole board's deficit against its frame
    site: SiteSettings | None = None
    retention: RetentionSettings = RetentionSettings()

    @property
    def zone(self) -> tzinfo:
        """The zone whose days count, whichever computer looks."""
        return ZoneInfo(self.timezone)

    @property
    def contact(self) -> str:
        """Whom to ask: the role and where to reach it, on one line."""
        return ", ".join(part for part in (self.contact_role, self.contact_address) if part)

    def round_name(self, of: Round, language: str) -> str:
        """Return what the municipality calls a round, or its standard name."""
        name = self.rounds.get(of, RoundSettings()).name
        return name[language] if name else of.name(language)

    def find_round(self, name: str) -> Round | None:
        """Return the round that the municipality calls so, in either language; None where there is none, or several."""
        typed = fold_round_name(name)
        called = [of for of, settled in self.rounds.items() if typed in map(fold_round_name, (settled.name or {}).values())]
        return called[0] if len(called) == 1 else None

    def due(self, of: Round, owner: str, level: str) -> date | None:
        """Return when an owner's return is due: its own date, else the one for its level (``board`` or ``unit``)."""
        settings = self.rounds.get(of, RoundSettings())
        return settings.due_owner.get(owner) or (settings.due_units if level == "unit" else settings.due)
