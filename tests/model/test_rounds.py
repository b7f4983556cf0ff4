"""Rounds from data: what a workspace's own rounds.yaml adds and changes, and how rounds are written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import FILE, RoundKinds, read_round_kinds, standard_rounds
from styrxl.model.standard_folder import standard_folder

NOVEMBER = "rounds:\n  t3:\n    name: {sv: Uppföljning i november, en: November follow-up}\n    day: 11-30\n    after: t2\n    like: t2\n"
CONTROL = "rounds:\n  ik:\n    name: {sv: Intern kontroll, en: Internal control}\n    day: 02-28\n    after: plan\n"


def kinds(tmp_path: Path, text: str) -> RoundKinds:
    """Return the kinds of a workspace that has such a file."""
    (tmp_path / FILE).parent.mkdir(exist_ok=True)
    (tmp_path / FILE).write_text(text, "utf-8")
    return read_round_kinds([standard_folder(), tmp_path])


def test_a_round_of_ones_own_comes_where_it_says(tmp_path: Path) -> None:
    mine = kinds(tmp_path, NOVEMBER)
    assert [*mine] == ["plan", "ik", "t1", "t2", "t3", "year", "ik-upp"]
    november = mine.parse("2027-t3")
    assert (november.day, november.name("sv"), november.short_name("en")) == (
        date(2027, 11, 30),
        "Uppföljning i november 2027",
        "November follow-up 2027",
    )


def test_what_it_is_like_says_the_rest(tmp_path: Path) -> None:
    """It follows the plan up, expects, and has the forms of the round that it is like; the one after it comes after it too."""
    mine = kinds(tmp_path, NOVEMBER)
    assert mine["t3"].keys == ("t3", "t2")
    assert (mine["t3"].final, mine["t3"].scale) == (False, "expected")
    assert mine.parse("2027-t3").plan.id == "2027-plan"
    assert [before.id for before in mine.parse("2027-t3").before] == ["2027-t1", "2027-t2"]
    assert [before.id for before in mine.parse("2027-year").before] == ["2027-t1", "2027-t2", "2027-t3"]


def test_a_round_that_follows_nothing_is_nobodys_earlier_round(tmp_path: Path) -> None:
    mine = kinds(tmp_path, CONTROL)
    assert not mine.parse("2027-ik").followup
    assert [before.id for before in mine.parse("2027-t2").before] == ["2027-t1"]
    assert mine.parse("2027-ik").plan.id == "2027-ik"


def test_a_followup_of_ones_own_plan(tmp_path: Path) -> None:
    text = CONTROL + "  ik-upp:\n    name: {sv: Uppföljning, en: Follow-up}\n    day: 12-31\n    follows: ik\n    final: true\n"
    mine = kinds(tmp_path, text)
    assert [*mine] == ["plan", "ik", "t1", "t2", "year", "ik-upp"]
    assert (mine.parse("2027-ik-upp").plan.id, mine.parse("2027-ik-upp").before) == ("2027-ik", ())
    assert mine["ik-upp"].scale == "final"


def test_a_standard_round_keeps_what_is_not_said_of_it(tmp_path: Path) -> None:
    mine = kinds(tmp_path, 'rounds:\n  t1:\n    day: "03-31"\n')
    assert mine.parse("2027-t1").day == date(2027, 3, 31)
    assert mine.parse("2027-t1").name("sv") == "Underlag till delårsrapport 1 2027"
    assert [*mine] == [*standard_rounds()]


@pytest.mark.parametrize(
    "typed,means",
    [
        ("2027-plan", "2027-plan"),
        (" 2027-T1 ", "2027-t1"),
        ("2027-delår1", "2027-t1"),
        ("2027-Delår 2", "2027-t2"),
        ("2027-år", "2027-year"),
        ("2027-Helår", "2027-year"),
        ("2027-t3", "2027-year"),
        ("2027 plan", "2027-plan"),
        ("plan 2027", "2027-plan"),
        ("PLAN2027", "2027-plan"),
        ("Delår 2 2027", "2027-t2"),
        ("2027 delår 2", "2027-t2"),
        ("T2-2027", "2027-t2"),
        ("t2 2027", "2027-t2"),
        ("2027–t2", "2027-t2"),
        ("Underlag till årsredovisning 2027", "2027-year"),
        ("Interim 1 2027", "2027-t1"),
        ("ik-plan 2027", "2027-ik"),
    ],
)
def test_people_write_rounds_in_their_way(typed: str, means: str) -> None:
    assert standard_rounds().read(typed).id == means


def test_a_key_is_always_its_own_round(tmp_path: Path) -> None:
    """The word t3 (the third four months) means the year only where there is no round of that name."""
    assert kinds(tmp_path, NOVEMBER).read("2027-T3").id == "2027-t3"


@pytest.mark.parametrize("typed", ["delår 2027", "2027-Delårsrapport", "tertial 2027"])
def test_what_may_be_several_is_asked_about(typed: str) -> None:
    """They are named, as tables call them; whoever only asks whether it is a round is told no."""
    with pytest.raises(StyrxlError) as caught:
        standard_rounds().read(typed)
    assert caught.value.code == "ambiguous-round"
    assert caught.value.facts["rounds"] == {"sv": "2027-t1 (Delår 1), 2027-t2 (Delår 2)", "en": "2027-t1 (Interim 1), 2027-t2 (Interim 2)"}
    assert standard_rounds().read_round(typed) is None


@pytest.mark.parametrize("typed", ["2027", "2027-2027", "27-plan", "2027-", "2027-höst", "2027-plan-x"])
def test_other_words_are_none(typed: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        standard_rounds().read(typed)
    assert caught.value.code == "unknown-round"


@pytest.mark.parametrize(
    "typed,nearest", [("2027-plna", ["2027-plan"]), ("27-plan", ["2027-plan"]), ("dealår 1 2027", ["2027-t1"]), ("2027-xyz", [])]
)
def test_what_was_nearly_typed_is_asked(typed: str, nearest: list[str]) -> None:
    with pytest.raises(StyrxlError) as caught:
        standard_rounds().read(typed)
    asked = caught.value.facts["nearest"]
    assert asked == (Word("nearest", {"list": nearest}) if nearest else "")


@pytest.mark.parametrize("typed,example", [("plan", "2027-plan"), ("Delår 1", "2027-t1"), ("T2", "2027-t2")])
def test_a_round_without_its_year_is_told(typed: str, example: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        standard_rounds().read(typed)
    assert (caught.value.code, caught.value.facts["example"]) == ("round-without-year", example)


@pytest.mark.parametrize(
    "text",
    [
        "t3: {}\n",
        "rounds: [t3]\n",
        "rounds:\n  t3: {name: {sv: X, en: X}, after: t9, day: 11-30}\n",
        "rounds:\n  t3: {name: {sv: X, en: X}, like: t9, day: 11-30}\n",
        "rounds:\n  t3: {name: {sv: X, en: X}, follows: t9, day: 11-30}\n",
        "rounds:\n  t3: {name: {sv: X, en: X}, day: 11-31}\n",
        "rounds:\n  t3: {name: {sv: X, en: X}}\n",
        "rounds:\n  Höst: {name: {sv: X, en: X}, day: 11-30}\n",
        "rounds:\n\tt3: {}\n",
    ],
)
def test_a_mistake_is_told_with_its_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        kinds(tmp_path, text)
    assert caught.value.code == "source-broken"
    assert str(caught.value.facts["file"]).endswith("rounds.yaml")


def test_the_day_of_frames(tmp_path: Path) -> None:
    """A round's own day, unless it sets another; how the year ended is said with all of the year's decisions."""
    usual = standard_rounds()
    assert [usual.parse(f"2027-{key}").frames_day for key in ("plan", "t1", "t2", "year")] == [
        date(2027, 1, 1),
        date(2027, 4, 30),
        date(2027, 8, 31),
        date.max,
    ]
    mine = kinds(tmp_path, 'rounds:\n  t1:\n    frames: "05-31"\n  year:\n    frames: "12-31"\n' + NOVEMBER.removeprefix("rounds:\n"))
    assert [mine.parse(f"2027-{key}").frames_day for key in ("t1", "t2", "t3", "year")] == [
        date(2027, 5, 31),
        date(2027, 8, 31),
        date(2027, 11, 30),
        date(2027, 12, 31),
    ]
    assert mine.parse("2027-t1").day == date(2027, 4, 30)
