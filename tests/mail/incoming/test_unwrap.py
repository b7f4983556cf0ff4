"""What mail programs do to a mail is undone: Outlook's files, mails signed as one file, resource forks, marks before the first header."""

from __future__ import annotations

import logging
import struct
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from long_runs import long_run
from mail_messages import OURS, attribute, raw, tnef, zipped
from mail_mutations import mutate
from mail_town import brought, take
from outlook_files import compound, enveloped, headers, outlook_file, outlook_tree, signed
from post_office import reply
from styrxl.mail.incoming.code_pages import find_codec
from styrxl.mail.incoming.message import ReceivedMessage, read_message
from styrxl.mail.incoming.outlook import OutlookError, convert_outlook
from styrxl.mail.incoming.smime import open_secure
from styrxl.mail.incoming.sources import date_message
from styrxl.mail.incoming.winmail import read_winmail
from town import ROUND, Town

BOOK = zipped(**{"xl/workbook__xml": b"<x/>", "fyllnad": b"x" * 5000})
SENDER = "ost@example.se"
FORK = b"\x00\x05\x16\x07\x00\x02\x00\x00" + b"Mac OS X        " + b"\x00\x02" + bytes(80)
MAIL = raw(reply("inre@example.se", OURS, attachments={"inre.xlsx": BOOK}))
SIGNED_TYPE = {"maintype": "application", "subtype": "pkcs7-mime"}


def names(found: ReceivedMessage) -> list[str]:
    assert all(workbook.data == BOOK for workbook in found.workbooks)
    return [workbook.name for workbook in found.workbooks]


def with_file(data: bytes, name: str, kind: str = "application/octet-stream") -> bytes:
    message = reply(SENDER, OURS)
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return raw(message)


def one_file(data: bytes, **params: str) -> bytes:
    """Return a mail that is nothing but a file of S/MIME."""
    message = EmailMessage()
    message["From"], message["To"] = SENDER, OURS
    message.set_content(data, maintype="application", subtype="pkcs7-mime", params={"name": "smime.p7m", **params})
    return raw(message)


INNER = outlook_tree({"inre.xlsx": BOOK}, headers("inre@example.se"), inner=True)
OUTLOOK = outlook_file({"Plan – klar.xlsx": BOOK}, headers(f"Åsa <{SENDER}>"))
CASES: list[tuple[str, bytes, list[str]]] = [
    ("a message of Outlook's", OUTLOOK, ["Plan – klar.xlsx"]),
    ("in a code page", outlook_file({"Plän.xlsx": BOOK}, headers(SENDER), ansi="cp1250", codepage=1250), ["Plän.xlsx"]),
    ("one that was never sent", outlook_file({"plan.xlsx": BOOK}, sender=SENDER), ["plan.xlsx"]),
    ("a message in it", outlook_file({"VB: plan": INNER}, headers(SENDER)), ["inre.xlsx"]),
    ("a saved mail in it", outlook_file({"mejl.eml": MAIL}, headers(SENDER)), ["inre.xlsx"]),
    ("a message of Outlook's in a mail", with_file(outlook_file({"a.xlsx": BOOK}, headers("x@example.se")), "Plan.msg"), ["a.xlsx"]),
    ("by another name", with_file(outlook_file({"a.xlsx": BOOK}, headers("x@example.se")), "Plan"), ["a.xlsx"]),
    ("one in one in one", with_file(outlook_file({"b.msg": outlook_file({"c.eml": MAIL})}), "a.msg"), ["inre.xlsx"]),
    ("signed as one file", one_file(signed(MAIL), **{"smime-type": "signed-data"}), ["inre.xlsx"]),
    ("of no length known beforehand", one_file(signed(MAIL, endless=True)), ["inre.xlsx"]),
    ("signed twice", one_file(signed(one_file(signed(MAIL)))), ["inre.xlsx"]),
    ("signed, as a file", with_file(signed(MAIL), "smime.p7m"), ["inre.xlsx"]),
    ("a signed workbook", with_file(signed(BOOK), "plan.xlsx.p7m"), ["plan.xlsx"]),
    ("signed, in Outlook", outlook_file({"smime.p7m": signed(MAIL)}, headers(SENDER), kind="IPM.Note.SMIME"), ["inre.xlsx"]),
    ("signed beside, in Outlook", outlook_file({"smime.p7m": MAIL[MAIL.index(b"Content-Type") :]}, headers(SENDER)), ["inre.xlsx"]),
    ("a mark at the start", b"\xef\xbb\xbf\r\n" + with_file(BOOK, "plan.xlsx"), ["plan.xlsx"]),
    ("a resource fork", with_file(FORK, "plan.xlsx", "application/applefile"), []),
    ("a resource fork by its name", with_file(b"x", "._plan.xlsx"), []),
    ("a file in AppleSingle", with_file(FORK[:3] + b"\0" + FORK[4:24] + struct.pack(">HIII", 1, 1, 38, len(BOOK)) + BOOK, "p"), ["p"]),
    ("a message of Outlook's in a mail in a zip", with_file(zipped(mejl__eml=with_file(OUTLOOK, "a.msg")), "a.zip"), ["Plan – klar.xlsx"]),
    ("a zip in a mail in a zip", with_file(zipped(a__eml=with_file(zipped(b__eml=MAIL), "b.zip")), "a.zip"), []),
    ("a message in a winmail.dat", with_file(tnef(("a.msg", "a.msg", OUTLOOK)), "winmail.dat"), ["Plan – klar.xlsx"]),
]


@pytest.mark.parametrize("mail,expected", [(mail, expected) for _, mail, expected in CASES], ids=[name for name, _, _ in CASES])
def test_the_workbook_is_found_wherever_it_hides(mail: bytes, expected: list[str]) -> None:
    found = read_message(mail)
    assert (names(found), found.sender, found.kind, found.trouble) == (expected, SENDER, "mail", "")


def test_what_comes_with_an_apple_is_one_workbook() -> None:
    message = reply(SENDER, OURS)
    message.add_attachment(FORK, maintype="application", subtype="applefile", filename="plan.xlsx")
    message.add_attachment(BOOK, maintype="application", subtype="octet-stream", filename="plan.xlsx")
    message.replace_header("Content-Type", message["Content-Type"].replace("mixed", "appledouble"))
    assert names(read_message(raw(message))) == ["plan.xlsx"]


@pytest.mark.parametrize(
    "mail", [one_file(enveloped()), one_file(b"?", **{"smime-type": "enveloped-data"}), with_file(enveloped(), "smime.p7m")]
)
def test_an_encrypted_mail_is_said_to_be_so(mail: bytes) -> None:
    assert (read_message(mail).reason, read_message(mail).workbooks) == ("encrypted", ())


@pytest.mark.parametrize(
    "kind,expected",
    [
        ("REPORT.IPM.Note.NDR", "report"),
        ("REPORT.IPM.Note.IPNRN", "receipt"),
        ("IPM.Schedule.Meeting.Resp.Pos", "calendar"),
        ("IPM.Note", "mail"),
    ],
)
def test_outlook_s_own_kinds_of_machines_are_known_in_its_files(kind: str, expected: str) -> None:
    assert read_message(outlook_file({}, headers(SENDER), kind=kind)).kind == expected


def test_a_calendar_that_is_signed_is_no_person() -> None:
    assert read_message(one_file(signed(b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n"))).kind == "calendar"


def test_a_message_of_outlook_s_came_when_it_says() -> None:
    sent = datetime(2027, 2, 16, 8, 1, tzinfo=UTC)
    assert date_message(outlook_file({}, headers(SENDER)), datetime.now(UTC)).received == sent
    assert date_message(outlook_file({}, sender=SENDER, sent=sent), datetime.now(UTC)).received == sent


@pytest.mark.parametrize(
    "number,name", [(28591, "iso8859-1"), (1252, "cp1252"), (65001, "utf-8"), (99999, "cp1252"), (0xFFFFFFFF, "cp1252")]
)
def test_code_pages_have_python_s_names(number: int, name: str) -> None:
    assert find_codec(number) == name


def packed(page: int, *, wrong: bool = False, end: bytes = b"") -> bytes:
    """Return a winmail.dat of a code page, its sums wrong, with bytes after it."""
    head = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00069007, struct.pack("<II", page, 0)) + attribute(2, 0x00069002, bytes(14))
    whole = head + attribute(2, 0x00018010, b"PLAN.XLS\0") + attribute(2, 0x0006800F, b"12345")
    return (whole[:-2] + b"\xff\xff" if wrong else whole) + end


@pytest.mark.parametrize(
    "data",
    [packed(28591), packed(20866), packed(123456), packed(1252, wrong=True), packed(1252, end=bytes(40)), b"\r\n" + packed(1252)[:-2]],
)
def test_a_winmail_dat_of_any_code_page_sum_and_padding_is_read(data: bytes) -> None:
    assert read_winmail(data) == [("PLAN.XLS", b"12345")]


def test_a_message_in_a_winmail_dat_gives_its_files() -> None:
    inner = tnef(("A.XLS", "å.xlsx", b"12345"))
    value = bytes(16) + inner + bytes(-len(inner) % 4)
    properties = struct.pack("<IHHII", 1, 0x000D, 0x3701, 1, 16 + len(inner)) + value
    data = struct.pack("<IH", 0x223E9F78, 1) + attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x00069005, properties)
    assert read_winmail(data) == [("å.xlsx", b"12345")]


SEEDS = (
    OUTLOOK,
    outlook_file({"a.msg": INNER, "b.eml": MAIL}, headers(SENDER), ansi="cp1252"),
    one_file(signed(MAIL)),
    signed(MAIL, endless=True),
)


def test_no_broken_file_of_outlook_or_smime_breaks_its_reader(caplog: pytest.LogCaptureFixture) -> None:
    """It is read or refused; nothing that nobody foresaw has to be caught, and nothing comes out that did not go in."""
    with caplog.at_level(logging.WARNING, "styrxl"):
        for number in range(long_run(1_000, 50_000)):
            data = mutate(SEEDS[number % 4], number)
            if number % 4 == 3:
                with suppress(ValueError):
                    assert len(open_secure(data).content) <= len(data), number
                continue
            found = read_message(data)
            assert sum(len(workbook.data) for workbook in found.workbooks) <= len(data), number
            errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
            assert all(isinstance(error, OutlookError) for error in errors), (number, errors)
            caplog.clear()


def test_streams_that_share_their_bytes_are_refused() -> None:
    """A thousand streams in the same place would become a thousand times what there is."""
    data = compound({"__properties_version1.0": bytes(32), **{f"__substg1.0_{n:04X}0102": b"x" * 5000 for n in range(40)}})
    assert b"multipart" in convert_outlook(data)
    size = struct.pack("<Q", 5000)
    with pytest.raises(OutlookError):
        convert_outlook(data.replace(size, struct.pack("<Q", 50_000)))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_file_of_outlook_s_or_refused(data: bytes) -> None:
    with suppress(OutlookError):
        convert_outlook(data)
    with suppress(ValueError):
        open_secure(data)


def test_what_was_dragged_out_of_outlook_is_taken_in(mail_planned: Town, tmp_path: Path) -> None:
    """Named, in a folder, and attached to a mail: once each; what cannot be read is put aside."""
    town = mail_planned.copy(tmp_path / "åköping")
    folder = town.root / "från Outlook"
    folder.mkdir()
    (folder / "Plan.msg").write_bytes(outlook_file({"plan.xlsx": town.filled("UBN-ÖST")}, headers(SENDER)))
    (folder / "Trasig.MSG").write_bytes(OUTLOOK[:2000])
    (town.root / "Bibblan.msg").write_bytes(outlook_file({"plan.xlsx": town.filled("KFN-BIB")}, headers("bib@example.se")))
    town.run("receive", ROUND, str(folder), str(town.root / "Bibblan.msg"), expect=1)
    assert sorted(brought(town)) == [("aside", "damaged", None), ("taken", "", "KFN-BIB"), ("taken", "", "UBN-ÖST")]
    assert not town.run("receive", ROUND, str(folder), expect=None).stdout
    inner = (folder / "Plan.msg").read_bytes()
    take(town, reply(SENDER, OURS, attachments={"Plan.msg": inner}))
    assert brought(town)[-1] == ("taken", "", "UBN-ÖST")
