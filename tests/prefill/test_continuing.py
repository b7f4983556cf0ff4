"""What goes on from one year into the next: each commitment once, whichever came first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from long_runs import long_run
from small_town import FORMS
from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import Plan
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import standard_rounds
from styrxl.prefill.continuing import list_commitment_outlooks, list_left, make_continuing_rows, mark_carried
from styrxl.prefill.year_so_far import YearSoFar

OWNER = "UBN"
FORM = FORMS.form("annual_plan")
PLAN = Plan((), (), {}, (), (), ())
KINDS = ("t1", "t2", "year")


def answers(round_id: str, tables: Mapping[str, Sequence[Row]], issued: Prefill | None = None) -> AnswersInForce:
    """Return what the one owner's return of a round says."""
    found = {name: {OWNER: tuple(rows)} for name, rows in tables.items()}
    return AnswersInForce(standard_rounds().parse(round_id), found, {OWNER: "0"}, {OWNER: issued} if issued else {})


def commitment(number: int, year: int = 2027, **more: Any) -> dict[str, Any]:
    """Return a commitment as it is planned or added."""
    code = f"UBN-{year}-A{number}"
    return {"commitment_id": code, "text": f"Åtagande {year} {number}", "parent_id": "KF-M1", "more_parents": None, **more}


def planned(number: int, **more: Any) -> dict[str, Any]:
    """Return a commitment of the plan."""
    end = {"start": "2027-02-01", "end": "2027-11-30"}
    return commitment(number, responsible="Skolchef", expected_result="Det syns", **{**end, **more})


def status(number: int, status: str | None, continues: str | None = None) -> dict[str, Any]:
    """Return what a follow-up says of a commitment."""
    return commitment(number, status=status, continues=continues)


def year_of(plan: Sequence[Row], followups: Mapping[str, Mapping[str, Sequence[Row]]], last: YearSoFar | None = None) -> YearSoFar:
    """Return 2027 with its plan and the follow-ups that are answered."""
    said = tuple(answers(f"2027-{kind}", followups[kind]) for kind in KINDS if kind in followups)
    return YearSoFar(PLAN, standard_rounds().parse("2027-plan"), answers("2027-plan", {"commitments": plan}), said, last)


def issue(last: YearSoFar, offered: Sequence[str] = ("KF-M1",)) -> Prefill:
    """Return what the plan of 2028 is issued with, as far as its commitments go."""
    rows = {"commitments": make_continuing_rows(last, OWNER, FORM, offered)}
    names = ("form", "language", "round", "round_name", "owner", "owner_name", "municipality", "contact")
    return Prefill(**dict.fromkeys(names, ""), version=1, profile=None, year=2028, board_id=None, board_name=None, rows=rows)  # type: ignore[arg-type]


def followed(last: YearSoFar, issued: Prefill, kept: Sequence[Row], earlier: Sequence[AnswersInForce] = ()) -> list[Row]:
    """Return the commitments that a follow-up of 2028 asks about, given what the board kept of its issued plan and wrote there."""
    plans = answers("2028-plan", {"commitments": kept}, issued)
    year = YearSoFar(PLAN, standard_rounds().parse("2028-t1"), plans, tuple(earlier), last)
    own = tuple(mark_carried(year, OWNER, plans.of("commitments", OWNER)))
    return [*own, *list_left(year, OWNER, own)]


def told(rows: Sequence[Row]) -> list[tuple[str, str | None]]:
    """Return id and how each comes from last year."""
    return [(row["commitment_id"], row.get("carried")) for row in rows]


@pytest.mark.parametrize(
    "said, goes_on",
    [
        ({}, None),
        ({"t1": ("on_plan", None)}, "preliminary"),
        ({"t1": ("on_plan", None), "t2": ("late", None)}, "preliminary"),
        ({"t1": ("late", None), "t2": ("done", None)}, None),
        ({"t2": ("cancelled", None)}, None),
        ({"t2": ("not_started", None)}, "preliminary"),
        ({"t2": ("done", None), "year": ("partly_done", "yes")}, "continues"),
        ({"t2": ("on_plan", None), "year": ("not_done", "no")}, None),
        ({"t2": ("on_plan", None), "year": ("done", None)}, None),
        ({"t2": ("on_plan", None), "year": ("done", "yes")}, "continues"),
        ({"t2": ("on_plan", None), "year": ("not_done", None)}, "preliminary"),  # nobody has said whether it goes on
        ({"t1": ("on_plan", None), "t2": (None, None)}, "preliminary"),
    ],
)
def test_the_newest_answer_decides(said: Mapping[str, tuple[str | None, str | None]], goes_on: str | None) -> None:
    last = year_of([planned(1)], {kind: {"commitment_status": [status(1, *one)]} for kind, one in said.items()})
    rows = make_continuing_rows(last, OWNER, FORM, ["KF-M1"])
    assert told(rows) == ([("UBN-2027-A1", goes_on)] if goes_on else [])


def test_it_comes_with_all_that_its_owner_wrote() -> None:
    """But with an end in the year that it goes on into, and only under goals that are still there."""
    plan = [
        planned(1, more_parents="KF-M2;KF-M9"),
        planned(2, parent_id="KF-M9", end="2029-06-30"),
    ]
    [first, second] = make_continuing_rows(
        year_of(plan, {"t2": {"commitment_status": [status(1, "late"), status(2, "on_plan")]}}), OWNER, FORM, ["KF-M1", "KF-M2"]
    )
    expected = {
        "commitment_id": "UBN-2027-A1",
        "text": "Åtagande 2027 1",
        "parent_id": "KF-M1",
        "more_parents": "KF-M2",
        "responsible": "Skolchef",
        "start": "2027-02-01",
        "end": "2028-12-31",
        "expected_result": "Det syns",
        "carried": "preliminary",
        "last_round": "2027-t2",
    }
    assert first == expected
    assert (second["parent_id"], second["end"]) == (None, "2029-06-30")


def test_what_is_planned_for_longer_goes_on_before_anybody_has_followed_it_up() -> None:
    last = year_of([planned(1), planned(2, end="2028-03-31")], {})
    assert told(make_continuing_rows(last, OWNER, FORM, ["KF-M1"])) == [("UBN-2027-A2", "preliminary")]


def test_what_was_added_in_the_newest_answer_goes_on() -> None:
    """Nobody has been asked about it yet, but it has only just begun."""
    last = year_of([], {"t2": {"added_commitments": [commitment(9, responsible="Rektor")]}})
    [row] = make_continuing_rows(last, OWNER, FORM, ["KF-M1"])
    assert (row["commitment_id"], row["responsible"], row["carried"]) == ("UBN-2027-A9", "Rektor", "preliminary")


def test_what_only_the_year_says_is_left_for_the_first_followup() -> None:
    """The plan was issued and returned before it."""
    plan = [planned(n) for n in (1, 2, 3)]
    early = year_of(plan, {"t2": {"commitment_status": [status(1, "on_plan"), status(2, "done"), status(3, "late")]}})
    issued = issue(early)
    assert told(issued.rows["commitments"]) == [("UBN-2027-A1", "preliminary"), ("UBN-2027-A3", "preliminary")]
    kept = [*issued.rows["commitments"], commitment(1, 2028)]
    year = {"commitment_status": [status(1, "partly_done", "yes"), status(2, "not_done", "yes"), status(3, "done")]}
    late = year_of(plan, {"t2": {"commitment_status": [status(n, "on_plan") for n in (1, 2, 3)]}, "year": year})
    assert told(followed(late, issued, kept)) == [
        ("UBN-2027-A1", "continues"),
        ("UBN-2027-A3", "ended"),  # the plan has it, and the year says that it is done
        ("UBN-2028-A1", None),
        ("UBN-2027-A2", "left"),
    ]


def test_a_row_that_was_cleared_has_ended() -> None:
    """Unless the year's last word, told after it was offered, is that it goes on."""
    plan = [planned(n) for n in (1, 2)]
    early = year_of(plan, {"t2": {"commitment_status": [status(1, "on_plan"), status(2, "late")]}})
    assert told(followed(early, issue(early), [])) == []
    year = {"commitment_status": [status(1, "partly_done", "yes"), status(2, "done")]}
    late = year_of(plan, {"year": year})
    assert told(followed(late, issue(early), [])) == [("UBN-2027-A1", "left")]
    assert told(followed(late, issue(late), [])) == []  # offered after the last word


def test_what_was_left_stays_for_the_year() -> None:
    """As it was followed up in the first follow-up, whatever last year's answers have become since."""
    last = year_of([planned(1)], {"year": {"commitment_status": [status(1, "not_done", "yes")]}})
    nothing = issue(year_of([], {}))
    [row] = followed(last, nothing, [])
    t1 = answers("2028-t1", {"commitment_status": [{**row, "status": "on_plan"}]})
    for again in (last, year_of([planned(1)], {"year": {"commitment_status": [status(1, "done")]}})):
        assert told(followed(again, nothing, [], [t1])) == [("UBN-2027-A1", "left")]


def test_the_same_text_planned_anew_is_not_left_besides() -> None:
    """Somebody wrote it into the plan under a new id."""
    last = year_of([planned(1)], {"year": {"commitment_status": [status(1, "not_done", "yes")]}})
    again = commitment(1, 2028) | {"text": "åtagande 2027  1"}
    assert told(followed(last, issue(year_of([], {})), [again])) == [("UBN-2028-A1", None)]


def test_two_of_the_same_words_are_two() -> None:
    """One goes on in the plan, the other is told of at year-end alone: it is not lost for the sake of the first."""
    plan = [planned(n, text="Fortbilda all personal") for n in (1, 2)]
    early = year_of(plan, {"t2": {"commitment_status": [status(1, "on_plan"), status(2, "done")]}})
    kept = issue(early).rows["commitments"]
    late = year_of(plan, {"year": {"commitment_status": [status(1, "partly_done", "yes"), status(2, "not_done", "yes")]}})
    assert told(followed(late, issue(early), kept)) == [("UBN-2027-A1", "continues"), ("UBN-2027-A2", "left")]


@dataclass(frozen=True)
class Story:
    """A year's commitments as they were told of, when the next plan was issued, and what the board cleared in it."""

    plan: int
    added: Mapping[str, int]
    said: Mapping[str, Mapping[int, tuple[str | None, str | None]]]  # round -> number -> status, continues
    issued_after: int  # how many of the year's rounds were answered before the plan of the next year was issued
    cleared: frozenset[int] = field(default_factory=frozenset)

    def year(self, rounds: int) -> YearSoFar:
        """Return the year as it is when so many of its rounds are answered."""
        numbers = list(range(1, self.plan + 1))
        followups: dict[str, dict[str, list[Row]]] = {}
        for kind in KINDS[:rounds]:
            if kind in self.said:
                rows: list[Row] = [status(n, *self.said[kind].get(n, (None, None))) for n in numbers]
                new = [max(numbers, default=0) + 1 + n for n in range(self.added.get(kind, 0))]
                added: list[Row] = [commitment(n, responsible="Rektor") for n in new]
                followups[kind] = {"commitment_status": rows, "added_commitments": added}
                numbers += new
        return year_of([planned(n) for n in range(1, self.plan + 1)], followups)


_INTERIM = st.sampled_from(["not_started", "on_plan", "late", "done", "cancelled"]).map(lambda code: (code, None))
_ENDED = st.tuples(st.sampled_from(["partly_done", "not_done", "cancelled"]), st.sampled_from(["yes", "no"]))
_FINAL = st.one_of(st.just(("done", None)), _ENDED)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    plan = draw(st.integers(0, 4))
    kinds = [kind for kind in KINDS if draw(st.booleans())]
    added = {kind: draw(st.integers(0, 2)) for kind in kinds}
    said = {kind: {n: draw(_FINAL if kind == "year" else _INTERIM) for n in range(1, 11)} for kind in kinds}
    return Story(plan, added, said, draw(st.integers(0, 3)), frozenset(draw(st.sets(st.integers(1, 10)))))


@settings(max_examples=long_run(150, 5000), deadline=None)
@given(stories())
def test_what_leaves_one_year_arrives_in_the_next_exactly_once(story: Story) -> None:
    """Whenever the plan was issued, and whatever the board cleared in it."""
    issued, last = issue(story.year(story.issued_after)), story.year(3)
    offered = {row["commitment_id"]: row["carried"] for row in issued.rows["commitments"]}
    kept = [row for row in issued.rows["commitments"] if int(row["commitment_id"].rpartition("A")[2]) not in story.cleared]
    kept = [{**row, "text": f"{row['text']}, i andra ord"} for row in kept]
    rows = followed(last, issued, [*kept, commitment(1, 2028)])
    arrived = [row["commitment_id"] for row in rows]
    assert len(set(arrived)) == len(arrived)
    for code, outlook in list_commitment_outlooks(last, OWNER).items():
        cleared = code in offered and code not in {row["commitment_id"] for row in kept}
        says_yes = outlook.settled and offered.get(code) != "continues"  # told at year-end, and not known when the plan was issued
        if outlook.goes_on and (not cleared or says_yes):
            assert arrived.count(code) == 1, (code, outlook)
        else:
            assert code not in arrived or code in {row["commitment_id"] for row in kept}
    # And from the next year into the one after it, with what was left there.
    t1 = answers("2028-t1", {"commitment_status": [{**row, "status": "late"} for row in rows]})
    plans = answers("2028-plan", {"commitments": [*kept, commitment(1, 2028)]}, issued)
    after = make_continuing_rows(YearSoFar(PLAN, standard_rounds().parse("2028-plan"), plans, (t1,)), OWNER, FORM, ["KF-M1"])
    assert sorted(row["commitment_id"] for row in after) == sorted(arrived)
