"""What was handed out and written to owners, as values of JSON; names stay the same, texts are masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from styrxl.model.catalogue import say, word
from styrxl.model.masking import make_showable

if TYPE_CHECKING:
    from styrxl.mail.check import CheckedStep
    from styrxl.mail.outgoing.delivery import DeliveryResult
    from styrxl.mail.outgoing.letter import Letter
    from styrxl.mail.outgoing.send import SortedLetters
    from styrxl.rounds.issue import IssuedRound
    from styrxl.store.mail_log import Mail
    from styrxl.store.workspace import Workspace

BLOCKED, READY, WAITING = "blocked", "ready", "waiting"  # states of a letter that no server has been asked about


def tell_issued(done: IssuedRound, workspace: Workspace, round_id: str, language: str) -> dict[str, Any]:
    """Return the workbooks that were handed out, who got none and why, and what the workbooks lack."""
    unserved = [
        {"owner": each.owner, "board": each.board, "why": each.why, "text": word(f"why_{each.why}", language, board=each.board)}
        for each in done.unserved
    ]
    written = [str(workspace.shown(path)) for path in done.written]
    return {"round": round_id, "written": written, "unserved": unserved, "notes": [say(note, language) for note in done.notes]}


def tell_letters(
    letters: SortedLetters, results: Iterable[DeliveryResult], doubts: Sequence[Mail], round_id: str, language: str, *, sent: bool
) -> dict[str, Any]:
    """Return each letter with what became of it, and the mails that may have come twice."""
    by_key = {result.key: result for result in results}
    return {
        "round": round_id,
        "sent": sent,
        "letters": [_tell_letter(letter, letters, by_key.get(letter.key), language, sent=sent) for letter in letters.letters],
        "sent_before": letters.sent_before,
        "in_doubt": [{"owner": mail.owner or None, "to": mail.recipients, "subject": make_showable(mail.subject)} for mail in doubts],
    }


def _tell_letter(letter: Letter, letters: SortedLetters, result: DeliveryResult | None, language: str, *, sent: bool) -> dict[str, Any]:
    blocked = letters.blocked.get(letter.key)
    state = BLOCKED if blocked else result.state if result else WAITING if sent else READY
    why = word(blocked[0], language, **blocked[1]) if blocked else result.reply if result else ""
    refused = {address: word(key, language, address=address) for address, key in letter.refused_addresses}
    return {
        "kind": letter.kind,
        "owner": letter.owner or None,
        "to": [*letter.to],
        "subject": make_showable(letter.content.subject),
        "attachments": [make_showable(attachment.name) for attachment in letter.attachments],
        "state": state,
        "why": make_showable(why),
        "refused": refused | (dict(result.refused) if result else {}),
        "unreached": [*letter.unreached],
    }


def tell_mail_step(step: CheckedStep, language: str, error: str) -> dict[str, Any]:
    """Return a step of trying mail; ``error``: why it fails, in words."""
    return {"text": say(step.text, language), "state": step.state, "error": error or None}
