"""What is told in a line: short, with its cells, and exact where there are many."""

from __future__ import annotations

import pytest

from styrxl.mail.info_lines import list_info_lines
from styrxl.model.catalogue import Word, catalogue, placeholders
from styrxl.model.findings import Finding, finding

RULES = catalogue()["rules"]


def understood(cell: str, value: object, read: object, sheet: str = "Åtaganden") -> Finding:
    return finding("interpreted-value", sheet, cell, "Start", value, read=read)


def test_cells_of_which_the_same_is_said_are_named_together() -> None:
    """And what was read as it looks stands last."""
    findings = [understood("C5", "13 915", 13915.0, "Budget"), *(understood(f"F{row}", "mars", "2027-03-01") for row in (5, 6, 7, 9))]
    assert list_info_lines(findings, "sv") == [
        "Så har vi förstått dig: Åtaganden F5:F7, F9 ”mars” som 2027-03-01; Budget C5 ”13 915” som 13\u00a0915."
    ]
    assert list_info_lines(findings, "en") == [
        "So have we understood you: Budget C5 “13 915” as 13,915; Åtaganden F5:F7, F9 “mars” as 2027-03-01."
    ]


@pytest.mark.parametrize("count, end", [(5, "F9 ”5/1” som 5."), (6, "F9 ”5/1” som 5; och 1 till."), (12, "F9 ”5/1” som 5; och 7 till.")])
def test_many_are_counted_exactly(count: int, end: str) -> None:
    [line] = list_info_lines([understood(f"F{n + 4}", f"{n}/1", n) for n in range(1, count + 1)], "sv")
    assert line.endswith(end)


def test_each_kind_has_a_line_of_its_own() -> None:
    """What has no words for several is told in its own; what is to be mended is told elsewhere."""
    findings = [
        finding("partly-checked", kind=".ods", unseen=Word("unseen_ods")),
        finding("unknown-sheet", "Våra anteckningar"),
        finding("unknown-sheet", "Blad1"),
        finding("unknown-column", "Åtaganden", "J4", "Anteckningar"),
        finding("renamed-sheet", "Våra åtaganden", name="Våra åtaganden", wanted="Åtaganden"),
        finding("missing-value", "Åtaganden", "E7", "Ansvarig"),
        finding("stale-issue", issued="2027-01-01"),
    ]
    assert list_info_lines(findings, "sv") == [
        "Blad som vi har känt igen på rubrikerna: Våra åtaganden som Åtaganden.",
        "Era egna blad, som vi inte läser: Våra anteckningar; Blad1.",
        "Era egna kolumner, som vi inte läser: Anteckningar (Åtaganden J4).",
        "Filen är sparad som .ods. I en sådan ser vi inte vit text på vit botten.",
    ]


@pytest.mark.parametrize("rule", [rule for rule, texts in RULES.items() if "told" in texts])
def test_a_line_says_what_its_rule_says(rule: str) -> None:
    """In both languages, of a rule that only tells, with facts that the rule has."""
    told, each = RULES[rule]["told"], RULES[rule]["each"]
    assert RULES[rule]["severity"] == "info"
    assert [placeholders(told[language]) for language in ("sv", "en")] == [{"list"}] * 2
    assert placeholders(each["sv"]) == placeholders(each["en"]) <= placeholders(RULES[rule]["message"]["sv"]) | {"place", "column", "sheet"}
