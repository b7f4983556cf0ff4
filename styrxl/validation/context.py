"""What comes to be judged, and what it is judged against: values, gathered by ``inbox``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from styrxl.model.council_plan import Plan
from styrxl.model.forms import Forms
from styrxl.model.judged import Decided
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.returns.read import Reading
from styrxl.returns.workbook import ORDINARY_MB
from styrxl.validation.identity import Claim


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that came back, as it lies there.

    One that has been read already comes with its ``reading``, and without ``data``, which ``load`` gets where it is needed after all.
    """

    path: str
    data: bytes
    received: datetime | None = None
    sha256: str = ""  # where it is known, or where ``data`` is not all of a file too large to be read
    reading: Reading | None = None
    load: Callable[[], bytes] | None = None

    def bytes(self) -> bytes:
        """Return the file's bytes."""
        return self.load() if self.load else self.data


@dataclass(frozen=True, slots=True)
class Context:
    """What returns are judged against.

    ``issued``: issue id -> what was prefilled; ``newest``: owner -> (its newest issue's id, when). ``current``: what an owner
    would be issued now, for a return whose issue is not known. ``boards``: tables of the boards' accepted plans (with
    ``_owner``), where they are not among the returns. ``verify``: whether an identity's signature is ours.
    ``decided``: what controllers have decided, by a file's hash, oldest first. ``claim``: what the controller says now of
    returns that lost their identity.
    """

    forms: Forms
    plan: Plan | None = None
    round: Round | None = None
    issued: Mapping[str, Prefill] = field(default_factory=dict)
    newest: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    current: Callable[[str, str], Prefill | None] = lambda _owner, _form: None
    boards: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    verify: Callable[[Sequence[str], str], bool] | None = None
    decided: Mapping[str, tuple[Decided, ...]] = field(default_factory=dict)
    claim: Claim | None = None
    across: bool = True  # whether the returns are a round's inbox, of which one an owner counts
    limits: Limits = STANDARD
    ordinary_mb: int = ORDINARY_MB  # unpacked: what is larger is read in a process of its own
    fetch: Callable[[Sequence[str]], None] = lambda _issues: None  # told which of ``issued`` will be asked for
