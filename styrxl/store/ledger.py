"""The ledger: what was issued, which ids it holds, what came back, how it was judged and what was decided about it.

Times are the caller's and carry their zone; they are kept as UTC. All of it works in bulk: one call, one transaction.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import sqlalchemy as sa

from styrxl.model.decisions import ASSIGN, Decision
from styrxl.store.bulk import find_present, insert_rows, split_in_batches
from styrxl.store.database import (
    BROUGHT,
    DECISIONS,
    EDITIONS,
    ISSUES,
    MAILS,
    PATIENCE,
    PREFILLS,
    RECEIPTS,
    VERDICTS,
    Database,
    open_database,
)
from styrxl.store.ledger_watch import LedgerWatch
from styrxl.store.numbers import Ranges, Series, Used, preview_numbers, read_taken, reserve_numbers
from styrxl.store.receipts import Key, Receipt, find_receipts, insert_receipts, name_owner, read_receipt_numbers, read_receipts

BY_HAND = "inbox"  # the origin of what was put into the inbox by hand


@dataclass(frozen=True, slots=True)
class Issue:
    """A workbook that was made for an owner; ``edition``: of its form, None for one from before forms were kept."""

    issue_id: str
    round: str
    owner: str
    form: str
    version: int
    profile: str | None
    language: str
    created_at: datetime
    file_name: str
    issued_by: str | None = None
    edition: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a file was judged, by which forms and program, and what that rests on (None for one from before that was recorded)."""

    path: str
    sha256: str
    owner: str | None
    verdict: str
    errors: int
    warnings: int
    forms: str
    program: str
    judged_at: datetime
    inputs: str | None = None
    form: str | None = None  # as which it was judged; None where that is not known


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """All that the ledger holds on a round, each kind in the order in which it was recorded."""

    issues: tuple[Issue, ...]
    receipts: tuple[Receipt, ...]
    verdicts: tuple[Verdict, ...]
    decisions: tuple[Decision, ...]


class Ledger:
    """An open ledger; every method may raise StyrxlError as ``Database.reading``."""

    def __init__(self, database: Database) -> None:
        """Take an open database; ``Ledger.open`` opens one."""
        self._database = database

    @classmethod
    def open(cls, place: Path | str, patience: float = PATIENCE, *, new: bool = True, watch: LedgerWatch | None = None) -> Self:
        """Open the ledger at a path (SQLite) or address, waiting so many seconds for others; ``watch`` and what is raised: as there."""
        return cls(open_database(place, patience, new=new, watch=watch))

    @property
    def database(self) -> Database:
        """The database that it lies in, for pages that others keep in it."""
        return self._database

    def __enter__(self) -> Self:
        """Return the ledger, to be closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the ledger."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def record_issues(self, issues: Iterable[tuple[Issue, str]], editions: Mapping[str, str] | None = None) -> None:
        """Record issues, each with what was prefilled as JSON; later ones are newer. ``editions``: of their forms (id -> JSON).

        One that is recorded already, as when two hand out the same workbook at once, stays as it was. IntegrityError where its id was
        used for something else.
        """
        hashed = [(issue, prefill, hashlib.sha256(prefill.encode()).hexdigest()) for issue, prefill in issues]
        contents = {key: prefill for _, prefill, key in hashed}
        with self._database.writing() as connection:
            self._keep_editions(connection, editions or {})
            new = contents.keys() - find_present(connection, PREFILLS.c.hash, contents)
            insert_rows(connection, PREFILLS, [{"hash": key, "content": zlib.compress(contents[key].encode(), 1)} for key in sorted(new)])
            known = _read_issue_contents(connection, [issue.issue_id for issue, _, _ in hashed])
            rows = [
                asdict(issue) | {"prefill_hash": key} for issue, _, key in hashed if known.get(issue.issue_id) != _issue_content(issue, key)
            ]
            insert_rows(connection, ISSUES, rows)

    @staticmethod
    def _keep_editions(connection: sa.Connection, editions: Mapping[str, str]) -> None:
        new = editions.keys() - find_present(connection, EDITIONS.c.id, editions)
        insert_rows(connection, EDITIONS, [{"id": key, "content": zlib.compress(editions[key].encode(), 6)} for key in sorted(new)])

    def keep_editions(self, editions: Mapping[str, str]) -> None:
        """Keep editions of forms that something is issued with (id -> JSON)."""
        with self._database.writing() as connection:
            self._keep_editions(connection, editions)

    def editions(self) -> dict[str, str]:
        """Return the editions of forms that were ever issued (id -> JSON)."""
        with self._database.reading() as connection:
            return {key: zlib.decompress(content).decode() for key, content in connection.execute(sa.select(EDITIONS))}

    def edition_ids(self) -> list[str]:
        """Return the ids of the editions that ``editions`` has."""
        return [*self._database.recall("editions", lambda connection: list(connection.scalars(sa.select(EDITIONS.c.id))))]

    def issue(self, issue_id: str) -> Issue | None:
        """Return an issue by its id, or None."""
        with self._database.reading() as connection:
            row = connection.execute(_select(Issue, ISSUES).where(ISSUES.c.issue_id == issue_id)).one_or_none()
        return Issue(*row) if row else None

    def issued_rounds(self) -> list[str]:
        """Return the rounds in which anything was handed out, in the order in which they were begun."""
        query = sa.select(ISSUES.c.round).group_by(ISSUES.c.round).order_by(sa.func.min(ISSUES.c.number))
        return [*self._database.recall("issued_rounds", lambda connection: list(connection.scalars(query)))]

    def list_rounds(self) -> set[str]:
        """Return the rounds in which anything was handed out, came in or was mailed."""
        query = sa.union(*(sa.select(table.c.round) for table in (ISSUES, RECEIPTS, MAILS, BROUGHT)))
        with self._database.reading() as connection:
            return set(connection.scalars(query))

    def issues(self, round_id: str) -> dict[str, Issue]:
        """Return each owner's newest issue in a round, of whichever form."""
        return {issue.owner: issue for issue in self._newest_issues(round_id, ISSUES.c.owner)}

    def issues_by_form(self, round_id: str) -> dict[tuple[str, str], Issue]:
        """Return the newest issue of each owner and form in a round."""
        return {(issue.owner, issue.form): issue for issue in self._newest_issues(round_id, ISSUES.c.owner, ISSUES.c.form)}

    def _newest_issues(self, round_id: str, *alike: sa.Column[str]) -> list[Issue]:
        newest = sa.select(sa.func.max(ISSUES.c.number)).where(ISSUES.c.round == round_id).group_by(*alike)
        query = _select(Issue, ISSUES).where(ISSUES.c.number.in_(newest))

        def read(connection: sa.Connection) -> list[Issue]:
            issues = [Issue(*row) for row in connection.execute(query)]
            return sorted(issues, key=lambda issue: (issue.owner, issue.form))  # here: databases sort text each in their own way

        return self._database.recall(("issues", round_id, *(column.name for column in alike)), read)

    def prefills(self, issue_ids: Iterable[str]) -> dict[str, str]:
        """Return what was prefilled, as JSON, by issue id; ids that were never issued are left out."""
        prefills: dict[str, str] = {}
        texts: dict[str, str] = {}
        with self._database.reading() as connection:
            query = sa.select(ISSUES.c.issue_id, PREFILLS.c.hash, PREFILLS.c.content).select_from(ISSUES.join(PREFILLS))
            for batch in split_in_batches(issue_ids):
                for issue_id, key, content in connection.execute(query.where(ISSUES.c.issue_id.in_(batch))):
                    if key not in texts:
                        texts[key] = zlib.decompress(content).decode()
                    prefills[issue_id] = texts[key]
        return prefills

    def reserve_numbers(self, round_id: str, counts: Mapping[Series, int], used: Used = MappingProxyType({})) -> dict[Series, Ranges]:
        """Reserve numbers of ids in a round, so many for each (owner, series), and return which.

        Series: ``M``, ``I``, ``2027-A``. ``used`` and what a round gets: as ``allot_numbers`` has it. ValueError for a count below 1.
        """
        with self._database.writing() as connection:
            return reserve_numbers(connection, round_id, counts, used)

    def preview_numbers(self, round_id: str, counts: Mapping[Series, int], used: Used = MappingProxyType({})) -> dict[Series, Ranges]:
        """Return the numbers that ``reserve_numbers`` would give, and keep none."""
        with self._database.reading() as connection:
            return preview_numbers(connection, round_id, counts, used)

    def taken_numbers(self, round_id: str) -> dict[Series, tuple[tuple[int, int, str], ...]]:
        """Return the numbers of a round that newer rounds have taken over, by owner and series, as ``list_taken`` has them."""
        return {**self._database.recall(("taken", round_id), lambda connection: read_taken(connection, round_id))}

    def register_receipts(
        self, round_id: str, receipts: Iterable[Receipt], now: datetime, together: Collection[Key] = ()
    ) -> dict[str, Receipt]:
        """Return the receipts by path, as they were when each file (path and hash) was first seen.

        New ones are given the times at which they count as received, and kept. ``together``: keys of others that were first seen in the
        same run.
        """
        with self._database.writing() as connection:
            found, new = find_receipts(connection, round_id, receipts, now, together)
            insert_receipts(connection, round_id, new)
        return {path: receipt for (path, _), receipt in found.items()}

    def preview_receipts(self, round_id: str, receipts: Iterable[Receipt], now: datetime) -> dict[str, Receipt]:
        """Return receipts as ``register_receipts`` would, and keep none."""
        with self._database.reading() as connection:
            found, _ = find_receipts(connection, round_id, receipts, now)
        return {path: receipt for (path, _), receipt in found.items()}

    def receipts(self, round_id: str) -> dict[str, Receipt]:
        """Return the receipts of a round by path, the newest of each."""
        return {receipt.path: receipt for receipt in self.round_receipts(round_id)}

    def round_receipts(self, round_id: str) -> list[Receipt]:
        """Return all receipts of a round, oldest first."""
        return [*self._database.recall(("receipts", round_id), lambda connection: read_receipts(connection, round_id))]

    def receipt_numbers(self, round_id: str) -> dict[Key, int]:
        """Return the number by which people call each receipt of a round (path and hash); it never changes."""
        return {**self._database.recall(("numbers", round_id), lambda connection: read_receipt_numbers(connection, round_id))}

    def record_verdicts(self, round_id: str, verdicts: Iterable[Verdict]) -> int:
        """Record verdicts on registered files, and return how many say something else than the newest one on the same path did."""
        with self._database.writing() as connection:
            known = {path: _without_time(verdict) for path, verdict in _read_newest_verdicts(connection, round_id).items()}
            new = [verdict for verdict in verdicts if known.get(verdict.path) != _without_time(verdict)]
            insert_rows(connection, VERDICTS, [asdict(verdict) | {"round": round_id} for verdict in new])
        return len(new)

    def verdicts(self, round_id: str) -> dict[str, Verdict]:
        """Return the newest verdict on each path in a round."""
        return {**self._database.recall(("verdicts", round_id), lambda connection: _read_newest_verdicts(connection, round_id))}

    def programs(self, round_id: str) -> set[str]:
        """Return the versions of the program that have judged returns of a round."""
        query = sa.select(VERDICTS.c.program).where(VERDICTS.c.round == round_id).distinct()
        return {*self._database.recall(("programs", round_id), lambda connection: set(connection.scalars(query)))}

    def verdicts_of_bytes(self, round_id: str) -> dict[str, list[Verdict]]:
        """Return what was found of returns by themselves (accepted or rejected) in a round, by their hash, oldest first."""
        v = VERDICTS.c
        query = _select(Verdict, VERDICTS).where(v.round == round_id, v.verdict.in_(["accepted", "rejected"])).order_by(v.number)
        by_hash: defaultdict[str, list[Verdict]] = defaultdict(list)
        with self._database.reading() as connection:
            for row in connection.execute(query):
                verdict = Verdict(*row)
                by_hash[verdict.sha256].append(verdict)
        return by_hash

    def decide_all(self, round_id: str, decisions: Iterable[Decision]) -> None:
        """Record decisions at once, whatever was decided before."""
        with self._database.writing() as connection:
            insert_rows(connection, DECISIONS, [asdict(decision) | {"round": round_id} for decision in decisions])

    def decide(self, round_id: str, decision: Decision) -> Decision:
        """Record a decision and return it; where the newest one that is about the same says that already, return it and record nothing."""
        with self._database.writing() as connection:
            earlier = [d for d in _read_decisions(connection, round_id, decision.sha256) if d.is_about_same_as(decision)]
            if earlier and earlier[-1].decides_same_as(decision):
                return earlier[-1]
            insert_rows(connection, DECISIONS, [asdict(decision) | {"round": round_id}])
            if decision.kind == ASSIGN:
                name_owner(connection, round_id, decision.sha256, decision.owner)
        return decision

    def decisions(self, round_id: str | None) -> dict[str, tuple[Decision, ...]]:
        """Return what was decided in a round, or in all of them (None), by the file's hash, oldest first."""
        by_hash: defaultdict[str, list[Decision]] = defaultdict(list)
        for decision in self._database.recall(("decisions", round_id), lambda connection: _read_decisions(connection, round_id)):
            by_hash[decision.sha256].append(decision)
        return {sha256: tuple(decisions) for sha256, decisions in by_hash.items()}

    def record_merge(self, round_id: str, receipt: Receipt, decision: Decision) -> None:
        """Record a file that was made of two, with its receipt, in one go; one that is there already is left as it is."""
        with self._database.writing() as connection:
            _, new = find_receipts(connection, round_id, [receipt], receipt.received_at)
            insert_receipts(connection, round_id, [replace(merged, dated_at=None) for merged in new])
            if not any(d.kind == decision.kind for d in _read_decisions(connection, round_id, decision.sha256)):
                insert_rows(connection, DECISIONS, [asdict(decision) | {"round": round_id}])

    def round_record(self, round_id: str) -> RoundRecord:
        """Return all that is known of a round."""
        with self._database.reading() as connection:
            issues = connection.execute(_select(Issue, ISSUES).where(ISSUES.c.round == round_id).order_by(ISSUES.c.number))
            verdicts = connection.execute(_select(Verdict, VERDICTS).where(VERDICTS.c.round == round_id).order_by(VERDICTS.c.number))
            return RoundRecord(
                tuple(Issue(*row) for row in issues),
                tuple(read_receipts(connection, round_id)),
                tuple(Verdict(*row) for row in verdicts),
                tuple(_read_decisions(connection, round_id)),
            )


def _read_newest_verdicts(connection: sa.Connection, round_id: str) -> dict[str, Verdict]:
    newest = sa.select(sa.func.max(VERDICTS.c.number)).where(VERDICTS.c.round == round_id).group_by(VERDICTS.c.path)
    verdicts = [Verdict(*row) for row in connection.execute(_select(Verdict, VERDICTS).where(VERDICTS.c.number.in_(newest)))]
    return {verdict.path: verdict for verdict in sorted(verdicts, key=lambda verdict: verdict.path)}


def _read_decisions(connection: sa.Connection, round_id: str | None, sha256: str | None = None) -> list[Decision]:
    d = DECISIONS.c
    query = _select(Decision, DECISIONS).order_by(d.number)
    query = query if round_id is None else query.where(d.round == round_id)
    return [Decision(*row) for row in connection.execute(query if sha256 is None else query.where(d.sha256 == sha256))]


def _read_issue_contents(connection: sa.Connection, issue_ids: Iterable[str]) -> dict[str, tuple[object, ...]]:
    contents: dict[str, tuple[object, ...]] = {}
    query = sa.select(*(ISSUES.c[field.name] for field in fields(Issue)), ISSUES.c.prefill_hash)
    for batch in split_in_batches(issue_ids):
        contents |= {
            row.issue_id: _issue_content(Issue(*row[:-1]), row.prefill_hash)
            for row in connection.execute(query.where(ISSUES.c.issue_id.in_(batch)))
        }
    return contents


def _issue_content(issue: Issue, prefill_hash: str) -> tuple[object, ...]:
    """Return what an issue says, whoever recorded it and whenever."""
    return issue.round, issue.owner, issue.form, issue.version, issue.profile, issue.language, issue.file_name, prefill_hash


_VERDICT_FIELDS = tuple(each.name for each in fields(Verdict) if each.name != "judged_at")


def _without_time(verdict: Verdict) -> tuple[Any, ...]:
    return tuple(getattr(verdict, name) for name in _VERDICT_FIELDS)


def _select(kind: type[Issue | Verdict | Decision], table: sa.Table) -> sa.Select[Any]:
    """Return a query of the columns that a value has, in its order."""
    return sa.select(*(table.c[field.name] for field in fields(kind)))
