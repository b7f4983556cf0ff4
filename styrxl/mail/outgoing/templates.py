"""The letter that hands out a workbook."""

from __future__ import annotations

from styrxl.mail.outgoing.letter import Attachment, WrittenLetters
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.model.council_plan import Organisation
from styrxl.model.errors import StyrxlError
from styrxl.model.levels import COMMON, find_level
from styrxl.returns.isolated import IsolatedReader
from styrxl.rounds.owner_links.links import give_link
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE, code_of, make_token
from styrxl.store.ledger import Issue
from styrxl.store.mail_states import TEMPLATES


def write_templates(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return a letter for each owner that a workbook was issued to.

    Raises StyrxlError: nothing-issued; outbox-stale where the file is not the one that was issued last.
    """
    if not writer.issues:
        raise StyrxlError("nothing-issued", round=writer.round.id)
    letters = []
    for (owner, _), issue in writer.issues.items():
        if request.concerns(owner) and (row := writer.find(owner)) and is_written_to(row):
            workbook = read_issued_workbook(writer, issue)
            facts = {"file_name": workbook.name, "overdue": writer.list_overdue(owner), **_make_link(writer, request, row)}
            letters.append(writer.write(TEMPLATES, issue.issue_id, row, facts, attachments=[workbook]))
    return WrittenLetters(tuple(letters))


def _make_link(writer: LetterWriter, request: MailRequest, owner: Organisation) -> dict[str, str]:
    """Return an owner's link and code, of a letter that goes out; a preview, or what goes to a tester, holds none that lets anybody in."""
    desk, site = writer.desk, writer.desk.workspace.settings.site
    if site is None or not site.has_links:
        return {"link": "", "code": "", "code_page": ""}
    page = f"{site.address}{OWNERS_PAGE}"
    if not request.send or request.redirect_to or writer.quietly:
        return {"link": f"{page}/…", "code": "…", "code_page": page}
    link = give_link(desk, writer.round, owner.org_id, site.link_days)
    return {"link": f"{page}/{make_token(desk.workspace, link)}", "code": code_of(desk.workspace, link), "code_page": page}


def is_written_to(organisation: Organisation) -> bool:
    """Tell whether an organisation gets letters: what the controller fills in for nobody in particular needs no address."""
    return find_level(organisation.kind) != COMMON or bool(organisation.email)


def read_issued_workbook(writer: LetterWriter, issue: Issue) -> Attachment:
    """Return the workbook of an issue from the outbox; raises StyrxlError (outbox-stale) where it is another file, or none."""
    path = writer.desk.workspace.outbox(writer.round) / issue.file_name
    stale = StyrxlError("outbox-stale", path=str(path), round=writer.round.id)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise stale from error
    with IsolatedReader(writer.desk.limits) as reader:  # anybody may have replaced the file
        workbook, _ = reader.read(data)
    if workbook is None or workbook.identity.get("issue") != issue.issue_id:
        raise stale
    return Attachment(issue.file_name, data)
