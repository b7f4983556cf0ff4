"""The small municipality of the tests: two boards, three units, the auditors; three goals of its council, and its frames.

``town`` plays it through with the commands, ``small_town`` and ``small_year`` in memory, where what comes of it is worked out by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.model.council_plan import CouncilGoal, Organisation

Rows = Sequence[Mapping[str, Any]]

NAME = "Åköping"
ORGANISATION: Rows = (
    {"org_id": "KF", "name": "Kommunfullmäktige", "kind": "council"},
    {"org_id": "UBN", "name": "Utbildningsnämnden", "kind": "board", "email": "ubn@example.se", "contact": "Nämndsekreterare"},
    {"org_id": "KFN", "name": "Kultur- och fritidsnämnden", "kind": "board", "language": "en"},
    {"org_id": "UBF", "name": "Utbildningsförvaltningen", "kind": "administration", "board_id": "UBN"},
    {"org_id": "UBN-ÅBY", "name": "Åby skola", "kind": "unit", "board_id": "UBN", "administration_id": "UBF", "profile": "skola"},
    {"org_id": "UBN-ÖST", "name": "Östra förskolan", "kind": "unit", "board_id": "UBN", "administration_id": "UBF"},
    {"org_id": "KFN-BIB", "name": "Biblioteket", "kind": "unit", "board_id": "KFN", "language": "en"},
    {"org_id": "REV", "name": "Revisorerna", "kind": "audit"},
)
GOALS: Rows = (
    {
        "goal_id": "KF-M1",
        "text": "Invånarna är mer delaktiga",
        "focus_area": "Medborgarna",
        "dimension": "operations",
        "sound_management": "yes",
        "from_year": 2027,
        "to_year": 2030,
    },
    {
        "goal_id": "KF-M2",
        "text": "Kunskapsresultaten förbättras",
        "focus_area": "Välfärd",
        "dimension": "quality",
        "sound_management": "no",
        "concerned_boards": "UBN",
        "from_year": 2027,
        "to_year": 2030,
    },
    {
        "goal_id": "KF-M3",
        "text": "Fler upplever kultur",
        "focus_area": "Kultur",
        "dimension": "quality",
        "sound_management": "no",
        "concerned_boards": "KFN",
        "from_year": 2027,
        "to_year": 2030,
    },
)
FRAMES: Rows = (
    {"board_id": "UBN", "year": 2027, "operating_frame": 1000, "investment_frame": 100},
    {"board_id": "KFN", "year": 2027, "operating_frame": 500, "investment_frame": 50},
    {"board_id": "REV", "year": 2027, "operating_frame": 5},
)


def organisations(kinds: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Organisation, ...]:
    """Return the parts of the municipality, its first board in the administration of its units.

    ``kinds``: the kinds of follow-ups that boards have chosen.
    """
    return tuple(
        Organisation(
            row["org_id"],
            row["name"],
            row["kind"],
            row.get("board_id"),
            "UBF" if row["org_id"] == "UBN" else row.get("administration_id"),
            (),
            None,
            None,
            row.get("profile"),
            (kinds or {}).get(row["org_id"], ()),
            None,
            None,
        )
        for row in ORGANISATION
    )


def council_goals(**concerned: tuple[str, ...]) -> tuple[CouncilGoal, ...]:
    """Return the council's goals, all of them about quality and of weight for sound management since 2025.

    ``concerned``: the boards that a goal concerns, by its id with an underscore; all, where it is not named.
    """
    return tuple(
        CouncilGoal(
            row["goal_id"],
            row["text"],
            row["focus_area"],
            "quality",
            sound_management=True,
            concerned_boards=concerned.get(row["goal_id"].replace("-", "_"), ()),
            from_year=2025,
            to_year=2030,
        )
        for row in GOALS
    )
