"""The catalogue of texts."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import styrxl
from styrxl.model.catalogue import catalogue, error_text, number_text, placeholders, say, word
from styrxl.model.findings import finding, fix, message
from styrxl.model.grouped_findings import group_findings

RULES = catalogue()["rules"]
ERRORS = catalogue()["errors"]
WORDS = catalogue()["words"]
SOURCES = list(Path(styrxl.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_speaks_both_languages(rule: str) -> None:
    """Message and fix stand in both, with the same facts."""
    for part in ("message", "fix"):
        texts = RULES[rule][part]
        assert set(texts) == {"sv", "en"}
        assert placeholders(texts["sv"]) == placeholders(texts["en"])
        assert all(text.strip() and text.rstrip().endswith((".", "}", "?")) for text in texts.values())


@pytest.mark.parametrize("group", ["errors", "words"])
def test_each_error_and_word_speaks_both_languages(group: str) -> None:
    """So do the operator's errors and the program's words."""
    for key, texts in catalogue()[group].items():
        assert set(texts) == {"sv", "en"}, key
        assert placeholders(texts["sv"]) == placeholders(texts["en"]), key


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def _list_calls(function: str) -> list[tuple[str, str, frozenset[str] | None]]:
    """Return where the package calls a function, with which text as the first argument, and which facts; None where it does not say."""
    found = []
    for path in SOURCES:
        tree = _parse(path)
        imported = {
            a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("styrxl.") for a in n.names
        }
        if path.name != "findings.py" and function not in imported:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.append((f"{path.name}:{node.lineno}", first.value, _list_facts(node)))
    return found


def _list_facts(call: ast.Call) -> frozenset[str] | None:
    """Return the names of a call's facts: its keywords, or the keys of the dict that a ``Word`` gets."""
    given = call.args[1:] if isinstance(call.func, ast.Name) and call.func.id == "Word" else []
    keys = [key.value if isinstance(key, ast.Constant) else None for each in given for key in getattr(each, "keys", [None])]
    names = [*(keyword.arg for keyword in call.keywords), *keys]
    return None if None in names else frozenset(map(str, names))


def _literals(function: str) -> set[str]:
    """First arguments, where they are plain text, of all calls of a function in the package."""
    return {text for _, text, _ in _list_calls(function)}


def test_what_the_code_says_is_in_the_catalogue() -> None:
    """No code names a rule, error or word that has no text."""
    assert _literals("finding") <= set(RULES)
    assert _literals("StyrxlError") <= set(ERRORS)
    assert _literals("Word") | _literals("word") <= set(WORDS)
    assert len(_literals("word")) >= 20


def test_each_text_is_given_all_that_it_shows() -> None:
    """A text that gets a new place is given what stands there wherever it is said."""
    shown = [("word", WORDS), ("Word", WORDS), ("StyrxlError", ERRORS)]
    calls = [(place, texts[key]["sv"], facts) for function, texts in shown for place, key, facts in _list_calls(function)]
    assert [(place, text) for place, text, facts in calls if facts is not None and not placeholders(text) <= facts] == []
    assert len(calls) > 300


def test_every_error_is_raised_somewhere() -> None:
    """No text is left behind when its error goes."""
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    assert [key for key in ERRORS if not re.search(rf'"{key}"', code)] == []


def test_facts_are_rendered_in_the_language_asked_for() -> None:
    """Numbers, dates, phrases and choices follow the reader, not the machine."""
    found = finding("frame-exceeded", "Budget", "D8", "Nettokostnad", 1200.5, total=1200.5, frame=1000.0, excess=200.5)
    assert message(found, "sv") == "Nettokostnad: summan 1\u00a0200,5 tkr är 200,5 tkr mer än ramen 1\u00a0000 tkr."
    assert message(found, "en") == "Nettokostnad: the total, SEK 1,200.5 thousand, is 200.5 thousand more than the frame, 1,000 thousand."


def test_a_range_is_named_as_several_cells() -> None:
    """A group of findings reads well."""
    one, many = (finding("missing-value", "Åtaganden", cell, "Ansvarig") for cell in ("E7", "E7:E9"))
    assert fix(one, "sv") == "Fyll i cellen E7."
    assert fix(many, "sv") == "Fyll i cellerna E7:E9."


def test_long_values_are_cut_in_messages() -> None:
    """A page of text in a cell does not become a page of message."""
    found = finding("wrong-type", "Budget", "C9", "Kostnader", "o" * 5000, wanted="ett tal", such_as=", till exempel 1200")
    assert len(message(found, "sv")) < 150


def test_an_operators_error_says_what_to_do() -> None:
    """Facts fill the text."""
    assert error_text("plan-missing", {"path": "flerarsplan.xlsx"}, "en").startswith("flerarsplan.xlsx is not there.")


@pytest.mark.parametrize(
    "value, sv, en",
    [
        (1200.0, "1\u00a0200", "1,200"),
        (0.5, "0,5", "0.5"),
        (-1234567.89, "-1\u00a0234\u00a0567,89", "-1,234,567.89"),
        (9_876_543_210.12, "9\u00a0876\u00a0543\u00a0210,12", "9,876,543,210.12"),
        (0.1 + 0.2, "0,3", "0.3"),
    ],
)
def test_numbers_as_people_read_them(value: float, sv: str, en: str) -> None:
    """Spaces and comma in Swedish, comma and point in English."""
    assert (number_text(value, "sv"), number_text(value, "en")) == (sv, en)


def test_braces_in_a_value_are_no_placeholders() -> None:
    """What a sender writes never steers the text."""
    found = finding("not-in-list", "B", "A1", "Status", "{fix} {0}", choices=["Ja", "Nej"])
    assert "{fix} {0}" in message(found, "sv")


def test_years_have_no_thousands_separator() -> None:
    """2027 is a year."""
    assert say(2027, "sv") == say(2027.0, "en") == "2027"


@pytest.mark.parametrize("value, sv, en", [(2123.45678, "2\u00a0123,45678", "2,123.45678"), (1999.4, "1\u00a0999,4", "1,999.4")])
def test_what_has_decimals_is_no_year(value: float, sv: str, en: str) -> None:
    """All its digits are told, and as others are."""
    assert (say(value, "sv"), say(value, "en")) == (sv, en)


def test_money_has_one_whatever_it_looks_like() -> None:
    """A deficit of 2027 thousand is no year."""
    found = finding("deficit-despite-confirmation", "Ekonomi", "I8", "Avvikelse", -2027.0, deficit=2027.0)
    assert "2\u00a0027 tkr" in message(found, "sv")


@pytest.mark.parametrize(
    "rule,n,sv,en",
    [
        ("fulfilled-despite-units", 1, "men den enda enhet som har svarat säger nej i sin uppföljning: A.", "but the only unit that has"),
        (
            "fulfilled-despite-units",
            2,
            "men de flesta enheter som har svarat säger nej i sin uppföljning: A (av 2).",
            "follow-up: A (of 2).",
        ),
        (
            "fulfilled-despite-commitments",
            1,
            "är målets enda åtagande försenat, avbrutet eller inte genomfört: A.",
            "only commitment is late",
        ),
        (
            "fulfilled-despite-commitments",
            3,
            "inte genomförda: A (av 3).",
            "most of the goal's commitments are late, cancelled or not done: A (of 3).",
        ),
    ],
)
def test_a_text_agrees_with_its_count(rule: str, n: int, sv: str, en: str) -> None:
    found = finding(rule, "Mål", "D5", "Bedömning", "x", goal="G", told="Bedöms uppfyllas", list=["A"], n=n, sheet_other="Åtaganden")
    assert sv in message(found, "sv")
    assert en in message(found, "en")


def test_a_command_agrees_with_its_counts() -> None:
    assert word("mail_sum_sent", "sv", n=1, stuck=1, gone=1) == "1 mejl skickat, 1 inte skickat, 1 skickat tidigare."
    assert word("mail_sum_sent", "en", n=2, stuck=0, gone=21) == "2 mails sent, 0 not sent, 21 sent before."
    assert error_text("summary-incomplete", {"n": 1, "owners": "UBN|X"}, "en").startswith(
        "The summary is not complete. 1 is missing or has"
    )


def test_a_value_is_never_a_choice_between_words() -> None:
    """Only the text itself has words to choose between."""
    assert word("log_nothing", "sv", round="a|b {n:c|d}") == "Liggaren har inget om a|b {n:c|d}."


def test_findings_are_told_as_one_goes_through_a_workbook() -> None:
    """What stops first, what has no cell before the rest, a sheet at a time and row by row; not a rule at a time."""
    findings = [
        finding("missing-value", "Blad A", "E6", "Ansvarig"),
        finding("date-order", "Blad A", "G5", "Slut", earlier="Start", earlier_value="2027-02-01", earlier_cell="F5"),
        finding("wrong-type", "Blad B", "C10", "Kostnader", "ca", wanted="ett tal", such_as="", empty=""),
        finding("missing-sheet", "Blad C", name="Blad C", easiest=""),
    ]
    assert [group.place for group in group_findings(findings, "sv")] == ["Blad C", "Blad A G5", "Blad A E6", "Blad B C10"]
