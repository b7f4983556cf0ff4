"""Letters as values."""

from __future__ import annotations

from mail_messages import letter
from styrxl.mail.outgoing.letter import join_message_ids, redirect_letter


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
