"""Settings: what ``styrxl.toml`` says.

Sections that belong to other parts of the program are let be; within the ones read here a key that does not exist is an
error, since a due date under a misspelt key would be lost without a word.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path
from types import MappingProxyType
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.model.forms import LANGUAGES, Text
from styrxl.model.limits import MACROS, STANDARD, Limits
from styrxl.model.rounds import Round, RoundKinds, standard_rounds
from styrxl.model.settings import Mailbox, MailSettings, RoundSettings, Server, Settings
from styrxl.model.thresholds import Thresholds

_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "municipality": ("name", "organisation_number", "language", "accent", "logo"),
        "contact": ("role", "address"),
        "database": ("url",),
        "rounds": (),
        "thresholds": ("percent", "tkr"),
        "mail": (),
        "limits": tuple(bound.name for bound in fields(Limits)),
    }
)
_ROUND_KEYS = ("name", "due", "due_units", "due_owner")
_SERVER_KEYS = ("server", "port", "security", "user", "ca_file")
_TO_KEYS = ("from", "reply_to", "allowed_domains", "everything_to")
_MAIL_KEYS = (*_SERVER_KEYS, *_TO_KEYS, "rate", "attachment_limit", "escalate_after", "most_a_day", "authserv_id", "imap")
_IMAP_KEYS = (*_SERVER_KEYS, "folder", "done")
_HIGHEST = 1e9  # also keeps out TOML's inf and nan
_ACCENT = re.compile(r"#?[0-9A-Fa-f]{6}")
_LINE = re.compile(r"at line (\d+)")


def read_settings(path: Path, kinds: RoundKinds | None = None) -> Settings:
    """Return the settings in a file; ``kinds``: the rounds that a year has there, the standard ones where none are given.

    Raises StyrxlError: not-readable, settings-broken, settings-unknown-key, settings-missing-key, settings-wrong-value.
    """
    try:
        return parse_settings(path.read_bytes(), kinds)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def parse_settings(content: bytes, kinds: RoundKinds | None = None) -> Settings:
    """Return the settings that TOML holds; raises as ``read_settings``."""
    raw = _parse_toml(content)
    _check_sections(raw)
    town, contact, database = (_Section(name, raw.get(name, {}), _KEYS[name]) for name in ("municipality", "contact", "database"))
    name = town.text("name", 'name = "Botkyrka kommun"')
    if not name:
        raise StyrxlError("settings-missing-key", key="municipality.name", example='name = "Botkyrka kommun"')
    accent = town.text("accent", 'accent = "0B5563"', _ACCENT.fullmatch)
    return Settings(
        municipality=name,
        organisation_number=town.text("organisation_number", 'organisation_number = "212000-2882"'),
        language=town.text("language", 'language = "sv"', LANGUAGES.__contains__) or "sv",
        accent=accent.removeprefix("#").upper() if accent else None,
        logo=town.text("logo", 'logo = "logotyp.png"'),
        contact_role=contact.text("role", 'role = "Kommunens controller"') or "",
        contact_address=contact.text("address", 'address = "controller@kommunen.se"') or "",
        database=database.text("url", 'url = "postgresql://styrxl@server/styrxl"'),
        rounds={
            _parse_round_id(key, kinds or standard_rounds()): _read_round(f'rounds."{key}"', value)
            for key, value in raw.get("rounds", {}).items()
        },
        thresholds=_read_thresholds(_Section("thresholds", raw.get("thresholds", {}), _KEYS["thresholds"])),
        mail=_read_mail(_Section("mail", raw["mail"], _MAIL_KEYS)) if raw.get("mail") else None,
        limits=_read_limits(_Section("limits", raw.get("limits", {}), _KEYS["limits"])),
    )


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of the file, and how its keys are named in a message."""

    name: str
    raw: Mapping[str, Any]
    known: Collection[str] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.raw, Mapping):
            raise StyrxlError("settings-wrong-value", key=self.name, value=str(self.raw), example=f"[{self.name}]")
        for key in self.raw:
            if self.known is not None and key not in self.known:
                raise StyrxlError("settings-unknown-key", key=f"{self.name}.{key}", known=", ".join(self.known))

    def text(self, key: str, example: str, fits: Any = bool) -> str | None:
        """Return a text, or None where there is none; raises StyrxlError where it does not fit."""
        value = self.raw.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not fits(value):
            raise self.wrong(key, example)
        return unicodedata.normalize("NFC", value.strip()) or None

    def day(self, key: str) -> date | None:
        """Return a date, with or without quotation marks around it; raises StyrxlError where it is none."""
        value = self.raw.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.wrong(key, f"{key} = 2027-01-20") from None

    def number(self, key: str, low: int, high: int, standard: int) -> int:
        """Return a whole number within bounds, or the standard one; raises StyrxlError where it does not fit."""
        value = self.raw.get(key, standard)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(key, f"{key} = {standard}")
        return value

    def amount(self, key: str, standard: float) -> float:
        """Return a number that is not below zero, or the standard one; raises StyrxlError where it does not fit."""
        value = self.raw.get(key, standard)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _HIGHEST:
            raise self.wrong(key, f"{key} = {standard:g}")
        return float(value)

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """Return a list of texts; raises StyrxlError where it is none."""
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
            raise self.wrong(key, example)
        return tuple(unicodedata.normalize("NFC", text.strip()) for text in value)

    def wrong(self, key: str, example: str) -> StyrxlError:
        """Return the error that a key's value is not of the kind that the example shows."""
        return StyrxlError("settings-wrong-value", key=f"{self.name}.{key}", value=str(self.raw[key]), example=example)


def _parse_toml(content: bytes) -> dict[str, Any]:
    try:
        # Notepad saves with a byte order mark, which TOML does not know.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StyrxlError("settings-broken", line=line, why="not UTF-8") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1  # "at end of document"
        raise StyrxlError("settings-broken", line=line, why=str(error)) from error


def _check_sections(raw: Mapping[str, Any]) -> None:
    for key, value in raw.items():
        misspelt = key not in _KEYS and get_close_matches(key, _KEYS, n=1, cutoff=0.8)
        if misspelt or not isinstance(value, dict | list):
            known = ", ".join(f"[{name}]" for name in _KEYS)
            raise StyrxlError("settings-unknown-key", key=key, known=known)


def _parse_round_id(key: str, kinds: RoundKinds) -> Round:
    try:
        return kinds.read(key)
    except StyrxlError as error:
        raise StyrxlError("settings-wrong-value", key="rounds", value=key, example='[rounds."2027-plan"]') from error


def _read_round(name: str, raw: Any) -> RoundSettings:
    section = _Section(name, raw, _ROUND_KEYS)
    owners = _Section(f"{name}.due_owner", raw.get("due_owner", {}))
    return RoundSettings(
        name=_read_name(section),
        due=section.day("due"),
        due_units=section.day("due_units"),
        due_owner={unicodedata.normalize("NFC", owner): day for owner in owners.raw if (day := owners.day(owner))},
    )


def _read_limits(section: _Section) -> Limits:
    for key, value in section.raw.items():
        if key != "macros" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise section.wrong(key, f"{key} = {getattr(STANDARD, key)}")
    section.text("macros", 'macros = "warn"', MACROS.__contains__)
    return replace(STANDARD, **{key: value for key, value in section.raw.items() if value != ""})


def _read_name(section: _Section) -> Text | None:
    """Return what a round is called by language: one text stands for all of them."""
    value = section.raw.get("name")
    if isinstance(value, Mapping) and sorted(value) == sorted(LANGUAGES) and all(isinstance(text, str) for text in value.values()):
        return MappingProxyType(dict(value))
    text = section.text("name", 'name = "Plan 2027"')
    return MappingProxyType(dict.fromkeys(LANGUAGES, text)) if text else None


def _read_mail(section: _Section) -> MailSettings:
    sender = section.text("from", 'from = "Planering <planering@kommunen.se>"', _find_domain)
    if sender is None:
        raise StyrxlError("settings-missing-key", key="mail.from", example='from = "Planering <planering@kommunen.se>"')
    domains = section.texts("allowed_domains", 'allowed_domains = ["kommunen.se"]')
    return MailSettings(
        sender=sender,
        reply_to=section.text("reply_to", 'reply_to = "planering@kommunen.se"', _find_domain) or sender,
        allowed_domains=tuple(domain.removeprefix("@").lower() for domain in domains) or (_find_domain(sender),),
        everything_to=section.texts("everything_to", 'everything_to = ["KS"]'),
        rate=section.number("rate", 1, 6000, 60),
        attachment_limit=section.number("attachment_limit", 1, 200, 20),
        escalate_after=section.number("escalate_after", 1, 365, 7),
        server=_read_server(section, {"starttls": 587, "tls": 465}),
        mailbox=_read_mailbox(section.raw.get("imap")),
        most_a_day=section.number("most_a_day", 1, 1000, 20),
        authserv_id=section.text("authserv_id", 'authserv_id = "mx.kommunen.se"') or "",
    )


def _read_thresholds(section: _Section) -> Thresholds:
    standard = Thresholds()
    return Thresholds(section.amount("percent", standard.percent), section.amount("tkr", standard.tkr))


def _find_domain(address: str) -> str:
    """Return the domain of an address, or an empty text where it is none."""
    _, plain = parseaddr(address)
    local, at, domain = plain.rpartition("@")
    return domain.lower() if local and at else ""


def _read_server(section: _Section, ports: Mapping[str, int]) -> Server | None:
    host = section.text("server", 'server = "mail.kommunen.se"')
    security = section.text("security", 'security = "starttls"', ports.__contains__) or next(iter(ports))
    if host is None:
        return None
    user, authority = section.text("user", 'user = "planering"'), section.text("ca_file", 'ca_file = "kommunens-ca.pem"')
    return Server(host, section.number("port", 1, 65535, ports[security]), security, user, authority)


def _read_mailbox(raw: Any) -> Mailbox | None:
    if not raw:
        return None
    section = _Section("mail.imap", raw, _IMAP_KEYS)
    server = _read_server(section, {"tls": 993, "starttls": 143})
    if server is None:
        raise StyrxlError("settings-missing-key", key="mail.imap.server", example='server = "imap.kommunen.se"')
    folder, done = section.text("folder", 'folder = "INBOX"') or "INBOX", section.text("done", 'done = "Hanterade"') or "styrxl"
    if folder == done:
        raise section.wrong("done", 'done = "Hanterade"')
    return Mailbox(server, folder, done)


def write_new_settings(name: str, language: str, role: str) -> str:
    """Return a ``styrxl.toml`` to begin with, explained in Swedish."""
    return _NEW_SETTINGS.format(name=_quote(name), language=_quote(language), role=_quote(role))


def _quote(text: str) -> str:
    # JSON's strings are TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_NEW_SETTINGS = """\
# Inställningar för styrxl.
#
# Rader som börjar med # är förklaringar och exempel. Ta bort tecknet framför ett exempel för att använda det.
# Spara filen som UTF-8. Blir något fel talar styrxl om vilken rad eller inställning det gäller.

[municipality]
name = {name}
# organisation_number = "212000-2882"
language = {language}                   # språk där inget annat är valt: "sv" eller "en"
# accent = "0B5563"               # kommunens färg, sex tecken; vit text på den ska gå att läsa
# logo = "logotyp.png"            # en bild i den här mappen

# Vem den som fyller i kan fråga; det står på arbetsböckernas första blad. Skriv hellre en roll än ett namn.
[contact]
role = {role}
address = ""                      # e-post eller telefon

# När svaren ska vara inne, omgång för omgång. Omgångarna heter ÅÅÅÅ-plan, ÅÅÅÅ-t1, ÅÅÅÅ-t2 och ÅÅÅÅ-year.
# [rounds."2027-plan"]
# due = 2026-11-30                # nämnderna
# due_units = 2027-01-20          # enheterna
# name = "Plan 2027"              # om ni kallar omgången något annat än det vanliga
#
# Någon enstaka som har fått längre tid. Id med Å, Ä eller Ö skrivs inom citattecken.
# [rounds."2027-plan".due_owner]
# UBN-ALBY = 2027-02-01
# "ÄN-SOLBACKEN" = 2027-02-01

# När en budgetavvikelse behöver förklaras i uppföljningen: när den är större än så många procent av aktuell budget
# och dessutom större än så många tusen kronor. Är den ett underskott behövs också åtgärder och deras effekt.
[thresholds]
percent = 2
tkr = 100

# E-post: ”styrxl mail” och ”styrxl receive --imap”. Skriv inga lösenord här; de läses ur miljövariablerna
# STYRXL_SMTP_PASSWORD och STYRXL_IMAP_PASSWORD, eller ur datorns nyckelring.
# [mail]
# from = "Planering <planering@kommunen.se>"
# reply_to = "planering@kommunen.se"          # dit svaren ska skickas, om det är en annan adress
# allowed_domains = ["kommunen.se"]           # styrxl skickar aldrig till någon annan domän
# everything_to = ["KS"]                      # vilka som får hela sammanställningen, utöver fullmäktiges kansli
# server = "smtp.kommunen.se"
# security = "starttls"                       # eller "tls"
# user = "planering"
# rate = 60                                   # högst så många mejl i minuten
# attachment_limit = 20                       # största bilaga, MB
# escalate_after = 7                          # dagar efter sista dagen då nämnden får veta vilka enheter som saknas
# most_a_day = 20                             # så många svar om dagen till en adress; fler väntar till nästa dag
# authserv_id = "mx.kommunen.se"              # mejlservern vars besked om avsändare styrxl litar på; "m365" för Exchange Online
# [mail.imap]
# server = "imap.kommunen.se"
# user = "planering"
# folder = "INBOX"
# done = "Hanterade"                          # dit mejlen flyttas när de är omhändertagna
#
# Hur stora svar får vara, och om makron släpps in ("reject" eller "warn"; de körs aldrig). Det här är vad som gäller annars.
# [limits]
# file_mb = 20                    # filen, MB
# parts = 2000                    # filer inuti den
# expanded_mb = 200               # uppackad, MB
# ratio = 200                     # uppackad mot packad
# sheets = 100
# rows = 20000                    # sista raden med något på
# columns = 500                   # sista kolumnen med något i
# seconds = 10                    # att läsa den
# memory_mb = 300                 # att läsa den
# macros = "reject"
#
# Bara om flera ska arbeta samtidigt: en PostgreSQL-databas i stället för filen styrxl.db.
# Skriv inget lösenord här; det läses ur miljövariabeln PGPASSWORD eller filen .pgpass.
# [database]
# url = "postgresql://styrxl@server/styrxl"
"""
