"""Microsoft Graph for tests, on loopback: as much of it as mail needs, and as strict as the real one is said to be.

One mailbox is reached by it; what is sent to others lies in their inboxes, to be looked at.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from http.server import BaseHTTPRequestHandler
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ports import free_port
from post_office import Certificates, parsed
from token_office import MAILBOX, TokenOffice, serving

REQUEST_LIMIT, RANGE_LIMIT, SMALLEST_UPLOAD = 4_194_304, 4_194_304, 3 * 1024 * 1024
UPLOAD_SECRET = "upload-" + "s" * 40
Answer = tuple[int, Any, Mapping[str, str]]  # status, JSON or bytes, headers


@dataclass
class Item:
    """A message in the mailbox."""

    id: str
    folder: str
    raw: bytes
    received: datetime
    attachments: dict[str, bytes] = field(default_factory=dict)


@dataclass
class GraphOffice:
    """What Graph has been asked for, and what lies in the mailbox; ``script`` answers for it where it wants to."""

    port: int
    tokens: TokenOffice
    made: Certificates
    script: Callable[[str, str], Answer | None] = lambda _method, _path: None
    after: Callable[[str, str], None] = lambda _method, _path: None  # what happens when something is done, before that is answered
    page: int = 2  # entries of a list that come at once
    folders: dict[str, str] = field(default_factory=lambda: {"inbox": "Inkorg", "drafts": "Utkast", "sentitems": "Skickat"})
    items: dict[str, Item] = field(default_factory=dict)
    inboxes: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    uploads: dict[str, tuple[str, str, int, bytearray]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://localhost:{self.port}"

    def deliver(self, raw: bytes, folder: str = "inbox") -> Item:
        """Put a message into the mailbox; each is a second younger than the one before."""
        number = next(self.numbers)
        item = Item(f"AAMk={number}/", folder, raw, datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=number))
        self.items[item.id] = item
        return item

    def messages(self, folder: str = "inbox") -> list[EmailMessage]:
        """Return what lies in a folder (its id or its name), the oldest first."""
        ids = {folder, *(key for key, name in self.folders.items() if name == folder)}
        return [parsed(item.raw) for item in sorted(self.items.values(), key=lambda item: item.received) if item.folder in ids]

    def inbox(self, address: str) -> list[EmailMessage]:
        """Return what has come to an address, the oldest first."""
        return self.messages() if address == MAILBOX else [parsed(raw) for raw in self.inboxes.get(address, [])]

    def send(self, raw: bytes) -> None:
        """Deliver a message to its recipients, and keep a copy."""
        message = message_from_bytes(raw, policy=policy.default)
        for _, address in getaddresses([str(value) for name in ("To", "Cc") for value in message.get_all(name, [])]):
            if address == MAILBOX:
                self.deliver(raw)
            else:
                self.inboxes.setdefault(address, []).append(raw)
        self.deliver(raw, "sentitems")


class _Handler(BaseHTTPRequestHandler):
    office: GraphOffice

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as the base class has it
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 -- as the base class has it

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = unquote(urlsplit(self.path).path).removeprefix(f"/v1.0/users/{MAILBOX}/")
        self.office.asked.append((self.command, path))
        status, content, headers = self._refuse(path) or self.office.script(self.command, path) or self._act(path, body)
        if status < 400:
            self.office.after(self.command, path)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _refuse(self, path: str) -> Answer | None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if path.startswith("/upload/"):
            known = dict(parse_qsl(urlsplit(self.path).query)).get("authtoken") == UPLOAD_SECRET
            return None if known and not token else error(401, "InvalidAudience")
        if not self.office.tokens.knows(token):
            return error(401, "InvalidAuthenticationToken", f"Access token {token} has expired or is not yet valid.")
        return error(404, "ErrorInvalidUser", "The requested user is invalid.") if path.startswith("/v1.0/users/") else None

    def _act(self, path: str, body: bytes) -> Answer:
        if self.command != "PUT" and len(body) > REQUEST_LIMIT:
            return error(413, "RequestEntityTooLarge")
        match self.command, [part for part in path.split("/") if part] if not path.startswith("messages/") else split_message(path):
            case "POST", ["sendMail"]:
                self.office.send(b64decode(body, validate=True))
                return 202, b"", {}
            case "POST", ["messages"]:
                return 201, {"id": self.office.deliver(b64decode(body, validate=True), "drafts").id}, {}
            case method, ["messages", id_, *rest]:
                item = self.office.items.get(id_)
                return self._act_on(method, item, rest, body) if item else error(404, "ErrorItemNotFound")
            case "PUT", ["upload", number]:
                return self._take_range(number, body)
            case "GET", ["mailFolders"]:
                return self._list([{"id": id_, "displayName": name} for id_, name in self.office.folders.items()])
            case "POST", ["mailFolders"]:
                name = json.loads(body)["displayName"]
                self.office.folders[f"folder-{len(self.office.folders)}"] = name
                return 201, {"id": f"folder-{len(self.office.folders) - 1}"}, {}
            case "GET", ["mailFolders", id_] if id_ in self.office.folders:
                return 200, {"id": id_}, {}
            case "GET", ["mailFolders", id_, "messages"] if id_ in self.office.folders:
                return self._list_messages(id_)
            case _:
                return error(404, "ErrorFolderNotFound")

    def _list_messages(self, folder: str) -> Answer:
        wanted = re.search(r"internetMessageId eq '(.*)'", dict(parse_qsl(urlsplit(self.path).query)).get("$filter", ""))
        items = sorted((item for item in self.office.items.values() if item.folder == folder), key=lambda item: item.received)
        if wanted:
            items = [item for item in items if parsed(item.raw)["Message-ID"] == wanted[1].replace("''", "'")]
        return self._list([{"id": item.id, "receivedDateTime": item.received.strftime("%Y-%m-%dT%H:%M:%SZ")} for item in items])

    def _list(self, entries: list[dict[str, str]]) -> Answer:
        where = urlsplit(self.path)
        start = int(dict(parse_qsl(where.query)).get("$skip", "0"))
        content: dict[str, Any] = {"value": entries[start : start + self.office.page]}
        if start + self.office.page < len(entries):
            rest = "&".join(part for part in where.query.split("&") if not part.startswith("$skip="))
            content["@odata.nextLink"] = f"{self.office.url}{where.path}?{rest}&$skip={start + self.office.page}"
        return 200, content, {}

    def _act_on(self, method: str, item: Item, rest: list[str], body: bytes) -> Answer:
        match method, rest:
            case "GET", ["$value"]:
                return 200, item.raw, {}
            case "DELETE", []:
                del self.office.items[item.id]
                return 204, b"", {}
            case "POST", ["move"]:
                item.folder = json.loads(body)["destinationId"]
                return 201, {"id": item.id}, {}
            case "POST", ["attachments"]:
                given = json.loads(body)
                item.attachments[given["name"]] = b64decode(given["contentBytes"])
                return 201, {}, {}
            case "POST", ["attachments", "createUploadSession"]:
                about = json.loads(body)["AttachmentItem"]
                if about["size"] < SMALLEST_UPLOAD:
                    return error(400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")
                number = str(next(self.office.numbers))
                self.office.uploads[number] = (item.id, about["name"], about["size"], bytearray())
                return 201, {"uploadUrl": f"{self.office.url}/upload/{number}?authtoken={UPLOAD_SECRET}"}, {}
            case "POST", ["send"]:
                self.office.send(add_attachments(item))
                del self.office.items[item.id]
                return 202, b"", {}
            case _:
                return error(400, "RequestBroker--ParseUri")

    def _take_range(self, number: str, body: bytes) -> Answer:
        item, name, size, data = self.office.uploads[number]
        start, end, total = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", self.headers["Content-Range"]).groups())  # type: ignore[union-attr]
        if (start, end - start + 1, total) != (len(data), len(body), size) or len(body) > RANGE_LIMIT:
            return error(416, "ErrorInvalidRange")
        data += body
        if len(data) == size:
            self.office.items[item].attachments[name] = bytes(data)
            return 201, b"", {}
        return 200, {"nextExpectedRanges": [str(len(data))]}, {}


def error(status: int, code: str, message: str = "", **headers: str) -> Answer:
    """Return a refusal as Graph words it."""
    return status, {"error": {"code": code, "message": message}}, {name.replace("_", "-"): value for name, value in headers.items()}


def split_message(path: str) -> list[str]:
    """Return the parts of a path about a message, whose id may hold slashes."""
    found = re.fullmatch(r"messages/(AAMk=\d+/)(?:/(.*))?", path)
    return ["messages", found[1], *((found[2] or "").split("/") if found[2] else [])] if found else ["messages", path]


def add_attachments(item: Item) -> bytes:
    """Return a draft's message with its attachments."""
    message = parsed(item.raw)
    for name, data in item.attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes(policy=policy.SMTP)


@contextmanager
def graph_office(made: Certificates, tokens: TokenOffice) -> Iterator[GraphOffice]:
    """Run a Graph whose tokens somebody else gives."""
    office = GraphOffice(free_port(), tokens, made)
    with serving(type("Handler", (_Handler,), {"office": office}), office.port, made):
        yield office
