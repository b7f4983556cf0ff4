"""The settings as fields of a form, after their model; what is typed into a field as a value, and a value as it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from styrxl.descriptions.settings_model import OneRound, SettingsFile
from styrxl.model.catalogue import digits_text
from styrxl.rounds.setup.edit_settings import Path, find_value

TEXT, NUMBER, DAY, CHOICE, LIST, OWNERS = "text", "number", "date", "choice", "list", "owners"
_ROUNDS = "rounds"


@dataclass(frozen=True, slots=True)
class SettingField:
    """A setting as it is filled in: where it stands, what it takes, its choices, and what counts where it is empty."""

    path: Path
    kind: str
    choices: tuple[str, ...] = ()
    usual: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return ".".join(self.path)

    @property
    def section(self) -> str:
        """The section that it stands in."""
        return ".".join(self.path[:-1])


def list_fields() -> Iterator[SettingField]:
    """Yield a field for each setting of the model, but for those of rounds, and for lists of tables."""
    for section in SettingsFile.model_fields:
        if section != _ROUNDS:
            yield from _walk(SettingsFile, section, ())


def list_round_fields(round_: str, content: Mapping[str, Any]) -> Iterator[SettingField]:
    """Yield the fields of a round; its name in both languages where the file has it so."""
    path = (_ROUNDS, round_)
    for key in OneRound.model_fields:
        if key == "due_owner":
            yield SettingField((*path, key), OWNERS)
        elif key == "name" and isinstance(find_value(content, (*path, key)), Mapping):
            yield from (SettingField((*path, key, language), TEXT) for language in ("sv", "en"))
        else:
            yield SettingField((*path, key), TEXT if key == "name" else DAY)


def _walk(model: type[BaseModel], key: str, above: Path) -> Iterator[SettingField]:
    field = model.model_fields[key]
    path, kinds = (*above, field.alias or key), list(_unfold(field.annotation))
    below = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    if below:
        for name in below.model_fields:
            yield from _walk(below, name, path)
        return
    if any(get_origin(kind) is list and _holds_parts(kind) for kind in kinds):
        return  # tables, which are changed in the file
    choices = tuple(choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind) if choice)
    usual = write_value(field.default) if not field.is_required() else ""
    if choices:
        yield SettingField(path, CHOICE, choices, usual)
    elif any(get_origin(kind) is list for kind in kinds):
        yield SettingField(path, LIST)
    else:
        yield SettingField(path, NUMBER if {int, float} & set(kinds) else TEXT, (), usual)


def _holds_parts(annotation: Any) -> bool:
    return any(isinstance(part, type) and issubclass(part, BaseModel) for part in get_args(annotation))


def _unfold(annotation: Any) -> Iterator[Any]:
    """Yield the plain types that an annotation allows."""
    if get_origin(annotation) is Annotated:
        yield from _unfold(get_args(annotation)[0])
    elif get_origin(annotation) in {list, Literal} or isinstance(annotation, type):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from _unfold(part)


def write_value(value: Any) -> str:
    """Return a value as it is typed: several on a line each, owners with their days."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return digits_text(value)
        case date():
            return value.isoformat()
        case Mapping():
            return "\n".join(f"{key} = {write_value(one)}" for key, one in value.items())
        case str():
            return value
        case Sequence():
            return "\n".join(map(write_value, value))
    return str(value)


def read_edits(field: SettingField, was: str, now: str) -> Iterator[tuple[Path, Any]]:
    """Yield what was changed in a field, as values at paths; what cannot be a value stays text, and is told as a mistake."""
    if _plain(was) == _plain(now):
        return
    if field.kind != OWNERS:
        yield field.path, read_value(field, now)
        return
    before, after = _read_owners(was), _read_owners(now)
    for owner in dict.fromkeys([*before, *after]):
        if before.get(owner) != after.get(owner):
            yield (*field.path, owner), _read_day(after[owner]) if owner in after else None


def read_value(field: SettingField, typed: str) -> Any:
    """Return what was typed as a value; None where nothing was."""
    text = typed.strip()
    if not text:
        return None
    if field.kind == NUMBER:
        return _read_number(text)
    if field.kind == DAY:
        return _read_day(text)
    if field.kind == LIST:
        return [part.strip() for line in text.splitlines() for part in line.replace(";", ",").split(",") if part.strip()]
    return text


def _read_number(text: str) -> Any:
    plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return text


def _read_day(text: str) -> Any:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return text.strip()


def _read_owners(text: str) -> dict[str, str]:
    """Return owners and their days: one a line, with =, : or a space between."""
    found = {}
    for line in text.splitlines():
        owner, day = line.strip(), ""
        for sign in ("=", ":", None):
            left, *right = line.strip().rsplit(sign, 1)
            if right:
                owner, day = left.strip(" \"'"), right[0].strip()
                break
        if owner:
            found[owner] = day
    return found


def _plain(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
