"""Judging what lies in the inbox: by itself after something was taken in, and by a button where files were put there by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from urllib.parse import quote, urlencode

from styrxl.model.catalogue import word
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.hints import list_changed_forms
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.web.desk.access import Access
from styrxl.web.desk.actions import Action, Order, Preview, Question
from styrxl.web.desk.notes import describe_notes
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts

PAGE = "judging"
VERDICTS = ("accepted", "rejected", "unreadable", "superseded", "duplicate", "set-aside")
_TO_SEE_TO = ("rejected", "unreadable")
_MOST = 30  # returns that are named


@dataclass(frozen=True, slots=True)
class Told:
    """What judging gave, in words."""

    lines: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


def make_return_link(round_id: str, path: str) -> str:
    """Return the address of a return's page, by its path in the workspace."""
    return f"/rounds/{round_id}/returns/{quote(path.rpartition('/')[2], safe='')}"


def judge_and_tell(order: Order, rounds: Collection[str], fresh: Collection[str]) -> Told:
    """Judge the inboxes of rounds, record it, and return what is to be told; ``fresh``: the paths of what has just come."""
    t = Texts(PAGE, order.language)
    told = []
    for round_id in sorted(rounds):
        with order.writing() as desk:
            round_ = desk.workspace.rounds.parse(round_id)
            told.append(_tell(desk, round_, judge_inbox(desk, round_), fresh, t, order.access))
    join = chain.from_iterable
    return Told(tuple(join(e.lines for e in told)), tuple(join(e.troubles for e in told)), tuple(join(e.links for e in told)))


def _tell(desk: Desk, round_: Round, judged: JudgedRound, fresh: Collection[str], t: Texts, access: Access) -> Told:
    name = desk.workspace.settings.round_name(round_, t.language)
    new = [one for one in access.keep(judged.returns, lambda one: one.owner) if one.path in fresh]
    lines = [t("new", round=name, counts=count_verdicts(new, t.language))] if new else []
    if access.sees_all:
        lines.append(t("all", round=name, n=len(judged.returns), counts=count_verdicts(judged.returns, t.language) or "–"))
    troubles = [*_describe_new(new, t), *(_describe_files(desk, round_, t) if access.sees_all else ())]
    links = [Link(t("see_round", round=name), f"/rounds/{round_.id}"), *_link_new(round_, new, t)]
    return Told(tuple(lines), tuple(troubles), tuple(links))


def count_verdicts(returns: Sequence[Judged], language: str) -> str:
    """Return how many returns have each verdict, in words."""
    counts = Counter(one.verdict for one in returns)
    return ", ".join(f"{counts[verdict]} {word(f'verdict_{verdict}', language)}" for verdict in VERDICTS if counts[verdict])


def _describe_new(new: Sequence[Judged], t: Texts) -> Iterator[str]:
    for one in [one for one in new if one.verdict in _TO_SEE_TO][:_MOST]:
        verdict = word(f"verdict_{one.verdict}", t.language)
        key = "to_mend" if one.verdict == "rejected" else "unread"
        yield t(key, file=make_showable(one.path.rpartition("/")[2]), owner=one.owner or t("nobodys"), verdict=verdict, n=one.errors)


def _describe_files(desk: Desk, round_: Round, t: Texts) -> Iterator[str]:
    """Yield which files in the inbox were left out, and why."""
    files = desk.workspace.inbox_files(round_)
    for path in files.skipped:
        yield word("skipped", t.language, path=desk.workspace.shown(path))
    for path in files.waiting:
        yield word("waits", t.language, path=desk.workspace.shown(path), why=word("waits_in_cloud", t.language))


def _link_new(round_: Round, new: Sequence[Judged], t: Texts) -> Iterator[Link]:
    for one in [one for one in new if one.verdict in _TO_SEE_TO][:_MOST]:
        file = make_showable(one.path.rpartition("/")[2])
        yield Link(t("see_return", file=file), make_return_link(round_.id, one.path))
        if not one.owner:
            yield Link(t("assign", file=file), f"/rounds/{round_.id}/do/assign?{urlencode({'file': one.path})}")


def _prepare(question: Question) -> Preview:
    desk, round_, t = question.desk, question.in_round, question.t
    files = desk.workspace.inbox_files(round_)
    paths = {desk.workspace.shown(path) for path in files.files}
    unjudged = paths - desk.ledger.verdicts(round_.id).keys()
    lines = [
        t("inbox", n=len(paths), folder=desk.workspace.shown(desk.workspace.inbox(round_))),
        t("unjudged", n=len(unjudged)),
        t("holds"),
    ]
    notes = describe_notes([*list_changed_forms(desk.ledger, desk.forms, round_)], question.language)
    title = t("title", round=desk.workspace.settings.round_name(round_, question.language))
    return Preview(
        title,
        tuple(lines) if paths else (t("empty"),),
        t("button") if paths else "",
        troubles=(*_describe_files(desk, round_, t), *notes),
        back=f"/rounds/{round_.id}/take-in",
    )


def _carry_out(order: Order) -> Done:
    told = judge_and_tell(order, {order.round_id or ""}, ())
    return Done(told.lines, told.troubles, told.links)


JUDGE = Action("judge", PAGE, _prepare, _carry_out)
