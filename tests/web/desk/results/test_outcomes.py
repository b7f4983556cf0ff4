"""An export of the accounts is placed on a page first, and then taken in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_visitor import Visitor, visit_desk
from styrxl.store.ledger import Ledger
from styrxl.store.outcome_runs import read_booked_outcomes
from town import NOW, Town, new_town

ROUND = "2027-t1"
PAGE = f"/rounds/{ROUND}/outcomes"
MAPPING = """\
export: {unit: kronor, signs: ledger}
columns: {account: Konto, unit: Ansvar}
amounts: {amount: Utfall}
revenue: {account: [3000-3999]}
cost: {account: [4000-7999]}
places:
  - {owner: UBN, activity: Grundskola, where: {unit: ["21*"]}}
  - {owner: KFN, where: {unit: ["30*"]}}
"""
EXPORT = "Konto;Ansvar;Utfall\n3011;2100;-34 500,50\n4010;2101;300 000,25\n5010;3001;90 000,00\n5010;9999;77,70\n"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Make a town that says which rows of its accounts are whose."""
    town = new_town(tmp_path / "åköping")
    (town.root / "outcomes.yaml").write_text(MAPPING, "utf-8")
    return town


@pytest.fixture
def visitor(town: Town) -> Iterator[Visitor]:
    """Open its desk."""
    with visit_desk(town.root, NOW) as visitor:
        yield visitor


def send(visitor: Visitor, *files: tuple[str, bytes], round_: str = ROUND) -> tuple[str, str]:
    page = f"/rounds/{round_}/outcomes"
    mark = re.findall(r'name="form_mark" value="([^"]*)"', visitor.get(page))[0]
    answer = visitor.post(page, {"form_mark": mark}, [("file", file) for file in files])
    return f"{answer.url.path}?{answer.url.query.decode()}", answer.text.replace("\u00a0", " ").replace("&#160;", " ")


def read_kept(town: Town) -> list[tuple[str, str | None, float | None, float | None]] | None:
    with Ledger.open(town.workspace.database) as ledger:
        found = read_booked_outcomes(ledger, ROUND)
    return [(row.owner, row.activity, row.revenue, row.cost) for row in found.rows] if found else None


def test_where_its_rows_go_is_shown_and_nothing_kept(visitor: Visitor, town: Town) -> None:
    _, page = send(visitor, ("utfall.csv", EXPORT.encode()))
    assert "<td>Grundskola</td><td>34,50</td><td>300,00</td><td>265,50</td>" in page
    assert "5010, 9999" in page
    assert "355 577,45 = 355 499,75 placerat + 0,00 utanför + 77,70 inte placerat" in page
    assert read_kept(town) is None


def test_the_button_takes_them_in(visitor: Visitor, town: Town) -> None:
    address, _ = send(visitor, ("utfall.csv", EXPORT.encode()))
    assert "Utfallet är sparat" in visitor.press(address)
    assert read_kept(town) == [("KFN", None, 0.0, 90.0), ("UBN", "Grundskola", 34.5, 300.0)]
    assert "kom ur utfall.csv" in visitor.get(PAGE)
    assert "redan intagen" in visitor.get(address)
    _, again = send(visitor, ("utfall.csv", EXPORT.encode()))
    assert "Inget nytt är sparat" in again
    _, changed = send(visitor, ("rättat.csv", EXPORT.replace("90 000", "91 000").encode()))
    assert "<td>90,00</td><td>91,00</td><td>1,00</td>" in changed


@pytest.mark.parametrize(
    "name, data, told",
    [
        ("utfall.csv", b"\x00\xff\x00", "utfall.csv"),
        ("utfall.pdf", b"%PDF-1.4", "utfall.pdf"),
        ("..\\..\\<b>x.csv", b"a;b\n1;2\n", "&lt;b&gt;x.csv"),
    ],
)
def test_what_is_no_export_is_told(visitor: Visitor, town: Town, name: str, data: bytes, told: str) -> None:
    _, page = send(visitor, (name, data))
    assert told in page
    assert '<p class="buttons"><button>' not in page
    assert read_kept(town) is None


def test_a_round_that_is_no_follow_up_has_none(visitor: Visitor) -> None:
    _, page = send(visitor, ("utfall.csv", EXPORT.encode()), round_="2027-plan")
    assert '<p class="buttons"><button>' not in page


def test_without_a_mapping_that_is_told(visitor: Visitor, town: Town) -> None:
    (town.root / "outcomes.yaml").unlink()
    assert "outcomes.yaml" in visitor.get(PAGE)
    _, page = send(visitor, ("utfall.csv", EXPORT.encode()))
    assert "outcomes.yaml" in page
    assert '<p class="buttons"><button>' not in page


def test_one_file_at_a_time(visitor: Visitor) -> None:
    _, page = send(visitor, ("", b""))
    assert "Välj en fil först." in page
