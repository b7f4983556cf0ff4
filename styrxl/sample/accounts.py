"""The sample's accounts in August: an export as accounting systems write them, of what the boards would have typed themselves.

Its figures are those of ``money_answers``, so that the year goes on as it would have without the accounts; what each row is, and the
mapping, stand in ``sample_year.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from styrxl.descriptions.outcome_mapping import FILE
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import make_prefill_source
from styrxl.rounds.prefills import make_current_prefill
from styrxl.sample.material import material, read_others, year_material
from styrxl.sample.money_answers import answer_board_money
from styrxl.sample.plan_answers import Rows
from styrxl.store.files import write_atomically
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace

Line = Sequence[object]


def write_accounts(workspace: Workspace, round_: Round, now: datetime, seed: int) -> Path:
    """Write the mapping and the export of a round into the workspace, and return the export's path."""
    told = year_material()["accounts"]
    write_atomically(workspace.root / FILE, told["mapping"][workspace.settings.language].encode())
    path: Path = workspace.root / told["file"]
    lines = [*_write_lines(_gather_outcomes(workspace, round_, now, seed), told)]
    write_atomically(path, "".join(";".join(map(str, line)) + "\r\n" for line in lines).encode("cp1252"))
    return path


def _gather_outcomes(workspace: Workspace, round_: Round, now: datetime, seed: int) -> dict[str, Rows]:
    """Return what each owner would have typed, by its id and name: rows with its activity, revenue and cost (tkr)."""
    with Ledger.open(workspace.database) as ledger:
        desk = open_desk(workspace, ledger, now)
        source = make_prefill_source(desk, round_, {})
        made = (make_current_prefill(source, board, "board_followup") for board in material()["boards"])
        boards = {f"{one.owner} {one.owner_name}": _list_outcomes(one, seed) for one in made if one}
    plans, answers = read_others()["plan"], read_others()[round_.kind.key]
    others = {
        owner: [{**planned, **said} for planned, said in zip(plans[owner]["budget"], given["outcomes"], strict=True)]
        for owner, given in answers.items()
        if "outcomes" in given
    }
    return boards | others


def _list_outcomes(prefill: Prefill, seed: int) -> Rows:
    rows = prefill.rows.get("outcomes", ())
    answers = answer_board_money(prefill, seed)["outcomes"][: len(rows)]
    return [{"activity": row["activity"], **answer} for row, answer in zip(rows, answers, strict=True)]


def _write_lines(outcomes: Mapping[str, Rows], told: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the export's lines: a banner, headings, each owner's rows with their sum, what is nobody's, and the sum of all."""
    yield from told["banner"]
    yield told["headings"]
    whole = 0
    for owner, rows in outcomes.items():
        lines = [(owner, row["activity"], *account, kronor) for row in rows for account, kronor in _split(row, told) if kronor]
        total = sum(line[-1] for line in lines)
        yield from lines
        yield (f"{told['sum']} {owner}", "", "", "", total)
        whole += total
    yield from told["rest"]
    yield (told["all"], "", "", "", whole + sum(line[-1] for line in told["rest"]))


def _split(row: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[tuple[Line, int]]:
    """Yield a row's amounts by account, in kronor as the accounts have them: revenue has a minus, wages are part of the cost."""
    revenue, cost = (round(1000 * (row.get(f"outcome_{name}") or 0)) for name in ("revenue", "cost"))
    wages = round(cost * told["wages"])
    yield from zip(told["of_accounts"], (-revenue, wages, cost - wages), strict=True)
