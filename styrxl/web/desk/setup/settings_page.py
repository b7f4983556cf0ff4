"""The settings as a form and, for those who would rather, as the file's text; nothing is written before an action says what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from styrxl.descriptions.mistakes import Mistake, describe_mistake, describe_problem
from styrxl.model.errors import StyrxlError
from styrxl.rounds.setup.change_settings import (
    SettingsChange,
    compare_settings,
    find_rounds,
    hash_settings,
    name_logo,
    read_content,
    read_settings_bytes,
)
from styrxl.rounds.setup.edit_settings import EditError, Path, apply_edits, find_value
from styrxl.rounds.setup.plan_state import read_plan_state
from styrxl.rounds.setup.settings_fields import SettingField, list_fields, list_round_fields, read_edits, write_value
from styrxl.web.desk.setup.settings_texts import list_choices, name_field, name_help
from styrxl.web.desk.staging import Staged, find_staged, stage
from styrxl.web.desk.texts import Texts, read_texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint
from styrxl.web.desk.workplace import Workplace

_PAGE, _TEXT_PAGE = "settings", "settings_text"
_WAS = "was:"  # before a field's name: what it held when the page was shown
EDITS, TEXT, LOGO = "edits", "text", "logo"  # what is put aside


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as the page shows it."""

    name: str
    kind: str
    label: str
    help: str
    value: str
    was: str
    wrong: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """Fields that belong together, under a heading; ``open``: unfolded."""

    key: str
    heading: str
    fields: Sequence[ShownField]
    folded: bool = False


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/settings", make_endpoint(show_settings, rooms), methods=["GET", "POST"]),
        Route("/settings/text", make_endpoint(show_text, rooms), methods=["GET", "POST"]),
        Route("/settings/logo", make_endpoint(take_logo, rooms), methods=["POST"]),
    ]


def show_settings(visit: Visit) -> Response:
    """Return the settings as a form; what is typed into it is checked, put aside, and shown as what would differ."""
    root = _find_root(visit.place)
    data = read_settings_bytes(root)
    content = read_content(data)
    if content is None:
        return visit.go("/settings/text")
    if visit.request.method == "GET":
        wrong = _Wrong(compare_settings(root, data, data, find_owners(visit.place)).left, visit.language)
        return _show_form(visit, content, {}, wrong, 200)
    fields = [field for some in _list_sections(visit, content) for field in some[1]]
    typed = [(field, _read_was(visit, field), visit.posted(field.name)) for field in fields if _WAS + field.name in visit.form]
    edits = {path: value for field, was, now in typed for path, value in read_edits(field, was, now)}
    if not edits:
        return _show_form(visit, content, {}, _Wrong((), visit.language), 200, nothing=True)
    change, failed = _try(visit.place, data, edits)
    if failed or change.mistakes:
        wrong = _Wrong(change.mistakes, visit.language, failed)
        return _show_form(visit, content, {field.name: now for field, _, now in typed}, wrong, 422)
    kept = [(field.path, field.kind, was, now) for field, was, now in typed if any(read_edits(field, was, now))]
    staged = stage(root, json.dumps(kept).encode(), kind=EDITS)
    return visit.go(f"/do/save-settings?staged={staged.token}")


def show_text(visit: Visit) -> Response:
    """Return the settings file as text; what is typed is checked, put aside, and shown as what would differ."""
    root = _find_root(visit.place)
    data = read_settings_bytes(root)
    if visit.request.method == "GET":
        staged = find_staged(root, visit.query.get("staged", ""))
        text = staged.data if staged and staged.facts.get("kind") == TEXT else data
        change = compare_settings(root, data, text, find_owners(visit.place))
        return _show_text(visit, data, text, (*change.mistakes, *change.left), 200)
    typed = _take_text(visit, data)
    change = compare_settings(root, data, typed, find_owners(visit.place))
    if change.mistakes:
        return _show_text(visit, data, typed, (*change.mistakes, *change.left), 422, base=visit.posted("base"))
    staged = stage(root, typed, kind=TEXT, base=visit.posted("base"))
    return visit.go(f"/do/save-settings?staged={staged.token}")


def take_logo(visit: Visit) -> Response:
    """Put an uploaded logo aside, and lead to what using it would do."""
    files = visit.uploads("file")
    data = files[0].file.read() if files else b""
    if name_logo(data) is None:
        return visit.go("/settings?no-logo=1#logo")
    staged = stage(_find_root(visit.place), data, files[0].filename or "", kind=LOGO)
    return visit.go(f"/do/save-settings?staged={staged.token}")


def _find_root(place: Workplace) -> Any:
    """Return the workspace's folder; raises StyrxlError (no-workspace)."""
    if not place.is_there:
        raise StyrxlError("no-workspace", path=str(place.root))
    return place.root


def find_owners(place: Workplace) -> frozenset[str] | None:
    """Return whom the organisation has ever had; None where settings or plan cannot be read, so that nobody knows."""
    try:
        with place.looking() as (workspace, ledger):
            plan = read_plan_state(workspace, workspace.forms_with(ledger.editions)).plan
    except StyrxlError:
        return None
    return frozenset(one.org_id for one in plan.organisations) if plan else None


def _try(place: Workplace, data: bytes, edits: Mapping[Path, Any]) -> tuple[SettingsChange, str]:
    """Return what edits would change, and which of them cannot be made."""
    try:
        return compare_settings(place.root, data, apply_edits(data, edits), find_owners(place)), ""
    except EditError as error:
        return SettingsChange((), (), ()), str(error)


def _read_was(visit: Visit, field: SettingField) -> str:
    return visit.posted(_WAS + field.name)


def _take_text(visit: Visit, data: bytes) -> bytes:
    """Return the text that was typed, with the ends of lines that the file has."""
    value = visit.form.get("text", "")
    text = (value if isinstance(value, str) else "").replace("\r\n", "\n")
    ends = "\r\n" if b"\r\n" in data else "\n"
    return (text.rstrip("\n") + "\n").replace("\n", ends).encode("utf-8", "replace")


class _Wrong:
    """Mistakes at their fields, and those that belong to none."""

    def __init__(self, mistakes: Sequence[Mistake], language: str, failed: str = "") -> None:
        self.mistakes, self.language, self.failed = mistakes, language, failed

    def find(self, field: SettingField) -> str:
        """Return what is wrong with a field."""
        return " ".join(describe_problem(one.problem, self.language) for one in self.mistakes if _is_about(one, field))

    def list_others(self, fields: Sequence[SettingField]) -> list[str]:
        """Return what is wrong elsewhere in the file."""
        return [describe_mistake(one, self.language) for one in self.mistakes if not any(_is_about(one, field) for field in fields)]


def _is_about(mistake: Mistake, field: SettingField) -> bool:
    path, key = tuple(map(str, mistake.problem.path)), mistake.problem.facts.get("key")
    if mistake.problem.code == "missing-key":
        return (*path, str(key)) == field.path
    return path[: len(field.path)] == field.path


def _list_sections(visit: Visit, content: Mapping[str, Any]) -> Iterator[tuple[str, list[SettingField]]]:
    """Yield the sections with their fields: those of the model, and in their place one a round."""
    sections: dict[str, list[SettingField]] = {}
    for field in list_fields():
        sections.setdefault(field.section, []).append(field)
    for section, fields in sorted(sections.items(), key=lambda some: some[0] == "database"):
        if section == "thresholds":
            yield from ((f"rounds.{round_}", list(list_round_fields(round_, content))) for round_ in _list_rounds(visit, content))
        yield section, fields


def _list_rounds(visit: Visit, content: Mapping[str, Any]) -> list[str]:
    """Return the rounds that the file names, and those of this year and the next."""
    year = visit.place.today.year
    workspace = visit.place.find_workspace()
    kinds = list(workspace.rounds) if workspace else []
    named = [str(round_) for round_ in find_rounds(content)]
    usual = [f"{one}-{kind}" for one in (year, year + 1) for kind in kinds]
    order = {kind: number for number, kind in enumerate(kinds)}
    return sorted({*named, *usual}, key=lambda round_: (round_.partition("-")[0], order.get(round_.partition("-")[2], 0), round_))


def _show_form(
    visit: Visit, content: Mapping[str, Any], typed: Mapping[str, str], wrong: _Wrong, status: int, *, nothing: bool = False
) -> Response:
    t = Texts(_PAGE, visit.language)
    sections, fields = [], []
    for key, some in _list_sections(visit, content):
        fields += some
        shown = [_show_field(one, content, typed, wrong, t) for one in some]
        touched = any(one.wrong or one.value for one in shown)
        sections.append(ShownSection(key, _head(visit, t, key), shown, _is_folded(key) and not (touched and status == 422)))
    summary = [one for section in sections for one in section.fields if one.wrong]
    return visit.show(
        _PAGE,
        status=status,
        sections=sections,
        summary=summary,
        others=[*wrong.list_others(fields), *([t("cannot_edit", path=wrong.failed)] if wrong.failed else [])],
        nothing=nothing,
        no_logo="no-logo" in visit.query,
        own_desk=visit.access.is_own_desk,
    )


def _is_folded(key: str) -> bool:
    return key.startswith("rounds.") or key.partition(".")[0] in {"mail", "limits", "database", "server"}


def _head(visit: Visit, t: Texts, key: str) -> str:
    if not key.startswith("rounds."):
        return t(f"section_{key}") if f"section_{key}" in read_texts(_PAGE) else f"[{key}]"
    round_, workspace = key.removeprefix("rounds."), visit.place.find_workspace()
    found = workspace.rounds.read_round(round_) if workspace else None
    return workspace.settings.round_name(found, t.language) if workspace and found else round_


def _show_field(field: SettingField, content: Mapping[str, Any], typed: Mapping[str, str], wrong: _Wrong, t: Texts) -> ShownField:
    was = write_value(find_value(content, field.path))
    label, about = name_field(field, t), name_help(field, t)
    if field.usual:
        about = f"{about} {t('usual', value=dict(list_choices(field, t)).get(field.usual, field.usual))}".strip()
    return ShownField(
        field.name,
        field.kind,
        label,
        about,
        typed.get(field.name, was),
        was,
        wrong.find(field),
        [("", t("unset")), *list_choices(field, t)],
    )


def _show_text(visit: Visit, data: bytes, text: bytes, mistakes: Sequence[Mistake], status: int, base: str | None = None) -> Response:
    now = hash_settings(data)
    other = data if text != data and base in {None, now} else b""
    return visit.show(
        _TEXT_PAGE,
        status=status,
        text=text.decode("utf-8-sig", "replace"),
        base=base or now,
        mistakes=[describe_mistake(one, visit.language) for one in mistakes],
        present=other.decode("utf-8-sig", "replace") if visit.request.method == "GET" else "",
    )


def load_edits(staged: Staged) -> list[tuple[SettingField, str, str]]:
    """Return what was typed into the form: fields with what they held, and what they are to hold."""
    return [(SettingField(tuple(path), kind), was, now) for path, kind, was, now in json.loads(staged.data)]
