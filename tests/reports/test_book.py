"""The pages of a plan's books, as plain values: a small town worked out by hand."""

from __future__ import annotations

import weakref
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from small_town import (
    GOALS,
    ORGANISATIONS,
    ROUND,
    consolidated,
    municipality,
    organisation,
    town,
)
from small_town_pages import block, council, page, shown
from small_year import planning
from styrxl.excel import workbook
from styrxl.excel.pages import (
    Book,
    Columns,
    ComputedColumn,
    Link,
)
from styrxl.model.catalogue import number_text
from styrxl.model.judged import JudgedRound
from styrxl.reports import book
from styrxl.reports.book import make_book
from styrxl.reports.sources import make_sources_page
from styrxl.reports.view import View

_SOUND = "God ekonomisk hushållning"
_CHARTS = "Diagram"
SHEETS = [
    *("Översikt", _CHARTS, "Målkedja", "Åtaganden", _SOUND, "Ekonomi", "Investeringar", "Indikatorer", "Uppsikt", "Saknas och varningar")
]


def test_the_councils_workbook_has_the_sheets_of_a_planning_round() -> None:
    """What has nothing to say is left out: assessments of goals come with the follow-ups."""
    assert [p.name for p in council().pages] == SHEETS


def test_key_figures() -> None:
    assert shown(block("Översikt").rows) == [
        ("Nämnder med klar plan", 1, "av 2 utdelade"),
        ("Enheter med klar plan", 2, "av 2 utdelade; 1 har inte fått någon arbetsbok"),
        ("Fullmäktiges mål", 3, "1 av dem har åtaganden; 1 till får bidrag från åtaganden under andra mål"),
        ("Nämndmål", 1, "1 av dem har åtaganden"),
        ("Nämndernas åtaganden", 3, None),
        ("Enheternas egna mål", 1, None),
        ("Enheternas åtaganden", 2, "En enhet har sin plan i ett annat system"),
        ("Åtaganden som når ett av fullmäktiges mål", 5, "av 5"),
        ("Nämnder som bekräftar sitt åtagande inom ramen", 1, "av 1"),
        ("Nämnder som har beslutat om sin plan", 1, "av 1"),
        ("Nämnder vars budget ryms inom ramen", 0, "av 1"),
    ]


def test_councillors_see_goals_and_money_in_millions_with_a_sum() -> None:
    """A board that has handed in no budget is named, and not in the sum, which says so: frame and budget are those of the same boards."""
    _, goals, money = page(council(), "Översikt").blocks
    assert shown(goals.rows) == [
        ("✓ Har åtaganden", "KF-M1", 1, 5, "Invånarna är mer delaktiga"),
        ("✓ Får bidrag från andra måls åtaganden", "KF-M2", 0, 0, "Kunskapsresultaten förbättras"),
        ("! Saknar åtaganden", "KF-M3", 0, 0, "Fler upplever kultur"),
    ]
    assert shown(money.rows) == [
        ("Utbildningsnämnden", 1.50025, 1.5005, -0.00025, "! Över ramen"),
        ("Kultur- och fritidsnämnden", 0.9, None, None, "! Budget saknas"),
    ]
    assert shown(money.totals) == [
        ("Summa nämnder", 1.50025, 1.5005, -0.00025, "1 av 3 är med"),
        ("Lämnar ingen plan: Revisorerna", 0.05, None, None, None),
    ]
    assert money.chart is not None
    assert (money.chart.title, money.chart.series[0].values) == ("Den enda budgeten ryms inte inom ramen", (-0.00025,))  # noqa: PD011 -- no frame


def test_a_sum_of_all_boards_says_nothing_of_how_many() -> None:
    """Without the auditors, and with the other board's budget, nobody is left out."""
    judged, plan, issues, scope = planning()
    framed = {key: frame for key, frame in plan.frames.items() if key[0] != "REV"}
    _, book = make_book(judged, replace(plan, frames=framed), issues, scope)
    money = next(p for p in book.pages if p.name == "Översikt").blocks[-1]
    assert shown(money.totals) == [("Summa nämnder", 1.5, 1.43075, 0.06925, None)]


def test_each_chart_says_one_thing_and_has_its_figures_beside_it() -> None:
    blocks = page(council(), _CHARTS).blocks
    assert [b.chart.title for b in blocks if b.chart] == [
        "Den enda budgeten ryms inte inom ramen",
        "Ett av tre mål har åtaganden",
        "Två av tre enhetsplaner är klara",
    ]
    assert shown(blocks[0].rows) == [("Utbildningsnämnden", 1500.25, 1500.5, -0.25)]
    assert shown(blocks[1].rows) == [
        ("KF-M1 Invånarna är mer delaktiga", 5, 0),
        ("KF-M2 Kunskapsresultaten förbättras", 0, 1),
        ("KF-M3 Fler upplever kultur", 0, 0),
    ]
    assert shown(blocks[2].rows) == [("Utbildningsnämnden", 2, 2), ("Kultur- och fritidsnämnden", 1, 0)]
    for b in blocks:
        assert b.chart is not None
        assert b.chart.title in b.chart.alt
        for series, column in zip(b.chart.series, b.chart.columns, strict=True):
            assert all(number_text(value, "sv") in b.chart.alt for value in series.values)  # noqa: PD011 -- no frame
            assert series.values == tuple(r.cells[column] for r in b.rows)  # noqa: PD011 -- no frame


def test_the_tree_shows_each_goal_and_commitment_once_under_its_first_parent() -> None:
    rows = [(r.level, *cells[:7], cells[8]) for r, cells in zip(block("Målkedja").rows, shown(block("Målkedja").rows), strict=True)]
    ubn, alby, chef = "Utbildningsnämnden", "Åby skola", "Skolchef"
    assert rows == [
        (0, "Fullmäktiges mål", "KF-M1", "Invånarna är mer delaktiga", None, None, 5, None, None),
        (1, "Nämndens svar", "KF-M1", "Ja. Vi läser.", ubn, None, None, None, "UBN · Fullmäktiges mål!A6"),
        (1, "Nämndmål", "UBN-M1", "Alla läser varje dag", ubn, None, 4, None, "UBN · Nämndmål!A6"),
        (2, "Nämndens åtagande", "UBN-2027-A1", "Läslyft", ubn, chef, 1, None, "UBN · Åtaganden!A6"),
        (3, "Enhetens åtagande", "UBN-ÅBY-2027-A2", "Lästid", alby, None, None, None, "UBN-ÅBY · Insatser!A9"),
        (2, "Nämndens åtagande", "UBN-2027-A10", "Sommarskola", ubn, chef, None, None, "UBN · Åtaganden!A7"),
        (2, "Enhetens åtagande", "UBN-ÅBY-2027-A1", "Läsgrupper", alby, None, None, None, "UBN-ÅBY · Insatser!A8"),
        (1, "Nämndens åtagande", "UBN-2027-A2", "=1+1", ubn, "Chef", None, "KF-M2", "UBN · Åtaganden!A9"),
        (0, "Fullmäktiges mål", "KF-M2", "Kunskapsresultaten förbättras", None, None, 0, None, None),
        (1, "Nämndens svar", "KF-M2", "Nej. Hör inte till oss.", ubn, None, None, None, "UBN · Fullmäktiges mål!A7"),
        (0, "Fullmäktiges mål", "KF-M3", "Fler upplever kultur", None, None, 0, None, None),
        (1, "Nämndens svar", "KF-M3", "Ja. Vi utbildar.", ubn, None, None, None, "UBN · Fullmäktiges mål!A8"),
        (0, "Egna mål utan nämndmål", None, "Enheter får ha egna mål som inte tjänar något nämndmål.", *[None] * 5),
        (1, "Enhetens mål", "UBN-ÖST-M1", "Alla trivs", "Östra förskolan", None, None, None, "UBN-ÖST · Egna mål!A6"),
    ]


def test_goals_that_nothing_serves_say_so() -> None:
    remarks = {r.cells[1]: r.cells[7] for r in block("Målkedja").rows if r.cells[0] in ("Fullmäktiges mål", "Nämndmål")}
    assert remarks == {
        "KF-M1": None,
        "UBN-M1": "Prioritet: 1 · Från år: 2027 · Till år: 2028",
        "KF-M2": "Inget hör hit först och främst, men 1 bidrar.",
        "KF-M3": "Inget mål eller åtagande hör hit ännu.",
    }


def test_commitments_repeat_the_forms_headings_and_keep_a_profiles_own_column() -> None:
    commitments = block("Åtaganden")
    assert [f.heading for f in commitments.fields] == [
        *(
            "Id",
            "Nämnd eller enhet",
            "Åtagande",
            "Mål",
            "KF-mål",
            "Förväntat resultat",
            "Ansvarig",
            "Nämnd",
            "Målet i ord",
            "Målområde",
            "Dimension",
        ),
        *("Skolform", "Bidrar även till", "Start", "Slut", "Från förra året", "Källa"),
    ]
    ubn, alby, day = "Utbildningsnämnden", "Åby skola", (pd.Timestamp(2027, 1, 1), pd.Timestamp(2027, 12, 31))
    parent = ("UBN-M1", "UBN-M1 Alla läser varje dag")

    def of_board(n: int, text: str, goal: tuple[str, str], who: str, more: str | None, at: int) -> tuple[object, ...]:
        mine = (f"UBN-2027-A{n}", ubn, text, goal[0], "KF-M1", None, who, ubn, goal[1], "Medborgarna", "Kvalitet")
        return (*mine, None, more, *day, None, f"UBN · Åtaganden!A{at}")

    assert shown(commitments.rows) == [
        of_board(1, "Läslyft", parent, "Skolchef", None, 6),
        of_board(2, "=1+1", ("KF-M1", "KF-M1 Invånarna är mer delaktiga"), "Chef", "KF-M2", 9),
        of_board(10, "Sommarskola", parent, "Skolchef", None, 7),
        *(
            (
                f"UBN-ÅBY-2027-A{n}",
                alby,
                text,
                up[0],
                "KF-M1",
                None,
                None,
                ubn,
                up[1],
                "Medborgarna",
                "Kvalitet",
                school,
                *[None] * 4,
                f"UBN-ÅBY · Insatser!A{n + 7}",
            )
            for n, text, up, school in (
                (1, "Läsgrupper", parent, "Grundskola"),
                (2, "Lästid", ("UBN-2027-A1", "UBN-2027-A1 Läslyft"), "Alla"),
            )
        ),
    ]


def test_finance_ties_out_and_says_which_boards_are_missing() -> None:
    finance = block("Ekonomi")
    assert [f.heading for f in finance.fields][2:10] == [
        *("Beslutad ram (tkr)", "Ramjusteringar (tkr)", "Aktuell ram (tkr)", "Intäkter (tkr)"),
        *("Kostnader (tkr)", "Nettokostnad (tkr)", "Kvar av ramen (tkr)", "Ramar till enheter (tkr)"),
    ]
    ubn, nothing = "Utbildningsnämnden", [None] * 5
    told = "Status: Beslutad · Beslutsdatum: 2026-12-03 · Paragraf: § 4"
    assert shown(finance.rows) == [
        (
            ubn,
            "Hela nämnden",
            1400.0,
            100.25,
            1500.25,
            100.0,
            1600.5,
            1500.5,
            -0.25,
            700.0,
            "Ja",
            "! Över ramen",
            told,
            "UBN · Bekräftelse!A5",
        ),
        (ubn, "Grundskola", None, None, None, 100.0, 1100.5, 1000.5, None, None, None, None, None, "UBN · Budget!A7"),
        (ubn, "Förskola", None, None, None, None, 500.0, 500.0, None, None, None, None, None, "UBN · Budget!A8"),
        (ubn, "UBN-ÅBY Åby skola", *[None] * 7, 700.0, None, None, None, "UBN · Enhetsramar!A6"),
        (ubn, "UBN-ÖST Östra förskolan", *[None] * 7, None, None, None, None, "UBN · Enhetsramar!A7"),
        ("Kultur- och fritidsnämnden", "Hela nämnden", 900.0, None, 900.0, *nothing, "—", "! Budget saknas", None, None),
        ("Revisorerna", None, 50.0, None, 50.0, *nothing, "—", "Lämnar ingen budget här", None, None),
    ]
    assert shown(finance.totals) == [
        ("Med budget", "en nämnd", 1400.0, 100.25, 1500.25, 100.0, 1600.5, 1500.5, -0.25, 700.0, *[None] * 4),
        ("Utan budget", "1 saknas, 1 lämnar ingen här", 950.0, None, 950.0, *nothing, *[None] * 4),
        ("Summa nämnder", None, 2350.0, 100.25, 2450.25, 100.0, 1600.5, 1500.5, -0.25, 700.0, None, "! En nämnd saknas", None, None),
    ]


def test_investments_end_in_the_boards_total_and_are_held_against_the_frames() -> None:
    rows, frames = page(council(), "Investeringar").blocks
    assert shown(rows.rows) == [
        ("Utbildningsnämnden", "UBN-P1", "Ny sal", 300.0, 200.0, 75.5, 24.5, 2028, None, None, None, "UBN · Investeringar!A7")
    ]
    assert shown(rows.totals) == [("Summa nämnder", None, None, 300.0, 200.0, 75.5, 24.5, None, None, None, None, None)]
    assert shown(frames.rows) == [("Utbildningsnämnden", "✓ Inom ramen", 250.0, None, 250.0, 200.0, 50.0)]
    assert shown(frames.totals) == [("Summa nämnder", None, 250.0, None, 250.0, 200.0, 50.0)]


def test_indicators_are_the_councils_of_the_year_and_the_boards() -> None:
    """A target that is at least or at most is a number beside its direction, also those of the years to come."""
    assert [field.heading for field in block("Indikatorer").fields][-6:] == [
        *("Riktning", "Utgångsvärde", "Målvärde", "Kolada-id", "Målvärde 2028", "Källa")
    ]
    assert shown(block("Indikatorer").rows) == [
        (
            "Fullmäktige (ansvarig: Utbildningsnämnden)",
            "KF-I1",
            "KF-M1 Invånarna är mer delaktiga",
            "Läser",
            "procent",
            "Högre är bättre",
            70.0,
            80.0,
            None,
            81.0,
            None,
        ),
        (
            "Utbildningsnämnden",
            "UBN-I1",
            "UBN-M1 Alla läser varje dag",
            "Lån",
            "antal",
            "Lägre är bättre",
            3.5,
            4.0,
            None,
            None,
            "UBN · Indikatorer!A6",
        ),
    ]


def test_oversight_counts_boards_and_administrations_without_the_auditors() -> None:
    groups, everybody = page(council(), "Uppsikt").blocks
    assert [f.heading for f in groups.fields][2:] == ["Ska lämna in", "Utdelade", "Inkomna", "Klara", "Sena", "Åtaganden"]
    assert shown(groups.rows) == [
        ("Utbildningsnämnden", "Nämnd", 3, 3, 3, 3, 1, 5),
        ("Kultur- och fritidsnämnden", "Nämnd", 2, 1, 1, 0, 0, 0),
        ("Utbildningsförvaltningen", "Förvaltning", 2, 2, 2, 2, 1, 2),
    ]
    assert shown(groups.totals) == [("Summa nämnder", None, 5, 4, 4, 3, 1, 5)]
    ubn, kfn, admin = "Utbildningsnämnden", "Kultur- och fritidsnämnden", "Utbildningsförvaltningen"
    issued, due, later = date(2026, 10, 1), date(2026, 12, 15), date(2026, 12, 22)
    came = {n: date(2026, 12, n) for n in (10, 20, 28)}
    assert shown(everybody.rows) == [
        (ubn, "Nämnden själv", admin, issued, due, came[10], "✓ Klar", "✓ I tid", 3, None, None, "UBN · UBN.xlsx"),
        (ubn, "Åby skola", admin, date(2026, 11, 1), later, came[20], "✓ Klar", "✓ I tid", 2, None, "skola", "UBN-ÅBY · Åby skola.xlsx"),
        (
            *(ubn, "Östra förskolan", admin, date(2026, 11, 1), later, came[28], "✓ Klar", "! Sen", 0),
            *("Planen finns i annat system: Stratsys", None, "UBN-ÖST · UBN-ÖST.xlsx"),
        ),
        (kfn, "Nämnden själv", None, issued, due, came[10], "! Behöver kompletteras", "✓ I tid", None, None, None, "KFN · KFN.xlsx"),
        (kfn, "Biblioteket", None, None, None, None, "! Inte utdelad", "—", None, None, None, None),
    ]


def test_a_board_sees_itself_and_its_units() -> None:
    _, book = consolidated(*town(), board="UBN")
    assert book.workspace_path == "../../"
    assert [p.name for p in book.pages] == [name for name in SHEETS if name not in (_SOUND, _CHARTS)]  # which the council alone has
    assert [r.cells[0] for r in block("Åtaganden", book=book).rows] == [r.cells[0] for r in block("Åtaganden").rows]
    assert shown(block("Översikt", 2, book).rows) == [
        ("Åby skola", 700.0, 2, "✓ Klar"),
        ("Östra förskolan", None, 0, "Planen finns i annat system: Stratsys"),
    ]
    assert [r.cells[0] for r in page(book, "Uppsikt").blocks[1].rows] == ["Åby skola", "Östra förskolan"]
    assert [r.cells[1] for r in block("Saknas och varningar", 0, book).rows] == ["Östra förskolan"]


def test_a_board_sees_nothing_of_others() -> None:
    _, book = consolidated(*town(), board="KFN")
    assert [p.name for p in book.pages] == ["Översikt", "Ekonomi", "Uppsikt", "Saknas och varningar"]
    told = str([shown(b.rows) for p in book.pages for b in p.blocks])
    assert "Utbildning" not in told
    assert "okänd" not in told


def test_a_board_without_units() -> None:
    judged, _, issued, of = town()
    alone = municipality([organisation("KFN", "Kultur- och fritidsnämnden", "board")], GOALS, {"KFN": (900.0, None)})
    view, book = consolidated(replace(judged, returns=judged.returns[1:2]), alone, issued, of, "KFN")
    assert [p.name for p in book.pages] == ["Översikt", "Ekonomi", "Saknas och varningar"]
    assert view.units == ()


def test_a_municipality_without_administrations() -> None:
    judged, whole, issued, of = town()
    those = tuple(replace(o, administration_id=None) for o in ORGANISATIONS if o.kind != "administration")
    _, book = consolidated(judged, replace(whole, organisations=those), issued, of)
    groups, everybody = page(book, "Uppsikt").blocks
    assert [r.cells[1] for r in groups.rows] == ["Nämnd", "Nämnd"]
    assert {r.cells[2] for r in everybody.rows} == {None}


def test_an_empty_inbox_still_says_what_is_missing() -> None:
    _, whole, issued, of = town()
    view, book = consolidated(JudgedRound(ROUND, (), {}), whole, issued, of)
    assert [p.name for p in book.pages] == [
        "Översikt",
        _CHARTS,
        "Målkedja",
        _SOUND,
        "Ekonomi",
        "Investeringar",
        "Indikatorer",
        "Uppsikt",
        "Saknas och varningar",
    ]
    lacking = [r.cells[:3] for r in block("Saknas och varningar", 0, book).rows]
    assert lacking == [
        ("Utbildningsnämnden", None, "Har inte lämnat in. Sista dag: 2026-12-15."),
        ("Utbildningsnämnden", "Åby skola", "Har inte lämnat in. Sista dag: 2026-12-22."),
        ("Utbildningsnämnden", "Östra förskolan", "Har inte lämnat in. Sista dag: 2026-12-22."),
        ("Kultur- och fritidsnämnden", None, "Har inte lämnat in. Sista dag: 2026-12-15."),
        ("Kultur- och fritidsnämnden", "Biblioteket", "Har inte fått någon arbetsbok."),
    ]
    assert make_sources_page(view, {}).blocks[0].empty == "Inga arbetsböcker har kommit in ännu."


def test_a_plan_with_one_goal() -> None:
    judged, whole, issued, of = town()
    _, book = consolidated(judged, replace(whole, goals=(GOALS[0],)), issued, of)
    assert [b.chart.title for b in page(book, _CHARTS).blocks if b.chart][1] == "Det enda målet har åtaganden"
    loose = [r.cells[1] for r in block("Målkedja", book=book).rows][-3:]
    assert loose == [None, "KF-M2", "KF-M3"]  # under a heading of their own: answers to goals that no longer hold are not lost


def test_english() -> None:
    assert [p.name for p in council("en").pages] == [
        *("Overview", "Charts", "Chain of goals", "Commitments", "Sound financial management", "Finance", "Investments", "Indicators"),
        *("Oversight", "Missing and warnings"),
    ]


def test_large_pages_are_kept_as_columns() -> None:
    pages = {page.name: page for page in make_book(*town())[1].pages}
    for name in ("Målkedja", "Åtaganden"):
        rows = pages[name].blocks[0].rows
        assert isinstance(rows, Columns), name
        assert isinstance(rows.cells[-1], ComputedColumn), name
        assert isinstance(rows[0].cells[-1], Link | None), name


def test_the_pages_are_let_go_of_before_the_file_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large round's tree and tables take as much room as its workbook."""
    views = list[weakref.ref[View]]()

    def watched(*of: Any) -> tuple[View, Book]:
        view, made = make_book(*of)
        views.append(weakref.ref(view))
        return view, made

    finish = workbook.BookWriter.finish

    def finish_alone(writer: workbook.BookWriter) -> workbook.WrittenBook:
        assert [ref() for ref in views] == [None]
        return finish(writer)

    monkeypatch.setattr(book, "make_book", watched)
    monkeypatch.setattr(workbook.BookWriter, "finish", finish_alone)
    assert book.council_book(*town()).workbook
