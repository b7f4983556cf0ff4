"""What the settings are called: labels, help and choices; those of the mailbox are called as those of sending, where they are alike."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.rounds.setup.settings_fields import SettingField
from styrxl.web.desk.texts import Texts, read_texts

_PAGE = "settings"


def name_field(field: SettingField, t: Texts) -> str:
    """Return a field's label; its path where it is called nothing."""
    key = next((key for key in _list_keys("field", field) if key in read_texts(_PAGE)), None)
    return t(key) if key else field.name


def name_help(field: SettingField, t: Texts) -> str:
    """Return what is said of a field beside its label; empty where nothing needs to be."""
    key = next((key for key in _list_keys("help", field) if key in read_texts(_PAGE)), None)
    return t(key) if key else ""


def list_choices(field: SettingField, t: Texts) -> Sequence[tuple[str, str]]:
    """Return a field's choices with what they are called."""
    return [(choice, t(f"choice_{choice}")) for choice in field.choices]


def name_path(path: tuple[str, ...], t: Texts) -> str:
    """Return what a setting at a path is called, with its round or owner."""
    if path[0] == "rounds" and len(path) > 2:
        owner = f" {path[3]}" if path[2] == "due_owner" and len(path) > 3 else ""
        return f"{path[1]}: {name_field(SettingField(path, ''), t)}{owner}"
    return name_field(SettingField(path, ""), t)


def _list_keys(what: str, field: SettingField) -> list[str]:
    path = field.path
    if path[0] == "rounds":
        return [f"{what}_rounds.{'.'.join(path[2:])}", f"{what}_rounds.{path[2]}"]
    names = [field.name, field.name.replace("mail.imap.", "mail.")]
    return [f"{what}_{name}" for name in names]
