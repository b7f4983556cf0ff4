"""The command ``outcomes``: what is kept, what it says, and what stops it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from everybody import WHOLE
from styrxl.store.ledger import Ledger
from styrxl.store.outcome_runs import read_booked_outcomes
from town import Town, new_town

ROUND = "2027-t1"
MAPPING = """\
export: {unit: kronor, signs: ledger}
columns: {account: Konto, unit: Ansvar, activity: Verksamhet}
amounts: {amount: Utfall}
revenue: {account: [3000-3999]}
cost: {account: [4000-7999]}
leave_out: [{why: Balanskonton, where: {account: [1000-2999]}}]
places:
  - {owner: UBN, activity: Grundskola, where: {unit: ["21*"], activity: [440]}}
  - {owner: UBN, activity: Förskola, where: {unit: ["21*"], activity: [407]}}
  - {owner: KFN, where: {unit: ["30*"]}}
  - {owner: REV, where: {unit: ["0900"]}}
"""
ROWS = (
    "1510;2100;440;1 000,50",
    "3011;2100;440;-34 500,50",
    "4010;2101;440;300 000,25",
    "5010;2101;407;150 000,00",
    "5010;3001;;90 000,00",
    "5010;0900;;1 000,00",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return new_town(tmp_path_factory.mktemp("town") / "town")


@pytest.fixture
def town(made: Town, tmp_path: Path) -> Town:
    copy = made.copy(tmp_path / "town")
    (copy.root / "outcomes.yaml").write_text(MAPPING, "utf-8")
    return copy


def write(town: Town, *rows: str, name: str = "utfall.csv") -> str:
    """Write an export, and return its path."""
    (town.root / name).write_text("\n".join(["Konto;Ansvar;Verksamhet;Utfall", *rows]), "utf-8")
    return str(town.root / name)


def figures(town: Town) -> tuple[tuple[str, str | None, float | None, float | None], ...] | None:
    """Return what counts of the accounts: owner, activity, revenue, cost."""
    with Ledger.open(town.workspace.database) as ledger:
        found = read_booked_outcomes(ledger, ROUND)
    return tuple((row.owner, row.activity, row.revenue, row.cost) for row in found.rows) if found else None


def test_what_is_placed_is_kept_by_owner_and_activity(town: Town) -> None:
    result = town.run("outcomes", ROUND, write(town, *ROWS))
    assert figures(town) == (
        ("KFN", None, 0.0, 90.0),
        ("REV", None, 0.0, 1.0),
        ("UBN", "Förskola", 0.0, 150.0),
        ("UBN", "Grundskola", 34.5, 300.0),
    )
    assert "Utfallet är sparat" in result.output
    assert "Varje rad är placerad" in result.output


def test_a_dry_run_keeps_nothing(town: Town) -> None:
    town.run("outcomes", ROUND, write(town, *ROWS), "--dry-run")
    assert figures(town) is None


def test_a_row_that_is_placed_nowhere_is_named_and_the_others_hold(town: Town) -> None:
    result = town.run("outcomes", ROUND, write(town, *ROWS, "5010;9999;407;77,70"), expect=1)
    assert "5010, 9999, 407" in result.output
    assert "inget ställe under places passar" in result.output
    assert figures(town) is not None
    assert "= 506 499,75 placerat + 1 000,50 utanför + 77,70 inte placerat" in result.output.replace("\u00a0", " ")


def test_a_run_again_replaces_and_says_what_changed(town: Town) -> None:
    town.run("outcomes", ROUND, write(town, *ROWS))
    again = town.run("outcomes", ROUND, write(town, *ROWS[:-2], "5010;3001;;91 000,00", name="rättat.csv"))
    assert figures(town) == (
        ("KFN", None, 0.0, 91.0),
        ("UBN", "Förskola", 0.0, 150.0),
        ("UBN", "Grundskola", 34.5, 300.0),
    )
    said = again.output.replace("\u00a0", " ")
    assert "Ändrat sedan" in said
    assert any(line.split() == ["KFN", "–", "90,00", "91,00", "1,00"] for line in said.splitlines())
    assert any(line.split() == ["REV", "–", "1,00", "-1,00"] for line in said.splitlines())
    assert "REV får inget utfall ur filen" in said


def test_the_same_again_is_no_new_run(town: Town) -> None:
    path = write(town, *ROWS)
    town.run("outcomes", ROUND, path)
    assert "Inget nytt är sparat" in town.run("outcomes", ROUND, path).output
    with Ledger.open(town.workspace.database) as ledger:
        found = read_booked_outcomes(ledger, ROUND)
    assert found is not None
    assert (found.run, found.file_name) == (1, "utfall.csv")


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("owner: KFN", "owner: KNF", "outcomes.yaml, rad 10: places.3.owner: det finns ingen i organisationen som heter ”KNF”."),
        ("owner: KFN", "owner: UBN-ÖST", "outcomes.yaml, rad 10: UBN-ÖST är en förvaltning eller enhet. Skriv den nämnd som den hör till."),
        ('["30*"]', '["30*", 2101]', "outcomes.yaml, rad 10: Rad 4 i exporten (4010, 2101, 440) passar både här och på rad 8."),
        ("unit: [", "unti: [", "unti"),
        ("signs: ledger", "signs: plain", "Tecknen stämmer inte"),
        ("unit: kronor", "unit: mkr", "Enheten stämmer nog inte"),
        ("Utfall}", "Utfal}", "rubrikerna på rad 1 saknar Utfal. Där står Konto, Ansvar, Verksamhet, Utfall."),
        ("signs: ledger", "sign: ledger", "outcomes.yaml, rad 1"),
    ],
)
def test_what_would_be_wrong_is_refused_and_nothing_is_kept(town: Town, old: str, new: str, said: str) -> None:
    (town.root / "outcomes.yaml").write_text(MAPPING.replace(old, new), "utf-8")
    result = town.run("outcomes", ROUND, write(town, *ROWS), expect=3)
    assert said in result.output
    assert figures(town) is None


UNITS = """units:
  - {owner: UBN-ÖST, where: {unit: [2101], activity: [407]}}
  - {owner_from: unit, where: {unit: ["Åby*", "Okänd*"]}}
"""


def test_what_is_units_is_kept_for_them_too_and_their_boards_keep_it(town: Town) -> None:
    mapping = MAPPING.replace('unit: ["21*"], activity: [440]', 'unit: ["21*", "Åby*", "Okänd*"], activity: [440]')
    (town.root / "outcomes.yaml").write_text(mapping + UNITS, "utf-8")
    schools = ("4010;Åby skola;440;20,00", "4010;Okänd skola;440;10,00")
    said = town.run("outcomes", ROUND, write(town, *ROWS, *schools)).output
    assert figures(town) == (
        ("KFN", None, 0.0, 90.0),
        ("REV", None, 0.0, 1.0),
        ("UBN", "Förskola", 0.0, 150.0),
        ("UBN", "Grundskola", 34.5, 300.03),
        ("UBN-ÅBY", None, 0.0, 0.02),
        ("UBN-ÖST", None, 0.0, 150.0),
    )
    assert "Enheternas del av det" in said


@pytest.mark.parametrize("owner, said", [("UBN", "UBN är ingen enhet."), ("UBN-ÖTS", "Menar du UBN-ÖST?")])
def test_units_alone_are_named_among_units(town: Town, owner: str, said: str) -> None:
    (town.root / "outcomes.yaml").write_text(MAPPING + UNITS.replace("UBN-ÖST", owner), "utf-8")
    assert said in town.run("outcomes", ROUND, write(town, *ROWS), expect=3).output
    assert said in town.run("check", expect=3).output


def test_a_total_that_does_not_tie_is_told_and_ends_with_status_1(town: Town) -> None:
    said = town.run("outcomes", ROUND, write(town, *ROWS, "Totalt;;;507 600,25"), expect=1).output.replace("\u00a0", " ")
    assert "! Filen säger 507 600,25 på rad 8 (Totalt), men raderna blir 507 500,25." in said
    assert "Skillnaden är 100,00." in said


def test_outcomes_belong_to_follow_ups(town: Town) -> None:
    assert "slutar på t1, t2, year" in town.run("outcomes", "2027-plan", write(town, *ROWS), expect=3).output


def test_no_report_is_written_over_the_mapping(town: Town) -> None:
    assert town.workspace.owns(town.root / "outcomes.yaml")


def test_personal_numbers_are_hidden_wherever_a_row_is_told(town: Town) -> None:
    path = write(town, *ROWS, "5010;18900101-9802;407;77,70")
    for format_ in ("text", "json"):
        assert "9802" not in town.run("outcomes", ROUND, path, "--dry-run", "--format", format_, expect=1).output


def test_the_log_tells_of_each_run(town: Town) -> None:
    town.run("outcomes", ROUND, write(town, *ROWS), "--by", "Anna")
    town.run("outcomes", ROUND, write(town, *ROWS, "5010;9999;;1,00", name="ny.csv"), "--by", "Anna", expect=1)
    story = town.run("log", ROUND).stdout.splitlines()
    assert [line[20:] for line in story if "redovisningen" in line] == [
        "Utfallet ur redovisningen togs av Anna ur utfall.csv (0 rader inte placerade).",
        "Utfallet ur redovisningen togs av Anna ur ny.csv (1 rad inte placerad).",
    ]


def test_json_tells_all(town: Town) -> None:
    told = json.loads(town.run("outcomes", ROUND, write(town, *ROWS, "5010;9999;407;77,70"), "--format", "json", expect=1).output)
    assert told["total"] == ["507577.95"]
    assert told["outcomes"][0].items() >= {"owner": "KFN", "activity": None, "revenue": 0.0, "cost": 90.0, "net": 90.0}.items()
    assert [(u["row"], u["amounts"]) for u in told["unplaced"]] == [(8, ["77.70"])]


@pytest.mark.parametrize("language, word", [("sv", "Konto"), ("en", "Account")])
def test_an_example_is_printed_and_passes_check(town: Town, language: str, word: str) -> None:
    example = town.run("--lang", language, "outcomes", "--example").output
    assert f"account: {word}" in example
    (town.root / "outcomes.yaml").write_text(example, "utf-8")
    assert "outcomes.yaml" in town.run("check").output


@pytest.mark.parametrize("name", ["outcomes.yaml", "styrxl.toml", "sheets/report.yaml"])
def test_an_example_is_printed_whatever_the_workspace_holds(town: Town, name: str) -> None:
    """``… --example > outcomes.yaml``: the shell empties the file first. Nor need it be a workspace."""
    example = town.run("outcomes", "--example").output
    (town.root / name).parent.mkdir(exist_ok=True)
    (town.root / name).write_text("", "utf-8")
    assert town.run("outcomes", "--example").output == example
    assert Town(town.root / "no workspace").run("outcomes", "--example").output == example


def test_without_a_mapping_the_example_is_named(town: Town) -> None:
    (town.root / "outcomes.yaml").unlink()
    assert "styrxl outcomes --example" in town.run("outcomes", ROUND, write(town, *ROWS), expect=3).output


def test_an_activity_that_is_in_no_budget_is_told_with_the_nearest(planned: Town) -> None:
    """It gets a row of its own in the workbook; what has no activity cannot be spread over several."""
    (planned.root / "outcomes.yaml").write_text(MAPPING.replace("activity: Grundskola", "activity: Grundskolan"), "utf-8")
    said = planned.run("outcomes", ROUND, write(planned, *ROWS), "--dry-run").output
    assert "UBN: verksamheten Grundskolan finns inte i budgeten. Menar du Grundskola?" in said
    assert "Förskola finns inte" not in said
    assert "KFN:" not in said  # one activity alone: the outcome is its
    (planned.root / "outcomes.yaml").write_text(re.sub("activity: (Grundskola|Förskola), ", "", MAPPING), "utf-8")
    said = planned.run("outcomes", ROUND, write(planned, *ROWS), "--dry-run").output
    assert "UBN: utfallet har ingen verksamhet, men budgeten har flera" in said
    assert "I budgeten finns Grundskola, Förskola." in said


def test_outcomes_of_other_owners_with_money_are_placed_by_name(town: Town) -> None:
    """Auditors, the council: whoever has money."""
    mapping = MAPPING[: MAPPING.index("places:")] + "places: [{owner_from: unit}]\n"
    (town.root / "outcomes.yaml").write_text(mapping, "utf-8")
    rows = ("5010;Revisorerna;;1,00", "5010;KF;;2 000,00", "5010;KFN Kultur- och fritidsnämnden;;3 000,00", "5010;Åby skola;;4,00")
    said = town.run("outcomes", ROUND, write(town, *rows, "5010;UBN;;500 000"), expect=1).output
    assert figures(town) == (("KF", None, 0.0, 2.0), ("KFN", None, 0.0, 3.0), ("REV", None, 0.0, 0.0), ("UBN", None, 0.0, 500.0))
    assert "Åby skola är ingen i organisationen som har pengar" in said


@pytest.mark.parametrize("place", ["{owner_from: unit, activity_from: activity}", None], ids=["by the column", "by id"])
def test_the_finance_administration_and_companies_are_placed_as_boards_are(tmp_path: Path, place: str | None) -> None:
    """So are common items and the auditors; a joint authority too, and nobody is counted twice."""
    town = new_town(tmp_path / "town", WHOLE)
    owners = ("FIN", "GEM", "BAB", "RTF", "REV", "KF", "UBN")
    by_id = [f"{{owner: {o}, activity: Drift, where: {{unit: ['{o} *']}}}}" for o in owners]
    head = MAPPING.partition("places:")[0]
    places = "\n".join(f"  - {each}" for each in ([place] if place else by_id))
    (town.root / "outcomes.yaml").write_text(f"{head}places:\n{places}\n", "utf-8")
    names = {row["org_id"]: row["name"] for row in WHOLE["organisation"]}
    rows = [
        f"{account};{o} {names[o]};Drift;{1000 * n * sign}" for n, o in enumerate(owners, 1) for account, sign in ((3100, -1), (5010, 3))
    ]
    town.run("outcomes", ROUND, write(town, *rows))
    assert figures(town) == tuple(sorted((o, "Drift", float(n), 3.0 * n) for n, o in enumerate(owners, 1)))
