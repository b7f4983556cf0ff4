"""The pages of a follow-up's workbook, one a module."""

from styrxl.reports.followup import (
    assignments,
    charts,
    commitments,
    finance,
    fulfilment,
    goal_chain,
    indicators,
    investments,
    oversight,
    overview,
    sound_management,
)

__all__ = [
    "assignments",
    "charts",
    "commitments",
    "finance",
    "fulfilment",
    "goal_chain",
    "indicators",
    "investments",
    "oversight",
    "overview",
    "sound_management",
]
