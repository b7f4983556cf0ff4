"""The ledger's pages on mail, in a file and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from styrxl.store.database import RECEIPTS, Database
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import Mail, MailLog, MailPart
from styrxl.store.mail_states import REDIRECTED
from styrxl.store.receipts import Receipt

NOON = datetime(2027, 1, 5, 12, 0, tzinfo=UTC)
MAIL = Mail("2027-plan", "templates", "UBN", "i-1", "<a@example.se>", "ubn@example.se", "Plan", "sending", "", NOON)
PART = MailPart(
    "a" * 64,
    0,
    "<b@example.se>",
    "ost@example.se",
    "Sv: Plan",
    NOON,
    "plan.xlsx",
    "taken",
    "",
    "UBN-ÖST",
    "c" * 64,
    "inbox/x.xlsx",
    round="2027-plan",
)
RECEIPT = Receipt("inbox/x.xlsx", "c" * 64, 10, NOON, "mail:ost@example.se")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a new ledger's database."""
    place = tmp_path / "styrxl.db" if request.param == "sqlite" else request.getfixturevalue("postgres").new_database()
    with Ledger.open(place) as ledger:
        yield ledger.database


@pytest.fixture
def log(database: Database) -> MailLog:
    return MailLog(database)


def test_a_mail_that_went_never_goes_again(log: MailLog) -> None:
    assert log.begin(MAIL) == "new"
    log.end(MAIL.key, "sent", "", NOON + timedelta(seconds=1))
    assert log.begin(replace(MAIL, subject="Other")) == "sent"
    assert log.mails("2027-plan") == {MAIL.key: replace(MAIL, state="sent", ended_at=NOON + timedelta(seconds=1))}


def test_a_mail_that_was_in_flight_is_known_as_such(log: MailLog) -> None:
    log.begin(MAIL)
    assert log.begin(replace(MAIL, recipients="other@example.se")) == "unsure"
    assert log.mails("2027-plan")[MAIL.key].recipients == "other@example.se"


def test_a_mail_that_may_have_come_twice_is_in_doubt_until_that_is_told(log: MailLog) -> None:
    other = replace(MAIL, owner="KFN")
    log.begin(MAIL)
    log.begin(other)
    log.end(other.key, "sent", "", NOON)
    assert [mail.key for mail in log.list_doubtful("2027-plan")] == [MAIL.key]  # in flight when the command ended
    log.begin(MAIL)
    log.end(MAIL.key, "sent", "", NOON)
    [mail] = log.list_doubtful("2027-plan")
    assert (mail.state, mail.doubt, log.list_doubtful("2027-t1")) == ("sent", 1, [])
    log.mark_told([mail])
    assert (log.list_doubtful("2027-plan"), log.mails("2027-plan")[MAIL.key].doubt) == ([], 2)


def test_a_doubt_outlives_a_server_that_puts_the_mail_off(log: MailLog) -> None:
    log.begin(MAIL)
    log.begin(MAIL)
    log.mark_told(log.list_doubtful("2027-plan"))
    log.end(MAIL.key, "waiting", "452 full", NOON)
    assert log.begin(MAIL) == "unsure"
    assert len(log.list_doubtful("2027-plan")) == 1


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_a_mail_that_did_not_go_may_be_begun_again(log: MailLog, state: str) -> None:
    log.begin(MAIL)
    log.end(MAIL.key, state, "452 full", NOON)
    assert log.begin(MAIL) == "new"


def test_mails_of_a_kind_and_round_are_found(log: MailLog) -> None:
    for mail in (MAIL, replace(MAIL, kind="answer"), replace(MAIL, round="2027-t1")):
        log.begin(mail)
    assert [mail.kind for mail in log.mails("2027-plan").values()] == ["templates", "answer"]
    assert [mail.kind for mail in log.mails("2027-plan", ["answer"]).values()] == ["answer"]


def test_the_last_reminder_that_went_is_told(log: MailLog) -> None:
    """Of each owner, and of the round alone; not one in flight, refused, or on trial."""
    first = replace(MAIL, kind="reminder", about="2027-01-05")
    for mail, state, hours in (
        (first, "sent", 1),
        (replace(first, about="2027-01-06"), "sent", 25),
        (replace(first, about="2027-01-07"), "refused", 49),
        (replace(first, owner="KFN"), "sending", 1),
        (replace(first, kind="templates", owner="KF"), "sent", 1),
    ):
        log.begin(mail)
        log.end(mail.key, state, "", NOON + timedelta(hours=hours))
    log.record_trial(replace(first, owner="KFN", about="2027-01-05|redirected", state=REDIRECTED, ended_at=NOON))
    assert log.last_reminders("2027-plan") == {"UBN": NOON + timedelta(hours=25)}
    assert log.last_reminders("2028-plan") == {}


def test_what_a_message_brought_is_noted_with_its_receipt_or_not_at_all(log: MailLog, database: Database) -> None:
    log.record_message([PART], [("2027-plan", RECEIPT)], NOON)
    assert (log.parts("2027-plan"), log.find_outcomes(PART.mail), log.find_outcomes("f" * 64)) == ([PART], {"taken"}, set())
    with pytest.raises(sa.exc.IntegrityError):
        log.record_message([PART], [("2027-plan", replace(RECEIPT, path="inbox/y.xlsx"))], NOON)
    with database.reading() as connection:
        assert connection.scalars(sa.select(RECEIPTS.c.path)).all() == ["inbox/x.xlsx"]


def test_a_held_worklog_is_settled_once(log: MailLog) -> None:
    held = replace(PART, outcome="held", reason="unknown_sender", path="quarantine/x.xlsx")
    log.record_message([held], [], NOON)
    log.settle("2027-plan", held, RECEIPT, "Anna", NOON)
    expected = replace(held, outcome="released", path="inbox/x.xlsx", settled_by="Anna", settled_at=NOON)
    assert log.parts("2027-plan") == [expected]


BOUNCE = replace(
    PART, mail="d" * 64, sender="", name="Ost@example.se", outcome="noted", reason="bounce", owner=None, sha256=None, path=None
)


def test_an_address_is_unreached_from_a_bounce_until_a_person_writes_from_there(log: MailLog) -> None:
    """In any round; of a ledger from before that was recorded, by when the mails came."""
    log.record_message([replace(BOUNCE, kind="bounce", recorded_at=NOON, round="2027-plan")], [], NOON)
    log.record_message([replace(BOUNCE, mail="e" * 64, name="a@example.se, b@example.se", round="2027-t1")], [], NOON)
    assert log.find_unreached() == {"ost@example.se": NOON, "a@example.se": NOON, "b@example.se": NOON}
    later = NOON + timedelta(minutes=1)
    heard = replace(PART, mail="f" * 64, outcome="noted", reason="none", sha256=None, path=None, recorded_at=later)
    log.record_message([replace(heard, kind="automatic", round="2027-t1")], [], NOON)
    assert "ost@example.se" in log.find_unreached()
    log.record_message([replace(heard, mail="0" * 64, kind="mail", sender="OST@example.se", round="2027-t1")], [], NOON)
    assert sorted(log.find_unreached()) == ["a@example.se", "b@example.se"]


def test_notices_that_were_sent_are_known_by_the_messages_that_they_are_on(log: MailLog) -> None:
    noted = replace(PART, outcome="noted", reason="none", sha256=None, path=None, kind="mail")
    log.record_message([noted], [], NOON)
    notice = replace(MAIL, kind="notice", owner="", about=noted.about)
    log.begin(notice)
    assert log.list_noticed() == []
    log.end(notice.key, "sent", "", NOON)
    assert log.list_noticed() == [("ost@example.se", "none", NOON)]


def test_answers_since_a_time_are_counted_by_address_and_owner(log: MailLog) -> None:
    answer = replace(MAIL, kind="answer", recipients="Ost@example.se; b@example.se")
    for mail, state in (
        (answer, "sent"),
        (replace(answer, about="2", round="2027-t1"), "sent"),
        (replace(answer, about="3"), "refused"),
        (replace(answer, about="4", begun_at=NOON - timedelta(days=1)), "sent"),
        (replace(answer, about="5", kind="reminder"), "sent"),
        (replace(answer, about="6", kind="notice", owner="", recipients="b@example.se"), "sent"),
    ):
        log.begin(mail)
        log.end(mail.key, state, "", NOON)
    assert log.count_answers(NOON) == {("ost@example.se", "UBN"): 2, ("b@example.se", "UBN"): 2, ("b@example.se", ""): 1}


def test_kinds_and_recipients_of_mails_are_found_by_their_ids(log: MailLog) -> None:
    log.begin(MAIL)
    assert (log.find_kinds(["<a@example.se>", "<x@example.se>"]), log.find_kinds([])) == ({"<a@example.se>": "templates"}, {})
    assert log.find_recipients(["<a@example.se>"]) == ["ubn@example.se"]
