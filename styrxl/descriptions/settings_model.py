"""What ``styrxl.toml`` may hold, and what counts where it says nothing; an empty text says nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from email.utils import parseaddr
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from styrxl.descriptions.base_models import Filled, Part, Text, wrong
from styrxl.descriptions.mistakes import suggest
from styrxl.model import limits
from styrxl.model.catalogue import Word
from styrxl.model.days import STANDARD_ZONE
from styrxl.model.settings import ASIDE_FOLDER
from styrxl.model.thresholds import NONE_ALLOWED, Thresholds

_HIGHEST = 1e9
_COMPUTERS_OWN = "localtime"  # where computers have it: another zone on each
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
        raise wrong("wrong-example", value=value, example=date(2027, 1, 20)) from None


def find_domain(address: str) -> str:
    """Return the domain of a mail address, such as stands in a mail's head; an empty text where it is none."""
    local, at, domain = parseaddr(address)[1].rpartition("@")
    return domain.lower() if local and at else ""


def _check_zone(name: str) -> str:
    """Return the name of a zone without the space around it; an empty one says nothing."""
    name = tidy(name)
    if name and not _is_zone(name):
        raise wrong("unknown-name", what=Word("a_zone"), name=name, nearest=_suggest_zone(name))
    return name


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # OSError: the name of a folder of zones, such as Europe
        return False
    return name != _COMPUTERS_OWN


def _suggest_zone(name: str) -> Word | str:
    """Return the fact that says which zone may be meant: by its whole name, or by its city alone."""
    known = sorted(available_timezones() - {_COMPUTERS_OWN})
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in known}
    return suggest(cities.get(name.casefold(), name), known)


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

    name: Named = Field(description="The municipality's name")
    organisation_number: Said = Field(default="", description="Its organisation number")
    language: Literal["sv", "en", ""] = Field(default="sv", description="The language where no other is chosen")
    timezone: Annotated[str, AfterValidator(_check_zone)] = Field(
        default=STANDARD_ZONE, description="The time zone, by its IANA name, whose days and times count on whichever computer"
    )
    accent: Annotated[str, _fits(_ACCENT.fullmatch, "0B5563")] = Field(
        default="", description="Its colour, six signs; white text on it has to be readable"
    )
    logo: Said = Field(default="", description="A picture in the workspace's folder")


class Contact(Part):
    """Whom to ask."""

    role: Said = Field(default="", description="Whom those who fill in may ask; a role rather than a name")
    address: Said = Field(default="", description="Mail address or telephone number")


class Database(Part):
    """Where the ledger lies."""

    url: Said = Field(
        default="", description="PostgreSQL in place of the file styrxl.db, without a password: postgresql://styrxl@server/styrxl"
    )


class OneRound(Part):
    """What a municipality calls a round, and when it is due."""

    name: OneOrBoth = Field(
        default="", description="What it is called, where that is not as in rounds.yaml; one text, or one in each language"
    )
    due: Day | None = Field(default=None, description="The last day for boards, and for all who have none of their own")
    due_units: Day | None = Field(default=None, description="The last day for units")
    due_owner: dict[str, Day] = Field(default={}, description="OWNER: a last day of its own")


class BoardThresholds(Part):
    """When a whole board's deficit against its frame needs an explanation."""

    percent: Amount = Field(default=NONE_ALLOWED.percent, description="Per cent of the frame that it has to be past")
    tkr: Amount = Field(default=NONE_ALLOWED.tkr, description="Thousand kronor that it has to be past as well")


class ThresholdSettings(Part):
    """When a deviation needs an explanation."""

    percent: Amount = Field(default=Thresholds().percent, description="Per cent of the current budget that it has to be past")
    tkr: Amount = Field(default=Thresholds().tkr, description="Thousand kronor that it has to be past as well")
    board: BoardThresholds = Field(default=BoardThresholds(), description="The same for a whole board's deficit against its frame")


def _is_url(text: str) -> bool:
    return text.lower().startswith("https://")


Url = Annotated[str, _fits(_is_url, "https://login.microsoftonline.com")]


class ServerSettings(Part):
    """A mail server or Microsoft Graph, and how one is let in."""

    server: Said = Field(default="", description='The server\'s name; that of Microsoft 365 with auth = "m365", if nothing is said')
    port: int | None = Field(default=None, ge=1, le=65535, description="Its port; the usual one of its security, if nothing is said")
    user: Said = Field(
        default="", description="The name that one signs in by; the sender's address where a token is used, if nothing is said"
    )
    ca_file: Said = Field(default="", description="Certificates that are trusted beside the usual ones: a file in the workspace")
    auth: Literal["password", "none", "m365", "oauth2", ""] = Field(
        default="",
        description="How one is let in: password, nothing, Microsoft 365, OAuth 2; by password where a user is named, if nothing is said",
    )
    tenant: Said = Field(default="", description="m365: the directory's id")
    client_id: Said = Field(default="", description="m365 and oauth2: the app's id")
    sign_in: Literal["app", "person", ""] = Field(
        default="", description="m365: whether the app itself signs in, or a person has; the app, if nothing is said"
    )
    scopes: list[Named] = Field(default=[], description="What the token is asked for; the usual, if nothing is said")
    login_url: Url = Field(default="", description="m365: who gives tokens, where that is not login.microsoftonline.com")
    token_url: Url = Field(default="", description="oauth2: the address that gives tokens")
    graph_url: Url = Field(default="", description="Where Microsoft Graph is, where that is not graph.microsoft.com")


class Imap(ServerSettings):
    """The mailbox that returns come to."""

    transport: Literal["imap", "graph", ""] = Field(
        default="", description="IMAP or Microsoft Graph; as letters are sent, if nothing is said"
    )
    security: Literal["starttls", "tls", ""] = Field(
        default="", description="tls (port 993) or starttls (port 143); tls, if nothing is said"
    )
    folder: Said = Field(default="", description="The folder that mails lie in; INBOX, if nothing is said")
    done: Said = Field(default="", description="The folder that mails are moved to when they are seen to; styrxl, if nothing is said")
    aside: Said = Field(
        default="", description="The folder that mails are moved to which cannot be read; styrxl-oläsliga, if nothing is said"
    )

    @property
    def folders(self) -> tuple[str, str, str]:
        """The folder that mails lie in, the one they are moved to, and that of those which cannot be read."""
        return self.folder or "INBOX", self.done or "styrxl", self.aside or ASIDE_FOLDER


class Mail(ServerSettings):
    """How letters are sent."""

    sender: Address = Field(alias="from", description="Whom letters come from")
    transport: Literal["smtp", "graph", ""] = Field(default="", description="SMTP or Microsoft Graph; SMTP, if nothing is said")
    security: Literal["starttls", "tls", "none", ""] = Field(
        default="",
        description="starttls (port 587), tls (port 465), or none (port 25) of a relay without sign-in; starttls, if nothing is said",
    )
    reply_to: Address = Field(default="", description="Where answers go; to the sender, if nothing is said")
    allowed_domains: list[Named] = Field(default=[], description="Domains that letters may go to; the sender's own, if nothing is said")
    everything_to: list[Named] = Field(default=[], description="Owners who get the whole summary, beside the council")
    rate: int = Field(default=60, ge=1, le=6000, description="Mails a minute at most; Microsoft 365 takes 30")
    attachment_limit: int = Field(default=20, ge=1, le=200, description="The largest attachment, MB")
    escalate_after: int = Field(
        default=7, ge=1, le=365, description="Days after the last day until a board is told which units are missing"
    )
    most_a_day: int = Field(default=20, ge=1, le=1000, description="Answers a day to one address and owner; more wait")
    authserv_id: Said = Field(default="", description="The mail server whose word on senders counts; m365 for Exchange Online")
    imap: Imap | None = Field(default=None, description="The mailbox that returns come to")


def _is_site(text: str) -> bool:
    parts = urlsplit(text)
    local = parts.hostname in {"localhost", "127.0.0.1"}
    is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment and "@" not in parts.netloc
    return (parts.scheme == "https" or (parts.scheme == "http" and local)) and bool(parts.hostname) and is_bare


_LISTEN = re.compile(r"([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}")


class SignInSettings(Part):
    """Who says who somebody is on the site (OpenID Connect): no secret, which comes from the environment."""

    issuer: Annotated[str, _fits(_is_url, "https://login.microsoftonline.com/…/v2.0")] = Field(description="Who signs people in")
    client_id: Named = Field(description="The site's id there")
    claim: Named = Field(default="roles", description="Where the sign-in names roles or groups")
    ca_file: Said = Field(default="", description="Certificates that are trusted beside the usual ones: a file in the workspace")


class Person(Part):
    """Somebody who may come in: a role or group that the sign-in names, or an address; of some owners, or of all."""

    who: Named = Field(description="A role or group, or a mail address")
    may: Literal["write", "read"] = Field(default="read", description="Whether they may write, or read alone")
    of: list[Named] = Field(default=[], description="Boards or administrations, with their units; all, if nothing is said")


class Site(Part):
    """Where owners hand in and several controllers work, on the web."""

    address: Annotated[str, _fits(_is_site, "https://styrning.kommunen.se")] = Field(
        default="", description="How others reach it; without it no links are mailed"
    )
    listen: Annotated[str, _fits(_LISTEN.fullmatch, "127.0.0.1:8700")] = Field(
        default="127.0.0.1:8700", description="Where styrxl answers, behind the server that has the certificate"
    )
    owners: Literal["link", "oidc", "both"] = Field(default="link", description="How owners come in: by link, by signing in, or both")
    link_days: int = Field(default=90, ge=1, le=800, description="Days that a link holds")
    answerable: Said = Field(default="", description="Who answers for personal data; it stands on the page about them")
    sign_in_log_days: int = Field(default=30, ge=1, le=365, description="Days that it is kept who has signed in")
    sign_in: SignInSettings | None = Field(default=None, description="Who signs people in (OpenID Connect)")
    people: list[Person] = Field(default=[], description="Who may come in beside owners; the first that fits holds")


class Retention(Part):
    """How long what is kept is kept."""

    returns_years: int | None = Field(
        default=None, ge=2, le=100, description="Years that returns and handed-out workbooks are kept; for good, if nothing is said"
    )  # a year's rounds are compared with those of the year before
    mail_years: int | None = Field(
        default=None, ge=1, le=100, description="Years that the ledger keeps senders, recipients and subjects; for good, if nothing is said"
    )
    quarantine_days: int | None = Field(
        default=None, ge=1, le=36_500, description="Days that what was settled in quarantine is kept; for good, if nothing is said"
    )
    drafts_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days that letters are kept that were only written to be looked at; for good, if nothing is said",
    )
    cache_days: int | None = Field(
        default=None, ge=1, le=36_500, description="Days that is kept what styrxl has read and can read again; for good, if nothing is said"
    )


class LimitSettings(Part):
    """What a return may be."""

    file_mb: Bound = Field(default=limits.STANDARD.file_mb, description="The file as it came, MB")
    parts: Bound = Field(default=limits.STANDARD.parts, description="Files inside it")
    expanded_mb: Bound = Field(default=limits.STANDARD.expanded_mb, description="All of them unpacked, MB")
    ratio: Bound = Field(default=limits.STANDARD.ratio, description="Unpacked against packed")
    sheets: Bound = Field(default=limits.STANDARD.sheets, description="Sheets")
    rows: Bound = Field(default=limits.STANDARD.rows, description="The last row with anything in it")
    columns: Bound = Field(default=limits.STANDARD.columns, description="The last column with anything in it")
    seconds: Bound = Field(default=limits.STANDARD.seconds, description="Seconds to read it")
    memory_mb: Bound = Field(default=limits.STANDARD.memory_mb, description="Memory to read it, MB")
    macros: Literal["reject", "warn", ""] = Field(
        default="",
        description="Whether a workbook with macros is refused, or let in with a warning; they are never run; refused, if nothing is said",
    )


class SettingsFile(Part):
    """All of ``styrxl.toml``."""

    municipality: Municipality = Field(description="Who it is")
    contact: Contact = Field(default=Contact(), description="Whom to ask")
    database: Database = Field(default=Database(), description="Where the ledger lies")
    rounds: dict[str, OneRound] = Field(default={}, description='What a round is called, and when it is due: [rounds."2027-plan"]')
    thresholds: ThresholdSettings = Field(default=ThresholdSettings(), description="When a deviation needs an explanation")
    mail: Mail | None = Field(default=None, description="How letters are sent")
    server: Site | None = Field(default=None, description="Where owners hand in and several controllers work, on the web")
    retention: Retention = Field(default=Retention(), description="How long what is kept is kept")
    limits: LimitSettings = Field(default=LimitSettings(), description="What a return may be")
