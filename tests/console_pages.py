"""Pages of the handbook whose consoles are real: each command is run in a small workspace, and what it says stands below it.

In a page, ``<!-- 2027-01-07: both boards send their plans -->`` sets the day, and has what it names happen (``DEEDS``).
``python tests/console_pages.py`` writes the pages anew after a change.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))
from filled import fill_issued, fill_plan
from styrxl.cli import cli
from styrxl.store.workspace import Workspace
from town import BOARD, Answers
from year import PLANS, T1, changed, plan

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("sv/controllerns-ar.md", "en/the-controllers-year.md")
FOLDER = "akoping"  # the workspace, in a folder of its own; what comes back lies in answers/ beside it
SURROUNDINGS = {"COLUMNS": "120", "STYRXL_USER": "Anna"}
_PART = re.compile(r"<!-- (?P<day>\d{4}-\d\d-\d\d): (?P<deed>.+?) -->|```console\n(?P<console>.*?)```", re.DOTALL)


def run_page(text: str, place: Path) -> str:
    """Return a page with what its commands really say, run in a new workspace in an empty folder."""
    root, now = place / FOLDER, datetime(2027, 1, 1, 9, 0, tzinfo=UTC)

    def play(found: re.Match[str]) -> str:
        nonlocal now
        if found["day"]:
            now = datetime.fromisoformat(found["day"]).replace(hour=9, tzinfo=UTC)
            DEEDS[found["deed"]](root, now)
            return found[0]
        commands = re.findall(r"^\$ styrxl (.+)$", found["console"], re.MULTILINE)
        return "```console\n" + "".join(_run(command, root, now) for command in commands) + "```"

    return _PART.sub(play, text)


def describe_plays(text: str) -> list[tuple[str, ...]]:
    """Return what does not depend on a page's language: its days and deeds, its commands, and the figures and lines of their answers."""
    described = []
    for found in _PART.finditer(text):
        console = found["console"] or ""
        commands = [command.replace("--lang en ", "") for command in re.findall(r"^\$ (.+)$", console, re.MULTILINE)]
        figures = sorted(re.findall(r"\d(?:[\d.,:-]*\d)?", console))
        described.append((found["day"] or "", found["deed"] or "", str(console.count("\n")), *commands, *figures))
    return described


def _run(command: str, root: Path, now: datetime) -> str:
    """Return a command as it was typed, and what it says, as a terminal would show it."""
    with chdir(root if root.exists() else root.parent):
        result = CliRunner(env=SURROUNDINGS).invoke(cli, shlex.split(command), obj={"now": now}, prog_name="styrxl")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return f"$ styrxl {command}\n" + "".join(f"{line.rstrip()}\n" for line in result.output.splitlines())


def _send(round_: str, owners: dict[str, Answers]) -> Callable[[Path, datetime], None]:
    def send(root: Path, now: datetime) -> None:
        folder = root.parent / "answers"
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for minute, (owner, answers) in enumerate(owners.items()):
            path = folder / f"{owner}.xlsx"
            path.write_bytes(fill_issued(root, round_, owner, answers))
            at = now.timestamp() - 3600 + 60 * minute
            os.utime(path, (at, at))

    return send


def _fill_plan(root: Path, now: datetime) -> None:
    del now
    workspace = Workspace.open(root)
    workspace.plan_path.write_bytes(fill_plan(workspace, plan(adjustments=())))


FAULTY = changed(BOARD, "budget", 1, cost="ca tusen")
DEEDS: dict[str, Callable[[Path, datetime], None]] = {
    "the council's plan is filled in": _fill_plan,
    "both boards send their plans": _send("2027-plan", {"KFN": PLANS["KFN"], "UBN": FAULTY}),
    "one board sends its plan again": _send("2027-plan", {"UBN": PLANS["UBN"]}),
    "units send their plans": _send("2027-plan", {owner: PLANS[owner] for owner in ("UBN-ÅBY", "UBN-ÖST", "KFN-BIB")}),
    "follow-ups come in": _send("2027-t1", dict(T1)),
    "time passes": lambda root, now: None,  # noqa: ARG005
}


def main() -> None:
    """Write the pages anew."""
    for name in PAGES:
        path = DOCS / name
        with tempfile.TemporaryDirectory() as place:
            path.write_text(run_page(path.read_text("utf-8"), Path(place)), "utf-8")


if __name__ == "__main__":
    main()
