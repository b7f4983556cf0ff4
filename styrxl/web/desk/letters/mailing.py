"""What a page asks for of a round's letters, and the letters that would go."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

from styrxl.mail.outgoing.kinds import MAILINGS
from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.run import foresee_mailing
from styrxl.mail.outgoing.send import SortedLetters
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.web.desk.access import Access

_OF_EVERYBODY = "summary"
ASKED = ("mailing", "only", "redirect_to", "incomplete")
# Where what stands in the way of letters is seen to: by the error's code, addresses without /rounds/ROUND begin with /settings.
_WAYS = {
    "mail-not-set-up": ("to_settings", "/settings"),
    "mail-no-server": ("to_settings", "/settings"),
    "nothing-issued": ("to_hand_out", "hand-out"),
    "outbox-stale": ("to_hand_out", "hand-out"),
    "summary-missing": ("to_results", "results"),
    "summary-stale": ("to_results", "results"),
}


def list_mailings(access: Access) -> list[str]:
    """Return which mailings somebody may send: that of the summary, which is of everybody, is for those who see everybody."""
    return [mailing for mailing in MAILINGS if access.sees_all or mailing != _OF_EVERYBODY]


def read_only(desk: Desk, given: Mapping[str, str]) -> frozenset[str]:
    """Return the owners whose letters are asked for by name, as the plan spells them."""
    return frozenset(desk.plan.spelled(part.strip()) for part in given.get("only", "").split(",") if part.strip())


def read_request(desk: Desk, round_: Round, given: Mapping[str, str], access: Access, *, send: bool = False) -> MailRequest:
    """Return which letters are asked for: of those named, else of whoever may be seen.

    Raises HTTPException (404) where there are no such letters, or not for somebody who sees only others.
    """
    if given.get("mailing") not in list_mailings(access):
        raise HTTPException(404)
    only = read_only(desk, given)
    if not access.sees_all:
        only = only or frozenset(owner.org_id for owner in desk.plan.holding(round_.day) if access.sees(owner.org_id))
        if not only or not all(map(access.sees, only)):
            raise HTTPException(404)
    return MailRequest(given["mailing"], only, send, given.get("redirect_to") or None, given.get("incomplete") == "1")


def find_letters(desk: Desk, round_: Round, given: Mapping[str, str], access: Access) -> SortedLetters:
    """Return the letters that would go; on working days alone where that is so. Raises StyrxlError."""
    return foresee_mailing(desk, round_, read_request(desk, round_, given, access, send=True))


def make_letter_link(round_: Round, letter: Letter, given: Mapping[str, str], page: str = "letter") -> str:
    """Return the address of a letter's page, or of the letter itself (``letter.html``)."""
    asked = {key: given[key] for key in ASKED if given.get(key)}
    if letter.owner and not letter.also:
        asked["only"] = letter.owner  # it alone is written then
    _, kind, owner, about = letter.key
    return f"/rounds/{round_.id}/mail/{page}?{urlencode({**asked, 'kind': kind, 'owner': owner, 'about': about})}"


def find_way(error: StyrxlError, round_: Round) -> tuple[str, str] | None:
    """Return where an error is seen to: the key of a text, and an address."""
    key, place = _WAYS.get(error.code, ("", ""))
    if not key:
        return None
    return key, place if place.startswith("/") else f"/rounds/{round_.id}/{place}"
