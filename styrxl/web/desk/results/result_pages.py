"""The pages and actions on what rounds come to."""

from __future__ import annotations

from styrxl.web.desk.results import outcomes, results_page, rollover

PAGES = (results_page, outcomes)
ACTIONS = (results_page.CONSOLIDATE, outcomes.TAKE_OUTCOMES, rollover.ROLL_OVER)
