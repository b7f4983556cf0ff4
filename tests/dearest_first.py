"""The order of the tests' files where several processes run them, one file each at a time.

The dearest come first: with one of them begun last, the other processes would have nothing to do. Next to each other stand such as make
different things for all (``made_once``), for which one process would else wait.
"""

from __future__ import annotations

from pathlib import Path

import pytest

# All that take ten seconds and more.
DEAR = (
    "sample/test_play.py",
    "validation/rules/test_schema.py",
    "annotated/test_copy.py",
    "mail/outgoing/test_send.py",
    "rounds/test_merge.py",
    "test_form_changes.py",
    "web/desk/test_whole_round.py",
    "rounds/test_assign.py",
    "scale/test_cluster.py",
    "web/desk/test_server.py",
    "returns/test_isolated.py",
    "web/desk/returns/test_decisions.py",
    "test_handbook.py",
    "web/serve/test_many_at_once.py",
    "web/desk/test_accessible_pages.py",
    "mail/test_round.py",
    "rounds/test_kept_rounds.py",
    "test_cli.py",
    "web/desk/test_table_script.py",
    "returns/test_letters.py",
    "web/desk/test_reading_changes_nothing.py",
    "web/desk/setup/test_plan_actions.py",
    "mail/test_followups.py",
    "reports/test_book_of_followup.py",
    "web/desk/test_guarded_routes.py",
    "web/desk/intake/test_take_in.py",
    "returns/test_locate.py",
    "rounds/test_renew_plan.py",
    "test_everybody.py",
    "mail/outgoing/test_notices.py",
    "validation/test_in_force.py",
    "returns/shown/test_as_shown.py",
    "templates/test_build.py",
    "rounds/test_next_year.py",
    "rounds/test_killed.py",
    "rounds/test_keeper.py",
    "descriptions/test_own_files.py",
    "scale/test_cache.py",
    "prefill/test_followup.py",
    "rounds/test_assignments.py",
    "annotated/test_counts.py",
    "web/desk/letters/test_mail.py",
    "care/test_archive.py",
    "web/desk/results/test_results_page.py",
    "annotated/test_compare.py",
    "test_whole_board.py",
    "web/desk/returns/test_return_page.py",
    "rounds/test_arrival_order.py",
    "rounds/test_decide.py",
    "mail/test_graph.py",
)


def put_dearest_first(items: list[pytest.Item]) -> None:
    """Put the tests of the dearest files first; all others stay in their order."""
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(DEAR)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
