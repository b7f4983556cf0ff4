"""What has happened: in a round, or in all of them, the newest first, to be searched."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.log import Event, find_numbered, read_events, select_events
from styrxl.rounds.open_rounds import list_begun_rounds
from styrxl.web.desk.access import Access
from styrxl.web.desk.returns.events import EventWriter, list_seen
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

ON_A_PAGE = 100
_LONGEST = 200  # letters of what is searched for


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/log", make_endpoint(show_log, rooms, scoped=True)),
        Route("/rounds/{round}/log", make_endpoint(show_round_log, rooms, scoped=True)),
    ]


def show_round_log(visit: Visit) -> Response:
    """Return what has happened in a round."""
    with visit.reading(purged_too=True) as desk:
        round_ = visit.find_round(desk.workspace)
        return _show(visit, desk, [round_], round_)


def show_log(visit: Visit) -> Response:
    """Return what has happened in all rounds."""
    with visit.reading() as desk:
        return _show(visit, desk, list_begun_rounds(desk), None)


def _show(visit: Visit, desk: Desk, rounds: Sequence[Round], round_: Round | None) -> Response:
    searched, asked = visit.query.get("q", "").strip()[:_LONGEST], visit.query.get("page", "")
    writers = {one.id: EventWriter.of(desk, one, visit.language) for one in rounds}
    found = [(event, writers[one.id]) for one in rounds for event in _search(visit.access, desk, one, searched, writers[one.id])]
    found.sort(key=lambda pair: pair[0].at)
    found.reverse()
    last = max(1, -(-len(found) // ON_A_PAGE))
    page = min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    shown = [writer.write(event) for event, writer in found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]]
    names = {one.id: desk.workspace.settings.round_name(one, visit.language) for one in rounds}
    here = f"/rounds/{round_.id}/log" if round_ else "/log"

    def link(number: int) -> str:
        query = urlencode({key: value for key, value in (("q", searched), ("page", str(number) if number > 1 else "")) if value})
        return f"{here}?{query}" if query else here

    return visit.show(
        "log",
        round_=round_,
        events=shown,
        names=names,
        searched=searched,
        here=here,
        count=len(found),
        number=page,
        last=last,
        newer=link(page - 1) if page > 1 else "",
        older=link(page + 1) if page < last else "",
    )


def _search(access: Access, desk: Desk, round_: Round, searched: str, writer: EventWriter) -> list[Event]:
    """Return a round's events, those of an owner, a file or a receipt's number, or that hold what is searched for."""
    events = list(list_seen(access, read_events(desk, round_)))
    if not searched:
        return events
    exact = select_events(events, desk.plan.spelled(searched), searched, *find_numbered(desk, round_, searched))
    folded = searched.casefold()
    return exact or [event for event in events if writer.holds(event, folded)]
