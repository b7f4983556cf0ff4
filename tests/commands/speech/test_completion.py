"""What a shell completes: commands, options, the workspace's rounds and its plan's owners, quickly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete, get_completion_class

from styrxl.cli import cli
from town import ROUND, Town, new_town

DOCS = Path(__file__).parents[3] / "docs"
OWNERS = ["UBN", "UBN-ÅBY", "UBN-ÖST"]


def _complete(town: Town, *words: str) -> list[str]:
    """Return what is offered for the last word."""
    *before, incomplete = words
    offered = ShellComplete(cli, {}, "styrxl", "_STYRXL_COMPLETE").get_completions(["--workspace", str(town.root), *before], incomplete)
    return [item.value if item.type == "plain" else item.type for item in offered]


@pytest.mark.parametrize(
    "words,offered",
    [
        (("status", ""), ["2028-plan", ROUND, "2027-t1"]),
        (("status", "2028"), ["2028-plan"]),
        (("mail", "templates", "2027-P"), [ROUND]),
        (("validate", "--round", "2027-t"), ["2027-t1"]),
        (("distribute", ROUND, "--to", "ubn"), OWNERS),
        (("distribute", "plan", "2027", "--to", "UBN-Ö"), ["UBN-ÖST"]),
        (("merge", ROUND, "UBN-Å"), ["UBN-ÅBY"]),
        (("log", ROUND, "UBN-Ö"), ["UBN-ÖST"]),
        (("set-aside", ROUND, "inbox/"), ["file"]),
        (("consolidate", "det som helst", "--board", "KFN"), ["KFN", "KFN-BIB"]),
        (("quarantine", "re"), ["release"]),
        (("distribute", ROUND, "--le"), ["--level"]),
    ],
)
def test_rounds_and_owners_are_known(full: Town, words: tuple[str, ...], offered: list[str]) -> None:
    """Whatever was typed before: it need not be right yet."""
    full.run("status", ROUND)
    (full.root / "outbox" / "2028-plan").mkdir()
    with full.workspace.settings_path.open("a", encoding="utf-8") as settings:
        settings.write('\n[rounds."2027-t1"]\ndue = 2027-05-10\n')
    assert _complete(full, *words) == offered


def test_where_nothing_can_be_known_nothing_is_offered(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither without a workspace nor in one whose plan was never read; nor is anything written."""
    town = new_town(tmp_path_factory.mktemp("town") / "t")
    for path in (town.root / ".styrxl-cache").glob("*"):
        path.unlink()
    assert _complete(town, "merge", ROUND, "") == []
    town.workspace.settings_path.write_text("[[[", "utf-8")
    assert _complete(town, "merge", ROUND, "") == []
    assert _complete(town, "stat") == ["status"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how(shell: str) -> None:
    """By the line that the handbook has for it."""
    made = get_completion_class(shell)
    assert made is not None
    for page in ("sv/terminalen.md", "en/terminal.md"):
        assert f"_STYRXL_COMPLETE={shell}_source styrxl" in (DOCS / page).read_text("utf-8")
    assert "_STYRXL_COMPLETE" in made(cli, {}, "styrxl", "_STYRXL_COMPLETE").source_vars().values()


def test_a_press_of_tab_is_quick_and_loads_little(full: Town) -> None:
    """As bash asks; letters beyond ASCII come as they are."""
    full.run("status", ROUND)
    asked = {"_STYRXL_COMPLETE": "bash_complete", "COMP_WORDS": f"styrxl --workspace {full.root} merge {ROUND} ubn-ö", "COMP_CWORD": "5"}
    code = "import sys, atexit; atexit.register(lambda: print(sorted({'yaml', 'pandas', 'sqlalchemy', 'openpyxl'} & {*sys.modules})))"
    words = [sys.executable, "-P", "-c", f"{code}; from styrxl.cli import main; main()"]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", env=os.environ | asked, check=True)
    assert done.stdout.split() == ["plain,UBN-ÖST", "[]"]
