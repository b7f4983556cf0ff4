"""The council's and the boards' workbooks as Excel files."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from math import fsum
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from long_runs import long_run
from report_sheets import elements, parts, sheet_part, sheets, table
from small_town import GOALS, ROUND, judged_return, municipality, organisation, row, scope, tables, town
from styrxl.excel import limits
from styrxl.excel.cells import clean
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.standard_folder import standard_folder
from styrxl.model.table_values import records
from styrxl.reports import book
from styrxl.reports.view import IssuedForm

RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def links(data: bytes, name: str) -> dict[str, tuple[str, str | None]]:
    """Return where each link of a sheet leads, by cell: file and place in it."""
    text, targets = sheet_part(data, name)
    return {
        link.get("ref", ""): (targets[link.get(f"{RELATIONS}id", "")], link.get("location"))
        for link in elements(text).iter(f"{MAIN}hyperlink")
    }


def council_book(*of: Any) -> bytes:
    """Return the council's workbook."""
    return book.council_book(*of).workbook


def board_book(*of: Any) -> bytes:
    """Return a board's workbook."""
    return book.board_book(*of).workbook


@pytest.fixture(scope="module")
def council() -> bytes:
    return council_book(*town())


def test_sheets_of_the_planning_round(council: bytes) -> None:
    assert list(sheets(council)) == [
        *(
            "Översikt",
            "Diagram",
            "Målkedja",
            "Åtaganden",
            "God ekonomisk hushållning",
            "Ekonomi",
            "Investeringar",
            "Indikatorer",
            "Uppsikt",
        ),
        *("Saknas och varningar", "Källor"),
    ]
    assert list(sheets(council_book(*town("en")))) == [
        *(
            "Overview",
            "Charts",
            "Chain of goals",
            "Commitments",
            "Sound financial management",
            "Finance",
            "Investments",
            "Indicators",
            "Oversight",
            "Missing and warnings",
            "Sources",
        )
    ]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_sheet_begins_with_its_title_and_a_sentence(language: str) -> None:
    for cells in [*sheets(council_book(*town(language))).values(), *sheets(board_book(*town(language), "UBN")).values()]:
        assert isinstance(cells[0][0], str)
        assert cells[0][0]
        assert cells[1][0].endswith((".", "?"))
        assert not any(cells[2])


def test_the_same_input_gives_the_same_bytes(council: bytes) -> None:
    assert council_book(*town()) == council
    assert board_book(*town(), "UBN") == board_book(*town(), "UBN")


def test_the_order_of_returns_and_issues_makes_no_difference(council: bytes) -> None:
    judged, whole, issued, of = town()
    assert council_book(replace(judged, returns=judged.returns[::-1]), whole, issued[::-1], of) == council


def test_figures_are_values_and_never_formulas(council: bytes) -> None:
    assert not any("<f>" in text or "<f " in text for name, text in parts(council).items() if name.startswith("xl/worksheets/"))
    money = table(sheets(council)["Ekonomi"], "Nämnd")
    assert next(iter(money[-1].values())) == "Summa nämnder"
    assert [money[-1][h] for h in ("Beslutad ram (tkr)", "Nettokostnad (tkr)", "Kvar av ramen (tkr)")] == [2350.0, 1500.5, -0.25]


def test_a_text_that_looks_like_a_formula_stays_a_text(council: bytes) -> None:
    book = openpyxl.load_workbook(BytesIO(council))
    found = [c for ws in book for line in ws.iter_rows() for c in line if c.value == "=1+1"]
    assert {(c.parent.title, c.data_type, c.quotePrefix) for c in found} == {("Målkedja", "s", True), ("Åtaganden", "s", True)}


def test_letters_that_xml_forbids_are_left_out() -> None:
    judged, whole, issued, of = town()
    frame = judged.tables["commitments"].astype({"text": "object"})  # Arrow holds no lone surrogate
    texts = frame.assign(text=lambda f: f["text"] + "\x00\x0b \ud800<&>\"' " + "å" * 40_000)
    data = council_book(replace(judged, tables={**judged.tables, "commitments": texts}), whole, issued, of)
    first = table(sheets(data)["Åtaganden"], "Id")[0]["Åtagande"]
    assert first.startswith("Läslyft <&>\"' ååå")
    assert len(first) == 32_767


def test_tables_have_filters_and_headings_of_their_own(council: bytes) -> None:
    book = openpyxl.load_workbook(BytesIO(council))
    for name, count in (("Åtaganden", 1), ("Ekonomi", 1), ("Investeringar", 2), ("Indikatorer", 1), ("Uppsikt", 2), ("Källor", 1)):
        ws = book[name]
        assert len(ws.tables) == count
        for each in ws.tables.values():
            heads = [str(c.value) for c in ws[each.ref][0]]
            assert [c.name for c in each.tableColumns] == heads
            assert len({h.casefold() for h in heads}) == len(heads)
            assert each.autoFilter.ref == each.ref
            assert len(ws[each.ref]) > 1
    assert book["Åtaganden"].freeze_panes == "A5"
    assert book["Åtaganden"].print_title_rows == "$4:$4"


def test_the_total_stands_below_the_table_so_that_a_filter_does_not_hide_it(council: bytes) -> None:
    ws = openpyxl.load_workbook(BytesIO(council))["Ekonomi"]
    (each,) = ws.tables.values()
    last = int(each.ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMN"))
    assert [ws.cell(last + n, 1).value for n in (0, 1, 2, 3)] == ["Revisorerna", "Med budget", "Utan budget", "Summa nämnder"]
    assert ws.max_row == last + 3


def test_pages_are_printed_on_a4_across_with_nothing_too_small(council: bytes) -> None:
    for ws in openpyxl.load_workbook(BytesIO(council)):
        assert (ws.page_setup.orientation, ws.page_setup.paperSize, ws.page_setup.fitToHeight) == ("landscape", 9, 0)
        assert not ws.sheet_view.showGridLines
        assert ws.oddFooter is not None
        assert "&P" in str(ws.oddFooter.right.text)
        if ws.print_area:
            last = re.findall(r":\$([A-Z]+)", ws.print_area)[0]
            wide = sum(ws.column_dimensions[c].width for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c <= last)
            assert wide / (ws.page_setup.fitToWidth or 1) <= 190, ws.title


def test_rows_of_the_tree_are_grouped(council: bytes) -> None:
    ws = openpyxl.load_workbook(BytesIO(council))["Målkedja"]
    levels = [ws.row_dimensions[n].outlineLevel for n in range(5, 10)]
    assert levels == [0, 1, 1, 2, 3]
    assert ws.sheet_properties.outlinePr is not None
    assert not ws.sheet_properties.outlinePr.summaryBelow
    assert not any(ws.row_dimensions[n].hidden for n in range(5, 19))


def test_a_long_tree_is_folded() -> None:
    data = council_book(*crowded())
    ws = openpyxl.load_workbook(BytesIO(data))["Målkedja"]
    hidden = [ws.cell(n, 2).value for n in range(5, ws.max_row + 1) if ws.row_dimensions[n].hidden]
    assert len(hidden) == 250
    assert ws.row_dimensions[7].collapsed


def test_each_row_links_to_the_cell_that_it_comes_from(council: bytes) -> None:
    found = links(council, "Åtaganden")
    assert found["Q5"] == (f"../inbox/{ROUND}/UBN.xlsx", "'Åtaganden'!A6")
    assert found["Q8"] == (f"../inbox/{ROUND}/%C3%85by%20skola.xlsx", "'Insatser'!A8")
    assert len(found) == 5
    assert links(board_book(*town(), "UBN"), "Åtaganden")["P5"] == (f"../../inbox/{ROUND}/UBN.xlsx", "'Åtaganden'!A6")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_links_spell_a_file_as_the_disk_does(form: Any) -> None:
    judged, whole, issued, of = town()
    name = unicodedata.normalize(form, "Åtgärdad #2, Förskolan's.xlsx")
    returns = tuple(replace(r, path=f"inbox/{ROUND}/{name}") if r.index == 2 else r for r in judged.returns)
    data = council_book(replace(judged, returns=returns), whole, issued, of)
    (target,) = {t for t, _ in links(data, "Åtaganden").values() if "UBN.xlsx" not in t}
    spelt = {"NFC": "%C3%85tg%C3%A4rdad", "NFD": "A%CC%8Atga%CC%88rdad"}[form]
    assert target.startswith(f"../inbox/{ROUND}/{spelt}%20%232%2C%20F")
    assert "'" not in target


def test_charts_have_alternative_texts_and_keep_their_figures(council: bytes) -> None:
    found = parts(council)
    alts = re.findall(r'<(?:xdr:)?cNvPr\b[^>]*descr="([^"]*)"', found["xl/drawings/drawing2.xml"])
    titles = ["Den enda budgeten ryms inte inom ramen", "Ett av tre mål har åtaganden", "Två av tre enhetsplaner är klara"]
    assert [alt.split(". ")[1] for alt in alts] == titles
    for number, title in enumerate(titles, 2):  # the first one stands on Översikt
        chart = found[f"xl/charts/chart{number}.xml"]
        assert title in chart
        assert "numCache" in chart
        assert "strCache" in chart
        assert "<legend" not in chart
    first = sheets(council)["Diagram"]
    ref = re.findall(r"\$([A-Z])\$(\d+):\$[A-Z]\$(\d+)", found["xl/charts/chart3.xml"])
    column, low, high = "ABCDEFG".index(ref[1][0]), int(ref[1][1]), int(ref[1][2])
    assert [first[n - 1][column] for n in range(low, high + 1)] == [5.0, 0.0, 0.0]


def test_every_return_is_listed_with_control_totals_that_agree(council: bytes) -> None:
    rows = table(sheets(council)["Källor"], "Från")
    assert [(r["Fil"], r["Läge"], r["Rader i filen"], r["Rader här"], r["Kontrollsumma här (tkr)"], r["Avstämning"]) for r in rows] == [
        ("UBN.xlsx", "✓ Klar", 14.0, 14.0, 3000.5, "✓ Stämmer"),
        ("Åby skola.xlsx", "✓ Klar", 3.0, 3.0, 0.0, "✓ Stämmer"),
        ("UBN-ÖST.xlsx", "✓ Klar", 2.0, 2.0, 0.0, "✓ Stämmer"),
        ("UBN-ÖST (2).xlsx", "! Behöver kompletteras", "", "", "", "Räknas inte"),
        ("KFN.xlsx", "! Behöver kompletteras", "", "", "", "Räknas inte"),
        ("okänd.xlsx", "! Går inte att läsa", "", "", "", "Räknas inte"),
        ("", "", 19.0, 19.0, 3000.5, "✓ Stämmer"),
    ]


@pytest.mark.parametrize("verdict", ["superseded", "duplicate", "set-aside"])
def test_of_a_return_that_counts_no_more_no_errors_are_counted(verdict: str) -> None:
    judged, whole, issued, of = town()
    returns = tuple(replace(r, verdict=verdict) if r.path.endswith("KFN.xlsx") else r for r in judged.returns)
    rows = table(sheets(council_book(replace(judged, returns=returns), whole, issued, of))["Källor"], "Från")
    found = {r["Fil"]: (r["Fel"], r["Varningar"]) for r in rows}
    assert found["KFN.xlsx"] == ("", "")
    assert found["Åby skola.xlsx"] == (0.0, 0.0)


def test_links_stop_where_excel_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text stays on every row, and the sheet says that the rest of them lead nowhere."""
    monkeypatch.setattr(limits, "MOST_LINKS", 3)
    data = council_book(*town())
    assert len(links(data, "Åtaganden")) == 3
    assert len([r for r in table(sheets(data)["Åtaganden"], "Id") if r["Källa"]]) == 5
    assert sheets(data)["Åtaganden"][1][0].endswith("har länkar: fler tillåter Excel inte.")


def test_own_amounts_are_told_and_counted_where_a_page_has_no_column_for_them(tmp_path: Path) -> None:
    text = (standard_folder() / "sheets" / "annual_plan.yaml").read_text("utf-8")
    (tmp_path / "sheets").mkdir()
    own = "      activity: {heading: {sv: Verksamhet, en: Activity}, code: true, required: true, width: 44}\n"
    assert own in text
    added = own + "      rent: {heading: {sv: Varav hyra, en: Of which rent}, unit: tkr, type: number}\n"
    (tmp_path / "sheets" / "annual_plan.yaml").write_text(text.replace(own, added), "utf-8")
    judged, whole, issued, of = town()
    rents = judged.tables["budget"].assign(rent=[12.5, float("nan"), float("nan")])
    data = council_book(
        replace(judged, tables={**judged.tables, "budget": rents}), whole, issued, replace(of, forms=Forms([standard_folder(), tmp_path]))
    )
    assert [r["Beslut"] for r in table(sheets(data)["Ekonomi"], "Nämnd") if r["Verksamhet eller enhet"] == "Grundskola"] == [
        "Varav hyra (tkr): 12,5"
    ]
    first = table(sheets(data)["Källor"], "Från")[0]
    assert [first[h] for h in ("Kontrollsumma i filen (tkr)", "Kontrollsumma här (tkr)", "Avstämning")] == [3013.0, 3013.0, "✓ Stämmer"]


def test_an_empty_inbox_gives_a_workbook() -> None:
    _, whole, issued, of = town()
    found = sheets(council_book(JudgedRound(ROUND, (), {}), whole, issued, of))
    assert "Åtaganden" not in found
    assert list(found)[-2:] == ["Saknas och varningar", "Källor"]
    assert found["Källor"][3][0] == "Inga arbetsböcker har kommit in ännu."


def test_nobody_and_nothing_at_all() -> None:
    found = sheets(council_book(JudgedRound(ROUND, (), {}), municipality([], [], {}), [], scope()))
    assert list(found) == ["Översikt", "Saknas och varningar", "Källor"]


def test_a_table_of_the_workspaces_own_has_a_sheet_of_its_own(tmp_path: Path) -> None:
    """Own tables and own columns reach the workbooks without a line of Python, amounts in them included."""
    risks = """
  risks:
    name: {sv: "Risker: stora", en: Risks}
    table: risks
    layout: rows
    rows: 5
    columns:
      risk: {heading: {sv: Risk, en: Risk}, required: true}
      price: {heading: {sv: Pris, en: Price}, unit: tkr}
"""
    (tmp_path / "sheets").mkdir()
    (tmp_path / "schemas").mkdir()
    text = (standard_folder() / "sheets" / "unit_plan.yaml").read_text("utf-8")
    (tmp_path / "sheets" / "unit_plan.yaml").write_text(text + risks, "utf-8")
    schema = "columns: {risk: {dtype: str, nullable: true}, price: {dtype: float64, nullable: true}}"
    (tmp_path / "schemas" / "risks.yaml").write_text(f"schema_type: dataframe\nversion: 0.35.0\n{schema}\nstrict: false\n", "utf-8")
    forms = Forms([standard_folder(), tmp_path])
    judged, whole, issued, of = town()
    own = {"risks": [row(3, "UBN-ÖST", "Risker: stora", 7, risk="Brand", price=12.5)]}
    data = council_book(replace(judged, tables={**judged.tables, **tables(own)}), whole, issued, replace(of, forms=forms))
    assert table(sheets(data)["Risker  stora"], "Nämnd") == [
        {
            "Nämnd": "Utbildningsnämnden",
            "Enhet": "Östra förskolan",
            "Risk": "Brand",
            "Pris (tkr)": 12.5,
            "Källa": "UBN-ÖST · Risker: stora!A7",
        }
    ]
    assert {r["Avstämning"] for r in table(sheets(data)["Källor"], "Från")} == {"✓ Stämmer", "Räknas inte"}


# Everything exactly once, over rounds that nobody thought of.

AMOUNTS = st.one_of(st.none(), st.integers(0, 10**11).map(lambda ore: ore / 100_000))
TEXTS = st.one_of(st.text(max_size=30), st.sampled_from(["=1+1", "+46", "-", "@x", "'", "å\nä", "x" * 300]))


@st.composite
def rounds(draw: st.DrawFn) -> tuple[JudgedRound, Any, list[IssuedForm], Any]:
    """Return a round: some boards and units, each with up to two returns, accepted or not, and rows of all kinds in them."""
    boards = ["AA", "BB-C", "ÅÄ"][: draw(st.integers(0, 3))]
    units = [(f"{b}-U{n}", b) for b in boards for n in range(draw(st.integers(0, 2)))]
    people = [organisation(b, f"Nämnd {b}", "board") for b in boards] + [organisation(u, f"Enhet {u}", "unit", b) for u, b in units]
    returns, rows = list[Judged](), dict[str, list[dict[str, Any]]]()
    for owner in [*boards, *(u for u, _ in units)]:
        for verdict in draw(st.sampled_from([[], ["accepted"], ["rejected"], ["accepted", "rejected"], ["superseded", "accepted"]])):
            source = len(returns)
            form = "annual_plan" if owner in boards else "unit_plan"
            returns.append(judged_return(source, owner, verdict, form=form, path=f"inbox/{source}.xlsx"))
            for name, made in draw(_filled(source, owner, form)):
                rows.setdefault(name, []).append(made)
    frames = {b: (draw(AMOUNTS), draw(AMOUNTS)) for b in boards}
    issued = [IssuedForm(o.org_id, "x", date(2026, 10, 1), date(2026, 12, 5)) for o in people if draw(st.booleans())]
    judged = JudgedRound(ROUND, tuple(returns), tables(rows))
    return judged, municipality(people, GOALS[: draw(st.integers(0, 3))], frames), issued, scope(draw(st.sampled_from(["sv", "en"])))


@st.composite
def _filled(draw: st.DrawFn, source: int, owner: str, form: str) -> list[tuple[str, dict[str, Any]]]:
    parents = st.sampled_from(["KF-M1", "KF-M2", "KF-M99", f"{owner}-M1", f"{owner}-M2", "AA-M1", None])
    found: list[tuple[str, dict[str, Any]]] = []

    def add(table_name: str, at: int, **fields: Any) -> None:
        found.append((table_name, row(source, owner, f"Blad {table_name}", at, **fields)))

    for n in range(1, draw(st.integers(0, 3)) + 1):
        add("goals", n, goal_id=f"{owner}-M{n}", text=draw(TEXTS), parent_id=draw(parents), priority=1, from_year=2027, to_year=2028)
    for n in range(1, draw(st.integers(0, 4)) + 1):
        add("commitments", n, commitment_id=f"{owner}-2027-A{n}", text=draw(TEXTS), parent_id=draw(parents), more_parents=draw(parents))
    if form == "unit_plan":
        add("plan_elsewhere", 5, elsewhere=draw(st.sampled_from(["yes", "no", None])), where=draw(TEXTS))
        return found
    add("confirmation", 5, status="proposed", confirms=draw(st.sampled_from(["yes", "no"])))
    for n in range(1, draw(st.integers(0, 3)) + 1):
        add("goal_responses", n, goal_id=f"KF-M{n}", concerns=draw(st.sampled_from(["yes", "no"])), contribution=draw(TEXTS))
    for n in range(1, draw(st.integers(0, 3)) + 1):
        add("budget", n, activity=f"Verksamhet {source}.{n}", revenue=draw(AMOUNTS), cost=draw(AMOUNTS))
        add("unit_frames", n, unit_id=f"{owner}-U{n}", frame=draw(AMOUNTS))
        add(
            "investments",
            n,
            investment_id=f"{owner}-P{n}",
            project=f"Projekt {source}.{n}",
            next_year=draw(AMOUNTS),
            total_expenditure=draw(AMOUNTS),
            year_budget=draw(AMOUNTS),
            finished_year=2028,
        )
        add("indicators", n, indicator_id=f"{owner}-I{n}", goal_id="KF-M1", name=draw(TEXTS), unit="st", direction="higher", target=1.0)
    return found


def _accepted(judged: JudgedRound, name: str) -> list[dict[str, Any]]:
    return list(records(judged.in_force(name)))


def _amounts(values: Iterator[Any]) -> list[float]:
    return sorted(float(v) for v in values if v not in (None, ""))


@settings(max_examples=long_run(10, 1_000), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(rounds())
def test_nothing_is_counted_twice_and_nothing_lost(case: tuple[JudgedRound, Any, list[IssuedForm], Any]) -> None:
    """Every row and every krona of every accepted return stands exactly once in the workbook."""
    judged, _, _, of = case
    data = council_book(*case)
    book, sv = sheets(data), of.language == "sv"
    name = dict(zip(("tree", "commitments", "finance", "investments", "sources"), _NAMES[of.language], strict=True))
    count = Counter(r["commitment_id"] for r in _accepted(judged, "commitments"))
    listed = table(book[name["commitments"]], "Id") if count else []
    assert Counter(r["Id"] for r in listed) == count
    said = {r["Id"]: r["Åtagande" if sv else "Commitment"] for r in listed}
    assert said == {r["commitment_id"]: clean(r["text"] or "") for r in _accepted(judged, "commitments")}
    goals = Counter(r["goal_id"] for r in _accepted(judged, "goals"))
    answers = Counter(r["goal_id"] for r in _accepted(judged, "goal_responses"))
    ours = {g.goal_id for g in case[1].goals}
    tree = Counter(line[1] for line in book.get(name["tree"], [])[4:] if line[1])
    assert tree == count + goals + answers + Counter(ours)
    if name["finance"] in book:
        _finances(judged, table(book[name["finance"]], "Nämnd" if sv else "Board"), sv=sv)
    else:
        assert not _accepted(judged, "budget")
    spent = table(book[name["investments"]], "Nämnd" if sv else "Board") if _accepted(judged, "investments") else []
    for field, head in (("total_expenditure", "Beslutad totalutgift (tkr)"), ("year_budget", "Årets budget (tkr)")):
        heads = [h for h in (spent[0] if spent else {}) if h == head or (not sv and "SEK" in h)]
        which = heads[0 if sv or field == "total_expenditure" else 1] if heads else ""
        amounts = _amounts(r.get(field) for r in _accepted(judged, "investments"))
        assert _amounts(r[which] for r in spent[:-1]) == amounts
        if spent:
            assert spent[-1][which] == (round(fsum(amounts), 5) if amounts else "")
    checks = [r["Avstämning" if sv else "Check"] for r in table(book[name["sources"]], "Från" if sv else "From")] if judged.returns else []
    assert not any(str(check).startswith("!") for check in checks)


_NAMES = {
    "sv": ("Målkedja", "Åtaganden", "Ekonomi", "Investeringar", "Källor"),
    "en": ("Chain of goals", "Commitments", "Finance", "Investments", "Sources"),
}


def _finances(judged: JudgedRound, money: list[dict[str, Any]], *, sv: bool) -> None:
    heads = list(money[0])
    line, revenue, cost, net, left, units = heads[1], heads[5], heads[6], heads[7], heads[8], heads[9]
    budget = _accepted(judged, "budget")
    activities = [r for r in money if str(r[line]).startswith("Verksamhet ")]
    assert Counter(r[line] for r in activities) == Counter(r["activity"] for r in budget)
    total_row, wholes = money[-1], [r for r in money if r[line] in ("Hela nämnden", "The whole board")]
    for head, field in ((revenue, "revenue"), (cost, "cost")):
        amounts = _amounts(r[field] for r in budget)
        assert _amounts(r[head] for r in activities) == amounts
        assert (total_row[head] or 0.0) == round(fsum(amounts), 5)
    frames = _amounts(r["frame"] for r in _accepted(judged, "unit_frames"))
    assert (total_row[units] or 0.0) == round(fsum(frames), 5)
    assert total_row[heads[0]] == ("Summa nämnder" if sv else "Total of the boards")
    assert (total_row[net] or 0.0) == round(fsum(_amounts(r[net] for r in wholes)), 5)
    for r in wholes:
        if r[left] != "":
            assert r[left] == round(fsum((r[heads[4]], -r[net])), 5)


def crowded() -> tuple[Any, ...]:
    """Return the small town with a unit that has 250 commitments."""
    judged, whole, issued, of = town()
    ids = [f"UBN-ÅBY-2027-A{n}" for n in range(1, 251)]
    start = pd.Timestamp(2027, 3, 1)
    more = [row(2, "UBN-ÅBY", "Insatser", 7 + n, commitment_id=i, text=f"x{n}", parent_id="UBN-M1", start=start) for n, i in enumerate(ids)]
    return replace(judged, tables={**judged.tables, **tables({"commitments": more})}), whole, issued, of


def test_a_table_that_excel_has_no_room_for_lies_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheet says where it is, the control totals stay as they are, and the file has the same rows, typed."""
    parquet = pytest.importorskip("pyarrow.parquet")
    whole = sheets(council_book(*crowded()))
    rows = table(whole["Åtaganden"], "Id")
    monkeypatch.setattr(limits, "LONGEST_TABLE", 240)
    made = book.council_book(*crowded())
    assert list(made.side_files) == [f"{ROUND} Målkedja.parquet", f"{ROUND} Åtaganden.parquet"]
    [told] = sheets(made.workbook)["Åtaganden"][3:]
    assert told[0].startswith("Tabellen har 250 rader, för många för en arbetsbok.")
    assert f"i filen {ROUND} Åtaganden.parquet, i samma mapp" in told[0]
    assert sheets(made.workbook)["Källor"] == whole["Källor"]
    found = parquet.read_table(BytesIO(made.side_files[f"{ROUND} Åtaganden.parquet"]))
    assert found.column_names == [str(heading) for heading in rows[0]]
    for name in ("Id", "Åtagande", "Mål"):
        assert [line[name] for line in rows] == found[name].to_pylist(), name
    assert set(found["Start"].to_pylist()) == {date(2027, 3, 1)}
    assert found["Källa"].to_pylist()[0] == f"inbox/{ROUND}/Åby skola.xlsx#'Insatser'!A7"
    assert made == book.council_book(*crowded())


def test_sums_of_a_table_that_lies_beside_stay_in_the_workbook(monkeypatch: pytest.MonkeyPatch, council: bytes) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(limits, "LONGEST_TABLE", 4)
    made = book.council_book(*town())
    last = [next(line for line in sheets(data)["Ekonomi"] if line and line[0] == "Summa nämnder") for data in (council, made.workbook)]
    assert [v for v in last[0] if v != ""] == [v for v in last[1] if v != ""]
    assert f"{ROUND} Ekonomi.parquet" in made.side_files


def test_without_pyarrow_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LONGEST_TABLE", 4)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(StyrxlError) as caught:
        book.council_book(*town())
    assert caught.value.code == "driver-missing"
    assert caught.value.facts["install"] == "pip install styrxl[cluster]"
