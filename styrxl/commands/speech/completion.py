"""What a shell offers to complete: the workspace's rounds, and the owners of its plan."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem

_ROUND = re.compile(r"20[0-9]{2}-[a-z0-9-]+")
_FOLDERS = ("outbox", "inbox", "council")
_KEPT_PLAN = Path(".styrxl-cache", "council-plan.json")  # as rounds/council_plan keeps it; that is too slow to load at each press of Tab


def complete_round(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the rounds that there is something of, or that the settings name, the newest year first."""
    rounds = sorted({*_list_folders(_root(context)), *_list_in_settings(_root(context))})
    rounds.sort(key=lambda each: each[:4], reverse=True)
    return [CompletionItem(each) for each in rounds if _begins(each, incomplete)]


def complete_owner(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the owners of the plan as it was when it was last read, with their names."""
    return [CompletionItem(id_, help=name) for id_, name in _list_owners(_root(context)) if _begins(id_, incomplete)]


def complete_owner_or_file(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return owners as ``complete_owner``; where none begins so, have the shell offer files."""
    return complete_owner(context, parameter, incomplete) or [CompletionItem(incomplete, type="file")]


def _root(context: click.Context) -> Path:
    return context.find_root().params.get("workspace") or Path()


def _begins(text: str, incomplete: str) -> bool:
    return text.casefold().startswith(incomplete.casefold())


def _list_folders(root: Path) -> Iterator[str]:
    """Yield the rounds that have been handed out, received or brought together."""
    for folder in _FOLDERS:
        with suppress(OSError):
            yield from (path.name for path in (root / folder).iterdir() if path.is_dir() and _ROUND.fullmatch(path.name))


def _list_in_settings(root: Path) -> list[str]:
    """Return the rounds that styrxl.toml says when to answer; none where it cannot be read."""
    with suppress(OSError, ValueError):
        rounds = tomllib.loads((root / "styrxl.toml").read_text("utf-8-sig")).get("rounds")
        return [key for key in rounds if _ROUND.fullmatch(key)] if isinstance(rounds, dict) else []
    return []


def _list_owners(root: Path) -> list[tuple[str, str]]:
    with suppress(OSError, ValueError, LookupError, TypeError):
        rows = json.loads((root / _KEPT_PLAN).read_text("utf-8"))["rows"]["organisation"]
        return [(str(row["org_id"]), str(row["name"] or "")) for row in rows]
    return []
