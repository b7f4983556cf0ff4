"""The ledger's pages on mail, in a file and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from styrxl.store.database import RECEIPTS, Database
from styrxl.store.ledger import Ledger, Receipt
from styrxl.store.mail_log import REDIRECTED, Brought, Mail, MailBook

NOON = datetime(2027, 1, 5, 12, 0, tzinfo=UTC)
MAIL = Mail("2027-plan", "templates", "UBN", "i-1", "<a@example.se>", "ubn@example.se", "Plan", "sending", "", NOON)
PART = Brought(
    "a" * 64, 0, "<b@example.se>", "ost@example.se", "Sv: Plan", NOON, "plan.xlsx", "taken", "", "UBN-ÖST", "c" * 64, "inbox/x.xlsx"
)
RECEIPT = Receipt("inbox/x.xlsx", "c" * 64, 10, NOON, "mail:ost@example.se")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a new ledger's database."""
    place = tmp_path / "styrxl.db" if request.param == "sqlite" else request.getfixturevalue("postgres").new_database()
    with Ledger.open(place) as ledger:
        yield ledger.database


@pytest.fixture
def book(database: Database) -> MailBook:
    return MailBook(database)


def test_a_mail_that_went_never_goes_again(book: MailBook) -> None:
    assert book.begin(MAIL) == "new"
    book.end(MAIL.key, "sent", "", NOON + timedelta(seconds=1))
    assert book.begin(replace(MAIL, subject="Other")) == "sent"
    assert book.mails("2027-plan") == {MAIL.key: replace(MAIL, state="sent", ended_at=NOON + timedelta(seconds=1))}


def test_a_mail_that_was_in_flight_is_known_as_such(book: MailBook) -> None:
    book.begin(MAIL)
    assert book.begin(replace(MAIL, recipients="other@example.se")) == "unsure"
    assert book.mails("2027-plan")[MAIL.key].recipients == "other@example.se"


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_a_mail_that_did_not_go_may_be_begun_again(book: MailBook, state: str) -> None:
    book.begin(MAIL)
    book.end(MAIL.key, state, "452 full", NOON)
    assert book.begin(MAIL) == "new"


def test_mails_of_a_kind_and_round_are_found(book: MailBook) -> None:
    for mail in (MAIL, replace(MAIL, kind="answer"), replace(MAIL, round="2027-t1")):
        book.begin(mail)
    assert [mail.kind for mail in book.mails("2027-plan").values()] == ["templates", "answer"]
    assert [mail.kind for mail in book.mails("2027-plan", ["answer"]).values()] == ["answer"]


def test_the_last_reminder_that_went_is_told(book: MailBook) -> None:
    """Of each owner, and of the round alone; not one in flight, refused, or on trial."""
    first = replace(MAIL, kind="reminder", about="2027-01-05")
    for mail, state, hours in (
        (first, "sent", 1),
        (replace(first, about="2027-01-06"), "sent", 25),
        (replace(first, about="2027-01-07"), "refused", 49),
        (replace(first, owner="KFN"), "sending", 1),
        (replace(first, kind="templates", owner="KF"), "sent", 1),
    ):
        book.begin(mail)
        book.end(mail.key, state, "", NOON + timedelta(hours=hours))
    book.note(replace(first, owner="KFN", about="2027-01-05|redirected", state=REDIRECTED, ended_at=NOON))
    assert book.reminded("2027-plan") == {"UBN": NOON + timedelta(hours=25)}
    assert book.reminded("2028-plan") == {}


def test_what_a_message_brought_is_noted_with_its_receipt_or_not_at_all(book: MailBook, database: Database) -> None:
    book.take("2027-plan", [PART], [RECEIPT])
    assert (book.brought("2027-plan"), book.known([PART.mail, "f" * 64])) == ([PART], {PART.mail})
    with pytest.raises(sa.exc.IntegrityError):
        book.take("2027-plan", [PART], [replace(RECEIPT, path="inbox/y.xlsx")])
    with database.reading() as connection:
        assert connection.scalars(sa.select(RECEIPTS.c.path)).all() == ["inbox/x.xlsx"]


def test_a_held_workbook_is_settled_once(book: MailBook) -> None:
    held = replace(PART, outcome="held", reason="unknown_sender", path="quarantine/x.xlsx")
    book.take("2027-plan", [held], [])
    book.settle("2027-plan", held, RECEIPT, "Anna", NOON)
    expected = replace(held, outcome="released", path="inbox/x.xlsx", settled_by="Anna", settled_at=NOON)
    assert book.brought("2027-plan") == [expected]
