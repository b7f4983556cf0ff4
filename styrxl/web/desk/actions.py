"""Whatever changes something: a page says what will happen, a button has it done in the background, a page says what came of it.

An action is two functions. ``prepare`` looks and writes nothing; ``carry_out`` does it. Before anything is done ``prepare`` is asked
again: where what it says has changed since it was shown, nothing is done, and that is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.web.desk.access import EVERYTHING, Access
from styrxl.web.desk.error_texts import describe_error_to
from styrxl.web.desk.tasks import Done, Link, Task
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import MARK, Rooms, Visit, make_endpoint
from styrxl.web.desk.workplace import Workplace

SHOWN = "shown"  # the field that has the mark of what was shown


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in: ``kind`` is ``text``, ``long``, ``date``, ``email``, ``number``, ``check`` or ``choice`` (value -> label)."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of what an action is about: its caption, headings and rows of text."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What will happen.

    ``button``: what its button says; none where there is nothing to do. ``troubles``: what speaks against it, or stops it.
    ``options``: what changes the preview (shown anew by a button of its own). ``fields``: what is asked besides, and changes nothing in
    the preview. ``template`` and ``values``: a page of its own, which extends ``action.html``.
    """

    title: str
    lines: tuple[str, ...] = ()
    button: str = ""
    troubles: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    options: tuple[Field, ...] = ()
    fields: tuple[Field, ...] = ()
    back: str = "/"
    template: str = "action.html"
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What changes with anything that was shown of what will happen."""
        return hashlib.sha256(repr((self.title, self.lines, self.button, self.troubles, self.tables, self.values)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of ``prepare``: the workspace, open for reading, the round, and what the page's options say.

    ``opened``: None where the action is about a folder that is no workspace yet, or one that cannot be opened.
    """

    opened: Desk | None
    round: Round | None
    given: Mapping[str, str]
    t: Texts
    language: str
    place: Workplace
    access: Access = EVERYTHING
    can_open: Callable[[str], bool] = lambda _: True

    @property
    def desk(self) -> Desk:
        """The workspace, open for reading, where the action opens it."""
        assert self.opened is not None
        return self.opened

    def describe_error(self, error: StyrxlError) -> tuple[str, ...]:
        """Return what is to be done about an error, as far as whoever asks may know what it is about."""
        return describe_error_to(self.access, error, self.language)

    @property
    def in_round(self) -> Round:
        """The round, where the action has one."""
        assert self.round is not None
        return self.round


class NotSeenError(Exception):
    """What is to be done is about somebody whom its visitor may not see."""


def check_nothing(_: Desk) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Order:
    """What ``carry_out`` gets: how to open the workspace, the round's id, what was filled in, and the task that tells how it goes.

    ``check`` is asked as soon as the workspace is open, by when others may have changed whom it is about; raises NotSeenError.
    """

    place: Workplace
    task: Task
    round_id: str | None
    given: Mapping[str, str]
    t: Texts
    language: str
    access: Access = EVERYTHING
    check: Callable[[Desk], None] = check_nothing

    @contextmanager
    def writing(self) -> Iterator[Desk]:
        """Open the workspace for writing; whom that waits for is shown on the task's page."""
        with self.place.writing(self.task.title, self.task.wait_for, self.task.show_progress) as desk:
            self.check(desk)
            yield desk

    def holding(self) -> AbstractContextManager[None]:
        """Keep others from writing in the folder, whatever state its settings and its plan are in."""
        return self.place.holding(self.task.title, self.task.wait_for)

    @contextmanager
    def reading(self) -> Iterator[tuple[Desk, WorkspaceAccess]]:
        """Open the workspace for reading, with the locks that mail takes for itself."""
        with self.place.reading(self.task.show_progress) as desk:
            self.check(desk)
            yield desk, self.place.access(desk, self.task.title, self.task.wait_for)

    def find_round(self, desk: Desk) -> Round:
        """Return the round that it is about."""
        return desk.workspace.rounds.parse(self.round_id or "")


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a controller does. ``page``: where its texts stand (``words/PAGE.yaml``). ``in_round``: whether it is about a round.

    ``check``: what is wrong in what was filled in (field -> text), before anything begins. ``opens``: whether the workspace is opened
    for it; what makes or mends one (plan, settings, lock) has the folder alone. ``at_once``: it is done beside what is at work.
    ``own_desk``: it is about this computer's folders, and so for the desk of its user alone. ``name_work``: what its work is called,
    where looking takes long: its button then begins at once, and what will happen is looked at again in the background alone.
    ``scoped``: which owners it is about, by what is asked (None in it where that is nobody's in particular): whoever sees each of those
    may do it. Without it, or where it gives None, it is about everybody.
    """

    name: str
    page: str
    prepare: Callable[[Question], Preview]
    carry_out: Callable[[Order], Done]
    in_round: bool = True
    check: Callable[[Question], Mapping[str, str]] = lambda _: {}
    opens: bool = True
    at_once: bool = False
    own_desk: bool = False
    name_work: Callable[[Question], str] | None = None
    scoped: Callable[[Question], Collection[str | None] | None] | None = None

    def is_for(self, question: Question) -> bool:
        """Whether whoever asks may see everybody whom it is about."""
        if question.access.sees_all:
            return True
        owners = self.scoped(question) if self.scoped else None
        return owners is not None and all(map(question.access.sees, owners))

    @property
    def path(self) -> str:
        """Its address, with the round's place in it."""
        return f"/rounds/{{round}}/do/{self.name}" if self.in_round else f"/do/{self.name}"


def make_action_route(action: Action, rooms: Rooms) -> Route:
    """Return the route of an action: what will happen, and its button."""
    page = partial(_answer_action, action)
    endpoint = make_endpoint(page, rooms, scoped=action.scoped is not None, own_desk=action.own_desk, changes=True)
    return Route(action.path, endpoint, methods=["GET", "POST"])


def _answer_action(action: Action, visit: Visit) -> Response:
    posted = visit.request.method == "POST"
    given = {key: value.strip() for key, value in (visit.form if posted else visit.query).items() if isinstance(value, str)}
    with _open(action, visit.place) as desk:
        round_ = visit.find_round(desk.workspace) if desk and action.in_round else None
        question = Question(
            desk, round_, given, Texts(action.page, visit.language), visit.language, visit.place, visit.access, visit.can_open
        )
        if not action.is_for(question):
            raise HTTPException(404)
        if posted and action.name_work is not None:
            waiting = Preview(action.name_work(question), button=action.name)  # what will happen is looked at again before it is done
            return visit.go(f"/tasks/{_begin(action, visit, waiting, round_, given).id}")
        preview = action.prepare(question)
        if not posted:
            return _show(action, visit, preview, round_, given, {})
        if not preview.button:  # somebody else was quicker
            return _show(action, visit, preview, round_, given, {}, changed=True)
        missing = {one.name: question.t("required") for one in preview.fields if one.required and not given.get(one.name)}
        if wrong := missing | dict(action.check(question)):
            return _show(action, visit, preview, round_, given, wrong)
        if given.get(SHOWN) != _mark(preview, visit.place.root):
            return _show(action, visit, preview, round_, given, {}, changed=True)
    return visit.go(f"/tasks/{_begin(action, visit, preview, round_, given).id}")


def _mark(preview: Preview, root: Path) -> str:
    """Return what changes with anything that was shown, and with the workspace: another may be opened while a page waits."""
    return hashlib.sha256(f"{root}\0{preview.mark}".encode("utf-8", "surrogateescape")).hexdigest()


def _open(action: Action, place: Workplace) -> AbstractContextManager[Desk | None]:
    return place.reading() if action.opens else nullcontext()


def _show(
    action: Action,
    visit: Visit,
    preview: Preview,
    round_: Round | None,
    given: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    changed: bool = False,
) -> Response:
    asked = {one.name for one in (*preview.options, *preview.fields)}
    kept = {key: value for key, value in given.items() if key not in {*asked, MARK, SHOWN}}
    return visit.show(
        action.page,
        template=preview.template,
        status=422 if wrong else 409 if changed else 200,
        round_=round_,
        preview=preview,
        shown=_mark(preview, visit.place.root),
        given=given,
        kept=kept,
        options={one.name: given.get(one.name, one.value) for one in preview.options},
        wrong=wrong,
        changed=changed,
        **preview.values,
    )


def _begin(action: Action, visit: Visit, preview: Preview, round_: Round | None, given: Mapping[str, str]) -> Task:
    texts, place, access = Texts(action.page, visit.language), visit.place, visit.access

    def ask(desk: Desk | None) -> Question:
        question = Question(desk, round_, given, texts, texts.language, place, access, visit.can_open)
        if not action.is_for(question):
            raise NotSeenError
        return question

    def check(desk: Desk) -> None:
        ask(desk)

    def work(task: Task) -> Done:
        try:
            with _open(action, place) as desk:
                if _mark(action.prepare(ask(desk)), place.root) != given.get(SHOWN):
                    return Done(troubles=(texts("changed_meanwhile"),), links=(Link(texts("look_again"), task.back),))
            return action.carry_out(Order(place, task, round_.id if round_ else None, given, texts, texts.language, access, check))
        except NotSeenError:
            return Done(troubles=(texts("not_yours"),))

    filled_in = {MARK, SHOWN, *(one.name for one in preview.fields)}
    asked = urlencode({key: value for key, value in given.items() if key not in filled_in and value})
    back = visit.request.url.path + (f"?{asked}" if asked else "")
    return visit.rooms.tasks.begin(preview.title, round_.id if round_ else None, back, work, at_once=action.at_once, access=access)
