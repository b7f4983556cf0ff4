"""The council's plan replaced by an uploaded one, and written anew by today's form: what that would do, and the doing."""

from __future__ import annotations

from styrxl.model.catalogue import word
from styrxl.model.errors import StyrxlError
from styrxl.model.grouped_findings import group_findings
from styrxl.rounds.renew_plan import make_renewed_plan, renew_plan
from styrxl.rounds.setup.plan_state import FINE
from styrxl.rounds.setup.plan_texts import ADDED, CHANGED, ENDED, REMOVED, PlanChange
from styrxl.rounds.setup.renewal_texts import list_left, list_new
from styrxl.rounds.setup.replace_plan import PlanSwap, compare_plan, replace_plan
from styrxl.store.files import find_office_lock
from styrxl.web.desk.actions import Action, Order, Preview, Question, Table
from styrxl.web.desk.error_texts import describe_error
from styrxl.web.desk.staging import Staged, drop_staged, find_staged
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts

_PAGE, _BACK = "plan", "/plan"


def _prepare_replacing(question: Question) -> Preview:
    t = question.t
    staged = find_staged(question.place.root, question.given.get("staged", ""))
    if staged is None:
        return Preview(t("replace_title"), troubles=(t("staged_gone"),), back=_BACK)
    with question.place.looking() as (workspace, ledger):
        swap = compare_plan(workspace, workspace.forms_with(ledger.editions), staged.data, question.language)
    return Preview(
        t("replace_title"),
        _tell_swap(swap, staged, t),
        t("replace_button") if swap.can_be_done else "",
        _list_troubles(swap, t, question.language),
        _list_tables(swap, t, question.language),
        back=_BACK,
        values={"digests": (swap.present.digest, swap.new.digest)},
    )


def _tell_swap(swap: PlanSwap, staged: Staged, t: Texts) -> tuple[str, ...]:
    if not swap.can_be_done:
        return (t("replace_name", name=staged.name),)
    counted = [t(f"changes_{what}", n=n) for what in (ADDED, ENDED, REMOVED, CHANGED) if (n := _count(swap.changes, what))]
    if swap.present.rows is None:
        counted = [t("replace_empty" if swap.present.state == "empty" else "replace_uncompared")]
    lines = (t("replace_name", name=staged.name), t("replace_fine"), *(counted or [t("changes_none")]))
    return (*lines, t("replace_kept") if swap.present.digest else t("replace_first"))


def _count(changes: tuple[PlanChange, ...], what: str) -> int:
    """Return how many rows are so; one of which several cells are changed is one."""
    return len({(one.sheet, one.row) for one in changes if one.what == what})


def _list_troubles(swap: PlanSwap, t: Texts, language: str) -> tuple[str, ...]:
    troubles = []
    if swap.new.state != FINE:
        troubles.append(t(f"replace_{swap.new.state}", n=sum(one.severity == "error" for one in swap.new.findings)))
    elif swap.present.digest == swap.new.digest:
        troubles.append(t("replace_same"))
    if swap.present.lock:
        troubles.append(t("locked", lock=swap.present.lock.name))
    if swap.settings:
        troubles += [t("replace_settings"), *describe_error(swap.settings, language)[1:]]
    troubles += [t("gone_owner", row=one.row) for one in swap.changes if one.what == REMOVED and one.table == "organisation"]
    return tuple(troubles)


def _list_tables(swap: PlanSwap, t: Texts, language: str) -> tuple[Table, ...]:
    tables = []
    if groups := group_findings(sorted(swap.new.findings, key=lambda one: one.order), language):
        rows = tuple((one.place, t(f"severity_{one.severity}"), one.message, one.fix) for one in groups)
        tables.append(Table(t("findings_new"), (t("where"), t("severity"), t("what"), t("do")), rows))
    if swap.changes:
        headings = (t("sheet"), t("change"), t("row"), t("column"), t("old"), t("new"))
        rows_ = tuple((one.sheet, t(one.what), one.row, one.column, one.old, one.new) for one in swap.changes)
        tables.append(Table(t("changes"), headings, rows_))
    return tuple(tables)


def _replace(order: Order) -> Done:
    t = order.t
    staged = find_staged(order.place.root, order.given.get("staged", ""))
    if staged is None:
        return Done(troubles=(t("staged_gone"),), links=(Link(t("to_plan"), _BACK),))
    with order.holding():
        workspace = order.place.open_workspace()
        kept = replace_plan(workspace, staged.data, order.place.today)
    drop_staged(order.place.root, staged)
    lines = (t("replaced"), *([t("replaced_kept", kept=kept.name)] if kept else []))
    return Done(lines, links=(Link(t("to_plan"), _BACK), Link(t("tab_home"), "/")))


def _prepare_renewal(question: Question) -> Preview:
    t, desk = question.t, question.desk
    lock = find_office_lock(desk.workspace.plan_path)
    try:
        made = make_renewed_plan(desk)
    except StyrxlError as error:
        return Preview(t("renew_title"), troubles=describe_error(error, question.language), back=_BACK)
    if made.kept is None:
        return Preview(t("renew_title"), (t("renew_nothing"),), back=_BACK)
    lines = (t("renew_about"), *list_new(made, question.language), t("renew_kept", kept=made.kept.name))
    left = list_left(desk, made, question.language)
    troubles = ([t("renew_left"), *left] if left else []) + ([t("locked", lock=lock.name)] if lock else [])
    return Preview(t("renew_title"), lines, "" if lock else t("renew_button"), tuple(troubles), back=_BACK)


def _renew(order: Order) -> Done:
    t = order.t
    with order.writing() as desk:
        made = renew_plan(desk)
        left = list_left(desk, made, order.language)
    if made.kept is None:
        return Done((t("renew_nothing"),), links=(Link(t("to_plan"), _BACK),))
    lines = (word("renew_done", order.language, plan=desk.workspace.plan_path.name, kept=made.kept.name), *list_new(made, order.language))
    return Done(lines, (t("renew_left"), *left) if left else (), (Link(t("to_plan"), _BACK),))


REPLACE = Action("replace-plan", _PAGE, _prepare_replacing, _replace, in_round=False, opens=False)
RENEW = Action("renew-plan", _PAGE, _prepare_renewal, _renew, in_round=False)
ACTIONS = (REPLACE, RENEW)
