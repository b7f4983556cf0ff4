"""Links to files in the cloud: as they are written, as mail filters wrap them, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_messages import OURS, raw
from post_office import reply
from styrxl.mail.incoming.message import read_message
from styrxl.mail.incoming.shared_links import holds_shared_link

SHARED = [
    "Här: https://kommunen-my.sharepoint.com/:x:/g/personal/abc",
    "https://1drv.ms/x/s!abc",
    '<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexempel.sharepoint.com%2Fx&amp;data=05">Plan</a>',
    "https://eur01.safelinks.protection.outlook.com/ap/x-59584e83/?url=https%3A%2F%2F1drv.ms%2Fx%2Fs",
    "https://teams.microsoft.com/l/file/ABC?fileType=xlsx",
    "https://nam.safelinks.protection.outlook.com/?url=https%3A%2F%2Fteams.microsoft.com%2Fl%2Ffile%2FA",
    "https://www.google.com/url?q=https%3A%2F%2Fdocs.google.com%2Fspreadsheets%2Fd%2F1",
    "https://urldefense.com/v3/__https://kommun.sharepoint.com/x__;!!abc",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__kommun.sharepoint.com_x&d=D",
    "https://www.dropbox.com/s/x/plan.xlsx?dl=0",
]
NOT_SHARED = [
    "",
    "https://www.example.se/plan.xlsx och notsharepoint.com/x",
    "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x",
    "https://sharepoint.com.example.se/x",
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.example.se",
    "https://[::1/x https://",
]


@pytest.mark.parametrize("text", SHARED)
def test_a_link_to_a_shared_file_is_one(text: str) -> None:
    assert holds_shared_link(text)


@pytest.mark.parametrize("text", NOT_SHARED)
def test_another_link_is_none(text: str) -> None:
    assert not holds_shared_link(text)


@pytest.mark.parametrize(
    "name,data",
    [
        ("Plan.url", b"[InternetShortcut]\r\nURL=https://x.sharepoint.com/y"),
        ("Plan.gsheet", b'{"url": "x"}'),
        ("Plan.webloc", b"<plist/>"),
    ],
)
def test_a_file_that_is_a_link_is_told_as_one(name: str, data: bytes) -> None:
    assert read_message(raw(reply("a@example.se", OURS, attachments={name: data}))).reason == "link"


@given(st.text(alphabet=st.sampled_from("https:/.?&=%[]urlsafelink protection.outlook.com"), max_size=80))
def test_any_text_has_a_link_or_none(text: str) -> None:
    holds_shared_link(f"https://eur01.safelinks.protection.outlook.com/?url={text}")
