"""What the ledger has of a round, as tables with their schemas; what was found in its returns is among the round's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from styrxl.export.resource import DataField, Resource
from styrxl.export.values import plain_value
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.outcome_runs import read_runs

_FILE = (
    DataField("path", "string", "The return, as the ledger names it."),
    DataField("sha256", "string", "The hash of its bytes."),
)
_OWNER = DataField("owner", "string", "Id of the board or unit.")
_FORM = DataField("form", "string", "The form, by its name.")
_ISSUED = (
    DataField("issue_id", "string", "The workbook that was handed out."),
    _OWNER,
    _FORM,
    DataField("version", "integer", "The form's version."),
    DataField("profile", "string", "The form's profile."),
    DataField("language", "string", "The workbook's language."),
    DataField("created_at", "datetime", "When it was handed out (UTC)."),
    DataField("file_name", "string", "The name of its file."),
    DataField("issued_by", "string", "Who handed it out."),
    DataField("edition", "string", "The edition of the form, in rules/editions."),
)
_RECEIVED = (
    DataField("number", "integer", "The receipt's number."),
    *_FILE,
    DataField("size", "integer", "Bytes."),
    DataField("received_at", "datetime", "The time at which it counts as received (UTC)."),
    DataField("dated_at", "datetime", "The file's own date, where that is not believed (UTC)."),
    DataField("origin", "string", "How it came."),
    _OWNER,
    DataField("original", "string", "The file in this package, where it is kept."),
)
_VERDICTS = (
    *_FILE,
    _OWNER,
    _FORM,
    DataField("verdict", "string", "What came of it."),
    DataField("errors", "integer", "How many things were wrong."),
    DataField("warnings", "integer", "How many things were asked about."),
    DataField("forms", "string", "The forms' versions."),
    DataField("program", "string", "The version of styrxl."),
    DataField("judged_at", "datetime", "When it was judged (UTC)."),
)
_DECISIONS = (
    *_FILE,
    _OWNER,
    DataField("kind", "string", "What was decided."),
    DataField("reason", "string", "Why."),
    DataField("decided_by", "string", "Who decided."),
    DataField("decided_at", "datetime", "When (UTC)."),
    _FORM,
)
_RUNS = (
    DataField("number", "integer", "The run."),
    DataField("file_name", "string", "The export of the accounts."),
    DataField("sha256", "string", "The hash of its bytes."),
    DataField("mapping", "string", "The hash of the mapping that it was placed by."),
    DataField("recorded_at", "datetime", "When (UTC)."),
    DataField("recorded_by", "string", "Who ran it."),
    DataField("unplaced", "integer", "Rows that were placed nowhere."),
    DataField("unplaced_ore", "integer", "Their net cost, in hundredths of a krona."),
)


def list_records(desk: Desk, round_: Round, kept_as: Mapping[str, str]) -> list[Resource]:
    """Return a round's records; ``kept_as``: under which name in the package each return lies, by its path."""
    record, numbers = desk.ledger.round_record(round_.id), desk.ledger.receipt_numbers(round_.id)
    last = {receipt.path: receipt.sha256 for receipt in desk.ledger.receipts(round_.id).values()}
    received = [
        {**asdict(one), "number": numbers[one.key], "original": kept_as.get(one.path) if last[one.path] == one.sha256 else None}
        for one in record.receipts
    ]
    return [
        _make("issued", "What was handed out.", _ISSUED, map(asdict, record.issues)),
        _make("received", "What came in.", _RECEIVED, received),
        _make("verdicts", "Verdicts, each as it was recorded.", _VERDICTS, map(asdict, record.verdicts)),
        _make("decisions", "What controllers decided.", _DECISIONS, map(asdict, record.decisions)),
        _make("outcome_runs", "Outcomes taken from the accounts.", _RUNS, map(asdict, read_runs(desk.ledger.database, round_.id))),
    ]


def _make(name: str, description: str, fields: tuple[DataField, ...], rows: Iterable[Mapping[str, Any]]) -> Resource:
    return Resource(name, description, fields, [tuple(_plain(row[f.name], f.kind) for f in fields) for row in rows])


def _plain(value: Any, kind: str) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else plain_value(value, kind)
