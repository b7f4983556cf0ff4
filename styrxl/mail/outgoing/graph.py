"""Messages sent by Microsoft Graph: as they are, or, where that is too much for one request, as a draft that gets its attachments."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

from styrxl.mail.failures import PermanentFailureError, TemporaryFailureError
from styrxl.mail.graph import TEXT, GraphClient
from styrxl.mail.outgoing.delivery import QueuedMessage
from styrxl.mail.outgoing.letter import Attachment
from styrxl.mail.web import read_json
from styrxl.model.errors import StyrxlError

LARGEST_REQUEST = 4_000_000  # bytes that one request may hold
_SESSION_FROM = 3 * 1024 * 1024  # bytes of an attachment from which it takes an upload session; smaller ones are refused there
_RANGE = 10 * 320 * 1024  # bytes of one part of an upload: below 4 MB, and a multiple of what other uploads of Graph's ask for


class GraphTransport:
    """Microsoft Graph as what carries messages."""

    def __init__(self, client: GraphClient) -> None:
        """Take what asks Graph."""
        self._client = client

    @property
    def address(self) -> str:
        """Graph, as HOST:PORT."""
        return self._client.address

    def close(self) -> None:
        """End the connections."""
        self._client.close()

    def check(self) -> None:
        """See that the mailbox lets us in; raises as ``deliver``."""
        self._client.request("GET", "mailFolders/sentitems?$select=id")

    def deliver(self, message: QueuedMessage) -> dict[str, str]:
        """Send a message; Graph takes all recipients, or none. Raises as ``GraphClient.request``."""
        whole = b64encode(message.data)
        if len(whole) <= LARGEST_REQUEST:
            self._client.request("POST", "sendMail", whole, TEXT, delivers=True)
        else:
            self._send_as_draft(message)
        return {}

    def _send_as_draft(self, message: QueuedMessage) -> None:
        self._remove_drafts(message.message_id)  # of a command that was killed
        draft = read_json(self._client.request("POST", "messages", b64encode(message.bare), TEXT)).get("id")
        if not draft:
            raise TemporaryFailureError("no id")
        place = f"messages/{quote(str(draft), safe='')}"
        try:
            for attachment in message.attachments:
                self._attach(place, attachment)
        except (PermanentFailureError, TemporaryFailureError, StyrxlError):
            with suppress(PermanentFailureError, TemporaryFailureError, StyrxlError):
                self._client.request("DELETE", place)
            raise
        self._client.request("POST", f"{place}/send", b"", delivers=True)

    def _remove_drafts(self, message_id: str) -> None:
        wanted = quote(f"internetMessageId eq '{message_id.replace(chr(39), chr(39) * 2)}'")
        for left in list(self._client.list(f"mailFolders/drafts/messages?$select=id&$filter={wanted}")):
            self._client.request("DELETE", f"messages/{quote(str(left['id']), safe='')}")

    def _attach(self, place: str, attachment: Attachment) -> None:
        kind = guess_type(attachment.name)[0] or "application/octet-stream"
        about: dict[str, Any] = {"name": attachment.name, "contentType": kind}
        if len(attachment.data) < _SESSION_FROM:
            content = {"@odata.type": "#microsoft.graph.fileAttachment", "contentBytes": b64encode(attachment.data).decode("ascii")}
            self._client.post(f"{place}/attachments", about | content)
            return
        item = {"attachmentType": "file", "size": len(attachment.data)}
        session = self._client.post(f"{place}/attachments/createUploadSession", {"AttachmentItem": about | item})
        url = session.get("uploadUrl")
        if not url:
            raise TemporaryFailureError("no uploadUrl")
        for start in range(0, len(attachment.data), _RANGE):
            self._client.upload(str(url), attachment.data[start : start + _RANGE], start, len(attachment.data))
