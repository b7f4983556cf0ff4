"""Messages in files, maildirs and archives."""

from __future__ import annotations

import mailbox
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mail_messages import OURS, raw
from mail_town import brought, names
from post_office import reply
from styrxl.mail.incoming.message import read_message
from styrxl.mail.incoming.sources import fetch_from_paths
from styrxl.model.errors import StyrxlError
from town import ROUND, Town


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


@pytest.fixture(scope="module")
def workbook(mail_planned: Town) -> bytes:
    return mail_planned.issued("UBN-ÖST")


def test_an_mbox_and_a_maildir_give_their_messages(tmp_path: Path, workbook: bytes) -> None:
    first, second = (reply("a@example.se", OURS, str(n), attachments={"a.xlsx": workbook}) for n in (1, 2))
    box = mailbox.mbox(tmp_path / "in.mbox")
    box.add(first.as_bytes())
    box.add(second.as_bytes())
    box.close()
    folder = mailbox.Maildir(tmp_path / "maildir")
    folder.add(first.as_bytes())
    items = list(fetch_from_paths([tmp_path / "in.mbox", tmp_path / "maildir"]))
    assert [read_message(item.raw).subject for item in items] == ["1", "2", "1"]
    for item in items:
        item.finish()
    assert list(fetch_from_paths([tmp_path / "maildir"])) == []
    assert [m["Subject"] for m in mailbox.Maildir(tmp_path / "maildir").get_folder("styrxl")] == ["1"]
    assert len(list(fetch_from_paths([tmp_path / "in.mbox"]))) == 2


def in_folder(folder: Path, workbook: bytes) -> None:
    """Save mails in a folder: by a contact, by somebody else, and two in an mbox, one of them without a workbook."""
    folder.mkdir()
    for name, sender in (("Sv plan.EML", "ost@example.se"), ("vikarie.eml", "vikarie@example.se")):
        (folder / name).write_bytes(raw(reply(sender, OURS, attachments={"plan.xlsx": workbook + sender.encode()})))
    box = mailbox.mbox(folder / "juni.mbox")
    for attachments in ({"plan.xlsx": workbook}, {}):
        box.add(raw(reply("ost@example.se", OURS, attachments=attachments)))
    box.close()


@pytest.mark.parametrize("packed", [False, True])
def test_mails_saved_in_a_folder_or_an_archive_are_opened_as_mails(town: Town, tmp_path: Path, packed: bool) -> None:  # noqa: FBT001
    """By the same rules for senders as those in a mailbox, each once, and the files beside them as ever."""
    source = tmp_path / "mejl"
    in_folder(source, town.filled("UBN-ÖST"))
    (source / "UBN-ÅBY.xlsx").write_bytes(town.filled("UBN-ÅBY"))
    if packed:
        source = Path(shutil.make_archive(str(tmp_path / "packat"), "zip", source))
    result = town.run("receive", ROUND, str(source), expect=1)
    assert sorted(brought(town), key=str) == [
        ("held", "unknown_sender", "UBN-ÖST"),
        ("noted", "none", None),
        ("taken", "", "UBN-ÖST"),
        ("taken", "", "UBN-ÖST"),
    ]
    assert [name.split("_")[0] for name in names(town, "inbox") if "Ö" in name or "Å" in name] == ["UBN-ÅBY", "UBN-ÖST", "UBN-ÖST"]
    assert "Mottagna: 2. I karantän: 1. Utan arbetsbok: 1. Automatiska svar: 0." in result.stderr
    assert "1 tagen till inbox/2027-plan" in result.stderr
    again = town.run("receive", ROUND, str(source))
    assert "Mottagna: 0. I karantän: 0. Utan arbetsbok: 0. Automatiska svar: 0." in again.stderr
    assert len(brought(town)) == 4


def test_a_saved_mail_that_cannot_be_got_is_told_and_the_others_are_taken(town: Town, tmp_path: Path) -> None:
    limits = town.root / "styrxl.toml"
    limits.write_text(limits.read_text("utf-8") + "\n[limits]\nfile_mb = 1\n", "utf-8")
    source = tmp_path / "mejl"
    in_folder(source, town.filled("UBN-ÖST"))
    with (source / "stort.eml").open("wb") as file:
        file.truncate(11_000_000)
    result = town.run("receive", ROUND, str(source), expect=1)
    assert "stort.eml: inte intagen, den är 11 MB, och vi läser högst 10 MB" in result.stderr
    assert len(brought(town)) == 4


def test_a_message_came_when_the_last_server_took_it(tmp_path: Path) -> None:
    message = reply("a@example.se", OURS, Received="from x by y; Mon, 4 Jan 2027 09:30:00 +0100")
    (tmp_path / "a.eml").write_bytes(raw(message))
    assert next(fetch_from_paths([tmp_path / "a.eml"])).received == datetime(2027, 1, 4, 8, 30, tzinfo=UTC)


def test_something_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.pst").write_bytes(b"x")
    with pytest.raises(StyrxlError, match="mail-source-unknown"):
        list(fetch_from_paths([tmp_path / "a.pst"]))
