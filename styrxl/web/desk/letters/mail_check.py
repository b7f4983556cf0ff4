"""All that mail needs, tried step by step, with a mail to oneself."""

from __future__ import annotations

from styrxl.mail.check import FAILS, UNTRIED, WORKS, check_mail
from styrxl.mail.outgoing.letter import Sender
from styrxl.mail.outgoing.transport import Timing
from styrxl.model.catalogue import say, word
from styrxl.web.desk.actions import Action, Order, Preview, Question
from styrxl.web.desk.error_texts import describe_error
from styrxl.web.desk.tasks import Done, Link

PAGE = "mail_check"
PATIENCE = 30.0  # seconds for each answer of a server
_MARKS = {WORKS: "✓", FAILS: "✗", UNTRIED: "–"}


def _prepare(question: Question) -> Preview:
    t, settings = question.t, question.desk.workspace.settings.mail
    if settings is None:
        return Preview(t("title"), troubles=(t("not_set_up"),), back="/settings")
    address = Sender(settings.sender, "", "").address
    return Preview(t("title"), (t("what"), t("to_oneself", address=address), t("nothing_else")), t("button"), back="/settings")


def _carry_out(order: Order) -> Done:
    t, troubles = order.t, list[str]()
    with order.reading() as (desk, _):
        workspace, now = desk.workspace, desk.now
    for step in check_mail(workspace, order.language, now, Timing(timeout=PATIENCE)):
        untried = " " + word("check_untried", order.language) if step.state == UNTRIED else ""
        order.task.say(f"{_MARKS[step.state]} {say(step.text, order.language)}{untried}")
        if step.error:
            troubles += describe_error(step.error, order.language)
    lines = () if troubles else (t("works"),)
    return Done(lines, tuple(troubles), (Link(t("to_settings"), "/settings"), Link(t("again"), order.task.back)))


MAIL_CHECK = Action("mail-check", PAGE, _prepare, _carry_out, in_round=False)
