"""The municipality's own files at the desk: what counts of each, what is wrong, and one put in after a check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from desk_visitor import Visitor, visit_desk
from styrxl.store.workspace import Workspace
from town import new_town

NOW = datetime(2027, 9, 1, 9, 0, tzinfo=UTC)
WORDS = b"extends: words\ntexts: {}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a new workspace with words of its own."""
    Workspace.init(tmp_path, "Exempelby")
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "words.yaml").write_bytes(WORDS)
    return tmp_path


@pytest.fixture
def visitor(root: Path) -> Iterator[Visitor]:
    """Visit its desk."""
    with visit_desk(root, NOW) as visitor:
        yield visitor


def upload(visitor: Visitor, place: str, name: str, data: bytes) -> Any:
    """Upload a file."""
    mark = {"form_mark": visitor.find_hidden("/own-files")["form_mark"], "place": place}
    return visitor.post("/own-files/upload", mark, {"file": (name, data)})


def press(visitor: Visitor, answer: Any) -> str:
    """Press the button of the page that says what a file would do."""
    return visitor.press(f"{answer.url.path}?{answer.url.query.decode()}")


def test_what_counts_of_each_is_told_and_each_is_downloaded(root: Path, visitor: Visitor) -> None:
    page = visitor.get("/own-files")
    assert "Allt stämmer" in page
    assert "läggs över standarden" in page
    answer = visitor.client.get("/own-files/file/sheets/words.yaml")
    assert answer.content == WORDS
    assert answer.headers["content-disposition"] == 'attachment; filename="words.yaml"'
    for path in ("styrxl.key", "sheets/../styrxl.key", "..%2Fstyrxl.key", "sheets", "/etc/passwd"):
        assert visitor.client.get(f"/own-files/file/{path}").status_code == 404
    assert (root / "sheets" / "words.yaml").read_bytes() == WORDS


def test_a_file_is_checked_and_takes_the_place_of_another_which_is_kept(root: Path, visitor: Visitor) -> None:
    new = WORDS + b"# en rad till\n"
    answer = upload(visitor, "sheets/words.yaml", "mina ord.yaml", new)
    assert "mina ord.yaml ersätter sheets/words.yaml" in answer.text
    assert "1 rader är nya" in answer.text
    assert "replaced/sheets/words 2027-09-01.yaml" in press(visitor, answer)
    assert (root / "sheets" / "words.yaml").read_bytes() == new
    assert (root / "replaced" / "sheets" / "words 2027-09-01.yaml").read_bytes() == WORDS
    assert "Allt stämmer" in visitor.get("/own-files")


def test_a_new_form_comes_in_addition(root: Path, visitor: Visitor) -> None:
    answer = upload(visitor, "sheets", "unit_plan.gymnasium.yaml", b"profile: gymnasium\n")
    assert "mallvarianten gymnasium" in answer.text
    press(visitor, answer)
    assert (root / "sheets" / "unit_plan.gymnasium.yaml").is_file()


@pytest.mark.parametrize(
    "place, name, data, why",
    [
        ("sheets/words.yaml", "w.yaml", b"extends: words\ntexst: {}\n", "rad 2"),
        ("sheets", "unit_plan.gymnasium.yaml", b"profile: [\n", "unit_plan.gymnasium.yaml"),
        ("mail", "reminder.sv.jinja", b"{% if %}", "reminder.sv.jinja"),
        ("sheets", "a/../../b.yaml", b"x: 1\n", "b.yaml"),
    ],
)
def test_a_file_with_mistakes_is_not_put_in(root: Path, visitor: Visitor, place: str, name: str, data: bytes, why: str) -> None:
    before = sorted(path for path in root.rglob("*") if path.is_file() and ".styrxl-cache" not in path.parts)
    page = upload(visitor, place, name, data).text
    assert why in page
    assert "Lägg in filen</button>" not in page
    assert sorted(path for path in root.rglob("*") if path.is_file() and ".styrxl-cache" not in path.parts) == before


@pytest.mark.parametrize(
    "place, name",
    [
        ("sheets", "form.xlsx"),
        ("mail", "x.yaml"),
        ("styrxl.toml", "x.yaml"),
        ("styrxl.key", "styrxl.key"),
        ("", "x.yaml"),
        ("sheets", ".yaml"),
    ],
)
def test_what_would_never_be_read_there_is_refused(visitor: Visitor, place: str, name: str) -> None:
    assert "fel namn" in upload(visitor, place, name, b"x: 1\n").text


def test_mistakes_lead_there_and_can_be_mended(root: Path, visitor: Visitor) -> None:
    (root / "sheets" / "words.yaml").write_bytes(b"extends: words\ntexst: {}\n")
    assert 'href="/own-files"' in visitor.get("/rounds/2027-plan", expect=409)
    page = visitor.get("/own-files")
    assert "sheets/words.yaml" in page
    assert "texst" in page
    press(visitor, upload(visitor, "sheets/words.yaml", "w.yaml", WORDS))
    assert "Allt stämmer" in visitor.get("/own-files")


def test_owners_that_the_organisation_lacks_are_told(tmp_path: Path) -> None:
    town = new_town(tmp_path / "town").root
    example = resources.files("styrxl.descriptions").joinpath("outcome_example.sv.yaml").read_bytes()
    (town / "outcomes.yaml").write_bytes(example.replace(b"owner: KFN", b"owner: NEJ"))
    with visit_desk(town, NOW) as visitor:
        visitor.get("/plan")
        page = visitor.get("/own-files")
    assert "hur en export ur redovisningen blir utfall" in page
    assert "Allt stämmer" not in page
    assert "outcomes.yaml, rad 50" in page
    assert "NEJ" in page
