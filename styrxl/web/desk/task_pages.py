"""The pages of what is being done and has been done: a list, one of each, and how far it is, for the script."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from styrxl.store.lock import LockHolder, read_holder
from styrxl.web.desk.error_texts import list_ways_out
from styrxl.web.desk.tasks import Task
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/tasks", make_endpoint(show_tasks, rooms, scoped=True)),
        Route("/tasks/{task}", make_endpoint(show_task, rooms, scoped=True)),
        Route("/tasks/{task}/state", make_endpoint(tell_state, rooms, scoped=True)),
    ]


def show_tasks(visit: Visit) -> Response:
    """Return the list of what is and was done, the newest first."""
    return visit.show("tasks", tasks=visit.list_tasks())


def show_task(visit: Visit) -> Response:
    """Return how far something is, or what came of it."""
    task = _find(visit)
    told = visit.describe_error(task.error) if task.error else ()
    ways = [way for way in list_ways_out(task.error) if visit.can_open(f"/{way}")] if task.error else []
    return visit.show("task", task=task, awaited=_find_awaited(visit, task), told=told, ways=ways)


def tell_state(visit: Visit) -> Response:
    """Return what the script asks again and again: whether the page is to be fetched anew."""
    task = _find(visit)
    awaited = _find_awaited(visit, task)
    return JSONResponse(
        {
            "state": task.state,
            "finished": task.finished,
            "of": task.of,
            "said": len(task.said),
            "waiting": awaited.user if awaited else "",
        }
    )


def _find_awaited(visit: Visit, task: Task) -> LockHolder | None:
    """Return who is waited for, while they still hold the lock, as far as the visitor may know."""
    if task.waiting_for is None or task.state != "working" or not visit.access.sees_all:
        return None
    return task.waiting_for if read_holder(visit.place.root) == task.waiting_for else None


def _find(visit: Visit) -> Task:
    task = visit.rooms.tasks.find(visit.path["task"])
    if task is None or not visit.access.covers(task.access):
        raise HTTPException(404)
    return task
