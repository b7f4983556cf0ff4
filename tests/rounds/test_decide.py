"""Set aside, taken back, joined: what a controller decides about returns, and what the log then tells."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import town as towns
from styrxl.model.days import local_day
from styrxl.model.findings import fix
from styrxl.returns.locate import Locator
from styrxl.returns.tables import Table, blank
from styrxl.returns.workbook import read
from styrxl.sample.fill import opened, saved
from styrxl.store.ledger import Ledger
from town import BOARD, ROUND, Town

ECONOMIST = {key: BOARD[key] for key in ("budget", "unit_frames", "investments")}
STRATEGIST = {key: BOARD[key] for key in BOARD if key not in ECONOMIST}
TIME = re.compile(r"^  \d{4}-\d\d-\d\d \d\d:\d\d  ", re.MULTILINE)


@pytest.fixture(scope="session")
def distributed(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose boards have their workbooks, and have returned nothing."""
    made = towns.new_town(tmp_path_factory.mktemp("decisions") / "town")
    made.run("distribute", ROUND, "--level", "board")
    return made


@pytest.fixture
def town(distributed: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("STYRXL_USER", "Anna")
    return distributed.copy(tmp_path / "town")


def verdicts(town: Town) -> dict[str, str]:
    """Verdicts by file name."""
    return {Path(w["path"]).name: w["verdict"] for w in report(town)["workbooks"]}


def report(town: Town) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)
    return content


def findings(town: Town, name: str) -> list[tuple[str, str]]:
    """Rules of a file's findings, with their messages."""
    return [(f["rule"], f["message"]) for w in report(town)["workbooks"] if Path(w["path"]).name == name for f in w["findings"]]


def told(town: Town, *words: str) -> str:
    """Return the log without its times."""
    return TIME.sub("  ", town.run("log", ROUND, *words).stdout)


def written(town: Town, name: str) -> dict[str, list[dict[str, Any]]]:
    """Answers of a return in the inbox, exactly as they stand, by sheet."""
    return {key: answers(table) for key, table in tables(town, (town.inbox / name).read_bytes()).items() if answers(table)}


def tables(town: Town, data: bytes) -> dict[str, Table]:
    returned, _ = read(data)
    assert returned
    found, _ = Locator(town.forms.form("annual_plan"), town.forms.words).locate(returned, "sv")
    return {table.place.key: table for table in found}


def answers(table: Table) -> list[dict[str, Any]]:
    own = [c.field for c in table.sheet.columns if c.asked and not c.locked_when_prefilled]
    rows = [{name: table.columns[name][i] for name in own} for i in range(len(table.rows))]
    return [row for row in ({name: value for name, value in row.items() if not blank(value)} for row in rows) if row]


# Setting aside


def test_an_older_return_counts_again_when_the_newest_is_set_aside(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.put("second.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}), 1)
    assert verdicts(town) == {"first.xlsx": "superseded", "second.xlsx": "accepted"}
    done = town.run("set-aside", ROUND, "UBN", "--reason", "Fel år  i\nbudgeten")
    assert done.stdout == (
        "inbox/2027-plan/second.xlsx är undantaget och räknas inte längre. För UBN gäller nu inbox/2027-plan/first.xlsx.\n"
    )
    assert verdicts(town) == {"first.xlsx": "accepted", "second.xlsx": "set-aside"}
    [(rule, message)] = findings(town, "second.xlsx")
    today = local_day(datetime.now(UTC))
    assert (rule, message) == ("set-aside-return", f"Undantaget av Anna {today}: Fel år i budgeten.")
    assert report(town)["summary"] | {"set-aside": 1, "accepted": 1, "workbooks": 2, "errors": 0} == report(town)["summary"]


def test_what_was_taken_back_counts_again_and_both_decisions_are_kept(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.put("second.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}), 1)
    town.run("set-aside", ROUND, "second.xlsx", "--reason", "Fel år")
    done = town.run("--lang", "en", "take-back", ROUND, "UBN", "--reason", "Right after all", "--by", "Bo")
    assert done.stdout == "inbox/2027-plan/second.xlsx is no longer set aside. For UBN, inbox/2027-plan/second.xlsx counts now.\n"
    assert verdicts(town) == {"first.xlsx": "superseded", "second.xlsx": "accepted"}
    with Ledger.open(town.root / "styrxl.db") as ledger:
        [decided] = ledger.decisions(ROUND).values()
    assert [(d.kind, d.reason, d.decided_by) for d in decided] == [("set-aside", "Fel år", "Anna"), ("take-back", "Right after all", "Bo")]


def test_setting_aside_twice_tells_who_did_it_first(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("set-aside", ROUND, "UBN", "--reason", "Utkast")
    again = town.run("set-aside", ROUND, "UBN", "--reason", "Annat", "--by", "Bo")
    today = local_day(datetime.now(UTC))
    assert again.stdout == f"inbox/2027-plan/UBN.xlsx är redan undantaget, av Anna {today}: Utkast\n"
    with Ledger.open(town.root / "styrxl.db") as ledger:
        assert [len(decided) for decided in ledger.decisions(ROUND).values()] == [1]


def test_what_is_set_aside_has_no_say_about_the_others(town: Town) -> None:
    """Neither as a copy that others are asked about, nor in the tables."""
    town.put("UBN.xlsx", town.filled("UBN"))
    copied = [dict(row, parent_id="KF-M1") for row in BOARD["commitments"]]
    town.put("KFN.xlsx", town.filled("KFN", {**towns.ENGLISH_BOARD, "commitments": copied}))
    assert "copied-text" in dict(findings(town, "UBN.xlsx"))
    town.run("set-aside", ROUND, "KFN", "--reason", "Utkast")
    assert "copied-text" not in dict(findings(town, "UBN.xlsx"))


def test_an_unreadable_file_can_be_set_aside_by_its_path(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.put("skräp.xlsx", b"")
    town.run("validate", "--round", ROUND, expect=1)
    monkeypatch.chdir(town.inbox)
    assert town.run("set-aside", ROUND, "skräp.xlsx", "--reason", "Skräp").stdout == (
        "inbox/2027-plan/skräp.xlsx är undantaget och räknas inte längre.\n"
    )
    said = town.run("validate", "--round", ROUND).stdout
    assert "– inbox/2027-plan/skräp.xlsx · Undantagen\n    · Undantaget av Anna" in said


@pytest.mark.parametrize(
    "command,name,told",
    [
        ("set-aside", "KFN", "Det finns inget svar ”KFN” i 2027-plan."),
        ("set-aside", "nej.xlsx", "Det finns inget svar ”nej.xlsx” i 2027-plan."),
        ("take-back", "KFN", "Det finns inget svar ”KFN” i 2027-plan."),
        ("take-back", "UBN", "UBN har inget svar i 2027-plan som är undantaget."),
        ("take-back", "good.xlsx", "good.xlsx har inget svar i 2027-plan som är undantaget."),
        ("set-aside", "UBN", "UBN har flera svar som det kan gälla. Ange vilket: inbox/2027-plan/good.xlsx, inbox/2027-plan/worse.xlsx."),
    ],
)
def test_what_is_not_there_or_may_be_two_is_told_and_nothing_decided(town: Town, command: str, name: str, told: str) -> None:
    town.put("good.xlsx", town.filled("UBN"))
    town.put("worse.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola"}]}), 1)
    assert town.run(command, ROUND, name, "--reason", "x", expect=3).stderr.startswith(told)
    with Ledger.open(town.root / "styrxl.db") as ledger:
        assert ledger.decisions(ROUND) == {}


@pytest.mark.parametrize("named", [(), ("--round", ROUND)])
def test_a_file_named_by_hand_says_that_it_is_set_aside(town: Town, named: tuple[str, ...]) -> None:
    """As the round's report does: by whom and why, also of a copy that lies elsewhere; taken back, it is fine again."""
    path = town.put("KFN.xlsx", town.filled("KFN"))
    town.run("set-aside", ROUND, "KFN", "--reason", "Utkast")
    copy = town.root / "kopia.xlsx"
    copy.write_bytes(path.read_bytes())
    for one in (path, copy):
        said = town.run("validate", str(one), *named).stdout
        assert "Arbetsböcker: 1 (undantagen: 1)" in said
        assert "Undantaget av Anna" in said
        assert ": Utkast." in said
    town.run("take-back", ROUND, "KFN", "--reason", "Rätt")
    assert "(klar: 1)" in town.run("validate", str(path), *named).stdout


@pytest.mark.parametrize("command", ["set-aside", "take-back"])
@pytest.mark.parametrize("reason", [(), ("--reason", " ")])
def test_a_decision_needs_a_reason(town: Town, command: str, reason: tuple[str, ...]) -> None:
    town.run(command, ROUND, "UBN", *reason, expect=2)


def test_status_says_what_is_set_aside(town: Town) -> None:
    town.put("first.xlsx", town.filled("UBN"))
    town.run("set-aside", ROUND, "UBN", "--reason", "Utkast")
    [line] = [line for line in town.run("status", ROUND).stdout.splitlines() if line.startswith("UBN ")]
    assert line.split()[-2:] == ["2027-01-04", "Undantagen"]
    town.put("second.xlsx", town.filled("UBN", {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}), 1)
    town.run("validate", "--round", ROUND)
    [line] = [line for line in town.run("status", ROUND).stdout.splitlines() if line.startswith("UBN ")]
    assert line.split()[-2:] == ["2027-01-04", "Klar"]


def test_a_personal_identity_number_in_a_reason_is_not_kept(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("set-aside", ROUND, "UBN", "--reason", "Nämner 18900101-9802")
    assert "9802" not in told(town)


# Two people, one workbook


def both(town: Town, first: Mapping[str, Any] = ECONOMIST, second: Mapping[str, Any] = STRATEGIST) -> None:
    town.put("economist.xlsx", town.filled("UBN", first))
    town.put("strategist.xlsx", town.filled("UBN", second), 1)


def test_what_the_newer_return_lacks_of_the_older_is_said(town: Town) -> None:
    both(town)
    lost = [message for rule, message in findings(town, "strategist.xlsx") if rule == "answers-lost"]
    sheets = "Budget (ifyllda celler: 5), Enhetsramar (ifyllda celler: 2), Investeringar (ifyllda celler: 4)"
    assert lost == [f"Här saknas svar som finns i ett tidigare svar (inbox/2027-plan/economist.xlsx): {sheets}. De räknas inte längre."]
    assert [rule for rule, _ in findings(town, "economist.xlsx")] == ["superseded-return"]


def test_the_controller_is_told_how_to_join_them_and_the_sender_what_to_do(town: Town) -> None:
    """The command is for this round and owner; those who fill in are not told of commands."""
    both(town)
    said = town.run("validate", "--round", ROUND, expect=1).stdout
    assert "kan den som samlar in slå ihop svaren. Så här slår du ihop dem: styrxl merge 2027-plan UBN\n" in said
    lost = next(f for r in town.judge(*_files(town), across=True).returns for f in r.findings if f.rule == "answers-lost")
    assert "styrxl" not in fix(lost, "sv") + fix(lost, "en")


def _files(town: Town) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(town.inbox.iterdir())]


def test_a_newer_return_that_has_all_sheets_loses_nothing(town: Town) -> None:
    both(town, BOARD, {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]})
    assert [rule for rule, _ in findings(town, "strategist.xlsx") if rule == "answers-lost"] == []


def test_two_returns_are_joined_sheet_by_sheet_as_they_were_written(town: Town) -> None:
    both(town)
    before = {name: (town.inbox / name).read_bytes() for name in ("economist.xlsx", "strategist.xlsx")}
    done = town.run("merge", ROUND, "UBN", "--reason", "Två personer")
    [name] = {path.name for path in town.inbox.iterdir()} - before.keys()
    assert done.stdout == (
        f"Skrev inbox/2027-plan/{name}. Från inbox/2027-plan/economist.xlsx: Budget, Enhetsramar, Investeringar. "
        "Resten från inbox/2027-plan/strategist.xlsx. Läge: Klar.\n"
    )
    assert verdicts(town) == {"economist.xlsx": "superseded", "strategist.xlsx": "superseded", name: "accepted"}
    assert written(town, name) == written(town, "economist.xlsx") | written(town, "strategist.xlsx")
    assert {name: (town.inbox / name).read_bytes() for name in before} == before
    with Ledger.open(town.root / "styrxl.db") as ledger:
        receipts = ledger.receipts(ROUND)
        [[decision]] = ledger.decisions(ROUND).values()
    hashes = [receipts[f"inbox/2027-plan/{source}"].sha256 for source in before]
    assert receipts[f"inbox/2027-plan/{name}"].origin == " ".join(["merge", *hashes])
    assert (decision.kind, decision.owner, decision.decided_by, decision.reason) == ("merge", "UBN", "Anna", "Två personer")


def test_what_was_joined_is_all_there_and_joining_again_has_nothing_to_do(town: Town) -> None:
    both(town)
    town.run("merge", ROUND, "UBN")
    again = town.run("merge", ROUND, "UBN", expect=3)
    assert again.stderr.startswith("Det finns inget att slå ihop för UBN")
    assert len(list(town.inbox.iterdir())) == 3


def test_a_third_person_s_sheets_are_joined_in_their_turn(town: Town) -> None:
    town.put("a.xlsx", town.filled("UBN", {"investments": BOARD["investments"]}))
    town.put("b.xlsx", town.filled("UBN", {key: BOARD[key] for key in ("budget", "unit_frames")}), 1)
    town.put("c.xlsx", town.filled("UBN", STRATEGIST), 2)
    lost = [message for rule, message in findings(town, "c.xlsx") if rule == "answers-lost"]
    assert [re.findall(r"(\w+\.xlsx|[A-Z]\w+ \(ifyllda celler: \d+)", message) for message in lost] == [
        ["b.xlsx", "Budget (ifyllda celler: 5", "Enhetsramar (ifyllda celler: 2"],
        ["a.xlsx", "Investeringar (ifyllda celler: 4"],
    ]
    town.run("merge", ROUND, "UBN", expect=None)
    town.run("merge", ROUND, "UBN")
    [name] = [name for name, verdict in verdicts(town).items() if verdict == "accepted"]
    assert written(town, name) == written(town, "a.xlsx") | written(town, "b.xlsx") | written(town, "c.xlsx")


def test_a_sheet_that_both_filled_differently_is_told_and_needs_a_word(town: Town) -> None:
    both(town, {**ECONOMIST, "confirmation": [{"responsible": "Ekonomichef"}]})
    before = verdicts(town)
    refused = town.run("merge", ROUND, "UBN", expect=3)
    assert refused.stderr.startswith("Båda svaren har fyllt i Bekräftelse, men olika")
    assert verdicts(town) == before
    town.run("merge", ROUND, "UBN", "--newer-wins")
    [name] = [name for name, verdict in verdicts(town).items() if verdict == "accepted"]
    assert written(town, name)["confirmation"] == written(town, "strategist.xlsx")["confirmation"]
    assert written(town, name)["budget"] == written(town, "economist.xlsx")["budget"]


def test_a_sheet_that_both_filled_alike_is_no_conflict(town: Town) -> None:
    both(town, {**ECONOMIST, "confirmation": BOARD["confirmation"]})
    town.run("merge", ROUND, "UBN")


AS_WRITTEN: tuple[object, ...] = (
    "  1 200,50 tkr ", "=SUMMA(A1)", "-", "+46", "@x", "true", "007", "1e5", "2027-03-01", "Åäö – ”citat” 🙂", "två\nrader", "<b>&amp;</b>",
    0.1, 1234567.891, -3, True, date(2027, 3, 1), datetime(2027, 3, 1, 12, 30),  # noqa: DTZ001 - Excel knows no zones
)  # fmt: skip


def test_answers_are_carried_exactly_as_they_were_written(town: Town) -> None:
    both(town)
    book = load_workbook(BytesIO((town.inbox / "economist.xlsx").read_bytes()))
    sheet = book["Budget"]
    [heading] = [row for row in sheet.iter_rows() if any(c.value == "Verksamhet*" for c in row)]
    columns = [cell.coordinate.rstrip("0123456789") for cell in heading if str(cell.value).startswith(("Verksamhet", "Kostnader"))]
    for row, value in enumerate(AS_WRITTEN, int(heading[0].coordinate[1:]) + 3):
        for column in columns:
            target = sheet[f"{column}{row}"]
            target.value = value
            if isinstance(value, str):
                target.data_type = "s"
    content = BytesIO()
    book.save(content)
    town.put("economist.xlsx", content.getvalue())
    before = written(town, "economist.xlsx")
    assert [row["cost"] for row in before["budget"][2:]] == list(AS_WRITTEN)
    town.run("merge", ROUND, "UBN", expect=None)
    [name] = [path.name for path in town.inbox.iterdir() if "merged" in path.name]
    assert written(town, name) == before | written(town, "strategist.xlsx")


def broken(town: Town, change: str) -> None:
    """Change the economist's return."""
    book = load_workbook(BytesIO((town.inbox / "economist.xlsx").read_bytes()))
    sheet = book["Enhetsramar"]
    [row] = [row for row in range(1, 40) if str(sheet.cell(row, 1).value).startswith("UBN-ÅBY")]
    if change == "foreign id":
        sheet.cell(row, 1).value = "UBN-ANNAN Annan skola"
    elif change == "error":
        sheet.cell(row, 2).value = "#DIV/0!"
        sheet.cell(row, 2).data_type = "e"
    elif change == "formula":
        sheet.cell(row, 2).value = "=1+1"
    elif change == "own sheet":
        book.create_sheet("Mina anteckningar")["A1"] = "Kom ihåg"
    content = BytesIO()
    book.save(content)
    town.put("economist.xlsx", content.getvalue())


@pytest.mark.parametrize("change", ["foreign id", "error", "formula"])
def test_what_has_no_place_in_a_fresh_workbook_stops_the_merge(town: Town, change: str) -> None:
    both(town)
    broken(town, change)
    refused = town.run("merge", ROUND, "UBN", expect=3)
    assert re.match(r"Svaren går inte att slå ihop som de är: Enhetsramar!B\d+ har ingen plats", refused.stderr)
    assert not [path for path in town.inbox.iterdir() if "merged" in path.name]


def test_own_sheets_that_are_not_carried_over_are_named(town: Town) -> None:
    both(town)
    broken(town, "own sheet")
    assert town.run("merge", ROUND, "UBN").stderr == (
        "Följde inte med från inbox/2027-plan/economist.xlsx: Bladet Mina anteckningar är ert eget. Vi läser det inte.\n"
    )


@pytest.mark.parametrize("owner,told", [("KFN", "Det finns inget svar ”KFN”"), ("UBN", "Det finns inget att slå ihop för UBN")])
def test_one_return_alone_is_not_joined(town: Town, owner: str, told: str) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    assert town.run("merge", ROUND, owner, expect=3).stderr.startswith(told)


@pytest.mark.parametrize("number,code", [(errno.EROFS, "går inte att skriva"), (errno.ENOSPC, "Disken är full")])
def test_an_inbox_that_cannot_be_written_leaves_no_trace_of_a_merge(
    town: Town, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    both(town)
    town.run("validate", "--round", ROUND, expect=1)
    before = sorted(path.name for path in town.inbox.iterdir())
    really = os.open

    def refuse(path: Any, flags: int, *more: Any, **others: Any) -> int:
        if "inbox" in str(path) and flags & os.O_CREAT:
            raise OSError(number, os.strerror(number))
        return really(path, flags, *more, **others)

    monkeypatch.setattr(os, "open", refuse)
    assert code in town.run("merge", ROUND, "UBN", expect=3).stderr
    monkeypatch.undo()
    assert sorted(path.name for path in town.inbox.iterdir()) == before
    with Ledger.open(town.root / "styrxl.db") as ledger:
        assert ledger.decisions(ROUND) == {}
        assert len(ledger.receipts(ROUND)) == 2
    town.run("merge", ROUND, "UBN")


def test_validate_writes_nothing_into_the_inbox(town: Town) -> None:
    """So that it may be read-only."""
    both(town)
    before = [(entry.name, entry.stat().st_mtime_ns) for entry in sorted(os.scandir(town.inbox), key=lambda e: e.name)]
    folder = town.inbox.stat().st_mtime_ns
    town.run("validate", "--round", ROUND, expect=1)
    assert [(entry.name, entry.stat().st_mtime_ns) for entry in sorted(os.scandir(town.inbox), key=lambda e: e.name)] == before
    assert town.inbox.stat().st_mtime_ns == folder


def test_a_language_that_nobody_speaks_is_no_matter(town: Town) -> None:
    """Somebody changed it in the hidden sheet, where it is not signed, and a sheet is missing besides."""
    both(town)
    book = opened((town.inbox / "strategist.xlsx").read_bytes())
    for row in book["_styrxl"].iter_rows():
        if row[0].value == "language":
            row[1].value = "klingonska"
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined] # newer than its types
    del book["Investeringar"]
    town.put("strategist.xlsx", saved(book), 1)
    assert "Läge: Klar." in town.run("merge", ROUND, "UBN").stdout


# The log


def test_the_log_tells_a_return_s_story(town: Town) -> None:
    both(town)
    town.run("validate", "--round", ROUND, expect=1)
    town.run("merge", ROUND, "UBN", "--reason", "Två personer")
    [name] = [path.name for path in town.inbox.iterdir() if "merged" in path.name]
    town.run("set-aside", ROUND, name, "--reason", "För tidigt")
    town.run("take-back", ROUND, name, "--reason", "Nu är det rätt", "--by", "Bo")
    story = told(town, "UBN").splitlines()
    folder = "inbox/2027-plan"
    assert story[0] == "UBN Utbildningsnämnden"
    assert sorted(story[1:]) == sorted(
        [
            f"  UBN.xlsx delades ut av {issuer(town)} (Nämndens ettårsplan, version 1).",
            f"  {folder}/economist.xlsx lades i inkorgen för hand.",
            f"  {folder}/strategist.xlsx lades i inkorgen för hand.",
            f"  {folder}/{name} gjordes av {folder}/economist.xlsx och {folder}/strategist.xlsx.",
            f"  Anna slog ihop två svar till {folder}/{name}: Två personer",
            f"  {folder}/economist.xlsx granskades: Ersatt.",
            f"  {folder}/strategist.xlsx granskades: Behöver kompletteras (1 att rätta, 1 att kontrollera).",
            f"  {folder}/strategist.xlsx granskades: Ersatt.",
            f"  {folder}/{name} granskades: Klar (0 att rätta, 0 att kontrollera).",
            f"  {folder}/{name} undantogs av Anna: För tidigt",
            f"  {folder}/{name} granskades: Undantagen.",
            f"  {folder}/strategist.xlsx granskades: Behöver kompletteras (1 att rätta, 1 att kontrollera).",
            f"  {folder}/{name} räknas igen, beslut av Bo: Nu är det rätt",
            f"  {folder}/{name} granskades: Klar (0 att rätta, 0 att kontrollera).",
            f"  {folder}/strategist.xlsx granskades: Ersatt.",
        ]
    )


def issuer(town: Town) -> str | None:
    with Ledger.open(town.root / "styrxl.db") as ledger:
        return ledger.issues(ROUND)["UBN"].issued_by


def test_the_log_of_a_file_begins_with_what_its_owner_was_handed(town: Town) -> None:
    both(town)
    town.put("KFN.xlsx", town.filled("KFN"))
    town.run("validate", "--round", ROUND, expect=1)
    assert told(town, "economist.xlsx").splitlines() == [
        "UBN Utbildningsnämnden",
        f"  UBN.xlsx delades ut av {issuer(town)} (Nämndens ettårsplan, version 1).",
        "  inbox/2027-plan/economist.xlsx granskades: Ersatt.",
        "  inbox/2027-plan/economist.xlsx lades i inkorgen för hand.",
    ]


def test_the_log_as_json_says_by_which_rules_and_program(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("validate", "--round", ROUND)
    story = json.loads(town.run("--lang", "en", "log", ROUND, "UBN", "--format", "json").stdout)
    assert story["round"] == ROUND
    assert [(e["event"], e["owner"]) for e in story["events"]] == [("issued", "UBN"), ("judged", "UBN"), ("received", "UBN")]
    judged = story["events"][1]
    assert (judged["verdict"], judged["errors"], judged["program"]) == ("accepted", 0, "0.1.0")
    assert re.search(r"annual_plan 1; .*rules [0-9a-f]{8}$", judged["forms"])
    assert judged["text"] == "inbox/2027-plan/UBN.xlsx was judged: Done (0 to mend, 0 to check)."


def test_a_verdict_by_other_rules_is_recorded_even_if_it_is_the_same(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("validate", "--round", ROUND)
    own = town.root / "schemas"
    own.mkdir()
    standard = town.forms.path("schemas", "budget")
    assert standard
    (own / "budget.yaml").write_bytes(standard.read_bytes() + b"\n# ours\n")
    town.run("validate", "--round", ROUND)
    events = json.loads(town.run("log", ROUND, "UBN", "--format", "json").stdout)["events"]
    assert len({e["forms"] for e in events if e["event"] == "judged"}) == 2
    assert told(town, "UBN").count("granskades") == 1


def test_the_log_of_files_that_are_tied_to_nobody_comes_last(town: Town) -> None:
    town.put("skräp.xlsx", b"")
    town.run("validate", "--round", ROUND, expect=1)
    assert told(town).splitlines()[-3:] == [
        "Inte knutet till någon",
        "  inbox/2027-plan/skräp.xlsx granskades: Går inte att läsa (1 att rätta, 0 att kontrollera).",
        "  inbox/2027-plan/skräp.xlsx lades i inkorgen för hand.",
    ]


def test_the_log_of_nothing(town: Town) -> None:
    assert town.run("log", "2028-plan").stdout == "Liggaren har inget om 2028-plan.\n"
    assert town.run("log", ROUND, "XX", expect=3).stderr.startswith("Det finns inget svar ”XX” i 2027-plan.")


def test_the_sources_tell_what_was_decided_and_by_whom(town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    town.put("KFN.xlsx", town.filled("KFN"), 1)
    town.run("consolidate", ROUND)
    assert "Beslut" not in headings(town)
    town.run("set-aside", ROUND, "UBN", "--reason", "Utkast")
    town.run("take-back", ROUND, "UBN", "--reason", "Klart ändå", "--by", "Bo")
    town.run("set-aside", ROUND, "KFN", "--reason", "Fel år")
    town.run("consolidate", ROUND)
    today = local_day(datetime.now(UTC))
    column = headings(town).index("Beslut")
    lines = {str(row[1]): (row[3], row[column]) for row in sources(town) if str(row[1]).endswith(".xlsx")}
    assert lines == {
        "UBN.xlsx": ("✓ Klar", f"{today} undantagen av Anna: Utkast; {today} räknas igen, Bo: Klart ändå"),
        "KFN.xlsx": ("Undantagen", f"{today} undantagen av Anna: Fel år"),
    }


def sources(town: Town) -> list[tuple[Any, ...]]:
    """Rows of the council's sheet Källor."""
    book = load_workbook(town.root / "council" / f"{ROUND}.xlsx")
    return list(book["Källor"].iter_rows(values_only=True))


def headings(town: Town) -> list[Any]:
    """Headings of the council's sheet Källor."""
    return next(list(row) for row in sources(town) if "SHA-256" in row)
