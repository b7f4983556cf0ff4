"""Settings: what ``styrxl.toml`` says, as values. What it may say, and what counts where it says nothing, is its model's to know."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from types import MappingProxyType

from styrxl.descriptions.base_models import Text as TextInBoth
from styrxl.descriptions.settings_checks import check_settings, decode_settings
from styrxl.descriptions.settings_model import LimitSettings, OneRound, SettingsFile, Site, tidy
from styrxl.model import limits
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import LANGUAGES, Text
from styrxl.model.rounds import RoundKinds, standard_rounds
from styrxl.model.settings import RetentionSettings, RoundSettings, Settings, SitePerson, SiteSettings, SiteSignIn
from styrxl.model.thresholds import Thresholds
from styrxl.store.mail_settings import make_mail_settings


def read_settings(path: Path, kinds: RoundKinds | None = None) -> Settings:
    """Return the settings in a file; ``kinds``: the rounds that a year has there, the standard ones where none are given.

    Raises StyrxlError: not-readable; own-files-broken, with all mistakes as the fact ``mistakes``.
    """
    try:
        return parse_settings(path.read_bytes(), kinds)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def parse_settings(content: bytes, kinds: RoundKinds | None = None) -> Settings:
    """Return the settings that TOML holds; raises as ``read_settings``."""
    kinds = kinds or standard_rounds()
    mistakes = tuple(check_settings(content, kinds))
    if mistakes:
        raise StyrxlError("own-files-broken", n=len(mistakes), mistakes=mistakes)
    file = SettingsFile.model_validate(tomllib.loads(decode_settings(content)))
    town, board = file.municipality, file.thresholds.board
    return Settings(
        municipality=town.name,
        organisation_number=town.organisation_number or None,
        language=town.language or "sv",
        accent=town.accent.removeprefix("#").upper() or None,
        logo=town.logo or None,
        contact_role=file.contact.role,
        contact_address=file.contact.address,
        database=file.database.url or None,
        rounds={kinds.read(key): _make_round(settings) for key, settings in file.rounds.items()},
        thresholds=Thresholds(file.thresholds.percent, file.thresholds.tkr),
        mail=make_mail_settings(file.mail) if file.mail else None,
        limits=_make_limits(file.limits),
        board_thresholds=Thresholds(board.percent, board.tkr),
        site=_make_site(file.server) if file.server else None,
        retention=RetentionSettings(**file.retention.model_dump()),
    )


def _make_site(settings: Site) -> SiteSettings:
    host, _, port = settings.listen.rpartition(":")
    sign_in = settings.sign_in
    return SiteSettings(
        _tidy_address(settings.address),
        host.strip("[]"),
        int(port),
        settings.owners,
        settings.link_days,
        settings.answerable,
        settings.sign_in_log_days,
        SiteSignIn(sign_in.issuer.rstrip("/"), sign_in.client_id, sign_in.claim, sign_in.ca_file or None) if sign_in else None,
        tuple(SitePerson(person.who, person.may == "write", tuple(person.of)) for person in settings.people),
    )


def _tidy_address(address: str) -> str:
    """Return a site's address as browsers write it: in small letters, without the port that is usual."""
    tidied = address.rstrip("/").lower()
    return tidied.removesuffix(":443") if tidied.startswith("https:") else tidied.removesuffix(":80")


def _make_round(settings: OneRound) -> RoundSettings:
    due_owner = {tidy(owner): day for owner, day in settings.due_owner.items()}
    return RoundSettings(_make_name(settings.name), settings.due, settings.due_units, due_owner)


def _make_name(name: TextInBoth | str) -> Text | None:
    """Return what a round is called by language: one text stands for all of them."""
    texts = dict.fromkeys(LANGUAGES, name) if isinstance(name, str) else name.model_dump()
    return MappingProxyType({language: tidy(text) for language, text in texts.items()}) if name else None


def _make_limits(settings: LimitSettings) -> limits.Limits:
    return limits.Limits(**settings.model_dump() | {"macros": settings.macros or limits.STANDARD.macros})


def write_new_settings(name: str, language: str, role: str, address: str = "") -> str:
    """Return a ``styrxl.toml`` to begin with, explained in Swedish."""
    contact = f"address = {_quote(address)}"
    return _NEW_SETTINGS.format(name=_quote(name), language=_quote(language), role=_quote(role), address=f"{contact:<34}")


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
{address}# e-post eller telefon

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
# docs/sv/post-microsoft-365.md. Pröva sedan med: styrxl mail check
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
# En plats på webben där enheter granskar och lämnar in, och där flera controllers arbetar: ”styrxl serve”.
# Skriv ingen hemlighet här; den läses ur miljövariabeln STYRXL_OIDC_SECRET.
# [server]
# address = "https://styrning.kommunen.se"    # adressen utåt; utan den mejlas inga länkar
# listen = "127.0.0.1:8700"                   # där styrxl svarar, bakom den server som tar emot från nätet
# owners = "link"                             # hur enheterna kommer in: "link", "oidc" (inloggning) eller "both"
# link_days = 90                              # så länge gäller en länk
# answerable = "Kommunstyrelsen"              # vem som svarar för personuppgifterna; står på sidan om dem
# sign_in_log_days = 30                       # så länge sparas vem som har loggat in
# [server.sign_in]
# issuer = "https://login.microsoftonline.com/KATALOGENS-ID/v2.0"
# client_id = "…"
# claim = "roles"                             # var inloggningen säger vilka roller någon har
# [[server.people]]
# who = "styrxl-controller"                   # en roll eller grupp, eller en e-postadress
# may = "write"                               # eller "read"
# of = ["UBN"]                                # nämnd eller förvaltning med sina enheter; utan raden: alla
#
# Hur länge det som har kommit in sparas. ”styrxl purge” visar vad som kan gallras och gallrar bara när ni säger till, med stöd av ett
# beslut om gallring. Står inget här gallras inget. Årtalen räknas från slutet av omgångens år. Mer: docs/sv/bevara-och-gallra.md
# [retention]
# returns_years = 10              # svar och utdelade arbetsböcker; sammanställningarna bevaras
# mail_years = 2                  # avsändare, mottagare och ämnesrader i liggaren
# quarantine_days = 365           # det som är avgjort i karantänen
# drafts_days = 30                # mejl som bara har skrivits för att granskas (outmail)
# cache_days = 30                 # det som styrxl har läst och kan läsa igen
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
