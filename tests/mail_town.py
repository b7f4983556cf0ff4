"""The small town with addresses, a post office, and people who answer by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from graph_office import GraphOffice
from mail_messages import OURS, raw
from municipality import ORGANISATION
from post_office import PASSWORD, USER, Certificates, Dovecot, SmtpServer, reply, sent
from styrxl.model.days import local_day, standard_zone
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import MailLog
from token_office import CLIENT_ID, TENANT, TokenOffice
from town import BOARDS, PLAN, ROUND, Answers, Town, new_town
from year import Followed, followed_town, plan

ADDRESSES = {
    "KF": "kansli@example.se",
    "UBN": "ubn@example.se",
    "KFN": "kfn@example.se",
    "UBN-ÅBY": "rektor.aby@example.se",
    "UBN-ÖST": "ost@example.se; bitr.ost@skola.example.se",
    "KFN-BIB": "bib@example.se",
}
MAIL_PLAN: Answers = {
    **PLAN,
    "organisation": [{**row, "email": ADDRESSES[row["org_id"]]} if row["org_id"] in ADDRESSES else row for row in ORGANISATION],
}
SOON = local_day(datetime.now(UTC), standard_zone()) + timedelta(days=20)


def settings(more: str = "", *, due: date = SOON, round_: str = ROUND) -> str:
    """Return what is added to ``styrxl.toml``; ``more`` stands in ``[mail]``."""
    return f"""
[mail]
from = "Planering Åköping <{OURS}>"
rate = 6000
{more}

[rounds."{round_}"]
due = {due}
due_units = {due}
"""


def mail_town(root: Path, more: str = "", *, due: date = SOON) -> Town:
    """Make a town whose owners have addresses; nothing has been handed out."""
    town = new_town(root, MAIL_PLAN)
    path = root / "styrxl.toml"
    path.write_text(path.read_text("utf-8") + settings(more, due=due), "utf-8")
    return town


def planned_mail_town(root: Path) -> Town:
    """Make a mail town whose boards have accepted plans, and whose units have their workbooks; nothing has been mailed."""
    town = mail_town(root)
    town.run("distribute", ROUND, "--level", "board")
    for owner in BOARDS:
        town.put(f"{owner}.xlsx", town.filled(owner))
    town.run("distribute", ROUND, "--level", "unit")
    return town


def followed_mail_town(root: Path) -> Followed:
    """Make a mail town whose plans are all accepted, and whose first follow-up is handed out; nothing has been mailed."""
    return followed_town(root, plan(organisation=MAIL_PLAN["organisation"]))


def set_up(town: Town, more: str = "", *, due: date = SOON, round_: str = ROUND) -> Town:
    """Write other settings of mail in a town."""
    path = town.root / "styrxl.toml"
    head, _, _ = path.read_text("utf-8").partition("\n[mail]")
    path.write_text(head + settings(more, due=due, round_=round_), "utf-8")
    return town


def by_smtp(server: SmtpServer, made: Certificates, security: str = "starttls", user: str = USER) -> str:
    """Return what ``[mail]`` says of a server."""
    return f'server = "localhost"\nport = {server.port}\nsecurity = "{security}"\nuser = "{user}"\nca_file = "{made.authority}"\n'


def by_imap(server: Dovecot) -> str:
    """Return what ``[mail.imap]`` says of a server."""
    where = f'server = "localhost"\nport = {server.port}\nuser = "{USER}"\nca_file = "{server.authority}"\n'
    return f'[mail.imap]\n{where}folder = "INBOX"\ndone = "Hanterade ärenden"\n'


def by_m365(tokens: TokenOffice, made: Certificates, graph: GraphOffice | None = None, more: str = "") -> str:
    """Return what ``[mail]`` says of Microsoft 365."""
    where = f'auth = "m365"\ntenant = "{TENANT}"\nclient_id = "{CLIENT_ID}"\nlogin_url = "{tokens.url}"\nca_file = "{made.authority}"\n'
    return where + (f'transport = "graph"\ngraph_url = "{graph.url}"\n' if graph else "") + more


@dataclass(frozen=True, slots=True)
class Post:
    """A post office where what goes out by SMTP lies in mailboxes that IMAP shows."""

    smtp: SmtpServer
    imap: Dovecot
    made: Certificates
    mailbox: str = USER  # where answers come to

    @property
    def taken(self) -> int:
        """How many mails have gone out, or come from people."""
        return len(self.smtp.taken)

    def inbox(self, address: str) -> list[EmailMessage]:
        """Return what has come to an address, the oldest first."""
        return self.imap.messages(self.mailbox if address == OURS else address.partition("@")[0])

    def finished(self, folder: str) -> list[EmailMessage]:
        """Return what lies in the folder for finished messages."""
        return self.imap.messages(self.mailbox, folder)

    def answer(self, to: EmailMessage, sender: str, attachments: dict[str, bytes]) -> None:
        """Send an answer to a mail."""
        sent(answer_to(to, sender, attachments), self.smtp, self.made)


@dataclass(frozen=True, slots=True)
class GraphPost:
    """A post office of Microsoft Graph alone."""

    graph: GraphOffice

    @property
    def taken(self) -> int:
        """How many mails have gone out."""
        return len(self.graph.messages("sentitems"))

    def inbox(self, address: str) -> list[EmailMessage]:
        """Return what has come to an address, the oldest first."""
        return self.graph.inbox(address)

    def finished(self, folder: str) -> list[EmailMessage]:
        """Return what lies in the folder for finished messages."""
        return self.graph.messages(folder)

    def answer(self, to: EmailMessage, sender: str, attachments: dict[str, bytes]) -> None:
        """Send an answer to a mail."""
        self.graph.deliver(raw(answer_to(to, sender, attachments)))


def answer_to(to: EmailMessage, sender: str, attachments: dict[str, bytes]) -> EmailMessage:
    """Return an answer to a mail."""
    heads = {"In_Reply_To": str(to["Message-ID"]), "References": str(to["Message-ID"])}
    return reply(sender, str(to["Reply-To"]), f"Sv: {to['Subject']}", attachments=attachments, **heads)


def passwords(monkeypatch_setenv: object) -> None:
    """Set the passwords where styrxl looks for them."""
    assert callable(monkeypatch_setenv)
    for name in ("STYRXL_SMTP_PASSWORD", "STYRXL_IMAP_PASSWORD"):
        monkeypatch_setenv(name, PASSWORD)


def text(message: EmailMessage) -> str:
    """Return a mail's text."""
    return _body(message, "plain")


def html(message: EmailMessage) -> str:
    """Return a mail's HTML."""
    return _body(message, "html")


def _body(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def flowing(message: EmailMessage) -> str:
    """Return a mail's text without its line breaks."""
    return " ".join(text(message).split())


def enclosed(message: EmailMessage) -> dict[str, bytes]:
    """Return a mail's attachments by name."""
    found = {}
    for part in message.iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[part.get_filename() or ""] = content
    return found


def take(town: Town, *messages: EmailMessage) -> list[str]:
    """Take messages in as files, and return what became of each part: outcome, reason and owner."""
    folder = town.root / "mejl"
    folder.mkdir(exist_ok=True)
    paths = []
    for n, message in enumerate(messages):
        path = folder / f"{len(list(folder.iterdir()))}-{n}.eml"
        path.write_bytes(raw(message))
        paths.append(str(path))
    return town.run("receive", ROUND, *paths, expect=None).stdout.splitlines()


def brought(town: Town) -> list[tuple[str, str, str | None]]:
    with Ledger.open(town.workspace.database) as ledger:
        return [(note.outcome, note.reason, note.owner) for note in MailLog(ledger.database).parts(ROUND)]


def names(town: Town, folder: str) -> list[str]:
    path = town.root / folder / ROUND
    return sorted(p.name for p in path.iterdir()) if path.exists() else []


def deliver_answers(town: Town, imap: Dovecot) -> Town:
    """Put three answers into a town's mailbox, the second one without a workbook."""
    for message in (
        reply("ost@example.se", OURS, attachments={"a.xlsx": town.filled("UBN-ÖST")}),
        reply("bib@example.se", OURS),
        reply("bib@example.se", OURS, attachments={"b.xlsx": town.filled("KFN-BIB")}),
    ):
        imap.deliver(USER, raw(message))
    return set_up(town, by_imap(imap))
