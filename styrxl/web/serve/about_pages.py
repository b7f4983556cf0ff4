"""What the site says of itself: whose data are held and why, who answers for them, and how accessible it is."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from styrxl.web.desk.visit import Rooms, Visit, make_endpoint
from styrxl.web.serve.sessions import ABOUT


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    data, accessibility = ABOUT
    return [
        Route(data, make_endpoint(show_data, rooms, scoped=True)),
        Route(accessibility, make_endpoint(show_accessibility, rooms, scoped=True)),
    ]


def show_data(visit: Visit) -> Response:
    """Return the page on personal data."""
    workspace = visit.place.open_workspace()
    site = workspace.settings.site
    return visit.show(
        "about_data",
        answerable=(site.answerable if site else "") or workspace.settings.municipality,
        contact=workspace.settings.contact,
        days=site.sign_in_log_days if site else 0,
        signs_in=bool(site and site.sign_in),
    )


def show_accessibility(visit: Visit) -> Response:
    """Return the accessibility statement."""
    settings = visit.place.open_workspace().settings
    return visit.show("about_accessibility", name=settings.municipality, contact=settings.contact)
