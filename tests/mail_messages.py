"""Letters and messages for tests of mail: messages forwarded, encrypted, with zips and with a winmail.dat."""

from __future__ import annotations

import io
import struct
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from post_office import reply
from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.wording import LetterContent

OURS = "planering@example.se"


def raw(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=SMTP)


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return target.getvalue()


def forwarded(inner: EmailMessage, times: int = 1, sender: str = "") -> EmailMessage:
    for n in range(times):
        outer = reply(sender or f"outer{n}@example.se", OURS, "VB: plan")
        outer.add_attachment(inner)
        inner = outer
    return inner


def encrypted(sender: str = "a@example.se") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = sender, OURS, "<secret@desk.example.se>"
    message.set_content(b"secret", maintype="application", subtype="pkcs7-mime", params={"smime-type": "enveloped-data"})
    return message


def with_text(text: str, sender: str = "a@example.se") -> EmailMessage:
    return reply(sender, OURS, text=text)


def attribute(level: int, name: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def tnef(*files: tuple[str, str, bytes]) -> bytes:
    """Make a winmail.dat with files: short name, long name, content."""
    made_ = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    made_ += attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    for short, long, content in files:
        wide = long.encode("utf-16-le") + b"\0\0"
        properties = struct.pack("<I", 3)
        properties += struct.pack("<HHI", 0x0003, 0x0E20, len(content))
        properties += struct.pack("<HHII", 0x001F, 0x3707, 1, len(wide)) + wide + b"\0" * (-len(wide) % 4)
        properties += struct.pack("<HHII", 0x0102, 0x3702, 1, 0)
        made_ += attribute(2, 0x00069002, b"\0" * 14)
        made_ += attribute(2, 0x00018010, short.encode("cp1252") + b"\0")
        made_ += attribute(2, 0x0006800F, content)
        made_ += attribute(2, 0x00069005, properties)
    return made_


def letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "round": "2027-plan",
        "kind": "templates",
        "owner": "UBN",
        "about": "i-1",
        "name": "Nämndsekreterare",
        "to": ("ubn@example.se",),
        "content": LetterContent("Ämne", "text\n", "<p>text</p>"),
        "message_id": "<a@example.se>",
    }
    return Letter(**{**values, **changes})
