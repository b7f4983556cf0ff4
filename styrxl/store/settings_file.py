"""Settings: what ``styrxl.toml`` says.

Sections that belong to other parts of the program are let be; within the ones read here a key that does not exist is an
error, since a due date under a misspelt key would be lost without a word.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.model.forms import LANGUAGES, Text
from styrxl.model.limits import MACROS, STANDARD, Limits
from styrxl.model.rounds import Round, RoundKinds, standard_rounds
from styrxl.model.settings import RoundSettings, Settings
from styrxl.model.thresholds import NONE_ALLOWED, Thresholds
from styrxl.store.mail_settings import MAIL_KEYS, read_mail
from styrxl.store.settings_section import Section

_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "municipality": ("name", "organisation_number", "language", "accent", "logo"),
        "contact": ("role", "address"),
        "database": ("url",),
        "rounds": (),
        "thresholds": ("percent", "tkr", "board"),
        "mail": (),
        "limits": tuple(bound.name for bound in fields(Limits)),
    }
)
_ROUND_KEYS = ("name", "due", "due_units", "due_owner")
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
    town, contact, database = (Section(name, raw.get(name, {}), _KEYS[name]) for name in ("municipality", "contact", "database"))
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
        thresholds=_read_thresholds(Section("thresholds", raw.get("thresholds", {}), _KEYS["thresholds"]), Thresholds()),
        mail=read_mail(Section("mail", raw["mail"], MAIL_KEYS)) if raw.get("mail") else None,
        limits=_read_limits(Section("limits", raw.get("limits", {}), _KEYS["limits"])),
        board_thresholds=_read_thresholds(
            Section("thresholds.board", raw.get("thresholds", {}).get("board", {}), ("percent", "tkr")), NONE_ALLOWED
        ),
    )


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
    section = Section(name, raw, _ROUND_KEYS)
    owners = Section(f"{name}.due_owner", raw.get("due_owner", {}))
    return RoundSettings(
        name=_read_name(section),
        due=section.day("due"),
        due_units=section.day("due_units"),
        due_owner={unicodedata.normalize("NFC", owner): day for owner in owners.raw if (day := owners.day(owner))},
    )


def _read_limits(section: Section) -> Limits:
    for key, value in section.raw.items():
        if key != "macros" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise section.wrong(key, f"{key} = {getattr(STANDARD, key)}")
    section.text("macros", 'macros = "warn"', MACROS.__contains__)
    return replace(STANDARD, **{key: value for key, value in section.raw.items() if value != ""})


def _read_name(section: Section) -> Text | None:
    """Return what a round is called by language: one text stands for all of them."""
    value = section.raw.get("name")
    if isinstance(value, Mapping) and sorted(value) == sorted(LANGUAGES) and all(isinstance(text, str) for text in value.values()):
        return MappingProxyType(dict(value))
    text = section.text("name", 'name = "Plan 2027"')
    return MappingProxyType(dict.fromkeys(LANGUAGES, text)) if text else None


def _read_thresholds(section: Section, standard: Thresholds) -> Thresholds:
    return Thresholds(section.amount("percent", standard.percent), section.amount("tkr", standard.tkr))


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

# Det samma för en hel nämnds underskott mot fullmäktiges ram, i procent av ramen. Står inget här ska varje underskott förklaras.
# [thresholds.board]
# percent = 1
# tkr = 500

# E-post: ”styrxl mail” och ”styrxl receive --imap”. Skriv inga lösenord här; de läses ur miljövariablerna
# STYRXL_SMTP_PASSWORD och STYRXL_IMAP_PASSWORD, eller ur datorns nyckelring.
# Har ni Microsoft 365? Där går det inte att logga in med lösenord längre. Vad ni skriver i stället, och vad IT registrerar, står i
# docs/post-microsoft-365.md. Pröva sedan med: styrxl mail check
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
# aside = "styrxl-oläsliga"                   # dit mejl flyttas som inte går att läsa
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
