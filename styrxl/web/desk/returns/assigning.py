"""Whose a workbook is, on a controller's word; and the workbook that goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from styrxl.model.catalogue import say, word
from styrxl.model.days import local_day
from styrxl.model.decisions import ASSIGN, Decision
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged
from styrxl.model.levels import LEVELS, find_level
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.rounds.assign import make_claim, receive_as
from styrxl.rounds.desk import Desk
from styrxl.rounds.give_back import find_place, give_back, make_copy, select_to_give_back
from styrxl.rounds.judge_inbox import judge_inbox, judge_inbox_quietly
from styrxl.rounds.one_return.find_return import FoundReturn, find_return, list_files
from styrxl.rounds.one_return.suppose import suppose
from styrxl.validation.claims import Claim
from styrxl.web.desk.access import Access
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question, Table
from styrxl.web.desk.return_links import action_href, return_href
from styrxl.web.desk.returns.decisions import (
    PAGE,
    act_as,
    ask_why,
    describe_counting,
    describe_verdict,
    find_given,
    find_owner_given,
)
from styrxl.web.desk.tasks import Done, Link


def _list_owners(desk: Desk, round_: Round) -> list[tuple[str, str]]:
    """Return the owners that a workbook of a round may be of, with their names."""
    forms = [form for form in map(desk.forms.form, desk.forms.names()) if form.serves(round_.kind)]
    levels = [level for level in LEVELS if any(form.level == level for form in forms)]
    return [(o.org_id, f"{o.org_id} {o.name}") for o in desk.plan.answering(levels, round_)]


def _list_forms(desk: Desk, round_: Round, owner: str, language: str) -> list[tuple[str, str]]:
    """Return the forms that an owner's workbook may be of in a round."""
    organisation = desk.plan.find(owner, round_.day)
    if organisation is None:
        return []
    forms = [form for form in map(desk.forms.form, desk.forms.names()) if form.serves(round_.kind)]
    return [(form.name, form.title[language]) for form in forms if form.level == find_level(organisation.kind)]


def _list_options(question: Question) -> tuple[Field, ...]:
    desk, round_, t = question.desk, question.in_round, question.t
    owners = (("", t("choose")), *question.access.keep(_list_owners(desk, round_), lambda one: one[0]))
    options = [Field("owner", t("owner"), "choice", choices=owners, required=True)]
    forms = _list_forms(desk, round_, question.given.get("owner", ""), question.language)
    if len(forms) > 1:
        options.append(Field("form", t("form"), "choice", choices=(("", t("form_handed_out")), *forms), required=True))
    return tuple(options)


def _prepare_assign(question: Question) -> Preview:
    t, found = question.t, find_given(question)
    title, back = t("assign_title", file=make_showable(found.name)), return_href(found.round.id, found.name)
    options, lines = _list_options(question), (t("assign_line"),)
    if not question.given.get("owner"):
        return Preview(title, (*lines, t("assign_choose")), options=options, back=back)
    try:
        claim = make_claim(question.desk, found.round, question.given["owner"], question.given.get("form") or None)
    except StyrxlError as error:
        return Preview(title, lines, troubles=question.describe_error(error), options=options, back=back)
    more, trouble = _foresee(question, found, claim)
    if trouble:
        return Preview(title, lines, troubles=(trouble,), options=options, back=back)
    fields = ask_why(question, required=False)
    return Preview(title, (*lines, *more), t("assign_button", owner=claim.owner), options=options, fields=fields, back=back)


def _foresee(question: Question, found: FoundReturn, claim: Claim) -> tuple[list[str], str]:
    """Return what would follow of what is claimed, or why it cannot be claimed."""
    desk, t, return_ = question.desk, question.t, found.return_
    wanted = Decision(return_.path, return_.sha256, claim.owner, ASSIGN, "", desk.by, desk.now, claim.form)
    supposed = suppose(desk, found, wanted)
    if supposed.return_.owner != claim.owner:
        owner = supposed.return_.owner
        return [], t("says_another", owner=owner) if owner and question.access.sees(owner) else t("says_nothing")
    title = desk.forms.titles()[claim.form or ""][question.language]
    told = t("assigned_then", owner=claim.owner, form=title)
    return [told, describe_verdict(supposed.return_, t), describe_counting(supposed, found, t)], ""


def _carry_out_assign(order: Order) -> Done:
    t, given, language = order.t, order.given, order.language
    with order.writing() as desk:
        round_ = order.find_round(desk)
        found = find_return(desk, round_, given["file"])
        if found is None:
            return Done(troubles=(t("file_gone"),))
        claim = make_claim(desk, round_, given["owner"], given.get("form") or None)
        done = receive_as(act_as(desk, order), round_, found.file, claim, given.get("reason", ""))
        titles = desk.forms.titles()
    links = (Link(t("to_return"), return_href(round_.id, found.name)), Link(t("to_round"), f"/rounds/{round_.id}"))
    if done.decision is None or done.judged is None:
        return Done((t("says_so_itself", owner=claim.owner),), links=links)
    decision = done.decision
    facts = {"path": decision.path, "owner": decision.owner, "form": titles[decision.form or ""][language]}
    at = {} if done.new else {"by": decision.decided_by, "at": say(local_day(decision.decided_at, desk.zone), language)}
    state = word(f"verdict_{done.judged.verdict}", language)
    return Done((word("assigned" if done.new else "assigned_before", language, state=state, **facts, **at),), links=links)


def _select(desk: Desk, round_: Round, given: Mapping[str, str], access: Access) -> list[Judged]:
    """Return the returns whose workbooks are to be written: the one that is named, or all that need completing and may be seen."""
    judged = judge_inbox_quietly(desk, round_)
    seen = access.keep(judged.returns, lambda one: one.owner)
    name = given.get("file", "").rpartition("/")[2]
    if name:
        return select_to_give_back([r for r in seen if r.path.rpartition("/")[2] == name])
    return select_to_give_back(seen)


def _prepare_give_back(question: Question) -> Preview:
    desk, t, round_ = question.desk, question.t, question.in_round
    returns = _select(desk, round_, question.given, question.access)
    file = question.given.get("file", "")
    back = return_href(round_.id, file) if file else f"/rounds/{round_.id}"
    if not returns:
        return Preview(t("give_back_title"), (t("give_back_none"),), back=back)
    rows = tuple(
        (make_showable(r.path.rpartition("/")[2]), desk.workspace.shown(find_place(desk, r)), _foresee_file(question, r)) for r in returns
    )
    lines = (t("give_back_line", n=len(returns)), t("give_back_untouched"))
    table = Table(t("give_back_caption"), (t("give_back_from"), t("give_back_to"), t("give_back_what")), rows)
    return Preview(t("give_back_title"), lines, t("give_back_button", n=len(returns)), tables=(table,), back=back)


def _foresee_file(question: Question, return_: Judged) -> str:
    """Say whether a workbook that goes back is there already, and whether it would be the same."""
    desk, t = question.desk, question.t
    place = find_place(desk, return_)
    if not place.is_file():
        return t("give_back_new")
    if not question.given.get("file"):
        return t("give_back_anew")
    data = make_copy(desk, return_, list_files(desk, question.in_round)[return_.path])
    return t("give_back_same") if data == place.read_bytes() else t("give_back_changes")


def _carry_out_give_back(order: Order) -> Done:
    t, language = order.t, order.language
    with order.writing() as desk:
        round_ = order.find_round(desk)
        judged = judge_inbox(desk, round_)
        returns = _select(desk, round_, order.given, order.access)
        written = give_back(desk, replace(judged, returns=tuple(returns)), desk.workspace.inbox_files(round_).files)
        place = desk.workspace.shown(written[0] if len(written) == 1 else desk.workspace.returned(round_))
    troubles = (t("give_back_left", n=len(returns) - len(written)),) if len(written) < len(returns) else ()
    file = order.given.get("file", "")
    owner = returns[0].owner or "" if len(returns) == 1 else ""
    links = [Link(t("mail_it"), action_href(round_.id, "mail", mailing="answers", only=owner))]
    links.append(Link(t("to_return"), return_href(round_.id, file)) if file else Link(t("to_round"), f"/rounds/{round_.id}"))
    return Done((word("annotated", language, n=len(written), paths=place),), troubles, tuple(links))


def _list_assigned(question: Question) -> list[str | None]:
    """Return whose a workbook is now, and whose it would be."""
    named = question.given.get("owner", "")
    return find_owner_given(question) + ([question.desk.plan.spelled(named)] if named else [])


def _list_given_back(question: Question) -> list[str | None]:
    """Return whose the workbook is that is named; without a name, those go back that may be seen."""
    return find_owner_given(question) if question.given.get("file") else []


ACTIONS = (
    Action("assign", PAGE, _prepare_assign, _carry_out_assign, scoped=_list_assigned),
    Action("give-back", PAGE, _prepare_give_back, _carry_out_give_back, scoped=_list_given_back),
)
