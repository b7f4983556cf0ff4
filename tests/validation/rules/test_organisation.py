"""What is said of the council's plan: of its organisation as of that, with examples from the plan itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from filled import build_short_plan
from municipality import FRAMES, GOALS, ORGANISATION, Rows
from styrxl.model.findings import fix, message
from styrxl.rounds.judge_council_plan import judge_plan
from town import PLAN, ROUND, Town

SUMMER = date(2027, 7, 1)
UNIT = {"org_id": "UBN-NY", "name": "Nya skolan", "kind": "unit", "board_id": "UBN"}


def add(key: str, **row: Any) -> Mapping[str, Rows]:
    return {key: (*PLAN.get(key, ()), row)}


OF_ORGANISATION = "ett id för en organisation (stora bokstäver, siffror och bindestreck, och inget slut som M1, A1 eller I1)"
PERIODS = (
    "Den som har flyttat eller bytt namn har två rader, vars perioder inte får gå in i varandra: skriv i {to} (Till) sista dagen som "
    "den gamla raden gäller, och i {start} (Från) första dagen för den nya. Är det två olika, ge den ena ett eget id."
)


@pytest.mark.parametrize(
    "rows, sheet, cell, said, remedy",
    [
        (
            add("organisation", **ORGANISATION[4]),
            "Organisation",
            "A13",
            "Id: UBN-ÅBY står på mer än en rad (A9 och A13), så vi vet inte vilken som gäller.",
            PERIODS.format(to="L9", start="K13"),
        ),
        (
            {
                "organisation": (
                    *ORGANISATION[:4],
                    {**ORGANISATION[4], "from": SUMMER},
                    *ORGANISATION[5:],
                    {**ORGANISATION[4], "to": SUMMER},
                )
            },
            "Organisation",
            "A13",
            "Id: UBN-ÅBY står på mer än en rad (A9 och A13), så vi vet inte vilken som gäller.",
            PERIODS.format(to="L13", start="K9"),
        ),
        (
            add("organisation", **UNIT | {"org_id": "AUX"}),
            "Organisation",
            "A13",
            "Id: AUX kan inte vara ett id. Filerna heter som id:t, och Windows kan inte ha en fil som heter så.",
            "Välj ett annat id, till exempel AUX-1, här och överallt där det gamla står.",
        ),
        (
            add("organisation", **UNIT | {"profile": "skolor"}),
            "Organisation",
            "I13",
            "Mallvariant: ”skolor” är inte ett av svaren som går att välja.",
            "Skriv ett av dem i cellen I13: skola, standard. Menar du skola?",
        ),
        (
            add("organisation", **UNIT | {"board_id": "UBF"}),
            "Organisation",
            "D13",
            "Nämnd: ”UBF” finns, men går inte att välja här. Id:t hör till en organisation av typen Förvaltning.",
            "Välj i listan i cellen D13. De som går att välja: KF, UBN, KFN.",
        ),
        (
            add("organisation", **UNIT | {"board_id": "UBNN"}),
            "Organisation",
            "D13",
            "Nämnd: ”UBNN” finns inte bland raderna på bladet Organisation med typen Nämnd, Fullmäktige.",
            "Välj i listan i cellen D13. Menar du UBN Utbildningsnämnden?",
        ),
        (
            add("organisation", **UNIT | {"org_id": "UBN-M7"}),
            "Organisation",
            "A13",
            f"Id: ”UBN-M7” är inte {OF_ORGANISATION}.",
            f"Skriv {OF_ORGANISATION} i cellen A13, till exempel KF.",
        ),
        (
            {"council_goals": (*GOALS, {**GOALS[0], "goal_id": "KF-M4", "concerned_boards": "UBN; KFNX"})},
            "Mål",
            "F8",
            "Berörda nämnder: ”KFNX” finns inte bland raderna på bladet Organisation med typen Nämnd.",
            "Skriv rätt id i cellen F8. Menar du KFN Kultur- och fritidsnämnden?",
        ),
        (
            {"council_goals": (*GOALS, {**GOALS[0]})},
            "Mål",
            "A8",
            "Id: KF-M1 står på mer än en rad (A5 och A8), så vi vet inte vilken som gäller.",
            "Ge den ena raden ett eget id, eller ta bort den.",
        ),
        (
            {"council_goals": (*GOALS, {**GOALS[0], "goal_id": "Mål 4"})},
            "Mål",
            "A8",
            "Id: ”Mål 4” är inte ett id av rätt form.",
            "Skriv ett id av rätt form i cellen A8, till exempel KF-M1.",
        ),
        (
            {"frames": (*FRAMES, {**FRAMES[0], "operating_frame": 7})},
            "Ramar",
            "A9",
            "Nämnd: UBN, 2027 står på mer än en rad (A6 och A9), så vi vet inte vilken som gäller.",
            "Rätta den ena raden, eller ta bort den.",
        ),
        (
            add("waivers", owner="UBN", round="2027-t9x", rule="goal-uncovered", reason="Ny.", until=SUMMER),
            "Undantag",
            "B5",
            "Omgång: ”2027-t9x” är inte ett av svaren som går att välja.",
            "Skriv ett av dem i cellen B5: 2027-plan, 2027-ik, 2027-t1, 2027-t2, 2027-year, 2027-ik-upp. Menar du 2027-t2?",
        ),
        (
            add("waivers", owner="UBN", round=ROUND, rule="goal-uncovered", reason="Ny.", until="efter sommaren"),
            "Undantag",
            "E5",
            "Till och med: ”efter sommaren” är inte ett datum.",
            "Skriv ett datum i cellen E5.",
        ),
    ],
)
def test_what_is_said_of_the_plan(shared_full: Town, rows: Mapping[str, Rows], sheet: str, cell: str, said: str, remedy: str) -> None:
    judged, _ = judge_plan(
        shared_full.workspace,
        shared_full.forms,
        build_short_plan(shared_full.workspace, {key: tuple(rows.get(key, PLAN.get(key, ()))) for key in {*PLAN, *rows}}),
    )
    found = [(f.sheet, f.cell, message(f, "sv"), fix(f, "sv")) for f in judged.findings if f.severity == "error"]
    assert found == [(sheet, cell, said, remedy)]
