"""Files that are named after another owner than their workbook's."""

from __future__ import annotations

import unicodedata

import pytest

from styrxl.model.findings import message
from styrxl.validation.named_owner import NamedOwners
from town import Town

OWNERS = ["KF", "KS", "UBN", "UBF", "KFN", "UBN-ÅBY", "UBN-ÖST", "KFN-BIB", "PLAN", "SKOLA"]


@pytest.mark.parametrize(
    "name, owner, other",
    [
        ("UBN.xlsx", "KFN", "UBN"),
        ("ubn.XLSX", "KFN", "UBN"),
        ("UBN (2).xlsx", "KFN", "UBN"),
        ("UBN_20270105-090000.xlsx", "KFN", "UBN"),
        ("UBN 2027-plan.xlsx", "KFN", "UBN"),
        ("Plan från UBN, slutlig.xlsx", "KFN", "UBN"),
        ("Svar_UBN_v2.xlsx", "KFN", "UBN"),
        ("UBN-ÅBY.xlsx", "UBN", "UBN-ÅBY"),
        (unicodedata.normalize("NFD", "UBN-ÅBY.xlsx"), "UBN-ÖST", "UBN-ÅBY"),
        ("UBN.xlsx", "UBN-ÅBY", "UBN"),
        ("KFN.xlsx", "KFN", None),
        ("kfn.xlsx", "KFN", None),
        ("KFN till UBN.xlsx", "KFN", None),
        ("KFN till UBN.xlsx", "UBN", None),
        ("UBN-ÅBY.xlsx", "UBN-ÅBY", None),
        ("UBN Åby skola.xlsx", "UBN-ÅBY", None),
        ("UBF UBN enhetsplan.xlsx", "UBN-ÅBY", None),
        ("UBNX.xlsx", "KFN", None),
        ("Svar KS 2027-123.xlsx", "KFN", None),
        ("KS_2027_45 svar.xlsx", "KFN", "KS"),
        ("vår plan.xlsx", "KFN", None),
        ("Enhetsplan skola 2027.xlsx", "KFN-BIB", None),
        ("arbetsbok.xlsx", "KFN", None),
        ("", "KFN", None),
    ],
)
def test_whom_a_name_speaks_of(name: str, owner: str, other: str | None) -> None:
    """An id in capitals, or all of the name; not the owner's own board, nor a number of a matter, nor a word."""
    above = {"UBN-ÅBY": ["UBN", "UBF"], "UBN-ÖST": ["UBN", "UBF"]}.get(owner, [])
    assert NamedOwners(OWNERS).find_other(name, owner, above) == other


@pytest.mark.parametrize("name, asked", [("KFN.xlsx", True), ("KFN (1).xlsx", True), ("UBN till KFN.xlsx", False), ("UBN.xlsx", False)])
def test_a_file_that_is_named_after_another_is_asked_about(shared_full: Town, name: str, *, asked: bool) -> None:
    """Both are named, and the workbook's own word counts."""
    [judged] = shared_full.judge((name, shared_full.filled("UBN"))).returns
    assert (judged.verdict, judged.owner) == ("accepted", "UBN")
    assert [f.rule for f in judged.findings] == ["named-for-another"] * asked
    assert all(owner in message(f, "sv") for f in judged.findings for owner in ("KFN", "UBN"))
