"""What reports on delivery say (RFC 3464): which addresses a mail did not reach. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from styrxl.mail.addresses import parse_address
from styrxl.mail.incoming.mime import decode_bytes, list_parts, read_content, read_headers, walk_own_parts

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FAILED = "failed"
_CLASSES = {"5": _FAILED, "4": "delayed", "2": "delivered"}  # of a status code, for reports without an action
_QMAIL = re.compile(r"^<([^<>\s]+@[^<>\s]+)>:\s*$", re.MULTILINE)
_MOST = 200  # addresses of one report


def is_delivery_report(message: Message) -> bool:
    """Tell whether a mail is a report on the delivery of another one."""
    return any(part.get_content_type() in _STATUS_TYPES for part in walk_own_parts(message)) or (
        message.get_content_type() == "multipart/report" and str(message.get_param("report-type", "")).lower() == "delivery-status"
    )


def find_unreached(message: Message) -> list[str]:
    """Return the addresses that a report says for good could not be reached: those that it was sent to, as far as it names them."""
    named = [address for block in _read_blocks(message) if _find_action(block) == _FAILED for address in _name_recipients(block)]
    if not named and not is_delivery_report(message):
        named = [*_split_addresses(read_headers(message, "X-Failed-Recipients")), *_read_qmail(message)]
    return list(dict.fromkeys(named))[:_MOST]


def _read_blocks(message: Message) -> Iterator[dict[str, str]]:
    """Yield the fields of each block of a report, the one on the mail as a whole too, by their names in small letters."""
    for part in walk_own_parts(message):
        if part.get_content_type() in _STATUS_TYPES:
            for block in re.split(r"\n[ \t]*\n", _read_text(part)):
                yield _read_fields(block)


def _read_text(part: Message) -> str:
    """Return a report's fields as text; Python takes their blocks for messages, encoded ones too."""
    if not part.is_multipart():
        return read_content(part).decode("utf-8", "replace").replace("\r\n", "\n")
    blocks = ["\n".join([*(f"{name}: {value}" for name, value in block.items()), ""]) for block in list_parts(part)]
    bodies = [read_content(block).decode("utf-8", "replace") for block in list_parts(part)]
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() in {"base64", "quoted-printable"}:
        whole = Message()
        whole["Content-Transfer-Encoding"] = str(part.get("Content-Transfer-Encoding"))
        whole.set_payload("\n\n".join(block + body for block, body in zip(blocks, bodies, strict=True)))
        return read_content(whole).decode("utf-8", "replace").replace("\r\n", "\n")
    return "\n\n".join([*blocks, *bodies]).replace("\r\n", "\n")


def _read_fields(block: str) -> dict[str, str]:
    lines = re.sub(r"\n[ \t]+", " ", block).splitlines()
    fields = (line.partition(":") for line in lines)
    return {name.strip().lower(): decode_bytes(value).strip() for name, colon, value in fields if colon}


def _find_action(block: dict[str, str]) -> str:
    action = re.match(r"[a-z-]*", block.get("action", "").lower())
    return (action[0] if action else "") or _CLASSES.get(block.get("status", "")[:1], "")


def _name_recipients(block: dict[str, str]) -> list[str]:
    """Return the address that the mail was sent to, else the one that it ended at: a mailbox may pass its mail on."""
    for name in ("original-recipient", "final-recipient"):
        if addresses := _split_addresses([block.get(name, "").rpartition(";")[2]]):
            return addresses
    return []


def _split_addresses(texts: list[str]) -> list[str]:
    words = (word.strip(" <>") for text in texts for word in text.split(","))
    return [address for address in map(parse_address, words) if address]


def _read_qmail(message: Message) -> list[str]:
    """Return the addresses in a report by qmail, which is plain text."""
    text = read_content(message)[:20_000].decode("utf-8", "replace").replace("\r\n", "\n")
    return _split_addresses(_QMAIL.findall(text)) if text.lstrip().startswith("Hi. This is the") else []
