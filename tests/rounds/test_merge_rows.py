"""Rows and cells of two returns, joined: whatever either has is there, the newer counts, and nothing comes under another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from long_runs import long_run
from styrxl.annotated.carry import FreshSheet
from styrxl.model.form_files import Forms
from styrxl.model.forms import Sheet
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.tables import RowIds, Table, TablePlace
from styrxl.returns.typed_columns import TableTyper
from styrxl.rounds.merging.merge_rows import (
    JoinedRow,
    PairedSheet,
    SheetOfReturn,
    add_erased,
    find_renamed,
    join_cells,
    pair_sheets,
    place_rows,
)
from styrxl.validation.answered_rows import list_answered_rows

FORMS = Forms([standard_folder()])
GOALS = FORMS.form("unit_plan").sheet("goals")
BUDGET = FORMS.form("annual_plan").sheet("budget")
FRAMES = FORMS.form("annual_plan").sheet("unit_frames")
OUTCOMES = FORMS.form("board_followup", None, "t1").sheet("outcomes")
RESPONSES = FORMS.form("annual_plan").sheet("goal_responses")
CONFIRMATION = FORMS.form("annual_plan").sheet("confirmation")
IDS = {"goals": [f"U-M{n}" for n in range(1, 7)], "budget": [""] * 8, "outcomes": ["Pedagogisk verksamhet", "Pedagogisk omsorg"]}
IDS |= {"unit_frames": ["U-1 Åby skola", "U-2 Östra", "U-3 Norra"], "goal_responses": ["KF-M1", "KF-M2"], "confirmation": [""]}
TOP = 5  # the row of the headings

Rows = Mapping[int, Mapping[str, Any]]  # Excel row -> field -> what stands there


def table(sheet: Sheet, rows: Rows, *, ids: Mapping[int, Any] | None = None) -> Table:
    """Return a return's sheet with some rows; ``ids``: those that stand there (as issued where it is None)."""
    there = ids if ids is not None else {TOP + 1 + index: id_ for index, id_ in enumerate(IDS[sheet.key]) if id_}
    fields = [column.field for column in sheet.columns]
    down = {field: TOP + index for index, field in enumerate(fields)} if sheet.layout == "down" else {}
    columns = {field: [row.get(field, "") for row in rows.values()] for field in fields}
    if sheet.id_column:
        columns[sheet.id_column.field] = [there.get(number, "") for number in rows]
    place = TablePlace(sheet.key, "Blad", TOP, {field: number for number, field in enumerate(fields, 1)}, {}, down)
    return Table(place, sheet, tuple(rows), columns, RowIds.of([*there], [*there.values()]))


def joined(newer: Table, older: Table, given: int = 0) -> tuple[PairedSheet, list[JoinedRow]]:
    """Return both, joined, on a sheet of which the first rows were given beforehand."""
    sheet, column = newer.sheet, newer.sheet.id_column
    issued = [{column.field: id_} for id_ in IDS[sheet.key][:given]] if column else []
    sides = [{sheet.key: SheetOfReturn(one, list_answered_rows(one), issued)} for one in (newer, older)]
    [paired] = pair_sheets(*sides)
    return paired, place_rows(paired, FreshSheet(sheet, IDS[sheet.key], given))


def written(rows: Sequence[JoinedRow], *, newer_wins: bool = False) -> dict[int | None, dict[str, Any]]:
    """Return what comes to stand in each row of data."""
    return {row.index: {f: a.written for f, a in join_cells(row, newer_wins=newer_wins)[0].items()} for row in rows}


def told(rows: Sequence[JoinedRow], *, newer_wins: bool = False) -> list[tuple[int | None, str, Any, Any, bool]]:
    cells = ((row, cell) for row in rows for cell in join_cells(row, newer_wins=newer_wins)[1])
    return [(row.index, c.field, c.newer and c.newer.written, c.older.written, c.from_newer) for row, c in cells]


# what is one row, and where it goes


@pytest.mark.parametrize(
    "ours,theirs",
    [
        ("Alla trivs", "alla  trivs."),
        ("Åby", "A\N{COMBINING RING ABOVE}by"),
        ("Bra", "B\N{SOFT HYPHEN}ra"),
        ("Må bra", "Må\N{NO-BREAK SPACE}bra"),
    ],
)
def test_names_are_compared_as_people_see_them(ours: str, theirs: str) -> None:
    _, rows = joined(table(GOALS, {6: {"text": ours}}), table(GOALS, {6: {"text": theirs, "from_year": 2027}}))
    assert written(rows) == {0: {"text": ours, "from_year": 2027}}
    _, rows = joined(table(BUDGET, {6: {"activity": ours, "cost": 1}}), table(BUDGET, {9: {"activity": theirs, "revenue": 2}}))
    assert written(rows) == {0: {"activity": ours, "cost": 1, "revenue": 2}}


def test_what_each_began_on_one_id_is_two_rows_and_the_older_s_gets_the_next_free_id() -> None:
    newer, older = table(GOALS, {6: {"text": "Nytt"}}), table(GOALS, {6: {"text": "Gammalt"}, 7: {"text": "Också gammalt"}})
    _, rows = joined(newer, older)
    assert written(rows) == {0: {"text": "Nytt"}, 1: {"text": "Också gammalt"}, 2: {"text": "Gammalt"}}
    assert find_renamed(rows, FreshSheet(GOALS, IDS["goals"], 0), "older") == {"U-M1": "U-M3"}


def test_a_row_that_stands_by_another_id_in_the_newer_is_the_same() -> None:
    """Somebody has taken out the first goal, and moved the second one up."""
    newer, older = (
        table(GOALS, {6: {"text": "Två", "to_year": 2028}}),
        table(GOALS, {6: {"text": "Ett"}, 7: {"text": "Två", "from_year": 2027}}),
    )
    _, rows = joined(newer, older)
    assert written(rows) == {0: {"text": "Två", "to_year": 2028, "from_year": 2027}, 1: {"text": "Ett"}}
    assert find_renamed(rows, FreshSheet(GOALS, IDS["goals"], 0), "older") == {"U-M1": "U-M2", "U-M2": "U-M1"}


def test_a_row_that_was_given_beforehand_is_one_row_whatever_it_is_called() -> None:
    newer, older = table(GOALS, {6: {"text": "Nyare ord"}}), table(GOALS, {6: {"text": "Äldre ord"}, 9: {"text": "Eget"}})
    _, rows = joined(newer, older, given=2)
    assert written(rows) == {0: {"text": "Nyare ord"}, 3: {"text": "Eget"}}
    assert told(rows) == [(0, "text", "Nyare ord", "Äldre ord", True)]


def test_a_row_without_an_id_of_its_own_goes_to_the_next_free_one_but_never_to_one_that_was_given() -> None:
    ids = {6: "U-M1", 7: "U-M2", 40: "X-M1"}
    older = table(GOALS, {7: {"text": "Två"}, 40: {"text": "Annans id"}, 50: {"text": "Utan id"}}, ids=ids)
    _, rows = joined(table(GOALS, {8: {"text": "Tre"}}), older, given=1)
    assert written(rows) == {1: {"text": "Två"}, 2: {"text": "Tre"}, 3: {"text": "Annans id"}, 4: {"text": "Utan id"}}


def test_a_full_sheet_has_no_place_for_more_and_one_without_ids_always_has() -> None:
    full = {6 + n: {"text": f"Mål {n}"} for n in range(6)}
    _, rows = joined(table(GOALS, full), table(GOALS, {6: {"text": "Ett till"}}))
    assert [row.index for row in rows if row.newer is None] == [None]
    budget = {6 + n: {"activity": f"Verksamhet {n}", "cost": n} for n in range(8)}
    _, rows = joined(table(BUDGET, budget), table(BUDGET, {6: {"activity": "En till", "cost": 9}}))
    assert written(rows)[8] == {"activity": "En till", "cost": 9}


def test_rows_that_begin_alike_keep_their_own_answers() -> None:
    """An activity is known by all of its name: by its first word the money of one would come to stand at the other."""
    ids = {6: "Pedagogisk omsorg", 7: "pedagogisk  verksamhet"}
    older = table(OUTCOMES, {6: {"outcome_cost": 100}, 7: {"outcome_cost": 200}}, ids=ids)
    _, rows = joined(table(OUTCOMES, {6: {"forecast_cost": 300}}), older)
    assert written(rows) == {0: {"outcome_cost": 200, "forecast_cost": 300}, 1: {"outcome_cost": 100}}


def test_equal_amounts_of_units_are_rows_of_their_own() -> None:
    sheet, rows = joined(table(FRAMES, {6: {"frame": 500}, 8: {"frame": 500}}), table(FRAMES, {7: {"frame": 500}}))
    assert written(rows) == {0: {"frame": 500}, 1: {"frame": 500}, 2: {"frame": 500}}
    assert not sheet.rows.unclear


def test_a_unit_that_was_not_issued_has_no_place() -> None:
    _, rows = joined(table(FRAMES, {6: {"frame": 500}}), table(FRAMES, {7: {"frame": 1}}, ids={6: "U-1", 7: "X-9"}))
    assert written(rows)[None] == {"frame": 1}


def test_an_amount_without_a_name_comes_under_no_name() -> None:
    nameless = {6: {"cost": 7}}
    _, rows = joined(table(BUDGET, {6: {"activity": "Skola", "cost": 9}}), table(BUDGET, nameless))
    assert written(rows) == {0: {"activity": "Skola", "cost": 9}, 1: {"cost": 7}}
    _, rows = joined(table(BUDGET, nameless), table(BUDGET, {8: {"cost": 7}}))
    assert written(rows) == {0: {"cost": 7}}


TWICE = {6: {"activity": "Förskola", "cost": 1}, 7: {"activity": "förskola", "cost": 2}}


@pytest.mark.parametrize(
    "newer,unclear",
    [
        ({6: {"activity": "Skola", "cost": 3}}, 0),
        ({6: {"activity": "Förskola", "cost": 2}, 8: {"activity": "Förskola", "cost": 1}}, 0),
        ({6: {"activity": "Förskola", "cost": 1}}, 1),
        ({6: {"activity": "Förskola", "cost": 1}, 7: {"activity": "Förskola", "cost": 3}}, 1),
    ],
)
def test_rows_of_one_name_in_a_return_are_not_guessed_at(newer: Rows, unclear: int) -> None:
    sheet, rows = joined(table(BUDGET, newer), table(BUDGET, TWICE))
    assert len(sheet.rows.unclear) == unclear
    assert sheet.has_more(newer_wins=False) == (unclear > 0 or "Skola" in str(newer))
    taken = [*newer.values()] + ([*TWICE.values()] if "Skola" in str(newer) else [])
    assert [written(rows)[row.index] for row in rows] == taken


# cells


@pytest.mark.parametrize("ours,theirs", [(1200, "1 200"), (1200.0, "1\N{NO-BREAK SPACE}200"), ("1200", 1200), ("2 000 tkr", 2000)])
def test_amounts_that_are_understood_alike_are_the_same_answer(ours: Any, theirs: Any) -> None:
    both = [table(BUDGET, {6: {"activity": "Skola", "cost": value}}) for value in (ours, theirs)]
    _, rows = joined(typed(both[0]), typed(both[1]))
    assert (written(rows), told(rows)) == ({0: {"activity": "Skola", "cost": ours}}, [])


def typed(one: Table) -> Table:
    return replace(one, typed=TableTyper().typed(FORMS.form("annual_plan"), one, 2027))


def test_single_answers_of_a_sheet_laid_out_downwards_are_joined() -> None:
    newer, older = {TOP: {"status": "Förslag", "responsible": "Chef"}}, {TOP: {"responsible": "Ekonom", "paragraph": "§ 1"}}
    _, rows = joined(table(CONFIRMATION, newer), table(CONFIRMATION, older))
    assert written(rows) == {0: {"status": "Förslag", "responsible": "Chef", "paragraph": "§ 1"}}
    assert told(rows) == [(0, "responsible", "Chef", "Ekonom", True), (0, "paragraph", None, "§ 1", False)]
    assert written(rows, newer_wins=True) == {0: {"status": "Förslag", "responsible": "Chef"}}
    assert told(rows, newer_wins=True)[1] == (0, "paragraph", None, "§ 1", True)


ISSUED = [{"goal_id": "U-M1", "text": "Utdelat", "from_year": 2026}]


@pytest.mark.parametrize(
    "newer,older,wins,there",
    [
        ({}, {"text": "Utdelat", "from_year": 2026}, False, {"text": None, "from_year": None}),  # the newer has struck it out
        ({"text": "Nytt"}, {"text": "Äldre", "from_year": 2025}, False, {"text": "Nytt", "from_year": 2025}),
        ({"text": "Nytt"}, {"text": "Äldre", "from_year": 2025}, True, {"text": "Nytt", "from_year": None}),
        ({"text": "Utdelat", "from_year": 2026}, {"from_year": 2026}, False, {}),  # the older has erased what the newer lets stand
        ({"text": "Utdelat", "from_year": 2027}, {"text": "Äldre"}, False, {"from_year": 2027, "text": "Äldre"}),
    ],
)
def test_what_was_issued_is_nobody_s_answer_and_erasing_it_is_one(
    newer: Mapping[str, Any],
    older: Mapping[str, Any],
    wins: bool,  # noqa: FBT001 -- a case
    there: Mapping[str, Any],
) -> None:
    sides = []
    for row in (newer, older):
        one = table(GOALS, {6: row} if row else {})
        same = frozenset((field, 6) for field, value in row.items() if value == ISSUED[0][field])
        one = Table(one.place, GOALS, one.rows, one.columns, one.ids, untouched=same)
        sides.append(SheetOfReturn(one, list_answered_rows(one), ISSUED))
    sides[0] = replace(sides[0], rows=add_erased(sides[0].rows, sides[0].table, ISSUED))
    [paired] = pair_sheets({"goals": sides[0]}, {"goals": sides[1]})
    assert written(place_rows(paired, FreshSheet(GOALS, IDS["goals"], 1)), newer_wins=wins) == ({0: there} if there else {})


# any two returns

NAMES = st.sampled_from(["Skola", "Skolor", "Skola norr", "Skola syd", "Förskola", ""])
AMOUNTS = st.dictionaries(st.sampled_from(["revenue", "cost"]), st.integers(1, 3), min_size=1)
MONEY = st.dictionaries(st.integers(6, 13), st.builds(lambda name, row: {"activity": name} | row, NAMES, AMOUNTS), max_size=5)


@given(MONEY, MONEY, st.booleans())
@settings(max_examples=long_run(100, 5_000), deadline=None)
def test_no_amount_comes_to_stand_under_another_name(newer: Rows, older: Rows, wins: bool) -> None:  # noqa: FBT001 -- drawn
    sheet, rows = joined(table(BUDGET, newer), table(BUDGET, older))
    there, ours, theirs = (Counter(spoken(some.values())) for some in (written(rows, newer_wins=wins), newer, older))
    assert ours <= there
    assert there - ours <= theirs
    doubtful = {row.name for doubt in sheet.rows.unclear for row in doubt.older}
    differing = {(row.shown, field) for row in rows for field in [cell.field for cell in join_cells(row, newer_wins=wins)[1]]}
    gone = {(name, field) for name, field, _ in set(theirs) - set(there) if name.casefold() not in doubtful}
    assert gone <= differing


def spoken(rows: Any) -> list[tuple[str, str, Any]]:
    """Return what rows say: name, field, amount."""
    return [(row.get("activity", ""), field, value) for row in rows for field, value in row.items() if field != "activity"]


TEXTS = st.sampled_from(["Läsa", "Räkna", "Skriva", "Trivas", ""])
FURTHER = st.dictionaries(st.sampled_from(["target_group", "from_year", "to_year"]), st.integers(1, 3), min_size=1)
STATED = st.dictionaries(st.integers(6, 11), st.builds(lambda text, row: {"text": text} | row, TEXTS, FURTHER), max_size=3)


@given(STATED, STATED)
@settings(max_examples=long_run(100, 5_000), deadline=None)
def test_a_cell_says_what_the_newer_says_where_both_do_and_each_that_differs_is_told(newer: Rows, older: Rows) -> None:
    _, rows = joined(table(GOALS, newer), table(GOALS, older))
    assert len({row.index for row in rows}) == len(rows)
    for row in rows:
        cells, differing = join_cells(row, newer_wins=False)
        ours, theirs = (one.answers if one else {} for one in (row.newer, row.older))
        assert cells == {**theirs, **ours}
        assert not row.newer or not row.older or not (row.newer.name and row.older.name) or row.newer.name == row.older.name
        both = ours and theirs
        assert {c.field for c in differing} == {
            f for f, a in theirs.items() if both and (f not in ours or ours[f].understood != a.understood)
        }


@given(STATED, st.randoms(use_true_random=False))
@settings(max_examples=long_run(100, 5_000), deadline=None)
def test_halves_of_a_return_make_the_whole_either_way_round(whole: Rows, chance: Any) -> None:
    """Each cell is in one half, in the other, or in both."""
    whole = {number: row for number, row in whole.items() if len({r["text"] for r in whole.values()}) == len(whole)}
    sides: tuple[dict[int, dict[str, Any]], ...] = ({}, {})
    for number, row in whole.items():
        for field, value in row.items():
            for side in chance.choice(((0,), (1,), (0, 1))):
                sides[side].setdefault(number, {})[field] = value
    for newer, older in (sides, sides[::-1]):
        _, rows = joined(table(GOALS, newer), table(GOALS, older))
        assert written(rows) == {number - TOP - 1: {f: v for f, v in row.items() if v != ""} for number, row in whole.items()}
