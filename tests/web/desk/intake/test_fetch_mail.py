"""The mailbox is said before it is read; what came is taken in and judged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk_visitor import visit_desk
from mail_messages import OURS, raw
from mail_town import by_imap, passwords, set_up
from post_office import Dovecot, reply
from town import ROUND, Town, new_town

DO = f"/rounds/{ROUND}/do/fetch-mail"


def test_without_a_mailbox_there_is_nothing_to_press(tmp_path: Path) -> None:
    town = new_town(tmp_path / "åköping")
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        page = visitor.get(DO)
        assert "Ingen brevlåda är inställd" in page
        assert '<p class="buttons"><button>' not in page
        assert 'href="/settings"' in visitor.get(f"/rounds/{ROUND}/take-in")


def test_what_has_come_is_taken_in_and_judged(mail_asked: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords(monkeypatch.setenv)
    town = set_up(mail_asked, by_imap(imap))
    for sender, owner in (("ubn@example.se", "UBN"), ("okand@example.org", "KFN")):
        imap.deliver("planering", raw(reply(sender, OURS, attachments={f"{owner}.xlsx": town.filled(owner)})))
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        page = visitor.get(DO)
        assert "Det som ligger i mappen INBOX hos planering (localhost) läses." in page
        assert "flyttas till mappen Hanterade ärenden" in page
        assert len(imap.messages("planering")) == 2  # nothing was moved
        done = visitor.press(DO)
        assert "ubn@example.se · UBN.xlsx · mottagen" in done
        assert "Mottagna: 1. I karantän: 1." in done
        assert "Det som kom nu till Plan 2027: 1 Klar." in done
        assert 'href="/quarantine"' in done
        assert "Inget nytt hade kommit." in visitor.press(DO)
    assert len(imap.messages("planering", "Hanterade ärenden")) == 2


def test_a_server_that_is_away_is_told(mail_asked: Town, imap: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords(monkeypatch.setenv)
    town = set_up(mail_asked, by_imap(imap).replace(f"port = {imap.port}", "port = 1"))
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        done = visitor.press(DO)
        assert "Det gick inte" in done
        assert "localhost:1" in done
