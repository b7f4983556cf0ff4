"""The municipality's own files: what counts of each, what is wrong in them, downloaded, and uploaded after a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from styrxl.descriptions.mistakes import Mistake, describe_mistake
from styrxl.model.catalogue import word
from styrxl.model.errors import StyrxlError
from styrxl.rounds.own_files import OwnFiles, check_due_owners, check_outcome_owners, describe_files, find_mistakes, find_own_files
from styrxl.rounds.setup.plan_state import read_plan_state
from styrxl.rounds.setup.replace_own_file import OUTCOMES, PLACES, SETTINGS, compare_own_file, name_own_file, replace_own_file
from styrxl.web.desk.actions import Action, Order, Preview, Question
from styrxl.web.desk.staging import drop_staged, find_staged, stage
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint
from styrxl.web.desk.workplace import Workplace

_PAGE, _BACK = "own_files", "/own-files"


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/own-files", make_endpoint(show_own_files, rooms)),
        Route("/own-files/file/{name:path}", make_endpoint(send_own_file, rooms)),
        Route("/own-files/upload", make_endpoint(take_own_file, rooms), methods=["POST"]),
    ]


def show_own_files(visit: Visit) -> Response:
    """Return which files there are, what counts of each, and what is wrong in them."""
    files = _find(visit.place)
    told = [(name, word(key, visit.language, **facts)) for name, key, facts in describe_files(files)]
    return visit.show(
        _PAGE,
        files=told,
        mistakes=[describe_mistake(one, visit.language) for one in find_mistakes(files) or _compare_with_plan(visit.place)],
        places=list(_list_places(files, Texts(_PAGE, visit.language))),
        wrong=visit.query.get("wrong", "") if visit.query.get("wrong") in {"no_file", "bad_name"} else "",
    )


def _find(place: Workplace) -> OwnFiles:
    """Return the own files; raises StyrxlError: no-workspace, not-readable."""
    if not place.is_there:
        raise StyrxlError("no-workspace", path=str(place.root))
    return find_own_files(place.root)


def _compare_with_plan(place: Workplace) -> Sequence[Mistake]:
    """Return whom files name that the organisation lacks, as far as the plan can be read."""
    try:
        database = place.open_workspace().database
        if isinstance(database, Path) and not database.exists():
            return ()  # nothing has begun, and nothing is written by looking
        with place.looking() as (workspace, ledger):
            plan = read_plan_state(workspace, workspace.forms_with(ledger.editions)).plan
            if plan:
                check_due_owners(workspace, plan)
                check_outcome_owners(workspace, plan)
    except StyrxlError as error:
        return cast("Sequence[Mistake]", error.facts.get("mistakes", ()))
    return ()


def _list_places(files: OwnFiles, t: Texts) -> Iterator[tuple[str, str]]:
    """Yield what an upload may be: one of the files that are there, or a new one."""
    for name in files.read:
        if name != SETTINGS:
            yield name, t("in_place_of", name=name)
    for place in PLACES:
        yield place, t(f"new_{place}")
    if OUTCOMES not in files.read:
        yield OUTCOMES, t("new_outcomes")


def send_own_file(visit: Visit) -> Response:
    """Return one of the files, to be kept."""
    name, data = visit.path["name"], _find(visit.place).read.get(visit.path["name"])
    if data is None:
        raise HTTPException(404)
    shown = name.rpartition("/")[2].encode("ascii", "replace").decode().replace('"', "_").replace("?", "_")
    headers = {"Content-Disposition": f'attachment; filename="{shown}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


def take_own_file(visit: Visit) -> Response:
    """Put an upload aside, and lead to what it would do."""
    uploads = visit.uploads("file")
    if not uploads:
        return visit.go(f"{_BACK}?wrong=no_file#upload")
    name = name_own_file(visit.posted("place"), uploads[0].filename or "", _find(visit.place).read)
    if name is None:
        return visit.go(f"{_BACK}?wrong=bad_name#upload")
    staged = stage(visit.place.root, uploads[0].file.read(), uploads[0].filename or "", own=name)
    return visit.go(f"/do/replace-own-file?staged={staged.token}")


def _prepare(question: Question) -> Preview:
    t, files = question.t, _find(question.place)
    staged = find_staged(question.place.root, question.given.get("staged", ""))
    if staged is None or "own" not in staged.facts:
        return Preview(t("replace_title"), troubles=(t("staged_gone"),), back=_BACK)
    name = staged.facts["own"]
    change = compare_own_file(files, name, staged.data)
    key, facts = change.counts
    lines = (
        t("becomes_new" if change.is_new else "becomes", uploaded=staged.name, name=name),
        t("counts", name=name, what=word(key, question.language, **facts)),
        *([] if change.is_new else [t("lines", added=change.added, removed=change.removed)]),
    )
    wrong = [describe_mistake(one, question.language) for one in change.mistakes]
    left = [t("left", what=describe_mistake(one, question.language)) for one in change.left]
    return Preview(
        t("replace_title"),
        lines if not wrong else lines[:1],
        "" if wrong or staged.data == files.read.get(name) else t("replace_button"),
        (*([t("wrong", n=len(wrong)), *wrong] if wrong else []), *left),
        back=_BACK,
        values={"digests": (files.hash, staged.digest)},
    )


def _replace(order: Order) -> Done:
    t, root = order.t, order.place.root
    staged = find_staged(root, order.given.get("staged", ""))
    if staged is None:
        return Done(troubles=(t("staged_gone"),), links=(Link(t("to_own-files"), _BACK),))
    with order.holding():
        kept = replace_own_file(root, staged.facts["own"], staged.data, order.place.today)
    drop_staged(root, staged)
    lines = (t("replaced", name=staged.facts["own"]), *([t("kept", kept=kept.relative_to(root).as_posix())] if kept else []))
    return Done(lines, links=(Link(t("to_own-files"), _BACK), Link(t("tab_home"), "/")))


REPLACE = Action("replace-own-file", _PAGE, _prepare, _replace, in_round=False, opens=False)
ACTIONS = (REPLACE,)
