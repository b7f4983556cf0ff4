"""Settings: what ``styrxl.toml`` says, as values. What it may say, and what counts where it says nothing, is its model's to know."""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from styrxl.descriptions.base_models import Text as TextInBoth
from styrxl.descriptions.settings_checks import check_settings, decode_settings
from styrxl.descriptions.settings_model import LimitSettings, OneRound, SettingsFile, Site, tidy
from styrxl.model import limits
from styrxl.model.days import STANDARD_ZONE
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
        timezone=town.timezone or STANDARD_ZONE,
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
    """Return a ``styrxl.toml`` to begin with, explained in its language."""
    text = resources.files("styrxl.store").joinpath(f"new_settings.{language}.toml").read_text("utf-8")
    contact = f"address = {_quote(address)}"
    return text.format(name=_quote(name), language=_quote(language), role=_quote(role), address=f"{contact:<34}")


def _quote(text: str) -> str:
    # JSON's strings are TOML's, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
