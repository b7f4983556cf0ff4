"""Letters as messages: what goes over the wire. Pure: nothing is read, nothing is sent.

Headers follow RFC 5322, names and subjects RFC 2047, file names RFC 2231, automatic mail RFC 3834; every text is made one line before it
stands in a header, and every address is one that headers and envelopes can hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, Group
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr, quote

from styrxl.mail.outgoing.letter import Letter, Sender
from styrxl.mail.plain_text import make_file_name, to_one_line

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
MB = 1_000_000
_SHORT = 60
_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
_ID_HEADERS = frozenset({"message-id", "in-reply-to", "references"})
_LINE_END = "\r\n"


class WirePolicy(EmailPolicy):
    """How a message is written: as Python does, but ids, subjects and names by us.

    Python encodes long ids beyond recognition, and loses or doubles spaces where it folds a subject or a name with letters beyond ASCII.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as bytes."""
        if name.lower() in _ID_HEADERS:
            return f"{name}: {f'{_LINE_END} '.join(str(value).split())}{_LINE_END}".encode("ascii", "replace")
        if name.lower() == "subject":
            return f"{name}: {_encoded(str(value), len(name) + 2)}{_LINE_END}".encode("ascii")
        addresses: Sequence[Address] = getattr(value, "addresses", ())
        if addresses:
            return f"{name}: {f',{_LINE_END} '.join(map(_addressed, addresses))}{_LINE_END}".encode("ascii")
        return super().fold_binary(name, value)


def _encoded(text: str, before: int) -> str:
    """Return a text as a header has it (RFC 2047), all of it encoded where any is; ``before``: characters before it on its line."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name="x" * max(0, before - 2)).encode(linesep=_LINE_END)


def _addressed(address: Address) -> str:
    name = address.display_name
    if not name:
        return address.addr_spec
    phrase = f'"{quote(name)}"' if name.isascii() else _encoded(name, 12)
    return f"{phrase}{_LINE_END} <{address.addr_spec}>" if len(phrase) > _SHORT else f"{phrase} <{address.addr_spec}>"


WIRE_POLICY = WirePolicy(linesep=_LINE_END, max_line_length=78)


def build_message(letter: Letter, sender: Sender, now: datetime) -> EmailMessage:
    """Return a letter as a message with text and HTML alternatives and its attachments."""
    message = EmailMessage(policy=WIRE_POLICY)
    message["From"] = _named(sender.sender, sender.municipality)
    message["To"] = [Address(_plain(letter.name) if len(letter.to) == 1 else "", addr_spec=address) for address in letter.to] or Group("–")
    message["Reply-To"] = _named(sender.reply_to, sender.municipality)
    message["Subject"] = _plain(letter.content.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = letter.message_id
    if ids := [known for known in letter.replies_to if _ID.fullmatch(known)]:
        message["In-Reply-To"] = ids[-1]
        message["References"] = " ".join(ids[-10:])
    message["Auto-Submitted"] = "auto-replied" if letter.is_reply else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange heeds this one, and not Auto-Submitted
    message.set_content(letter.content.text, cte="quoted-printable")
    message.add_alternative(letter.content.html, subtype="html", cte="quoted-printable")
    for attachment in letter.attachments:
        name = make_file_name(attachment.name)
        # The name stands in Content-Disposition (RFC 2231); in Content-Type as well where it is plain, for old programs: of one that
        # is not, Python would write the type itself beyond recognition.
        plain = {"name": name} if name.isascii() and len(name) < _SHORT else {}
        message.add_attachment(attachment.data, maintype=XLSX[0], subtype=XLSX[1], filename=name, params=plain)
    return message


def _named(address: str, name: str) -> Address:
    own, plain = parseaddr(address)
    return Address(_plain(own or name), addr_spec=plain)


def _plain(text: str) -> str:
    """Return a text for a header; what looks as if it were encoded would be decoded by mail programs."""
    return to_one_line(text).replace("=?", "= ?")


def estimate_size(letter: Letter) -> int:
    """Return about how many bytes a letter's message has: base64 makes attachments larger by a third and line ends."""
    return sum(-(-len(a.data) // 57) * 78 for a in letter.attachments) + 2 * (len(letter.content.text) + len(letter.content.html)) + 2000
