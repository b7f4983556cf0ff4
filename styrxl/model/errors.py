"""What the operator must act on; what a sender can mend is a Finding (``styrxl.model.findings``)."""

from __future__ import annotations


class StyrxlError(Exception):
    """Something that stops the command until the operator acts; ``code`` names its text in the catalogue."""

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the code and the facts; the text is rendered last, in the operator's language."""
        super().__init__(f"{code}: {facts}")
        self.code = code
        self.facts = facts
