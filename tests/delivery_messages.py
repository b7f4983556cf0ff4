"""Messages to be delivered, what is recorded of them in memory, and a clock that goes on when somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from styrxl.mail.outgoing.delivery import DeliveryLog, DeliveryResult, QueuedMessage
from styrxl.model.errors import StyrxlError


def queued(name: str = "UBN", *recipients: str, text: str = "Hej\n") -> QueuedMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = name, "a@example.se", ", ".join(recipients or (f"{name.lower()}@example.se",))
    message.set_content(text)
    return QueuedMessage(
        ("2027-plan", "templates", name, "1"),
        message.as_bytes(policy=SMTP),
        "planering@example.se",
        recipients or (f"{name.lower()}@example.se",),
    )


class MemoryLog(DeliveryLog):
    """What the ledger records, in memory."""

    def __init__(self) -> None:
        self.states: dict[tuple[str, ...], str] = {}
        self.replies: list[str] = []

    def begin(self, message: QueuedMessage) -> str:
        """Record that a message is being sent."""
        before = self.states.get(message.key, "new")
        if before != "sent":
            self.states[message.key] = "sending"
        return {"sending": "unsure", "sent": "sent"}.get(before, "new")

    def end(self, message: QueuedMessage, result: DeliveryResult) -> None:
        """Record what became of it."""
        self.states[message.key] = "sending" if result.state == "unsure" else result.state
        self.replies.append(result.reply)


def fails(code: str, action: Callable[[], object]) -> StyrxlError:
    with pytest.raises(StyrxlError) as raised:
        action()
    assert raised.value.code == code, raised.value
    return raised.value


class FakeTime:
    """A clock that goes on when somebody waits."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, list[float]()

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.waits.append(seconds)
        self.now += seconds
