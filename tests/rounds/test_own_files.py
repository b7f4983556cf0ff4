"""A workspace's own files are looked through before anything else, once for each content."""

from __future__ import annotations

from pathlib import Path

import pytest

from styrxl.rounds.own_files import OwnFiles
from town import ROUND, Town

RIGHT = "extends: unit_plan\nsheets:\n  plan_elsewhere: {omit: true}\n"
WRONG = "extends: unit_plan\nsheets:\n  plan_elswhere: {omit: true}\n"


def put(town: Town, name: str, text: str) -> None:
    """Give a workspace a file of its own."""
    path = town.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files in a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "words",
    [
        ("status", ROUND),
        ("distribute", ROUND),
        ("validate", "--round", ROUND),
        ("consolidate", ROUND),
        ("receive", ROUND),
        ("log", ROUND),
        ("link", ROUND),
        ("rollover", "2028"),
        ("unlock",),
        ("check",),
        ("mail", "templates", ROUND),
        ("watch", ROUND),
    ],
    ids=lambda words: words[0],
)
def test_no_command_does_anything_before_a_mistake_is_mended(full: Town, words: tuple[str, ...]) -> None:
    """It says where and what, ends with 3, and has written nothing."""
    put(full, "sheets/unit_plan.yaml", WRONG)
    before = contents(full.root)
    done = full.run(*words, expect=3)
    assert "sheets/unit_plan.yaml, rad 3: " in done.output
    assert "plan_elsewhere" in done.output
    assert contents(full.root) == before


def test_an_english_workspace_is_told_in_english(planned: Town) -> None:
    put(planned, "sheets/unit_plan.yaml", WRONG)
    settings = planned.root / "styrxl.toml"
    settings.write_text(settings.read_text("utf-8").replace('language = "sv"', 'language = "en"'), "utf-8")
    assert "sheets/unit_plan.yaml, line 3: " in planned.run("status", ROUND, expect=3).output


def test_what_was_right_is_not_looked_through_again(planned: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it changes."""
    put(planned, "sheets/unit_plan.yaml", RIGHT)
    planned.run("status", ROUND)
    looked: list[OwnFiles] = []

    def note(files: OwnFiles) -> tuple[()]:
        looked.append(files)
        return ()

    monkeypatch.setattr("styrxl.rounds.own_files.find_mistakes", note)
    planned.run("status", ROUND)
    assert looked == []
    planned.run("check")
    assert len(looked) == 1
    put(planned, "sheets/unit_plan.yaml", WRONG)
    planned.run("status", ROUND)
    assert len(looked) == 2


def test_files_that_nothing_reads_are_told_and_those_of_systems_are_not(planned: Town) -> None:
    """Templates lie there, too, and what editors complete with."""
    for name in ("desktop.ini", ".DS_Store", "~$unit_plan.xlsx", "Thumbs.db", "unit_plan.sv.xlsx", "form.schema.json"):
        put(planned, f"sheets/{name}", "x")
    planned.run("status", ROUND)
    names = ("sheets/unit_plan.yml", "schemas/notes.txt", "mail/reminder.sv.txt")
    for name in names:
        put(planned, name, "x")
    told = planned.run("status", ROUND, expect=3).output
    assert [name for name in names if f"{name}: Filen läses aldrig." in told] == list(names)


def test_check_says_what_counts(planned: Town) -> None:
    """Of each file, and that all is well."""
    put(planned, "sheets/unit_plan.yaml", RIGHT)
    put(planned, "sheets/unit_plan.miljo.yaml", "extends: unit_plan\n")
    put(planned, "mail/reminder.sv.jinja", "Subject: Hej\n\nHej!\n")
    done = planned.run("check")
    assert done.output.splitlines() == [
        "Allt stämmer. Det här är kommunens eget:",
        "  styrxl.toml: inställningarna",
        "  sheets/unit_plan.miljo.yaml: mallvarianten miljo av unit_plan",
        "  sheets/unit_plan.yaml: läggs över standarden, som gäller i övrigt",
        "  mail/reminder.sv.jinja: gäller i stället för hela standardfilen",
    ]


def test_a_due_day_for_nobody_is_a_mistake(planned: Town) -> None:
    """Whoever left the organisation may keep one."""
    settings = planned.root / "styrxl.toml"
    own = '\n[rounds."2027-plan".due_owner]\nUBN = 2027-01-10\n"UBN-ÅBYY" = 2027-01-11\n'
    settings.write_text(settings.read_text("utf-8") + own, "utf-8")
    for words in (("status", ROUND), ("check",)):
        done = planned.run(*words, expect=3)
        assert "Menar du UBN-ÅBY?" in done.output
