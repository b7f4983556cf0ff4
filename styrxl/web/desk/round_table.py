"""A round as a table: its owners by board and administration, to be chosen, sorted and searched; what waits for a word stands above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.days import format_moment, local_day
from styrxl.model.form_files import Forms
from styrxl.model.masking import make_showable
from styrxl.rounds.overview.narrowed_facts import find_facts_of
from styrxl.rounds.overview.owner_choice import SORTS, STATES, Choice, ChosenRows, choose_rows
from styrxl.rounds.overview.owner_groups import ASIDE, DONE, LATE, MEND
from styrxl.rounds.overview.owner_rows import MAILED, NO_ADDRESS, NOT_MAILED, UNREACHED, OwnerRow, Place, list_owner_rows
from styrxl.rounds.overview.round_steps import find_to_do
from styrxl.rounds.overview.status_words import describe_mail, describe_outcomes, describe_overdue, describe_state, describe_sums
from styrxl.rounds.status import find_outcomes, find_overdue
from styrxl.web.desk.return_links import owner_href, return_href
from styrxl.web.desk.shown_round import PAGE as HOME
from styrxl.web.desk.shown_round import show_round
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

_SIGNS = {DONE: ("✓", "good"), MEND: ("✗", "mend"), LATE: ("!", "watch"), ASIDE: ("–", "")}
_MAIL_COLUMNS = ("reminded", "mail")  # shown where there is mail
_COLUMNS = ("name", "board", "issued", "due", "returned", "state", "errors", "warnings", *_MAIL_COLUMNS)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: its key and text, where a press on it leads, and whether rows are sorted by it (as ``aria-sort`` says it)."""

    key: str
    text: str
    href: str
    sorted: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """An owner's row in words; ``returned_href``: its return's page, if it has one."""

    id: str
    name: str
    kind: str
    href: str
    board: str
    issued: str
    due: str
    late: str
    late_tone: str
    returned: str
    returned_href: str
    state: str
    sign: str
    tone: str
    errors: str
    warnings: str
    reminded: str
    mail: str
    mail_tone: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Rows that stand together: those of a board and administration, or all of them without a name."""

    name: str
    rows: tuple[ShownRow, ...]


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/rounds/{round}", make_endpoint(show_table, rooms, scoped=True))]


def show_table(visit: Visit) -> Response:
    """Return a round as a table."""
    texts, choice = Texts("round_table", visit.language), read_choice(visit)
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        facts, access = find_facts_of(desk, round_, visit.access.owners), visit.access
        rows = list_owner_rows(desk, facts)
        chosen = choose_rows(rows, choice)
        words = _Words(texts, desk.forms, round_.id, desk.zone, has_mail=facts.sends or bool(facts.mail.handed_out))
        overdue = {owner: those for owner, those in find_overdue(desk, round_).items() if access.sees(owner)}
        notes = describe_overdue(overdue, visit.language)
        notes += describe_outcomes(find_outcomes(desk, round_), visit.language, desk.zone) if access.sees_all else []
        shown = show_round(desk, find_to_do(facts), visit.language, visit.can_open)
    return visit.show(
        "round_table",
        round_=round_,
        choice=choice,
        here=f"/rounds/{round_.id}",
        home=Texts(HOME, visit.language),
        shown=shown,
        sums=describe_sums(facts.owners, visit.language),
        notes=notes,
        mails=describe_mail(facts.mail.status, visit.language),
        unplaced=[words.show_unplaced(file.path, file.verdict) for file in facts.unplaced if file.waits or file.verdict is None],
        settled=[words.show_unplaced(file.path, file.verdict) for file in facts.unplaced if not (file.waits or file.verdict is None)],
        from_cloud=facts.from_cloud,
        any=bool(rows),
        **_show_filters(rows, chosen, choice, words),
        **_show_rows(chosen, choice, words),
    )


def read_choice(visit: Visit) -> Choice:
    """Return what a table's address asks for; what it has no meaning for is left out."""
    asked = visit.query
    state, sort, page = asked.get("state", ""), asked.get("sort", ""), asked.get("page", "")
    return Choice(
        state if state in STATES else "",
        asked.get("board", ""),
        asked.get("level", ""),
        asked.get("q", "").strip()[:200],
        sort if sort in SORTS else "",
        asked.get("order") == "down",
        int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def write_choice(round_id: str, choice: Choice) -> str:
    """Return the address of a table that shows what is chosen."""
    order = "down" if choice.descending else ""
    page = str(choice.page) if choice.page > 1 else ""
    asked = {
        "state": choice.state,
        "board": choice.board,
        "level": choice.level,
        "q": choice.text,
        "sort": choice.sort,
        "order": order,
        "page": page,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/rounds/{round_id}" + (f"?{query}" if query else "")


def _show_filters(rows: Sequence[OwnerRow], chosen: ChosenRows, choice: Choice, words: _Words) -> dict[str, Any]:
    everybody = (
        chosen.states["done"] + chosen.states["missing"] + chosen.states["mend"] + chosen.states["aside"] + chosen.states["not-issued"]
    )
    states = [("", words.t("state_all", n=everybody), everybody)]
    states += [(state, words.t(f"state_{state}", n=n), n) for state, n in chosen.states.items() if state != NO_ADDRESS or words.has_mail]
    boards = {row.board.id: row.board.name for row in rows if row.board.id}
    levels = {row.level: words.name_level(row.level) for row in rows}
    return {
        "states": [
            (text, write_choice(words.round_id, replace(choice, state=state, page=1)), state == choice.state)
            for state, text, n in states
            if n or state in {"", choice.state}
        ],
        "boards": [*boards.items()],
        "levels": [*levels.items()],
    }


def _show_rows(chosen: ChosenRows, choice: Choice, words: _Words) -> dict[str, Any]:
    grouped = choice.sort == ""
    columns = [key for key in _COLUMNS if (key not in _MAIL_COLUMNS or words.has_mail) and not (grouped and key == "board")]
    by_place = groupby(chosen.rows, key=lambda row: (row.board, row.administration)) if grouped else [((Place(), Place()), chosen.rows)]
    pages = [(n, write_choice(words.round_id, replace(choice, page=n)), n == chosen.page) for n in range(1, chosen.pages + 1)]
    return {
        "headings": [_make_heading(key, choice, words) for key in columns],
        "labels": {key: words.t(f"column_{key}") for key in _COLUMNS},
        "with_board": not grouped,
        "with_mail": words.has_mail,
        "groups": [ShownGroup(words.name_place(*place) if grouped else "", tuple(map(words.show_row, some))) for place, some in by_place],
        "total": chosen.total,
        "count": len(chosen.rows),
        "pages": pages if chosen.pages > 1 else [],
        "ungrouped": write_choice(words.round_id, replace(choice, sort="", descending=False, page=1)) if not grouped else "",
    }


def _make_heading(key: str, choice: Choice, words: _Words) -> Heading:
    sort = "late" if key == "due" else key
    here = choice.sort == sort
    # Names begin at A; of numbers and days the most and the latest is what one looks for.
    down = not choice.descending if here else sort not in {"name", "board", "state", "mail"}
    href = write_choice(words.round_id, replace(choice, sort=sort, descending=down, page=1))
    return Heading(key, words.t(f"column_{key}"), href, ("descending" if choice.descending else "ascending") if here else "")


class _Words:
    """Puts a table's values into words."""

    def __init__(self, t: Texts, forms: Forms, round_id: str, zone: tzinfo, *, has_mail: bool) -> None:
        self.t, self.round_id, self.has_mail, self._forms, self._zone = t, round_id, has_mail, forms, zone
        self._kinds = {kind: names[t.language].lower() for kind, names in forms.words.lists["kind"].items()}
        self._days: dict[date, str] = {}

    def name_level(self, level: str) -> str:
        return self.t(f"level_{level}")

    def name_place(self, board: Place, administration: Place) -> str:
        return " · ".join(name for name in (board.name, administration.name if administration.id != board.id else "") if name) or self.t(
            "others"
        )

    def show_unplaced(self, path: str, verdict: str | None) -> tuple[str, str, str]:
        """Return what a file is called, where its page is, and its verdict."""
        name = path.rpartition("/")[2]
        return make_showable(name), return_href(self.round_id, path), self.t(f"unplaced_{verdict or 'none'}")

    def show_row(self, row: OwnerRow) -> ShownRow:
        status, t = row.status, self.t
        sign, tone = _SIGNS.get(row.group, ("–", ""))
        form = f" · {self._forms.titles()[status.form][t.language]}" if status.form else ""
        still = row.group in {LATE, MEND}
        return ShownRow(
            status.owner,
            status.name,
            self._kinds.get(status.kind, status.kind) + form,
            owner_href(self.round_id, status.owner),
            self.name_place(row.board, row.administration),
            self._day(status.issued),
            self._day(status.due),
            t("late_now" if still else "late_in", n=row.days_late) if row.days_late else "",
            "tone watch" if still else "quiet-text",
            format_moment(status.returned, self._zone) if status.returned else "",
            return_href(self.round_id, status.path) if status.path else "",
            describe_state(status, t.language),
            sign,
            tone,
            str(status.errors) if status.path else "",
            str(status.warnings) if status.path else "",
            self._day(local_day(status.reminded, self._zone)),
            *self._show_mail(row),
        )

    def _day(self, day: date | None) -> str:
        if day is None:
            return ""
        if day not in self._days:
            self._days[day] = day.isoformat()
        return self._days[day]

    def _show_mail(self, row: OwnerRow) -> tuple[str, str]:
        if row.mail == UNREACHED:
            return f"! {self.t('mail_unreached', list=', '.join(row.status.unreached))}", "tone watch"
        if row.mail == MAILED:
            return f"✓ {self._day(row.mailed)}", ""
        if row.mail == NOT_MAILED and row.status.returned:
            return "", ""
        return self.t(f"mail_{row.mail}"), ""
