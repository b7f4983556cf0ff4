"""What answers say of a file that had come before: whose it is, and what is still to be mended in it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from mail_messages import OURS
from mail_town import take
from post_office import parsed, reply
from town import ROUND, Answers, Town

WRONG: Answers = {"commitments": [{"text": "Läsa mer", "responsible": "Rektor"}]}  # under which goal is not said


@pytest.fixture
def town(mail_planned: Town, tmp_path: Path) -> Town:
    return mail_planned.copy(tmp_path / "åköping")


def send(town: Town, data: bytes, *names: str) -> dict[str, EmailMessage]:
    """Return the previews of answers to mails that each bring the same bytes, by the file's name."""
    take(town, *(reply("ost@example.se", OURS, f"Plan {name}", attachments={name: data}) for name in names))
    town.run("mail", "answers", ROUND, expect=None)
    letters = [parsed(path.read_bytes()) for path in sorted((town.root / "outmail" / ROUND).glob("answer-*.eml"))]
    return {name: letter for name in names for letter in letters if name in text(letter)}


def text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return " ".join(body.get_content().split()) if body else ""


def test_a_file_that_is_still_to_be_mended_is_not_said_to_be_done_when_it_comes_again(town: Town) -> None:
    answers = send(town, town.filled("UBN-ÖST", WRONG), "plan.xlsx", "igen.xlsx")
    assert [str(answer["Subject"]) for answer in answers.values()] == ["Plan 2027: Östra förskolan behöver kompletteras (1 att rätta)"] * 2
    assert [text(answer).startswith("! Rätta det som står under ”Att rätta”") for answer in answers.values()] == [True, True]
    assert sum("exakt samma fil som du skickade förut" in text(answer) for answer in answers.values()) == 1
    assert [[part.get_filename() for part in answer.iter_attachments()] for answer in answers.values()] == [["UBN-ÖST.xlsx"]] * 2


def test_a_file_that_is_done_and_comes_again_is_said_to_be_its_owner_s(town: Town) -> None:
    answers = send(town, town.filled("UBN-ÖST"), "plan.xlsx", "igen.xlsx")
    assert {str(answer["Subject"]) for answer in answers.values()} == {
        "Plan 2027: Östra förskolan är klar",
        "Plan 2027: vi har redan den arbetsboken för Östra förskolan",
    }
    assert "kunde knytas" not in town.run("status", ROUND, expect=None).stdout
