"""The letter that hands out a workbook."""

from __future__ import annotations

from collections.abc import Collection

from styrxl.mail.outgoing.letter import Attachment, Letter
from styrxl.mail.outgoing.letter_writer import Office
from styrxl.model.errors import StyrxlError
from styrxl.returns.isolated import Reader
from styrxl.store.ledger import Issue
from styrxl.store.mail_log import TEMPLATES


def templates(office: Office, only: Collection[str] = ()) -> list[Letter]:
    """Return a letter for each owner that a workbook was made for.

    Raises StyrxlError: nothing-issued; outbox-stale where the file is not the one that was issued last.
    """
    if not office.issues:
        raise StyrxlError("nothing-issued", round=office.round.id)
    found = []
    for owner, issue in office.issues.items():
        if (not only or owner in only) and (row := office.find(owner)):
            workbook = issued_workbook(office, issue)
            found.append(office.letter(TEMPLATES, issue.issue_id, row, {"file_name": workbook.name}, attachments=[workbook]))
    return found


def issued_workbook(office: Office, issue: Issue) -> Attachment:
    """Return the workbook that was issued; raises StyrxlError (outbox-stale) where another lies in its place."""
    path = office.desk.workspace.outbox(office.round) / issue.file_name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StyrxlError("outbox-stale", path=str(path), round=office.round.id) from error
    with Reader(office.desk.limits) as reader:  # somebody may have put another file there
        returned, _ = reader.read(data)
    if returned is None or returned.identity.get("issue") != issue.issue_id:
        raise StyrxlError("outbox-stale", path=str(path), round=office.round.id)
    return Attachment(issue.file_name, data)
