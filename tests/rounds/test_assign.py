"""Assigned: a workbook that lost its identity counts as somebody's, on a controller's word."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

import town as towns
from postgres import Server
from styrxl.model.days import local_day, standard_zone
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from town import BOARD, ROUND, Town, lost, saying

OWNER, OTHER = "UBN-ÖST", "UBN-ÅBY"
FOLDER = f"inbox/{ROUND}"
UNKNOWN = (
    "Flerårsplanen för 2027-plan har inget id {} av typen nämnd, enhet, fullmäktige, revision, gemensamma poster, finansförvaltning eller "
    "bolag. Kontrollera id:t på bladet Organisation."
)
TIME = re.compile(r"^  \d{4}-\d\d-\d\d \d\d:\d\d  ", re.MULTILINE)


@pytest.fixture
def town(planned: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("STYRXL_USER", "Anna")
    return planned


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def report(town: Town, *words: str) -> dict[str, dict[str, Any]]:
    """Workbooks of the report, by file name."""
    content = json.loads(town.run("validate", "--round", ROUND, "--format", "json", *words, expect=None).stdout)
    return {Path(w["path"]).name: w for w in content["workbooks"]}


def decided(town: Town) -> list[tuple[str, str | None, str | None, str, str]]:
    with Ledger.open(town.workspace.database) as ledger:
        return [(d.kind, d.owner, d.form, d.reason, d.decided_by) for those in ledger.decisions(ROUND).values() for d in those]


def story(town: Town, name: str, language: str = "sv") -> list[str]:
    return TIME.sub("  ", town.run("--lang", language, "log", ROUND, name).stdout).splitlines()


def receipts(town: Town) -> dict[str, str]:
    with Ledger.open(town.workspace.database) as ledger:
        return {receipt.sha256: path for path, receipt in ledger.receipts(ROUND).items()}


def taken(town: Town, path: Path) -> str:
    """Name in the inbox of what was taken in from a path."""
    town.run("validate", "--round", ROUND, expect=None)
    return receipts(town)[hashlib.sha256(path.read_bytes()).hexdigest()].rpartition("/")[2]


# taking in


def test_a_workbook_that_lost_its_identity_counts_as_the_owner_s(town: Town, tmp_path: Path) -> None:
    """Its bytes as they were, its form found out, named by the owner, accepted with nothing to say about."""
    path = write(tmp_path / "kopia.xlsx", lost(town.filled(OWNER)))
    done = town.run("receive", ROUND, str(path), "--owner", OWNER, "--reason", "Rektorn  ringde")
    name = taken(town, path)
    assert re.fullmatch(rf"{OWNER}_\d{{8}}-\d{{6}}\.xlsx", name)
    assert done.stdout == (f"{path} → {FOLDER}/{name}\n{FOLDER}/{name} räknas nu som svar från {OWNER} (Enhetsplan). Läge: Klar.\n")
    assert (town.inbox / name).read_bytes() == path.read_bytes()
    found = report(town)[name]
    assert (found["verdict"], found["owner"], found["form"], found["round"]) == ("accepted", OWNER, "unit_plan", ROUND)
    assert (found["findings"], found["rows"]["commitments"]) == ([], 2)
    assert decided(town) == [("assign", OWNER, "unit_plan", "Rektorn ringde", "Anna")]
    [line] = [line for line in town.run("status", ROUND).stdout.splitlines() if line.startswith(OWNER)]
    assert line.endswith("Klar")


def test_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    """Whoever does it, from wherever the same bytes come; who was first is told."""
    path = write(tmp_path / "kopia.xlsx", lost(town.filled(OWNER)))
    town.run("receive", ROUND, str(path), "--owner", OWNER)
    name, before = taken(town, path), decided(town)
    files = sorted(town.inbox.iterdir())
    again = town.run("--lang", "en", "receive", ROUND, str(path), "--owner", OWNER, "--form", "unit_plan", "--by", "Bo")
    today = local_day(datetime.now(UTC), standard_zone())
    assert again.stdout == (
        f"{FOLDER}/{name} counts already as a return from {OWNER} (Unit plan), decided by Anna on {today}. State: Done.\n"
    )
    assert (sorted(town.inbox.iterdir()), decided(town)) == (files, before)


@pytest.mark.parametrize("named", ["inbox/2027-plan/x.xlsx", "x.xlsx"])
def test_a_file_in_the_inbox_is_assigned_by_naming_it(town: Town, named: str) -> None:
    """As the report says: by its path in the workspace, or its name alone."""
    path = town.put("x.xlsx", lost(town.filled(OWNER)))
    before = report(town)["x.xlsx"]
    assert (before["verdict"], before["owner"], [f["rule"] for f in before["findings"]]) == ("rejected", None, ["unknown-form"])
    done = town.run("receive", ROUND, named, "--owner", OWNER)
    assert done.stdout == f"{FOLDER}/x.xlsx räknas nu som svar från {OWNER} (Enhetsplan). Läge: Klar.\n"
    assert [p.name for p in town.inbox.iterdir() if p.read_bytes() == path.read_bytes()] == ["x.xlsx"]
    assert report(town)["x.xlsx"]["verdict"] == "accepted"


def test_what_is_to_be_mended_in_it_is_found_where_it_stands(town: Town) -> None:
    """As if it had never lost its identity; and it goes back with it."""
    book = open_workbook(town.filled(OWNER))
    sheet = book["Åtaganden"]
    [row] = [row for row in range(1, 30) if sheet.cell(row, 1).value == f"{OWNER}-2027-A1"]
    sheet.cell(row, 3).value = "KF-M99"
    whole = save_workbook(book)
    town.put("x.xlsx", whole)
    expected = [(f["rule"], f["sheet"], f["cell"]) for f in report(town)["x.xlsx"]["findings"]]
    assert expected == [("unknown-parent", "Åtaganden", f"C{row}")]
    town.put("x.xlsx", lost(whole))
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER)
    assert [(f["rule"], f["sheet"], f["cell"]) for f in report(town)["x.xlsx"]["findings"]] == expected
    town.run("validate", "--round", ROUND, "--annotate", expect=1)
    back, issued = (
        open_workbook(data)["_styrxl"] for data in ((town.root / "returned" / ROUND / f"{OWNER}.xlsx").read_bytes(), town.issued(OWNER))
    )
    assert [[c.value for c in row] for row in back.iter_rows()] == [[c.value for c in row] for row in issued.iter_rows()]


def test_rows_beyond_the_usual_are_those_that_were_issued(town: Town) -> None:
    """What the owner was handed last is what it is judged against: its ids and its rows."""
    town.run("distribute", ROUND, "--to", OWNER, "--rows", "90")
    sheet = (book := open_workbook(town.filled(OWNER)))["Åtaganden"]
    [row] = [row for row in range(1, 150) if sheet.cell(row, 1).value == f"{OWNER}-2027-A88"]
    for column, value in enumerate(("Sent", "UBN-M1", None, "Rektor"), 2):
        sheet.cell(row, column).value = value
    town.put("x.xlsx", lost(save_workbook(book)))
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER)
    found = report(town)["x.xlsx"]
    assert (found["verdict"], found["findings"], found["rows"]["commitments"]) == ("accepted", [], 3)


def test_a_foreign_workbook_and_a_broken_one_are_the_owner_s_too(town: Town) -> None:
    """What cannot be read in them is said, and to whom."""
    book = Workbook()
    book.active["A1"] = "Vår plan"  # type: ignore[index] # a new workbook has a sheet
    town.put("egen.xlsx", save_workbook(book))
    town.put("trasig.xlsx", b"PK")
    town.run("receive", ROUND, "egen.xlsx", "--owner", OWNER)
    town.run("receive", ROUND, "trasig.xlsx", "--owner", OTHER)
    found = report(town)
    assert (found["egen.xlsx"]["owner"], found["egen.xlsx"]["verdict"]) == (OWNER, "rejected")
    assert {f["rule"] for f in found["egen.xlsx"]["findings"]} == {"missing-sheet", "unknown-sheet"}
    assert (found["trasig.xlsx"]["owner"], found["trasig.xlsx"]["verdict"]) == (OTHER, "unreadable")
    lines = {line.split()[0]: line for line in town.run("status", ROUND).stdout.splitlines() if line}
    assert lines[OTHER].endswith("Går inte att läsa")
    town.run("consolidate", ROUND, "--all")


@pytest.mark.parametrize(
    "facts", [{"owner": OTHER}, {"issue": "0123456789abcdef"}, {"signature": ""}, {"version": "99"}, {"round": "2019-plan"}]
)
def test_a_forged_identity_gives_way_to_the_controller_s_word(town: Town, facts: dict[str, str]) -> None:
    """None of it was signed by us: it is no more than a workbook without identity."""
    town.put("x.xlsx", saying(town.filled(OWNER), **facts))
    assert report(town)["x.xlsx"]["verdict"] == "rejected"
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER)
    found = report(town)["x.xlsx"]
    assert (found["verdict"], found["owner"], found["findings"]) == ("accepted", OWNER, [])


# anew


def test_the_newest_word_on_whose_it_is_holds(town: Town) -> None:
    """Taken for one owner's and then for another's: the first has nothing any more."""
    town.put("x.xlsx", lost(town.filled(OTHER)))
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER, expect=None)
    done = town.run("receive", ROUND, "x.xlsx", "--owner", OTHER, "--by", "Bo")
    assert done.stdout == f"{FOLDER}/x.xlsx räknas nu som svar från {OTHER} (Enhetsplan). Läge: Klar.\n"
    assert (report(town)["x.xlsx"]["owner"], report(town)["x.xlsx"]["verdict"]) == (OTHER, "accepted")
    lines = {line.split()[0]: line for line in town.run("status", ROUND).stdout.splitlines() if line}
    assert lines[OWNER].endswith("Inte inkommen")
    assert [kind for kind, *_ in decided(town)] == ["assign", "assign"]


def test_it_is_set_aside_and_taken_back_like_any_other(town: Town) -> None:
    """Whose it is stays as it was."""
    town.put("x.xlsx", lost(town.filled(OWNER)))
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER)
    town.run("set-aside", ROUND, OWNER, "--reason", "Utkast")
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER)
    assert report(town)["x.xlsx"]["verdict"] == "set-aside"
    town.run("take-back", ROUND, OWNER, "--reason", "Klart")
    found = report(town)["x.xlsx"]
    assert (found["verdict"], found["owner"]) == ("accepted", OWNER)


def test_it_takes_the_place_of_an_older_one_and_is_replaced_by_a_newer(town: Town) -> None:
    town.put("first.xlsx", town.filled(OWNER))
    town.put("x.xlsx", lost(town.filled(OWNER)), 1)
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER)
    assert {n: w["verdict"] for n, w in report(town).items() if w["owner"] == OWNER} == {"first.xlsx": "superseded", "x.xlsx": "accepted"}
    answers = {"commitments": [{"text": "Läsa mer", "parent_id": "UBN-M1", "responsible": "Rektor"}]}
    town.put("third.xlsx", town.filled(OWNER, answers), 2)
    assert report(town)["x.xlsx"]["verdict"] == "superseded"


# what is refused


def refused(town: Town, *words: str, expect: int = 3) -> str:
    """Run a command that must change nothing; return what it said."""
    before = sorted(town.inbox.iterdir()), receipts(town)
    said: str = town.run("receive", ROUND, *words, expect=expect).stderr
    assert (sorted(town.inbox.iterdir()), receipts(town)) == before
    assert decided(town) == []
    return said


@pytest.mark.parametrize(
    "words,told",
    [
        (("--owner", "XX"), UNKNOWN.format("XX")),
        (("--owner", "UBF"), UNKNOWN.format("UBF")),
        (("--owner", OWNER, "--form", "annual_plan"), "UBN-ÖST har inte formuläret annual_plan i 2027-plan. Det som finns: unit_plan."),
        (("--owner", "UBN", "--form", "board_followup"), "UBN har inte formuläret board_followup i 2027-plan. Det som finns: annual_plan."),
    ],
)
def test_a_wrong_owner_or_form_is_told_plainly(town: Town, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    path = write(tmp_path / "x.xlsx", lost(town.filled(OWNER)))
    assert refused(town, str(path), *words).startswith(told)
    assert town.run("validate", str(path), "--round", ROUND, *words, expect=3).stderr.startswith(told)


def test_of_several_forms_one_must_be_named(town: Town, tmp_path: Path) -> None:
    own = town.root / "sheets"
    own.mkdir()
    standard = town.forms.path("sheets", "unit_plan")
    assert standard
    (own / "unit_plan_b.yaml").write_text(standard.read_text("utf-8").replace("form: unit_plan", "form: unit_plan_b"), "utf-8")
    path = write(tmp_path / "x.xlsx", lost(town.filled(OWNER)))
    assert refused(town, str(path), "--owner", OWNER).startswith(
        "Vilket formulär är det? UBN-ÖST har flera i 2027-plan. Lägg till --form och något av: unit_plan, unit_plan_b."
    )
    town.run("receive", ROUND, str(path), "--owner", OWNER, "--form", "unit_plan")


def test_a_workbook_that_says_whose_it_is_stays_theirs(town: Town, tmp_path: Path) -> None:
    """For receive as for validate; on the word that it is theirs it is taken in as ever, and nothing needs deciding."""
    path = write(tmp_path / "x.xlsx", town.filled(OWNER))
    told = f"{path} är redan någons: arbetsboken delades ut till UBN-ÖST för 2027-plan (Enhetsplan), och det som visar det är orört."
    assert refused(town, str(path), "--owner", OTHER).startswith(told)
    shown = town.run("validate", str(path), "--round", ROUND, "--owner", OTHER, "--form", "unit_plan", expect=3).stderr
    assert shown.startswith(told.replace(str(path), town.workspace.shown(path)))
    town.run("validate", str(path), "--round", ROUND, "--owner", OWNER)
    done = town.run("receive", ROUND, str(path), "--owner", OWNER)
    assert done.stdout == f"{path} → {FOLDER}/{taken(town, path)}\n"
    assert decided(town) == []


def test_one_of_another_round_is_nobody_s_of_this(town: Town, tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", town.filled(OWNER))
    said = town.run("receive", "2027-t1", str(path), "--owner", "UBN", expect=3).stderr
    assert said.startswith(f"{path} är redan någons: arbetsboken delades ut till UBN-ÖST för 2027-plan")


def test_the_owner_of_several_files_is_a_wrong_use(town: Town, tmp_path: Path) -> None:
    """Two sources, a folder or an archive of two, mail, or a form without an owner; of one the archive is no matter."""
    first, second = (write(tmp_path / name, lost(town.filled(owner))) for name, owner in (("a.xlsx", OWNER), ("b.xlsx", OTHER)))
    several, one = tmp_path / "two.zip", tmp_path / "one.zip"
    for archive, members in ((several, (first, second)), (one, (first,))):
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr(".DS_Store", b"x")
            for member in members:
                file.write(member, member.name)
    for sources in ([str(first), str(second)], [str(tmp_path)], [str(several)]):
        assert "en arbetsbok i taget" in refused(town, *sources, "--owner", OWNER, expect=2)
    assert "inte för mejl" in refused(town, str(write(tmp_path / "x.eml", b"")), "--owner", OWNER, expect=2)
    assert "--form behöver --owner" in refused(town, str(first), "--form", "unit_plan", expect=2)
    assert "nowhere.xlsx" in refused(town, "nowhere.xlsx", "--owner", OWNER, expect=2)
    assert "receive OMGÅNG FIL" in town.run("validate", "--round", ROUND, "--owner", OWNER, expect=2).stderr
    town.run("receive", ROUND, str(one), "--owner", OWNER)
    assert decided(town) == [("assign", OWNER, "unit_plan", "", "Anna")]


# wherever returns are shown


def test_the_report_says_what_to_type(town: Town) -> None:
    """To the controller, not in what the sender is sent; a name that a shell might understand otherwise is left out."""
    town.put("x y.xlsx", lost(town.filled(OWNER)))
    town.put("x;rm.xlsx", saying(town.filled(OTHER), issue="0123456789abcdef"))
    told = "Vet du vems svaret är, kör: styrxl receive 2027-plan {} --owner ID"
    found = report(town)
    fixes = [found[name]["findings"][0]["fix"] for name in ("x y.xlsx", "x;rm.xlsx")]
    assert [fix.partition("Vet du")[1:] for fix in fixes] == [
        told.format(name).partition("Vet du")[1:] for name in (f'"{FOLDER}/x y.xlsx"', "FIL")
    ]
    english = town.run("--lang", "en", "validate", "--round", ROUND, expect=1).stdout
    assert f'If you know whose it is, run: styrxl receive 2027-plan "{FOLDER}/x y.xlsx" --owner ID\n' in english
    assert "styrxl receive" in town.run("validate", "--round", ROUND, "--format", "html", expect=1).stdout


def test_its_story_tells_whose_it_became(town: Town) -> None:
    """What happened before as well; and to the one that it is taken from."""
    town.put("x.xlsx", lost(town.filled(OTHER)))
    town.run("validate", "--round", ROUND, expect=1)
    assert story(town, "x.xlsx")[0] == "Inte knutet till någon"
    town.run("receive", ROUND, "x.xlsx", "--owner", OTHER)
    file = f"{FOLDER}/x.xlsx"
    mine = [
        f"  {file} räknas som svar från {OTHER} (Enhetsplan), beslut av Anna.",
        f"  {file} granskades: Klar (0 att rätta, 0 att kontrollera).",
    ]
    by_hand = f"  {file} lades i inkorgen för hand."
    before = f"  {file} granskades: Behöver kompletteras (1 att rätta, 0 att kontrollera)."
    assert story(town, OTHER)[-4:] == [by_hand, before, *mine]
    assert story(town, OTHER, "en")[-2:] == [
        f"  {file} counts as a return from {OTHER} (Unit plan), decided by Anna.",
        f"  {file} was judged: Done (0 to correct, 0 to check).",
    ]
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER, "--reason", "Fel skola", "--by", "Bo", expect=None)
    moved = f"  {file} räknas som svar från {OWNER} (Enhetsplan), beslut av Bo: Fel skola"
    assert story(town, OTHER)[-3:] == [*mine, moved]
    assert story(town, OWNER)[-2] == moved
    assert story(town, OWNER, "en")[-2] == f"  {file} counts as a return from {OWNER} (Unit plan), decided by Bo: Fel skola"
    events = json.loads(town.run("log", ROUND, OWNER, "--format", "json").stdout)["events"]
    assert [(e["to"], e["form"], e["by"]) for e in events if e["event"] == "assign"] == [(OWNER, "unit_plan", "Bo")]


def test_it_is_in_the_council_s_workbook_and_its_sources_say_why(town: Town) -> None:
    town.put("x.xlsx", lost(town.filled(OWNER)))
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER, "--reason", "Rektorn ringde")
    town.run("consolidate", ROUND, "--all")
    book = load_workbook(town.root / "council" / f"{ROUND}.xlsx")
    rows = list(book["Källor"].iter_rows(values_only=True))
    column = next(list(row).index("Beslut") for row in rows if "SHA-256" in row)
    today = local_day(datetime.now(UTC), standard_zone())
    [line] = [(row[0], row[3], row[column]) for row in rows if row[1] == "x.xlsx"]
    assert line == ("Östra förskolan", "✓ Klar", f"{today} räknas som svar från {OWNER}, Anna: Rektorn ringde")
    assert f"{OWNER}-2027-A1" in {cell for row in book["Åtaganden"].iter_rows(values_only=True) for cell in row}


def test_named_by_its_path_it_is_judged_as_the_owner_s(town: Town, tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", lost(town.filled(OWNER)))
    town.run("receive", ROUND, str(path), "--owner", OWNER)
    assert report(town, str(path))["x.xlsx"]["owner"] == OWNER


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_read_in_processes_and_kept_it_is_the_same(town: Town, monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    monkeypatch.setattr("styrxl.scale.read_all.CACHED_FROM", 1)
    town.put("x.xlsx", lost(town.filled(OWNER)))
    town.run("receive", ROUND, "x.xlsx", "--owner", OWNER)
    first, second = report(town, "--jobs", jobs), report(town, "--jobs", jobs)
    assert first == second
    assert (first["x.xlsx"]["verdict"], first["x.xlsx"]["owner"], first["x.xlsx"]["rows"]) == (
        "accepted",
        OWNER,
        {"goals": 1, "commitments": 2, "plan_elsewhere": 1},
    )


def test_two_returns_of_one_owner_are_joined(town: Town) -> None:
    """The economist's workbook lost its identity; the strategist's has it."""
    economist = {key: BOARD[key] for key in ("budget", "unit_frames", "investments")}
    (town.inbox / "UBN.xlsx").unlink()
    town.put("a.xlsx", lost(town.filled("UBN", economist)))
    town.put("b.xlsx", town.filled("UBN", {key: BOARD[key] for key in BOARD if key not in economist}), 1)
    town.run("receive", ROUND, "a.xlsx", "--owner", "UBN", expect=None)
    assert "answers-lost" in {f["rule"] for f in report(town)["b.xlsx"]["findings"]}
    assert "Läge: Klar." in town.run("merge", ROUND, "UBN").stdout


def test_a_workbook_in_english_is_read_in_english(town: Town) -> None:
    """Whoever it is assigned to answers in that language."""
    town.put("x.xlsx", lost(town.filled("KFN-BIB")))
    town.run("receive", ROUND, "x.xlsx", "--owner", "KFN-BIB")
    found = report(town)["x.xlsx"]
    assert (found["verdict"], found["findings"]) == ("accepted", [])


def test_with_postgresql(tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYRXL_USER", "Anna")
    town = towns.new_town(tmp_path / "shared")
    settings = town.root / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8") + f'\n[database]\nurl = "{postgres.new_database()}"\n', "utf-8")
    town.run("distribute", ROUND, "--level", "board")
    town.put("x.xlsx", lost(town.filled("UBN")))
    town.run("receive", ROUND, "x.xlsx", "--owner", "KFN", expect=None)
    town.run("receive", ROUND, "x.xlsx", "--owner", "UBN", "--reason", "Fel nämnd")
    town.run("receive", ROUND, "x.xlsx", "--owner", "UBN")
    assert (report(town)["x.xlsx"]["owner"], report(town)["x.xlsx"]["verdict"]) == ("UBN", "accepted")
    assert decided(town) == [("assign", "KFN", "annual_plan", "", "Anna"), ("assign", "UBN", "annual_plan", "Fel nämnd", "Anna")]
    assert story(town, "UBN")[-2].endswith("räknas som svar från UBN (Nämndens ettårsplan), beslut av Anna: Fel nämnd")
