"""The attachments in a winmail.dat, and whatever else calls itself one."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_messages import OURS, attribute, raw, tnef
from post_office import reply
from styrxl.mail.incoming.message import read_message
from styrxl.mail.incoming.winmail import WinmailError, read_winmail
from town import Town


@pytest.fixture(scope="module")
def workbook(mail_planned: Town) -> bytes:
    return mail_planned.issued("UBN-ÖST")


def test_workbooks_in_winmail_dat_are_taken_out(workbook: bytes) -> None:
    packed = tnef(("PLANFR~1.XLS", "Plan för Östra.xlsx", workbook), ("kort.txt", "kort.txt", b"hej"))
    found = read_message(raw(reply("a@example.se", OURS, attachments={"winmail.dat": packed})))
    assert ([(one.name, one.data) for one in found.workbooks], found.others) == ([("Plan för Östra.xlsx", workbook)], ("kort.txt",))


def test_every_cut_of_a_winmail_dat_is_read_or_refused() -> None:
    whole = tnef(("A.XLS", "å.xlsx", b"12345"))
    for end in range(len(whole)):
        try:
            found = read_winmail(whole[:end])
        except WinmailError:
            continue
        assert found in ([], [("A.XLS", b"12345")]) or whole[end:] == whole[-1:] or end == len(whole) - 2
    assert read_winmail(whole) == [("å.xlsx", b"12345")]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_winmail_dat_or_refused(data: bytes) -> None:
    for content in (data, struct.pack("<IH", 0x223E9F78, 1) + data, tnef(("a", "b", b"c"))[:60] + attribute(2, 0x00069005, data)):
        with suppress(WinmailError):
            read_winmail(content)
