"""What mail there was in a round: the same as the letters themselves would say, without writing any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mail_town import set_up
from styrxl.mail.outgoing.answers import list_unanswered, name_answer
from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.rounds.overview.round_facts import RoundFacts, find_facts
from styrxl.rounds.overview.round_steps import find_to_do
from styrxl.store.ledger import Ledger
from styrxl.store.mail_log import Mail, MailLog
from styrxl.store.mail_states import ANSWER, SENDING, SENT, TEMPLATES
from town import ROUND, UNITS, Town

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(mail_planned: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose boards are done and whose units have theirs; mail is set up, and none has gone."""
    town = set_up(mail_planned.copy(tmp_path_factory.mktemp("mail") / "town"), 'server = "smtp.example.se"')
    town.run("validate", "--round", ROUND)
    return town


@pytest.fixture
def town(made: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Copy it."""
    return made.copy(tmp_path_factory.mktemp("copy") / "town")


@pytest.fixture
def desk(town: Town) -> Iterator[Desk]:
    """Open it."""
    with Ledger.open(town.workspace.database) as ledger:
        yield open_desk(town.workspace, ledger, NOW)


def facts(desk: Desk) -> RoundFacts:
    return find_facts(desk, desk.workspace.rounds.parse(ROUND))


def send(desk: Desk, kind: str, owner: str, about: str, state: str = SENT) -> None:
    """Record a mail that has gone."""
    log, mail = MailLog(desk.ledger.database), Mail(ROUND, kind, owner, about, f"<{about}>", "a@example.se", "", SENDING, "", NOW)
    log.begin(mail)
    log.end(mail.key, state, "", NOW)


def test_workbooks_that_were_not_mailed_are_those_of_owners_who_have_answered_nothing(desk: Desk) -> None:
    assert set(facts(desk).mail.unmailed) == set(UNITS)
    issue = desk.ledger.issues(ROUND)["KFN-BIB"].issue_id
    send(desk, TEMPLATES, "KFN-BIB", issue)
    send(desk, TEMPLATES, "UBN-ÅBY", desk.ledger.issues(ROUND)["UBN-ÅBY"].issue_id, "refused")
    found = facts(desk).mail
    assert set(found.unmailed) == {"UBN-ÅBY", "UBN-ÖST"}
    assert [*found.handed_out] == ["KFN-BIB"]
    assert find_to_do(facts(desk)).steps[0].key == "mail-out"


def test_verdicts_that_were_not_mailed_are_those_that_letters_would_be_written_on(town: Town, desk: Desk) -> None:
    judged = judge_inbox_quietly(desk, desk.workspace.rounds.parse(ROUND))
    returns = {return_.path: return_ for return_ in judged.returns}
    assert set(facts(desk).mail.unanswered) == {return_.path for return_ in list_unanswered(judged.returns, {})} == set(returns)
    answered, *_ = returns.values()
    send(desk, ANSWER, answered.owner or "", name_answer(answered))
    assert set(facts(desk).mail.unanswered) == set(returns) - {answered.path}
    # One that is given to somebody is answered anew, to its owner.
    town.run("assign", ROUND, answered.path.rpartition("/")[2], answered.owner or "", "--reason", "prov", expect=None)
    judged = judge_inbox_quietly(desk, desk.workspace.rounds.parse(ROUND))
    days = {name_answer(answered): NOW.date()}
    assert set(facts(desk).mail.unanswered) == {return_.path for return_ in list_unanswered(judged.returns, days)}


def test_results_are_sent_once_a_summary_has_gone_since_they_were_made(town: Town, desk: Desk) -> None:
    town.run("consolidate", ROUND)
    assert not facts(desk).mail.results_sent
    log = MailLog(desk.ledger.database)
    for days, sent in ((-30000, False), (30000, True)):
        mail = Mail(ROUND, "summary", "KF", str(days), f"<{days}>", "a@example.se", "", SENDING, "", NOW)
        log.begin(mail)
        log.end(mail.key, SENT, "", datetime.now(UTC) + timedelta(days=days))
        assert facts(desk).mail.results_sent is sent
