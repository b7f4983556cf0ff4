"""What was found in the returns, and how each owner stands, as resources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from styrxl.export.resource import FILE, TEXT, DataField, Resource
from styrxl.export.round_tables import OWNER, ROUND
from styrxl.export.values import plain_value
from styrxl.model.findings import Finding, fix, message
from styrxl.model.judged import VERDICTS, Judged, JudgedRound
from styrxl.rounds.status import OwnerStatus

_ROUND = DataField("round", "string", "The round.", {"required": True})
_STATES = (*VERDICTS, "none", "waiting", "late", "not_issued")


def make_findings(judged: JudgedRound, language: str) -> Resource:
    """Return all findings of a round's returns, in words of a language."""
    fields = (
        _ROUND,
        DataField("number", "integer", "The finding's number in the round.", {"required": True}),
        DataField("owner", "string", "Whose return it was found in; empty where nobody knows."),
        DataField("path", "string", "The return, from the workspace.", content=FILE),
        DataField("verdict", "string", "What became of the return.", {"enum": [*VERDICTS]}),
        DataField("rule", "string", "The rule, as the catalogue names it.", {"required": True}),
        DataField("severity", "string", "How bad it is.", {"required": True, "enum": ["error", "warning", "info"]}),
        DataField("sheet", "string", "The sheet.", content=FILE),
        DataField("cell", "string", "The cell.", content=FILE),
        DataField("column", "string", "The column, as the workbook has it.", content=FILE),
        DataField("value", "string", "What stands there.", content=TEXT),
        DataField("message", "string", "What it is.", content=TEXT),
        DataField("fix", "string", "What to do about it.", content=TEXT),
    )
    pairs = [(return_, finding) for return_ in judged.returns for finding in return_.findings]
    rows = [(judged.round, n, *_tell(return_, finding, language)) for n, (return_, finding) in enumerate(pairs, 1)]
    return Resource("findings", "What was found in the returns, accepted or not.", fields, rows, (("round", "number"),), (ROUND, OWNER))


def _tell(return_: Judged, f: Finding, language: str) -> tuple[Any, ...]:
    texts = (f.sheet, f.cell, f.column, f.value, message(f, language), fix(f, language))
    path = plain_value(return_.path, "string")
    return (return_.owner, path, return_.verdict, f.rule, f.severity, *(plain_value(text, "string") for text in texts))


def make_status(round_id: str, owners: Iterable[OwnerStatus]) -> Resource:
    """Return how each owner stands, as ``styrxl status`` says."""
    fields = (
        _ROUND,
        DataField("owner", "string", "The owner.", {"required": True}),
        DataField("form", "string", "The form, of one that has several in the round."),
        DataField("issued", "date", "When its workbook was handed out."),
        DataField("due", "date", "The last day to hand in."),
        DataField("returned", "datetime", "When its return came (UTC)."),
        DataField("state", "string", "A verdict; none: not judged yet; waiting, late, not_issued.", {"required": True, "enum": [*_STATES]}),
        DataField("reminded", "datetime", "When it was last reminded (UTC)."),
        DataField("errors", "integer", "Errors found in the return that the state is of."),
        DataField("warnings", "integer", "Warnings found in it."),
    )
    rows = [
        (round_id, o.owner, o.form, o.issued, o.due, _in_utc(o.returned), o.state, _in_utc(o.reminded), o.errors, o.warnings)
        for o in owners
    ]
    keys = (("round", "owner"), ("round", "owner", "form"))
    return Resource("status", "How each owner stands in the round.", fields, rows, keys, (ROUND, OWNER))


def _in_utc(moment: datetime | None) -> datetime | None:
    """Return a moment in UTC, whole seconds; one without a zone is in UTC already."""
    return moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
