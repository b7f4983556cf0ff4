"""What a controller decides about a return: it does not count, it counts again, whose it is; and a whole round judged anew."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from starlette.exceptions import HTTPException

from styrxl.model.catalogue import say, word
from styrxl.model.days import local_day
from styrxl.model.decisions import SET_ASIDE, TAKE_BACK, Decision
from styrxl.model.judged import Judged
from styrxl.model.masking import make_showable
from styrxl.rounds import decide
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_anew import judge_anew
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.one_return.find_return import FoundReturn, find_return
from styrxl.rounds.one_return.suppose import Supposed, suppose
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question
from styrxl.web.desk.return_links import return_href
from styrxl.web.desk.returns.return_view import find_counting
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts

PAGE = "decisions"


def find_given(question: Question) -> FoundReturn:
    """Return the return that an action is about; a page that is not there where there is no such return."""
    found = find_return(question.desk, question.in_round, question.given.get("file", ""))
    if found is None or not question.access.sees(found.return_.owner):
        raise HTTPException(404)
    return found


def find_owner_given(question: Question) -> list[str | None]:
    """Return whose the return is that an action is about."""
    return [find_given(question).return_.owner]


def ask_why(question: Question, *, required: bool = True) -> tuple[Field, ...]:
    """Return the fields that every decision has: why, and at one's own desk who decides; on a server that is who has signed in."""
    t = question.t
    reason = Field("reason", t("reason"), "long", help=t("reason_help"), required=required)
    by = Field("by", t("by"), value=question.desk.by, help=t("by_help"))
    return (reason, by) if question.access.is_own_desk else (reason,)


def act_as(desk: Desk, order: Order) -> Desk:
    """Return the desk of who decides: at one's own desk whom the page named, else who is at work."""
    return replace(desk, by=(order.given.get("by") if order.access.is_own_desk else "") or desk.by)


def describe_counting(supposed: Supposed, found: FoundReturn, t: Texts) -> str:
    """Say which return of the owner would count, and whether that is another one than now."""
    owner, before, after = supposed.return_.owner, find_counting(found.judged, supposed.return_), supposed.counts
    if owner is None:
        return t("counts_of_nobody")
    if after is None:
        return t("counts_none" if before else "counts_still_none", owner=owner)
    key = "counts_still" if before and before.path == after.path else "counts_then"
    return t(key, owner=owner, file=after.path.rpartition("/")[2])


def describe_verdict(return_: Judged, t: Texts) -> str:
    """Say how a return would be judged."""
    state = word(f"verdict_{return_.verdict}", t.language)
    return t("verdict_then", state=state, errors=return_.errors, warnings=return_.warnings)


def _prepare(question: Question, kind: str) -> Preview:
    desk, t, found = question.desk, question.t, find_given(question)
    key, name = kind.replace("-", "_"), make_showable(found.name)
    title, back = t(f"{key}_title", file=name), return_href(found.round.id, found.name)
    aside = decide.is_set_aside(desk, found.round, found.return_)
    if aside == (kind == SET_ASIDE):
        return Preview(title, troubles=(t(f"{key}_already", file=name),), back=back)
    supposed = suppose(desk, found, Decision(found.return_.path, found.return_.sha256, found.return_.owner, kind, "", desk.by, desk.now))
    lines = [t(f"{key}_line", file=name)]
    if kind == TAKE_BACK:
        lines.append(describe_verdict(supposed.return_, t))
    lines.append(describe_counting(supposed, found, t))
    units = _count_units(desk, found, supposed)
    troubles = (t("units_judged", n=units, owner=found.return_.owner),) if units else ()
    return Preview(title, tuple(lines), t(f"{key}_button"), troubles, fields=ask_why(question), back=back)


def _count_units(desk: Desk, found: FoundReturn, supposed: Supposed) -> int:
    """Count the units that have answered in a round of plans, and hang on the plan of a board of which another counts now, or none."""
    before, after = find_counting(found.judged, supposed.return_), supposed.counts
    if found.round.followup or (before and before.path) == (after and after.path):
        return 0
    units = {o.org_id for o in desk.plan.organisations if o.board_id == found.return_.owner and o.org_id != found.return_.owner}
    return len({r.owner for r in found.judged.returns if r.owner in units})


def _carry_out(order: Order, kind: str) -> Done:
    t, language, key = order.t, order.language, "set_aside" if kind == SET_ASIDE else "taken_back"
    act = decide.set_aside if kind == SET_ASIDE else decide.take_back
    with order.writing() as desk:
        round_ = order.find_round(desk)
        found = find_return(desk, round_, order.given["file"])
        name = str(found.file.resolve()) if found else order.given["file"]
        result = act(act_as(desk, order), round_, name, order.given["reason"])
    decision = result.decision
    links = [Link(t("to_return"), return_href(round_.id, decision.path)), Link(t("to_round"), f"/rounds/{round_.id}")]
    if not result.new:
        at = say(local_day(decision.decided_at, desk.zone), language)
        told = word(f"{key}_before", language, path=decision.path, by=decision.decided_by, at=at, reason=decision.reason)
        return Done((told,), links=tuple(links))
    standing = word("counts_now" if result.counts else "counts_nothing", language, owner=decision.owner, path=_path_of(result.counts))
    told = word(key, language, path=decision.path, standing=standing if decision.owner else "").rstrip()
    return Done((told,), links=tuple(links))


def _path_of(return_: Judged | None) -> str:
    return return_.path if return_ else ""


def _prepare_anew(question: Question) -> Preview:
    desk, t, round_ = question.desk, question.t, question.in_round
    judged = judge_inbox_quietly(desk, round_)
    title = t("anew_title", round=desk.workspace.settings.round_name(round_, question.language))
    back = f"/rounds/{round_.id}"
    if not judged.returns:
        return Preview(title, (t("anew_none"),), back=back)
    kept = sum(r.in_force is not None for r in judged.returns)
    lines = [t("anew_line", n=len(judged.returns)), t("anew_kept", n=kept) if kept else t("anew_none_kept")]
    lines.append(t("anew_now", n=len(judged.accepted)))
    return Preview(title, tuple(lines), t("anew_button"), (t("anew_warning"),), fields=ask_why(question), back=back)


def _carry_out_anew(order: Order) -> Done:
    t = order.t
    with order.writing() as desk:
        round_ = order.find_round(desk)
        before = {r.path: r.verdict for r in judge_inbox_quietly(desk, round_).returns}
        judged = judge_anew(act_as(desk, order), round_, order.given["reason"])
    changed = [r for r in judged.returns if before.get(r.path) != r.verdict]
    lines = [t("anew_done", n=len(judged.returns)), t("anew_changed", n=len(changed))]
    lines += [
        t(
            "anew_other",
            file=r.path.rpartition("/")[2],
            before=word(f"verdict_{before.get(r.path, 'none')}", order.language),
            now=word(f"verdict_{r.verdict}", order.language),
        )
        for r in changed
    ]
    return Done(tuple(lines), links=(Link(t("to_round"), f"/rounds/{round_.id}"),))


ACTIONS = (
    Action("set-aside", PAGE, partial(_prepare, kind=SET_ASIDE), partial(_carry_out, kind=SET_ASIDE), scoped=find_owner_given),
    Action("take-back", PAGE, partial(_prepare, kind=TAKE_BACK), partial(_carry_out, kind=TAKE_BACK), scoped=find_owner_given),
    Action("judge-anew", PAGE, _prepare_anew, _carry_out_anew),
)
