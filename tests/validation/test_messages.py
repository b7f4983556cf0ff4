"""What is said of a return is true: the bound that was broken, what was looked for where, how it can be chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

import pytest
from openpyxl import load_workbook

from styrxl.model.catalogue import catalogue
from styrxl.model.findings import Finding, fix, fix_here, message
from styrxl.model.judged import Judged
from styrxl.sample.faults.open_return import open_return
from styrxl.sample.faults.plan import Fault
from styrxl.sample.opened import save_workbook
from town import ANSWERS, Town
from year import BOARD_T1, Followed, changed

RULES = catalogue()["rules"]


def judge(town: Town, owner: str, key: str, **answers: Any) -> Judged:
    """Judge an owner's otherwise valid return in which some answers of a sheet's first row are others."""
    first, *rest = ANSWERS[owner].get(key) or [{}]
    data = town.filled(owner, {**ANSWERS[owner], key: [{**first, **answers}, *rest]})
    [judged] = town.judge((f"{owner}.xlsx", data)).returns
    return judged


def say(finding: Finding, language: str = "sv") -> tuple[str, str, str]:
    told, remedy = (text.replace("\u00a0", " ") for text in (message(finding, language), fix(finding, language)))
    return finding.rule, told, remedy


@pytest.mark.parametrize(
    "owner, key, answers, cell, said",
    [
        (
            "UBN",
            "budget",
            {"cost": 5_000_000_000},
            "C9",
            ("out-of-range", "Kostnader: 5 000 000 000 ska vara högst 100 000 000.", "Rätta cellen C9. Belopp skrivs i tusen kronor."),
        ),
        (
            "UBN",
            "budget",
            {"cost": -5},
            "C9",
            ("out-of-range", "Kostnader: -5 ska vara minst 0.", "Rätta cellen C9. Belopp skrivs utan minustecken."),
        ),
        ("UBN", "goals", {"from_year": 1850}, "H5", ("out-of-range", "Från år: 1850 ska vara mellan 2000 och 2100.", "Rätta cellen H5.")),
        ("UBN", "goals", {"to_year": 20300}, "I5", ("out-of-range", "Till år: 20300 ska vara mellan 2000 och 2100.", "Rätta cellen I5.")),
        (
            "UBN",
            "goals",
            {"text": "a" * 1001},
            "B5",
            ("too-long", "Nämndmål: texten är 1 001 tecken lång. Den ska vara högst 1 000 tecken.", "Korta texten i cellen B5."),
        ),
        (
            "UBN",
            "indicators",
            {"kolada_id": "N155"},
            "J5",
            (
                "wrong-type",
                "Kolada-id: ”N155” är inte ett id ur Kolada, N eller U och fem siffror.",
                "Skriv ett id ur Kolada, N eller U och fem siffror i cellen J5.",
            ),
        ),
        (
            "UBN",
            "commitments",
            {"start": "snart"},
            "F5",
            ("wrong-type", "Start: ”snart” är inte ett datum.", "Skriv ett datum i cellen F5, till exempel 2027-03-01."),
        ),
        (
            "UBN",
            "goals",
            {"to_year": "länge"},
            "I5",
            ("wrong-type", "Till år: ”länge” är inte ett årtal.", "Skriv ett årtal i cellen I5, till exempel 2027."),
        ),
        (
            "UBN",
            "goals",
            {"concerned_units": "UBN-FINNSINTE"},
            "F5",
            (
                "unknown-parent",
                "Berörda enheter: ”UBN-FINNSINTE” finns inte bland nämndens enheter.",
                "Skriv rätt id i cellen F5. De som går att välja: UBN-ÅBY, UBN-ÖST.",
            ),
        ),
        (
            "UBN",
            "goals",
            {"concerned_units": "UBN-ÅBY; KFN-BIB"},
            "F5",
            (
                "parent-not-allowed",
                "Berörda enheter: ”KFN-BIB” finns, men går inte att välja här. Det är ingen av nämndens enheter.",
                "Skriv rätt id i cellen F5. De som går att välja: UBN-ÅBY, UBN-ÖST.",
            ),
        ),
        (
            "UBN",
            "goals",
            {"concerned_units": "UBF"},
            "F5",
            (
                "parent-not-allowed",
                "Berörda enheter: ”UBF” finns, men går inte att välja här. Id:t hör till en organisation av typen Förvaltning.",
                "Skriv rätt id i cellen F5. Menar du UBN-ÅBY Åby skola eller UBN-ÖST Östra förskolan?",
            ),
        ),
        (
            "UBN",
            "goals",
            {"concerned_units": "KF-M1"},
            "F5",
            (
                "parent-not-allowed",
                "Berörda enheter: ”KF-M1” finns, men går inte att välja här. Det är ett av fullmäktiges mål.",
                "Skriv rätt id i cellen F5. De som går att välja: UBN-ÅBY, UBN-ÖST.",
            ),
        ),
        (
            "UBN",
            "goals",
            {"parent_id": "UBN-ÅBY"},
            "C5",
            (
                "parent-not-allowed",
                "Fullmäktigemål: ”UBN-ÅBY” finns, men går inte att välja här. Id:t hör till en organisation av typen Enhet.",
                "Välj i listan i cellen C5. De som går att välja: KF-M1, KF-M2.",
            ),
        ),
        (
            "UBN",
            "commitments",
            {"more_parents": "KF-M77"},
            "D5",
            (
                "unknown-parent",
                "Bidrar även till: ”KF-M77” finns inte bland fullmäktiges mål och målen på bladet Nämndmål.",
                "Skriv rätt id i cellen D5. Menar du KF-M1 Invånarna är mer delaktiga eller KF-M2 Kunskapsresultaten förbättras?",
            ),
        ),
        (
            "UBN",
            "commitments",
            {"parent_id": None},
            "C5",
            ("missing-parent", "Mål är inte ifyllt, så vi vet inte vad raden ska knytas till.", "Välj i listan i cellen C5."),
        ),
    ],
)
def test_what_is_said_in_a_cell(
    shared_full: Town, owner: str, key: str, answers: Mapping[str, Any], cell: str, said: tuple[str, str, str]
) -> None:
    """One finding a cell, which names what is wrong with just this value, and what there is to choose."""
    judged = judge(shared_full, owner, key, **answers)
    assert [(finding.cell, say(finding)) for finding in judged.findings if finding.severity == "error"] == [(cell, said)]


@pytest.mark.parametrize(
    "key, field, typed, remedy",
    [
        ("unit_frames", "unit_id", "UBN-ÖSTRA", "låt kolumnen Enhet stå som den är. Menar du UBN-ÖST Östra förskolan?"),
        ("goal_responses", "goal_id", "KF-M22", "låt kolumnen Id stå som den är. Menar du KF-M2?"),
        (
            "commitments",
            "commitment_id",
            "KFN-2027-A1",
            "låt kolumnen Id stå som den är. Räcker inte raderna, be om en arbetsbok med fler.",
        ),
    ],
)
def test_a_row_that_was_not_handed_out(shared_full: Town, key: str, field: str, typed: str, remedy: str) -> None:
    """It is no goal and no id where it names a unit, and the one that is most like it is offered."""
    bench = open_return(shared_full.filled("UBN"), shared_full.form("UBN"), "sv")
    bench.cell(key, field, 1).value = typed
    [judged] = shared_full.judge(("UBN.xlsx", save_workbook(bench.book))).returns
    [found] = [finding for finding in judged.findings if finding.rule == "unknown-row"]
    assert fix(found, "sv") == f"Skriv på en av raderna som delades ut, och {remedy}"
    assert message(found, "sv").endswith(f": ”{typed}” är ingen av raderna som ni har fått på bladet {found.sheet}.")


@pytest.mark.parametrize("cost", [5_000_000_000, -900.5, "mycket", "1.200", "#DIV/0!"])
def test_nothing_is_said_of_what_only_follows(shared_full: Town, cost: Any) -> None:
    """Neither of the net cost that is worked out from it, nor of a sum of which it is a part."""
    judged = judge(shared_full, "UBN", "budget", cost=cost)
    assert [(f.sheet, f.cell) for f in judged.findings] == [("Budget", "C9")]


@pytest.mark.parametrize("cost, forecast", [(5_000_000_000, 890), (300, -890), (300, "mer än vi tänkt"), ("300.000", 890), (None, 5e9)])
def test_nothing_is_said_of_a_deviation_that_is_not_known(whole: Followed, cost: Any, forecast: Any) -> None:
    """What explains it, what is done about it, and the board's own sum are asked for when it is known."""
    answers = changed(BOARD_T1, "outcomes", 0, outcome_cost=cost, forecast_cost=forecast)
    [judged] = whole.judge("t1", ("UBN.xlsx", whole.filled("t1", "UBN", answers))).returns
    told = {(f.column, f.severity) for f in judged.findings if f.sheet == "Ekonomi"}
    assert told <= {("Utfall kostnader", "error"), ("Helårsprognos kostnader", "error")}
    assert judged.verdict == "rejected"


@pytest.mark.parametrize(
    "typed, change", [("Snabbt", "har ändrats till ”Snabbt”"), (None, "syns inte längre"), ("#REF!", "syns inte längre")]
)
def test_a_locked_answer_is_told_once(shared_full: Town, typed: Any, change: str) -> None:
    """It counts as it was handed out, so that nothing else is asked of it: not an answer from a list that the cell does not offer."""
    bench = open_return(shared_full.filled("UBN"), shared_full.form("UBN"), "sv")
    bench.cell("goal_responses", "dimension", 0).value = typed
    [judged] = shared_full.judge(("UBN.xlsx", save_workbook(bench.book))).returns
    assert [(f.rule, f.cell) for f in judged.findings] == [("locked-cell-changed", "D5")]
    told = f"Dimension: det som delades ut i cellen D5, ”Verksamhet”, {change}. Det är det utdelade som gäller."
    assert message(judged.findings[0], "sv") == told


# what holds for every rule, wherever it is raised: every fault, in every form, in both languages

ID = re.compile(r"\b[A-ZÅÄÖ0-9]+(?:-[A-ZÅÄÖ0-9]+)*-[MAI]\d+\b")
WHOLE = re.compile(r"\S.*[.?)]")
GAP = re.compile(r"[{}]|styrxl|--|\bNone\b|\bnan\b|  |\( |, \.|: \.|”” |inbox/")
KNOWN_TO_THE_COPY = ("{moved}", "{restored}")  # where a row or column stands in it
Told = tuple[Judged, bytes, str]  # a return with its bytes and what was done to it


@pytest.fixture(scope="module")
def told(
    shared_full: Town,
    spoilt: Mapping[tuple[str, str], tuple[bytes, Fault]],
    whole: Followed,
    spoilt_followups: Mapping[tuple[str, str, str], tuple[bytes, Fault]],
) -> list[Told]:
    """Return every fault of plans and follow-ups, judged."""
    files = [(f"{name} {owner}", data) for (name, owner), (data, _) in spoilt.items()]
    judged: list[Told] = [(one, data, path) for one, (path, data) in zip(shared_full.judge(*files).returns, files, strict=True)]
    for kind in ("t1", "t2", "year"):
        files = [(f"{name} {owner}", data) for (name, round_, owner), (data, _) in spoilt_followups.items() if round_ == kind]
        judged += [(one, data, path) for one, (path, data) in zip(whole.judge(kind, *files).returns, files, strict=True)]
    return judged


def test_every_rule_is_raised_here(told: list[Told]) -> None:
    """But for those that take a file of another kind, several returns, or a hand on the hidden sheet."""
    raised = {finding.rule for judged, _, _ in told for finding in judged.findings}
    assert len(raised) > 55


@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_every_message_holds_to(told: list[Told], language: str) -> None:
    """Whole sentences without a gap, a placeholder or a command, which name no id that is nobody's."""
    wrong = []
    for judged, data, path in told:
        for finding in judged.findings:
            said = [message(finding, language), fix(finding, language)]
            in_copy = RULES[finding.rule].get("here", {}).get(language, "")
            here = [] if any(fact in in_copy for fact in KNOWN_TO_THE_COPY) else [fix_here(finding, language)]
            own_words = [text.replace(str(finding.value), "x") for text in (*said, *here)]
            named = {code for code in ID.findall(" ".join(said)) if code not in str(finding.value)}
            if any(not WHOLE.fullmatch(text) or GAP.search(text) for text in own_words) or (named and not named <= known_ids(data)):
                wrong.append((path, *said, *here))
    assert wrong == []


@cache
def known_ids(data: bytes) -> set[str]:
    """Return all ids that stand in a workbook, its hidden sheets with them."""
    try:
        book = load_workbook(BytesIO(data))
    except (BadZipFile, KeyError):
        return set()
    return {code for sheet in book for row in sheet.iter_rows(values_only=True) for text in row for code in ID.findall(str(text))}


def test_a_list_is_named_only_where_the_cell_has_one(told: list[Told]) -> None:
    """In the workbook itself, and what it says is an example is of the round's year."""
    for judged, data, path in told:
        for finding in judged.findings:
            remedy = fix(finding, "sv")
            assert not re.search(r"till exempel (20(?!27)\d\d)", remedy), (path, remedy)
            if "listan i cell" in remedy and finding.sheet and finding.cell:
                lists = [v for v in load_workbook(BytesIO(data))[finding.sheet].data_validations.dataValidation if v.type == "list"]
                assert any(finding.cell in v.sqref for v in lists), (path, remedy)
