"""The ways from every page: to those of the workspace, and to those of a round."""

from __future__ import annotations

# key of the text in words/shared.yaml -> address
TABS = (("tab_home", "/"), ("tab_plan", "/plan"), ("tab_settings", "/settings"), ("tab_log", "/log"), ("tab_tasks", "/tasks"))
# as above; addresses follow /rounds/ROUND
ROUND_TABS: tuple[tuple[str, str], ...] = (
    ("tab_table", ""),
    ("tab_hand_out", "/hand-out"),
    ("tab_take_in", "/take-in"),
    ("tab_mail", "/mail"),
    ("tab_results", "/results"),
    ("tab_report", "/report/chapters"),
    ("tab_log", "/log"),
)
