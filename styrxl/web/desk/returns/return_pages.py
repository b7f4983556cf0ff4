"""All pages and actions about returns."""

from __future__ import annotations

from styrxl.web.desk.actions import Action
from styrxl.web.desk.returns import assigning, decisions, link_actions, log_page, merge_page, owner_page, return_page

PAGES = (return_page, owner_page, log_page)
ACTIONS: tuple[Action, ...] = (*decisions.ACTIONS, *assigning.ACTIONS, *link_actions.ACTIONS, merge_page.MERGE)
