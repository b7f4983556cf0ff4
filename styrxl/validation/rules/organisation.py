"""The council plan's organisation: kinds, boards, periods and rounds.

Finds ``duplicate-id``, ``reserved-id``, ``parent-not-allowed``, ``not-in-list``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import pandas as pd

from styrxl.model.catalogue import Word
from styrxl.model.council_plan import STANDARD_FORMS, round_words
from styrxl.model.findings import CellOf, Remark
from styrxl.model.naming.file_names import is_reserved
from styrxl.model.rounds import RoundKinds
from styrxl.returns.typed_frames import TypedBatch

_YEAR = re.compile(r"20\d\d")
_Period = tuple[Any, Any, int]  # its first and last day, and the Excel row that says so


def check_organisation(
    parts: Mapping[str, TypedBatch], kinds: Mapping[str, set[str]], rounds: RoundKinds, profiles: Collection[str]
) -> list[Remark]:
    """Check the council plan: periods of one id that overlap, rounds and variants of forms (``profiles``) that do not exist.

    And references to the wrong kind of organisation.
    """
    remarks: list[Remark] = []
    for part in parts.values():
        batch = part.batch
        for column in batch.sheet.columns:
            if not column.kinds:
                continue
            for i, value in enumerate(part.frame[column.field].tolist()):
                for code in value.split(";") if isinstance(value, str) else ():
                    if code in kinds and not kinds[code] & set(column.kinds):
                        found = _of_kinds(kinds, column.kinds)
                        facts = {
                            "why": Word("why_kind", {"kind": batch.form.lists["kind"].get(min(kinds[code]), code)}),
                            "how": Word("choose_in_list" if column.has_drop_down else "write_id_in"),
                            "candidates": Word("valid_parents", {"list": found}) if found else Word("nothing_to_choose"),
                        }
                        remarks.append(
                            Remark(batch.source[i], batch.sheet.key, batch.row[i], column.field, "parent-not-allowed", code, facts)
                        )
    for key in parts.keys() & {"waivers", "council_assessments", "overall", "last_year"}:
        remarks += _unknown_rounds(parts[key], rounds)
    if "organisation" not in parts:
        return remarks
    organisation = parts["organisation"]
    return [
        *remarks,
        *_reserved(organisation),
        *_overlaps(organisation),
        *_rounds(organisation, rounds),
        *_profiles(organisation, profiles),
    ]


def _profiles(part: TypedBatch, profiles: Collection[str]) -> list[Remark]:
    """Find names under Mallvariant that no form has a variant for."""
    batch, remarks = part.batch, list[Remark]()
    known = sorted({*profiles, STANDARD_FORMS})
    for i, value in enumerate(part.frame["profile"].tolist()):
        if isinstance(value, str) and value not in known:
            near = get_close_matches(value, known, n=1)
            facts = {"choices": known, "how": Word("write_one_in"), "empty": Word("nearest", {"list": near}) if near else ""}
            remarks.append(Remark(batch.source[i], batch.sheet.key, batch.row[i], "profile", "not-in-list", value, facts))
    return remarks


def _unknown_rounds(part: TypedBatch, rounds: RoundKinds) -> Iterator[Remark]:
    """Yield the rounds of waivers and assessments that there are not."""
    batch = part.batch
    for i, value in enumerate(part.frame["round"].tolist()):
        if isinstance(value, str) and rounds.read_round(value) is None:
            year = _YEAR.match(value.strip())
            choices = [f"{year[0] if year else '20XX'}-{key}" for key in rounds]
            near = get_close_matches(value, choices, n=1)
            facts = {"choices": choices, "how": Word("write_one_in"), "empty": Word("nearest", {"list": near}) if near else ""}
            yield Remark(batch.source[i], batch.sheet.key, batch.row[i], "round", "not-in-list", value, facts)


def _rounds(part: TypedBatch, rounds: RoundKinds) -> list[Remark]:
    """Find words under Uppföljning that name no round."""
    batch, remarks = part.batch, list[Remark]()
    choices = [kind.short_names for kind in rounds.values() if kind.follows]
    for i, value in enumerate(part.frame["followup_rounds"]):
        source, row, unknown = batch.source[i], batch.row[i], [word for word in round_words(value) if rounds.find(word) is None]
        facts = {"choices": choices, "how": Word("write_some_in"), "empty": ""}
        remarks += [Remark(source, batch.sheet.key, row, "followup_rounds", "not-in-list", word, facts) for word in unknown]
    return remarks


def _of_kinds(kinds: Mapping[str, set[str]], wanted: Iterable[str]) -> list[str]:
    return [code for code, has in kinds.items() if has & set(wanted)]


def _reserved(part: TypedBatch) -> Iterator[Remark]:
    """Find ids after which no file can be called, as each owner's workbook is."""
    batch = part.batch
    for i, code in enumerate(part.frame["org_id"]):
        if isinstance(code, str) and is_reserved(code):
            yield Remark(batch.source[i], batch.sheet.key, batch.row[i], "org_id", "reserved-id", code, {"other": f"{code}-1"})


def _overlaps(part: TypedBatch) -> list[Remark]:
    batch, remarks = part.batch, []
    earlier: dict[str, list[_Period]] = {}
    low, high = pd.Timestamp.min, pd.Timestamp.max
    for i, (code, start, end) in enumerate(zip(*(part.frame[name].tolist() for name in ("org_id", "from", "to")), strict=True)):
        if not isinstance(code, str):
            continue
        span = (low if pd.isna(start) else start, high if pd.isna(end) else end, batch.row[i])
        clash = [other for other in earlier.get(code, ()) if other[0] <= span[1] and span[0] <= other[1]]
        if clash:
            facts = {"what": code, "first": CellOf("org_id", clash[0][2]), "remedy": _mend_periods(part, clash[0], span)}
            remarks.append(Remark(batch.source[i], batch.sheet.key, batch.row[i], "org_id", "duplicate-id", code, facts))
        earlier.setdefault(code, []).append(span)
    return remarks


def _mend_periods(part: TypedBatch, one: _Period, other: _Period) -> Word:
    """Say in which cells two periods of one id are to be parted: the row that begins first ends before the other begins."""
    old, new = sorted((one, other), key=lambda period: (period[0], period[2]))
    to, start = (part.batch.sheet.column(name).heading for name in ("to", "from"))
    return Word("remedy_periods", {"to": to, "to_cell": CellOf("to", old[2]), "from": start, "from_cell": CellOf("from", new[2])})
