"""A round as it goes to the archive: what came in, how it was judged and decided, what was made of it, and its tables as plain files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from styrxl import __version__
from styrxl.care.bag import Payload, make_safe_name, write_bag
from styrxl.care.round_records import list_records
from styrxl.export.export_round import gather_resources
from styrxl.export.package import make_package
from styrxl.model.catalogue import Word, tell_how_to_install, word
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import LANGUAGES
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.log import write_log
from styrxl.rounds.publish import MadeBook, list_boards, make_books
from styrxl.store.files import make_folder, make_temporary_path, remove_leftovers, translate_errors
from styrxl.web.report.make_pdf import ARCHIVED, NoPdfError, make_pdf
from styrxl.web.report.publish_report import gather_report

FOLDER = "archive"
_OWN = ("sheets", "schemas", "outcomes.yaml")  # of the workspace's own files, by which was judged


@dataclass(frozen=True, slots=True)
class Archived:
    """A package that was made: where, of how many files and bytes; ``notes``: what is to be told of it."""

    path: Path
    files: int
    size: int
    notes: tuple[Word, ...]


def archive_round(desk: Desk, round_: Round, to: Path | None, *, pdf: bool) -> Archived:
    """Write a round as a BagIt package to a folder that is not there yet, whole or not at all.

    ``to``: where, ``archive/ROUND`` where it is None. ``pdf``: with the report as PDF/A. Raises StyrxlError: archive-in-the-way,
    archive-nothing, archive-no-pdf; round-purged; not-readable, disk-full, not-writable.
    """
    path = to or desk.workspace.root / FOLDER / round_.id
    if path.exists():
        raise StyrxlError("archive-in-the-way", path=str(path))
    judged = judge_inbox(desk, round_)
    if not judged.returns and not desk.ledger.issues(round_.id):
        raise StyrxlError("archive-nothing", round=round_.id)
    books = tuple(make_books(desk, round_, judged, list_boards(desk, round_)))
    payload = tuple(_gather(desk, round_, judged, books, pdf=pdf))
    make_folder(path.parent)
    remove_leftovers([path.parent], desk.now.timestamp())  # of one that was killed
    folder = make_temporary_path(path.resolve())
    try:
        write_bag(folder, payload, _describe(desk, round_))
        with translate_errors(path):
            folder.rename(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Archived(path, len(payload), sum(len(file.data) for file in payload), tuple(_list_notes(desk, books)))


def _describe(desk: Desk, round_: Round) -> list[tuple[str, str]]:
    settings = desk.workspace.settings
    number = [("Organization-Identifier", settings.organisation_number)] if settings.organisation_number else []
    return [
        ("Source-Organization", settings.municipality),
        *number,
        ("External-Identifier", round_.id),
        ("External-Description", settings.round_name(round_, settings.language)),
        ("Bagging-Date", desk.today.isoformat()),
        ("Bag-Software-Agent", f"styrxl {__version__}"),
    ]


def _gather(desk: Desk, round_: Round, judged: JudgedRound, books: Iterable[MadeBook], *, pdf: bool) -> Iterator[Payload]:
    """Yield the files of a package: originals, records and tables with their schemas, reports, and what the round was judged by."""
    originals = dict(_name_originals(desk, round_))
    for name, path in originals.items():
        yield _read(path, f"originals/{name}")
    kept_as = {desk.workspace.shown(path): f"originals/{name}" for name, path in originals.items()}
    resources, facts = gather_resources(desk, round_, judged)
    records = list_records(desk, round_, kept_as)
    of_records = {**facts, "name": f"{facts['name']}-records", "description": "What the ledger has of the round."}
    for folder, package in (("tables", make_package(resources, facts)), ("records", make_package(records, of_records))):
        yield from (Payload(f"{folder}/{name}", data) for name, data in package.items())
    yield Payload("records/log.json", write_log(desk, round_, None, desk.workspace.settings.language, "json").encode("utf-8", "replace"))
    yield from _list_reports(desk, round_, judged, books, pdf=pdf)
    yield from _list_rules(desk, judged)
    about = "\n\n".join(word("archive_readme", language, round=round_.id, version=__version__) for language in LANGUAGES)
    yield Payload("README.txt", (about + "\n").encode())


def _name_originals(desk: Desk, round_: Round) -> Iterator[tuple[str, Path]]:
    known: list[str] = []
    for path in desk.workspace.inbox_files(round_).files:
        known.append(make_safe_name(path.name, known))
        yield known[-1], path


def _list_reports(desk: Desk, round_: Round, judged: JudgedRound, books: Iterable[MadeBook], *, pdf: bool) -> Iterator[Payload]:
    """Yield the workbooks and the report as they are now, and what was published where that is something else."""
    for book in books:
        for path, data in book.files.items():
            inside = path.relative_to(desk.workspace.root).as_posix()
            yield Payload(f"reports/{inside}", data)
            if path.is_file() and path.read_bytes() != data:
                yield _read(path, f"published/{inside}")
    report = gather_report(desk, round_, judged)
    yield Payload(f"reports/council/{round_.id}.html", report.render().encode())
    if pdf:
        try:
            yield Payload(f"reports/council/{round_.id}.pdf", make_pdf(report.render(on_paper=True), ARCHIVED))
        except NoPdfError as error:
            raise StyrxlError("archive-no-pdf", install=tell_how_to_install("pdf")) from error


def _list_rules(desk: Desk, judged: JudgedRound) -> Iterator[Payload]:
    """Yield what the round was judged by: the council's plan, the editions of forms, and the municipality's own files."""
    root = desk.workspace.root
    yield _read(desk.workspace.plan_path, f"rules/{desk.workspace.plan_path.name}")
    editions = desk.ledger.editions()
    used = {return_.edition for return_ in judged.returns} | {issue.edition for issue in desk.ledger.issues_by_form(judged.round).values()}
    for edition in sorted(name for name in used if name and name in editions):
        yield Payload(f"rules/editions/{edition}.json", editions[edition].encode())
    for name in _OWN:
        files = sorted((root / name).rglob("*")) if (root / name).is_dir() else [root / name]
        for path in files:
            if path.is_file():
                yield _read(path, f"rules/{path.relative_to(root).as_posix()}")


def _list_notes(desk: Desk, books: Iterable[MadeBook]) -> Iterator[Word]:
    """Yield what was published that the returns do not give now."""
    files = [(path, data) for book in books for path, data in book.files.items()]
    stale = [desk.workspace.shown(path) for path, data in files if path.is_file() and path.read_bytes() != data]
    if stale:
        yield Word("archive_stale", {"n": len(stale), "names": ", ".join(stale)})


def _read(path: Path, inside: str) -> Payload:
    try:
        return Payload(inside, path.read_bytes(), path.stat().st_mtime_ns)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
