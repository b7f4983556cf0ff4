"""The workspace's lock: who has it, whether they are at work yet, and its removal where nobody is."""

from __future__ import annotations

import os
from datetime import tzinfo

from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.days import format_moment
from styrxl.store.lock import UNREADABLE_HOLDER, LockHolder, break_lock, is_dead, is_running, read_holder
from styrxl.web.desk.actions import Action, Order, Preview, Question
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

_PAGE = "unlock"


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/unlock", make_endpoint(show_lock, rooms))]


def show_lock(visit: Visit) -> Response:
    """Return who has the lock."""
    return visit.go("/do/unlock")


def _prepare(question: Question) -> Preview:
    t = question.t
    holder = read_holder(question.place.root)
    if holder is None or is_dead(holder):
        return Preview(t("title"), (t("free"),))
    if holder.pid == os.getpid() and is_running(holder):
        return Preview(t("title"), (t("own", command=holder.command),), back="/tasks")
    told = t("unreadable") if holder == UNREADABLE_HOLDER else _describe(holder, question.place.zone, t)
    lines = (told,) if holder == UNREADABLE_HOLDER else (told, t("running" if is_running(holder) else "unknown"))
    warnings = (t("warning_running"),) if is_running(holder) else (t("warning"),)
    return Preview(t("title"), (*lines, t("what_it_is")), t("button"), warnings, values={"holder": (holder,)})


def _describe(holder: LockHolder, zone: tzinfo, t: Texts) -> str:
    since = format_moment(holder.since, zone)
    return t("holder", user=holder.user, host=holder.host, command=holder.command, since=since, pid=holder.pid)


def _unlock(order: Order) -> Done:
    t = order.t
    holder = read_holder(order.place.root)
    removed = break_lock(order.place.root, only=holder) if holder else None
    return Done((t("removed") if removed else t("free"),), links=(Link(t("tab_home"), "/"),))


UNLOCK = Action("unlock", _PAGE, _prepare, _unlock, in_round=False, opens=False, at_once=True)
ACTIONS = (UNLOCK,)
