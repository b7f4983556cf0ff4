"""Fetching from the mailbox: which one is said first; then what has come is taken in and judged."""

from __future__ import annotations

from styrxl.mail.incoming.mail_lines import format_mail_line, format_mail_sums
from styrxl.mail.incoming.mailbox import open_mailbox
from styrxl.mail.incoming.receive import receive_mail
from styrxl.model.settings import GraphMailbox, Mailbox
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import TAKEN
from styrxl.web.desk.actions import Action, Order, Preview, Question
from styrxl.web.desk.intake.judging import Told, judge_and_tell
from styrxl.web.desk.intake.take_in import PATIENCE, link_quarantine
from styrxl.web.desk.tasks import Done, Link

PAGE = "fetch_mail"


def _prepare(question: Question) -> Preview:
    desk, round_, t = question.desk, question.in_round, question.t
    title, back = t("title", round=desk.workspace.settings.round_name(round_, question.language)), f"/rounds/{round_.id}/take-in"
    mail = desk.workspace.settings.mail
    if mail is None or mail.mailbox is None:
        return Preview(title, troubles=(t("not_set_up"),), back=back)
    lines = (
        t("mailbox", **_describe(mail.mailbox)),
        t("senders"),
        t("moved", done=mail.mailbox.done, aside=mail.mailbox.aside),
        t("then_judged"),
    )
    return Preview(title, lines, t("button"), back=back)


def _describe(box: Mailbox | GraphMailbox) -> dict[str, str]:
    if isinstance(box, GraphMailbox):
        return {"user": box.account.user, "place": "Microsoft 365", "folder": box.folder}
    return {"user": box.server.user or "–", "place": box.server.host, "folder": box.folder}


def _carry_out(order: Order) -> Done:
    t, parts = order.t, list[MailPart]()
    with order.reading() as (desk, access):
        box, round_ = open_mailbox(desk), order.find_round(desk)
        with access.exclusively("inbox", patience=PATIENCE):
            for part in receive_mail(desk, MailLog(desk.ledger.database), round_, box(), access.recording):
                parts.append(part)
                order.task.say(format_mail_line(part, order.language))
    taken = [part for part in parts if part.outcome == TAKEN]
    told = judge_and_tell(order, {part.round for part in taken}, {part.path or "" for part in taken}) if taken else Told()
    lines = (format_mail_sums(parts, order.language) if parts else t("nothing"),)
    again = Link(t("again"), order.task.back)
    return Done((*lines, *told.lines), told.troubles, (*told.links, *link_quarantine(parts, t), again))


FETCH_MAIL = Action("fetch-mail", PAGE, _prepare, _carry_out)
