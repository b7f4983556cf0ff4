"""Which variant of the forms counts for whom."""

from __future__ import annotations

from datetime import date

import pytest

from styrxl.model.council_plan import Plan, make_council_plan
from styrxl.model.rounds import standard_rounds

DAY, SUMMER = date(2027, 1, 1), date(2027, 7, 1)


def plan(*rows: dict[str, object]) -> Plan:
    """Return a plan with an organisation."""
    fields = ("name", "board_id", "administration_id", "email", "contact", "language", "profile", "followup_rounds", "from", "to")
    return make_council_plan({"organisation": [{**dict.fromkeys(fields), **row} for row in rows]}, standard_rounds())


def of(org_id: str, kind: str, **facts: object) -> dict[str, object]:
    return {"org_id": org_id, "kind": kind, **facts}


@pytest.mark.parametrize(
    "own, administration, board, counts",
    [
        (None, None, None, None),
        ("skola", None, None, "skola"),
        (None, "skola", None, "skola"),
        (None, None, "skola", "skola"),
        (None, "skola", "miljo", "skola"),
        ("miljo", "skola", "vard", "miljo"),
        ("standard", "skola", "vard", None),
        (None, "standard", "vard", None),
    ],
)
def test_a_unit_has_its_own_else_its_administration_s_else_its_board_s(
    own: str | None, administration: str | None, board: str | None, counts: str | None
) -> None:
    """``standard`` is the usual forms, whatever those above have."""
    made = plan(
        of("UBN", "board", profile=board),
        of("UBF", "administration", board_id="UBN", profile=administration),
        of("UBN-ALBY", "unit", board_id="UBN", administration_id="UBF", profile=own),
    )
    unit = made.find("UBN-ALBY", DAY)
    assert unit is not None
    assert unit.profile == counts
    assert [o.profile for o in made.units("UBN", DAY)] == [counts]


def test_what_holds_is_what_those_above_have_on_the_day() -> None:
    """A unit that moves has the variant of its new administration from that day; a board's own is the board's, not its administration's."""
    made = plan(
        of("UBN", "board", administration_id="UBF"),
        of("UBF", "administration", profile="skola"),
        of("KFF", "administration", profile="kultur", **{"from": SUMMER}),
        of("KFF", "administration", to=date(2027, 6, 30)),
        of("UBN-BIB", "unit", board_id="UBN", administration_id="UBF", to=date(2027, 6, 30)),
        of("UBN-BIB", "unit", board_id="UBN", administration_id="KFF", **{"from": SUMMER}),
    )
    assert [o.profile for day in (DAY, SUMMER) for o in made.units("UBN", day)] == ["skola", "kultur"]
    board = made.find("UBN", DAY)
    assert board is not None
    assert board.profile is None
