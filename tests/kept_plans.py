"""Multi-year plans that many tests judge again, judged once a process: the same file, forms and limits give the same rows each time."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from styrxl.model.council_plan import PlanRows
from styrxl.model.findings import Finding
from styrxl.model.form_files import Forms
from styrxl.model.limits import limits_of_council_plan
from styrxl.rounds import judge_council_plan
from styrxl.scale.cache_key import make_cache_key
from styrxl.store.workspace import Workspace

judge_anew = judge_council_plan.read_judged_plan


@contextmanager
def plans_judged_once() -> Iterator[None]:
    """Give out the rows of a plan again where the same one is judged; a plan with errors is judged each time."""
    kept: dict[tuple[bytes, str, str], bytes] = {}

    def read(workspace: Workspace, forms: Forms, data: bytes) -> tuple[PlanRows, tuple[Finding, ...]]:
        shown = workspace.shown(workspace.plan_path)
        key = (data, shown, make_cache_key(forms, limits_of_council_plan(workspace.settings.limits)))
        if key not in kept:
            kept[key] = pickle.dumps(judge_anew(workspace, forms, data))
        rows, findings = pickle.loads(kept[key])  # noqa: S301 -- pickled above
        return rows, findings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge_council_plan, "read_judged_plan", read)
        yield
