"""Sending and receiving by Microsoft Graph: throttling, renewed tokens, pages, large attachments, and what it refuses."""

from __future__ import annotations

import traceback
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from delivery_messages import FakeTime, MemoryLog
from graph_office import UPLOAD_SECRET, GraphOffice, error, graph_office
from mail_town import enclosed
from ports import free_port
from post_office import Certificates
from styrxl.mail.graph import GraphClient
from styrxl.mail.incoming.graph import fetch_by_graph
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.outgoing.delivery import DeliveryResult, DeliveryRun, QueuedMessage
from styrxl.mail.outgoing.graph import GraphTransport
from styrxl.mail.outgoing.letter import Attachment
from styrxl.mail.web import WebSession
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import M365, GraphAccount, GraphMailbox, SignIn
from token_office import MAILBOX, TokenOffice, token_office

MB = 1024 * 1024


@pytest.fixture(scope="module")
def tokens(made: Certificates) -> Iterator[TokenOffice]:
    with token_office(made) as running:
        yield running


@pytest.fixture
def office(made: Certificates, tokens: TokenOffice) -> Iterator[GraphOffice]:
    with graph_office(made, tokens) as running:
        yield running


class Tokens:
    """Gives tokens that hold, and counts those renewed."""

    def __init__(self, office: TokenOffice) -> None:
        self._office, self.last, self.renewed = office, office.issue(), 0

    def get(self, *, renew: bool = False) -> str:
        """Return a token."""
        if renew:
            self.renewed += 1
            self.last = self._office.issue()
        return self.last


def client(office: GraphOffice, time: FakeTime | None = None, tokens: Tokens | None = None, user: str = MAILBOX) -> GraphClient:
    account = GraphAccount(office.url, user, SignIn(M365, client_id="app-1"), str(office.made.authority))
    waiting = time or FakeTime()
    return GraphClient(account, WebSession(account, Path(), 60.0), tokens or Tokens(office.tokens), waiting.wait)


def queued(name: str = "UBN", *attachments: Attachment) -> QueuedMessage:
    def build(*parts: Attachment) -> bytes:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = f"{name} åäö", MAILBOX, f"{name.lower()}@example.se, b@example.se"
        message["Message-ID"], message["Auto-Submitted"] = f"<{name}'s@example.se>", "auto-generated"
        message.set_content("Hej\n")
        message.add_alternative("<p>Hej</p>", subtype="html")
        for part in parts:
            message.add_attachment(part.data, maintype="application", subtype="vnd.ms-excel", filename=part.name)
        return message.as_bytes(policy=SMTP)

    to = (f"{name.lower()}@example.se", "b@example.se")
    return QueuedMessage(
        ("2027-plan", "templates", name, "1"), build(*attachments), MAILBOX, to, f"<{name}'s@example.se>", build(), attachments
    )


def deliver(
    office: GraphOffice, *messages: QueuedMessage, time: FakeTime | None = None, tokens: Tokens | None = None
) -> list[DeliveryResult]:
    transport = GraphTransport(client(office, time, tokens))
    try:
        return DeliveryRun(transport, MemoryLog(), (time or FakeTime()).wait).send(messages, ())
    finally:
        transport.close()


def fails(code: str, action: Callable[[], object]) -> StyrxlError:
    with pytest.raises(StyrxlError) as raised:
        action()
    assert raised.value.code == code, raised.value
    return raised.value


# sending


def test_a_mail_goes_as_it_is_to_each_of_its_recipients(office: GraphOffice) -> None:
    message = queued("UBN", Attachment("UBN.xlsx", b"x" * 1000))
    assert [result.state for result in deliver(office, message)] == ["sent"]
    assert office.inboxes == {"ubn@example.se": [message.data], "b@example.se": [message.data]}
    assert office.asked == [("POST", "sendMail")]


@pytest.mark.parametrize("sizes", [[2 * MB], [5 * MB // 2], [3 * MB], [4 * MB - 1], [20 * MB], [1000, 2 * MB, 11 * MB]])
def test_large_attachments_come_through_to_the_byte(office: GraphOffice, sizes: list[int]) -> None:
    """Below 3 MB beside the draft, from there in an upload session by parts; nothing is left among the drafts."""
    sent = [Attachment(f"bok {n} å.xlsx", bytes(range(256)) * (size // 256) + b"!" * (size % 256)) for n, size in enumerate(sizes)]
    assert [result.state for result in deliver(office, queued("UBN", *sent))] == ["sent"]
    [mail] = office.inbox("ubn@example.se")
    assert enclosed(mail) == {attachment.name: attachment.data for attachment in sent}
    assert (mail["Subject"], mail["Auto-Submitted"], mail["Message-ID"]) == ("UBN åäö", "auto-generated", "<UBN's@example.se>")
    assert office.messages("drafts") == []


def test_a_draft_that_a_killed_command_left_is_not_sent_and_goes_away(office: GraphOffice) -> None:
    large = queued("UBN", Attachment("a.xlsx", b"x" * 3 * MB))
    left, other = office.deliver(large.bare, "drafts"), office.deliver(queued("KFN").bare, "drafts")
    deliver(office, large)
    assert (left.id in office.items, other.id in office.items, len(office.inbox("ubn@example.se"))) == (False, True, 1)


def test_what_is_throttled_waits_for_as_long_as_it_is_asked_to(office: GraphOffice) -> None:
    answers = iter(
        [error(429, "ApplicationThrottled", Retry_After="7"), error(503, "serviceNotAvailable"), error(429, "x", Retry_After="0")]
    )
    office.script = lambda _, path: next(answers, None) if path == "sendMail" else None
    time = FakeTime()
    assert [result.state for result in deliver(office, queued(), time=time)] == ["sent"]
    assert (time.waits, len(office.inbox("b@example.se"))) == ([0.0, 7.0, 10.0, 0.0], 1)


def test_what_is_throttled_for_too_long_waits_for_the_next_command(office: GraphOffice) -> None:
    office.script = lambda *_: error(429, "ApplicationThrottled", "MailboxConcurrency", Retry_After="3600")
    time = FakeTime()
    [result] = deliver(office, queued(), time=time)
    assert (result.state, result.reply, time.waits) == ("waiting", "429 ApplicationThrottled MailboxConcurrency", [0.0])
    office.script = lambda *_: error(429, "ApplicationThrottled", Retry_After="1")
    assert [result.state for result in deliver(office, queued(), time=time)] == ["waiting"]
    assert time.waits == [0.0, 0.0, *[1.0] * 5]


def test_a_token_that_has_ended_is_renewed_once(office: GraphOffice) -> None:
    given = Tokens(office.tokens)
    office.tokens.forget()
    assert [result.state for result in deliver(office, queued("A"), queued("B"), tokens=given)] == ["sent", "sent"]
    assert given.renewed == 1
    office.script = lambda *_: error(401, "InvalidAuthenticationToken", given.last)
    told = fails("mail-graph-token", lambda: deliver(office, queued(), tokens=given))
    assert (given.renewed, given.last in str(told)) == (2, False)


@pytest.mark.parametrize(
    "answer, code",
    [
        (error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."), "mail-graph-forbidden"),
        (error(403, "ErrorSendAsDenied", "The user account does not have the right to send mail."), "mail-send-as"),
        (error(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive or hosted on-premise."), "mail-graph-mailbox"),
    ],
)
def test_what_stands_in_the_way_of_every_mail_is_told_at_the_first(office: GraphOffice, answer: Any, code: str) -> None:
    office.script = lambda *_: answer
    told = fails(code, lambda: deliver(office, queued("A"), queued("B")))
    assert (len(office.asked), str(answer[0]) in str(told.facts["why"])) == (1, True)


def test_another_mailbox_is_told(office: GraphOffice) -> None:
    transport = GraphTransport(client(office, user="annan@example.se"))
    fails("mail-graph-mailbox", transport.check)
    fails("mail-graph-mailbox", lambda: transport.deliver(queued()))


def test_a_mail_that_is_refused_is_recorded_and_the_others_go(office: GraphOffice) -> None:
    refused = iter([error(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")])
    office.script = lambda *_: next(refused, None)
    results = deliver(office, queued("A"), queued("B"))
    assert [(r.state, r.reply) for r in results] == [
        ("refused", "400 ErrorInvalidRecipients At least one recipient is not valid."),
        ("sent", ""),
    ]


@pytest.mark.parametrize("path", ["sendMail", "send"])
@pytest.mark.parametrize("status", [500, 502, 504])
def test_after_a_trouble_of_the_servers_nobody_knows(office: GraphOffice, path: str, status: int) -> None:
    """What may have been sent is sent again, and named."""
    troubles = iter([error(status, "ErrorInternalServerError")])
    office.script = lambda _, asked: next(troubles, None) if asked.endswith(path) else None
    message = queued("A", *([Attachment("a.xlsx", b"x" * 4 * MB)] if path == "send" else []))
    transport = GraphTransport(client(office))
    [result] = DeliveryRun(transport, MemoryLog(), lambda _: None).send([message], (1.0,))
    transport.close()
    assert (result.state, result.maybe_twice) == ("sent", True)


@pytest.mark.parametrize("path", ["messages", "attachments", "createUploadSession", "/upload/"])
def test_a_trouble_before_a_draft_is_sent_leaves_no_draft_and_no_doubt(office: GraphOffice, path: str) -> None:
    def script(method: str, asked: str) -> Any:
        hit = method in {"POST", "PUT"} and (asked.endswith(path) or asked.startswith(path))
        return error(500, "ErrorInternalServerError") if hit else None

    office.script = script
    size = (5 * MB // 2) if path == "attachments" else 4 * MB
    [result] = deliver(office, queued("A", Attachment("a.xlsx", b"x" * size)))
    assert (result.state, result.maybe_twice, office.messages("drafts"), office.inboxes) == ("waiting", False, [], {})


def test_nothing_that_lets_anybody_in_is_told(office: GraphOffice) -> None:
    """Not the token, not the address of an upload, which is a key by itself; not even where the connection is lost."""
    says = f"{UPLOAD_SECRET} {office.url}/upload/1?authtoken={UPLOAD_SECRET}"
    office.script = lambda _, path: error(400, "x", says) if path.startswith("/upload") else None
    [result] = deliver(office, queued("A", Attachment("a.xlsx", b"x" * 4 * MB)))
    assert (result.state, UPLOAD_SECRET in result.reply) == ("refused", False)
    running = client(office)
    for url in (
        f"https://localhost:{free_port()}/upload/1?authtoken={UPLOAD_SECRET}",
        f"https://nowhere.invalid/u?authtoken={UPLOAD_SECRET}",
    ):
        with pytest.raises(Exception) as raised:  # noqa: PT011 -- whatever it is
            running.upload(url, b"x", 0, 1)
        assert UPLOAD_SECRET not in "".join(traceback.format_exception(raised.value))
    running.close()


def test_a_graph_that_is_away_is_told(office: GraphOffice, made: Certificates) -> None:
    away = GraphOffice(free_port(), office.tokens, made)
    told = fails("mail-unreachable", lambda: deliver(away, queued("A"), queued("B")))
    assert (told.facts["left"], told.facts["why"], told.facts["address"]) == (2, "Connection refused", f"localhost:{away.port}")


# receiving


def mails(count: int) -> list[bytes]:
    return [f"Subject: {n}\r\nMessage-ID: <{n}@example.se>\r\n\r\nHej {n}\r\n".encode() for n in range(count)]


def fetch(office: GraphOffice, folder: str = "INBOX", done: str = "Hanterade", **how: Any) -> Iterator[FetchedMessage]:
    made = client(office)
    yield from fetch_by_graph(GraphMailbox(made.account, folder, done), lambda: made, **how)


def test_all_pages_are_fetched_and_each_message_moved_when_it_is_finished(office: GraphOffice) -> None:
    for raw in mails(7):
        office.deliver(raw)
    seen = []
    for message in fetch(office):
        seen.append(message.raw)
        assert len(office.messages("Hanterade")) == len(seen) - 1
        message.finish()
    assert (seen, office.messages(), len(office.messages("Hanterade"))) == (mails(7), [], 7)
    assert list(office.folders.values()).count("Hanterade") == 1
    assert list(fetch(office)) == []
    assert list(office.folders.values()).count("Hanterade") == 1


def test_the_time_is_when_it_came(office: GraphOffice) -> None:
    office.deliver(mails(1)[0])
    assert [message.received for message in fetch(office)] == [datetime(2026, 11, 1, 0, 0, 1, tzinfo=UTC)]


def test_a_message_that_somebody_moved_meanwhile_is_passed_over(office: GraphOffice) -> None:
    items = [office.deliver(raw) for raw in mails(3)]
    found = fetch(office)
    first = next(found)
    del office.items[items[1].id]
    del office.items[items[0].id]
    first.finish()
    assert [message.raw for message in found] == [mails(3)[2]]


def test_a_message_that_cannot_be_had_stops_no_other(office: GraphOffice) -> None:
    for raw in mails(3):
        office.deliver(raw)
    broken = ("GET", "messages/AAMk=2//$value")
    office.script = lambda *asked: error(500, "ErrorMimeContentConversionFailed") if asked == broken else None
    found = list(fetch(office))
    assert [(message.raw[:10], message.trouble) for message in found] == [
        (b"Subject: 0", ""),
        (b"X-Graph-Id", "unfetched"),
        (b"Subject: 2", ""),
    ]
    found[1].finish()
    assert len(office.messages()) == 3


def test_a_message_too_large_to_fetch_is_noted_by_its_head(office: GraphOffice) -> None:
    head = b"Subject: stor\r\nFrom: a@example.se"
    office.deliver(head + b"\r\n\r\n" + b"x" * 300_000)
    [message] = fetch(office, largest=100_000)
    assert (message.too_large, message.raw) == (True, head + b"\r\n\r\n")


def test_a_folder_that_is_not_there_is_told(office: GraphOffice) -> None:
    fails("mail-imap-folder", lambda: list(fetch(office, "Finns inte")))
    office.folders["f-1"] = "Planer"
    office.deliver(mails(1)[0], "f-1")
    assert len(list(fetch(office, "planer"))) == 1


def test_a_lost_connection_is_told_as_that(office: GraphOffice) -> None:
    for raw in mails(2):
        office.deliver(raw)
    office.script = lambda _, path: error(503, "x", Retry_After="900") if path.endswith("AAMk=2//$value") else None
    found = fetch(office)
    next(found).finish()
    fails("mail-imap-unreachable", lambda: next(found))


def test_the_mail_is_as_base64_of_mime() -> None:
    """The fake refuses what is not: see that it does."""
    with pytest.raises(ValueError):  # noqa: PT011 -- base64's own
        b64decode(b"no base64!", validate=True)
