"""Disposal by retention: listed first, on a decision, recorded, ended where it was cut short; and a purged round says that it is."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk_visitor import visit_desk
from killed import Points, run_until
from long_runs import long_run
from postgres import Server
from styrxl.cli import cli
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import DISCARDED, HELD, TAKEN
from styrxl.store.purges import read_purges
from styrxl.store.receipts import Receipt
from town import ROUND, Town

LATER = datetime(2030, 1, 2, 12, 0, tzinfo=UTC)  # two whole years after 2027
RETENTION = "\n[retention]\nreturns_years = 2\nmail_years = 2\nquarantine_days = 90\ndrafts_days = 30\ncache_days = 30\n"
KILLS = long_run(2, 40)


def run(town: Town, *words: str, now: datetime = LATER, said: str = "", expect: int = 0) -> Result:
    """Type a command at a time."""
    result = CliRunner().invoke(cli, ["--workspace", str(town.root), *words], obj={"now": now}, input=said)
    assert result.exit_code == expect, f"{result.exit_code}\n{result.output}\n{result.exception!r}"
    return result


def see(town: Town) -> tuple[dict[str, bytes], list[str]]:
    """Return all files but the ledger and what is made of them in passing, and the ledger's rows."""
    paths = [path for path in town.root.rglob("*") if path.is_file() and path.name not in {"styrxl.db", "own-files", "council-plan.json"}]
    with closing(sqlite3.connect(town.root / "styrxl.db")) as connection:
        return {path.relative_to(town.root).as_posix(): path.read_bytes() for path in paths}, list(connection.iterdump())


def part(number: int, outcome: str, name: str = "Hemlig.xlsx") -> MailPart:
    """Return a part of a mail that came long ago."""
    at = LATER - timedelta(days=900)
    words = ("rektor.hemlig@example.se", "Svar från Hemlig", at, name, outcome)
    return MailPart(f"{number:064x}"[::-1], 1, f"<{number}@example.se>", *words, reason="forged", round=ROUND)


@pytest.fixture
def old(once_old: Town, tmp_path: Path) -> Town:
    """Return such a town for a test of its own."""
    return once_old.copy(tmp_path / "old")


@pytest.fixture(scope="module")
def once_old(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town with a consolidated round, quarantine, drafts and sign-ins, and periods for all of them."""
    town = shared_full.copy(tmp_path_factory.mktemp("old") / "town")
    town.run("consolidate", ROUND, "--all")
    with (town.root / "styrxl.toml").open("a", encoding="utf-8") as settings:
        settings.write(RETENTION)
    parts = [part(1, HELD), part(2, DISCARDED), part(3, TAKEN, name="Åby.xlsx")]
    with Ledger.open(town.root / "styrxl.db") as ledger:
        receipt = Receipt(
            f"inbox/{ROUND}/UBN-ÅBY 2.xlsx", "a" * 64, 5, LATER - timedelta(days=900), "mail:rektor.hemlig@example.se", "UBN-ÅBY"
        )
        MailLog(ledger.database).record_message(parts, [(ROUND, receipt)], LATER - timedelta(days=900))
    for name in (ROUND, f"{ROUND}-public"):
        (town.root / "export" / name).mkdir(parents=True)
        (town.root / "export" / name / "budget.csv").write_bytes(b"secret" if name == ROUND else b"public")
    quarantine = town.root / "quarantine" / ROUND
    for path in (
        quarantine / f"{parts[0].id}.xlsx",
        quarantine / f"{parts[1].id}.xlsx",
        town.root / "outmail" / ROUND / "reminder-UBN.eml",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"secret")
    lines = [{"at": (LATER - timedelta(days=days)).isoformat(timespec="seconds"), "who": "c@example.se", "may": True} for days in (40, 3)]
    (town.root / ".styrxl-cache" / "sign-ins.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    for path in town.root.rglob("*"):
        if path.is_file():
            os.utime(path, (LATER.timestamp() - 900 * 86_400,) * 2)
    return town


def test_without_periods_nothing_goes(full: Town) -> None:
    """It says what no period is set for."""
    said = run(full, "purge", "--carry-out").output
    assert "Inget att gallra." in said
    assert "Ingen tid är satt ([retention] i styrxl.toml), så det sparas: svar och utdelade arbetsböcker, avsändare" in said


def test_what_is_due_is_listed_and_nothing_changes(old: Town) -> None:
    """Each kind with how much, and what waits in quarantine stays."""
    before = see(old)
    said = run(old, "purge", "--files").output
    assert see(old) == before
    assert f"{ROUND} svar och utdelade arbetsböcker: 11 filer" in said
    assert f"  inbox/{ROUND}/UBN-ÖST.xlsx" in said
    assert f"{ROUND} avsändare, mottagare och ämnesrader i liggaren: 0 filer, 0 MB, 4 uppgifter i liggaren" in said
    assert f"{ROUND} det som är avgjort i karantänen: en fil" in said
    assert "mejl som skrevs för att granskas (outmail): en fil" in said
    assert "inloggningar: 0 filer, 0 MB, en uppgift" in said
    assert "En fil i karantänen väntar fortfarande" in said
    assert "Inget är gallrat. Gör det med: styrxl purge --carry-out" in said


@pytest.mark.parametrize(
    "kind, year, there",
    [("returns", 2029, False), ("returns", 2030, True), ("mail", 2029, False), ("mail", 2030, True)],
)
def test_years_are_counted_from_the_end_of_the_rounds_year(old: Town, kind: str, year: int, there: bool) -> None:  # noqa: FBT001
    """Two years after 2027 are over when 2030 begins."""
    last_day = datetime(year, 12, 31, 12, 0, tzinfo=UTC) if year == 2029 else datetime(year, 1, 1, 12, 0, tzinfo=UTC)
    assert (ROUND in run(old, "purge", "--kind", kind, now=last_day).output) == there


def test_what_is_due_is_listed_as_json_and_what_went_too(old: Town) -> None:
    """With the files only where they are asked for."""
    due = json.loads(run(old, "purge", "--format", "json", "--files").stdout)
    returns = next(one for one in due["disposals"] if one["kind"] == "returns")
    assert (due["carried_out"], returns["round"], returns["files"], returns["needs_decision"]) == (False, ROUND, 11, True)
    assert f"inbox/{ROUND}/UBN-ÖST.xlsx" in returns["paths"]
    assert (len(due["waiting"]), due["unset"]) == (1, [])

    gone = json.loads(run(old, "purge", "--format", "json", "--carry-out", "--decision", "KS 2030/1").stdout)
    assert gone["carried_out"] is True
    assert [{**one, "paths": None} for one in due["disposals"]] == gone["disposals"]
    assert json.loads(run(old, "purge", "--format", "json").stdout)["disposals"] == []


def test_public_records_need_a_decision(old: Town) -> None:
    """It is asked for; without it nothing goes, not even what needs none."""
    before = see(old)
    said = run(old, "purge", "--carry-out", said="\n", expect=3).output
    assert "får bara gallras med stöd av ett beslut" in said
    assert "Ange numret på gallringsbeslutet" in said
    assert see(old) == before


def test_drafts_cache_and_sign_ins_need_none(old: Town) -> None:
    """They are not public records to be kept; what they were is recorded all the same."""
    run(old, "purge", "--carry-out", "--kind", "drafts", "--kind", "cache", "--kind", "sign-ins", "--by", "Arkivarie")
    assert not (old.root / "outmail").exists() or not list((old.root / "outmail").rglob("*.eml"))
    assert not list((old.root / ".styrxl-cache").glob("*.readings"))
    assert len((old.root / ".styrxl-cache" / "sign-ins.jsonl").read_text("utf-8").splitlines()) == 1
    with Ledger.open(old.root / "styrxl.db") as ledger:
        purges = read_purges(ledger.database)
    assert [(one.kind, one.round, one.decision, one.purged_by) for one in purges] == [
        (kind, None, "", "Arkivarie") for kind in ("drafts", "cache", "sign-ins")
    ]
    old.run("consolidate", ROUND)  # all else is there


def test_a_purged_round_says_so(old: Town) -> None:
    """Nothing of persons is left in files or ledger, results stay, and every command says that there is nothing to work with."""
    results = {path: path.read_bytes() for name in ("council", "boards") for path in (old.root / name).rglob("*.xlsx")}
    said = run(old, "purge", "--carry-out", "--by", "Arkivarie", said="KS 2029/17\n").output
    assert "Gallringsbeslutets nummer" in said
    assert "Gallrat: 1" in said
    assert {path: path.read_bytes() for path in results} == results
    files, rows = see(old)
    assert not [name for name in files if name.startswith(("inbox/", "outbox/", "returned/")) or name.endswith((".readings", ".judged"))]
    assert [name for name in files if name.startswith("export/")] == [f"export/{ROUND}-public/budget.csv"]
    assert [name for name in files if name.startswith("quarantine/")] == [f"quarantine/{ROUND}/{part(1, HELD).id}.xlsx"]
    ledger = (old.root / "styrxl.db").read_bytes()
    assert b"hemlig" not in ledger.lower()
    with closing(sqlite3.connect(old.root / "styrxl.db")) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)  # pages that it no longer uses, as they were
    assert sum('INSERT INTO "prefills"' in row for row in rows) == 1

    for words in (
        ("consolidate", ROUND),
        ("status", ROUND),
        ("link", ROUND),
        ("distribute", ROUND),
        ("report", ROUND),
        ("receive", ROUND, "."),
    ):
        said = run(old, *words, expect=3).output
        assert f"{ROUND} gallrades 2030-01-02 av Arkivarie med stöd av KS 2029/17. Svaren finns inte kvar" in said, words
    said = run(old, "log", ROUND).output
    assert "Gallrat av Arkivarie med stöd av KS 2029/17: svar och utdelade arbetsböcker (11 filer)." in said
    events = json.loads(run(old, "log", ROUND, "--format", "json").output)["events"]
    assert [event["kind"] for event in events if event["event"] == "purged"] == ["returns", "mail", "quarantine"]
    assert "Inget att gallra." in run(old, "purge").output
    assert {path: path.read_bytes() for path in results} == results


def test_the_desk_says_so(old: Town) -> None:
    """On the first screen, on the round's pages, and in the log."""
    run(old, "purge", "--carry-out", "--decision", "KS 2029/17", "--by", "Arkivarie")
    with visit_desk(old.root, LATER) as visitor:
        visitor.enter()
        assert "är gallrad (2030-01-02) och kan inte göras om." in visitor.get("/")
        for page in ("", "/hand-out", "/take-in", "/mail", "/results", "/report"):
            text = visitor.get(f"/rounds/{ROUND}{page}", expect=409)
            assert "med stöd av KS 2029/17. Svaren finns inte kvar" in text
        assert "Gallrat av Arkivarie med stöd av KS 2029/17" in visitor.get(f"/rounds/{ROUND}/log")
        assert "Gallrat av Arkivarie med stöd av KS 2029/17" in visitor.get("/log")


def test_letters_of_a_purged_round_are_refused(old: Town) -> None:
    """Of no kind, whatever is left of it."""
    with (old.root / "styrxl.toml").open("a", encoding="utf-8") as settings:
        settings.write('[mail]\nfrom = "planering@example.se"\nserver = "localhost"\n')
    run(old, "purge", "--carry-out", "--decision", "KS 2029/17")
    for kind in ("templates", "answers", "reminders", "summary"):
        assert f"{ROUND} gallrades" in run(old, "mail", kind, ROUND, expect=3).output, kind


def test_what_would_be_brought_along_is_missed(old: Town) -> None:
    """Next year's workbooks are made without last year's answers, and that is said."""
    run(old, "purge", "--carry-out", "--decision", "KS 2029/17")
    said = run(old, "distribute", "2028-plan", "--level", "board").output
    assert f"{ROUND} är gallrad, så jämförelser med och uppgifter ur den saknas." in said


def test_what_follows_a_purged_plan_is_refused(old: Town) -> None:
    """A follow-up without its plans would be a wrong one."""
    run(old, "purge", "--carry-out", "--decision", "KS 2029/17")
    assert f"{ROUND} gallrades" in run(old, "consolidate", "2027-t1", expect=3).output


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_at_any_moment(old: Town, tmp_path: Path) -> None:
    """What was begun counts as gone, never as half there, and the next run ends it on the decision that was made."""
    words = ["purge", "--carry-out", "--decision", "KS 2029/17"]

    def run_killed(town: Town, last: int) -> tuple[bool, int]:
        points = Points(frozenset({"os.remove", "os.rmdir", "os.rename"}), "styrxl.db", town.root)
        return run_until(points, last, ["--workspace", str(town.root), *words], LATER)

    _, total = run_killed(old.copy(tmp_path / "whole"), -1)
    assert total > 10
    whole = see(Town(tmp_path / "whole"))[0]
    for number in range(KILLS):
        town = old.copy(tmp_path / f"town{number}")
        assert run_killed(town, (total // 3 + 5 * number) % total)[0]
        files = list((town.root / "inbox").rglob("*.xlsx"))
        if len(files) < 5:
            assert "gallrades" in run(town, "consolidate", ROUND, expect=3).output
            assert "avbröts förra gången; görs klart med stöd av KS 2029/17" in run(town, "purge").output or not files
        run(town, *words)
        assert see(town)[0] == whole
        with Ledger.open(town.root / "styrxl.db") as ledger:
            assert all(purge.ended_at for purge in read_purges(ledger.database))
        shutil.rmtree(town.root)


def test_a_file_that_cannot_be_removed(old: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said which; the next run needs no new decision."""
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "UBN.xlsx" and "inbox" in path.parts:
            raise PermissionError(13, "in use")
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        assert (
            "UBN.xlsx går inte att skriva" in run(old, "purge", "--carry-out", "--kind", "returns", "--decision", "KS 1", expect=3).output
        )
    assert "avbröts förra gången; görs klart med stöd av KS 1" in run(old, "purge", "--kind", "returns").output
    run(old, "purge", "--carry-out", "--kind", "returns")
    assert not list((old.root / "inbox").rglob("*.xlsx"))


def test_with_postgresql(old: Town, tmp_path: Path, postgres: Server) -> None:
    """The same rows go."""
    run(old, "backup", str(tmp_path / "copy.zip"))
    run(old, "restore", str(tmp_path / "copy.zip"), str(tmp_path / "new"), "--database", postgres.new_database())
    town = Town(tmp_path / "new")
    run(town, "purge", "--carry-out", "--decision", "KS 2029/17")
    assert "hemlig" not in run(town, "log", ROUND, "--format", "json").output.lower()
    run(town, "status", ROUND, expect=3)
