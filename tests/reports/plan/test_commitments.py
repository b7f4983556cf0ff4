"""The order of the commitments on a plan's page."""

from __future__ import annotations

from dataclasses import replace

from small_town import consolidated, town
from styrxl.excel.pages import Link


def test_commitments_come_in_the_order_of_the_organisation_and_each_owners_by_number() -> None:
    """The plan's order, not the alphabet's, and not that in which returns came: here the culture board stands first in it."""
    judged, plan, issued, of = town()
    first = {"KFN": 0, "UBN": 1}
    order = tuple(sorted(plan.organisations, key=lambda o: first.get(o.org_id, 2)))
    frame = judged.tables["commitments"]
    moved = frame.assign(_owner=frame["_owner"].replace({"UBN-ÅBY": "KFN-BIB"}), _source=frame["_source"].replace({2: 6}))
    returns = (*judged.returns, replace(judged.returns[2], index=6, owner="KFN-BIB", profile=None))
    judged = replace(judged, returns=returns, tables={**judged.tables, "commitments": moved.iloc[::-1]})
    book = consolidated(judged, replace(plan, organisations=order), issued, of)[1]
    rows = next(page for page in book.pages if page.name == "Åtaganden").blocks[0].rows
    assert [cell.text if isinstance(cell := row.cells[0], Link) else cell for row in rows] == [
        "UBN-ÅBY-2027-A1",
        "UBN-ÅBY-2027-A2",
        "UBN-2027-A1",
        "UBN-2027-A2",
        "UBN-2027-A10",
    ]
