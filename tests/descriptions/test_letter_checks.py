"""A workspace's own words of letters."""

from __future__ import annotations

from importlib import resources

import pytest

from styrxl.descriptions.letter_checks import check_letters

LETTER = "{% if late %}\nSubject: {{ round_name }}\n{% endif %}\n\nHej {{ owner_name }}!\n"


@pytest.mark.parametrize(
    "name, text, line, code",
    [
        ("reminder.sv.jinja", LETTER.replace("{% endif", "{% ednif"), 3, "letter-broken"),
        ("reminder.sv.jinja", LETTER.replace("owner_name", "owner_nam"), 5, "unknown-name"),
        ("reminder.sv.jinja", LETTER.replace("Subject", "Rubrik"), 1, "letter-subject"),
        ("remindr.sv.jinja", LETTER, None, "unread-file"),
    ],
)
def test_what_is_wrong_is_told(name: str, text: str, line: int | None, code: str) -> None:
    [mistake] = check_letters({f"mail/{name}": text.encode()})
    assert (mistake.file, mistake.line, mistake.problem.code) == (f"mail/{name}", line, code)


def test_the_standard_ones_and_sensible_others_pass() -> None:
    standard = [path for path in resources.files("styrxl").joinpath("mail", "words").iterdir() if path.name.endswith(".jinja")]
    assert list(check_letters({f"mail/{path.name}": path.read_bytes() for path in standard})) == []
    assert list(check_letters({"mail/reminder.sv.jinja": LETTER.replace("Subject", "Ämne").encode()})) == []
    [mistake] = check_letters({"mail/reminder.sv.jinja": LETTER.replace("Hej", "Håll i").encode("cp1252")})
    assert (mistake.line, mistake.problem.code) == (5, "not-utf8")
