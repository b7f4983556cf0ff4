"""Forms that change: what was issued is judged by the form that it was issued with, before, in and after its round.

Ten kinds of change, each made before anything is handed out, between handing out and answer, after acceptance, and a year later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pytest
import yaml

from filled import build_short_plan, fill_issued
from styrxl.model.catalogue import say
from styrxl.model.form_editions import FormEdition
from styrxl.model.form_files import Forms
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml
from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.hints import list_changed_forms
from styrxl.rounds.issue import issue_round
from styrxl.rounds.judge_council_plan import judge_plan
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.prefills import fetch_prefills
from styrxl.rounds.publish import publish
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from town import ANSWERS, BOARD, NOW, Answers, Town, new_town, saying
from town import PLAN as COUNCIL_ROWS

PLAN, NEXT = standard_rounds().parse("2027-plan"), standard_rounds().parse("2028-plan")
Raw = dict[str, Any]
T = TypeVar("T")


def change_file(town: Town, name: str, change: Callable[[Raw], None]) -> Town:
    """Give the town a file of its own, which is the standard one but for a change; return the town as it is then."""
    raw = read_yaml((standard_folder() / name).read_text("utf-8"))
    change(raw)
    path = town.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), "utf-8")
    return Town(town.root)


def commitments(raw: Raw) -> Raw:
    """Return the columns of the plan's commitments."""
    columns: Raw = raw["sheets"]["commitments"]["columns"]
    return columns


RISK = {"heading": {"sv": "Risk", "en": "Risk"}, "width": 12}
SHEET = {
    "name": {"sv": "Samverkan", "en": "Cooperation"},
    "table": "cooperation",
    "layout": "rows",
    "rows": 6,
    "help": {"sv": "Det som flera nämnder gör tillsammans.", "en": "What several boards do together."},
    "at_least": 1,
    "columns": {"what": {"heading": {"sv": "Vad", "en": "What"}, "required": True, "width": 40}},
}
SCHEMA = {"schema_type": "dataframe", "version": "0.35.0", "columns": {"what": {"dtype": "str", "nullable": True}}, "strict": False}


def add_sheet(town: Town) -> Town:
    """Add a sheet that must be answered."""
    (town.root / "schemas").mkdir(exist_ok=True)
    (town.root / "schemas" / "cooperation.yaml").write_text(yaml.safe_dump(SCHEMA), "utf-8")
    return change_file(town, "sheets/annual_plan.yaml", lambda raw: raw["sheets"].update(cooperation=SHEET))


def rename_entry(raw: Raw) -> None:
    """Call an answer something else."""
    raw["lists"]["decision_status"]["proposed"] = {"sv": "Utkast", "en": "Draft"}


CHANGES: Mapping[str, Callable[[Town], Town]] = {
    "column added": lambda town: change_file(town, "sheets/annual_plan.yaml", lambda raw: commitments(raw).update(risk=RISK)),
    "column required": lambda town: change_file(
        town, "sheets/annual_plan.yaml", lambda raw: commitments(raw).update(risk=RISK | {"required": True})
    ),
    "column renamed": lambda town: change_file(
        town,
        "sheets/annual_plan.yaml",
        lambda raw: commitments(raw)["responsible"].update(heading={"sv": "Ansvarig funktion", "en": "Function"}),
    ),
    "column removed": lambda town: change_file(town, "sheets/annual_plan.yaml", lambda raw: commitments(raw).pop("responsible")),
    "sheet added": add_sheet,
    "sheet removed": lambda town: change_file(town, "sheets/annual_plan.yaml", lambda raw: raw["sheets"].pop("indicators")),
    "entry renamed": lambda town: change_file(town, "sheets/words.yaml", rename_entry),
    "entry removed": lambda town: change_file(town, "sheets/words.yaml", lambda raw: raw["lists"]["decision_status"].pop("proposed")),
    "schema tightened": lambda town: change_file(
        town, "schemas/commitments.yaml", lambda raw: raw["columns"]["text"].update(checks={"str_length": {"max_value": 5}})
    ),
    "version raised": lambda town: change_file(town, "sheets/annual_plan.yaml", lambda raw: raw.update(version=2)),
}


def at_desk(town: Town, work: Callable[[Desk], T]) -> T:
    """Do something at a town's desk."""
    with Ledger.open(town.workspace.database) as ledger:
        return work(open_desk(town.workspace, ledger, NOW))


def judge_plans(town: Town) -> JudgedRound:
    """Judge the town's plans."""
    return at_desk(town, lambda desk: judge_inbox_quietly(desk, PLAN))


def outcomes(judged: JudgedRound) -> list[tuple[Any, ...]]:
    """Return what was said of each return."""
    return [(r.owner, r.verdict, [(f.rule, f.sheet, f.cell) for f in r.findings]) for r in judged.returns]


def next_plan(town: Town) -> Mapping[str, Any]:
    """Hand out next year's plans, and return what the board's workbook was prefilled with."""

    def hand_out(desk: Desk) -> Mapping[str, Any]:
        issue_round(desk, NEXT, ["board"], frozenset({"UBN"}), None)
        issue = desk.ledger.issues(NEXT.id)["UBN"].issue_id
        return fetch_prefills(desk.ledger, [issue])[issue].rows

    return at_desk(town, hand_out)


@pytest.fixture(scope="module")
def before(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> tuple[JudgedRound, Mapping[str, Any]]:
    """Judge a town in which nothing has changed, and hand out its next plans."""
    town = shared_full.copy(tmp_path_factory.mktemp("unchanged") / "town")
    return judge_plans(town), next_plan(town)


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_issued_before_is_what_it_was(change: str, full: Town, before: tuple[JudgedRound, Mapping[str, Any]]) -> None:
    """Verdicts, findings and tables, and what next year's workbooks are prefilled with."""
    judged, prefilled = before
    town = CHANGES[change](full)
    again = judge_plans(town)
    assert outcomes(again) == outcomes(judged)
    for table, frame in judged.tables.items():
        pd.testing.assert_frame_equal(again.tables[table][[*frame.columns]], frame)
    gone = {"column removed": "responsible"}.get(change)
    rows = {key: [{k: v for k, v in row.items() if k != gone} for row in those] for key, those in prefilled.items()}
    if change == "sheet removed":  # what next year's form does not ask for is not offered in it
        rows["indicators"] = []
    mine = next_plan(town)
    assert {key: [*map(dict, those)] for key, those in mine.items()} == rows


@pytest.mark.parametrize("change", CHANGES)
def test_the_councils_workbook_can_be_put_together_after_a_change(change: str, full: Town) -> None:
    town = CHANGES[change](full)
    done = at_desk(town, lambda desk: publish(desk, PLAN, [], every=True))
    assert not done.missing


@pytest.mark.parametrize(
    "change,answers,rules",
    [
        ("column added", BOARD, set()),
        ("column required", BOARD, {("missing-value", "Åtaganden")}),
        ("column renamed", BOARD, set()),
        ("column removed", BOARD, set()),
        ("sheet added", BOARD, {("missing-value", "Samverkan")}),
        ("sheet removed", {key: rows for key, rows in BOARD.items() if key != "indicators"}, set()),
        ("entry renamed", BOARD, set()),
        ("schema tightened", BOARD, {("too-long", "Åtaganden")}),
        ("version raised", BOARD, set()),
    ],
)
def test_what_is_issued_after_a_change_is_held_to_it(change: str, answers: Answers, rules: set[tuple[str, str]], tmp_path: Path) -> None:
    town = CHANGES[change](new_town(tmp_path / "town"))
    town.run("distribute", "2027-plan", "--to", "UBN")
    gone = {"responsible"} if change == "column removed" else set[str]()
    rows = {
        key: [{k: v for k, v in row.items() if key != "commitments" or k not in gone} for row in those] for key, those in answers.items()
    }
    data = fill_issued(town.root, "2027-plan", "UBN", rows)
    [judged] = town.judge(("UBN.xlsx", data)).returns
    assert {(f.rule, f.sheet) for f in judged.findings if f.severity == "error"} == rules


def test_a_workbook_says_by_which_form_it_was_made(full: Town) -> None:
    """The ledger has that form, whole; it makes the same form again."""
    book = open_workbook(full.issued("UBN"))
    said = {row[0].value: row[1].value for row in book["_styrxl"].iter_rows()}
    with Ledger.open(full.workspace.database) as ledger:
        kept = ledger.editions()
    assert str(said["edition"]) == full.forms.form("annual_plan").edition
    words = read_yaml((standard_folder() / "sheets/words.yaml").read_text("utf-8"))
    again = FormEdition.from_json(kept[str(said["edition"])], standard_rounds(), words)
    assert again.form(None) == full.forms.form("annual_plan")
    assert again.id == said["edition"]


def test_each_edition_is_kept_once(full: Town) -> None:
    with Ledger.open(full.workspace.database) as ledger:
        before = ledger.editions()
    full.run("distribute", "2027-plan")
    with Ledger.open(full.workspace.database) as ledger:
        assert ledger.editions() == before
    town = CHANGES["column added"](full)
    town.run("distribute", "2027-plan", "--level", "board")
    with Ledger.open(town.workspace.database) as ledger:
        assert len(ledger.editions()) == len(before) + 1


def test_an_edition_that_somebody_typed_is_not_believed(full: Town) -> None:
    """It is signed like the rest of the identity."""
    [judged] = full.judge(("UBN.xlsx", saying(full.filled("UBN"), edition="0123456789abcdef"))).returns
    assert [f.rule for f in judged.findings if f.severity == "error"] == ["forged-identity"]


def unstamped(town: Town, data: bytes) -> bytes:
    """Return a workbook as it was issued before forms were kept: without an edition, and signed so."""
    book = open_workbook(data)
    parts = {row[0].value: row[1].value for row in book["_styrxl"].iter_rows()}
    signature = town.workspace.sign([str(parts[key]) for key in ("form", "version", "round", "owner", "issue")])
    for row in book["_styrxl"].iter_rows():
        if row[0].value in ("edition", "signature"):
            row[1].value = None if row[0].value == "edition" else signature
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined] # newer than its types
    return save_workbook(book)


def forget_editions(town: Town) -> None:
    """Make a ledger as it was before forms were kept."""
    with Ledger.open(town.workspace.database) as ledger, ledger.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM editions")


@pytest.mark.parametrize("change", ["column added", "column required", "column renamed", "sheet added"])
def test_what_was_issued_before_forms_were_kept_is_read_by_the_standard_form(change: str, full: Town) -> None:
    data = unstamped(full, full.filled("UBN", ANSWERS["UBN"]))
    forget_editions(full)
    town = CHANGES[change](full)
    [judged] = town.judge(("UBN.xlsx", data)).returns
    assert (judged.verdict, judged.errors) == ("accepted", 0)


def test_a_form_of_ones_own_is_read_by_itself_where_it_fits(full: Town) -> None:
    """A workbook without an edition has a column that only the workspace's form has."""
    town = CHANGES["column required"](full)
    town.run("distribute", "2027-plan", "--level", "board")
    rows = {**BOARD, "commitments": [dict(row) | {"risk": "Ont om tid"} for row in BOARD["commitments"]]}
    data = unstamped(town, fill_issued(town.root, "2027-plan", "UBN", rows))
    forget_editions(town)
    judged = town.judge(("UBN.xlsx", data))
    assert judged.returns[0].verdict == "accepted"
    assert judged.tables["commitments"]["risk"].tolist() == ["Ont om tid", "Ont om tid"]


def test_the_present_forms_are_their_own_editions() -> None:
    """Each form, in each profile and round, is the same after it was kept."""
    forms = Forms([standard_folder()])
    words = read_yaml((standard_folder() / "sheets/words.yaml").read_text("utf-8"))
    for name in forms.names():
        for profile in (None, *forms.profiles(name)):
            edition = forms.edition(name, profile)
            kept = FormEdition.from_json(edition.to_json(), forms.rounds, words)
            assert all(kept.form(kind) == edition.form(kind) for kind in (None, *forms.rounds.values()))
            assert kept.id == edition.id


def list_changes(town: Town) -> list[str]:
    """Return what is said of forms that have changed since they were issued."""
    return at_desk(town, lambda desk: [say(note, "sv") for note in list_changed_forms(desk.ledger, desk.forms, PLAN)])


@pytest.mark.parametrize("change", CHANGES)
def test_that_a_form_has_changed_is_told_at_once(change: str, full: Town) -> None:
    assert list_changes(full) == []
    where = {"sheet added": "Samverkan", "sheet removed": "Indikatorer", "entry renamed": "Bekräftelse", "entry removed": "Bekräftelse"}
    told = list_changes(CHANGES[change](full))
    if change == "version raised":
        assert told == []
        return
    said = told[0]  # the boards'; the table that is tightened is the units' as well
    assert said.startswith("Obs: Nämndens ettårsplan har ändrats sedan 2 fick sina arbetsböcker: KFN, UBN.")
    assert f"Det gäller {where.get(change, 'Åtaganden')}." in said
    assert said.endswith(
        "dela ut på nytt: styrxl distribute 2027-plan --to KFN. Det som redan har kommit in gäller tills ett nyare svar är klart."
    )


def look_otherwise(raw: Raw) -> None:
    """Change what nobody is judged by."""
    raw["title"] = {"sv": "Vår plan", "en": "Our plan"}
    sheet = raw["sheets"]["commitments"]
    sheet["help"] = {"sv": "Skriv här.", "en": "Write here."}
    sheet["columns"]["text"].update(width=60, help={"sv": "Kort.", "en": "Briefly."})


def test_nothing_is_told_of_what_only_looks_otherwise(full: Town) -> None:
    assert list_changes(change_file(full, "sheets/annual_plan.yaml", look_otherwise)) == []


def test_who_has_the_old_form_is_told_until_the_new_one_is_handed_out(full: Town) -> None:
    """What had come in counts until a newer one is done."""
    full.put("UBN.xlsx", full.filled("UBN"))
    town = CHANGES["column required"](full)
    for command in (["status", "2027-plan"], ["validate", "--round", "2027-plan"]):
        assert "har ändrats sedan 2 fick sina arbetsböcker" in town.run(*command).stderr
    note = town.run("distribute", "2027-plan", "--to", "UBN").stderr
    assert "1 fick den arbetsboken: KFN." in note
    [judged] = [r for r in judge_plans(town).accepted if r.owner == "UBN"]
    assert [f.rule for f in judged.findings] == ["stale-issue"]
    assert "har ändrats" not in town.run("distribute", "2027-plan", "--level", "board").stderr


# a form that is no more


def add_own_form(town: Town) -> Town:
    """Give the boards a plan form of the town's own, in place of the standard one."""
    (town.root / "sheets").mkdir(exist_ok=True)
    (town.root / "sheets/a_plan.yaml").write_text(
        "extends: annual_plan\ntitle: {sv: Vår plan, en: Our plan}\nsheets: {indicators: {omit: true}}\n", "utf-8"
    )
    return Town(town.root)


def test_what_was_answered_in_a_form_that_is_no_more_counts(tmp_path: Path) -> None:
    town = add_own_form(new_town(tmp_path / "town"))
    town.run("distribute", "2027-plan", "--level", "board")
    rows = {key: those for key, those in BOARD.items() if key != "indicators"}
    town.put("UBN.xlsx", fill_issued(town.root, "2027-plan", "UBN", rows))
    before = judge_plans(town)
    assert outcomes(before) == [("UBN", "accepted", [])]
    (town.root / "sheets/a_plan.yaml").unlink()
    after = judge_plans(Town(town.root))
    assert outcomes(after) == outcomes(before)
    for table, frame in before.tables.items():
        pd.testing.assert_frame_equal(after.tables[table], frame)
    for command in ("status", "log", "consolidate"):
        town.run(command, "2027-plan")
    assert "Vår plan" in town.run("log", "2027-plan").stdout
    town.run("validate", "--annotate")


# the council's own rows

ROWS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    **{key: tuple(rows) for key, rows in COUNCIL_ROWS.items()},
    "council_assessments": ({"round": "2027-year", "goal_id": "KF-M1", "assessment": "fulfilled", "reason": "Gott."},),
    "waivers": ({"owner": "UBN", "round": "2027-plan", "rule": "goal-uncovered", "reason": "Ny nämnd.", "until": date(2027, 6, 1)},),
}


def columns_of(raw: Raw, sheet: str) -> Raw:
    """Return the columns of a sheet."""
    columns: Raw = raw["sheets"][sheet]["columns"]
    return columns


PLAN_CHANGES: Mapping[str, Callable[[Town], Town]] = {
    "entry removed": lambda town: change_file(town, "sheets/words.yaml", lambda raw: raw["lists"]["assessment"].pop("fulfilled")),
    "heading renamed": lambda town: change_file(
        town,
        "sheets/multi_year_plan.yaml",
        lambda raw: columns_of(raw, "council_assessments")["assessment"].update(heading={"sv": "Fullmäktige anser", "en": "Council finds"}),
    ),
    "sheet renamed": lambda town: change_file(
        town, "sheets/multi_year_plan.yaml", lambda raw: raw["sheets"]["waivers"].update(name={"sv": "Lättnader", "en": "Relief"})
    ),
    "column required": lambda town: change_file(
        town, "sheets/multi_year_plan.yaml", lambda raw: columns_of(raw, "council_assessments").update(risk=RISK | {"required": True})
    ),
    "column removed": lambda town: change_file(
        town, "sheets/multi_year_plan.yaml", lambda raw: columns_of(raw, "council_assessments").pop("reason")
    ),
}


TO_ANSWER = {"entry removed": ["Fullmäktiges bedömning"], "column required": ["Fullmäktiges bedömning"]}  # anew, next year


@pytest.fixture
def governed(tmp_path: Path) -> Town:
    """Give a town whose plan was built with the form of its time, and has rows of the council's own."""
    town = Town(tmp_path / "town")
    town.run("init", str(town.root), "--name", "Åköping")
    town.workspace.plan_path.write_bytes(build_short_plan(town.workspace, ROWS))
    return Town(town.root)


@pytest.mark.parametrize("change", PLAN_CHANGES)
def test_the_councils_own_rows_live_through_a_change(change: str, governed: Town) -> None:
    """The plan is read by the form that it was built with; next year's is proposed in the present one."""
    before = at_desk(governed, lambda desk: desk.plan)
    assert before.assessments[0].assessment == "fulfilled"
    town = PLAN_CHANGES[change](governed)
    town.run("check")
    assert at_desk(town, lambda desk: desk.plan) == before
    town.run("rollover", "2028")
    proposed = town.workspace.plan_path.with_name("flerarsplan 2028.xlsx").read_bytes()
    judged, frames = at_desk(town, lambda desk: judge_plan(town.workspace, desk.forms, proposed))
    assert {f.sheet for f in judged.findings if f.severity == "error"} - {"Ramar"} == set(TO_ANSWER.get(change, ()))
    assert frames["waivers"]["rule"].tolist() == ["goal-uncovered"]
    if change != "entry removed":
        assert frames["council_assessments"]["assessment"].tolist() == ["fulfilled"]


def test_a_plan_from_before_forms_were_kept_is_read_by_the_standard_form_where_that_fits(governed: Town) -> None:
    before = at_desk(governed, lambda desk: desk.plan)
    forget_editions(governed)
    assert at_desk(PLAN_CHANGES["sheet renamed"](governed), lambda desk: desk.plan) == before
