"""What commands list as JSON is what its schema says, in a town in which there is something of everything."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib import import_module, resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from key_pages import DOCS
from styrxl.cli import cli
from styrxl.commands.listed.values import format_listed, tell_mails
from styrxl.commands.speech.dressing import list_commands
from styrxl.store.mail_log import MailPart
from styrxl.store.mail_states import HELD
from town import ROUND, Town

DOING = {  # commands that do one thing and say so, or show what is no list
    *("demo", "init", "desk", "serve", "receive", "watch", "set-aside", "take-back", "merge"),
    *("consolidate", "report", "rollover", "unlock"),
    *("backup", "restore", "archive", "quarantine release", "quarantine discard", "mail sign-in"),
    "export",  # what it writes has Table Schemas
}
MAIL = """
[mail]
from = "Planering <planering@akoping.example.se>"
allowed_domains = ["akoping.example.se", "example.se"]
server = "127.0.0.1"
port = 1
security = "none"
auth = "none"
"""
ACCOUNTS = "Nämnd;Verksamhet;Intäkter;Kostnader\nUBN;Grundskola;10,5;120\nUBN;Ridskola;0;3\nXX;Annat;1;2\nSumma;;11,5;125\n"
MAPPING = """
export: {unit: tkr, signs: plain}
columns: {board: Nämnd, activity: Verksamhet}
amounts: {revenue: Intäkter, cost: Kostnader}
places: [{owner_from: board, activity_from: activity, where: {board: [UBN, KFN]}}]
"""
LISTS = {
    "distribute": ("distribute", ROUND),
    "mail-templates": ("mail", "templates", ROUND),
    "mail-answers": ("mail", "answers", ROUND),
    "mail-reminders": ("mail", "reminders", ROUND),
    "mail-summary": ("mail", "summary", ROUND, "--allow-incomplete"),
    "mail-check": ("mail", "check"),
    "outcomes": ("outcomes", "2027-t1", "accounts.csv"),
    "log-address": ("log", "--address", "rektor@example.se"),
    "status": ("status", ROUND),
    "quarantine-list": ("quarantine", "list", ROUND, "--all"),
    "link": ("link", ROUND),
    "check": ("check",),
    "doctor": ("doctor",),
    "log": ("log", ROUND),
    "validate": ("validate", "--round", ROUND),
    "purge": ("purge", "--files"),
}
FORMS = {"form", "form_of_report", "format_"}  # what the option --format is called in commands/
checked = pytest.mark.skipif(not find_spec("jsonschema"), reason="jsonschema is not installed")
SCHEMAS = resources.files("styrxl.commands.listed")


@pytest.fixture(scope="module")
def town(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town in which one board has a fault, and a file is nobody's."""
    town = shared_full.copy(tmp_path_factory.mktemp("listed") / "town")
    town.put("KFN.xlsx", town.filled("KFN", {"budget": [{"activity": "Library", "cost": 480}]}))
    town.put("okänd.xlsx", b"nothing")
    town.run("validate", "--round", ROUND, expect=1)
    settings = town.root / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8") + MAIL, "utf-8")
    town.run("consolidate", ROUND, "--all", expect=None)
    (town.root / "outcomes.yaml").write_text(MAPPING, "utf-8")
    (town.root / "accounts.csv").write_text(ACCOUNTS, "utf-8")
    return town


def ask(town: Town, name: str) -> dict[str, Any]:
    words = [str(town.root / word) if word == "accounts.csv" else word for word in LISTS[name]]
    return json.loads(town.run(*words, "--format", "json", expect=None).stdout)  # type: ignore[no-any-return]


def list_mistakes(name: str, told: dict[str, Any]) -> list[str]:
    """Return what is not as a command's schema says."""
    schema = json.loads(SCHEMAS.joinpath(f"{name}.schema.json").read_text("utf-8"))
    validator = import_module("jsonschema").Draft202012Validator
    validator.check_schema(schema)
    return [error.message for error in validator(schema).iter_errors(told)]


@checked
@pytest.mark.parametrize("name", LISTS)
def test_it_is_as_its_schema_says(town: Town, name: str) -> None:
    assert list_mistakes(name, ask(town, name)) == []


@checked
def test_a_schema_finds_what_is_not_so(town: Town) -> None:
    told = ask(town, "status")
    told["owners"][0]["state"] = "lost"
    assert list_mistakes("status", {**told, "more": 1}) != []
    assert len(list_mistakes("status", told)) == 1


@checked
def test_what_waits_in_quarantine_is_told_without_anybodys_number() -> None:
    moment = datetime(2027, 1, 5, 9, tzinfo=UTC)
    part = MailPart("ab" * 32, 1, "<1@example.se>", "a@example.se", "19640823-3234", moment, "UBN.xlsx", HELD, "unknown_sender")
    told = json.loads(format_listed(tell_mails([part], ROUND)))
    assert list_mistakes("quarantine-list", told) == []
    [one] = told["parts"]
    assert (one["id"], one["subject"], one["received_at"]) == ("abababab-1", "1964****-****", "2027-01-05T09:00:00Z")


def test_each_command_that_lists_has_a_schema() -> None:
    """And each schema a command; whatever has none is said to list nothing."""
    told = {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir() if path.name.endswith(".schema.json")}
    have_json = {name for name, command in list_commands(cli) for option in command.params if option.name in FORMS} - DOING
    others = {name for name, command in list_commands(cli) if not hasattr(command, "commands")} - have_json
    assert told == {*LISTS}
    assert {name.replace(" ", "-") for name in have_json} | {"log-address"} == told
    assert others == DOING


@pytest.mark.parametrize("name", ["sv/siffror-till-andra.md", "en/figures-for-others.md"])
def test_the_handbook_names_them(name: str) -> None:
    """All of them, and no others."""
    [said] = re.findall(r"`--format json`[^\n]*:\s(.+?)\.\s", (DOCS / name).read_text("utf-8"), re.DOTALL)
    assert {command.replace(" ", "-") for command in re.findall("`(.+?)`", said)} | {"log-address"} == {*LISTS}


def test_status_says_how_each_owner_stands(town: Town) -> None:
    told = ask(town, "status")
    owners = {one["owner"]: one for one in told["owners"]}
    assert {id_: one["state"] for id_, one in owners.items()} == {
        "UBN": "accepted",
        "KFN": "rejected",
        "UBN-ÅBY": "accepted",
        "UBN-ÖST": "accepted",
        "KFN-BIB": "accepted",
    }
    assert owners["KFN"]["errors"] > 0
    assert owners["UBN"]["path"] == f"inbox/{ROUND}/UBN.xlsx"
    assert told["unplaced"] == [f"inbox/{ROUND}/okänd.xlsx"]


def test_the_tree_is_told_with_what_each_hangs_under(town: Town) -> None:
    nodes = {node["id"]: node for node in ask(town, "link")["nodes"]}
    assert (nodes["UBN-M1"]["parent"], nodes["UBN-2027-A1"]["parent"], nodes["UBN-2027-A1"]["council_goal"]) == ("KF-M2", "UBN-M1", "KF-M2")
    assert nodes["KF-M2"]["commitments"] >= 1


def test_own_files_and_an_empty_quarantine_are_told(town: Town) -> None:
    assert [one["file"] for one in ask(town, "check")["files"]] == ["styrxl.toml", "outcomes.yaml"]
    assert ask(town, "quarantine-list") == {"round": ROUND, "parts": []}


@checked
def test_a_word_that_nobody_can_hand_in_is_told(town: Town, tmp_path: Path) -> None:
    """In words, and as its schema says."""
    own = town.copy(tmp_path / "town")
    (own.root / "sheets").mkdir()
    (own.root / "sheets" / "words.yaml").write_text('extends: words\nlists:\n  priority:\n    "4": {sv: "4", en: "4"}\n', "utf-8")
    assert "! Ordet ”4” i listan priority går att välja under Prioritet på bladet Nämndmål, men" in own.run("check").stdout
    told = ask(own, "check")
    assert list_mistakes("check", told) == []
    assert [(each["list"], each["schema"]) for each in told["refused_words"]] == [("priority", "goals")]


@checked
def test_letters_are_told_with_what_stands_in_their_way(town: Town) -> None:
    """Previews are ready; those of files that are nobody's cannot go."""
    told = ask(town, "mail-answers")
    states = {(letter["owner"], letter["state"]) for letter in told["letters"]}
    assert (told["sent"], told["in_doubt"]) == (False, [])
    assert {(None, "blocked"), ("UBN", "ready")} <= states
    assert all(bool(letter["why"]) == (letter["state"] == "blocked") for letter in told["letters"])


@checked
def test_steps_of_mail_that_fail_are_told(town: Town) -> None:
    """With why; the exit status is that of the text."""
    steps = ask(town, "mail-check")["steps"]
    assert next((step["state"], bool(step["error"])) for step in steps if step["state"] != "works") == ("fails", True)
    town.run("mail", "check", "--format", "json", expect=3)
