"""A new year: a proposal for the council's plan, beside the plan itself."""

from __future__ import annotations

from collections.abc import Iterator

from styrxl.model.catalogue import word
from styrxl.model.errors import StyrxlError
from styrxl.rounds.rollover import MissingFromPlan, foresee_rollover, roll_over
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question
from styrxl.web.desk.error_texts import describe_error
from styrxl.web.desk.tasks import Done, Link

PAGE = "rollover"
_YEARS = range(2001, 2100)


def _prepare(question: Question) -> Preview:
    desk, t = question.desk, question.t
    typed = question.given.get("year", "")
    next_year = desk.today.year + 1
    options = (Field("year", t("year"), "number", str(next_year), required=True),)
    year = next_year if not typed else int(typed) if typed.isdecimal() and len(typed) == len("2027") else 0
    if year not in _YEARS:
        return Preview(t("title"), troubles=(t("year_wrong", typed=typed),), options=options, back="/plan")
    try:
        done = foresee_rollover(desk, year)
    except StyrxlError as error:
        return Preview(t("title"), troubles=describe_error(error, question.language), options=options, back="/plan")
    plan = desk.workspace.plan_path.name
    told = tuple(_describe(done.missing, year, question.language))
    if done.path is None:
        return Preview(
            t("title"), (word("rollover_nothing", question.language, plan=plan, year=year), *told), options=options, back="/plan"
        )
    lines = (t("will", path=desk.workspace.shown(done.path), plan=plan, year=year), t("alone", plan=plan))
    return Preview(t("title"), (*lines, *told), t("button", year=year), options=options, back="/plan")


def _describe(missing: MissingFromPlan, year: int, language: str) -> Iterator[str]:
    told = {
        "rollover_frames": [o.org_id for o in missing.frames],
        "rollover_indicators": [row["indicator_id"] for row in missing.indicators],
        "rollover_goals": missing.goals,
        "rollover_gone": missing.gone,
    }
    for key, names in told.items():
        if names:
            yield word(key, language, n=len(names), names=", ".join(names), year=year)
    if not missing.any_goal:
        yield word("rollover_no_goal", language, year=year)


def _carry_out(order: Order) -> Done:
    t = order.t
    with order.writing() as desk:
        year = int(order.given.get("year") or desk.today.year + 1)
        done, plan = roll_over(desk, year), desk.workspace.plan_path.name
        path = desk.workspace.shown(done.path) if done.path else ""
    lines = (word("rollover_done", order.language, path=path, plan=plan, year=year), *_describe(done.missing, year, order.language))
    return Done(lines, links=(Link(t("to_plan"), "/plan"),))


ROLL_OVER = Action("rollover", PAGE, _prepare, _carry_out, in_round=False)
