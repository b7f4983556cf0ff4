"""A round that 0.1 handed out is finished with a newer version, by the forms that 0.1 had."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from styrxl.model import earlier_forms
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from test_form_changes import forget_editions, unstamped
from town import ANSWERS, ROUND, Town, new_town

FOLLOWUP = "2027-t1"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Return a town in which 0.1 handed out a plan, which has come back, and a follow-up, which has come back without an answer."""
    made = new_town(tmp_path / "town")
    lay_earlier_forms(made.root)
    made.run("distribute", ROUND, "--level", "board")
    made.put("UBN.xlsx", unstamped(made, made.filled("UBN", ANSWERS["UBN"])))
    made.run("distribute", FOLLOWUP, "--to", "UBN")
    followup = made.root / "inbox" / FOLLOWUP / "UBN.xlsx"
    followup.parent.mkdir()
    followup.write_bytes(unstamped(made, (made.root / "outbox" / FOLLOWUP / "UBN.xlsx").read_bytes()))
    forget_editions(made)
    for folder in ("sheets", "schemas"):
        shutil.rmtree(made.root / folder)
    shutil.rmtree(made.root / ".styrxl-cache")
    return Town(made.root)


def read_earlier_forms() -> Any:
    """Return what the package has of the forms of then."""
    return json.loads(resources.files(earlier_forms).joinpath("0.1.json").read_text("utf-8"))


def lay_earlier_forms(root: Path) -> None:
    """Give a workspace the forms of 0.1 as its own."""
    raw = read_earlier_forms()
    files = {f"sheets/{form['name']}.yaml": form["form"] for form in raw["forms"] if form["profile"] is None}
    files |= {f"schemas/{table}.yaml": schema for table, schema in raw["schemas"].items()}
    for name, content in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


def find_rules(town: Town, round_: str, *words: str) -> tuple[str, set[str]]:
    """Return the verdict on UBN's return, and which rules it broke."""
    report = json.loads(town.run("validate", "--round", round_, "--format", "json", *words, expect=None).stdout)
    [judged] = report["workbooks"]
    return judged["verdict"], {found["rule"] for found in judged["findings"] if found["severity"] == "error"}


def test_a_return_of_then_is_judged_by_its_own_form(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_rules(town, ROUND) == ("accepted", set())
    lacking = find_rules(town, FOLLOWUP)[1]
    assert (len(lacking) > 0, lacking & {"missing-column", "missing-sheet"}) == (True, set())

    monkeypatch.setattr(Forms, "earlier", lambda *_: None)
    shutil.rmtree(town.root / ".styrxl-cache", ignore_errors=True)
    assert "missing-column" in find_rules(town, ROUND, "--anew", "--reason", "prov")[1]


def test_rows_that_were_handed_out_under_other_ids_stop_nothing(town: Town) -> None:
    """Investments went by their projects' names: by today's form they have ids."""
    assert "missing-column" in find_rules(town, FOLLOWUP, "--anew", "--reason", "prov")[1]


def test_each_form_of_then_is_still_understood() -> None:
    forms = Forms([standard_folder()])
    names = {(form["name"], form["profile"]) for form in read_earlier_forms()["forms"]}
    assert len(names) == 6
    assert all((form := forms.earlier(*name)) and form.profile == name[1] for name in names)
