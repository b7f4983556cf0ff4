"""The first screen: what to do next in each open round."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.errors import StyrxlError
from styrxl.rounds.desk import Desk
from styrxl.rounds.overview.first_screen import FirstScreen, find_first_screen
from styrxl.rounds.overview.round_steps import WAIT
from styrxl.rounds.overview.year_steps import FILL_IN_PLAN, FINISH_ROLLOVER, HAND_OUT, ROLL_OVER, YearStep
from styrxl.web.desk.error_texts import list_ways_out
from styrxl.web.desk.shown_round import ShownStep, show_round
from styrxl.web.desk.tasks import Task
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

YEAR_PLACES: Mapping[str, str] = {FILL_IN_PLAN: "/plan", ROLL_OVER: "/do/rollover", FINISH_ROLLOVER: "/plan"}
# What is to be mended first where the workspace cannot be opened: the error's code, its button's text and its page.
FIRST_THINGS: Mapping[str, tuple[str, str]] = {
    "no-workspace": ("make_workspace", "/new"),
    "plan-missing": ("see_plan", "/plan"),
    "plan-broken": ("see_plan", "/plan"),
    "plan-empty": ("see_plan", "/plan"),
}
_MOST_TOLD = 12  # lines of what is wrong


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/", make_endpoint(show_home, rooms, scoped=True))]


def show_home(visit: Visit) -> Response:
    """Return the first screen; where the workspace cannot be opened, what is to be done about that."""
    texts = Texts("home", visit.language)
    try:
        with visit.reading() as desk:
            screen = find_first_screen(desk, visit.access.owners)
            shown = [[show_round(desk, one, visit.language, visit.can_open) for one in some] for some in (screen.open, screen.closed)]
            begun = [step for step in screen.to_begin if visit.access.may_write and visit.can_open(_find_place(step))]
            settings = desk.workspace.settings
            purged = [(one.id, settings.round_name(one, visit.language), day) for one, day in screen.purged]
            steps = [_show_year_step(desk, step, texts) for step in begun]
    except StyrxlError as error:
        return _show_blocked(visit, error, texts)
    return visit.show(
        "home",
        open=shown[0],
        closed=shown[1],
        main=_is_main(screen),
        now=[step for step, of in zip(steps, begun, strict=True) if of.now],
        later=[step for step, of in zip(steps, begun, strict=True) if not of.now],
        left=_list_left(visit.list_tasks()),
        blocked=(),
        first=None,
        purged=purged,
    )


def _is_main(screen: FirstScreen) -> bool:
    """Tell whether what is to be begun is the main thing: no open round has anything to do."""
    return not any(one.steps and one.steps[0].key != WAIT for one in screen.open)


def _show_blocked(visit: Visit, error: StyrxlError, texts: Texts) -> Response:
    told = visit.describe_error(error)
    more = (texts("more", n=len(told) - _MOST_TOLD),) if len(told) > _MOST_TOLD else ()
    ways = [way for way in list_ways_out(error) if visit.can_open(f"/{way}")]  # of broken files, the page of those that are
    first_thing = FIRST_THINGS.get(error.code)
    other = (f"to_{ways[0]}", f"/{ways[0]}") if ways else ("try_again", "/")
    key, href = first_thing if first_thing and visit.can_open(first_thing[1]) else other
    first = ShownStep("", texts(key), href)
    left = _list_left(visit.list_tasks())
    return visit.show(
        "home", open=[], closed=[], main=False, now=[], later=[], left=left, blocked=(*told[:_MOST_TOLD], *more), first=first, purged=[]
    )


def _show_year_step(desk: Desk, step: YearStep, texts: Texts) -> ShownStep:
    name = desk.workspace.settings.round_name(step.round, texts.language) if step.round else ""
    key = step.key if step.now else "hand-out-later"
    text = texts(f"step_{key}", year=step.year, round=name, day=step.day or "", n=len(step.names), names=", ".join(step.names[:5]))
    return ShownStep(text, texts(f"do_{key}", round=name, year=step.year), _find_place(step))


def _find_place(step: YearStep) -> str:
    """Return the address of the page on which a step is taken."""
    return f"/rounds/{step.round.id}/hand-out" if step.key == HAND_OUT and step.round else YEAR_PLACES[step.key]


def _list_left(tasks: list[Task]) -> list[Task]:
    """Return what was cut short or did not work, and has not been done since; ``tasks``: the newest first."""
    newest: dict[tuple[str, str], Task] = {}
    for task in tasks:
        newest.setdefault((task.title, task.back), task)
    return [task for task in newest.values() if task.state in {"failed", "interrupted"}]
