"""The letter that answers a return: a receipt, or what to mend."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from styrxl.mail.info_lines import list_info_lines
from styrxl.mail.outgoing.letter import Attachment, Letter, WrittenLetters, join_message_ids
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.model.addresses import fold_address
from styrxl.model.catalogue import word
from styrxl.model.council_plan import Organisation
from styrxl.model.days import format_moment, local_day
from styrxl.model.findings import Finding
from styrxl.model.grouped_findings import group_findings
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import mask_persons
from styrxl.rounds.give_back import find_place, give_back, make_copies, select_to_give_back
from styrxl.store.mail_log import MailPart
from styrxl.store.mail_states import ANSWER, SENT, TAKEN

_LISTED = 20  # groups of findings that an answer lists; the annotated copy has them all
_ANSWERED = ("accepted", "rejected", "unreadable", "duplicate")
_CHANGED = frozenset({"outcome-changed", "outcome-not-answered"})
TO_MEND = ("rejected", "unreadable")


def write_answers(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return a letter for each return that has a verdict and has not been answered; a test mailing answers all of them."""
    messages = {(part.path, part.sha256): part for part in writer.mail_parts if part.path}
    judged = [r for r in writer.judged.returns if not _is_withheld(r, messages.get((r.path, r.sha256)))]
    asked = [return_ for return_ in judged if return_.verdict in _ANSWERED and request.concerns(return_.owner)]
    new = asked if request.redirect_to else list_unanswered(asked, find_answer_days(writer))
    said = {return_.path: _find_said(return_, writer.judged) for return_ in new}
    annotated = _annotate(writer, list({return_.path: return_ for return_ in said.values()}.values()))
    accepted = {(return_.owner, return_.form) for return_ in writer.judged.accepted}
    letters = (_write_answer(writer, r, said[r.path], messages.get((r.path, r.sha256)), annotated, accepted) for r in new)
    return WrittenLetters(tuple(letters), len(asked) - len(new))


def _find_said(return_: Judged, judged: JudgedRound) -> Judged:
    """Return what an answer tells of: a return, or what came before in the same bytes where that is still to be mended."""
    if return_.verdict != "duplicate":
        return return_
    return next((other for other in judged.returns if other.sha256 == return_.sha256 and other.verdict in TO_MEND), return_)


def _is_withheld(return_: Judged, part: MailPart | None) -> bool:
    """Tell whether a return came in a mail that no person wrote, so that nobody is answered; a controller's word on it is one to answer."""
    return part is not None and part.by_machine and part.outcome == TAKEN and not return_.assigned


def list_unanswered(returns: Iterable[Judged], answer_days: Mapping[str, date | None]) -> list[Judged]:
    """Return those of the returns whose verdict has not been mailed; ``answer_days`` as ``find_answer_days``."""
    return [return_ for return_ in returns if name_answer(return_) not in answer_days]


def find_answer_days(writer: LetterWriter) -> dict[str, date | None]:
    """Return on which day each answer was sent, by its name."""
    mails = writer.mail_log.mails(writer.round.id, [ANSWER]).values()
    return {mail.about: local_day(mail.ended_at, writer.desk.zone) for mail in mails if mail.state == SENT}


def name_answer(return_: Judged) -> str:
    """Return what an answer is about: the return, its bytes and its verdict."""
    about = f"{return_.path}|{return_.sha256[:12]}|{return_.verdict}"
    if changed := _list_changed(return_):  # its owner is asked anew each time that the accounts have changed so much, and once
        about += "|" + hashlib.sha256(repr(sorted(changed)).encode()).hexdigest()[:12]
    return f"{about}|{return_.owner}" if return_.assigned else about  # one that is assigned is answered anew, to its owner


def _list_changed(return_: Judged) -> list[tuple[str, str, str]]:
    """Return what an accepted return's owner is to look at again since the accounts say otherwise now: rule, what, how much."""
    asked = (f for f in return_.findings if f.rule in _CHANGED)
    return [(f.rule, str(f.facts["what"]), str(f.facts["new"])) for f in asked] if return_.verdict == "accepted" else []


def _annotate(writer: LetterWriter, returns: Sequence[Judged]) -> dict[str, Attachment]:
    """Return the annotated copies of returns that are to be mended, by the returns' paths; in ``returned/`` as well, unless quietly."""
    desk = writer.desk
    judged, files = replace(writer.judged, returns=tuple(returns)), desk.workspace.inbox_files(writer.round).files
    if writer.quietly:
        return {return_.path: Attachment(find_place(desk, return_).name, data) for return_, data in make_copies(desk, judged, files)}
    written = set(give_back(desk, judged, files))
    paths = {return_.path: find_place(desk, return_) for return_ in select_to_give_back(judged.returns)}
    return {path: Attachment(copy.name, copy.read_bytes()) for path, copy in paths.items() if copy in written}


def _write_answer(
    writer: LetterWriter,
    return_: Judged,
    said: Judged,
    part: MailPart | None,
    copies: Mapping[str, Attachment],
    accepted: Collection[tuple[str | None, str | None]],
) -> Letter:
    """Return the answer to a return, which tells of what was ``said`` of it or of what came before in the same bytes."""
    owner, annotated = writer.find(said.owner), copies.get(said.path)
    language, marked = writer.language(owner), annotated is not None
    errors, warnings = (list_findings(said.findings, severity, language, marked=marked) for severity in ("error", "warning"))
    facts = {
        "verdict": said.verdict,
        "again": said is not return_,
        "changed": bool(_list_changed(said)),
        "errors": sum(group["times"] for group in errors),
        "mends": errors if said.verdict != "duplicate" else [],
        "checks": warnings if said.verdict in {"accepted", "rejected"} else [],
        "told": list_info_lines(said.findings, language) if said.verdict in {"accepted", "rejected"} else [],
        "file_name": mask_persons((part.name if part else None) or return_.path.rpartition("/")[2]),
        "received": format_moment(return_.received, writer.desk.zone) if return_.received else "",
        "receipt": writer.receipt_numbers.get((return_.path, return_.sha256)),
        "sha256": return_.sha256,  # letters of a municipality's own may name it
        "contents": _count_rows(writer, said, language),
        "in_force": said.verdict not in {"accepted", "duplicate"} and (said.owner, said.form) in accepted,
        "annotated": marked,
    }
    return writer.write(
        ANSWER,
        name_answer(return_),
        owner,
        facts,
        to=_list_recipients(owner, part),
        attachments=[annotated] if annotated else [],
        replies_to=join_message_ids(writer.templates_message_id(owner.org_id) if owner else None, part.message_id if part else None),
        is_reply=True,
        answers=writer.describe_answer(part, owner, str(facts["file_name"]), said.verdict),
    )


def _list_recipients(owner: Organisation | None, part: MailPart | None) -> tuple[str, ...]:
    """Return the owner's contacts and the person who sent the return: an owner's board, its administration, or whom a controller let in."""
    sender = (part.sender,) if part and not part.by_machine else ()
    contacts = owner.email if owner else ()
    return (*contacts, *(address for address in sender if fold_address(address) not in map(fold_address, contacts)))


def list_findings(findings: Sequence[Finding], severity: str, language: str, *, marked: bool) -> list[dict[str, Any]]:
    """Return findings of a severity as lines of a letter (place, message, fix, times), the first twenty groups."""
    groups = group_findings([f for f in findings if f.severity == severity], language)
    shown = [{"place": g.place, "message": g.message, "fix": g.fix, "times": g.times} for g in groups[:_LISTED]]
    if rest := groups[_LISTED:]:
        times = sum(g.times for g in rest)
        more = word("mail_more_marked" if marked else "mail_more_findings", language, n=times)
        shown.append({"place": "", "message": more, "fix": "", "times": times})
    return shown


def _count_rows(writer: LetterWriter, return_: Judged, language: str) -> list[tuple[str, int]]:
    """Return each sheet's name and how many rows it holds, leaving out empty ones."""
    forms = writer.desk.forms
    if return_.form is None or not forms.knows(return_.form, return_.edition):
        return []
    form = forms.form(return_.form, return_.profile, return_.round, return_.edition)
    names = {sheet.table or sheet.key: sheet.name[language] for sheet in form.sheets if sheet.layout == "rows"}
    return [(names[table], count) for table, count in return_.rows.items() if table in names and count]
