"""The page of a return: its verdict, its findings at their cells, its answers, its story, and its file to take home."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import click
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from styrxl.model.catalogue import word
from styrxl.model.judged import Judged
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.give_back import can_go_back, find_place, make_copy
from styrxl.rounds.log import read_events, select_events
from styrxl.rounds.merging.merge import can_merge
from styrxl.rounds.one_return.answers import ShownSheet, show_return
from styrxl.rounds.one_return.find_return import FoundReturn, find_return
from styrxl.rounds.overview.owner_rows import list_owner_rows
from styrxl.rounds.overview.round_facts import find_facts
from styrxl.web.desk.access import Access
from styrxl.web.desk.downloads import make_file_link
from styrxl.web.desk.return_links import action_href, make_anchor, owner_href, return_href
from styrxl.web.desk.returns.events import EventWriter, list_seen
from styrxl.web.desk.returns.return_view import (
    LONG,
    SIGNS,
    TONES,
    find_counting,
    list_rules_to_waive,
    list_same_owner,
    list_waived,
    show_findings,
    sort_newest_first,
)
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint
from styrxl.web.desk.workplace import opens_files_here

_OPENED = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})  # by the program for workbooks, whatever they hold
_FROM_ELSEWHERE = "[ZoneTransfer]\r\nZoneId=3\r\n"  # by which Windows has it opened protected


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    address = "/rounds/{round}/returns/{name}"
    return [
        Route(address, make_endpoint(show_return_page, rooms, scoped=True)),
        Route(f"{address}/annotated", make_endpoint(send_annotated, rooms, scoped=True)),
        Route(f"{address}/open", make_endpoint(open_copy, rooms, own_desk=True), methods=["POST"]),
    ]


def _find(visit: Visit, desk: Desk) -> FoundReturn:
    """Return the return that the address names, among those that are in the inbox and may be seen."""
    found = find_return(desk, visit.find_round(desk.workspace), visit.path["name"])
    if found is None:
        raise HTTPException(404)
    visit.check_seen(found.return_.owner)
    return found


def show_return_page(visit: Visit) -> Response:
    """Return the page of a return."""
    with visit.reading() as desk:
        found, language = _find(visit, desk), visit.language
        return_, round_ = found.return_, found.round
        answers = show_return(desk, found, language)
        findings = show_findings(return_, answers, language)
        sheets = answers.sheets if answers else ()

        def is_filled(sheet: ShownSheet) -> bool:
            return sheet.is_answered or bool(findings.cells_of(sheet.name))

        same = list_same_owner(found.judged, return_)
        titles = {known: title[language] for known, title in desk.forms.titles().items()}
        counting = find_counting(found.judged, return_)
        tone = TONES[return_.verdict]
        order = visit.access.keep(_list_in_order(desk, found), lambda one: one.owner)
        return visit.show(
            "return",
            round_=round_,
            heading=_name(desk, round_, return_, found.name),
            name=make_showable(found.name),
            judged=return_,
            form=titles.get(return_.form or "", ""),
            verdict=word(f"verdict_{return_.verdict}", language),
            tone=tone,
            sign=SIGNS[tone],
            meaning=_explain_key(return_, counting),
            counting=_link(round_, counting) if counting and counting is not return_ else None,
            decided=[d for d in return_.decided if d.kind == "set-aside"][-1:],
            answers=answers,
            filled=[sheet for sheet in sheets if is_filled(sheet)],
            empty=[sheet.name for sheet in sheets if not is_filled(sheet)],
            findings=findings,
            waived=list_waived(return_, language),
            to_waive=list_rules_to_waive(return_, language),
            story=_tell_story(visit.access, desk, round_, return_, Texts("return", language)),
            others=[_link(round_, one, language) for one in same if one is not return_],
            owner=(return_.owner, owner_href(round_.id, return_.owner)) if return_.owner else None,
            actions=_list_actions(desk, round_, return_) if visit.access.may_write else [],
            original=make_file_link("inbox", round_.id, found.name),
            annotated=f"{return_href(round_.id, found.name)}/annotated" if can_go_back(return_) else "",
            open_here=f"{return_href(round_.id, found.name)}/open" if visit.access.is_own_desk and _can_be_opened(found.file) else "",
            opened="opened" in visit.query,
            anew=action_href(round_.id, "judge-anew") if return_.in_force else "",
            previous=_step(round_, order, return_, -1),
            following=_step(round_, order, return_, 1),
            anchor=make_anchor,
            long=LONG,
        )


def _name(desk: Desk, round_: Round, return_: Judged, file: str) -> str:
    """Return what a return is called: by its owner, or by its file where nobody knows whose it is."""
    if return_.owner is None:
        return make_showable(file)
    return f"{return_.owner} {desk.plan.names(round_.day).get(return_.owner, '')}".rstrip()


def _explain_key(return_: Judged, counting: Judged | None) -> str:
    """Return the key of the text that says what a verdict means."""
    if return_.verdict in {"rejected", "unreadable"} and return_.owner is None:
        return "means_unplaced" if return_.verdict == "rejected" else "means_unreadable"
    if return_.verdict == "rejected" and counting is not None:
        return "means_rejected_earlier"
    return f"means_{return_.verdict.replace('-', '_')}"


def _link(round_: Round, return_: Judged, language: str = "") -> tuple[str, str, str]:
    """Return the name, the address and the verdict in words of a return."""
    name = return_.path.rpartition("/")[2]
    return make_showable(name), return_href(round_.id, name), word(f"verdict_{return_.verdict}", language) if language else ""


def _tell_story(access: Access, desk: Desk, round_: Round, return_: Judged, t: Texts) -> list[tuple[str, str]]:
    """Return when what happened, oldest first."""
    numbers = desk.ledger.receipt_numbers(round_.id)
    number, writer = numbers.get((return_.path, return_.sha256)), EventWriter.of(desk, round_, t.language)
    told = []
    for event in list_seen(access, select_events(read_events(desk, round_), return_.path)):
        if event.event == "issued" and return_.form not in {None, event.facts["form"]}:
            continue
        shown = writer.write(event)
        came = event.event == "received" and event.facts["sha256"] == return_.sha256 and number is not None
        told.append((shown.at, f"{shown.text} {t('receipt', n=number)}" if came else shown.text))
    return told


def _list_actions(desk: Desk, round_: Round, return_: Judged) -> list[tuple[str, str]]:
    """Return the keys and addresses of what can be done about a return, the likeliest first."""
    file, owner = return_.path.rpartition("/")[2], return_.owner or ""
    lost = not owner or return_.assigned
    actions = [("assign", action_href(round_.id, "assign", file=file))] if lost else []
    if can_go_back(return_):
        actions.append(("mail", action_href(round_.id, "mail", mailing="answers", only=owner)))
        actions.append(("give_back", action_href(round_.id, "give-back", file=file)))
    if return_.verdict == "set-aside":
        return [("take_back", action_href(round_.id, "take-back", file=file))]
    if return_.verdict != "duplicate":
        actions.append(("set_aside", action_href(round_.id, "set-aside", file=file)))
    if owner and can_merge(desk, round_, owner):
        actions.append(("merge", action_href(round_.id, "merge", owner=owner)))
    return actions


def _list_in_order(desk: Desk, found: FoundReturn) -> list[Judged]:
    """Return a round's returns as its table has them, an owner's newest first; those of nobody come last."""
    owners = [row.status.owner for row in list_owner_rows(desk, find_facts(desk, found.round))]
    places = {owner: n for n, owner in enumerate(dict.fromkeys(owners))}
    return sorted(sort_newest_first(found.judged.returns), key=lambda r: places.get(r.owner or "", len(places)))


def _step(round_: Round, order: Sequence[Judged], return_: Judged, by: int) -> tuple[str, str] | None:
    """Return the name and address of the return before or after another."""
    at = next(n for n, one in enumerate(order) if one is return_) + by
    if not 0 <= at < len(order):
        return None
    name = order[at].path.rpartition("/")[2]
    return make_showable(name.rpartition(".")[0] or name), return_href(round_.id, name)


def send_annotated(visit: Visit) -> Response:
    """Return a return's workbook with what is to be mended marked, made just now."""
    with visit.reading() as desk:
        found = _find(visit, desk)
        data = make_copy(desk, found.return_, found.file)
        if data is None:
            raise HTTPException(404)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(find_place(desk, found.return_).name, safe='')}"}
    return Response(data, media_type="application/octet-stream", headers=headers)


def _can_be_opened(file: Path) -> bool:
    return opens_files_here() and file.suffix.lower() in _OPENED


def open_copy(visit: Visit) -> Response:
    """Open a copy of a return by this computer's own program for workbooks; the file that came stays as it is."""
    with visit.reading() as desk:
        found = _find(visit, desk)
        if not _can_be_opened(found.file):
            raise HTTPException(404)
        data = found.file.read_bytes()
    copy = Path(tempfile.mkdtemp(prefix="styrxl-")) / found.name
    copy.write_bytes(data)
    if sys.platform == "win32":
        with suppress(OSError):
            Path(f"{copy}:Zone.Identifier").write_text(_FROM_ELSEWHERE, "ascii")
        os.startfile(copy)  # noqa: S606 -- as if it were clicked
    else:
        click.launch(str(copy))
    return visit.go(f"{return_href(found.round.id, found.name)}?opened=1")
