"""Two people, one workbook: an older return and a newer one, merged."""

from __future__ import annotations

import errno
import os
import random
import re
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from decisions import ECONOMIST, STRATEGIST, both, findings, report, verdicts
from long_runs import long_run
from styrxl.model.findings import fix
from styrxl.model.rounds import standard_rounds
from styrxl.returns import isolated
from styrxl.returns.locate import Locator
from styrxl.returns.package.unpack import NotOrdinaryError
from styrxl.returns.tables import Table, is_blank
from styrxl.returns.workbook import read_workbook
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.sample.fill import AsTyped
from styrxl.sample.ods import convert_to_ods
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from town import BOARD, NOW, ROUND, YEAR, Town


@pytest.fixture
def town(shared_asked: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("STYRXL_USER", "Anna")
    return shared_asked.copy(tmp_path / "town")


def written(town: Town, name: str) -> dict[str, list[dict[str, Any]]]:
    """Answers of a return in the inbox, exactly as they stand, by sheet."""
    return {key: answers(table) for key, table in tables(town, (town.inbox / name).read_bytes()).items() if answers(table)}


def tables(town: Town, data: bytes) -> dict[str, Table]:
    returned, _ = read_workbook(data)
    assert returned
    found, _ = Locator(town.forms.form("annual_plan"), town.forms.words).locate(returned, "sv")
    return {table.place.key: table for table in found}


def answers(table: Table) -> list[dict[str, Any]]:
    own = [c.field for c in table.sheet.columns if c.asked and not c.locked_when_prefilled]
    rows = [{name: table.columns[name][i] for name in own} for i in range(len(table.rows))]
    return [row for row in ({name: value for name, value in row.items() if not is_blank(value)} for row in rows) if row]


def test_what_the_newer_return_lacks_of_the_older_is_said(town: Town) -> None:
    both(town)
    lost = [message for rule, message in findings(town, "strategist.xlsx") if rule == "answers-lost"]
    sheets = "Budget (ifyllda celler: 5), Enhetsramar (ifyllda celler: 2), Investeringar (ifyllda celler: 4)"
    assert lost == [f"Här saknas svar som finns i ett tidigare svar (economist.xlsx): {sheets}. De räknas inte längre."]
    assert [rule for rule, _ in findings(town, "economist.xlsx")] == ["superseded-return"]


def test_the_controller_is_told_how_to_join_them_and_the_sender_what_to_do(town: Town) -> None:
    """The command is for this round and owner; those who fill in are not told of commands."""
    both(town)
    said = town.run("validate", "--round", ROUND, expect=1).stdout
    assert "kan den som samlar in slå ihop svaren. Så här slår du ihop dem: styrxl merge 2027-plan UBN\n" in said
    lost = next(f for r in town.judge(*_files(town), whole_inbox=True).returns for f in r.findings if f.rule == "answers-lost")
    assert "styrxl" not in fix(lost, "sv") + fix(lost, "en")


def _files(town: Town) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(town.inbox.iterdir())]


def test_a_newer_return_that_says_something_else_in_the_same_cells_loses_nothing(town: Town) -> None:
    both(town, BOARD, {**BOARD, "budget": [{"activity": "FÖRSKOLA", "cost": 7}, {"activity": "Grundskola ", "revenue": 1, "cost": 8}]})
    assert [rule for rule, _ in findings(town, "strategist.xlsx") if rule == "answers-lost"] == []


def test_what_the_newer_return_lacks_is_named_row_by_row(town: Town) -> None:
    """A row that it does not have, one that is another by the same id, and single answers."""
    newer = {
        **BOARD,
        "confirmation": [{"status": "proposed", "confirms": "yes"}],
        "commitments": [{**BOARD["commitments"][0], "text": "Bygga en skolgård"}, {"text": "Hålla samråd", "responsible": "Rektor"}],
        "budget": [{"activity": "Grundskola", "cost": 900}],
    }
    both(town, BOARD, newer)
    [lost] = [message for rule, message in findings(town, "strategist.xlsx") if rule == "answers-lost"]
    rows = (
        "Bekräftelse (Ansvarig), "
        "Åtaganden (UBN-2027-A1 Starta läsprogram, UBN-2027-A2 Hålla samråd (Mål, Start, Slut, Förväntat resultat)), "
        "Budget (Grundskola (Intäkter), Förskola)"
    )
    assert lost == f"Här saknas svar som finns i ett tidigare svar (economist.xlsx): {rows}. De räknas inte längre."


def test_two_returns_are_joined_as_they_were_written(town: Town) -> None:
    both(town)
    before = {name: (town.inbox / name).read_bytes() for name in ("economist.xlsx", "strategist.xlsx")}
    done = town.run("merge", ROUND, "UBN", "--reason", "Två personer")
    [name] = {path.name for path in town.inbox.iterdir()} - before.keys()
    assert (
        done.stdout
        == f"""\
Från det äldre svaret, inbox/2027-plan/economist.xlsx:
  Budget: Grundskola, Förskola
  Enhetsramar: UBN-ÅBY Åby skola, UBN-ÖST Östra förskolan
  Investeringar: UBN-P1 Skolgård
Från det nyare svaret, inbox/2027-plan/strategist.xlsx:
  Bekräftelse
  Fullmäktiges mål: KF-M1 Invånarna är mer delaktiga, KF-M2 Kunskapsresultaten förbättras
  Nämndmål: UBN-M1 Fler elever når målen
  Åtaganden: UBN-2027-A1 Starta läsprogram, UBN-2027-A2 Hålla samråd
  Indikatorer: UBN-I1 Behöriga elever
Skrev inbox/2027-plan/{name}. Läge: Klar.
"""
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


def test_where_both_have_answered_the_newer_counts_and_each_cell_is_told(town: Town) -> None:
    both(town, {**ECONOMIST, "confirmation": [{"responsible": "Ekonomichef", "registry_number": "Dnr 7"}]})
    done = town.run("merge", ROUND, "UBN").stdout
    assert "Båda har svarat, men olika. Det nyare gäller:\n  Bekräftelse B15 (Ansvarig): ”Förvaltningschef”. Äldre: ”Ekonomichef”\n" in done
    assert "Bara det äldre har svarat, så det svaret är kvar" in done
    assert ":\n  Bekräftelse B14 (Diarienummer): ”Dnr 7”\n" in done
    [name] = [name for name, verdict in verdicts(town).items() if verdict == "accepted"]
    [confirmation] = written(town, "strategist.xlsx")["confirmation"]
    assert written(town, name)["confirmation"] == [{**confirmation, "registry_number": "Dnr 7"}]
    assert written(town, name)["budget"] == written(town, "economist.xlsx")["budget"]


def test_what_the_newer_has_cleared_stays_so_where_it_is_said_to_win(town: Town) -> None:
    both(town, {**ECONOMIST, "confirmation": [{"responsible": "Ekonomichef", "registry_number": "Dnr 7"}]})
    done = town.run("merge", ROUND, "UBN", "--newer-wins").stdout
    assert "Bara det äldre har svarat, och det svaret är inte med (--newer-wins):\n  Bekräftelse B14 (Diarienummer): ”Dnr 7”\n" in done
    [name] = [name for name, verdict in verdicts(town).items() if verdict == "accepted"]
    assert written(town, name)["confirmation"] == written(town, "strategist.xlsx")["confirmation"]
    assert written(town, name)["budget"] == written(town, "economist.xlsx")["budget"]


OTHER: Mapping[str, Any] = {
    **BOARD,
    "goals": [{"text": "Alla trivs", "parent_id": "KF-M1", "from_year": 2027, "to_year": 2028}],
    "commitments": [{"text": "Måla om", "parent_id": "UBN-M1", "responsible": "Rektor", "expected_result": "Ljusare", **YEAR}],
    "indicators": [{"goal_id": "UBN-M1", "name": "Trivsel", "unit": "procent", "direction": "higher", "target": 90}],
}


def test_what_both_began_on_one_row_is_two_rows_and_what_refers_to_the_older_follows(town: Town) -> None:
    """Both have begun on the first row of goals, commitments and indicators, and each ties to a goal of its own."""
    commitments = [{**BOARD["commitments"][0], "more_parents": "KF-M1;UBN-M1"}, BOARD["commitments"][1]]
    both(town, {**BOARD, "commitments": commitments}, OTHER)
    done = town.run("merge", ROUND, "UBN").stdout
    assert (
        """
Rader som får ett annat id:
  Nämndmål: UBN-M1 Fler elever når målen (i det äldre) får id UBN-M2, för i det nyare är det UBN-M1 Alla trivs.
  Åtaganden: UBN-2027-A1 Starta läsprogram (i det äldre) får id UBN-2027-A3, för i det nyare är det UBN-2027-A1 Måla om.
  Indikatorer: UBN-I1 Behöriga elever (i det äldre) får id UBN-I2, för i det nyare är det UBN-I1 Trivsel.
Skrev"""
        in done
    )
    assert "olika" not in done
    assert tied(town) == {
        ("UBN-M1", "Alla trivs", "KF-M1", None),
        ("UBN-M2", "Fler elever når målen", "KF-M2", None),
        ("UBN-2027-A1", "Måla om", "UBN-M1", None),
        ("UBN-2027-A2", "Hålla samråd", "KF-M1", None),
        ("UBN-2027-A3", "Starta läsprogram", "UBN-M2", "KF-M1;UBN-M2"),
        ("UBN-I1", "Trivsel", "UBN-M1", None),
        ("UBN-I2", "Behöriga elever", "UBN-M2", None),
    }
    assert town.run("merge", ROUND, "UBN", expect=3).stderr.startswith("Det finns inget att slå ihop")


def tied(town: Town) -> set[tuple[str, str, str, str | None]]:
    """Return id, name, goal and further goals of the goals, commitments and indicators that count."""
    with Ledger.open(town.workspace.database) as ledger:
        judged = judge_inbox_quietly(open_desk(town.workspace, ledger, NOW), standard_rounds().parse(ROUND))
    names = {"goals": ("goal_id", "text", "parent_id"), "commitments": ("commitment_id", "text", "parent_id")}
    names["indicators"] = ("indicator_id", "name", "goal_id")
    found = set()
    for table, fields in names.items():
        for row in judged.in_force(table).to_dict("records"):
            more = row.get("more_parents")
            found.add((*(row[field] for field in fields), more if isinstance(more, str) else None))
    return found


@pytest.mark.parametrize("typed", ["UBN-M1", "ubn\N{EN DASH}m1 Fler elever", " UBN-M1; KF-M1", "UBN-M1 Fler elever\nKF-M1"])
def test_a_goal_that_is_referred_to_in_another_way_follows_too(town: Town, typed: str) -> None:
    both(town, BOARD, OTHER)
    book = open_workbook((town.inbox / "economist.xlsx").read_bytes())
    [row] = [row for row in book["Åtaganden"].iter_rows() if row[0].value == "UBN-2027-A1"]
    row[2].value = typed
    town.put("economist.xlsx", save_workbook(book), -60)
    town.run("merge", ROUND, "UBN")
    further = "KF-M1" if "KF" in typed else None
    assert ("UBN-2027-A3", "Starta läsprogram", "UBN-M2", further) in tied(town)


@pytest.mark.parametrize("seed", range(long_run(1, 100)))
def test_halves_of_a_return_make_the_whole_either_way_round(town: Town, seed: int) -> None:
    """Rows and single answers are dealt out at random, some to both; what is judged then is the same as of the return that was whole."""
    chance = random.Random(seed)  # noqa: S311 -- a test's
    whole = {**BOARD, "goals": [*BOARD["goals"], *OTHER["goals"]], "budget": [*BOARD["budget"], {"activity": "Förskolor", "cost": 5}]}
    town.put("whole.xlsx", town.filled("UBN", whole))
    wanted = (written(town, "whole.xlsx"), remarked(town, "whole.xlsx"))
    (town.inbox / "whole.xlsx").unlink()
    halves = [town.filled("UBN", half) for half in dealt(whole, chance)]
    for older, newer in (halves, halves[::-1]):
        folder = town.copy(town.root.parent / f"{seed}{newer is halves[0]}")
        folder.put("a.xlsx", older)
        folder.put("b.xlsx", newer, 1)
        done = folder.run("merge", ROUND, "UBN").stdout
        assert "olika" not in done
        assert "annat id" not in done
        [name] = [path.name for path in folder.inbox.iterdir() if "merged" in path.name]
        assert (written(folder, name), remarked(folder, name)) == wanted


def dealt(whole: Mapping[str, Any], chance: random.Random) -> list[dict[str, list[dict[str, Any]]]]:
    """Deal the rows of a return out to two, cell by cell or as they are; each gets some that the other lacks."""
    halves: list[dict[str, list[dict[str, Any]]]] = [{}, {}]
    for key, rows in whole.items():
        for row in rows:
            alone = chance.randrange(3)  # the whole row to one, to the other, or cell by cell
            parts: list[dict[str, Any]] = [{}, {}]
            for field, value in row.items():
                for side in {0: (0,), 1: (1,)}.get(alone) or (
                    (0, 1) if field in {"activity", "project"} else chance.choice(((0,), (1,), (0, 1)))
                ):
                    parts[side][field] = value
            for half, part in zip(halves, parts, strict=True):
                half.setdefault(key, []).append(part)
    (first, second), unlike = halves, {"confirmation": [*whole["confirmation"]], "investments": [*whole["investments"]]}
    first |= {"confirmation": unlike["confirmation"], "investments": []}
    second |= {"confirmation": [], "investments": unlike["investments"]}
    return halves


def remarked(town: Town, name: str) -> list[tuple[Any, ...]]:
    """Return a return's verdict, its rows, and its findings at cells."""
    [one] = [w for w in report(town)["workbooks"] if Path(w["path"]).name == name]
    at_cells = [tuple(f[key] for key in ("rule", "severity", "sheet", "cell", "value", "message")) for f in one["findings"]]
    return [(one["verdict"], *one["rows"].items()), *(f for f in at_cells if f[0] != "answers-lost")]


def test_rows_of_one_name_are_asked_about_and_the_newer_s_count_where_it_is_said_to_win(town: Town) -> None:
    twice = [{"activity": "Förskola", "cost": 1}, {"activity": "förskola", "cost": 2}]
    both(town, {**ECONOMIST, "budget": twice}, {**STRATEGIST, "budget": [{"activity": "Förskola", "cost": 3}]})
    refused = town.run("merge", ROUND, "UBN", expect=3).stderr
    assert refused.startswith("Det går inte att se vilken rad som är vilken")
    assert "flera rader har samma namn eller id (Budget: Förskola)" in refused
    done = town.run("merge", ROUND, "UBN", "--newer-wins").stdout
    assert "de här raderna från det äldre är inte med (--newer-wins):\n  Budget: Förskola, förskola\n" in done
    [name] = [path.name for path in town.inbox.iterdir() if "merged" in path.name]
    assert written(town, name)["budget"] == [{"activity": "Förskola", "cost": 3}]


def test_many_rows_that_are_gone_are_named_in_few_words(town: Town) -> None:
    both(
        town,
        {**BOARD, "budget": [{"activity": f"Skola {n}", "cost": n} for n in range(9)]},
        {**BOARD, "budget": [{"activity": "Skola", "cost": 1}]},
    )
    [lost] = [message for rule, message in findings(town, "strategist.xlsx") if rule == "answers-lost"]
    assert lost.endswith(": Budget (Skola 0, Skola 1, Skola 2 och 6 till). De räknas inte längre.")


def test_a_merge_is_told_in_english_too(town: Town) -> None:
    older = {**BOARD, "confirmation": [{"responsible": "Ekonomichef", "registry_number": "Dnr 7"}], "budget": []}
    both(town, {**older, "commitments": [{**BOARD["commitments"][0], "responsible": "Rektor"}]}, {**OTHER, "investments": []})
    shown = town.run("--lang", "en", "merge", ROUND, "UBN", "--dry-run").stdout
    assert (
        shown
        == """\
From the older return, inbox/2027-plan/economist.xlsx:
  Nämndmål: UBN-M1 Fler elever når målen
  Åtaganden: UBN-2027-A1 Starta läsprogram
  Indikatorer: UBN-I1 Behöriga elever
  Investeringar: UBN-P1 Skolgård
From the newer return, inbox/2027-plan/strategist.xlsx:
  Nämndmål: UBN-M1 Alla trivs
  Åtaganden: UBN-2027-A1 Måla om
  Indikatorer: UBN-I1 Trivsel
  Budget: Grundskola, Förskola
In both:
  Bekräftelse
  Fullmäktiges mål: 2 rows
  Enhetsramar: 2 rows
Rows that get another id:
  Nämndmål: UBN-M1 Fler elever når målen (in the older) gets the id UBN-M2, since in the newer that is UBN-M1 Alla trivs.
  Åtaganden: UBN-2027-A1 Starta läsprogram (in the older) gets the id UBN-2027-A2, since in the newer that is UBN-2027-A1 Måla om.
  Indikatorer: UBN-I1 Behöriga elever (in the older) gets the id UBN-I2, since in the newer that is UBN-I1 Trivsel.
Both have answered, but differently. The newer counts:
  Bekräftelse B15 (Ansvarig): “Förvaltningschef”. Older: “Ekonomichef”
Only the older has answered, so that answer is kept. If the newer is to count here too, run the command with --newer-wins:
  Bekräftelse B14 (Diarienummer): “Dnr 7”
Nothing was written.
"""
    )


def test_what_would_come_from_which_is_shown_without_anything_being_written(town: Town) -> None:
    both(town, BOARD, OTHER)
    shown = town.run("merge", ROUND, "UBN", "--dry-run").stdout
    assert shown.endswith("\nInget har skrivits.\n")
    assert len(list(town.inbox.iterdir())) == 2
    assert town.run("merge", ROUND, "UBN").stdout.startswith(shown.removesuffix("Inget har skrivits.\n"))


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
    town.put("economist.xlsx", content.getvalue(), -60)
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
    town.put("economist.xlsx", content.getvalue(), -60)


@pytest.mark.parametrize("change", ["foreign id", "error", "formula"])
def test_what_has_no_place_in_a_fresh_workbook_stops_the_merge(town: Town, change: str) -> None:
    both(town)
    broken(town, change)
    refused = town.run("merge", ROUND, "UBN", expect=3)
    assert re.match(r"Svaren går inte att slå ihop som de är: Enhetsramar!B\d+ har ingen plats", refused.stderr)
    assert not [path for path in town.inbox.iterdir() if "merged" in path.name]


def test_a_ditto_keeps_what_it_stood_for_and_a_line_through_an_answer_is_told(town: Town) -> None:
    """The row above it comes from the other return, and says something else; above one there is nothing."""
    first, second = BOARD["commitments"]
    days = {"start": date(2027, 2, 1), "end": None, "expected_result": None}
    commitments = [{**first, **days, "responsible": "Rektor"}, {**second, "responsible": AsTyped('-"-'), "start": AsTyped("dito")}]
    commitments[1] |= {"end": AsTyped("d:o")}
    both(town, {**BOARD, "commitments": commitments}, {**BOARD, "commitments": [first]})
    book = open_workbook((town.inbox / "economist.xlsx").read_bytes())
    [row] = [row for row in book["Åtaganden"].iter_rows() if row[0].value == "UBN-2027-A2"]
    row[7].font = Font(strike=True)
    town.put("economist.xlsx", save_workbook(book), -60)
    done = town.run("merge", ROUND, "UBN", expect=1)
    left = "Det som står i H6 är överstruket. Det räknas ändå med.\n"
    assert done.stderr == f"Följde inte med från inbox/2027-plan/economist.xlsx: Åtaganden H6: {left}"
    [name] = [path.name for path in town.inbox.iterdir() if "merged" in path.name]
    there = [[row.get(field) for field in ("responsible", "start", "end")] for row in written(town, name)["commitments"]]
    assert there == [["Skolchef", date(2027, 1, 1), date(2027, 12, 31)], ["Rektor", date(2027, 2, 1), None]]


def test_an_amount_that_shows_as_another_is_not_carried_over_as_either(town: Town) -> None:
    both(town)
    book = open_workbook((town.inbox / "economist.xlsx").read_bytes())
    [cell] = [row[2] for row in book["Budget"].iter_rows() if row[0].value == "Grundskola"]
    cell.value, cell.number_format = -900, "#,##0;#,##0"
    town.put("economist.xlsx", save_workbook(book), -60)
    assert f"Budget!{cell.coordinate} har ingen plats" in town.run("merge", ROUND, "UBN", expect=3).stderr


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
    book = open_workbook((town.inbox / "strategist.xlsx").read_bytes())
    for row in book["_styrxl"].iter_rows():
        if row[0].value == "language":
            row[1].value = "klingonska"
    book.custom_doc_props.props.clear()  # type: ignore[attr-defined] # newer than its types
    del book["Investeringar"]
    town.put("strategist.xlsx", save_workbook(book), 1)
    assert "Läge: Klar." in town.run("merge", ROUND, "UBN").stdout


def test_a_return_of_another_kind_is_read_in_a_process_of_its_own(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no ordinary xlsx is not opened in the process that merges."""
    both(town)
    (town.inbox / "economist.xlsx").rename(town.inbox / "economist.ods")
    town.put("economist.ods", convert_to_ods((town.inbox / "economist.ods").read_bytes()))
    kinds = []

    def here(data: bytes, *more: Any, **known: Any) -> Any:
        try:
            return read_workbook(data, *more, **known)
        except NotOrdinaryError:
            kinds.append("elsewhere")
            raise

    monkeypatch.setattr(isolated, "read_workbook", here)
    assert "Läge: Klar." in town.run("merge", ROUND, "UBN").stdout
    assert len(kinds) >= 3  # judged, merged and judged again


def test_a_ditto_mark_keeps_its_meaning_on_another_row(town: Town) -> None:
    """What stood above it may not stand there any more."""
    first, second = BOARD["commitments"]
    older = [{**first, "responsible": "Rektor"}, {**second, "responsible": '"'}]
    newer = [{**first, "text": "Bygga en skolgård"}]
    both(town, {**BOARD, "commitments": older}, {**BOARD, "commitments": newer})
    town.run("merge", ROUND, "UBN", "--reason", "Två personer")
    [name] = {path.name for path in town.inbox.iterdir()} - {"economist.xlsx", "strategist.xlsx"}
    rows = {row["text"]: row["responsible"] for row in written(town, name)["commitments"]}
    assert rows == {"Bygga en skolgård": "Skolchef", "Starta läsprogram": "Rektor", "Hålla samråd": "Rektor"}
