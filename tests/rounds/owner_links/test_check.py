"""A workbook is looked at by its owner's link before it is handed in: what is found is what the terminal finds, and nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.log import describe_event, read_events, select_events
from styrxl.rounds.owner_links.check import ANOTHER_OWNER, ANOTHER_ROUND, LOST, OWN, UNREADABLE, check_workbook, hand_in, mark_workbook
from styrxl.rounds.owner_links.links import give_link
from styrxl.store.ledger import Ledger
from styrxl.store.owner_links import OwnerLink
from town import NOW, ROUND, Town, lost

OWNER, OTHER = "UBN-ÖST", "KFN-BIB"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def desk(planned: Town) -> Iterator[Desk]:
    """Give a desk of a town whose boards have accepted plans and whose units have their workbooks."""
    with Ledger.open(planned.workspace.database) as ledger:
        yield open_desk(planned.workspace, ledger, LATER, "kontrollern")


def link_of(desk: Desk, owner: str = OWNER) -> OwnerLink:
    return give_link(desk, desk.workspace.rounds.parse(ROUND), owner, 30)


def list_files(root: Path) -> dict[str, bytes]:
    """All files but what is kept of the plans that have come in, which are judged first."""
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file() and path.suffix != ".judged"}


def test_what_is_found_is_what_the_terminal_finds_and_nothing_is_kept(desk: Desk, planned: Town) -> None:
    link = link_of(desk)
    data = planned.filled(OWNER, {"commitments": [{"text": "Högläsning", "parent_id": "UBN-M99", "responsible": "Rektor"}]})
    before, names = list_files(planned.root), {path.name for path in planned.root.rglob("*")}
    checked = check_workbook(desk, link, "C:\\min plan.xlsx", data)
    assert (checked.whose, checked.name, checked.return_.verdict) == (OWN, "min plan.xlsx", "rejected")
    assert mark_workbook(desk, checked) is not None
    assert list_files(planned.root) == before
    assert {path.name for path in planned.root.rglob("*")} == names
    planned.put("x.xlsx", data)
    told = next(one for one in judge_inbox_quietly(desk, desk.workspace.rounds.parse(ROUND)).returns if one.owner == OWNER)
    assert [(f.rule, f.cell) for f in checked.return_.findings] == [(f.rule, f.cell) for f in told.findings] != []


def test_it_is_handed_in_once_with_a_receipt_and_named_in_the_log(desk: Desk, planned: Town) -> None:
    link = link_of(desk)
    checked = check_workbook(desk, link, "plan.xlsx", planned.filled(OWNER))
    assert checked.return_.verdict == "accepted"
    first = hand_in(desk, checked)
    assert (first.return_.verdict, first.return_.owner, first.known, first.number) == ("accepted", OWNER, False, 3)
    assert (planned.root / first.return_.path).read_bytes() == checked.data
    again = hand_in(desk, check_workbook(desk, link, "plan igen.xlsx", planned.filled(OWNER)))
    assert (again.return_.path, again.known, again.number) == (first.return_.path, True, 3)
    round_ = desk.workspace.rounds.parse(ROUND)
    titles = {name: title["sv"] for name, title in desk.forms.titles().items()}
    story = [describe_event(event, "sv", titles) for event in select_events(read_events(desk, round_), OWNER)]
    assert any("lämnades in på webbplatsen som plan.xlsx (länk 1)" in line for line in story)


def test_somebody_elses_workbook_is_not_taken(desk: Desk, planned: Town) -> None:
    checked = check_workbook(desk, link_of(desk), "plan.xlsx", planned.filled(OTHER))
    assert (checked.whose, checked.may_be_handed_in, mark_workbook(desk, checked)) == (ANOTHER_OWNER, False, None)


def test_a_workbook_of_another_round_is_not_taken(desk: Desk, planned: Town) -> None:
    other = replace(link_of(desk), round="2028-plan")
    assert check_workbook(desk, other, "plan.xlsx", planned.filled(OWNER)).whose == ANOTHER_ROUND


def test_one_that_lost_its_identity_is_taken_for_the_links_owners(desk: Desk, planned: Town) -> None:
    checked = check_workbook(desk, link_of(desk), "lost.xlsx", lost(planned.filled(OWNER)))
    assert checked.whose == LOST
    done = hand_in(desk, checked)
    assert (done.return_.owner, done.return_.assigned) == (OWNER, True)
    assert "länk" in done.return_.decided[-1].reason


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_what_cannot_be_read_is_told_so(desk: Desk, data: bytes) -> None:
    checked = check_workbook(desk, link_of(desk), "x.xlsx", data)
    assert (checked.whose, checked.may_be_handed_in) == (UNREADABLE, False)
    assert checked.return_.findings[0].severity == "error"
