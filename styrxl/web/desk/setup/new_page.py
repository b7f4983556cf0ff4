"""A new workspace, or another one that is there already: asked for here, made or opened by an action."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.errors import StyrxlError
from styrxl.rounds.setup.new_workspace import FREE, WORKSPACE, look_at_folder, make_workspace, read_folder, suggest_folder
from styrxl.store.workspace import Workspace
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question
from styrxl.web.desk.door import find_open_desk
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

_PAGE = "new"
_MADE = ("outbox", "inbox", "returned", "boards", "council")


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/new", make_endpoint(show_new, rooms, own_desk=True))]


def show_new(visit: Visit) -> Response:
    """Return what is asked of a new workspace, and where another one is."""
    t = Texts(_PAGE, visit.language)
    return visit.show(
        _PAGE,
        is_there=visit.place.is_there,
        fields=_list_fields(t, visit.language, visit.place.root),
        there=_ask_where(t),
    )


def _list_fields(t: Texts, language: str, root: Path) -> tuple[Field, ...]:
    languages = (("sv", t("swedish")), ("en", t("english")))
    return (
        Field("name", t("name"), help=t("name_help"), required=True),
        Field("folder", t("folder"), value=str(suggest_folder(root)), help=t("folder_help"), required=True),
        Field("language", t("language"), "choice", language, t("language_help"), required=True, choices=languages),
        Field("role", t("role"), value=t("role_default"), help=t("role_help")),
        Field("address", t("address"), help=t("address_help")),
    )


def _ask_where(t: Texts) -> Field:
    return Field("there", t("folder"), help=t("open_help"), required=True)


def _prepare_making(question: Question) -> Preview:
    t, given = question.t, question.given
    options = _list_fields(t, question.language, question.place.root)
    folder = read_folder(given.get("folder", ""), question.place.root)
    troubles = [t("name_missing")] if not given.get("name") else []
    stands = "bad_folder" if folder is None else look_at_folder(folder)
    if stands != FREE:
        troubles.append(t(f"make_{stands}", folder=folder or given.get("folder", "")))
    if troubles or folder is None:
        return Preview(t("make_title"), troubles=tuple(troubles), options=options, back="/new")
    lines = (
        t("make_in" if folder.exists() else "make_in_new", folder=folder),
        t("make_settings", name=given["name"]),
        t("make_plan"),
        t("make_key"),
        t("make_folders", folders=", ".join(_MADE)),
        t("make_then"),
    )
    return Preview(t("make_title"), lines, t("make_button"), options=options, back="/new")


def _make(order: Order) -> Done:
    t, given = order.t, order.given
    folder = read_folder(given["folder"], order.place.root)
    assert folder is not None  # as it was when it was shown
    language = "en" if given.get("language") == "en" else "sv"
    workspace = make_workspace(folder, given["name"], language, (given.get("role", ""), given.get("address", "")))
    order.place.move_to(workspace.root)
    return Done(
        (t("made", folder=folder), t("made_shortcut", folder=folder)),
        links=(Link(t("to_plan"), "/plan"), Link(t("to_settings"), "/settings")),
    )


def _prepare_opening(question: Question) -> Preview:
    t, place = question.t, question.place
    options = (_ask_where(t),)
    folder = read_folder(question.given.get("there", ""), place.root)
    if folder is None or look_at_folder(folder) != WORKSPACE:
        trouble = t("open_none", folder=folder or question.given.get("there", ""))
        return Preview(t("open_title"), troubles=(trouble,), options=options, back="/new")
    if folder == place.root.resolve():
        return Preview(t("open_title"), troubles=(t("open_here"),), options=options, back="/new")
    lines = [t("open_in", folder=folder), *_name_municipality(folder, t)]
    if place.is_there:
        lines.append(t("open_leaves", folder=place.root))
    return Preview(t("open_title"), tuple(lines), t("open_button"), options=options, back="/new")


def _name_municipality(folder: Path, t: Texts) -> list[str]:
    try:
        return [t("open_of", name=Workspace.open(folder).settings.municipality)]
    except StyrxlError:
        return [t("open_broken")]


def _open(order: Order) -> Done:
    folder = read_folder(order.given["there"], order.place.root)
    assert folder is not None  # as it was when it was shown
    other = find_open_desk(folder)
    if other and other.pid != os.getpid():
        return Done((order.t("open_elsewhere"),), links=(Link(order.t("open_link"), other.make_link()),))
    order.place.move_to(folder)
    return Done((order.t("opened", folder=folder),), links=(Link(order.t("tab_home"), "/"),))


MAKE = Action("make-workspace", _PAGE, _prepare_making, _make, in_round=False, opens=False, own_desk=True)
OPEN = Action("open-workspace", _PAGE, _prepare_opening, _open, in_round=False, opens=False, own_desk=True)
ACTIONS = (MAKE, OPEN)
