"""What the operator must act on; what a sender can mend is a Finding (``model.findings``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class StyrxlError(Exception):
    """Something that stops the command until the operator acts; ``code`` names its text in the catalogue."""

    def __init__(self, code: str, **facts: object) -> None:
        """Keep the code and the facts; the text is rendered last, in the operator's language."""
        super().__init__(f"{code}: {facts}")
        self.code = code
        self.facts = facts


@contextmanager
def working_on(file: object) -> Iterator[None]:
    """Let an error that nobody foresaw say, as ``file_at_work``, which file was worked on; the innermost counts."""
    try:
        yield
    except Exception as error:
        vars(error).setdefault("file_at_work", str(file))
        raise
