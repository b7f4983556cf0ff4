"""The pages of a plan's workbook, one a module."""

from styrxl.reports.plan import (
    assignments,
    charts,
    commitments,
    finance,
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
    "goal_chain",
    "indicators",
    "investments",
    "oversight",
    "overview",
    "sound_management",
]
