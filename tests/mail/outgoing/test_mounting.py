"""Answers that mount up."""

from __future__ import annotations

from collections import Counter

from mail_messages import letter
from styrxl.mail.outgoing.mounting import find_mounting


def test_so_many_answers_go_to_an_address_and_owner_in_a_day_and_no_more() -> None:
    """What has gone today counts; an address's other owners, and letters that nobody asked for, are not stopped."""
    answers = [letter(kind="answer", about=str(n), to=("a@example.se",)) for n in range(3)]
    other = letter(kind="answer", owner="KFN", about="4", to=("A@example.se",))
    reminder = letter(kind="reminder", about="5", to=("a@example.se",))
    stopped = find_mounting([*answers, other, reminder], Counter({("a@example.se", "UBN"): 1}), 3)
    assert list(stopped) == [answers[2].key]
    assert stopped[answers[2].key] == ("mail_mounting", {"address": "a@example.se", "n": 3})


def test_an_answer_to_several_waits_where_one_of_them_has_got_enough() -> None:
    both = letter(kind="notice", about="1", to=("a@example.se", "b@example.se"))
    assert list(find_mounting([both], Counter({("b@example.se", "UBN"): 20}), 20)) == [both.key]
