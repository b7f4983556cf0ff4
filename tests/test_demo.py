"""The demonstration: one municipality, played through once for all tests here."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from styrxl.cli import cli
from styrxl.demo import MARK, Stage, play, run_in_process
from styrxl.errors import StyrxlError
from styrxl.material import material

COMMON = {"superseded-return", "answers-lost", "interpreted-value"}  # people hand in again, and type as they like
MEANT = {"frame-exceeded", "goal-uncovered", "not-confirmed"}  # the sample's boards do these on purpose
AS_LIFE_IS = {"goal-unserved"}  # not every unit serves every goal that concerns it
ABOUT_FORMAT = {"partly-checked"}  # an .ods has no XML to look for hidden rows in


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it: what was said, what each ``validate`` reported, the files to open."""

    folder: Path
    said: tuple[str, ...]
    reports: tuple[dict[str, Any], ...]
    opening: tuple[Path, ...]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo") / "botkyrka"
    report = folder.parent / "report.json"
    reports: list[dict[str, Any]] = []
    said: list[str] = []
    at_the_prompt = run_in_process(cli.main)

    def run(words: Sequence[str]) -> int:
        if "validate" not in words:
            return at_the_prompt(words)
        status = at_the_prompt([*words, "--format", "json", "--output", str(report)])
        reports.append(json.loads(report.read_text("utf-8")))
        return status

    opening = play(Stage(folder, 40, 1, "sv", run, said.append))
    return Played(folder, tuple(said), tuple(reports), tuple(opening))


def test_it_ends_with_every_return_in_order(played: Played) -> None:
    """Ten boards and forty units accepted, the faulty returns beside the corrected ones, and the council's workbook there."""
    last = played.reports[-1]
    verdicts = Counter(workbook["verdict"] for workbook in last["workbooks"])
    accepted = {workbook["owner"] for workbook in last["workbooks"] if workbook["verdict"] == "accepted"}
    assert (verdicts["accepted"], len(accepted)) == (50, 50)
    assert verdicts["superseded"] + verdicts["rejected"] + verdicts["unreadable"] == len(last["workbooks"]) - 50 == 21
    assert (played.folder / "council" / "2027-plan.xlsx") in played.opening
    assert all(path.exists() for path in played.opening)


def test_each_mistake_is_found_at_least_once(played: Played) -> None:
    """What people got wrong, and nothing that they did not."""
    found = {f["rule"] for report in played.reports for workbook in report["workbooks"] for f in workbook["findings"]}
    made = {name for level in ("board", "unit") for group in material()["mistakes"][level] for name in group}
    assert found - COMMON - ABOUT_FORMAT - AS_LIFE_IS == made | MEANT


def test_one_in_eight_has_something_to_mend_at_first(played: Played) -> None:
    """Of the boards two, of the units five."""
    first_of_boards, first_of_units = played.reports[0], played.reports[4]
    assert sum(workbook["verdict"] != "accepted" for workbook in first_of_boards["workbooks"]) == 2
    of_units = [w for w in first_of_units["workbooks"] if "-" in (w["owner"] or "") or not w["owner"]]
    assert (len(of_units), sum(workbook["verdict"] != "accepted" for workbook in of_units)) == (40, 5)


def test_commands_are_shown_as_they_are_typed(played: Played) -> None:
    """Each with the workspace that it is about."""
    shown = [line.strip().removeprefix("$ styrxl ") for line in played.said if line.strip().startswith("$")]
    at = f"--workspace {played.folder}"
    assert shown[:3] == [
        f"init {played.folder} --name 'Botkyrka kommun (exempeldata)'",
        f"{at} distribute 2027-plan --level board",
        f"{at} validate --round 2027-plan",
    ]
    assert shown[-3:] == [f"{at} link 2027-plan", f"{at} consolidate 2027-plan --all", f"{at} status 2027-plan"]


def test_returns_come_one_after_the_other(played: Played) -> None:
    """All as xlsx but one; each correction is newer than what it corrects; some are late."""
    inbox = played.folder / "inbox" / "2027-plan"
    assert Counter(path.suffix for path in inbox.iterdir()) == {".xlsx": 70, ".ods": 1}
    for path in inbox.glob("* rättad.xlsx"):
        assert path.stat().st_mtime > path.with_name(path.name.replace(" rättad", "")).stat().st_mtime
    days = {path.name: datetime.fromtimestamp(path.stat().st_mtime).date() for path in inbox.iterdir()}  # noqa: DTZ006 -- the day alone
    assert min(days.values()) >= date(2027, 1, 16)
    assert any(day > date(2027, 2, 28) for day in days.values())


def test_an_older_demonstration_is_made_anew(played: Played, tmp_path: Path) -> None:
    """Only where its mark says that it is one; anything else is left as it is."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "viktigt.txt").write_text("Rör inte", encoding="utf-8")
    nothing = Stage(folder, 1, 1, "sv", lambda _: 2, lambda _: None)
    with pytest.raises(StyrxlError, match="demo-in-the-way"):
        play(nothing)
    assert (folder / "viktigt.txt").is_file()
    shutil.copy(played.folder / MARK, folder)
    with pytest.raises(SystemExit, match="2"):  # the command that refuses to run, once the folder is empty
        play(nothing)
    assert not any(folder.iterdir())
