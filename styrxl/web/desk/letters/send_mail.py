"""Sending a round's letters: who gets which is seen first, and each letter; then they go, and how far they are is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from styrxl.mail.outgoing.delivery import DeliveryResult
from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.letter_table import describe_doubt, describe_letter, is_unfinished, list_headings, list_remarks
from styrxl.mail.outgoing.run import run_mailing
from styrxl.mail.outgoing.send import SortedLetters
from styrxl.mail.outgoing.summary import find_everything_gap
from styrxl.mail.outgoing.transport import Timing
from styrxl.mail.working_days import find_next_working_day, is_working_day
from styrxl.model.catalogue import word
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.store.mail_log import Mail
from styrxl.store.mail_states import REFUSED, SENT, UNSURE, WAITING
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question
from styrxl.web.desk.letters.mail_page import PAGE
from styrxl.web.desk.letters.mailing import find_letters, find_way, list_mailings, make_letter_link, read_only, read_request
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts


def _prepare(question: Question) -> Preview:
    desk, round_, t, given = question.desk, question.in_round, question.t, question.given
    mailing = read_request(desk, round_, given, question.access).mailing
    title = t(f"do_{mailing}", round=desk.workspace.settings.round_name(round_, question.language))
    options, back = _list_options(mailing, t), f"/rounds/{round_.id}/mail"
    try:
        letters = find_letters(desk, round_, given, question.access)
    except StyrxlError as error:
        way = find_way(error, round_)
        ways = [(t(way[0]), way[1])] if way and question.can_open(way[1]) else []
        troubles, values = question.describe_error(error), _show(None, round_, question, ways)
        return Preview(title, troubles=troubles, options=options, back=back, template="mailing.html", values=values)
    n = len(letters.ready)
    return Preview(
        title,
        lines=tuple(_describe(letters, mailing, given, t)),
        button=(t("button_trial", n=n) if given.get("redirect_to") else t("button", n=n)) if n else "",
        troubles=tuple(_list_troubles(question, letters)),
        options=options,
        back=back,
        template="mailing.html",
        values=_show(letters, round_, question, []),
    )


def _list_options(mailing: str, t: Texts) -> tuple[Field, ...]:
    some = (
        Field("only", t("only"), help=t("only_help")),
        Field("redirect_to", t("redirect_to"), "email", help=t("redirect_help")),
    )
    return (*some, Field("incomplete", t("incomplete"), "check", help=t("incomplete_help"))) if mailing == "summary" else some


def _show(letters: SortedLetters | None, round_: Round, question: Question, ways: list[tuple[str, str]]) -> Mapping[str, Any]:
    """Return what the page shows besides: each letter, and where what stands in the way is seen to."""
    rows = [] if letters is None else [_show_letter(letter, letters, round_, question) for letter in letters.letters]
    return {"headings": list_headings(question.language), "letters": rows, "ways": ways}


def _show_letter(letter: Letter, letters: SortedLetters, round_: Round, question: Question) -> Mapping[str, Any]:
    *cells, state = describe_letter(letter, letters, None, question.language, sent=False)
    is_blocked = letter.key in letters.blocked
    href = make_letter_link(round_, letter, question.given)
    return {"cells": cells, "state": state if is_blocked else question.t("goes"), "blocked": is_blocked, "href": href}


def _describe(letters: SortedLetters, mailing: str, given: Mapping[str, str], t: Texts) -> Iterator[str]:
    yield t("n_ready", n=len(letters.ready)) if letters.ready else t(f"none_{mailing}")
    if letters.sent_before:
        yield t("n_before", n=letters.sent_before)
    if given.get("redirect_to"):
        yield word("mail_redirected", t.language, address=given["redirect_to"])


def _list_troubles(question: Question, letters: SortedLetters) -> Iterator[str]:
    desk, round_, given, t = question.desk, question.in_round, question.given, question.t
    if letters.blocked:
        yield t("n_blocked", n=len(letters.blocked))
    yield from (line.removeprefix("! ") for line in list_remarks(letters, {}, t.language))
    today = desk.today
    if given["mailing"] == "reminders" and not given.get("redirect_to") and not is_working_day(today):
        yield word("mail_not_working_day", t.language, day=find_next_working_day(today))
    if given["mailing"] == "summary" and not given.get("only") and (gap := find_everything_gap(desk, round_)):
        yield word(gap, t.language)
    if not question.access.sees_all:
        return  # nobody knows whose those are that were not judged
    inbox = {desk.workspace.shown(path) for path in desk.workspace.inbox_files(round_).files}
    if unjudged := len(inbox - desk.ledger.verdicts(round_.id).keys()):
        yield t("unjudged", n=unjudged)


def _carry_out(order: Order) -> Done:
    t = order.t
    with order.reading() as (desk, access):
        round_ = order.find_round(desk)
        request = read_request(desk, round_, order.given, order.access, send=True)

        def tell_doubt(mail: Mail) -> None:
            order.task.say(describe_doubt(mail, order.language))

        done = run_mailing(access, round_, request, Timing(), tell_doubt, order.task.show_sending)
    results = {result.key: result for result in done.results}
    sent = sum(result.state == SENT for result in results.values())
    left = len(done.letters.letters) - sent
    lines = [word("mail_sum_sent", t.language, n=sent, stuck=left, gone=done.letters.sent_before)]
    lines += [t("trial_done")] if request.redirect_to else []
    here = f"/rounds/{round_.id}"
    links: tuple[Link, ...] = (Link(t("see_sent"), f"{here}/mail/sent"), Link(t("back_to_mail"), f"{here}/mail"))
    if is_unfinished(done.results):
        links = (Link(t("go_on"), order.task.back), *links)
    return Done(tuple(lines), tuple(_tell_results(done.letters, results, t)), links)


def _tell_results(letters: SortedLetters, results: Mapping[tuple[str, ...], DeliveryResult], t: Texts) -> Iterator[str]:
    for letter in letters.letters:
        result = results.get(letter.key)
        if letter.key in letters.blocked or (result and result.state in {REFUSED, WAITING, UNSURE}):
            *_, state = describe_letter(letter, letters, result, t.language, sent=True)
            yield f"{letter.owner or '–'}: {state.removeprefix('! ')}"
    yield from (line.removeprefix("! ") for line in list_remarks(letters, results, t.language))


def _name_work(question: Question) -> str:
    mailing = read_request(question.desk, question.in_round, question.given, question.access).mailing
    return question.t(f"do_{mailing}", round=question.desk.workspace.settings.round_name(question.in_round, question.language))


def _list_named(question: Question) -> list[str | None] | None:
    """Return whose letters are asked for by name; None for letters that are of everybody."""
    if question.given.get("mailing") not in list_mailings(question.access):
        return None
    return [*read_only(question.desk, question.given)]


SEND_MAIL = Action("mail", PAGE, _prepare, _carry_out, name_work=_name_work, scoped=_list_named)
