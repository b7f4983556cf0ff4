"""The settings at the desk: as a form and as text, saved after what differs was shown, with nothing lost on the way."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk_visitor import Visitor, visit_desk
from styrxl.rounds.setup.settings_fields import list_fields, list_round_fields
from styrxl.web.desk.setup.settings_texts import list_choices, name_field, name_help
from styrxl.web.desk.texts import Texts
from town import new_town

NOW = datetime(2027, 9, 1, 9, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make a town."""
    return new_town(tmp_path / "town").root


@pytest.fixture
def visitor(town: Path) -> Iterator[Visitor]:
    """Visit its desk."""
    with visit_desk(town, NOW) as visitor:
        yield visitor


def fill_in(visitor: Visitor, path: str = "/settings", **fields: str) -> Any:
    """Fill in some fields of the form, by their names with __ for the stops, and ask what would change."""
    named = {name.replace("__", "."): value for name, value in fields.items()}
    hidden = visitor.find_hidden(path)
    shown = {name.removeprefix("was:"): value for name, value in hidden.items() if name.startswith("was:")}
    return visitor.post(path, {**hidden, **shown, **named}, {"none": ("", b"")})


def save(visitor: Visitor, answer: Any) -> str:
    """Press the button of the page that says what would change."""
    assert answer.url.path == "/do/save-settings", answer.text
    return visitor.press(f"{answer.url.path}?{answer.url.query.decode()}")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_setting_is_called_something(language: str) -> None:
    t = Texts("settings", language)
    for field in [*list_fields(), *list_round_fields("2027-plan", {}), *list_round_fields("x", {"rounds": {"x": {"name": {}}}})]:
        assert name_field(field, t) != field.name
        name_help(field, t)
        assert len(list_choices(field, t)) == len(field.choices)
        assert field.path[0] == "rounds" or t(f"section_{field.section}")


def test_what_is_said_of_the_site_stays_when_something_else_is_changed(town: Path, visitor: Visitor) -> None:
    site = '[server]\naddress = "https://styrning.example.se"\nowners = "both"\n[server.sign_in]\nissuer = "https://login.example.se"\n'
    site += 'client_id = "x"\n[[server.people]]\nwho = "c"\nmay = "write"\n[[server.people]]\nwho = "u"\nof = ["UBN", "KFN"]\n'
    (town / "styrxl.toml").write_text((town / "styrxl.toml").read_text("utf-8") + site, "utf-8")
    assert "sparade" in save(visitor, fill_in(visitor, thresholds__percent="4"))
    after = (town / "styrxl.toml").read_text("utf-8")
    assert tomllib.loads(after)["server"] == tomllib.loads(site)["server"]
    assert tomllib.loads(after)["thresholds"]["percent"] == 4


def test_values_are_changed_where_they_stand_after_they_were_shown(town: Path, visitor: Visitor) -> None:
    before = (town / "styrxl.toml").read_text("utf-8")
    answer = fill_in(visitor, municipality__accent="123456", thresholds__percent="3,5", mail__from="Planering <p@example.se>")
    for text in ("<td>2</td><td>3.5</td>", "<td>–</td><td>123456</td>", "Planering &lt;p@example.se&gt;", "Kommunens färg"):
        assert text in answer.text
    assert (town / "styrxl.toml").read_text("utf-8") == before
    assert "sparade" in save(visitor, answer)
    after = (town / "styrxl.toml").read_text("utf-8")
    lost = [line for line in before.splitlines() if line not in after.splitlines()]
    assert lost == ["percent = 2"]
    assert tomllib.loads(after)["thresholds"] == {"percent": 3.5, "tkr": 100}
    assert 'value="123456"' in visitor.get("/settings")


def test_rounds_and_days_of_owners_are_set(town: Path, visitor: Visitor) -> None:
    fields = {"rounds.2028-plan.due": "2027-11-30", "rounds.2028-plan.due_owner": "UBN-ÅBY = 2028-02-01\nKFN-BIB: 2028-02-02"}
    save(visitor, fill_in(visitor, **fields))
    content = tomllib.loads((town / "styrxl.toml").read_text("utf-8"))
    assert {key: str(value) for key, value in content["rounds"]["2028-plan"]["due_owner"].items()} == {
        "UBN-ÅBY": "2028-02-01",
        "KFN-BIB": "2028-02-02",
    }
    save(visitor, fill_in(visitor, **{"rounds.2028-plan.due_owner": "UBN-ÅBY = 2028-02-01"}))
    assert list(tomllib.loads((town / "styrxl.toml").read_text("utf-8"))["rounds"]["2028-plan"]["due_owner"]) == ["UBN-ÅBY"]


@pytest.mark.parametrize(
    "name, typed, why",
    [
        ("municipality.name", "", "saknar"),
        ("municipality.accent", "blå", "0B5563"),
        ("thresholds.tkr", "mycket", "ska vara"),
        ("rounds.2028-plan.due", "1 mars", "2027-01-20"),
        ("rounds.2028-plan.due_owner", "NEJ = 2028-02-01", "NEJ"),
        ("mail.rate", "0", "mail.rate"),
        ("mail.auth", "m365", "tenant"),
        ("limits.file_mb", "-1", "limits.file_mb"),
    ],
)
def test_mistakes_are_told_at_their_fields_and_nothing_typed_is_lost(town: Path, visitor: Visitor, name: str, typed: str, why: str) -> None:
    before = (town / "styrxl.toml").read_bytes()
    answer = fill_in(visitor, **{name: typed, "contact.role": "Någon annan", **({"mail.from": "a@example.se"} if "mail" in name else {})})
    assert answer.status_code == 422
    wrong = "mail.tenant" if name == "mail.auth" else name
    assert f'id="{wrong}-wrong"' in answer.text
    assert why in answer.text.partition(f'id="{wrong}-wrong"')[2].partition("</p>")[0]
    assert f'href="#{wrong}"' in answer.text
    assert 'value="Någon annan"' in answer.text
    assert (town / "styrxl.toml").read_bytes() == before


def test_what_others_changed_meanwhile_stays(town: Path, visitor: Visitor) -> None:
    path = town / "styrxl.toml"
    hidden = visitor.find_hidden("/settings")
    path.write_text(path.read_text("utf-8").replace("percent = 2", "percent = 7").replace("tkr = 100", "tkr = 300"), "utf-8")
    shown = {name.removeprefix("was:"): value for name, value in hidden.items() if name.startswith("was:")}
    answer = visitor.post("/settings", {**hidden, **shown, "thresholds.percent": "4"}, {"none": ("", b"")})
    assert "har ändrats i filen sedan du öppnade formuläret, från 2 till 7" in answer.text
    save(visitor, answer)
    assert tomllib.loads(path.read_text("utf-8"))["thresholds"] == {"percent": 4, "tkr": 300}


def test_a_file_that_changes_after_the_preview_is_shown_anew(town: Path, visitor: Visitor) -> None:
    answer = fill_in(visitor, contact__role="Ny roll")
    path = f"{answer.url.path}?{answer.url.query.decode()}"
    hidden = visitor.find_hidden(path)
    settings = town / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8").replace("tkr = 100", "tkr = 300"), "utf-8")
    again = visitor.post("/do/save-settings", hidden)
    assert again.status_code == 409
    assert "Ny roll" in again.text
    visitor.press(path)
    content = tomllib.loads(settings.read_text("utf-8"))
    assert (content["contact"]["role"], content["thresholds"]["tkr"]) == ("Ny roll", 300)


def test_nothing_changed_is_told(visitor: Visitor) -> None:
    assert "Inget är ändrat" in fill_in(visitor).text


def write_text(visitor: Visitor, text: str) -> Any:
    """Send the file as text."""
    return visitor.post("/settings/text", {**visitor.find_hidden("/settings/text"), "text": text}, {"none": ("", b"")})


def test_the_file_is_changed_as_text(town: Path, visitor: Visitor) -> None:
    path = town / "styrxl.toml"
    text = path.read_text("utf-8").replace("tkr = 100", "tkr = 100 # en kommentar") + '\n[rounds."2028-plan"]\ndue = 2027-11-30\n'
    answer = write_text(visitor, text.replace("\n", "\r\n"))
    assert "2028-plan: Sista dag" in answer.text
    save(visitor, answer)
    assert path.read_text("utf-8") == text


def test_mistakes_in_the_text_are_told_by_line(town: Path, visitor: Visitor) -> None:
    before = (town / "styrxl.toml").read_bytes()
    answer = write_text(visitor, '[municipality]\nname = "A"\nlanguage = "fi"\n[conatct]\n')
    assert answer.status_code == 422
    for text in ("rad 3", "rad 4", "conatct"):
        assert text in answer.text
    assert (town / "styrxl.toml").read_bytes() == before


def test_text_written_over_a_changed_file_is_kept_to_be_put_together(town: Path, visitor: Visitor) -> None:
    path = town / "styrxl.toml"
    text = path.read_text("utf-8")
    hidden = visitor.find_hidden("/settings/text")
    path.write_text(text.replace("percent = 2", "percent = 7"), "utf-8")
    answer = visitor.post("/settings/text", {**hidden, "text": text.replace("tkr = 100", "tkr = 1")}, {"none": ("", b"")})
    assert "har ändrats av någon annan" in answer.text
    assert "<button>" not in answer.text
    link = answer.text.partition('href="/settings/text?')[2].partition('"')[0]
    page = visitor.get(f"/settings/text?{link}")
    assert "tkr = 1\n" in page
    assert "percent = 7" in page.partition("<pre")[2]


def test_settings_that_are_broken_lead_there_and_are_mended(town: Path, visitor: Visitor) -> None:
    path = town / "styrxl.toml"
    good = path.read_text("utf-8")
    path.write_text(good.replace("percent = 2", "percent = "), "utf-8")
    assert 'href="/settings"' in visitor.get("/rounds/2027-plan", expect=409)
    page = visitor.get("/settings")
    assert "Filen går inte att läsa vid tecken" in page
    assert 'href="/plan"' in page.partition("<main")[0]  # the ways from every page are there all the same
    save(visitor, write_text(visitor, good))
    assert path.read_text("utf-8") == good
    path.write_text(good.replace("percent = 2", 'percent = "två"').replace("tkr = 100", 'tkr = "fem"'), "utf-8")
    assert 'id="thresholds.percent-wrong"' in visitor.get("/settings")
    answer = fill_in(visitor, thresholds__percent="2")
    assert "Det här var fel redan förut" in answer.text
    save(visitor, answer)
    save(visitor, fill_in(visitor, thresholds__tkr="100"))
    assert path.read_text("utf-8") == good


def test_a_logo_is_uploaded(town: Path, visitor: Visitor) -> None:
    mark = {"form_mark": visitor.find_hidden("/settings")["form_mark"]}
    assert "Välj en bild" in visitor.post("/settings/logo", mark, {"file": ("a.png", b"<svg/>")}).text
    (town / "logotyp.png").write_bytes(b"old")
    answer = visitor.post("/settings/logo", mark, {"file": ("../../vapen å.png", PNG)})
    assert "sparas som logotyp.png" in answer.text
    save(visitor, answer)
    assert (town / "logotyp.png").read_bytes() == PNG
    assert (town / "logotyp 2027-09-01.png").read_bytes() == b"old"
    assert tomllib.loads((town / "styrxl.toml").read_text("utf-8"))["municipality"]["logo"] == "logotyp.png"
