"""Exporting: a round's data package into ``export/ROUND/``, from what the inbox holds now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from styrxl import __version__
from styrxl.export.collect import collect_resources
from styrxl.export.package import DESCRIPTION, make_package
from styrxl.export.public import make_public
from styrxl.export.resource import Resource
from styrxl.model.errors import working_on
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import Round
from styrxl.reports.view import Scope, View
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.publish import gather_history, list_issued, make_scope
from styrxl.rounds.status import find_status
from styrxl.store.files import StagedFiles


@dataclass(frozen=True, slots=True)
class Exported:
    """The files that were written, and what was left out since a group was small (none unless it is to be public)."""

    written: tuple[Path, ...]
    small: tuple[str, ...] = ()


def export_round(desk: Desk, round_: Round, form: str = "csv", *, public: bool = False) -> Exported:
    """Write a round's data package, all of it or nothing, and remove the files of the one before that it has not.

    ``form``: csv, parquet or json. ``public``: what may be published alone, in a folder of its own.
    Raises StyrxlError: driver-missing; file-locked, disk-full, not-writable; what judging the inbox does.
    """
    resources, facts = gather_resources(desk, round_, judge_inbox(desk, round_))
    folder = desk.workspace.export(round_, public=public)
    if not public:
        return Exported(_write(folder, make_package(resources, facts, form)))
    may = make_public(resources)
    small = (*may.small_fields, *may.small_indicators)
    about = {**facts, "name": f"{facts['name']}-public", "description": f"{_ABOUT} {_ABOUT_PUBLIC}"}
    about["styrxl"] = {**facts["styrxl"], "left_out_as_small": [*small]}
    return Exported(_write(folder, make_package(may.resources, about, form)), small)


def gather_resources(desk: Desk, round_: Round, judged: JudgedRound) -> tuple[list[Resource], dict[str, Any]]:
    """Return the resources of a round as it has been judged, and what their package says of itself."""
    history = gather_history(desk, round_, judged) if round_.followup else None
    scope = make_scope(desk, round_, desk.workspace.settings.language)
    view = View(judged, desk.plan, scope, tuple(list_issued(desk, round_)), None, history)
    return collect_resources(view, find_status(desk, round_).owners), _say_what(scope, round_)


def _say_what(scope: Scope, round_: Round) -> dict[str, Any]:
    title = f"{scope.municipality} · {scope.round_name}"
    program = {"program": __version__, "round": round_.id}
    return {"name": f"styrxl-{round_.id}", "title": title, "description": _ABOUT, "styrxl": program}


_ABOUT = (
    "Accepted returns of a round, what was found in them, how each owner stands, and what is worked out of it. Money in tkr (SEK 1 000)."
)

_ABOUT_PUBLIC = (
    "To be published: without what people wrote, file names and small groups (numbers from one to four); where there is one, all counts "
    "of its table or all outcomes of its indicator are left out."
)


def _write(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    before = _list_files(folder / DESCRIPTION)
    with working_on(folder), StagedFiles() as stage:
        for name, content in files.items():
            stage.add(folder / name, content)
        stage.move_into_place()
    for name in before - files.keys():
        (folder / name).unlink(missing_ok=True)
    return tuple(folder / name for name in files)


def _list_files(description: Path) -> set[str]:
    """Return the files that a package's description names, of those that lie beside it; none where there is no such description."""
    try:
        named = {str(resource["path"]) for resource in json.loads(description.read_text("utf-8"))["resources"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in named if "/" not in name and "\\" not in name}
