"""Letters as values."""

from __future__ import annotations

from typing import Any

from styrxl.mail.outgoing.letter import Letter, join_message_ids, redirect_letter
from styrxl.mail.outgoing.wording import LetterContent


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


def test_a_redirected_letter_goes_to_nobody_else() -> None:
    made = redirect_letter(letter(replies_to=("<a@b.se>",)), "test@example.se", "<t@example.se>")
    assert (made.to, made.content.subject, made.message_id, made.replies_to) == (
        ("test@example.se",),
        "[→ UBN: ubn@example.se] Ämne",
        "<t@example.se>",
        (),
    )


def test_message_ids_are_joined_each_once_and_the_nearest_last() -> None:
    assert join_message_ids("<a>", None, "<b>", "<a>") == ("<b>", "<a>")
    assert join_message_ids(None) == ()
