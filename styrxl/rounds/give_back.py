"""Sending back: each return that is to be mended, as a workbook with what is to be mended marked."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePath

from styrxl.annotated.copy import RULES_WITHOUT_OWNER, Annotator, ReturnToMend
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.prefill import Prefill
from styrxl.prefill.plan import sign_issue
from styrxl.returns.extras import question_about
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.package.cell_notes import list_own_notes
from styrxl.rounds.desk import Desk, name_file
from styrxl.rounds.identify_returns import Current
from styrxl.rounds.judge_inbox import CurrentPrefills
from styrxl.rounds.look import read_look
from styrxl.rounds.prefills import fetch_prefills
from styrxl.store.files import write_atomically

_LOG = logging.getLogger(__name__)


def give_back(desk: Desk, judged: JudgedRound, files: Iterable[Path]) -> list[Path]:
    """Write ``returned/ROUND/OWNER.xlsx`` for each return among the files that needs completing, and return their paths.

    A workbook that is there already and would be the same is let be; one that cannot be written does not keep the others from it,
    but is raised when they are done: StyrxlError as ``write_atomically``.
    """
    written: list[Path] = []
    first_error: StyrxlError | None = None
    for return_, data in make_copies(desk, judged, files):
        path = find_place(desk, return_)
        try:
            _write(path, data)
            written.append(path)
        except StyrxlError as error:
            first_error = first_error or error
    if first_error:
        raise first_error
    return written


def make_copies(desk: Desk, judged: JudgedRound, files: Iterable[Path]) -> Iterator[tuple[Judged, bytes]]:
    """Yield each return among the files that needs completing with its workbook as it goes back, and write nothing.

    One of which none can be made does not keep the others from it, but what stopped it is raised when they are done: StyrxlError.
    """
    paths = {desk.workspace.shown(path): path for path in files}
    annotator = Annotator(read_look(desk.workspace))
    returns = select_to_give_back(judged.returns)
    issues = {name: _issues_in(desk, name, returns) for name in dict.fromkeys(return_.round or "" for return_ in returns)}
    first_error: StyrxlError | None = None
    with IsolatedReader(desk.limits) as reader:
        for return_ in returns:
            data = None
            try:
                if back := _back(desk, issues[return_.round or ""], return_, paths, reader):
                    data = annotator.annotate(back)
            except StyrxlError as error:
                first_error = first_error or error
            except Exception:  # noqa: BLE001 -- the trap: one return must not keep the others from going back
                _LOG.exception("%s could not be sent back", return_.path)
            if data is not None:
                yield return_, data
    if first_error:
        raise first_error


def make_copy(desk: Desk, return_: Judged, file: Path | bytes) -> bytes | None:
    """Return a return's workbook as it would go back, of any that needs completing and whose owner is known, and write nothing.

    ``file``: where it lies, or its bytes. None where there is none to make: it is another's form, or its file has changed since it was
    judged.
    """
    if not can_go_back(return_):
        return None
    issues = _issues_in(desk, return_.round or "", [return_])
    with IsolatedReader(desk.limits) as reader:
        back = _back(desk, issues, return_, {return_.path: file}, reader)
    return Annotator(read_look(desk.workspace)).annotate(back) if back else None


def find_place(desk: Desk, return_: Judged) -> Path:
    """Return where the workbook that goes back is put."""
    round_ = desk.forms.rounds.parse(return_.round or "")
    name = f"{return_.owner}.xlsx"
    if return_.form in desk.forms.names():
        name = name_file(desk.forms, round_, return_.owner or "", desk.forms.form(return_.form))
    return desk.workspace.returned(round_) / name


def select_to_give_back(returns: Sequence[Judged]) -> list[Judged]:
    """Return those that need completing and whose owner is known; of an owner's several of one form in a round the newest."""
    newest: dict[tuple[str, str, str | None], Judged] = {}
    oldest = datetime.min.replace(tzinfo=UTC)
    for return_ in sorted(returns, key=lambda r: (r.received or oldest, r.path)):
        if can_go_back(return_):
            newest[return_.round or "", return_.owner or "", return_.form] = return_
    return sorted(newest.values(), key=lambda r: r.index)


def can_go_back(return_: Judged) -> bool:
    """Tell whether a return needs completing, and it is known by whom."""
    known = bool(return_.owner and return_.round)
    return known and return_.verdict == "rejected" and not RULES_WITHOUT_OWNER & {f.rule for f in return_.findings}


def list_without_copy(desk: Desk, judged: JudgedRound) -> list[str]:
    """Return the paths of the returns that need completing, but on a form that others designed: no copy is made of those."""
    forms = desk.forms
    to_mend = [return_ for return_ in judged.returns if return_.verdict == "rejected" and return_.form in forms.names()]
    return [return_.path for return_ in to_mend if forms.form(return_.form or "").foreign]


@dataclass(frozen=True, slots=True)
class _Issues:
    """What was issued in a round: the newest issue of each owner and form, what was prefilled in issues, and what would be issued now."""

    newest: Mapping[tuple[str, str], str]
    prefills: Mapping[str, Prefill]
    current: Current


def _issues_in(desk: Desk, name: str, returns: Sequence[Judged]) -> _Issues:
    """Return what was issued in a round to those who sent returns."""
    round_ = desk.forms.rounds.parse(name)
    newest = {key: issue.issue_id for key, issue in desk.ledger.issues_by_form(round_.id).items()}
    mine = [return_ for return_ in returns if return_.round == name]
    issues = {return_.issue for return_ in mine if return_.issue} | {
        newest[key] for r in mine if (key := (r.owner or "", r.form or "")) in newest
    }
    return _Issues(newest, fetch_prefills(desk.ledger, issues), CurrentPrefills(desk, round_, {}))


def _back(desk: Desk, issues: _Issues, return_: Judged, files: Mapping[str, Path | bytes], reader: IsolatedReader) -> ReturnToMend | None:
    """Return what is needed to send a return back; None where its file has changed or gone since it was judged."""
    prefill = _prefill(desk, issues, return_)
    file = files.get(return_.path)
    if prefill is None or file is None or return_.form is None:
        return None
    try:
        data = file if isinstance(file, bytes) else file.read_bytes()
    except OSError:
        return None
    if sha256(data).hexdigest() != return_.sha256:
        return None
    returned, _ = reader.read(data)
    if returned is None:
        return None
    extras = reader.read_extras(data, question_about(returned, list_own_notes(desk.forms.words)))
    form = desk.forms.form(return_.form, return_.profile, return_.round, return_.edition)
    return ReturnToMend(form, prefill, returned, extras, return_.findings, PurePath(return_.path if isinstance(file, bytes) else file).name)


def _prefill(desk: Desk, issues: _Issues, return_: Judged) -> Prefill | None:
    """Return what a return was judged against, with the issue and signature that make the copy the same issue."""
    assert return_.owner is not None
    assert return_.form is not None
    issue = return_.issue or ""
    prefill = issues.prefills.get(issue)
    if prefill is None or prefill.owner != return_.owner:  # it has lost its identity: it gets that of the owner's newest issue
        issue = issues.newest.get((return_.owner, return_.form), "")
        prefill = issues.prefills.get(issue) or issues.current(return_.owner, return_.form)
    if prefill is None or prefill.form != return_.form:
        return None
    return sign_issue(prefill, issue, desk.workspace.sign)


def _write(path: Path, data: bytes) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_atomically(path, data)
