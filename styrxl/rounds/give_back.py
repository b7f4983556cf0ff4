"""Sending back: each return that is to be mended, as a workbook with what is to be mended marked."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from styrxl.annotated.copy import UNKNOWN, Annotator, Back, own_notes
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.returns.extras import question_about
from styrxl.returns.isolated import Reader
from styrxl.rounds.desk import Desk, look
from styrxl.rounds.judge_inbox import context_of
from styrxl.store.files import write_atomically
from styrxl.validation.judge import Context

_LOG = logging.getLogger(__name__)


def give_back(desk: Desk, judged: JudgedRound, files: Iterable[Path]) -> list[Path]:
    """Write ``returned/ROUND/OWNER.xlsx`` for each return among the files that needs completing, and return their paths.

    A workbook that is there already and would be the same is let be; one that cannot be written does not keep the others from it,
    but is raised when they are done: StyrxlError as ``write_atomically``.
    """
    paths = {desk.workspace.shown(path): path for path in files}
    annotator = Annotator(desk.workspace.forms.words, look(desk.workspace))
    contexts: dict[str, Context] = {}
    written: list[Path] = []
    trouble: StyrxlError | None = None
    with Reader(desk.limits) as reader:
        for one in to_give_back(judged.returns):
            round_ = Round.parse(one.round or "")
            if round_.id not in contexts:
                contexts[round_.id] = context_of(desk, round_)
            path = desk.workspace.returned(round_) / f"{one.owner}.xlsx"
            try:
                back = _back(desk, contexts[round_.id], one, paths, reader)
                if back is not None:
                    _write(path, annotator.annotate(back))
                    written.append(path)
            except StyrxlError as error:
                trouble = trouble or error
            except Exception:  # noqa: BLE001 -- the trap: one return must not keep the others from going back
                _LOG.exception("%s could not be sent back", one.path)
    if trouble:
        raise trouble
    return written


def to_give_back(returns: Sequence[Judged]) -> list[Judged]:
    """Return those that need completing and whose owner is known; of an owner's several in one round the newest."""
    newest: dict[tuple[str, str], Judged] = {}
    oldest = datetime.min.replace(tzinfo=UTC)
    for one in sorted(returns, key=lambda r: (r.received or oldest, r.path)):
        if one.verdict == "rejected" and one.owner and one.round and not UNKNOWN & {f.rule for f in one.findings}:
            newest[one.round, one.owner] = one
    return sorted(newest.values(), key=lambda r: r.index)


def _back(desk: Desk, context: Context, one: Judged, paths: Mapping[str, Path], reader: Reader) -> Back | None:
    """Return what is needed to send a return back; None where its file has changed or gone since it was judged."""
    prefill = _issued(desk, context, one)
    path = paths.get(one.path)
    if prefill is None or path is None or one.form is None:
        return None
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if sha256(data).hexdigest() != one.sha256:
        return None
    returned, _ = reader.read(data)
    if returned is None:
        return None
    extras = reader.read_extras(data, question_about(returned, own_notes(desk.workspace.forms.words)))
    return Back(desk.workspace.forms.form(one.form, one.profile, one.round), prefill, returned, extras, one.findings, path.name)


def _issued(desk: Desk, context: Context, one: Judged) -> Prefill | None:
    """Return what a return was judged against, with the issue and signature that make the copy the same issue."""
    assert one.owner is not None
    assert one.form is not None
    issue = one.issue or ""
    issued = context.issued.get(issue)
    if issued is None or issued.owner != one.owner:  # it has lost its identity: it gets that of the owner's newest issue
        issue, _ = context.newest.get(one.owner, ("", None))
        issued = context.issued.get(issue) or context.current(one.owner, one.form)
    if issued is None or issued.form != one.form:
        return None
    signature = desk.workspace.sign([issued.form, str(issued.version), issued.round, issued.owner, issue])
    return replace(issued, issue=issue, signature=signature)


def _write(path: Path, data: bytes) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_atomically(path, data)
