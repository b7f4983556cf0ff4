"""What commands list, as values of JSON: names stay the same, days and moments (UTC) are as ISO 8601 has them, texts are masked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from styrxl.model.catalogue import word
from styrxl.model.masking import make_showable

if TYPE_CHECKING:
    from styrxl.descriptions.refused_words import RefusedWord
    from styrxl.doctor.look_around import Findings
    from styrxl.model.goal_tree import Node
    from styrxl.model.judged import JudgedRound
    from styrxl.rounds.status import OwnerStatus, RoundStatus
    from styrxl.store.mail_log import MailPart

_OWNER = ("owner", "name", "kind", "form", "issued", "due", "returned", "state", "earlier_counts", "reminded", "path", "errors", "warnings")
_MAIL = ("id", "outcome", "reason", "sender", "subject", "received_at", "name", "owner", "path", "settled_by", "settled_at")
_NODE = ("id", "kind", "owner", "text", "parent", "council_goal", "more", "depth", "goals", "commitments", "also", "goalless")


def format_listed(told: Mapping[str, Any]) -> str:
    """Return what a command lists as one JSON object."""
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def tell_status(status: RoundStatus, round_id: str) -> dict[str, Any]:
    """Return how each owner of a round stands, and the files that could not be tied to anybody or are not judged yet."""
    return {
        "round": round_id,
        "owners": [{**_tell(owner, _OWNER), "returns": owner.returns, "unreached": [*owner.unreached]} for owner in status.owners],
        "unplaced": [make_showable(path) for path in status.unplaced],
        "unjudged": [make_showable(path) for path in status.unjudged],
    }


def tell_mails(parts: Iterable[MailPart], round_id: str) -> dict[str, Any]:
    """Return what came by mail: each message's workbooks, or the message where it has none."""
    return {"round": round_id, "parts": [_tell(part, _MAIL) for part in parts]}


def tell_tree(nodes: Sequence[Node], judged: JudgedRound, rules: Iterable[str]) -> dict[str, Any]:
    """Return the goal tree, each goal and commitment after what it hangs under, and how many findings of some rules there are."""
    wanted = {*rules}
    found = [f for return_ in judged.returns for f in return_.findings if f.rule in wanted]
    counts = {rule: sum(f.rule == rule for f in found) for rule in sorted({f.rule for f in found})}
    broken = any(f.severity == "error" for f in found)
    return {"round": judged.round, "nodes": [_tell(node, _NODE) for node in nodes], "findings": counts, "broken": broken}


def tell_own_files(
    files: Iterable[tuple[str, str, Mapping[str, str]]], refused: Iterable[RefusedWord], language: str, *, compared: bool
) -> dict[str, Any]:
    """Return a workspace's own files, with what counts of each in words, and the words of lists that schemas refuse.

    ``compared``: whether there is a plan to hold them against.
    """
    told = [{"file": name, "what": key.removeprefix("own_"), "text": word(key, language, **facts)} for name, key, facts in files]
    words = [
        {
            "list": each.list,
            "word": each.word[language],
            "sheet": each.sheet[language],
            "heading": each.heading[language],
            "schema": each.schema,
        }
        for each in refused
    ]
    return {"files": told, "refused_words": words, "compared_with_plan": compared}


def tell_looks(findings: Findings, language: str) -> dict[str, Any]:
    """Return what ``doctor`` saw: each look with its state, its key, what is so, what to do and the command that goes with it."""
    from styrxl.doctor.look import describe, describe_remedy, find_command

    looks = [
        {
            "part": look.part,
            "state": look.state,
            "key": look.key,
            "text": describe(look, language),
            "remedy": describe_remedy(look, language),
            "command": find_command(look, language),
        }
        for look in findings.looks
    ]
    return {"workspace": findings.is_workspace, "mend": findings.mends, "watch": findings.watches, "looks": looks}


def _tell(of: OwnerStatus | MailPart | Node, names: Sequence[str]) -> dict[str, Any]:
    return {name: _say(getattr(of, name)) for name in names}


def _say(value: Any) -> Any:
    if isinstance(value, str):
        return make_showable(value)
    if isinstance(value, tuple):
        return [_say(each) for each in value]
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat() if isinstance(value, date) else value
