"""What can go wrong with a mail while others go: the server puts it off, refuses it, or is not there.

What stands in the way of every mail is a StyrxlError, raised at once.
"""

from __future__ import annotations


class TemporaryFailureError(Exception):
    """A server that puts off, or a lost connection. ``unsure``: the message may have been delivered all the same."""

    def __init__(self, reply: str, *, unsure: bool = False) -> None:
        """Take what the server answered."""
        super().__init__(reply)
        self.reply = reply
        self.unsure = unsure


class PermanentFailureError(Exception):
    """A server that refuses for good."""

    def __init__(self, reply: str) -> None:
        """Take what the server answered."""
        super().__init__(reply)
        self.reply = reply


class UnreachableError(TemporaryFailureError):
    """No connection could be made."""
