"""What the workspace rests on, looked at: what is well, what to watch and what to mend, each with the page where it is mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.responses import Response
from starlette.routing import Route

from styrxl.doctor.look import GOOD, MEND, WATCH, Look, describe, describe_remedy, find_command, name_part, say_word
from styrxl.doctor.look_around import look_around
from styrxl.web.desk.error_texts import describe_error, list_ways_out
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

_PAGE = "check_up"
# The pages that do what a command does, by what follows the program's name.
WAYS: Mapping[str, str] = {"check": "/own-files", "unlock": "/unlock"}
_WAYS_BY_KEY: Mapping[str, str] = {"plan-broken": "/plan", "plan-empty": "/plan", "plan-told": "/plan"}


@dataclass(frozen=True, slots=True)
class ShownLook:
    """A look on the page; ``ways``: the pages where it is seen to."""

    state: str
    told: Sequence[str]
    remedy: str
    ways: Sequence[str]


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/check-up", make_endpoint(show_check_up, rooms, own_desk=True))]


def show_check_up(visit: Visit) -> Response:
    """Return what is seen, part by part; no mail server is asked."""
    language = visit.language
    findings = look_around(visit.place.root, language, visit.place.clock())
    parts = [(name_part(part, language), [_show(one, language) for one in looks]) for part, looks in groupby(findings.looks, _find_part)]
    words = {state: say_word(state, language) for state in (GOOD, WATCH, MEND)}
    mail = any(look.key == "mail-secrets" for look in findings.looks)
    return visit.show(_PAGE, parts=parts, words=words, mends=findings.mends, watches=findings.watches, mail=mail)


def _find_part(look: Look) -> str:
    return look.part


def _show(look: Look, language: str) -> ShownLook:
    if look.error and look.error.code == look.key:
        return ShownLook(look.state, describe_error(look.error, language), "", [f"/{way}" for way in list_ways_out(look.error)])
    _, _, command = find_command(look, language).partition(" ")
    way = _WAYS_BY_KEY.get(look.key) or WAYS.get(command)
    return ShownLook(look.state, (describe(look, language),), describe_remedy(look, language), [way] if way else [])
