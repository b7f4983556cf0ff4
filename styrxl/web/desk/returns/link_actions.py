"""An owner's link to the site, as a controller sees to it: it is taken back, or a code is made to read out by phone."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from styrxl.model.days import local_day
from styrxl.rounds.owner_links.links import give_link, take_back_links
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE, code_of
from styrxl.store.owner_links import OwnerLink, read_links
from styrxl.web.desk.actions import Action, Order, Preview, Question
from styrxl.web.desk.return_links import action_href, owner_href
from styrxl.web.desk.tasks import Done, Link

PAGE = "link_actions"


def list_link_actions(question_round: str, owner: str, *, has_links: bool) -> list[tuple[str, str]]:
    """Return the actions on an owner's link, by the key of their button: none where the site gives no links."""
    if not has_links:
        return []
    return [(f"{key}_link", action_href(question_round, f"{key}-link", owner=owner)) for key in ("show", "revoke")]


def _find_owner(question: Question) -> str:
    """Return whose link it is; a page that is not there where the round has handed out nothing to them, or the site gives no links."""
    owner, site = question.given.get("owner", ""), question.desk.workspace.settings.site
    issued = {one for one, _ in question.desk.ledger.issues_by_form(question.in_round.id)}
    if owner not in issued or site is None or not site.has_links or not question.access.sees(owner):
        raise HTTPException(404)
    return owner


def _list_holding(question: Question, owner: str) -> list[OwnerLink]:
    links = read_links(question.desk.ledger.database, question.in_round.id)
    return [link for link in links if link.owner == owner and link.holds(question.desk.now)]


def _prepare_showing(question: Question) -> Preview:
    t, owner = question.t, _find_owner(question)
    lines = (t("show_again") if _list_holding(question, owner) else t("show_new"), t("show_proves"))
    return Preview(t("show_title", owner=owner), lines, t("show_button"), back=owner_href(question.in_round.id, owner))


def _show(order: Order) -> Done:
    t, owner = order.t, order.given["owner"]
    with order.writing() as desk:
        round_, site = order.find_round(desk), desk.workspace.settings.site
        assert site is not None  # the page was shown
        link = give_link(desk, round_, owner, site.link_days)
        told = t("shown", owner=owner, code=code_of(desk.workspace, link), address=f"{site.address}{OWNERS_PAGE}")
    until = t("until", day=local_day(link.expires_at, desk.zone), number=link.number)
    return Done((told, until), links=(Link(t("to_owner"), owner_href(round_.id, owner)),))


def _prepare_revoking(question: Question) -> Preview:
    t, owner = question.t, _find_owner(question)
    title, back = t("revoke_title", owner=owner), owner_href(question.in_round.id, owner)
    if not _list_holding(question, owner):
        return Preview(title, (t("revoke_none"),), back=back)
    return Preview(title, (t("revoke_line"), t("revoke_next")), t("revoke_button"), back=back)


def _revoke(order: Order) -> Done:
    t, owner = order.t, order.given["owner"]
    with order.writing() as desk:
        round_ = order.find_round(desk)
        count = take_back_links(desk, round_, owner)
    links = (Link(t("to_new"), action_href(round_.id, "show-link", owner=owner)), Link(t("to_owner"), owner_href(round_.id, owner)))
    return Done((t("revoked", owner=owner, by=desk.by) if count else t("revoke_none"),), links=links)


def _find_owners(question: Question) -> list[str | None]:
    return [_find_owner(question)]


ACTIONS = (
    Action("show-link", PAGE, _prepare_showing, _show, scoped=_find_owners),
    Action("revoke-link", PAGE, _prepare_revoking, _revoke, scoped=_find_owners),
)
