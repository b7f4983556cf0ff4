"""All that is outside the boards, from handing out to the council's workbook: worked out by hand in ``everybody``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from booked import booked, record
from everybody import BUDGETS, OUTCOMES, WHOLE, followed_whole_town, hand_in, planned_whole_town
from filled import fill_plan
from report_sheets import Cells, sheets
from styrxl.model.prefill import Prefill
from styrxl.store.ledger import Ledger
from town import Answers, Town
from year import Followed

NAMES = ("Verksamhetens nettokostnader", "Skatteintäkter", "Generella statsbidrag", "Finansnetto", "Årets resultat")


@pytest.fixture(scope="module")
def shared_planned(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town in which everybody has planned."""
    return planned_whole_town(tmp_path_factory.mktemp("planned") / "town")


@pytest.fixture(scope="module")
def shared_followed(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town in which everybody has followed up."""
    return followed_whole_town(tmp_path_factory.mktemp("followed") / "town")


@pytest.fixture
def followed(shared_followed: Town, tmp_path: Path) -> Town:
    """Give such a town of the test's own."""
    return shared_followed.copy(tmp_path / "town")


def consolidate(town: Town, round_: str, expect: int | None = None) -> dict[str, Cells]:
    """Return the sheets of the council's workbook."""
    town.run("consolidate", round_, expect=expect)
    return sheets((town.root / f"council/{round_}.xlsx").read_bytes())


def lines(pages: Mapping[str, Cells]) -> dict[str, dict[str, Any]]:
    """Return the lines from net cost to result, by name, without the cells that are empty."""
    cells = pages["Ekonomi"]
    top = next(n for n, line in enumerate(cells) if str(line[0]).startswith("Från nettokostnader"))
    heads = {n: str(text).removesuffix(" (tkr)") for n, text in enumerate(cells[top + 1]) if text}
    return {str(line[0]): {head: line[n] for n, head in heads.items() if line[n] != ""} for line in cells[top + 2 :] if line[0]}


def overview(pages: Mapping[str, Cells]) -> dict[str, dict[str, Any]]:
    """Return what Översikt has of the result, by name, in million kronor, without the cells that are empty."""
    cells = pages["Översikt"]
    top = next(n for n, line in enumerate(cells) if str(line[0]).startswith("Årets resultat (kostnader har minustecken"))
    heads = {n: str(text).removesuffix(" (mnkr)") for n, text in enumerate(cells[top + 1]) if text}
    return {str(line[0]): {head: line[n] for n, head in heads.items() if line[n] != ""} for line in cells[top + 2 : top + 4]}


def write_plan(town: Town, plan: Answers) -> None:
    """Give a town another plan of the council's."""
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, plan))


def texts(cells: Cells) -> list[str]:
    """Return the texts of a sheet."""
    return [str(cell) for line in cells for cell in line if cell != ""]


def test_the_plan_ends_in_the_years_result(shared_planned: Town) -> None:
    """As budgeted 71.75, within the frames 13; a sum leads to the top of its sheet, and what is internal is in no net."""
    found = lines(consolidate(shared_planned, "2027-plan", 0))
    assert list(found)[-5:] == list(NAMES)
    gem, fin, internal, net = (found[n] for n in ("Gemensamma poster", "Finansförvaltningen", "Interna poster", NAMES[0]))
    assert (gem["Intäkter"], gem["Kostnader"], gem["Netto enligt budget"], gem["Netto enligt ram"]) == (20, -60.5, -40.5, -30)
    assert (gem["Källa"], gem["Källa, budget"]) == ("GEM · Budget!A1", "flerarsplan.xlsx · Ramar!A9")
    assert (fin["Netto enligt budget"], fin["Netto enligt ram"], fin["Källa, budget"]) == (150, 150, "FIN · Budget!A1")
    assert (internal["Intäkter"], internal["Kostnader"], internal["Netto enligt budget"]) == (-45, 45, 0)
    assert (net["Intäkter"], net["Kostnader"]) == (325, -1651.25)
    assert [found[name]["Netto enligt budget"] for name in NAMES] == [-1326.25, 1100, 310, -12, 71.75]
    assert [found[name]["Netto enligt ram"] for name in NAMES] == [-1385, 1100, 310, -12, 13]


def test_the_overview_of_the_plan_has_net_cost_and_result_as_ekonomi_has_them(shared_planned: Town) -> None:
    """In million kronor; the block leads to Ekonomi, and says nothing where nothing is missing."""
    pages = consolidate(shared_planned, "2027-plan", 0)
    assert overview(pages) == {
        "Verksamhetens nettokostnader": {"Post": "Verksamhetens nettokostnader", "Ram": -1.385, "Budget": -1.32625},
        "Årets resultat": {"Post": "Årets resultat", "Ram": 0.013, "Budget": 0.07175},
    }
    whole = lines(pages)
    for name, figures in overview(pages).items():
        assert (figures["Ram"], figures["Budget"]) == tuple(whole[name][f"Netto enligt {key}"] / 1000 for key in ("ram", "budget"))


def test_the_overview_of_a_followup_has_net_cost_and_result_as_ekonomi_has_them(shared_followed: Town) -> None:
    """Net cost -1385 as budgeted and -1319.5 as forecast, the result 13 and 77.5."""
    pages = consolidate(shared_followed, "2027-t1", 0)
    found, whole = overview(pages), lines(pages)
    assert found["Årets resultat"] == {"Post": "Årets resultat", "Budget": 0.013, "Prognos": 0.0775, "Avvikelse": 0.0645}
    for name in (NAMES[0], NAMES[-1]):
        known = [whole[name][key] / 1000 for key in ("Budget", "Helårsprognos netto", "Avvikelse")]
        assert [found[name][key] for key in ("Budget", "Prognos", "Avvikelse")] == known, name


def test_a_followup_ends_in_the_years_result(shared_followed: Town) -> None:
    """The result so far, as forecast, and against budget; the sum of the boards leaves finance and companies out."""
    pages = consolidate(shared_followed, "2027-t1", 0)
    found = lines(pages)
    assert [found[name]["Budget"] for name in NAMES] == [-1385, 1100, 310, -12, 13]
    assert [found[name]["Utfall netto"] for name in NAMES] == [-447.25, 366, 103, -3, 18.75]
    assert [found[name]["Helårsprognos netto"] for name in NAMES] == [-1319.5, 1095, 312, -10, 77.5]
    assert [found[name]["Avvikelse"] for name in NAMES] == [65.5, -5, 2, 2, 64.5]
    assert (found[NAMES[0]]["Helårsprognos intäkter"], found[NAMES[0]]["Helårsprognos kostnader"]) == (319, -1638.5)
    assert not any("Anmärkning" in found[name] for name in NAMES)
    [total] = [line for line in pages["Ekonomi"] if line[0] == "Summa nämnder" and "4 av 4 är med" in line]
    assert (total[2], total[6]) == (1535, 1465.5)
    checks = [line for line in pages["Källor"] if "✓ Stämmer" in line]
    assert len(checks) == 8  # seven workbooks and their sum
    assert "✓ Inget svar saknas." in texts(pages["Saknas och varningar"])


def test_companies_and_joint_authorities_have_pages_of_their_own(shared_followed: Town) -> None:
    """Result against budget and demand, goals, directives; a joint authority's own words."""
    pages = consolidate(shared_followed, "2027-t1", 0)
    company = [line for line in pages["Bolag"] if line[0] == "Åköpings Bostäder AB"]
    assert [cell for cell in company[0] if cell != ""][1:9] == [
        "Resultat efter finansiella poster",
        *(9, 8, 3, 7, -2, -1),
        "! Under kravet",
    ]
    assert [next(cell for cell in line[1:] if cell != "") for line in company[1:]] == ["BAB-M1", "BAB-M2", "BAB-D1"]
    assert "KF-M3 Fler upplever kultur" in texts(pages["Bolag"])
    assert {"! Följs delvis", "✗ Bedöms inte uppfyllas"} <= set(texts(pages["Bolag"]))
    authority = next(line for line in pages["Kommunalförbund"] if line[0] == "Räddningsförbundet Åbygden")
    assert authority[1:4] == [-4, 55, "Förbundet klarar sina mål."]
    assert not {"BAB", "Åköpings Bostäder AB", "Finansförvaltningen"} & set(texts(pages["Uppsikt"]))


def test_a_part_that_is_missing_is_named_and_no_result_is_shown(followed: Town) -> None:
    """Of the finance administration: its operations, and all that is known of taxes and grants is its plan's."""
    (followed.root / "inbox/2027-t1/FIN.xlsx").unlink()
    pages = consolidate(followed, "2027-t1")
    found = lines(pages)
    assert found["Finansförvaltningen"]["Budget"] == 150  # as planned
    assert found["Finansförvaltningen"]["Anmärkning"] == "! Utfall, prognos saknas"
    assert found[NAMES[0]]["Anmärkning"] == "! Utfall, prognos saknas för Finansförvaltningen"
    assert [found[name]["Budget"] for name in NAMES] == [-1385, 1100, 310, -12, 13]  # as with its return
    assert [found[name]["Källa, budget"] for name in NAMES[1:4]] == [f"FIN · Finansiering!A{row}" for row in (6, 7, 8)]
    assert overview(pages) == {
        NAMES[0]: {"Post": NAMES[0], "Budget": -1.385, "Anmärkning": "! Prognos saknas för Finansförvaltningen"},
        NAMES[-1]: {
            "Post": NAMES[-1],
            "Budget": 0.013,
            "Anmärkning": "! Prognos saknas för Finansförvaltningen, Skatteintäkter, Generella statsbidrag, Finansnetto",
        },
    }
    result = found["Årets resultat"]
    assert not {"Utfall netto", "Helårsprognos netto", "Avvikelse"} & result.keys()
    assert "Finansförvaltningen, Skatteintäkter, Generella statsbidrag, Finansnetto" in result["Anmärkning"]


def test_the_budget_is_that_of_the_plan_round_by_round_whoever_has_answered(followed: Town) -> None:
    """Without the finance administration's follow-up its accepted plan goes before Helhet, and what they say differently is told."""
    overall = [{"round": "2027-plan", "tax_revenue": 1100, "net_financial_items": -11.95}]
    write_plan(followed, {**WHOLE, "overall": overall})
    planned = lines(consolidate(followed, "2027-plan"))
    (followed.root / "inbox/2027-t1/FIN.xlsx").unlink()
    pages = consolidate(followed, "2027-t1")
    found = lines(pages)
    for name in NAMES:
        assert found[name]["Budget"] == planned[name]["Netto enligt ram"], name
    assert found["Finansnetto"]["Budget"] == -12
    assert "! Bladet Helhet säger annat" in found["Finansnetto"]["Anmärkning"]
    told = [text for text in texts(pages["Saknas och varningar"]) if "Helhet" in text]
    assert told == [
        "Finansnetto, budget: -12 tkr i finansförvaltningens arbetsbok, -11,95 tkr på bladet Helhet i flerarsplan.xlsx. Arbetsboken räknas."
    ]


def test_helhet_has_the_budget_where_the_finance_administration_has_no_plan_either(followed: Town) -> None:
    """Its return of the plan is taken away with that of the follow-up."""
    write_plan(followed, {**WHOLE, "overall": [{"round": "2027-plan", "tax_revenue": 1099}]})
    for round_ in ("2027-plan", "2027-t1"):
        (followed.root / f"inbox/{round_}/FIN.xlsx").unlink()
    found = lines(consolidate(followed, "2027-t1"))
    assert found["Skatteintäkter"]["Budget"] == 1099
    assert found["Skatteintäkter"]["Källa, budget"] == "flerarsplan.xlsx · Helhet!A6"
    assert "Budget" not in found["Finansnetto"]


def test_the_sheet_helhet_fills_in_and_never_counts_twice(followed: Town) -> None:
    """Where the finance administration says nothing the plan's sheet counts; where both speak the workbook does, and it is told."""
    overall = [
        {"round": "2027-plan", "tax_revenue": 1100},
        {"round": "2027-t1", "tax_revenue": 1090, "general_grants": 312, "net_financial_items": -9},
    ]
    write_plan(followed, {**WHOLE, "overall": overall})
    answers = {**OUTCOMES["FIN"], "financing_outcomes": [*OUTCOMES["FIN"]["financing_outcomes"][:2], {"outcome": -3}, {"outcome": 15}]}
    hand_in(followed, "2027-t1", "FIN", "common_followup", answers)
    pages = consolidate(followed, "2027-t1", 0)
    found = lines(pages)
    assert [found[name]["Helårsprognos netto"] for name in NAMES] == [-1319.5, 1095, 312, -9, 78.5]
    assert found["Finansnetto"]["Källa"] == "flerarsplan.xlsx · Helhet!A7"
    assert found["Skatteintäkter"]["Anmärkning"].startswith("! Bladet Helhet säger annat")
    assert "Anmärkning" not in found["Generella statsbidrag"]  # both say the same
    told = [text for text in texts(pages["Saknas och varningar"]) if "Helhet" in text]
    assert told == [
        "Skatteintäkter, helårsprognos: 1 095 tkr i finansförvaltningens arbetsbok, 1 090 tkr på bladet Helhet i flerarsplan.xlsx. "
        "Arbetsboken räknas.".replace(" 0", "\N{NO-BREAK SPACE}0")
    ]


def test_only_those_named_take_part_and_only_those_handed_out_are_asked_for(shared_planned: Town, tmp_path: Path) -> None:
    """Without --level nobody outside the boards is handed anything, asked for or missing; a joint authority never is."""
    town = shared_planned.copy(tmp_path / "town")
    told = town.run("distribute", "2027-t1", expect=None).output
    assert [f"styrxl distribute 2027-t1 --level {level}" in told for level in ("common", "company")] == [True, True]
    assert not any((town.root / f"outbox/2027-t1/{owner}.xlsx").exists() for owner in ("FIN", "REV", "BAB", "RTF"))
    assert "BAB" not in town.run("status", "2027-t1").output
    pages = consolidate(town, "2027-t1")
    assert "Bolag" not in pages
    assert not any(str(line[0]).startswith("Från nettokostnader") for line in pages["Ekonomi"])
    assert "Årets resultat" not in texts(pages["Översikt"])
    missing = texts(pages["Saknas och varningar"])
    assert not {"Finansförvaltningen", "Åköpings Bostäder AB", "Revisorerna"} & set(missing)
    for level in ("company", "joint_authority"):
        town.run("distribute", "2027-t1", "--level", level)
    assert {"BAB", "RTF"} <= set(town.run("status", "2027-t1").output.split())
    pages = consolidate(town, "2027-t1")
    missing = texts(pages["Saknas och varningar"])
    assert "Åköpings Bostäder AB" in missing
    assert "Räddningsförbundet Åbygden" not in missing
    assert "! Ingen arbetsbok som är klar" in texts(pages["Bolag"])


def test_an_auditor_without_workbook_is_missing_in_the_net_cost(shared_planned: Town, tmp_path: Path) -> None:
    """With no frame either: it is not counted as nothing."""
    town = shared_planned.copy(tmp_path / "town")
    (town.root / "inbox/2027-plan/REV.xlsx").unlink()
    frames = [row for row in WHOLE["frames"] if row["board_id"] != "REV"]
    write_plan(town, {**WHOLE, "frames": frames})
    found = lines(consolidate(town, "2027-plan"))
    assert found["Revisorerna"] == {"Post": "Revisorerna", "Anmärkning": "! Budget saknas"}
    assert "Netto enligt budget" not in found["Årets resultat"]
    assert "Revisorerna" in found["Årets resultat"]["Anmärkning"]


def test_the_next_round_brings_budget_and_forecast_along(followed: Town) -> None:
    """A follow-up of the finance administration holds its budget and its last forecast, of operations and of each item."""
    followed.run("validate", "--round", "2027-t1", expect=None)
    followed.run("distribute", "2027-t2", "--level", "common")
    pages = sheets((followed.root / "outbox/2027-t2/FIN.xlsx").read_bytes())
    rows = [[cell for cell in line if cell != ""] for line in pages["Finansiering"]]
    taxes = next(row for row in rows if row and row[0] == "Skatteintäkter")
    assert taxes[1:3] == [1100, 1095]
    own = next(line for line in pages["Ekonomi"] if line[0] == "Internränta")
    assert {-150, -146} <= {cell for cell in own if isinstance(cell, (int, float))}
    assert "Finansiering" not in sheets((followed.root / "outbox/2027-t2/REV.xlsx").read_bytes())


def test_what_is_wrong_in_a_company_or_finance_workbook_is_told_at_its_cell(shared_planned: Town, tmp_path: Path) -> None:
    """A demand without its decision, an amount that is none."""
    town = shared_planned.copy(tmp_path / "town")
    hand_in(
        town,
        "2027-plan",
        "BAB",
        "company_plan",
        {"company_goals": [{"text": "Trygga hus"}], "company_budget": [{"budget": 9, "demand": 8}]},
    )
    hand_in(town, "2027-plan", "FIN", "common_budget", {**BUDGETS["FIN"], "financing": [{"budget": "många"}]})
    told = town.run("validate", "--round", "2027-plan", "--format", "json", expect=1).output
    assert '"rule": "missing-value", "severity": "error", "sheet": "Resultat", "cell": "D5"' in " ".join(told.split())
    assert '"rule": "wrong-type", "severity": "error", "sheet": "Finansiering", "cell": "B6"' in " ".join(told.split())


def test_what_the_accounts_say_of_taxes_and_insurances_counts(followed: Town) -> None:
    """Taxes were typed as 366 and are 368; insurances 7 and 7.5; a row that nobody has planned for costs 1.5, in outcome alone."""
    before = lines(consolidate(followed, "2027-t1", 0))
    rows = (booked("GEM", "Försäkringar", 0, 7.5), booked("GEM", "Hyror", 0, 1.5), booked("GEM", "Pensioner", 6, 14))
    record(Followed(followed), "t1", *rows, booked("FIN", "Skatteintäkter", 368, 0))
    pages = consolidate(followed, "2027-t1")
    now = lines(pages)
    outcomes = [(before[name]["Utfall netto"], now[name]["Utfall netto"]) for name in NAMES]
    assert [round(new - old, 2) for old, new in outcomes] == [-2, 2, 0, 0, 0]
    assert [now[name]["Helårsprognos netto"] for name in NAMES] == [before[name]["Helårsprognos netto"] for name in NAMES]
    assert not any("Stämmer inte" in text or "står inte här" in text for text in texts(pages["Källor"]))
    changed = [line[2:6] for line in pages["Saknas och varningar"] if "Utfall" in str(line[2]) and line[3] != "I svaret (tkr)"]
    assert changed == [["Försäkringar: Utfall kostnader (tkr)", 7, 7.5, 0.5], ["Skatteintäkter: Utfall (tkr)", 366, 368, 2]]


def test_the_finance_administration_finds_its_taxes_filled_in(followed: Town) -> None:
    """They stand on their own sheet and are no operations; with them what is operations is not taken for the whole of it."""
    record(Followed(followed), "t1", booked("FIN", "Skatteintäkter", 368, 0), booked("FIN", "Internränta", 80, 30.5))
    followed.run("distribute", "2027-t1", "--level", "common")
    with Ledger.open(followed.workspace.database) as ledger:
        issue = ledger.issues("2027-t1")["FIN"].issue_id
        rows = Prefill.from_json(ledger.prefills([issue])[issue]).rows
    assert [(row["activity"], row["outcome_revenue"], row["outcome_cost"]) for row in rows["outcomes"]] == [("Internränta", 80, 30.5)]
    assert [row.get("outcome") for row in rows["financing_outcomes"]] == [368, None, None, None]


def test_taxes_with_the_accounts_sign_and_amounts_in_kronor_are_asked_about(
    shared_planned: Town, shared_followed: Town, tmp_path: Path
) -> None:
    """A grant may be below zero, and so may net financial items; tax revenue and internal items are not."""
    planned, followed = shared_planned.copy(tmp_path / "planned"), shared_followed.copy(tmp_path / "followed")
    budget = {**BUDGETS["FIN"], "financing": [{"budget": -1100}, {"budget": -310}, {"budget": -12}, {"budget": -45}]}
    path = hand_in(planned, "2027-plan", "FIN", "common_budget", budget)
    told = planned.run("validate", str(path), "--round", "2027-plan").output
    assert [cell for cell in ("B6", "B7", "B8", "B9") if f"Finansiering {cell}: Budget: är" in told] == ["B6", "B9"]
    assert "Här skrivs intäkter utan minus." in told
    outcomes = {**OUTCOMES["FIN"], "financing_outcomes": [{"outcome": 366, "forecast": 1_095_000}, {"outcome": 103, "forecast": 31_000}]}
    path = hand_in(followed, "2027-t1", "FIN", "common_followup", outcomes)
    told = followed.run("validate", str(path), "--round", "2027-t1").output
    assert "Det är 995 gånger budgeten (1 100 tkr). Är det skrivet i kronor?" in told.replace("\N{NO-BREAK SPACE}", " ")
    assert told.count("skrivet i kronor") == 1


def test_what_the_accounts_have_answered_wholly_may_come_back_as_it_is(followed: Town) -> None:
    """At year-end all of the auditors' sheet is the accounts', and tax revenue is no activity that the finance administration lacks."""
    mapping = (
        "export: {unit: tkr, signs: plain}\ncolumns: {who: Vem, activity: Verksamhet}\namounts: {revenue: Intäkter, cost: Kostnader}\n"
        "places: [{owner_from: who, activity_from: activity}]\n"
    )
    (followed.root / "outcomes.yaml").write_text(mapping, "utf-8")
    rows = "Vem;Verksamhet;Intäkter;Kostnader\nREV;Revision;0;5\nFIN;Internränta;250;100\nFIN;Skatteintäkter;1101;0\nKFN;Library;0;480\n"
    (followed.root / "år.csv").write_text(rows, "utf-8")
    told = followed.run("outcomes", "2027-year", str(followed.root / "år.csv")).output
    assert "finns inte i budgeten" not in told
    followed.run("distribute", "2027-year", "--to", "REV", expect=None)
    path = hand_in(followed, "2027-year", "REV", "common_followup", {})
    assert "✓ Klara utan anmärkning (1): REV" in followed.run("validate", str(path), "--round", "2027-year").output


def test_internal_items_say_for_which_figure_they_are_missing(followed: Town) -> None:
    told = [{"outcome": 366, "forecast": 1095}, {"outcome": 103, "forecast": 312}, {"outcome": -3, "forecast": -10}, {"outcome": 15}]
    hand_in(followed, "2027-t1", "FIN", "common_followup", {**OUTCOMES["FIN"], "financing_outcomes": told})
    found = lines(consolidate(followed, "2027-t1"))["Interna poster"]
    assert (found["Utfall intäkter"], found["Utfall kostnader"], "Helårsprognos intäkter" in found) == (-15, 15, False)
    assert found["Anmärkning"] == "! Prognos saknas. Där är intäkter och kostnader nedan med interna poster."
