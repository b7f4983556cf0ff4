"""The pages of setting up, and what they do."""

from __future__ import annotations

from styrxl.web.desk.actions import Action
from styrxl.web.desk.setup import check_up_page, new_page, own_files_page, plan_actions, plan_page, settings_actions, settings_page, unlock

PAGES = (new_page, plan_page, settings_page, own_files_page, unlock, check_up_page)  # each with ``list_routes``
ACTIONS: tuple[Action, ...] = (
    *new_page.ACTIONS,
    *plan_actions.ACTIONS,
    *settings_actions.ACTIONS,
    *own_files_page.ACTIONS,
    *unlock.ACTIONS,
)
