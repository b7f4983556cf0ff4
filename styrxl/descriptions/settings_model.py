"""What ``styrxl.toml`` may hold, and what counts where it says nothing; an empty text says nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from email.utils import parseaddr
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from styrxl.descriptions.base_models import Filled, Part, Text, wrong
from styrxl.model import limits
from styrxl.model.settings import ASIDE_FOLDER
from styrxl.model.thresholds import NONE_ALLOWED, Thresholds

_HIGHEST = 1e9
_ACCENT = re.compile(r"#?[0-9A-Fa-f]{6}")


def tidy(text: str) -> str:
    """Return a text without the space around it, its letters composed."""
    return unicodedata.normalize("NFC", text.strip())


def _fits(test: Callable[[str], object], example: str) -> AfterValidator:
    """Return what refuses a text that does not pass a test; an empty one says nothing."""

    def check(text: str) -> str:
        if text and not test(text):
            raise wrong("wrong-example", value=text, example=example)
        return tidy(text)

    return AfterValidator(check)


def _read_day(value: Any) -> Any:
    """Return a day, also one that was written in quotation marks."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong("wrong-example", value=str(value), example="2027-01-20") from None


def find_domain(address: str) -> str:
    """Return the domain of a mail address, such as stands in a mail's head; an empty text where it is none."""
    local, at, domain = parseaddr(address)[1].rpartition("@")
    return domain.lower() if local and at else ""


Said = Annotated[str, AfterValidator(tidy)]
Named = Annotated[Filled, AfterValidator(tidy)]
OneOrBoth = Annotated[
    Annotated[Text, Tag("both")] | Annotated[Said, Tag("one")],
    Discriminator(lambda value: "both" if isinstance(value, dict) else "one"),
]
Day = Annotated[date, BeforeValidator(_read_day)]
Address = Annotated[str, _fits(find_domain, "Planering <planering@kommunen.se>")]
Amount = Annotated[float, Field(ge=0, lt=_HIGHEST, allow_inf_nan=False)]
Bound = Annotated[int, Field(ge=1)]


class Municipality(Part):
    """Who it is."""

    name: Named
    organisation_number: Said = ""
    language: Literal["sv", "en", ""] = "sv"
    accent: Annotated[str, _fits(_ACCENT.fullmatch, "0B5563")] = ""
    logo: Said = ""


class Contact(Part):
    """Whom to ask."""

    role: Said = ""
    address: Said = ""


class Database(Part):
    """Where the ledger lies."""

    url: Said = ""


class OneRound(Part):
    """What a municipality calls a round, and when it is due."""

    name: OneOrBoth = ""
    due: Day | None = None
    due_units: Day | None = None
    due_owner: dict[str, Day] = Field(default={})


class BoardThresholds(Part):
    """When a whole board's deficit against its frame needs an explanation."""

    percent: Amount = NONE_ALLOWED.percent
    tkr: Amount = NONE_ALLOWED.tkr


class ThresholdSettings(Part):
    """When a deviation needs an explanation."""

    percent: Amount = Thresholds().percent
    tkr: Amount = Thresholds().tkr
    board: BoardThresholds = BoardThresholds()


def _is_url(text: str) -> bool:
    return text.lower().startswith("https://")


Url = Annotated[str, _fits(_is_url, "https://login.microsoftonline.com")]


class ServerSettings(Part):
    """A mail server or Microsoft Graph, and how one is let in."""

    server: Said = ""
    port: int | None = Field(default=None, ge=1, le=65535)
    user: Said = ""
    ca_file: Said = ""
    auth: Literal["password", "none", "m365", "oauth2", ""] = ""
    tenant: Said = ""
    client_id: Said = ""
    sign_in: Literal["app", "person", ""] = ""
    scopes: list[Named] = Field(default=[])
    login_url: Url = ""
    token_url: Url = ""
    graph_url: Url = ""


class Imap(ServerSettings):
    """The mailbox that returns come to."""

    transport: Literal["imap", "graph", ""] = ""
    security: Literal["starttls", "tls", ""] = ""
    folder: Said = ""
    done: Said = ""
    aside: Said = ""

    @property
    def folders(self) -> tuple[str, str, str]:
        """The folder that mails lie in, the one they are moved to, and that of those which cannot be read."""
        return self.folder or "INBOX", self.done or "styrxl", self.aside or ASIDE_FOLDER


class Mail(ServerSettings):
    """How letters are sent."""

    sender: Address = Field(alias="from")
    transport: Literal["smtp", "graph", ""] = ""
    security: Literal["starttls", "tls", "none", ""] = ""
    reply_to: Address = ""
    allowed_domains: list[Named] = Field(default=[])
    everything_to: list[Named] = Field(default=[])
    rate: int = Field(default=60, ge=1, le=6000)
    attachment_limit: int = Field(default=20, ge=1, le=200)
    escalate_after: int = Field(default=7, ge=1, le=365)
    most_a_day: int = Field(default=20, ge=1, le=1000)
    authserv_id: Said = ""
    imap: Imap | None = None


def _is_site(text: str) -> bool:
    parts = urlsplit(text)
    local = parts.hostname in {"localhost", "127.0.0.1"}
    is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment and "@" not in parts.netloc
    return (parts.scheme == "https" or (parts.scheme == "http" and local)) and bool(parts.hostname) and is_bare


_LISTEN = re.compile(r"([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}")


class SignInSettings(Part):
    """Who says who somebody is on the site (OpenID Connect): no secret, which comes from the environment."""

    issuer: Annotated[str, _fits(_is_url, "https://login.microsoftonline.com/…/v2.0")]
    client_id: Named
    claim: Named = "roles"
    ca_file: Said = ""


class Person(Part):
    """Somebody who may come in: a role or group that the sign-in names, or an address; of some owners, or of all."""

    who: Named
    may: Literal["write", "read"] = "read"
    of: list[Named] = Field(default=[])


class Site(Part):
    """Where owners hand in and several controllers work, on the web."""

    address: Annotated[str, _fits(_is_site, "https://styrning.kommunen.se")] = ""
    listen: Annotated[str, _fits(_LISTEN.fullmatch, "127.0.0.1:8700")] = "127.0.0.1:8700"
    owners: Literal["link", "oidc", "both"] = "link"
    link_days: int = Field(default=90, ge=1, le=800)
    answerable: Said = ""
    sign_in_log_days: int = Field(default=30, ge=1, le=365)
    sign_in: SignInSettings | None = None
    people: list[Person] = Field(default=[])


class Retention(Part):
    """How long what is kept is kept."""

    returns_years: int | None = Field(default=None, ge=2, le=100)  # a year's rounds are compared with those of the year before
    mail_years: int | None = Field(default=None, ge=1, le=100)
    quarantine_days: int | None = Field(default=None, ge=1, le=36_500)
    drafts_days: int | None = Field(default=None, ge=1, le=36_500)
    cache_days: int | None = Field(default=None, ge=1, le=36_500)


class LimitSettings(Part):
    """What a return may be."""

    file_mb: Bound = limits.STANDARD.file_mb
    parts: Bound = limits.STANDARD.parts
    expanded_mb: Bound = limits.STANDARD.expanded_mb
    ratio: Bound = limits.STANDARD.ratio
    sheets: Bound = limits.STANDARD.sheets
    rows: Bound = limits.STANDARD.rows
    columns: Bound = limits.STANDARD.columns
    seconds: Bound = limits.STANDARD.seconds
    memory_mb: Bound = limits.STANDARD.memory_mb
    macros: Literal["reject", "warn", ""] = ""


class SettingsFile(Part):
    """All of ``styrxl.toml``."""

    municipality: Municipality
    contact: Contact = Contact()
    database: Database = Database()
    rounds: dict[str, OneRound] = Field(default={})
    thresholds: ThresholdSettings = ThresholdSettings()
    mail: Mail | None = None
    server: Site | None = None
    retention: Retention = Retention()
    limits: LimitSettings = LimitSettings()
