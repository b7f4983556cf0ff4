"""What comes to be judged, and what it is judged against: values, which ``rounds`` has fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import pandas as pd

from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.model.council_plan import Plan
from styrxl.model.days import standard_zone
from styrxl.model.form_files import Forms
from styrxl.model.judged import Decided, Recorded
from styrxl.model.rounds import Round
from styrxl.returns.read import Reading
from styrxl.validation.claims import Claim


@dataclass(frozen=True, slots=True)
class Arrival:
    """A return that came in and was read.

    ``signed``: whether its identity carries our signature. ``decided``: what controllers have decided about it, oldest first.
    ``dated``: its file's own date, where that is not believed. ``name``: what its sender called the file, as far as that is known.
    ``recorded``: what an earlier version of the program found of it.
    """

    path: str
    sha256: str
    received: datetime | None
    reading: Reading
    signed: bool
    decided: tuple[Decided, ...] = ()
    dated: datetime | None = None
    name: str = ""
    recorded: Recorded | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What returns are judged against.

    ``newest``: owner, form -> (id of its newest issue in the round, when that was made). ``boards``: tables of the boards' accepted plans
    (with ``_owner``), where they are not among the returns. ``claim``: what the controller says now of returns that lost their
    identity. ``whole_inbox``: whether the returns are a round's inbox, of which one an owner and form counts. ``taken``: owner and series
    of ids -> numbers that newer rounds have taken over from this one (first, last, the round). ``booked``: what the accounts say in the
    round, by their newest run. ``zone``: the municipality's, whose days count.
    """

    forms: Forms
    plan: Plan | None = None
    round: Round | None = None
    newest: Mapping[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    boards: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    claim: Claim | None = None
    whole_inbox: bool = True
    taken: Mapping[tuple[str, str], Sequence[tuple[int, int, str]]] = field(default_factory=dict)
    booked: BookedOutcomes | None = None
    zone: tzinfo = field(default_factory=standard_zone)
