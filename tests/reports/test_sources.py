"""Control totals: what a return holds against what was written of it."""

from __future__ import annotations

from small_town import (
    consolidated,
    town,
)
from styrxl.excel.pages import (
    Tally,
)
from styrxl.reports.sources import make_sources_page, tally_returns


def test_sources_check_what_was_written_against_what_came_in() -> None:
    """``0`` and ``UBN``: 1 confirmation, 3 answers, 1 goal, 3 commitments, 1 indicator, 2 budget lines, 2 unit frames, 1 investment."""
    view, _ = consolidated(*town())
    assert tally_returns(view) == {0: Tally(14, 100.0 + 1100.5 + 500.0 + 700.0 + 300.0 + 200.0 + 75.5 + 24.5), 2: Tally(3), 3: Tally(2)}
    written = {**tally_returns(view), 3: Tally(1)}
    rows = {r.cells[1].text: r.cells[4:] for r in make_sources_page(view, written).blocks[0].rows}
    assert rows["UBN.xlsx"][2:7] == (14, 14, 3000.5, 3000.5, "✓ Stämmer")
    assert rows["UBN-ÖST.xlsx"][2:7] == (2, 1, 0.0, 0.0, "! Stämmer inte")
    assert rows["KFN.xlsx"][:7] == (1, 0, None, None, None, None, "Räknas inte")
    (last,) = make_sources_page(view, written).blocks[0].totals
    assert last.cells[6:11] == (19, 18, 3000.5, 3000.5, "! Stämmer inte")
