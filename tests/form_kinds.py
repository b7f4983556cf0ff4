"""Workbooks of each kind of form, in one language: blank, issued, filled in, marked and sent back, merged, and renewed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from everybody import AUTHORITY, BUDGETS, COMPANY_PLAN, COMPANY_T1, MORE, OUTCOMES, WHOLE
from filled import fill_issued, fill_plan
from municipality import NAME, ORGANISATION
from styrxl.model.standard_folder import standard_folder
from styrxl.rounds.issue import build_empty_plan
from styrxl.sample.faults.plan import break_return
from styrxl.store.workspace import Workspace
from town import KEY, Answers, Town
from year import BOARD_T1, BOARD_YEAR, CHOSEN, PLANS, SCHOOL_T1

RISK = {"risk": "Fel avgift", "likelihood": 3, "consequence": 2, "responsible": "Ekonomichef", "control": "Stickprov varje månad"}
# What is done in a round: to which level workbooks go, and by which form and profile which owner answers.
HANDED_IN = (
    ("plan", "board", "UBN", "annual_plan", None, PLANS["UBN"]),
    ("plan", "unit", "UBN-ÅBY", "unit_plan", "skola", PLANS["UBN-ÅBY"]),
    ("plan", "unit", "UBN-ÖST", "unit_plan", None, PLANS["UBN-ÖST"]),
    ("plan", "common", "GEM", "common_budget", None, BUDGETS["GEM"]),
    ("plan", "company", "BAB", "company_plan", None, COMPANY_PLAN),
    ("ik", "board", "UBN", "internal_control", None, {"risks": [RISK]}),
    ("t1", "board", "UBN", "board_followup", None, BOARD_T1),
    ("t1", "unit", "UBN-ÅBY", "unit_followup", "skola", SCHOOL_T1),
    ("t1", "common", "GEM", "common_followup", None, OUTCOMES["GEM"]),
    ("t1", "company", "BAB", "company_followup", None, COMPANY_T1),
    ("t1", "joint_authority", "RTF", "authority_report", None, AUTHORITY),
    ("year", "board", "UBN", "board_followup", None, BOARD_YEAR),
    ("ik-upp", "board", "UBN", "internal_control_followup", None, {"results": [{"result": "in_order"}]}),
)
FAULTS = ("wrong-type", "missing-value", "duplicate-id", "unknown-sheet")


def make_forms(root: Path, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield them by name; ``root``: a folder that is not there yet."""
    town = _begin(root, language)
    empty = build_empty_plan(town.workspace)
    yield from ((f"blank {path.stem}", path.read_bytes()) for path in sorted((standard_folder() / "sheets").glob(f"*.{language}.xlsx")))
    yield f"multi_year_plan empty {language}", empty
    yield f"multi_year_plan filled {language}", fill_plan(town.workspace, WHOLE)
    for kind, level, owner, form, profile, answers in HANDED_IN:
        named = " ".join(filter(None, (kind, form, profile)))
        issued = _distribute(town, f"2027-{kind}", level, owner)
        filled = fill_issued(town.root, f"2027-{kind}", owner, answers, form)
        _put(town, f"2027-{kind}", f"{owner}.xlsx", filled)
        yield f"{named} issued {language}", issued
        yield f"{named} filled {language}", filled
    yield from ((f"{name} {language}", data) for name, data in _send_back(town, language))
    yield f"merged {language}", _merge(town)
    town.run("init", "--renew", "--rows", "500")
    yield f"multi_year_plan renewed {language}", town.workspace.plan_path.read_bytes()


def _begin(root: Path, language: str) -> Town:
    town = Town(root)
    workspace = Workspace.init(root, NAME, key=KEY, language=language)
    chosen = {"UBN": {"followup_rounds": CHOSEN["UBN"]}}  # or its units are asked at the end of the year alone
    organisation = tuple({**row, "language": language, **chosen.get(row["org_id"], {})} for row in (*ORGANISATION, *MORE))
    plan: Answers = {**WHOLE, "organisation": organisation}
    workspace.plan_path.write_bytes(fill_plan(workspace, plan))
    return town


def _distribute(town: Town, round_: str, level: str, owner: str) -> bytes:
    town.run("distribute", round_, "--level", level, expect=None)
    return (town.root / "outbox" / round_ / f"{owner}.xlsx").read_bytes()


def _put(town: Town, round_: str, name: str, data: bytes) -> None:
    path = town.root / "inbox" / round_ / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _send_back(town: Town, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield copies that go back: of a plan in which much is wrong, and of a follow-up in which nothing is answered."""
    broken = (town.inbox / "UBN.xlsx").read_bytes()
    for fault in FAULTS:
        broken, _ = break_return(fault, broken, town.forms.form("annual_plan"), language)
    _put(town, "2027-plan", "UBN.xlsx", broken)
    _put(town, "2027-year", "UBN.xlsx", (town.root / "outbox" / "2027-year" / "UBN.xlsx").read_bytes())
    for round_ in ("2027-plan", "2027-year"):
        town.run("validate", "--round", round_, "--annotate", expect=None)
        for path in sorted((town.root / "returned" / round_).glob("*.xlsx")):
            yield f"sent back {round_} {path.stem}", path.read_bytes()


def _merge(town: Town) -> bytes:
    """Return what two people's halves of a board's plan come to."""
    money = {"budget", "unit_frames", "investments"}
    (town.inbox / "UBN.xlsx").unlink()
    for second, part in enumerate((money, PLANS["UBN"].keys() - money)):
        answers = {key: PLANS["UBN"][key] for key in part}
        town.put(f"{second}.xlsx", fill_issued(town.root, "2027-plan", "UBN", answers), second)
    town.run("merge", "2027-plan", "UBN", expect=None)
    [merged] = town.inbox.glob("*merged*")
    return merged.read_bytes()
