"""The sample municipality: the same each time, Swedish that differs from unit to unit, and answers that the program takes as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from sample_texts import texts
from styrxl.model.council_plan import Adjustment, CouncilGoal, Organisation, Plan
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form
from styrxl.model.judged import Judged
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import standard_rounds
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.read import ReturnReader
from styrxl.sample import habits
from styrxl.sample.faults.plan import list_faults
from styrxl.sample.fill import Answers, AsTyped, DoesNotFitError, fill
from styrxl.sample.material import luck, material, municipality, unit, units
from styrxl.sample.ods import convert_to_ods
from styrxl.sample.people import share_out_mistakes
from styrxl.sample.plan_answers import YEAR, answer_board_plan, answer_council_plan, answer_unit_plan
from styrxl.sample.varied_texts import choose_words, count_texts, render_pair, render_text
from styrxl.validation.context import Arrival, Context
from styrxl.validation.identify import Identifier
from styrxl.validation.judge import judge
from styrxl.validation.rules.schema import Schemas

FORMS = Forms([standard_folder()])
WORDS = FORMS.words
ROUND = standard_rounds().parse(f"{YEAR}-plan")
RECEIVED = datetime(YEAR, 1, 20, 12, tzinfo=UTC)
BOARDS = tuple(material()["boards"])
PLAN = answer_council_plan()


def plan() -> Plan:
    """Return the sample's plan as values, straight from its answers."""
    return Plan(
        organisations=tuple(_organisation(row) for row in PLAN["organisation"]),
        goals=tuple(_goal(row) for row in PLAN["council_goals"]),
        frames={(r["board_id"], r["year"]): (r["operating_frame"], r.get("investment_frame")) for r in PLAN["frames"]},
        adjustments=tuple(
            Adjustment(r["board_id"], r["year"], r["date"], r["operating"], 0.0, r["decision"]) for r in PLAN["frame_adjustments"]
        ),
        waivers=(),
        indicators=(),
    )


def _organisation(row: Mapping[str, Any]) -> Organisation:
    return Organisation(
        org_id=row["org_id"],
        name=row["name"],
        kind=row["kind"],
        board_id=row.get("board_id"),
        administration_id=row.get("administration_id"),
        email=(row["email"],),
        contact=row["contact"],
        language=row["language"],
        profile=row.get("profile"),
        followup_rounds=(),
        start=None,
        end=None,
    )


def _goal(row: Mapping[str, Any]) -> CouncilGoal:
    boards = tuple((row["concerned_boards"] or "").split(";")) if row["concerned_boards"] else ()
    sound = row["sound_management"] == "yes"
    return CouncilGoal(row["goal_id"], row["text"], row["focus_area"], row["dimension"], sound, boards, row["from_year"], row["to_year"])


def prefill(form: str, owner: str, **parts: Any) -> Prefill:
    """Return a prefill for an owner of the sample."""
    row = next(r for r in PLAN["organisation"] if r["org_id"] == owner)
    profile = FORMS.form(form, row.get("profile")).profile
    return Prefill(
        form=form,
        version=1,
        profile=profile,
        language=row["language"],
        round=ROUND.id,
        round_name="Plan 2027",
        year=YEAR,
        owner=owner,
        owner_name=row["name"],
        board_id=row.get("board_id"),
        board_name=None,
        municipality=municipality(),
        contact="Kommunens controller",
        issue=f"issue-{owner}",
        **parts,
    )


def for_board(owner: str) -> Prefill:
    """Return what a board is issued: the council goals that it may tie to, its units and its frames."""
    goals = [g for g in plan().goals if not g.concerned_boards or owner in g.concerned_boards]
    its_units = [(o.org_id, o.name) for o in plan().organisations if o.board_id == owner]
    frame = plan().frame(owner, YEAR, date(YEAR, 1, 5))
    responses = tuple(
        {
            "goal_id": g.goal_id,
            "text": g.text,
            "focus_area": g.focus_area,
            "dimension": g.dimension,
            "concerns": "yes" if g.concerned_boards else None,
        }
        for g in goals
    )
    return prefill(
        "annual_plan",
        owner,
        frames={"operating_frame": frame.operating, "investment_frame": frame.investment},
        rows={"goal_responses": responses, "unit_frames": tuple({"unit_id": f"{i} {n}", "frame": None} for i, n in its_units)},
        lists={"council_goals": tuple((g.goal_id, g.text) for g in goals), "units": tuple(its_units)},
    )


def for_unit(owner: str) -> Prefill:
    """Return what a unit is issued: its board's goals and commitments, as the board answers."""
    board = unit(owner).board
    answers = answer_board_plan(for_board(board))
    goals = tuple((f"{board}-M{n}", row["text"]) for n, row in enumerate(answers["goals"], 1) if row)
    commitments = tuple((f"{board}-{YEAR}-A{n}", row["text"]) for n, row in enumerate(answers["commitments"], 1) if row)
    reading = tuple({"id": i, "what": "Nämndmål", "text": t, "serves": None} for i, t in (*goals, *commitments))
    lists = {"board_goals": goals, "board_commitments": commitments}
    return prefill("unit_plan", owner, frames={"unit_frame": 12_000.0}, rows={"board_goals": reading}, lists=lists)


def form_of(made: Prefill) -> Form:
    """Return the form that a prefill is for."""
    return FORMS.form(made.form, made.profile)


def filled(made: Prefill, answers: Answers) -> bytes:
    """Return an owner's workbook with answers, typed as people type."""
    form = form_of(made)
    return fill(form, made, habits.type_by_habit(answers, form, made.language, made.owner))


def judged(*returns: tuple[Prefill, bytes]) -> tuple[Judged, ...]:
    """Judge returns together against what was issued."""
    issued = {made.issue: made for made, _ in returns}
    context = Context(forms=FORMS, plan=plan(), round=ROUND)
    identifier = Identifier(context)
    with ReturnReader(FORMS) as readings:
        read = [(f"{made.owner}.xlsx", sha256(data).hexdigest(), readings.read(data)) for made, data in returns]
    arrivals = [Arrival(path, hashed, RECEIVED, reading, signed=True) for path, hashed, reading in read]
    return judge([identifier.identify(arrival, issued) for arrival in arrivals], context, Schemas(FORMS)).returns


def worst(one: Judged) -> list[str]:
    """Return the rules of a return's errors and warnings."""
    return [f.rule for f in one.findings if f.severity != "info"]


# the municipality


def test_the_thirteen_goals_stand_under_the_six_focus_areas() -> None:
    """KF-M1 to KF-M13, and the one whose year has passed says that it is changed."""
    goals = PLAN["council_goals"]
    assert [goal["goal_id"] for goal in goals] == [f"KF-M{n}" for n in range(1, 14)]
    assert list(Counter(goal["focus_area"] for goal in goals).values()) == [3, 2, 2, 2, 2, 2]
    assert goals[12]["text"] == "Fossilbränslefri kommunal organisation senast 2030 (året är ändrat, exempeldata)"


def test_the_boards_are_those_of_2020() -> None:
    """Ten boards, the council, and all outside them; forty units; one administration serves two boards."""
    kinds = Counter(row["kind"] for row in PLAN["organisation"])
    assert kinds == {"unit": 40, "board": 10, "administration": 8, "council": 1, "audit": 1, "common": 1, "finance": 1, "company": 1}
    assert BOARDS == ("KS", "AVN", "KFN", "MHN", "SBN", "SON", "TFN", "UBN", "VLN", "VON")
    served = Counter(row["administration_id"] for row in PLAN["organisation"] if row["kind"] == "board")
    assert (served["SBF"], served["KLF"]) == (2, 2)


def test_one_board_has_a_profile_and_one_unit_another_language() -> None:
    """All of the education board's units use the school's variant; one works in English; the election board has no units."""
    of_units = [row for row in PLAN["organisation"] if row["kind"] == "unit"]
    assert {row["board_id"]: row["profile"] for row in of_units} == dict.fromkeys(set(BOARDS) - {"VLN"}, None) | {"UBN": "skola"}
    assert [row["org_id"] for row in of_units if row["language"] == "en"] == ["UBN-INT"]


@pytest.mark.parametrize("how_many", [0, 3, 40, 3000])
def test_units_have_ids_names_and_addresses_of_their_own(how_many: int) -> None:
    """As many as asked for, none twice, found again by id; a larger municipality holds the smaller one."""
    found = units(how_many)
    assert len(found) == how_many
    assert len({one.id for one in found}) == len({one.name for one in found}) == how_many
    assert units(how_many + 7)[:how_many] == found
    assert all(unit(one.id) == one for one in found[:60])
    pattern = re.compile(r"(?!.*-[MAI]\d+$)[A-ZÅÄÖ0-9]+(-[A-ZÅÄÖ0-9]+)*")
    assert all(pattern.fullmatch(one.id) for one in found)


def test_nobody_real_is_in_it() -> None:
    """Addresses end in example.se, contacts are roles, and the municipality says that it is an example."""
    rows = answer_council_plan(3000)["organisation"]
    assert all(re.fullmatch(r"[a-z0-9-]+@botkyrka\.example\.se", row["email"]) for row in rows)
    assert municipality().endswith("(exempeldata)")
    roles = {row["contact"] for row in rows}
    assert all(re.fullmatch(r"[A-ZÅÄÖ]+[a-zåäö-]+( [a-zåäö]+)?", role) for role in roles)


def test_no_text_has_a_stray_place_or_mark() -> None:
    """Choices are closed, ranges go upwards, and every text is one line without double spaces."""
    for text in texts(material()):
        assert text == " ".join(text.split())
        assert text.count("{") == text.count("}")


def test_frames_come_to_some_billions() -> None:
    """Frames for two years, each holder once a year."""
    frames = PLAN["frames"]
    assert len({(row["board_id"], row["year"]) for row in frames}) == len(frames) == 26
    assert sum(row["operating_frame"] for row in frames if row["year"] == YEAR) == 7_234_400
    assert sum(row["operating"] for row in PLAN["frame_adjustments"]) == 4_325


# texts that vary


def test_a_text_differs_for_each_number() -> None:
    """Every number below the count gives its own text; a result repeats the text's choice."""
    template = "{2-4} av {fem|sex} är {klara|nöjda}"
    assert count_texts(template) == 12
    made = [render_text(template, number, {}, salt=5) for number in range(12)]
    assert len(set(made)) == 12
    assert all(text.startswith(("Två av", "Tre av", "Fyra av")) for text in made)  # no sentence begins with a figure
    said, expected = render_pair("Minst {70-95:5} procent i {place}", "Mätningen visar {#1} procent", 3, {"place": "Alby"})
    number = choose_words("Minst {70-95:5} procent i {place}", 3)[0]
    assert (said, expected) == (f"Minst {number} procent i Alby", f"Mätningen visar {number} procent")


def test_every_template_can_be_written() -> None:
    """Each sentence of each kind of unit, first and last variant, leaves nothing open."""
    everything = [(t, r) for kind in material()["kinds"].values() for _, t, r in kind["does"]]
    everything += [(t, r) for key in ("shared", "shared_en") for _, t, r in material()[key]]
    everything += [tuple(pair_) for board in material()["boards"].values() for goal in board["goals"] for pair_ in goal["does"]]
    for text, result in everything:
        for number in (0, count_texts(text) - 1):
            said = " ".join(render_pair(text, result, number, {"unit": "skolan", "place": "Alby"}))
            assert not set("{}|#") & set(said), said


# boards


@pytest.mark.parametrize("owner", BOARDS)
def test_a_board_says_what_the_sample_means_it_to(owner: str) -> None:
    """Accepted, with warnings where one is meant: a budget over its frame, a board that does not confirm, a goal that nothing serves."""
    meant = {"SON": ["frame-exceeded"], "VON": ["not-confirmed"], "VLN": ["goal-uncovered"]}
    made = for_board(owner)
    [one] = judged((made, filled(made, answer_board_plan(made))))
    assert (one.verdict, worst(one)) == ("accepted", meant.get(owner, []))
    assert {f.rule for f in one.findings} - {*meant.get(owner, [])} <= {"interpreted-value"}


@pytest.mark.parametrize("owner", BOARDS)
def test_a_board_answers_every_council_goal(owner: str) -> None:
    """Each with how, or with why not; six goals and twelve commitments or more, but for the election board's."""
    made = for_board(owner)
    answers = answer_board_plan(made)
    assert len(answers["goal_responses"]) == len(made.rows["goal_responses"])
    for row in answers["goal_responses"]:
        assert row.get("contribution") or (row["concerns"] == "no" and row["reason"])
    least = (3, 6) if owner == "VLN" else (6, 12)
    assert (len(list(filter(None, answers["goals"]))), len(list(filter(None, answers["commitments"])))) >= least


def test_a_board_without_a_named_goal_uses_one_that_it_has() -> None:
    """With one council goal in the plan, everything is tied to that one."""
    made = for_board("UBN")
    only = made.lists["council_goals"][-1:]
    narrow = prefill("annual_plan", "UBN", lists={**made.lists, "council_goals": only})
    assert {row["parent_id"] for row in answer_board_plan(narrow)["goals"] if row} == {only[0][0]}


# units


@pytest.mark.parametrize(
    "owner", ["UBN-ALBY", "UBN-INT", "UBN-TUMBA", "UBN-ÄNGEN", "VON-EKEN", "VON-DAGLIG", "KFN-BIB", "TFN-VA", "SON-BARN"]
)
def test_a_unit_is_accepted(owner: str) -> None:
    """Without an error or a warning, however it was typed."""
    made = for_unit(owner)
    data = filled(made, answer_unit_plan(made))
    [one] = judged((made, data))
    assert (one.verdict, worst(one)) == ("accepted", [])
    assert {f.rule for f in one.findings} <= {"interpreted-value"}


def test_units_have_three_to_eight_commitments_each() -> None:
    """But for the one whose plan is in another system."""
    counts = {one.id: len([row for row in answer_unit_plan(for_unit(one.id)).get("commitments", ()) if row]) for one in units()}
    assert [owner for owner, how_many in counts.items() if not how_many] == ["VON-DAGLIG"]
    assert {how_many for how_many in counts.values() if how_many} <= set(range(3, 9))


def test_commitments_are_tied_to_what_they_are_about() -> None:
    """A unit's commitments are tied to the board's goal for them, or to one of the board's commitments for that goal."""
    made = for_unit("VON-HTJ-NORR")
    offered = {code for pairs in made.lists.values() for code, _ in pairs}
    rows = [row for row in answer_unit_plan(made)["commitments"] if row]
    assert {row["parent_id"] for row in rows} <= offered | {"VON-HTJ-NORR-M1"}
    assert "school_form" not in rows[0]
    assert {row["school_form"] for row in answer_unit_plan(for_unit("UBN-TALLEN"))["commitments"] if row} == {"preschool"}


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_siblings_say_nothing_word_for_word(seed: int) -> None:
    """No two units of three thousand have a commitment in common, whatever the seed."""
    seen: Counter[str] = Counter()
    for one in units(3000):
        made = prefill("unit_plan", "UBN-ALBY")
        own = Prefill(**{name: getattr(made, name) for name in Prefill.__slots__} | {"owner": one.id, "board_id": one.board})
        seen.update(row["text"] for row in answer_unit_plan(own, seed).get("commitments", ()) if row)
    assert [text for text, times in seen.items() if times > 1] == []


def test_the_seed_decides() -> None:
    """The same seed gives the same answers, another gives others."""
    made = for_unit("UBN-ALBY")
    assert answer_unit_plan(made, 3) == answer_unit_plan(made, 3) != answer_unit_plan(made, 4)
    board = for_board("KFN")
    assert answer_board_plan(board, 3) == answer_board_plan(board, 3) != answer_board_plan(board, 4)


# filling in


def cells(data: bytes, sheet: str) -> list[list[Any]]:
    """Return a sheet's values as calamine reads them, from A1."""
    with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
        found = book.get_sheet_by_name(sheet)
        top, left = found.start or (0, 0)
        return [[] for _ in range(top)] + [[""] * left + row for row in found.to_python()]


def test_what_is_filled_in_is_read_back() -> None:
    """Texts, dates, numbers, choices and goals from the list, on the rows meant, and text stays text."""
    made = for_board("KFN")
    form = form_of(made)
    answers: Answers = {
        "goals": [{}, {"text": "=1+1", "parent_id": "KF-M11", "priority": "1", "from_year": YEAR}],
        "commitments": [{"text": " Läsa ", "parent_id": "KFN-M2", "start": date(YEAR, 3, 1), "more_parents": "KF-M1;KF-M2"}],
        "budget": [{"activity": "Staben", "cost": 1200.5, "revenue": AsTyped("1 200,50")}],
        "confirmation": [{"confirms": "no", "decision_date": date(YEAR, 1, 20)}],
    }
    data = fill(form, made, answers)
    goal = next(row for row in cells(data, "Nämndmål") if row and row[0] == "KFN-M2")
    assert goal[1:3] == ["=1+1", "KF-M11 Fler Botkyrkabor har möjlighet att uppleva och skapa kultur"]
    assert (goal[6], goal[7]) == (1, YEAR)
    commitment = next(row for row in cells(data, "Åtaganden") if row and row[0] == f"KFN-{YEAR}-A1")
    assert commitment[1:6] == [" Läsa ", "KFN-M2 =1+1", "KF-M1; KF-M2", "", date(YEAR, 3, 1)]
    line = next(row for row in cells(data, "Budget") if row and row[0] == "Staben")
    assert line[1:3] == ["1 200,50", 1200.5]
    down = {row[0]: row[1] for row in cells(data, "Bekräftelse") if len(row) > 1}
    assert down["Nämnden bekräftar sitt åtagande inom ramen*"] == "Nej"


def test_filling_in_gives_the_same_bytes() -> None:
    """Twice the same answers, twice the same workbook."""
    made = for_unit("UBN-ALBY")
    assert filled(made, answer_unit_plan(made)) == filled(made, answer_unit_plan(made))


@pytest.mark.parametrize(
    "answers, told",
    [
        ({"goals": [{"text": "Mål"}]}, "no sheet for goals"),
        ({"commitments": [{}] * 60 + [{"text": "En till"}]}, "no place for text, row 61"),
        ({"commitments": [{"commitment_id": "X"}]}, "is locked"),
    ],
)
def test_an_answer_without_a_place_is_refused(answers: Answers, told: str) -> None:
    """A sheet, a row or a cell that is not there to fill in."""
    made = for_unit("UBN-ALBY")
    with pytest.raises(DoesNotFitError, match=told):
        fill(form_of(made), made, answers)


def test_people_type_as_they_like() -> None:
    """Ids alone and in lower case, amounts and dates as words, spaces: all ways turn up, and none of them where it was typed already."""
    form = FORMS.form("annual_plan")
    rows = [{"activity": "Staben", "cost": 1200.0}] * 200
    dates = [{"start": date(YEAR, 3, 1), "parent_id": "KF-M1"}] * 200
    typed = habits.type_by_habit({"budget": rows, "commitments": dates}, form, "sv", "1")
    amounts = {row["cost"].value for row in typed["budget"] if isinstance(row["cost"], AsTyped)}
    assert amounts == {"1 200", "1\u00a0200", "1200 tkr", "1 200,00"}
    assert {row["start"].value for row in typed["commitments"] if isinstance(row["start"], AsTyped)} == {
        "2027-03-01",
        "1/3 2027",
        "1 mars 2027",
        "1/3",
    }
    assert {row["parent_id"].value for row in typed["commitments"] if isinstance(row["parent_id"], AsTyped)} == {"KF-M1", "kf-m1", "KF-M1 "}
    raw = {"commitments": [{"start": AsTyped("snart")}]}
    assert habits.type_by_habit(raw, form, "sv", "1") == raw


def cut_empty(rows: list[list[Any]]) -> list[list[Any]]:
    """Return rows up to the last that holds anything: a formula that gives an empty text is none in an ODS."""
    last = max((n for n, row in enumerate(rows, 1) if any(value != "" for value in row)), default=0)
    return rows[:last]


def test_an_ods_reads_as_the_workbook_that_it_was() -> None:
    """The same values in the same cells on every sheet, the hidden ones too."""
    made = for_unit("VON-EKEN")
    data = filled(made, answer_unit_plan(made))
    ods = convert_to_ods(data)
    with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
        sheets = book.sheet_names
    for sheet in sheets:
        assert cut_empty(cells(ods, sheet)) == cut_empty(cells(data, sheet)), sheet
    [one] = judged((made, ods))
    assert (one.verdict, worst(one)) == ("accepted", [])
    assert convert_to_ods(data) == ods


# mistakes


def test_every_mistake_of_the_demonstration_is_a_fault() -> None:
    """One name for each, and no fault is left out but those that a signature gives away and those that boards make on purpose."""
    made = [name for level in ("board", "unit") for group in material()["mistakes"][level] for name in group]
    assert len(made) == len(set(made))
    assert set(list_faults()) - set(made) == {
        "unknown-version",
        "unknown-owner",
        "wrong-round",
        "not-confirmed",
        "frame-exceeded",
        "goal-uncovered",
    }


@pytest.mark.parametrize("level, owners, careless", [("board", 9, 2), ("unit", 40, 5), ("unit", 1000, 125), ("unit", 0, 0)])
def test_one_in_eight_is_careless_and_every_mistake_is_made(level: str, owners: int, careless: int) -> None:
    """With as few tries as that takes."""
    mistakes = material()["mistakes"][level]
    shared = share_out_mistakes([f"U{n}" for n in range(owners)], mistakes, luck(1))
    assert len(shared) == careless
    made = {group for groups in shared.values() for group in groups}
    assert made == ({tuple(group) for group in mistakes} if owners else set())
    assert all(1 <= len(groups) <= 3 for groups in shared.values())
