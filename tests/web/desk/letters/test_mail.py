"""Letters are seen as they will look before they go, and go as the terminal sends them."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk_visitor import Visitor, visit_desk
from mail_town import by_smtp, passwords, set_up
from post_office import Certificates, SmtpServer, smtp_server
from town import BOARDS, ROUND, Town

MAIL = f"/rounds/{ROUND}/mail"
DO = f"/rounds/{ROUND}/do/mail"
TEMPLATES = f"{DO}?mailing=templates"


@pytest.fixture
def smtp(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """Start a server that takes mails."""
    passwords(monkeypatch.setenv)
    with smtp_server(made) as running:
        yield running


@pytest.fixture
def town(mail_asked: Town) -> Town:
    """Give a town whose boards have their workbooks, and whose mail has no server."""
    return mail_asked


@pytest.fixture
def sending(town: Town, smtp: SmtpServer, made: Certificates) -> Town:
    """Let the town's mail go by the server."""
    return set_up(town, by_smtp(smtp, made))


@pytest.fixture
def visitor(town: Town) -> Iterator[Visitor]:
    """Open its desk."""
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        yield visitor


def list_files(town: Town) -> list[Path]:
    """Return what lies in a workspace, but what is kept and the ledger's own files."""
    files = (path for path in town.root.rglob("*") if path.is_file())
    return sorted(path for path in files if ".styrxl-cache" not in path.parts and not path.name.startswith("styrxl.db"))


def list_links(page: str, part: str) -> list[str]:
    return [markup.unescape(link) for link in re.findall(r'(?:href|src)="([^"]*)"', page) if part in link]


def test_each_kind_of_letter_has_its_place(visitor: Visitor) -> None:
    page = visitor.get(MAIL)
    for mailing in ("templates", "answers", "reminders", "summary"):
        assert f'href="{DO}?mailing={mailing}"' in page
    assert "2 utdelade arbetsböcker är inte mejlade." in page


def test_where_mail_is_not_set_up_that_is_said_with_the_way_there(asked: Town) -> None:
    with visit_desk(asked.root, datetime.now(UTC)) as visitor:
        for page in (visitor.get(MAIL), visitor.get(TEMPLATES)):
            assert 'href="/settings"' in page
            assert '<p class="buttons"><button>' not in page


def test_what_would_go_is_shown_and_nothing_is_written_or_recorded(visitor: Visitor, town: Town) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    before = list_files(town)
    for mailing in ("templates", "answers", "reminders"):
        page = visitor.get(f"{DO}?mailing={mailing}")
        assert "1 fil i inkorgen är inte granskad än" in page
    assert list_files(town) == before
    assert "UBN.xlsx granskades" not in town.run("log", ROUND).output


def test_a_letter_is_shown_as_it_will_look_where_nothing_in_it_can_do_anything(visitor: Visitor) -> None:
    page = visitor.get(TEMPLATES)
    assert "2 mejl skickas." in page
    letter = visitor.get(next(link for link in list_links(page, "/mail/letter?") if "owner=UBN" in link))
    assert "ubn@example.se" in letter
    assert "UBN.xlsx" in letter
    assert re.search(r'<iframe class="letter" src="[^"]+" sandbox title="[^"]+">', letter)
    answer = visitor.client.get(list_links(letter, "letter.html")[0])
    assert answer.status_code == 200
    assert "Utbildningsnämnden" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert policy.endswith("sandbox")
    assert "script" not in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("asked", ["mailing=nothing", "mailing=templates&kind=templates&owner=UBN&about=x", "kind=templates", ""])
def test_letters_that_are_none_are_not_there(visitor: Visitor, asked: str) -> None:
    visitor.get(f"{MAIL}/letter?{asked}", expect=404)
    visitor.get(f"{MAIL}/letter.html?{asked}", expect=404)


def test_they_go_once_and_are_listed(sending: Town, smtp: SmtpServer) -> None:
    with visit_desk(sending.root, datetime.now(UTC)) as visitor:
        done = visitor.press(TEMPLATES)
        assert "2 mejl skickade, 0 inte skickade, 0 skickade tidigare." in done
        assert [envelope.rcpt_tos for envelope in smtp.taken] == [["kfn@example.se"], ["ubn@example.se"]]
        again = visitor.get(TEMPLATES)
        assert "Det finns inga arbetsböcker att mejla just nu." in again
        assert "2 är redan skickade och skickas inte igen." in again
        sent = visitor.get(f"{MAIL}/sent")
        assert "2 mejl är skickade i omgången" in sent
        assert sent.count("✓ Skickat") == 2
        assert "2 mejl är skickade, senast" in visitor.get(MAIL)
    assert "0 mejl att skicka" in sending.run("mail", "templates", ROUND).output  # the terminal knows of them


def test_a_trial_goes_to_one_address_and_does_not_count(sending: Town, smtp: SmtpServer) -> None:
    with visit_desk(sending.root, datetime.now(UTC)) as visitor:
        page = visitor.get(f"{TEMPLATES}&redirect_to=prov@example.se")
        assert "Allt går till prov@example.se" in page
        done = visitor.press(f"{TEMPLATES}&redirect_to=prov@example.se&only=UBN")
        assert "Det var ett prov" in done
        assert len(smtp.taken) == 1
        assert "2 mejl skickas." in visitor.get(TEMPLATES)
        assert "Skickat på prov" in visitor.get(f"{MAIL}/sent")
        assert "prov@example.org" in visitor.get(f"{TEMPLATES}&redirect_to=prov@example.org")  # outside the domains: told


def test_some_owners_alone(visitor: Visitor) -> None:
    page = visitor.get(f"{MAIL}?mailing=templates&to=UBN")
    assert "1 mejl skickas." in page
    assert "UBX" in visitor.get(f"{TEMPLATES}&only=UBX")


def test_what_the_server_refuses_is_told(sending: Town, smtp: SmtpServer) -> None:
    smtp.script = lambda recipient, phase: "550 no such mailbox" if phase == "rcpt" and recipient == "ubn@example.se" else None
    with visit_desk(sending.root, datetime.now(UTC)) as visitor:
        done = visitor.press(TEMPLATES)
        assert "1 mejl skickat, 1 inte skickat" in done
        assert "UBN: Servern sa nej" in done
        assert "no such mailbox" in done
        assert "✗ Servern sa nej" in visitor.get(f"{MAIL}/sent")


def test_what_was_cut_off_is_told_to_be_doubtful(sending: Town, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # between tries
    cut = iter(["take it, hang up"])
    smtp.script = lambda _, phase: next(cut, None) if phase == "data" else None
    with visit_desk(sending.root, datetime.now(UTC)) as visitor:
        done = visitor.press(f"{TEMPLATES}&only=UBN")
        assert "kan ha fått mejlet två gånger" in done


def test_a_summary_that_is_incomplete_goes_only_when_that_is_allowed(mail_planned: Town, tmp_path: Path) -> None:
    town = mail_planned.copy(tmp_path / "town")
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        visitor.press(f"/rounds/{ROUND}/do/judge")
        page = visitor.get(f"{DO}?mailing=summary")
        assert "Skicka fast några saknas" in page
        assert '<p class="buttons"><button>' not in page
        missing = visitor.get(f"{DO}?mailing=summary&incomplete=1")
        assert f'href="/rounds/{ROUND}/results"' in missing
        town.run("consolidate", ROUND, "--all")
        page = visitor.get(f"{DO}?mailing=summary&incomplete=1")
        assert "3 mejl skickas." in page
        assert len(BOARDS) == 2


def test_mail_is_tried_step_by_step(sending: Town, smtp: SmtpServer) -> None:
    with visit_desk(sending.root, datetime.now(UTC)) as visitor:
        page = visitor.get("/do/mail-check")
        assert "Ett enda mejl skickas, till er själva: planering@example.se." in page
        assert smtp.taken == []
        done = visitor.press("/do/mail-check")
        assert "Allt fungerar." in done
        assert done.count("<p>✓ ") == 3
        assert len(smtp.taken) == 1


def test_a_step_that_fails_says_why(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        done = visitor.press("/do/mail-check")
        assert "<p>✗ " in done
        assert "Allt fungerar" not in done


def test_letters_that_are_others_than_were_seen_do_not_go(sending: Town, smtp: SmtpServer) -> None:
    with visit_desk(sending.root, datetime.now(UTC)) as visitor:
        seen = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', visitor.get(TEMPLATES)))
        sending.run("mail", "templates", ROUND, "--send", "--to", "UBN")
        done = visitor.wait(visitor.post(DO, seen).url.path)
        assert "Något hann ändras innan det blev klart att börja. Inget har gjorts." in done
        assert markup.escape(TEMPLATES) in done  # the way to look again
        assert len(smtp.taken) == 1
        for shown in ("", "x"):
            done = visitor.wait(visitor.post(DO, seen | {"shown": shown}).url.path)
            assert "Inget har gjorts" in done
        assert len(smtp.taken) == 1
