"""The mark that a visit's forms carry, so that no other page can fill them in."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer


class FormMarks:
    """Signs forms and knows them again; ``key``: what they are signed with."""

    def __init__(self, key: str) -> None:
        """Take the key."""
        self._forms = URLSafeSerializer(key, "form")

    def sign_form(self, visit: str) -> str:
        """Return the mark that a visit's forms carry."""
        return str(self._forms.dumps(visit))

    def is_form_of(self, visit: str, mark: str) -> bool:
        """Whether a form carries the mark of a visit."""
        try:
            return bool(self._forms.loads(mark) == visit)
        except BadSignature:
            return False
