"""The check-up: what the command says, without commands, and with the pages where it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_visitor import Visitor, visit_desk
from styrxl.cli import cli
from styrxl.doctor.look import read_texts
from styrxl.web.desk.setup import check_up_page
from town import NOW, Town


@pytest.fixture
def visitor(shared_full: Town, tmp_path: Path) -> Iterator[Visitor]:
    """Give a visitor of a town with a broken form and a lock that cannot be read."""
    town = shared_full.copy(tmp_path / "town")
    (town.root / "sheets").mkdir()
    (town.root / "sheets" / "unit_plan.yaml").write_text("{", "utf-8")
    (town.root / "styrxl.lock").write_text("{")
    with visit_desk(town.root, NOW) as visitor:
        yield visitor


def test_what_is_to_be_mended_leads_to_its_page(visitor: Visitor) -> None:
    """Although the workspace cannot be opened; no command is named."""
    page = visitor.get("/check-up")
    assert "2 saker att åtgärda." in page
    assert page.count('<li class="mend">') == 2
    assert '<a href="/unlock">' in page
    assert '<a href="/own-files">' in page
    assert "styrxl check" not in page
    assert "styrxl unlock" not in page


def test_the_plan_is_mended_on_its_page(visitor: Visitor) -> None:
    """What commands would stop with is told as the desk tells it."""
    root = visitor.place.root
    (root / "sheets" / "unit_plan.yaml").unlink()
    (root / "styrxl.lock").unlink()
    assert "Inget att åtgärda." in visitor.get("/check-up")
    (root / "flerarsplan.xlsx").unlink()
    page = visitor.get("/check-up")
    assert "ladda upp en version under Plan" in page
    assert '<a href="/plan">Till fullmäktiges plan</a>' in page
    assert '<a href="/check-up">' in visitor.get("/settings")


def test_each_command_that_a_page_does_leads_there() -> None:
    """The others are for the terminal alone, and what to do is said without them."""
    runs = {text for look in read_texts()["looks"].values() for text in [look.get("run", "")] if isinstance(text, str) and text}
    assert {run.partition(" ")[2] for run in runs} - set(check_up_page.WAYS) == {"purge --carry-out"}
    assert {run.split()[1] for run in runs} <= set(cli.commands)
