"""Personal identity numbers: warned about, never printed in full; and digits of ours are not taken for one."""

from __future__ import annotations

import logging
import re
from itertools import cycle
from pathlib import Path

import pytest

from long_runs import LONG
from mutants import base_of
from styrxl.model.masking import mask_persons
from styrxl.model.prefill import list_signed
from styrxl.returns.workbook import read_workbook
from styrxl.sample.opened import open_sheets, open_workbook, save_workbook
from town import ROUND, Town, lost, saying

PERSON = "18900101-9802"  # the Tax Agency's own, for tests
IN_TURN = cycle(("sv", "en"))
WRITTEN = (PERSON, "189001019802", "900101-9802", "9001019802", "18900101 9802", "900101+9802")
LAST = "9802"
OWNER = "UBN-ÖST"
HEXADECIMAL = {"issue": "ab189001019802cd", "signature": f"{'f' * 20}189001019802{'a' * 32}"}


def full_of_numbers(town: Town) -> bytes:
    """Return a unit's workbook with numbers of persons wherever somebody can write something."""
    book = open_workbook(town.filled(OWNER))
    form = town.form(OWNER)
    places = open_sheets(book, form)
    deeds = places["commitments"]
    for row, text in enumerate(WRITTEN, 2):
        deeds.cell("text", row).value = f"Stötta {text}"
        deeds.cell("parent_id", row).value = "UBN-M1"
        deeds.cell("responsible", row).value = "Rektor"
    deeds.cell("start", 2).value = PERSON
    deeds.cell("end", 3).value = 189001019802
    deeds.cell("end", 3).number_format = "0"
    deeds.cell("parent_id", 4).value = f"UBN-M7 {PERSON}"
    deeds.cell("responsible", 5).value = 9001019802
    sheet = deeds.sheet
    assert sheet is not None
    heading = deeds.cell("text", 0).row - 1
    sheet.cell(heading, 20).value, sheet.cell(heading + 1, 20).value = f"Elev {PERSON}", PERSON
    book.create_sheet(f"Elev {PERSON}")["A1"] = PERSON
    return save_workbook(book)


def test_a_number_in_a_return_that_counts_is_hidden_from_those_who_read_about_it(planned: Town) -> None:
    """It is a warning, no more: the tree, and the council's and the board's workbooks show what the return says without it."""
    deed = {"text": f"Stötta {PERSON}", "parent_id": "UBN-M1", "responsible": "Rektor 9001019802"}
    planned.put(f"Plan {PERSON}.xlsx", planned.filled(OWNER, {"commitments": [deed]}))
    planned.run("validate", "--round", ROUND)
    assert "Stötta 1890****-****" in printed(planned, "link", ROUND, "--units")
    planned.run("consolidate", ROUND, "--all")
    for path in (planned.root / "council" / f"{ROUND}.xlsx", planned.root / "boards" / ROUND / "UBN.xlsx"):
        texts = [
            v for sheet in open_workbook(path.read_bytes()) for row in sheet.iter_rows(values_only=True) for v in row if isinstance(v, str)
        ]
        assert "Stötta 1890****-****" in texts
        assert [text for text in texts if LAST in text and not re.fullmatch("[0-9a-f]{64}", text)] == []


def printed(town: Town, *words: str) -> str:
    """Return all that a command writes, in one language and then the other; in the long run in both."""
    languages = ("sv", "en") if LONG else (next(IN_TURN),)
    return "".join(town.run("--lang", language, *words, expect=None).output for language in languages)


def test_no_number_is_printed_in_full(planned: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """From cells, sheets, headings, identities, file names and reasons; in reports of each kind, and in the story."""
    caplog.set_level(logging.DEBUG)
    town, data = planned, full_of_numbers(planned)
    sent = tmp_path / f"{PERSON}.xlsx"
    sent.write_bytes(lost(town.filled(OWNER)))
    town.put(f"plan {PERSON}.xlsx", data)
    town.put(f"owner {PERSON}.xlsx", saying(data, owner=PERSON), 1)
    town.put(f"round {PERSON}.xlsx", saying(data, round=PERSON, form="unit_plan"), 2)
    town.put(f"trasig {PERSON}.xlsx", b"PK", 3)
    town.put(f"samma {PERSON}.xlsx", data, 4)
    said = [printed(town, "validate", "--round", ROUND, "--format", form) for form in ("text", "json", "html")]
    assert all("1890****-****" in one for one in said)
    said.append(printed(town, "receive", ROUND, str(sent), "--owner", OWNER, "--reason", f"Gäller {PERSON}"))
    said.append(printed(town, "set-aside", ROUND, f"trasig {PERSON}.xlsx", "--reason", f"Nämner {PERSON}"))
    said.append(printed(town, "take-back", ROUND, f"trasig {PERSON}.xlsx", "--reason", f"Nämner {PERSON}"))
    said += [printed(town, *words) for words in (("status", ROUND), ("link", ROUND, "--units"), ("consolidate", ROUND, "--all"))]
    said += [printed(town, "log", ROUND, *words) for words in ((), (OWNER,), ("--format", "json"))]
    said += [printed(town, "log", ROUND, f"plan {PERSON}.xlsx"), printed(town, "merge", ROUND, OWNER, "--reason", PERSON)]
    said += [printed(town, "validate", str(town.inbox / f"plan {PERSON}.xlsx"), "--round", ROUND, "--annotate"), caplog.text]
    for one in said:
        bare = re.sub(r"(?<=\d)[\s,](?=\d)", "", re.sub(r"\b[0-9a-f]{16,64}\b", "", one))  # hashes may hold any digits, numbers spaces
        assert [line for line in bare.splitlines() if LAST in line] == []


@pytest.mark.parametrize("written", WRITTEN)
def test_each_way_of_writing_one_is_masked(written: str) -> None:
    """Of a number no digit after the year of birth is left."""
    assert re.fullmatch(r"(18)?\d\d\*{4}[-+ ]?\*{4}", mask_persons(written))


@pytest.mark.parametrize(
    "written, masked",
    [
        ("900101–9802", "90****-****"),
        ("900101\u20119802", "90****-****"),
        ("900101 - 9802", "90**** - ****"),
        ("18900101\u00a09802", "1890**** ****"),
        ("1890.01.01-9802", "1890****-****"),
        ("1890-01-01-9802", "1890****-****"),
        ("1890/01/01-9802", "1890****-****"),
        ("90 01 01-9802", "90****-****"),
        ("elev-900101-9802", "elev-90****-****"),
        ("Anna_900101-9802.xlsx", "Anna_90****-****.xlsx"),
        ("１８９００１０１-９８０２", "1890****-****"),
        ("900101\u200b-9802", "90****-****"),
        ("19850312-T123", "1985****-****"),
        ("850312-A123", "85****-****"),
        ("19850312TF12", "1985********"),
        ("stöd – till 900101–9802 – nu", "stöd – till 90****-**** – nu"),
    ],
)
def test_other_ways_of_writing_one(written: str, masked: str) -> None:
    """With any dash, space or point, after a hyphen, in full width; those of people who are not registered; the rest stays."""
    assert mask_persons(written) == masked


@pytest.mark.parametrize(
    "written",
    [
        "212000-0142",
        "556036-0793",
        "KS 2027-1234",
        "070-123 45 67",
        "UBN-ÅBY-2027-A12",
        "UBN-2027-A123",
        "1 200 500",
        "2027-03-01T1200",
        "20270101-20271231",
        "2027-01-01 A123",
        "KF 2027-06-15 § 112",
        "9001019802 tkr",
        "2025-02-30-T123",
        "2027-06-15 1234",
    ],
)
def test_what_only_looks_like_one(written: str) -> None:
    """Organisations, matters, phones, ids, dates and amounts."""
    assert mask_persons(written) == written


@pytest.mark.parametrize("written", ["189001019803", "9013019802", "18900101-98021", "1189001019802", "2027-01-19 9802", "UBN-2027-A1"])
def test_other_digits_are_left(written: str) -> None:
    """A wrong last digit, no such month, longer numbers, dates and ids of ours."""
    assert mask_persons(written) == written


@pytest.mark.parametrize("where", ["hidden sheet", "properties"])
def test_digits_of_an_issue_or_a_signature_are_no_number(planned: Town, where: str) -> None:
    """They are hexadecimal, and any digits may stand in them; masked, a workbook of ours would be taken for forged."""
    data = planned.filled(OWNER)
    returned, _ = read_workbook(data)
    assert returned is not None
    if where == "hidden sheet":
        data = saying(data, **HEXADECIMAL)
    else:
        base = base_of(OWNER, data, planned.form(OWNER), planned.forms, "sv")
        content = base.parts["docProps/custom.xml"].decode()
        for name, value in HEXADECIMAL.items():
            content = content.replace(returned.identity[name], value)
        book = re.sub(rb'<sheet [^>]*name="_styrxl"[^>]*/>', b"", base.parts["xl/workbook.xml"])
        data = base.packed({"docProps/custom.xml": content.encode(), "xl/workbook.xml": book})
    found, _ = read_workbook(data)
    assert found is not None
    assert mask_persons(HEXADECIMAL["issue"]) != HEXADECIMAL["issue"]  # else this shows nothing
    assert {name: found.identity[name] for name in HEXADECIMAL} == HEXADECIMAL


def test_a_workbook_whose_issue_looks_like_a_number_is_ours(planned: Town) -> None:
    """Signed by us, it is accepted, and its hash and issue are told as they are."""
    returned, _ = read_workbook(planned.filled(OWNER))
    assert returned is not None
    facts = {**returned.identity, "issue": HEXADECIMAL["issue"]}
    facts["signature"] = planned.workspace.sign(list_signed(facts))
    planned.put("x.xlsx", saying(planned.filled(OWNER), **facts))
    judged = planned.judge(("x.xlsx", (planned.inbox / "x.xlsx").read_bytes())).returns[0]
    assert (judged.verdict, judged.issue, [f.rule for f in judged.findings]) == ("accepted", HEXADECIMAL["issue"], ["stale-issue"])


def test_what_is_no_number_of_ours_is_masked_in_an_identity(planned: Town) -> None:
    """An issue that is not hexadecimal, or an owner, is a text like any other."""
    found, _ = read_workbook(saying(planned.filled(OWNER), issue=f"x{PERSON}", owner=PERSON))
    assert found is not None
    assert [found.identity[name] for name in ("issue", "owner")] == ["x1890****-****", "1890****-****"]
