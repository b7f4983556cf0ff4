"""What tests of decisions ask of a town, and two people's returns of one board: an economist's and a strategist's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from town import BOARD, ROUND, Town

ECONOMIST = {key: BOARD[key] for key in ("budget", "unit_frames", "investments")}
STRATEGIST = {key: BOARD[key] for key in BOARD if key not in ECONOMIST}


def both(town: Town, first: Mapping[str, Any] = ECONOMIST, second: Mapping[str, Any] = STRATEGIST) -> None:
    town.put("economist.xlsx", town.filled("UBN", first))
    town.put("strategist.xlsx", town.filled("UBN", second), 1)


def verdicts(town: Town) -> dict[str, str]:
    """Verdicts by file name."""
    return {Path(w["path"]).name: w["verdict"] for w in report(town)["workbooks"]}


def report(town: Town) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(town.run("validate", "--round", ROUND, "--format", "json", expect=None).stdout)
    return content


def findings(town: Town, name: str) -> list[tuple[str, str]]:
    """Rules of a file's findings, with their messages."""
    return [(f["rule"], f["message"]) for w in report(town)["workbooks"] if Path(w["path"]).name == name for f in w["findings"]]
