"""Settings saved: what differs, old and new, from the file as it is when the page is shown; and the saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from styrxl.descriptions.mistakes import describe_mistake
from styrxl.rounds.setup.change_settings import (
    compare_settings,
    hash_settings,
    name_logo,
    read_content,
    read_settings_bytes,
    write_settings,
)
from styrxl.rounds.setup.edit_settings import EditError, apply_edits, find_value
from styrxl.rounds.setup.settings_fields import read_edits, write_value
from styrxl.store.files import replace_keeping
from styrxl.web.desk.actions import Action, Order, Preview, Question, Table
from styrxl.web.desk.setup.settings_page import LOGO, TEXT, find_owners, load_edits
from styrxl.web.desk.setup.settings_texts import name_path
from styrxl.web.desk.staging import Staged, drop_staged, find_staged
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts

_PAGE, _BACK = "settings", "/settings"


def _prepare(question: Question) -> Preview:
    t, root = question.t, question.place.root
    staged = find_staged(root, question.given.get("staged", ""))
    if staged is None:
        return Preview(t("save_title"), troubles=(t("staged_gone"),), back=_BACK)
    data = read_settings_bytes(root)
    if staged.facts.get("kind") == TEXT and staged.facts.get("base") != hash_settings(data):
        return Preview(t("save_title"), troubles=(t("text_changed"),), back=f"/settings/text?staged={staged.token}")
    new = _make_new(data, staged)
    if new is None:
        return Preview(t("save_title"), troubles=(t("cannot_apply"),), back="/settings/text")
    change = compare_settings(root, data, new, find_owners(question.place))
    rows = tuple((name_path(path, t), _show(old, t), _show(now, t)) for path, old, now in change.differences)
    tables = (Table(t("differences"), (t("setting"), t("before"), t("after")), rows),) if rows else ()
    troubles = [*_list_changed(data, staged, t), *(describe_mistake(one, question.language) for one in change.mistakes)]
    left = [t("left", what=describe_mistake(one, question.language)) for one in change.left]
    lines = (
        [t("save_about")] if staged.facts.get("kind") != LOGO else [t("logo_about", name=staged.name, file=name_logo(staged.data) or "")]
    )
    if new == data and staged.facts.get("kind") != LOGO:
        return Preview(t("save_title"), (t("nothing"),), back=_BACK)
    if not rows and staged.facts.get("kind") == TEXT:
        lines.append(t("layout_alone"))
    return Preview(
        t("save_title"),
        tuple(lines),
        "" if change.mistakes else t("save"),
        (*troubles, *left),
        tables,
        back=_BACK,
        values={"digests": (hash_settings(data), staged.digest)},
    )


def _make_new(data: bytes, staged: Staged) -> bytes | None:
    """Return the settings as they would be; None where that cannot be done in the file as it now is."""
    if staged.facts.get("kind") == TEXT:
        return staged.data
    try:
        return apply_edits(data, _list_edits(staged))
    except (EditError, ValueError):
        return None


def _list_edits(staged: Staged) -> Mapping[tuple[str, ...], Any]:
    if staged.facts.get("kind") == LOGO:
        return {("municipality", "logo"): name_logo(staged.data)}
    return {path: value for field, was, now in load_edits(staged) for path, value in read_edits(field, was, now)}


def _list_changed(data: bytes, staged: Staged, t: Texts) -> list[str]:
    """Return which of the fields that are to change hold something else in the file than when the form was shown."""
    if staged.facts.get("kind") in {LOGO, TEXT}:
        return []
    content = read_content(data) or {}
    fields = [(field, was, write_value(find_value(content, field.path))) for field, was, _ in load_edits(staged)]
    return [
        t("field_changed", field=name_path(field.path, t), old=was or "–", now=now or "–")
        for field, was, now in fields
        if _differ(was, now)
    ]


def _differ(was: str, now: str) -> bool:
    return was.split() != now.split()


def _show(value: Any, t: Texts) -> str:
    return write_value(value).replace("\n", ", ") if value is not None else t("unset")


def _save(order: Order) -> Done:
    t, root = order.t, order.place.root
    with order.holding():
        staged = find_staged(root, order.given.get("staged", ""))
        data = read_settings_bytes(root)
        new = _make_new(data, staged) if staged else None
        if staged is None or new is None or (staged.facts.get("kind") == TEXT and staged.facts.get("base") != hash_settings(data)):
            return Done(troubles=(t("changed_meanwhile"),), links=(Link(t("look_again"), _BACK),))
        if staged.facts.get("kind") == LOGO:
            replace_keeping(root / str(name_logo(staged.data)), staged.data, order.place.today.isoformat())
        write_settings(root, new)
    drop_staged(root, staged)
    return Done((t("saved"),), links=(Link(t("to_settings"), _BACK), Link(t("tab_home"), "/")))


SAVE = Action("save-settings", _PAGE, _prepare, _save, in_round=False, opens=False)
ACTIONS = (SAVE,)
