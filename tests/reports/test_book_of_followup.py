"""The council's and the boards' workbooks of a follow-up: a small year worked out by hand, and years that nobody thought of."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import fsum, isclose
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from long_runs import long_run
from report_sheets import sheets, table
from small_town import consolidated, row, tables
from small_year import ABY, BIB, KFN, OST, PLAN, UBN, follow_up, history, kept, past, planning, plans, returned, scope
from small_year_rows import CHARTS, ROWS, SOURCES
from styrxl.excel.pages import Block, Book, Link, Page, Row
from styrxl.model.catalogue import number_text
from styrxl.model.council_plan import CouncilAssessment
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.reports import book
from styrxl.reports.followup.overview import list_key_figures
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.history import PastRound, RoundHistory
from styrxl.reports.sources import tally_returns
from styrxl.reports.view import IssuedForm, View
from styrxl.rounds.desk import open_desk
from styrxl.rounds.publish import gather_history, read_feedback
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace
from year import BOARD_YEAR, MOMENTS, T1, T2, Followed, changed

KINDS = ("t1", "t2", "year")
ROUNDS = ("plan", *KINDS)
DEVIATIONS = (  # what less what is what
    ("Aktuell budget (tkr)", "{} netto (tkr)", "Avvikelse (tkr)"),
    ("Ram (tkr)", "{} (tkr)", "Avvikelse (tkr)"),
    ("Årets budget (tkr)", "{} (tkr)", "Avvikelse, ej förbrukat (tkr)"),
    ("Beslutad totalutgift (tkr)", "Beräknad totalutgift (tkr)", "Totalavvikelse (tkr)"),
    ("Aktuell ram (tkr)", "{} (tkr)", "Kvar av ramen (tkr)"),
    ("Aktuell ram (tkr)", "{} netto (tkr)", "Avvikelse mot ramen (tkr)"),
)


def council(kind: str, language: str = "sv") -> Book:
    return consolidated(*follow_up(kind, language), None, history(kind))[1]


def page(book: Book, name: str) -> Page:
    return next(p for p in book.pages if p.name == name)


def figures(view: View) -> dict[str, tuple[float | None, str | None]]:
    """Return the key figures of a follow-up, as a summary by mail has them: value and remark, by name."""
    assert view.history is not None
    return {name: (value, remark) for name, value, remark in list_key_figures(FollowupView(view, view.history))}


def shown(row_: Row) -> tuple[Any, ...]:
    """Return cells as people see them, without links and the trailing ones that are empty."""
    cells = [c for c in row_.cells if not isinstance(c, Link)]
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)


def every_row(of: Page) -> list[Row]:
    return [r for b in of.blocks for r in (*b.rows, *b.totals)]


def block(book: Book, name: str, heading: str) -> Block:
    return next(b for b in page(book, name).blocks if b.heading == heading)


def council_book(*of: Any) -> bytes:
    return book.council_book(*of).workbook


def board_book(*of: Any) -> bytes:
    return book.board_book(*of).workbook


@pytest.mark.parametrize("kind", ROUNDS)
def test_every_figure_of_the_small_year(kind: str) -> None:
    book = consolidated(*planning())[1] if kind == "plan" else council(kind)
    found = {p.name: [shown(r) for r in every_row(p)] for p in book.pages}
    assert list(found) == list(ROWS[kind])
    for name, rows in ROWS[kind].items():
        assert found[name] == rows, name
    assert [b.chart.title for b in page(book, "Diagram").blocks if b.chart] == CHARTS[kind]


@pytest.mark.parametrize("kind", ROUNDS)
def test_nothing_of_a_return_is_lost_or_counted_twice(kind: str) -> None:
    of = (*planning(),) if kind == "plan" else (*follow_up(kind), history(kind))
    rows = table(sheets(council_book(*of))["Källor"], "Från")
    assert {r["Avstämning"] for r in rows} == {"✓ Stämmer"}
    for where in ("i filen", "här"):
        assert [(r["Från"], r[f"Rader {where}"], r[f"Kontrollsumma {where} (tkr)"]) for r in rows] == SOURCES[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes(kind: str) -> None:
    assert council_book(*follow_up(kind), history(kind)) == council_book(*follow_up(kind), history(kind))


def test_sheets_are_named_in_both_languages() -> None:
    assert [p.name for p in council("t2", "en").pages] == [
        *(
            "Overview",
            "Charts",
            "Chain of goals",
            "Commitments",
            "Fulfilment",
            "Sound financial management",
            "Finance",
            "Investments",
            "Indicators",
            "Oversight",
            "Missing and warnings",
        )
    ]


def test_charts_say_one_thing_each_and_have_their_figures_beside_them() -> None:
    charts = [(b, b.chart) for b in page(council("t2"), "Diagram").blocks if b.chart]
    assert len(charts) == 5
    for b, chart in charts:
        assert chart.title in chart.alt
        for series, column in zip(chart.series, chart.columns, strict=True):
            assert all(number_text(value, "sv") in chart.alt for value in series.values)
            assert series.values == tuple(r.cells[column] for r in b.rows)


@pytest.mark.parametrize("language, said", [("sv", "prognosen räknar med 1\N{NO-BREAK SPACE}234,50 tkr"), ("en", "SEK 1,234.50 thousand")])
def test_amounts_are_said_as_each_language_writes_them(language: str, said: str) -> None:
    judged, plan, issued, of = follow_up("t1", language)
    outcomes = judged.tables["outcomes"].replace({"unfunded": {10.0: 1234.5}})
    told = figures(consolidated(replace(judged, tables={**judged.tables, "outcomes": outcomes}), plan, issued, of, None, history("t1"))[0])
    assert [1 for _, remark in told.values() if said in str(remark)] == [1]


def test_frames_are_those_of_the_rounds_day() -> None:
    """The adjustment of June is not there in April; at year-end the one of January after the year is there too."""
    adjusted = {kind: page(council(kind), "Ekonomi").blocks[0].rows[0].cells[3] for kind in KINDS}
    assert adjusted == {"t1": None, "t2": 20.0, "year": 29.0}


def test_the_councils_own_assessment_goes_before_the_suggested_one() -> None:
    own = CouncilAssessment("2027-t1", "KF-M2", "on_track", None, None)
    judged, plan, issued, of = follow_up("t1")
    book = consolidated(judged, replace(plan, assessments=(own,)), issued, of, None, history("t1"))[1]
    goal = next(r for r in page(book, "Måluppfyllelse").blocks[0].rows if r.cells[0] == "KF-M2")
    assert goal.cells[-2] == "✓ Bedöms uppfyllas"
    assert str(goal.cells[-1]).startswith("Fullmäktiges egen bedömning. Förslaget var: Bedöms inte uppfyllas.")
    assert [r.cells[4] for r in page(book, "Målkedja").blocks[0].rows if r.cells[1] == "KF-M2"] == [
        "✓ Bedöms uppfyllas (fullmäktiges egen)"
    ]


def after_a_year(kind: str, assessment: str) -> RoundHistory:
    """Return the history of a follow-up, with 2026 too, in which the board's first goal was assessed so in the end."""
    said = row(0, UBN, "Mål", 5, goal_id="UBN-M1", text="Mål 1", assessment=assessment, trend=None, analysis="x")
    goals = [dict(r) | {"from_year": 2026} for r in plans().answers.of("goals", UBN) if r["goal_id"] == "UBN-M1"]
    report_ = JudgedRound("2026-year", (returned(0, UBN, "year"),), tables({"goal_assessments": [said]}))
    first = JudgedRound("2026-plan", plans().judged.returns, tables({"goals": goals}))
    return replace(
        history(kind),
        last_year=PastRound(standard_rounds().parse("2026-year"), report_),
        last_plans=PastRound(standard_rounds().parse("2026-plan"), first),
    )


@pytest.mark.parametrize(
    "kind, then, rounds, said",
    [
        ("t1", "not_fulfilled", ["Delår 1 2027"], ("✗ Ej uppfyllt", "! Bedöms uppfyllas delvis", "Bättre än förra gången")),
        (
            *("t2", "fulfilled", ["Delår 1 2027", "Delår 2 2027"]),
            ("✓ Uppfyllt", "! Bedöms uppfyllas delvis", "✓ Bedöms uppfyllas (preliminärt 1 av 2)", "Bättre än förra gången"),
        ),
        (
            *("year", "partly_fulfilled", ["Delår 1 2027", "Delår 2 2027", "Helår 2027"]),
            (
                *("! Delvis uppfyllt", "! Bedöms uppfyllas delvis", "✓ Bedöms uppfyllas (preliminärt 1 av 2)"),
                *("! Delvis uppfyllt", "Sämre än förra gången"),
            ),
        ),
    ],
)
def test_last_year_stands_first_in_the_trend(kind: str, then: str, rounds: list[str], said: tuple[str, ...]) -> None:
    """Year-end has the council's own word too, on a line of its own; in the chart last year is the first bar."""
    book = consolidated(*follow_up(kind), None, after_a_year(kind, then))[1]
    trend = block(book, "Måluppfyllelse", "Fullmäktiges mål, omgång för omgång")
    assert [f.heading for f in trend.fields] == ["Id", "Fullmäktiges mål", "Vems bedömning", "Helår 2026", *rounds, "Utveckling"]
    assert shown(trend.rows[0]) == ("KF-M1", "Invånarna är mer delaktiga", "Förslag", *said)
    own = [shown(r)[2:] for r in trend.rows if r.cells[0] is None]
    assert own == ([("Fullmäktiges egen", *[None] * 3, "! Delvis uppfyllt", "Går inte att jämföra")] if kind == "year" else [])
    chart = block(book, "Diagram", "Fullmäktiges mål, omgång för omgång")
    assert [r.cells[0] for r in chart.rows] == ["Helår 2026", *rounds]


def test_what_cannot_be_assessed_is_a_value_of_its_own() -> None:
    """In counts, charts and trends; it is neither better nor worse than anything, and the council may say it too."""
    judged, plan, issued, of = follow_up("t1")
    unsure = judged.tables["goal_assessments"].replace({"assessment": {"off_track": "not_assessable"}})
    judged = replace(judged, tables={**judged.tables, "goal_assessments": unsure})
    book = consolidated(judged, plan, issued, of, None, after_a_year("t1", "fulfilled"))[1]
    told = {r.cells[0]: r.cells[1:] for r in page(book, "Översikt").blocks[0].rows}
    assert told["Fullmäktiges mål som bedöms uppfyllas"] == (0, "av 2; 1 delvis, 0 inte, 1 kan inte bedömas; alla är förslag")
    assert told["Nämndmål som bedöms uppfyllas"] == (1, "av 4; 1 delvis, 0 inte, 2 kan inte bedömas")
    areas, trend = (block(book, "Diagram", h) for h in ("Fullmäktiges mål per målområde", "Fullmäktiges mål, omgång för omgång"))
    assert [f.heading for f in areas.fields] == ["Målområde", "Bedöms uppfyllas delvis", "Kan inte bedömas"]
    assert [shown(r) for r in areas.rows] == [("Medborgarna", 1, 0), ("Välfärd", 0, 1)]
    assert [f.heading for f in trend.fields] == ["Omgång", "Uppfylls", "Delvis", "Kan inte bedömas"]
    assert [shown(r) for r in trend.rows] == [("Helår 2026", 1, 0, 1), ("Delår 1 2027", 0, 1, 1)]
    goal = page(book, "Måluppfyllelse").blocks[0].rows[1]
    assert goal.cells[3:8] == (0, 0, 0, 1, 0)
    assert goal.cells[-2] == "Kan inte bedömas"
    assert shown(block(book, "Måluppfyllelse", "Fullmäktiges mål, omgång för omgång").rows[1])[-1] == "Går inte att jämföra"
    own = CouncilAssessment("2027-t1", "KF-M1", "not_assessable", None, None)
    book = consolidated(judged, replace(plan, assessments=(own,)), issued, of, None, history("t1"))[1]
    assert page(book, "Översikt").blocks[0].rows[2].cells[2] == ("inget av målen kan bedömas; 1 med fullmäktiges egen bedömning")


def silent(of: PastRound, owner: str) -> PastRound:
    """Return a round to which an owner never answered."""
    kept_ = {name: frame[frame["_owner"] != owner].reset_index(drop=True) for name, frame in of.judged.tables.items()}
    return replace(of, judged=replace(of.judged, returns=tuple(r for r in of.judged.returns if r.owner != owner), tables=kept_))


def test_a_board_that_never_answered() -> None:
    """It is named, its goals and commitments are said to lack answers, and nothing of it is added up or guessed."""
    _, plan, issued, of = follow_up("year")
    never = replace(history("year"), earlier=tuple(silent(p, KFN) for p in history("year").earlier))
    view, book = consolidated(silent(past("year"), KFN).judged, plan, issued, of, None, never)
    assert shown(block(book, "Saknas och varningar", "Det här saknas").rows[0])[::2] == (
        "Kultur- och fritidsnämnden",
        "Har inte lämnat in.",
    )
    told = {r.cells[0]: r.cells[1:] for r in page(book, "Översikt").blocks[0].rows}
    assert told["Nämnder med klar uppföljning"] == (1, "av 2")
    assert told["Nämndmål som är uppfyllda"] == (2, "av 4; 0 delvis, 1 inte, 0 kan inte bedömas; utan svar: 1")
    assert told["Nämnder inom fullmäktiges ram"] == (1, "av 1; en nämnd saknas")
    assert figures(view)["Utfall netto (tkr)"][0] == (figures(view)["Aktuell ram (tkr)"][0] or 0.0) - 54.75 == 974.25
    goals = {r.cells[0]: shown(r) for r in block(book, "Måluppfyllelse", "Nämndernas mål").rows}
    assert goals["KFN-M1"] == ("KFN-M1", "Mål 1", "KF-M1", "Kultur- och fritidsnämnden", None, "! Svar saknas")
    goal = page(book, "Måluppfyllelse").blocks[0].rows[0].cells
    assert goal[2:12] == ("✓ God, 2 av 2 nämnder", 2, 0, 0, 0, 1, 1, 1, 1, 2)  # it planned a goal, which is all that covers asks
    commitments = {r.cells[0]: shown(r) for r in page(book, "Åtaganden").blocks[0].rows}
    assert commitments["KFN-2027-A1"][5:7] == ("! Svar saknas", None)
    mine = next(
        r for r in block(book, "Uppsikt", "Per nämnd och enhet").rows if r.cells[:2] == ("Kultur- och fritidsnämnden", "Nämnden själv")
    )
    assert shown(mine)[3:] == ("✓ Ja", "! Inte inkommen", "—", 1, 0, 0, 0, 1, 0, "Ingen tidigare omgång")


def test_a_round_that_nobody_answered_is_no_step_of_the_trend() -> None:
    nothing = RoundHistory(plans(), (PastRound(standard_rounds().parse("2027-t1"), JudgedRound("2027-t1", (), {})),))
    book = consolidated(*follow_up("t2"), None, nothing)[1]
    assert [b.heading for b in page(book, "Måluppfyllelse").blocks] == [
        *("Fullmäktiges mål, med antal nämndmål, bidrag och åtaganden under dem", "Nämndernas mål")
    ]


def test_a_workbook_made_from_an_older_return_than_the_one_that_counts_says_so() -> None:
    first = {r.owner or "": r.sha256 for r in past("t1").judged.returns}
    made_from = {UBN: {"2027-plan": plans().answers.returns[UBN], "2027-t1": "0" * 64}, ABY: {"2027-plan": plans().answers.returns[ABY]}}
    made_from[BIB] = {"2027-plan": plans().answers.returns[BIB]}
    book = consolidated(*follow_up("t2"), None, history("t2", made_from))[1]
    older = block(book, "Saknas och varningar", "Bygger på äldre svar")
    assert first[UBN] != "0" * 64
    assert [(r.cells[0], r.cells[1], str(r.cells[2]).split(",")[0]) for r in older.rows] == [
        ("Utbildningsnämnden", None, "Bygger på ett äldre svar i Delår 1 2027 än det som gäller nu"),
        ("Utbildningsnämnden", "Åby skola", "Gjordes innan det svar i Delår 1 2027 fanns som gäller nu"),
    ]


def test_a_unit_that_has_moved_is_counted_once_under_its_new_board() -> None:
    judged, plan, issued, of = follow_up("t2")
    moved = tuple(replace(o, board_id=KFN, administration_id=None) if o.org_id == ABY else o for o in plan.organisations)
    view, book = consolidated(judged, replace(plan, organisations=moved), issued, of, None, history("t2"))
    commitments = page(book, "Åtaganden").blocks[0]
    board = [f.heading for f in commitments.fields].index("Nämnd")
    listed = [(r.cells[0], r.cells[board]) for r in commitments.rows]
    assert Counter(code for code, _ in listed)[f"{ABY}-2027-A1"] == 1
    assert dict(listed)[f"{ABY}-2027-A1"] == "Kultur- och fritidsnämnden"
    _, own = consolidated(judged, replace(plan, organisations=moved), issued, of, KFN, history("t2"))
    chain = {r.cells[1] for r in page(own, "Målkedja").blocks[0].rows}
    assert {"UBN-M1", f"{ABY}-2027-A1"} <= chain  # what it hangs under comes along
    assert "UBN-M2" not in chain
    assert view.by_id[ABY].board == KFN


def test_a_workbook_that_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path, "Åköping")
    assert read_feedback(tmp_path / "UBN.xlsx", workspace) == {}
    (tmp_path / "UBN.xlsx").write_bytes(b"locked")
    with pytest.raises(StyrxlError, match="not-readable"):
        read_feedback(tmp_path / "UBN.xlsx", workspace)


def test_a_corrected_return_and_feedback_on_disk(first_asked: Followed) -> None:
    """A corrected t1 comes after t2 has been handed out and answered; the board has written to a unit in between."""
    year = first_asked
    for owner in ("UBN", "UBN-ÅBY"):
        year.put("t1", owner, T1[owner])
    year.town.run("distribute", "2027-t2", expect=None)
    year.put("t2", "UBN-ÅBY", T1["UBN-ÅBY"])
    year.town.run("consolidate", "2027-t2", "--board", "UBN", expect=None)
    path = year.town.root / "boards" / "2027-t2" / "UBN.xlsx"
    book = openpyxl.load_workbook(path)
    cells = {c.value: c for line in book["Uppsikt"].iter_rows() for c in line if c.value}
    book["Uppsikt"].cell(cells["UBN-ÅBY"].row, cells["Återkoppling"].column).value = "Vi ses i juni."
    book.save(path)
    before = sheets(path.read_bytes())["Saknas och varningar"]
    assert not [line for line in before if "äldre svar" in str(line[0])]
    year.put("t1", "UBN-ÅBY", changed(T1["UBN-ÅBY"], "unit_outcomes", 0, forecast=497), minute=9, name="UBN-ÅBY rättad.xlsx")
    year.town.run("consolidate", "2027-t2", "--board", "UBN", expect=None)
    found = sheets(path.read_bytes())
    assert {r["Id"]: r["Återkoppling"] for r in table(found["Uppsikt"], "Id")}["UBN-ÅBY"] == "Vi ses i juni."
    said = [line[2] for line in found["Saknas och varningar"] if str(line[1]) == "Åby skola"]
    assert any(str(text).startswith("Bygger på ett äldre svar i Delår 1 2027") for text in said)
    assert os.fspath(path)


def test_rounds_out_of_order(first_asked: Followed) -> None:
    """The year is closed without an August report, which comes last of all; and the next year sees what this one ended in."""
    year = first_asked
    run, council_ = year.town.run, year.town.root / "council"

    def said(kind: str, sheet: str) -> list[Any]:
        run("consolidate", f"2027-{kind}", expect=None)
        return [cell for line in sheets((council_ / f"2027-{kind}.xlsx").read_bytes())[sheet] for cell in line if cell not in (None, "")]

    year.put("t1", "UBN", T1["UBN"])
    assert "Utveckling" in said("t1", "Måluppfyllelse")
    written = (council_ / "2027-t1.xlsx").read_bytes()
    run("distribute", "2027-year", "--to", "UBN")
    year.put("year", "UBN", BOARD_YEAR)
    trend = said("year", "Måluppfyllelse")
    assert [name in trend for name in ("Delår 1 2027", "Delår 2 2027", "Helår 2027")] == [True, False, True]
    assert not [text for text in said("year", "Saknas och varningar") if "Delår 2 2027" in str(text)]

    run("distribute", "2027-t2", "--to", "UBN")
    year.put("t2", "UBN", T2["UBN"])
    assert "Delår 2 2027" in said("t2", "Måluppfyllelse")
    assert "Delår 2 2027" in said("year", "Måluppfyllelse")
    older = [str(text) for text in said("year", "Saknas och varningar")]
    assert [text for text in older if text.startswith("Gjordes innan det svar i Delår 2 2027 fanns")]
    said("t1", "Översikt")
    assert (council_ / "2027-t1.xlsx").read_bytes() == written

    with Ledger.open(year.town.workspace.database) as ledger:
        desk = open_desk(year.town.workspace, ledger, MOMENTS["year"])
        following = gather_history(desk, standard_rounds().parse("2028-t1"), JudgedRound("2028-t1", (), {}))
    assert following.last_year is not None
    assert [r["assessment"] for r in following.last_year.answers.of("goal_assessments", "UBN")] == ["fulfilled"]


# Years that nobody thought of.

AMOUNTS = st.one_of(st.none(), st.integers(0, 10**11).map(lambda ore: ore / 100_000))
CODES = {
    "t1": (["on_track", "partly_on_track", "off_track", "not_assessable"], ["not_started", "on_plan", "late", "done", "cancelled"]),
    "year": (["fulfilled", "partly_fulfilled", "not_fulfilled", "not_assessable"], ["done", "partly_done", "not_done", "cancelled"]),
}


@st.composite
def years(draw: st.DrawFn) -> tuple[Any, ...]:
    """Return a follow-up of the small town with answers of any kind, from any of those who answer."""
    kind = draw(st.sampled_from(KINDS))
    assessments, statuses = CODES["year" if kind == "year" else "t1"]
    rows: dict[str, list[dict[str, Any]]] = {}
    returns: list[Judged] = []
    for owner in draw(st.sets(st.sampled_from([UBN, KFN, ABY, OST, BIB]))):
        source = len(returns)
        verdict = draw(st.sampled_from(["accepted", "accepted", "rejected"]))
        returns.append(returned(source, owner, kind, verdict))

        def add(name: str, at: int, source: int = source, owner: str = owner, /, **fields: Any) -> None:
            rows.setdefault(name, []).append(row(source, owner, f"Blad {name}", at, **fields))

        for n in range(1, draw(st.integers(0, 4)) + 1):
            code = draw(st.sampled_from(assessments))
            add("goal_assessments", n, goal_id=f"{owner}-M{n}", text="x", last_assessment=None, assessment=code, trend=None, analysis="y")
        for n in range(1, draw(st.integers(0, 4)) + 1):
            parent = draw(st.sampled_from(["KF-M1", "UBN-M1", f"{owner}-M1", None]))
            made = kept(source, owner, n, parent or "", draw(st.sampled_from(statuses)))
            rows.setdefault("commitment_status", []).append(made | {"parent_id": parent, "_sheet": "Blad commitment_status"})
        if draw(st.booleans()):
            add(
                "added_commitments",
                1,
                commitment_id=f"{owner}-2027-A{draw(st.integers(1, 9))}",
                text="Ny",
                parent_id="KF-M2",
                decision="§",
                responsible="z",
            )
        if owner not in (UBN, KFN):
            asked = ("frame", "outcome", "last_forecast", "forecast")
            add("unit_outcomes", 5, unit_id=owner, comment=None, **{name: draw(AMOUNTS) for name in asked if _asked(kind, name)})
            continue
        names: tuple[str, ...] = ("planned_budget", "decided_changes", "outcome_revenue", "outcome_cost", "last_forecast")
        names += ("forecast_revenue", "forecast_cost", "unfunded", "measures_effect")
        invest = ("total_expenditure", "year_budget", "outcome", "last_forecast", "forecast", "accumulated", "expected_total")
        for n in range(1, draw(st.integers(0, 3)) + 1):
            add("outcomes", n, activity=f"V{source}.{n}", **{name: draw(AMOUNTS) for name in names if _asked(kind, name)}, explanation=None)
            add("investment_outcomes", n, project=f"P{source}.{n}", **{name: draw(AMOUNTS) for name in invest if _asked(kind, name)})
        add("report_status", 5, status="proposed")
        add(
            "indicator_outcomes",
            5,
            indicator_id=f"{owner}-I1",
            name="x",
            unit="st",
            target=1.0,
            last_outcome=None,
            outcome=draw(AMOUNTS),
            comment=None,
        )
    judged = JudgedRound(f"2027-{kind}", tuple(returns), tables(rows))
    issued = [IssuedForm(o, "x", date(2027, 4, 1), date(2027, 5, 1)) for o in (UBN, KFN, ABY) if draw(st.booleans())]
    return judged, PLAN, issued, scope(kind, draw(st.sampled_from(["sv", "en"]))), draw(st.sampled_from([None, UBN])), history(kind)


def _asked(kind: str, name: str) -> bool:
    if name in ("forecast", "forecast_revenue", "forecast_cost", "unfunded"):
        return kind != "year"
    return name != "last_forecast" or kind != "t1"


@settings(max_examples=long_run(10, 1_000), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(years())
def test_every_krona_and_every_row_stands_exactly_once(case: tuple[Any, ...]) -> None:
    judged, plan, issued, of, board, history_ = case
    view, book = consolidated(judged, plan, issued, of, board, history_)
    rows, money, places = Counter[int](), dict[int, list[float]](), Counter[tuple[str, str | None]]()
    for each in (b for p in book.pages for b in p.blocks):
        for r in (*each.rows, *each.totals):
            if r.source is not None:
                rows[r.source] += not r.again
                places.update((c.path, c.place) for c in r.cells if isinstance(c, Link) and not r.again)
                typed = [c for c, f in zip(r.cells, each.fields, strict=True) if f.tally and c is not None and not r.sums]
                money.setdefault(r.source, []).extend([*typed, *r.amounts])
    for source, tally in tally_returns(view).items():
        assert rows[source] == tally.rows
        assert {n for (path, _), n in places.items() if path == view.sources[source].path} <= {1}  # none twice in another's stead
        assert isclose(fsum(money.get(source, [])), tally.money, abs_tol=1e-4)


def boards_without_all_amounts(judged: JudgedRound, what: str) -> set[str | None]:
    """Return the names of boards of which an activity with a budget lacks what the year comes to; None among them if there are any."""
    accepted = {r.index: r.owner for r in judged.returns if r.verdict == "accepted"}
    found: set[str | None] = set()
    for r in judged.tables["outcomes"].to_dict("records") if "outcomes" in judged.tables else ():
        known = {name for name, value in r.items() if str(value) not in ("None", "nan")}
        if r["_source"] in accepted and known & {"planned_budget", "decided_changes"} and not known & {f"{what}_cost", f"{what}_revenue"}:
            found |= {next(o.name for o in PLAN.organisations if o.org_id == r["_owner"]), None}
    return found


def has_half_a_unit(of: Block, whole: Row, frame: int, year: int) -> bool:
    """Tell whether a row adds up a unit that has its frame alone, or alone what the year comes to."""
    about_units = "Ram (tkr)" in {f.heading for f in of.fields}
    units = [r for r in of.rows if about_units and r.level and (whole in of.totals or r.cells[0] == whole.cells[0])]
    return whole not in units and any((r.cells[frame] is None) != (r.cells[year] is None) for r in units)


@settings(max_examples=long_run(15, 1_000), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(years())
def test_a_deviation_is_budget_minus_forecast_in_each_row_and_each_total(case: tuple[Any, ...]) -> None:
    judged, plan, issued, of, board, history_ = case
    of = replace(of, language="sv")
    _, book = consolidated(judged, plan, issued, of, board, history_)
    now = "Utfall" if of.round.kind.final else "Helårsprognos"
    unknown = boards_without_all_amounts(judged, "outcome" if of.round.kind.final else "forecast")
    for each in (b for p in book.pages if p.name in ("Översikt", "Ekonomi", "Investeringar") for b in p.blocks):
        heads = [f.heading for f in each.fields]
        for budget, against, dev in DEVIATIONS:
            if not {budget, against.format(now), dev} <= set(heads):
                continue
            for r in (*each.rows, *each.totals):
                said: Mapping[str, Any] = dict(zip(heads, r.cells, strict=True))
                first, second = said[budget], said[against.format(now)]
                if dev == "Kvar av ramen (tkr)" and r in each.totals and said[dev] is None:
                    assert any(one.cells[-1] is None for one in each.rows)
                    continue
                others = r.cells[0] == "Inte med i summan" or has_half_a_unit(
                    each, r, heads.index(budget), heads.index(against.format(now))
                )
                if said[dev] is None and (others or unknown & {r.cells[0], None if r in each.totals else 0}):
                    continue
                assert said[dev] == (None if first is None or second is None else round(fsum((first, -second)), 5)), (budget, r)
    parts = ("Avvikelse mot ramen (tkr)", "Ej utlagt av ramen (tkr)", "Avvikelse mot egen budget (tkr)")
    for each in (b for p in book.pages if p.name == "Ekonomi" for b in p.blocks if {*parts} <= {f.heading for f in b.fields}):
        for r in (*each.rows, *each.totals):
            said = dict(zip([f.heading for f in each.fields], r.cells, strict=True))
            whole, *two = (said[name] for name in parts)
            assert whole is None or None in two or whole == round(fsum(two), 5), r
    told = {r.cells[0]: r.cells[1] for r in page(book, "Översikt").blocks[0].rows}
    if (said_ := told.get("Avvikelse mot ramen (tkr)")) is not None:
        spent = told["Utfall netto (tkr)" if of.round.kind.final else "Helårsprognos netto (tkr)"]
        assert said_ == round(fsum((told["Aktuell ram (tkr)"], -spent)), 5)


@settings(max_examples=long_run(15, 1_000), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(years())
def test_sums_tie_out_from_activity_to_board_to_council(case: tuple[Any, ...]) -> None:
    """To the öre: what stands under a board adds up to its row, and the boards' rows to the last one."""
    judged, plan, issued, of, board, history_ = case
    _, book = consolidated(judged, plan, issued, replace(of, language="sv"), board, history_)
    for each in (b for p in book.pages if p.name in ("Ekonomi", "Investeringar") for b in p.blocks if b.totals):
        heads = [(n, f.heading) for n, f in enumerate(each.fields) if f.kind == "money"]
        for n, heading in heads:
            if "avvikelse" in heading.casefold() or heading.startswith(
                ("Kvar", "Ej utlagt")
            ):  # of what has both; theirs is the property above
                continue
            for board_, mine in _under(each.rows):
                amounts = [r.cells[n] for r in mine if r.cells[n] is not None]
                assert not amounts or round(fsum(amounts), 5) == board_.cells[n], (heading, board_)
            amounts = [r.cells[n] for r in each.rows if r.level == 0 and r.cells[n] is not None]
            outside = [r.cells[n] or 0.0 for r in each.totals if r.cells[0] in ("Inte med i summan", "Beslutat senare")]
            assert round(fsum(amounts), 5) == round(fsum([each.totals[-1].cells[n] or 0.0, *outside]), 5), heading


def _under(rows: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
    """Return the rows of boards, each with those under it."""
    found: list[tuple[Row, list[Row]]] = []
    for r in rows:
        if r.level == 0:
            found.append((r, []))
        else:
            found[-1][1].append(r)
    return found
