"""Disposal of what has been kept for as long as the settings say: what is due, and the doing of it, with a record that stays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from styrxl.mail.incoming.quarantine import list_waiting
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.files import translate_errors, write_atomically
from styrxl.store.mail_log import MailLog
from styrxl.store.purges import (
    CACHE,
    DRAFTS,
    KINDS,
    MAIL,
    QUARANTINE,
    RECORDS,
    RETURNS,
    SIGN_INS,
    Purge,
    begin_purge,
    compact,
    count_mail,
    count_prefills,
    end_purge,
    erase_mail,
    erase_prefills,
    list_recorded_rounds,
    read_purges,
)
from styrxl.store.workspace import CACHE_FOLDER, SIGN_INS_FILE
from styrxl.web.serve.sign_in_log import find_days, split_sign_ins

_READINGS = frozenset({".readings", ".judged"})  # what the cache holds of returns


@dataclass(frozen=True, slots=True)
class Disposal:
    """Something that is due: files with their bytes together, and records in the ledger (or lines in a log) that are erased.

    ``begun``: its record, where it was cut short before it was all gone.
    """

    kind: str
    round: str | None
    files: tuple[Path, ...]
    size: int
    rows: int = 0
    begun: Purge | None = None

    @property
    def needs_decision(self) -> bool:
        """Whether these are public records of which nobody has decided yet."""
        return self.kind in RECORDS and self.begun is None


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What is due; ``waiting``: what stays in quarantine since nobody has settled it; ``unset``: kinds that no period is set for."""

    disposals: tuple[Disposal, ...]
    waiting: tuple[str, ...]
    unset: tuple[str, ...]

    @property
    def needs_decision(self) -> bool:
        """Whether any of it may go on a decision alone."""
        return any(one.needs_decision for one in self.disposals)


def plan_purge(desk: Desk, kinds: Collection[str] = KINDS) -> PurgePlan:
    """Return what is due in a workspace, of all kinds or some; nothing is changed."""
    found = {kind: tuple(_FINDERS[kind](desk)) if _is_set(desk, kind) else () for kind in KINDS if kind in kinds}
    waiting = [str(path) for path in _list_quarantined(desk, waiting=True)] if found.get(QUARANTINE) is not None else []
    unset = tuple(kind for kind in found if not _is_set(desk, kind))
    disposals = (*(one for some in found.values() for one in some if one.files or one.rows or one.begun), *_list_cut_short(desk, found))
    return PurgePlan(disposals, tuple(waiting) if _is_set(desk, QUARANTINE) else (), unset)


def carry_out(desk: Desk, plan: PurgePlan, decision: str) -> None:
    """Dispose of what is due. It is recorded first: where this is cut short nothing counts as there, and the next run ends it.

    Raises StyrxlError: purge-undecided; not-writable, and as ``Database.reading``.
    """
    if plan.needs_decision and not decision.strip():
        raise StyrxlError("purge-undecided")
    database = desk.ledger.database
    for one in plan.disposals:
        number = one.begun.number if one.begun else begin_purge(database, _make_record(desk, one, decision.strip()))
        _erase(desk, one)
        end_purge(database, number, desk.now)
    if any(one.rows for one in plan.disposals):
        compact(database)


def _make_record(desk: Desk, one: Disposal, decision: str) -> Purge:
    on = decision if one.kind in RECORDS else ""
    return Purge(0, one.kind, one.round, on, len(one.files), one.size, one.rows, desk.by, desk.now)


def _erase(desk: Desk, one: Disposal) -> None:
    root, database = desk.workspace.root, desk.ledger.database
    for path in one.files:
        with translate_errors(path):
            path.unlink(missing_ok=True)
    for folder in sorted({path.parent for path in one.files}, key=lambda path: len(path.parts), reverse=True):
        _remove_empty(folder, root)
    if one.kind == RETURNS and one.round:
        erase_prefills(database, one.round)
        for path in _list_files(root / CACHE_FOLDER):
            if path.suffix in _READINGS:  # of any round: what is wanted is read again
                with translate_errors(path):
                    path.unlink(missing_ok=True)
    if one.kind == MAIL and one.round:
        erase_mail(database, one.round)
    if one.kind == SIGN_INS:
        log = root / CACHE_FOLDER / SIGN_INS_FILE
        _, kept = split_sign_ins(log, desk.now, find_days(desk.workspace))
        write_atomically(log, "".join(f"{line}\n" for line in kept).encode("utf-8"), mode=0o600)


def _remove_empty(folder: Path, root: Path) -> None:
    with suppress(OSError):  # files that are not disposed of
        while root in folder.parent.parents:  # the workspace's own folders stay
            folder.rmdir()
            folder = folder.parent


def _is_set(desk: Desk, kind: str) -> bool:
    return kind == SIGN_INS or _find_period(desk, kind) is not None


def _find_period(desk: Desk, kind: str) -> int | None:
    """Return how many years or days what is of a kind is kept."""
    retention = desk.workspace.settings.retention
    periods: Mapping[str, int | None] = {
        RETURNS: retention.returns_years,
        MAIL: retention.mail_years,
        QUARANTINE: retention.quarantine_days,
        DRAFTS: retention.drafts_days,
        CACHE: retention.cache_days,
    }
    return periods[kind]


def _list_rounds(desk: Desk, kind: str) -> list[Round]:
    """Return the rounds of which anything may be there, and whose year ended so many years ago as the settings say."""
    folders = [
        path.name for name in ("inbox", "outbox", "returned", "export") for path in (desk.workspace.root / name).glob("*") if path.is_dir()
    ]
    kinds, first = desk.workspace.rounds, desk.today.year - (_find_period(desk, kind) or 0)
    names = sorted({*folders, *list_recorded_rounds(desk.ledger.database)})
    rounds = [kinds.parse(name) for name in names if kinds.kind_of(name)]
    return sorted((round_ for round_ in rounds if round_.year < first), key=lambda round_: round_.day)


def _find_returns(desk: Desk) -> Iterator[Disposal]:
    cut_short = {purge.round: purge for purge in read_purges(desk.ledger.database) if purge.kind == RETURNS and purge.ended_at is None}
    for round_ in _list_rounds(desk, RETURNS):
        where = desk.workspace  # an export has the returns' rows; one that may be published stays
        folders = (where.inbox(round_), where.outbox(round_), where.returned(round_), where.export(round_))
        files = [path for folder in folders for path in _list_files(folder)]
        rows = count_prefills(desk.ledger.database, round_.id)
        yield _make_disposal(RETURNS, round_.id, files, rows, cut_short.get(round_.id))


def _find_mail(desk: Desk) -> Iterator[Disposal]:
    for round_ in _list_rounds(desk, MAIL):
        yield Disposal(MAIL, round_.id, (), 0, count_mail(desk.ledger.database, round_.id))


def _find_quarantined(desk: Desk) -> Iterator[Disposal]:
    by_round: dict[str, list[Path]] = {}
    for path in _list_quarantined(desk, waiting=False):
        by_round.setdefault(path.parts[1], []).append(desk.workspace.root / path)
    for round_id, files in sorted(by_round.items()):
        yield _make_disposal(QUARANTINE, round_id, files)


def _list_quarantined(desk: Desk, *, waiting: bool) -> list[Path]:
    """Return the files in quarantine (from the workspace) that are old enough: those that wait for a controller, or the others."""
    root, log = desk.workspace.root, MailLog(desk.ledger.database)
    wait = {part.id for name in log.list_rounds() if (one := _read_round(desk, name)) for part in list_waiting(log, one)}
    old = _select_old(desk, _list_files(root / "quarantine"), _find_period(desk, QUARANTINE))
    files = [path.relative_to(root) for path in old if (path.name.partition(".")[0] in wait) == waiting]
    return [path for path in files if len(path.parts) > 2]


def _read_round(desk: Desk, name: str) -> Round | None:
    return desk.workspace.rounds.parse(name) if desk.workspace.rounds.kind_of(name) else None


def _find_drafts(desk: Desk) -> Iterator[Disposal]:
    yield _make_disposal(DRAFTS, None, _select_old(desk, _list_files(desk.workspace.root / "outmail"), _find_period(desk, DRAFTS)))


def _find_cached(desk: Desk) -> Iterator[Disposal]:
    cache = desk.workspace.root / CACHE_FOLDER
    files = [path for path in _list_files(cache) if path.suffix in _READINGS or path.parent != cache]  # below: what was uploaded and left
    yield _make_disposal(CACHE, None, _select_old(desk, files, _find_period(desk, CACHE)))


def _find_sign_ins(desk: Desk) -> Iterator[Disposal]:
    old, _ = split_sign_ins(desk.workspace.root / CACHE_FOLDER / SIGN_INS_FILE, desk.now, find_days(desk.workspace))
    yield Disposal(SIGN_INS, None, (), 0, len(old))


_FINDERS: Mapping[str, Callable[[Desk], Iterable[Disposal]]] = {
    RETURNS: _find_returns,
    MAIL: _find_mail,
    QUARANTINE: _find_quarantined,
    DRAFTS: _find_drafts,
    CACHE: _find_cached,
    SIGN_INS: _find_sign_ins,
}


def _list_cut_short(desk: Desk, found: Mapping[str, tuple[Disposal, ...]]) -> Iterator[Disposal]:
    """Yield what was begun and is not recorded as done, of the kinds asked for, where there is nothing of it among what was found."""
    there = {one.begun.number for some in found.values() for one in some if one.begun}
    for purge in read_purges(desk.ledger.database):
        if purge.ended_at is None and purge.kind in found and purge.number not in there:
            yield Disposal(purge.kind, purge.round, (), 0, 0, purge)


def _make_disposal(kind: str, round_id: str | None, files: Iterable[Path], rows: int = 0, begun: Purge | None = None) -> Disposal:
    files = tuple(files)
    return Disposal(kind, round_id, files, sum(path.lstat().st_size for path in files), rows, begun)


def _list_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink()) if folder.is_dir() else []


def _select_old(desk: Desk, files: Iterable[Path], days: int | None) -> list[Path]:
    """Return the files that were changed last more than so many days ago."""
    last = desk.now - timedelta(days=days or 0)
    return [path for path in files if datetime.fromtimestamp(path.lstat().st_mtime, UTC) < last]
