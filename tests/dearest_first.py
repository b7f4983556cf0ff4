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
    "rounds/test_killed.py",
    "test_everybody.py",
    "test_form_changes.py",
    "test_whole_board.py",
    "scale/test_cluster.py",
    "mail/outgoing/test_notices.py",
    "test_booked_rounds.py",
    "validation/test_in_force.py",
    "rounds/test_kept_rounds.py",
    "mail/outgoing/test_send.py",
    "rounds/test_booked_outcomes.py",
    "annotated/test_understood.py",
    "rounds/test_council_plan.py",
    "mail/outgoing/test_killed.py",
    "rounds/test_merge.py",
    "mail/incoming/test_watch.py",
    "templates/test_blank.py",
    "templates/test_build.py",
    "rounds/test_decide.py",
    "test_indicator_kinds.py",
    "test_waivers.py",
    "validation/test_messages.py",
    "reports/test_frame_outcomes.py",
    "store/test_ledger.py",
    "scale/test_large.py",
    "returns/test_locate.py",
    "annotated/test_typed_mistakes.py",
)


def put_dearest_first(items: list[pytest.Item]) -> None:
    """Put the tests of the dearest files first; all others stay in their order."""
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(DEAR)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
