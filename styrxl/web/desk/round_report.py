"""The report of a round as its readers will see it, live, and what the controller says to its chapters."""

from __future__ import annotations

import re

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from styrxl.excel.pages import Link as SourceLink
from styrxl.excel.pages import link_target
from styrxl.model.catalogue import say
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.look import read_look
from styrxl.web.desk.actions import Action, Field, Order, Preview, Question
from styrxl.web.desk.downloads import list_round_files, make_file_link
from styrxl.web.desk.return_links import action_href, return_href
from styrxl.web.desk.tasks import Done, Link
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint
from styrxl.web.report.kept_words import keep_chapter_words
from styrxl.web.report.publish_report import Report, gather_report, publish_report
from styrxl.web.report.report_page import Assets, read_script, write_style

_WRITTEN = (".html", ".pdf")
_CELL = re.compile(r"'((?:[^']|'')+)'!([A-Z]+[0-9]+)")


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of these pages."""
    return [
        Route("/rounds/{round}/report", make_endpoint(show_report, rooms)),
        Route("/rounds/{round}/report/chapters", make_endpoint(show_chapters, rooms)),
        Route("/report/report.css", make_endpoint(show_style, rooms)),
        Route("/report/report.js", make_endpoint(show_script, rooms)),
    ]


def show_report(visit: Visit) -> Response:
    """Return the report as a page, each figure of which leads to the return that it comes from."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        report = gather_report(desk, round_, judge_inbox_quietly(desk, round_))
    back = (f"/rounds/{round_.id}/report/chapters", Texts("round_report", visit.language)("back_to_desk"))
    page = report.render(
        assets=Assets("/report/report.css", "/report/report.js", back), source_link=lambda link: find_source(link, round_.id)
    )
    return HTMLResponse(page)


def show_chapters(visit: Visit) -> Response:
    """Return the report's chapters, with what is said to each and a way to say something else."""
    with visit.reading() as desk:
        round_ = visit.find_round(desk.workspace)
        report = gather_report(desk, round_, judge_inbox_quietly(desk, round_))
        files = [(one.name, one.href) for one in list_round_files(desk.workspace, "council", round_) if one.path.suffix in _WRITTEN]
    chapters = [
        {
            "name": name,
            "said": report.given.said.get(name, ""),
            "left_out": name in report.given.left_out,
            "href": action_href(round_.id, CHAPTER.name, chapter=name),
        }
        for name in report.chapters
    ]
    return visit.show("round_report", round_=round_, chapters=chapters, preface=report.given.said.get("", ""), files=files)


def show_style(visit: Visit) -> Response:
    """Return the report's style sheet, in the municipality's colour."""
    look = read_look(visit.place.open_workspace())
    return Response(write_style(look), media_type="text/css", headers={"Cache-Control": "no-cache"})


def show_script(_: Visit) -> Response:
    """Return the report's script."""
    return Response(read_script(), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def find_source(link: SourceLink, round_id: str) -> str:
    """Return where a figure's link leads: to the return's page at its cell, or for what lies elsewhere to where the workbook leads."""
    place = _CELL.fullmatch(link.place or "")
    folder, _, name = link.path.rpartition("/")
    if not folder.startswith("inbox/"):
        return link_target(link.path, "/")
    sheet, cell = (place[1].replace("''", "'"), place[2]) if place else ("", "")
    return return_href(folder.removeprefix("inbox/") or round_id, name, sheet, cell)


def _prepare_chapter(question: Question) -> Preview:
    """Show what is said to a chapter, to be said otherwise."""
    desk, round_, t = question.desk, question.in_round, question.t
    report = _gather(question)
    chapter = question.given.get("chapter", "")
    back = f"/rounds/{round_.id}/report/chapters"
    if chapter and chapter not in report.chapters:
        return Preview(t("chapter_title"), troubles=(t("no_such_chapter", chapter=chapter),), back=back)
    title = t("chapter_of", chapter=chapter) if chapter else t("preface_title")
    said = report.given.said.get(chapter, "")
    fields = [Field("words", t("words"), "long", said, t("words_help"))]
    if chapter:
        fields.append(Field("left_out", t("leave_out"), "check", "1" if chapter in report.given.left_out else ""))
    lines = (t("chapter_about", file=f"council/{desk.workspace.council(round_).stem}.md"),)
    return Preview(title, lines, t("save"), fields=tuple(fields), back=back, values={"before": said})  # which two windows may both change


def _keep_chapter(order: Order) -> Done:
    with order.writing() as desk:
        round_ = order.find_round(desk)
        chapter, left_out = order.given.get("chapter", ""), bool(order.given.get("left_out"))
        keep_chapter_words(desk.workspace, round_, chapter, order.given.get("words", ""), left_out=left_out)
    where = f"/rounds/{round_.id}/report"
    return Done((order.t("saved"),), links=(Link(order.t("to_chapters"), f"{where}/chapters"), Link(order.t("to_report"), where)))


def _prepare_publishing(question: Question) -> Preview:
    """Say which files are written."""
    round_, t = question.in_round, question.t
    council = question.desk.workspace.council(round_)
    lines = (t("publish_about", page=f"council/{council.stem}.html", paper=f"council/{council.stem}.pdf"),)
    fields = (Field("paper", t("with_pdf"), "check", "1"),)
    return Preview(t("publish_title"), lines, t("publish"), fields=fields, back=f"/rounds/{round_.id}/report/chapters")


def _publish(order: Order) -> Done:
    with order.writing() as desk:
        round_ = order.find_round(desk)
        done = publish_report(desk, round_, pdf=bool(order.given.get("paper")))
    links = tuple(Link(path.name, make_file_link("council", round_.id, path.name)) for path in done.written if path.suffix != ".md")
    troubles = tuple(say(note, order.language) for note in done.notes if note.key != "report_words")
    return Done((order.t("published"),), troubles, (*links, Link(order.t("to_chapters"), f"/rounds/{round_.id}/report/chapters")))


def _gather(question: Question) -> Report:
    return gather_report(question.desk, question.in_round, judge_inbox_quietly(question.desk, question.in_round))


CHAPTER = Action("chapter-words", "round_report", _prepare_chapter, _keep_chapter)
PUBLISH = Action("publish-report", "round_report", _prepare_publishing, _publish)
