"""What nobody has written, such as an owner's contact: no page of the desk says ``None`` in its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from desk_visitor import visit_desk
from desk_walk import fill_address, list_methods, list_page_routes, walk
from styrxl.model.catalogue import word
from styrxl.web.desk.return_links import owner_href
from town import BOARDS, ROUND, UNITS, Town

NONE = re.compile(r".{0,60}None.{0,20}")  # in Swedish no word has it


def test_no_page_shows_that_a_value_is_none(shared_full: Town, tmp_path: Path) -> None:
    """In a town whose owners have neither contact nor address."""
    town = shared_full.copy(tmp_path / "town")
    routes = [route for route in list_page_routes(town.root) if "GET" in list_methods(route)]
    begin = ["/", *(owner_href(ROUND, owner) for owner in (*BOARDS, *UNITS))]
    with visit_desk(town.root, datetime.now(UTC), "sv") as visitor:
        answers = walk(visitor, [*begin, *(fill_address(route, round=ROUND, owner="UBN") for route in routes)], most=2)
    pages = {at: answer.text for at, answer in answers.items() if answer.headers.get("content-type", "").startswith("text/html")}
    assert {*begin} <= {*pages}
    assert not [(at, told) for at, page in pages.items() for told in NONE.findall(page)]


def test_a_sentence_has_nothing_where_a_fact_is_missing() -> None:
    assert word("received", "sv", origin="svar.xlsx", path=None) == "svar.xlsx → "
