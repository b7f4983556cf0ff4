"""The accounts: an export is put aside, a page says which of its rows are placed where, and its button takes it in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from starlette.responses import Response
from starlette.routing import Route

from styrxl.descriptions.outcome_mapping import FILE
from styrxl.model.catalogue import word
from styrxl.model.days import local_day
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB, limits_of_council_plan
from styrxl.model.masking import make_showable
from styrxl.rounds.overview.outcome_words import (
    describe_before,
    describe_boards,
    describe_total,
    list_booked,
    list_changes,
    list_unplaced,
)
from styrxl.rounds.take_outcomes import OutcomeResult, take_export
from styrxl.store.outcome_runs import read_newest_run
from styrxl.web.desk.actions import Action, Order, Preview, Question, Table
from styrxl.web.desk.error_texts import describe_error
from styrxl.web.desk.staging import drop_staged, find_staged, stage
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint

PAGE = "outcomes"
_LONGEST = 200  # letters of a file's name


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/rounds/{round}/outcomes", make_endpoint(show_outcomes, rooms), methods=["GET", "POST"])]


def show_outcomes(visit: Visit) -> Response:
    """Return where an export is chosen; one that was sent is put aside, and the page that says what comes of it is gone to."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        newest = read_newest_run(desk.ledger.database, round_.id)
        most = limits_of_council_plan(desk.workspace.settings.limits).file_mb * MB
        has_mapping = (desk.workspace.root / FILE).is_file()
    wrong = ""
    if visit.request.method == "POST":
        files = visit.uploads("file")
        wrong = "choose_first" if len(files) != 1 else "too_large" if (files[0].size or 0) > most else ""
        if not wrong:
            name = make_showable((files[0].filename or "").replace("\\", "/").rpartition("/")[2])[-_LONGEST:] or "export"
            staged = stage(visit.place.root, files[0].file.read(), name, round=round_.id)
            return visit.go(f"/rounds/{round_.id}/do/take-outcomes?file={staged.token}")
    run = newest[0] if newest else None
    at = local_day(run.recorded_at, desk.zone).isoformat() if run else ""
    return visit.show(PAGE, status=422 if wrong else 200, round_=round_, run=run, at=at, wrong=wrong, has_mapping=has_mapping)


def _prepare(question: Question) -> Preview:
    desk, round_, t = question.desk, question.in_round, question.t
    title = t("do_title", round=desk.workspace.settings.round_name(round_, question.language))
    back = f"/rounds/{round_.id}/outcomes"
    staged = find_staged(desk.workspace.root, question.given.get("file", ""))
    if staged is None or staged.facts.get("round") != round_.id:
        return Preview(title, troubles=(t("gone"),), back=back)
    try:
        result = take_export(desk, round_, staged.name, staged.data, dry_run=True)
    except StyrxlError as error:
        return Preview(title, troubles=describe_error(error, question.language), back=back)
    lines = (t("from_file", file=staged.name), *describe_total(result.placing, question.language))
    if result.same:
        return Preview(title, (*lines, word("outcomes_same", question.language)), tables=_list_tables(result, desk.zone, t), back=back)
    return Preview(
        title,
        (*lines, t("counts")),
        t("button"),
        troubles=tuple(_list_troubles(result, t)),
        tables=_list_tables(result, desk.zone, t),
        back=back,
    )


def _list_troubles(result: OutcomeResult, t: Texts) -> Iterator[str]:
    if result.placing.unplaced:
        yield word("outcomes_unplaced", t.language, n=len(result.placing.unplaced))
    yield from describe_boards(result, t.language)


def _list_tables(result: OutcomeResult, zone: tzinfo, t: Texts) -> tuple[Table, ...]:
    placing, language = result.placing, t.language
    tables = []
    if placing.unplaced:
        tables.append(_make_table(word("outcomes_unplaced", language, n=len(placing.unplaced)), list_unplaced(placing, language)))
    for key, rows in (("outcomes_placed", placing.booked), ("outcomes_units", placing.units)):
        if rows:
            tables.append(_make_table(word(key, language), list_booked(rows, language)))
    if result.before is not None and result.changes:
        tables.append(_make_table(describe_before(result, language, zone), list_changes(result, language)))
    return tuple(tables)


def _make_table(caption: str, rows: Sequence[Sequence[str]]) -> Table:
    head, *others = rows
    return Table(caption, tuple(head), tuple(tuple(map(make_showable, row)) for row in others))


def _carry_out(order: Order) -> Done:
    t, root = order.t, order.place.root
    staged = find_staged(root, order.given.get("file", ""))
    if staged is None:
        return Done(troubles=(t("gone"),))
    with order.writing() as desk:
        result = take_export(desk, order.find_round(desk), staged.name, staged.data, dry_run=False)
    drop_staged(root, staged)
    here = f"/rounds/{order.round_id}"
    links = (Link(t("see_round"), here), Link(t("see_results"), f"{here}/results"))
    key = "outcomes_kept" if result.recorded else "outcomes_same"
    return Done((word(key, order.language), *describe_total(result.placing, order.language)), tuple(_list_troubles(result, t)), links)


TAKE_OUTCOMES = Action("take-outcomes", PAGE, _prepare, _carry_out)
