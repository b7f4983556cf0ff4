"""What ``styrxl.toml`` may hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from email.utils import parseaddr
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from styrxl.descriptions.models import Filled, Part, Text, wrong

_HIGHEST = 1e9
_ACCENT = re.compile(r"#?[0-9A-Fa-f]{6}")


def _fits(test: Callable[[str], object], example: str) -> AfterValidator:
    """Return what refuses a text that does not pass a test; an empty one says nothing."""

    def check(text: str) -> str:
        if text and not test(text):
            raise wrong("wrong-example", value=text, example=example)
        return text

    return AfterValidator(check)


def _read_day(value: Any) -> Any:
    """Return a day, also one that was written in quotation marks."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong("wrong-example", value=str(value), example="2027-01-20") from None


def _is_address(text: str) -> bool:
    local, at, domain = parseaddr(text)[1].rpartition("@")
    return bool(local and at and domain)


Day = Annotated[date, BeforeValidator(_read_day)]
Address = Annotated[str, _fits(_is_address, "Planering <planering@kommunen.se>")]
Amount = Annotated[float, Field(ge=0, lt=_HIGHEST, allow_inf_nan=False)]
Bound = Annotated[int, Field(ge=1)]


class Municipality(Part):
    """Who it is."""

    name: Filled
    organisation_number: str = ""
    language: Literal["sv", "en", ""] = "sv"
    accent: Annotated[str, _fits(_ACCENT.fullmatch, "0B5563")] = ""
    logo: str = ""


class Contact(Part):
    """Whom to ask."""

    role: str = ""
    address: str = ""


class Database(Part):
    """Where the ledger lies."""

    url: str = ""


class OneRound(Part):
    """What a municipality calls a round, and when it is due."""

    name: Text | str = ""
    due: Day = date.min
    due_units: Day = date.min
    due_owner: dict[str, Day] = Field(default={})


class BoardThresholds(Part):
    """When a whole board's deficit against its frame needs an explanation."""

    percent: Amount = 0
    tkr: Amount = 0


class ThresholdSettings(Part):
    """When a deviation needs an explanation."""

    percent: Amount = 0
    tkr: Amount = 0
    board: BoardThresholds = BoardThresholds()


def _is_url(text: str) -> bool:
    return text.lower().startswith("https://")


Url = Annotated[str, _fits(_is_url, "https://login.microsoftonline.com")]


class ServerSettings(Part):
    """A mail server or Microsoft Graph, and how one is let in."""

    server: str = ""
    port: int = Field(default=1, ge=1, le=65535)
    user: str = ""
    ca_file: str = ""
    auth: Literal["password", "none", "m365", "oauth2", ""] = ""
    tenant: str = ""
    client_id: str = ""
    sign_in: Literal["app", "person", ""] = ""
    scopes: list[Filled] = Field(default=[])
    login_url: Url = ""
    token_url: Url = ""
    graph_url: Url = ""


class Imap(ServerSettings):
    """The mailbox that returns come to."""

    transport: Literal["imap", "graph", ""] = ""
    security: Literal["starttls", "tls", ""] = "tls"
    folder: str = "INBOX"
    done: str = "styrxl"
    aside: str = ""


class Mail(ServerSettings):
    """How letters are sent."""

    sender: Address = Field(alias="from")
    transport: Literal["smtp", "graph", ""] = ""
    security: Literal["starttls", "tls", "none", ""] = "tls"
    reply_to: Address = ""
    allowed_domains: list[Filled] = Field(default=[])
    everything_to: list[Filled] = Field(default=[])
    rate: int = Field(default=60, ge=1, le=6000)
    attachment_limit: int = Field(default=20, ge=1, le=200)
    escalate_after: int = Field(default=7, ge=1, le=365)
    most_a_day: int = Field(default=20, ge=1, le=1000)
    authserv_id: str = ""
    imap: Imap | None = None


class LimitSettings(Part):
    """What a return may be."""

    file_mb: Bound = 1
    parts: Bound = 1
    expanded_mb: Bound = 1
    ratio: Bound = 1
    sheets: Bound = 1
    rows: Bound = 1
    columns: Bound = 1
    seconds: Bound = 1
    memory_mb: Bound = 1
    macros: Literal["reject", "warn", ""] = "reject"


class SettingsFile(Part):
    """All of ``styrxl.toml``."""

    municipality: Municipality
    contact: Contact = Contact()
    database: Database = Database()
    rounds: dict[str, OneRound] = Field(default={})
    thresholds: ThresholdSettings = ThresholdSettings()
    mail: Mail | None = None
    limits: LimitSettings = LimitSettings()
