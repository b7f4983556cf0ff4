"""The commands as a controller types them: right, in the wrong order, on wrong files, with wrong words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from filled import fill_plan
from municipality import GOALS, ORGANISATION
from styrxl.cli import cli
from styrxl.commands.session import Session
from styrxl.sample.faults.plan import break_return
from town import BOARD, BOARDS, PLAN, ROUND, UNITS, Town, lost, new_town


def run(*words: str) -> tuple[int, str, str]:
    """Type a command; exit status, stdout, stderr."""
    result = CliRunner().invoke(cli, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


# what every command has


def test_every_command_is_in_the_readme_or_the_handbook() -> None:
    """A command that nobody can read about does not exist."""
    checkout = Path(__file__).parent.parent
    said = "".join(path.read_text("utf-8") for path in (checkout / "README.md", *(checkout / "docs").rglob("*.md")))
    assert [name for name in cli.commands if f"styrxl {name}" not in said] == []


@pytest.mark.parametrize("name", [None, *cli.commands])
def test_help_says_what_it_does(name: str | None) -> None:
    """Help needs no workspace, and is more than a usage line."""
    status, out, _ = run(*([name] if name else []), "--help")
    assert status == 0
    assert len(out.splitlines()) > 4
    assert "\\b" not in out  # click's mark for lines to keep, not taken as such


def test_help_is_quick() -> None:
    """None of the heavy libraries is loaded before a command needs it."""
    heavy = ("pandas", "pandera", "openpyxl", "sqlalchemy", "python_calamine", "yaml", "jinja2")
    code = f"import sys, styrxl.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_only_looks_into_the_ledger_is_quick(full: Town) -> None:
    """Once the council's plan has been judged, neither pandas nor pandera is loaded, and of SQLAlchemy no more than its core."""
    full.run("status", ROUND)
    heavy = ("pandas", "pandera", "openpyxl", "sqlalchemy.orm", "alembic", "jinja2", "python_calamine")
    commands = [["--workspace", str(full.root), *words] for words in (("status", ROUND), ("log", ROUND), ("log", ROUND, "UBN"))]
    look = f"print('loaded', [name for name in {heavy!r} if name in sys.modules])"
    code = f"import sys\nfrom styrxl.cli import cli\nfor words in {commands!r}:\n cli.main(words, standalone_mode=False); {look}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if line.startswith("loaded")] == ["loaded []"] * 3


# what the operator must act on: exit status 3, what is wrong and what to do


@pytest.mark.parametrize("command", [["distribute", ROUND], ["validate"], ["status", ROUND], ["link", ROUND], ["consolidate", ROUND]])
def test_without_a_workspace(tmp_path: Path, command: list[str]) -> None:
    """The message names the folder and how to make one; nothing is written."""
    status, out, err = run("--workspace", str(tmp_path), *command)
    assert (status, out) == (3, "")
    assert "styrxl init" in err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_round(tmp_path: Path) -> None:
    """The message says how a round is written."""
    town = new_town(tmp_path / "t")
    for words in (["distribute", "2027-hösten"], ["validate", "--round", "27-plan"], ["status", "plan"]):
        result = town.run(*words, expect=3)
        assert "2027-plan" in result.stderr


def test_which_round_is_asked_when_there_are_several(full: Town) -> None:
    """One inbox needs no --round; two do."""
    assert full.run("validate").exit_code == 0
    (full.root / "inbox" / "2028-plan").mkdir()
    assert "--round 2028-plan. Omgångar som finns: 2027-plan, 2028-plan." in full.run("validate", expect=3).stderr


def test_a_new_workspace_is_not_made_over_an_old_one(full: Town) -> None:
    """Init refuses, and changes nothing."""
    before = full.workspace.settings_path.read_bytes()
    assert run("init", str(full.root))[0] == 3
    assert full.workspace.settings_path.read_bytes() == before


def test_a_new_workspace_can_be_filled_in(tmp_path: Path) -> None:
    """Init makes settings, key and an empty plan, and says what to do next; the empty plan is told to be empty."""
    status, out, _ = run("--lang", "sv", "init", str(tmp_path / "k"), "--name", "Åköping")
    assert status == 0
    assert "flerarsplan.xlsx" in out
    status, _, err = run("--workspace", str(tmp_path / "k"), "distribute", ROUND)
    assert status == 3
    assert err == (
        f"{tmp_path / 'k' / 'flerarsplan.xlsx'} är inte ifylld än. Öppna den i Excel, fyll i bladen Organisation, Mål och Ramar, spara, "
        "stäng den och kör kommandot igen. På bladet Start står det hur du gör.\n"
    )


def test_a_plan_that_is_gone(full: Town) -> None:
    """Which file, and what to do."""
    full.workspace.plan_path.unlink()
    assert "flerarsplan.xlsx" in full.run("distribute", ROUND, expect=3).stderr


def test_a_broken_plan_is_told_cell_by_cell(full: Town) -> None:
    """Its own findings, by sheet and cell, in the same words as a return's; nothing is distributed."""
    book = load_workbook(full.workspace.plan_path)
    book["Ramar"]["C5"].value = "mycket"
    book["Mål"]["F6"].value = "XYZ"
    book.save(full.workspace.plan_path)
    (full.root / "outbox" / ROUND / "UBN.xlsx").unlink()
    told = full.run("distribute", ROUND, expect=3).stderr
    assert "Ramar C5" in told
    assert "Mål F6" in told
    assert not (full.root / "outbox" / ROUND / "UBN.xlsx").exists()


def test_a_plan_that_is_no_workbook(full: Town) -> None:
    """An ordinary finding, never a traceback."""
    full.workspace.plan_path.write_bytes(b"Detta \xe4r text")
    assert "går inte att läsa" in full.run("validate", expect=3).stderr


def test_an_owner_who_is_not_there(full: Town) -> None:
    """Neither a unit that does not exist nor a unit where boards are asked for."""
    assert "XYZ" in full.run("distribute", ROUND, "--to", "XYZ", expect=3).stderr
    assert "UBN-ÖST" in full.run("distribute", ROUND, "--level", "board", "--to", "UBN-ÖST", expect=3).stderr
    assert "UBN-ÖST" in full.run("consolidate", ROUND, "--board", "UBN-ÖST", expect=3).stderr


LOOSELY = [
    ("distribute", "2027-PLAN", "--to", "ubn"),
    ("validate", "--round", " 2027-Plan "),
    ("consolidate", ROUND, "--board", "Ubn"),
    ("receive", ROUND, "öst.xlsx", "--owner", unicodedata.normalize("NFD", "ubn-öst"), "--form", "Unit_Plan"),
    ("log", ROUND, "ubn-åby"),
    ("set-aside", ROUND, "ubn-åby", "--reason", "Utkast"),
    ("mail", "templates", ROUND, "--to", "kfn-bib"),
]


@pytest.mark.parametrize("words", LOOSELY, ids=lambda words: words[0])
def test_case_makes_no_difference_to_ids_and_rounds(full: Town, words: tuple[str, ...]) -> None:
    """Nor does how a computer puts its dots over letters."""
    with full.workspace.settings_path.open("a", encoding="utf-8") as settings:
        settings.write('\n[mail]\nfrom = "Planering <planering@example.se>"\n')
    (full.root / "öst.xlsx").write_bytes(lost(full.filled("UBN-ÖST")))
    told = full.run(*words, expect=None)
    assert told.exit_code == (1 if words[0] == "mail" else 0), told.output  # the library has no address
    assert full.run("merge", ROUND, "kfn", expect=3).stderr.startswith("Det finns inget att slå ihop för KFN")


@pytest.mark.parametrize(
    "typed,meant",
    [("UBN-ÖSTT", "UBN-ÖST"), ("ubn-ost", "UBN-ÖST"), ("Östra förskolan", "UBN-ÖST"), ("UBN-BIB", "KFN-BIB"), ("XYZ", None)],
)
def test_the_nearest_owner_is_named(full: Town, typed: str, meant: str | None) -> None:
    for words in (("distribute", ROUND, "--to", typed), ("receive", ROUND, str(full.inbox / "UBN.xlsx"), "--owner", typed)):
        said = full.run(*words, expect=3).stderr
        assert said.endswith("Kontrollera id:t på bladet Organisation.\n") if meant is None else "Menar du " in said and meant in said


def test_an_output_file_open_in_excel(full: Town) -> None:
    """The command says which to close; the workbook is as it was, and no half-written file lies beside it."""
    full.run("consolidate", ROUND)
    path = full.workspace.root / "council" / f"{ROUND}.xlsx"
    before = path.read_bytes()
    path.with_name(f"~${ROUND}.xlsx").write_bytes(b"lock")
    told = full.run("consolidate", ROUND, expect=3).stderr
    assert f"{ROUND}.xlsx" in told
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == [f"{ROUND}.xlsx", f"~${ROUND}.xlsx"]


def test_a_folder_that_cannot_be_written(full: Town) -> None:
    """The message names it; a file stands where the folder should be, which stops root as well. A report may not lie among the others'."""
    (full.root / "council").rmdir()
    (full.root / "council").write_text("i vägen", "utf-8")
    assert "council" in full.run("consolidate", ROUND, expect=3).stderr
    (full.root / "rapporter").write_text("i vägen", "utf-8")
    for folder, said in {"council": 2, "rapporter": 3}.items():
        words = "validate", "--format", "html", "--output", str(full.root / folder / "x.html")
        status, _, err = run("--workspace", str(full.root), *words)
        assert (status, folder in err) == (said, True)


# wrong order


def test_units_wait_for_their_board(tmp_path: Path) -> None:
    """Owners that cannot be served are named with the reason, the others are served, and the exit status says so."""
    town = new_town(tmp_path / "t")
    town.run("distribute", ROUND, "--level", "board")
    town.put("UBN.xlsx", town.filled("UBN"))
    result = town.run("distribute", ROUND, "--level", "unit", expect=1)
    assert "KFN-BIB" in result.stderr
    assert sorted(p.stem for p in (town.root / "outbox" / ROUND).iterdir()) == sorted([*BOARDS, "UBN-ÅBY", "UBN-ÖST"])


def test_an_empty_inbox(planned: Town) -> None:
    """Every command does what one would hope: nothing is wrong, everything is missing."""
    for path in planned.inbox.iterdir():
        path.unlink()
    assert "Inga arbetsböcker" in planned.run("validate").stdout
    assert "klara: 0" in planned.run("status", ROUND).stdout
    assert "inget knutet hit" in planned.run("link", ROUND).stdout
    assert "Svar som saknas: 5" in planned.run("consolidate", ROUND, "--all").stderr


@pytest.fixture
def bare(tmp_path: Path) -> Town:
    """Make a town that has filled in its multi-year plan, and handed out nothing."""
    return new_town(tmp_path / "bar")


def test_a_year_that_the_plan_says_nothing_of_is_told(bare: Town) -> None:
    """In one line each; the workbooks are written all the same."""
    done = bare.run("distribute", "2031-plan", "--level", "board")
    assert done.stdout == "Arbetsböcker i outbox/2031-plan: 2\n"
    assert done.stderr.splitlines() == [
        "Obs: ramar för 2031 saknas i flerårsplanen: UBN, KFN. Skriv dem på bladet Ramar och kör kommandot igen.",
        "Obs: inget av fullmäktiges mål gäller 2031. Skriv målen på bladet Mål och kör kommandot igen.",
    ]
    assert bare.run("consolidate", "2031-plan").stderr.splitlines()[1:] == done.stderr.splitlines()
    assert bare.run("distribute", ROUND, "--level", "board").stderr == ""


def test_putting_nothing_together_is_told(bare: Town) -> None:
    done = bare.run("consolidate", ROUND)
    assert done.stderr == (
        "Obs: inga arbetsböcker är utdelade för 2027-plan, så sammanställningen är tom. Kör först: styrxl distribute 2027-plan\n"
    )


NEXT = "Inga arbetsböcker är utdelade för 2027-plan. Börja med: styrxl distribute 2027-plan\n"


def test_where_nothing_has_been_handed_out_the_next_command_is_told(bare: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """By each command that would show nothing, on a day on which reminders are sent."""
    monkeypatch.setattr(Session, "now", lambda _: datetime(2026, 11, 30, 9, tzinfo=UTC))
    with bare.workspace.settings_path.open("a", encoding="utf-8") as settings:
        settings.write('\n[mail]\nfrom = "Planering <planering@example.se>"\n')
    assert "till exempel: styrxl distribute 20" in bare.run("validate", expect=3).stderr
    for words in (["status"], ["log"], ["link"], ["mail", "answers"], ["mail", "reminders"], ["validate", "--round"]):
        assert bare.run(*words, ROUND).stderr == NEXT, words


def test_where_nothing_has_come_in_it_is_told_where_to_put_it(bare: Town) -> None:
    """The one round that is out needs no --round."""
    bare.run("distribute", ROUND, "--level", "board")
    told = bare.run("validate")
    assert told.stdout == "Inga arbetsböcker har kommit in.\n"
    assert told.stderr == "Lägg det som kommer in i inbox/2027-plan, eller ta in det med styrxl receive, och kör kommandot igen.\n"
    assert bare.run("link", ROUND).stderr == told.stderr
    assert bare.run("status", ROUND).stderr == bare.run("log", ROUND).stderr == ""


def test_distributing_twice_changes_nothing(planned: Town) -> None:
    """The same plan gives the same bytes and the same issue."""
    before = {path.name: path.read_bytes() for path in (planned.root / "outbox" / ROUND).iterdir()}
    planned.run("distribute", ROUND)
    assert {path.name: path.read_bytes() for path in (planned.root / "outbox" / ROUND).iterdir()} == before
    assert json.loads(planned.run("validate", "--format", "json").stdout)["summary"]["warnings"] == 0


def test_distributing_again_after_a_change_makes_a_new_issue(planned: Town) -> None:
    """A return of the old issue is read against what it was issued with, is taken, and says stale-issue."""
    old = planned.filled("UBN-ÖST")
    changed = {key: [dict(row) for row in rows] for key, rows in BOARD.items()}
    changed["goals"].append({"text": "Trygga elever", "parent_id": "KF-M1", "from_year": 2027, "to_year": 2027})
    planned.put("UBN ny.xlsx", planned.filled("UBN", changed), 30)
    planned.run("distribute", ROUND)
    planned.put("UBN-ÖST.xlsx", old, 40)
    report = json.loads(planned.run("validate", "--format", "json").stdout)
    [unit] = [w for w in report["workbooks"] if w["owner"] == "UBN-ÖST"]
    assert (unit["verdict"], [f["rule"] for f in unit["findings"]]) == ("accepted", ["stale-issue"])


# the newest accepted return counts


def test_of_several_returns_the_newest_accepted_one_counts(full: Town) -> None:
    """What came before it is superseded, and the same bytes twice are one return."""
    faulty, _ = break_return("wrong-type", full.filled("UBN"), full.form("UBN"), "sv")
    full.put("UBN sist.xlsx", full.filled("UBN", {**BOARD, "investments": []}), 40)
    full.put("UBN därefter.xlsx", faulty, 30)
    full.put("UBN-ÅBY igen.xlsx", (full.inbox / "UBN-ÅBY.xlsx").read_bytes(), 55)
    report = json.loads(full.run("validate", "--format", "json").stdout)
    verdicts = {Path(w["path"]).name: w["verdict"] for w in report["workbooks"]}
    assert [verdicts[f"{name}.xlsx"] for name in ("UBN", "UBN därefter", "UBN sist")] == ["superseded", "superseded", "accepted"]
    assert sorted([verdicts["UBN-ÅBY.xlsx"], verdicts["UBN-ÅBY igen.xlsx"]]) == ["accepted", "duplicate"]
    assert (report["summary"]["superseded"], report["summary"]["duplicate"], report["summary"]["errors"]) == (2, 1, 0)


def test_a_newer_faulty_return_leaves_the_accepted_one_in_force(full: Town) -> None:
    """Status says both."""
    faulty, _ = break_return("wrong-type", full.filled("UBN"), full.form("UBN"), "sv")
    full.put("UBN ny.xlsx", faulty, 50)
    report = json.loads(full.run("validate", "--format", "json", expect=1).stdout)
    verdicts = {Path(w["path"]).name: w["verdict"] for w in report["workbooks"]}
    assert (verdicts["UBN.xlsx"], verdicts["UBN ny.xlsx"]) == ("accepted", "rejected")
    assert "tidigare svar gäller" in full.run("status", ROUND).stdout
    full.put("UBN ännu nyare.xlsx", full.filled("UBN", {**BOARD, "investments": []}), 55)
    report = json.loads(full.run("validate", "--format", "json").stdout)
    verdicts = {Path(w["path"]).name: w["verdict"] for w in report["workbooks"]}
    assert verdicts == {
        "KFN-BIB.xlsx": "accepted",
        "KFN.xlsx": "accepted",
        "UBN ny.xlsx": "superseded",
        "UBN.xlsx": "superseded",
        "UBN ännu nyare.xlsx": "accepted",
        "UBN-ÅBY.xlsx": "accepted",
        "UBN-ÖST.xlsx": "accepted",
    }


def test_files_named_by_path_are_not_recorded(full: Town, tmp_path: Path) -> None:
    """They are judged the same whatever they are called, composed or decomposed, and the ledger does not know of them."""
    data, _ = break_return("missing-parent", full.filled("UBN-ÖST"), full.form("UBN-ÖST"), "sv")
    paths = [tmp_path / unicodedata.normalize(form, "Helt annat namn åäö.xlsx") for form in ("NFC", "NFD")]
    reports = []
    for path in paths:
        path.write_bytes(data)
        reports.append(json.loads(full.run("validate", "--round", ROUND, "--format", "json", str(path), expect=1).stdout))
    first, second = (report["workbooks"][0] for report in reports)
    assert [f["rule"] for f in first["findings"]] == ["missing-parent"]
    assert first["findings"] == second["findings"]
    assert "Helt annat" not in full.run("status", ROUND).stdout


def test_wrong_files_are_told_apart(full: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Somebody's own workbook, a picture, and a folder with a lock file in it."""
    tmp_path = tmp_path_factory.mktemp("fel")
    own = Workbook()
    own.create_sheet("Eget").append(["Hej"])
    own.save(tmp_path / "eget.xlsx")
    (tmp_path / "bild.xlsx").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "~$eget.xlsx").write_bytes(b"lock")
    report = json.loads(full.run("validate", "--round", ROUND, "--format", "json", str(tmp_path), expect=1).stdout)
    found = {Path(w["path"]).name: [f["rule"] for f in w["findings"]] for w in report["workbooks"]}
    assert found == {"eget.xlsx": ["unknown-form"], "bild.xlsx": ["unreadable-workbook"]}


def test_a_lost_identity_is_taken_on_the_controllers_word(full: Town, tmp_path: Path) -> None:
    """With --owner and --form the workbook is judged as that owner's."""
    book = load_workbook(BytesIO(full.filled("UBN-ÖST")))
    del book["_styrxl"]
    properties = book.custom_doc_props  # type: ignore[attr-defined]  # the stubs do not know them
    for name in list(properties.names):
        del properties[name]
    path = tmp_path / "okänd.xlsx"
    book.save(path)
    words = ["validate", "--round", ROUND, "--format", "json", str(path)]
    assert json.loads(full.run(*words, expect=1).stdout)["workbooks"][0]["findings"][0]["rule"] == "unknown-form"
    report = json.loads(full.run(*words, "--owner", "UBN-ÖST", "--form", "unit_plan").stdout)
    assert [(w["owner"], w["verdict"], w["findings"]) for w in report["workbooks"]] == [("UBN-ÖST", "accepted", [])]


def test_a_waiver_makes_an_error_a_warning(full: Town) -> None:
    """For that owner, round and rule, until its last day; the finding stays, and says so."""
    faulty, _ = break_return("missing-value", full.filled("UBN-ÖST"), full.form("UBN-ÖST"), "sv")
    today = date.fromtimestamp(full.put("UBN-ÖST.xlsx", faulty, 1).stat().st_mtime)  # noqa: DTZ012 -- the day that people here have
    waiver = {"owner": "UBN-ÖST", "round": ROUND, "rule": "missing-value", "reason": "Nytt system", "until": today.isoformat()}
    plan = full.workspace.plan_path
    plan.write_bytes(fill_plan(full.workspace, {**PLAN, "waivers": [waiver]}))
    report = json.loads(full.run("validate", "--format", "json").stdout)
    [unit] = [w for w in report["workbooks"] if w["owner"] == "UBN-ÖST"]
    assert [(f["rule"], f["severity"]) for f in unit["findings"]] == [("missing-value", "warning")]
    assert "Nytt system" in unit["findings"][0]["message"]
    waiver["until"] = (today - timedelta(days=1)).isoformat()
    plan.write_bytes(fill_plan(full.workspace, {**PLAN, "waivers": [waiver]}))
    full.run("validate", expect=1)


# towns of other shapes


def test_a_municipality_without_administrations_and_units(tmp_path: Path) -> None:
    """Boards alone, and one goal: the round goes its way."""
    organisation = [row for row in ORGANISATION if row["kind"] in {"council", "board"}]
    frames = [{"board_id": "UBN", "year": 2027, "operating_frame": 2000}]
    town = new_town(tmp_path / "t", {"organisation": organisation, "council_goals": GOALS[:1], "frames": frames})
    town.run("distribute", ROUND)
    answers = {
        "confirmation": BOARD["confirmation"],
        "goal_responses": [{"concerns": "yes", "contribution": "Samråd."}],
        "commitments": [{**BOARD["commitments"][0], "parent_id": "KF-M1"}],
        "budget": BOARD["budget"],
    }
    for board in BOARDS:
        town.put(f"{board}.xlsx", town.filled(board, answers))
    town.run("validate")
    town.run("consolidate", ROUND, "--all")
    assert (town.root / "boards" / ROUND / "KFN.xlsx").is_file()


def test_the_machines_locale_decides_nothing(full: Town) -> None:
    """Bytes and words are the same under another locale and encoding; only which day a moment was is up to its zone."""
    outputs = []
    for number, setting in enumerate(({"LC_ALL": "C"}, {"LC_ALL": "sv_SE.UTF-8", "PYTHONUTF8": "0"})):
        town = full.copy(full.root.parent / f"kopia {number}")
        commands = [
            ["--workspace", str(town.root), *words] for words in (("validate", "--format", "json"), ("consolidate", ROUND, "--all"))
        ]
        run = "try: main(words)\n except SystemExit as end: assert not end.code"
        # What the first one prints is looked at.
        code = f"import sys\nfrom styrxl.cli import main\nfor words in {commands!r}:\n {run}\n sys.stdout = sys.stderr"
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, env={**os.environ, **setting}, check=True).stdout
        books = {p.relative_to(town.root): p.read_bytes() for p in town.root.glob("[bc]o*/**/*.xlsx")}
        outputs.append((told, books))
    assert outputs[0] == outputs[1]
    assert len(outputs[0][1]) == 1 + len(BOARDS)


def test_many_units_are_many(full: Town) -> None:
    """The tree is readable: units are counted, and shown on request."""
    short, long = full.run("link", ROUND).stdout, full.run("link", ROUND, "--units").stdout
    assert "UBN-ÅBY-2027-A1" not in short
    assert "UBN-ÅBY-2027-A1" in long
    assert all(unit in long for unit in UNITS)
