"""The words of letters: templates filled in, values that stay values, and what each letter says first."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from styrxl.mail.outgoing.kinds import MAILINGS
from styrxl.mail.outgoing.wording import LetterContent, Wording, read_wording
from styrxl.model.errors import StyrxlError

STANDARD = Path(str(resources.files("styrxl.mail").joinpath("words")))
FRAME = "{% for b in blocks %}{{ b.kind }} {% endfor %}"
SHARED: dict[str, Any] = {
    "municipality": "Åköping",
    "round_name": "Plan 2027",
    "owner": "UBN",
    "owner_name": "Utbildningsnämnden",
    "contact": "Kommunens controller",
    "due": date(2027, 1, 31),
    "late": False,
    "accent": "0B5563",
}
FINDING = {"place": "Åtaganden C5", "message": "Mål saknas.", "fix": "Välj i listan.", "times": 1}
OVERDUE = {"id": "KF-U1", "text": "Utred skolskjutsen", "due": date(2027, 6, 30)}
FACTS: dict[str, dict[str, Any]] = {
    "templates": {
        "file_name": "UBN.xlsx",
        "overdue": [OVERDUE],
        "link": "",
        "code": "",
        "code_page": "",
    },
    "answer": {
        "verdict": "rejected",
        "errors": 1,
        "mends": [FINDING],
        "checks": [FINDING],
        "told": ["Vi tog bort mellanslag i 2 celler."],
        "file_name": "min plan.xlsx",
        "received": "2027-01-05 09:00",
        "receipt": 17,
        "contents": [("Åtaganden", 3)],
        "in_force": True,
        "annotated": True,
        "again": False,
        "changed": False,
    },
    "reminder": {
        "days": 3,
        "mend": False,
        "answered": None,
        "mends": [],
        "errors": 0,
        "receipts": True,
        "aside": False,
        "returned": None,
        "file_name": "UBN.xlsx",
        "overdue": [OVERDUE],
    },
    "escalation": {"units": [{"name": "Åby skola", "due": "2027-01-31", "state": "Inte inkommen", "reminded": "2027-02-01"}], "days": 7},
    "summary": {
        "board": False,
        "missing": [{"who": "Åby skola", "what": "Har inte lämnat in."}],
        "missing_owners": "Åby skola",
        "accepted": 4,
        "figures": [{"name": "Nämndmål", "value": "3", "remark": ""}],
        "goals": [{"name": "KF-M1 Delaktiga", "goals": 1, "commitments": 2, "state": "✓ Har åtaganden"}],
        "followup": False,
        "final": False,
        "warnings": 2,
        "missing_sheet": "Saknas och varningar",
        "files": ["2027-plan.xlsx"],
    },
    "notice": {"reason": "link", "files": []},
}


def say(template: str, **facts: Any) -> LetterContent:
    return Wording({"notice.sv.jinja": template, "frame.html.jinja": FRAME}).render("notice", "sv", facts)


def test_a_number_is_never_broken() -> None:
    said = say("Subject: x\n\n" + "{{ a }} " * 30, a="1\N{NO-BREAK SPACE}430,75")
    assert {line.replace("1\N{NO-BREAK SPACE}430,75", "").strip() for line in said.text.splitlines()} == {""}


def test_signs_in_a_value_are_never_marks() -> None:
    said = say("Subject: {{ x }}\n\n{{ x }}\n\n| A | B |\n| {{ x }} | 1 |\n", x="> **# - 1. | x |**\n# Rubrik")
    assert said.subject == "> **# - 1. | x |** # Rubrik"
    assert [line for line in said.text.splitlines() if line] == [
        "> **# - 1. | x |** # Rubrik",
        "A                            B",
        "---------------------------  -",
        "> **# - 1. | x |** # Rubrik  1",
    ]


class Tags(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


HOSTILE = '<script>alert(1)</script><img src=x onerror=a()>" onload="x"&\r\nBcc: a@b.se\r\n\r\n**fet**'


def hostile(value: Any) -> Any:
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        return {k: hostile(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [hostile(v) for v in value]
    return value


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", sorted(FACTS))
def test_every_value_is_escaped_in_every_letter(kind: str, language: str) -> None:
    """Whatever a name, a finding or a file name holds, the mail has the same tags as with harmless values."""
    wording = read_wording(STANDARD, Path("nowhere"))
    keep = {"accent": "0B5563", **{k: v for k, v in FACTS[kind].items() if k in {"verdict", "reason", "link", "code", "code_page"}}}
    calm = wording.render(kind, language, {**SHARED, **FACTS[kind]})
    wild = wording.render(kind, language, {**hostile({**SHARED, **FACTS[kind]}), **keep})
    pages = []
    for page in (calm.html, wild.html):
        tags = Tags()
        tags.feed(page)
        pages.append((tags.tags, tags.attributes))
    assert pages[0] == pages[1]
    assert "\n" not in wild.subject
    assert "\r" not in wild.subject


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", sorted(FACTS))
def test_standard_letters_say_first_what_to_do(kind: str, language: str) -> None:
    """The first block is the box with what to do, text and HTML say the same, and no picture or link is needed to read it."""
    said = read_wording(STANDARD, Path("nowhere")).render(kind, language, {**SHARED, **FACTS[kind]})
    first = said.text.split("\n\n")[0].replace("\n", " ")
    shown = re.sub(r"<[^>]+>", "", said.html)
    assert first in " ".join(shown.split())
    assert not re.search(r"<img|<a |src=|url\(|http", said.html)
    assert len(said.subject) < 100


ANSWERS = {
    "accepted": ("✓ Klart. Du behöver inte göra något mer.", "Plan 2027: Utbildningsnämnden är klar"),
    "duplicate": (
        "✓ Vi hade redan fått exakt den filen. Du behöver inte göra något om det var den du ville skicka.",
        "Plan 2027: vi har redan den arbetsboken för Utbildningsnämnden",
    ),
    "unreadable": (
        "! Spara arbetsboken på nytt och skicka den igen senast 31 januari 2027.",
        "Plan 2027: filen min plan.xlsx går inte att läsa",
    ),
    "rejected": (
        "! Rätta det som står under ”Att rätta” och skicka arbetsboken igen senast 31 januari 2027.",
        "Plan 2027: Utbildningsnämnden behöver kompletteras (1 att rätta)",
    ),
}


@pytest.mark.parametrize("verdict", ANSWERS)
def test_an_answer_begins_with_its_verdict(verdict: str) -> None:
    said = read_wording(STANDARD, Path("nowhere")).render("answer", "sv", {**SHARED, **FACTS["answer"], "verdict": verdict})
    assert (" ".join(said.text.split("\n\n")[0].split()), said.subject) == ANSWERS[verdict]


REMINDERS = [
    (3, False, "Fyll i arbetsboken och skicka den till oss senast 31 januari 2027.", "Det är 3 dagar kvar."),
    (1, False, "Fyll i arbetsboken och skicka den till oss senast 31 januari 2027.", "Det är en dag kvar."),
    (0, False, "Fyll i arbetsboken och skicka den till oss senast 31 januari 2027.", "Sista dagen är i dag."),
    (-2, True, "! Fyll i arbetsboken och skicka den till oss så snart du kan.", "Sista dagen var 31 januari 2027."),
]


def cells(page: str) -> dict[str, str]:
    """Return how each cell of a page's tables may be broken, by its text."""
    found = re.findall(r'<t[dh](?: scope="row")? align[^>]*style="([^"]*)">([^<]*)</t[dh]>', page)
    return {text: style.rpartition("px;")[2] if "px;" in style else "" for style, text in found}


def test_a_narrow_screen_breaks_no_number_date_or_word() -> None:
    """Numbers, dates and short answers stay whole, a long word gives way, and everything else breaks between words."""
    said = read_wording(STANDARD, Path("nowhere")).render("answer", "sv", {**SHARED, **FACTS["answer"], "file_name": "a" * 64})
    broken = cells(said.html)
    assert (broken["17"], broken["3"], broken["Åtaganden"], broken["2027-01-05 09:00"]) == ("white-space:nowrap",) * 3 + ("",)
    assert broken["a" * 64] == "overflow-wrap:anywhere;word-break:break-all"
    said = read_wording(STANDARD, Path("nowhere")).render(
        "summary",
        "sv",
        {**SHARED, **FACTS["summary"], "figures": [{"name": "x", "value": "7\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}400", "remark": ""}]},
    )
    assert cells(said.html)["7\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}400"] == "white-space:nowrap"


SUMMARIES = [
    (True, False, False, "| 2 | ✓ Har åtaganden"),
    (False, False, False, "| 1 nämndmål, 2 åtaganden | ✓ Har åtaganden"),
    (True, True, False, "| ✓ Bedöms uppfyllas | 1 av 2 åtaganden"),
    (False, True, False, "| ✓ Bedöms uppfyllas | 1 av 1 nämndmål, 1 av 2 åtaganden"),
    (False, True, True, "| ✓ Uppfyllt | 1 av 1 nämndmål, 1 av 2 åtaganden"),
]


@pytest.mark.parametrize("board,followup,final,told", SUMMARIES)
def test_a_summary_says_how_each_goal_stands(board: bool, followup: bool, final: bool, told: str) -> None:  # noqa: FBT001
    goal: dict[str, Any] = {"name": "KF-M1 Delaktiga", "goals": 1, "commitments": 2, "state": "✓ Har åtaganden"}
    if followup:
        goal |= {"goals": "" if board else "1 av 1", "commitments": "1 av 2", "state": "✓ Uppfyllt" if final else "✓ Bedöms uppfyllas"}
    facts = {**FACTS["summary"], "board": board, "followup": followup, "final": final, "goals": [goal]}
    said = read_wording(STANDARD, Path("nowhere")).render("summary", "sv", {**SHARED, **facts})
    lines = [" | ".join(re.split(r"  +", line)) for line in said.text.splitlines()]
    assert any(line.endswith(told) for line in lines), lines
    assert ("Uppnått" in said.text) == final


TO_MEND = [
    ("sv", date(2027, 1, 7), "Rätta det som står i vårt svar den 7 januari 2027 och skicka arbetsboken igen senast 31 januari 2027."),
    ("sv", None, "Rätta det som står under ”Att rätta” och skicka arbetsboken igen senast 31 januari 2027."),
    ("en", date(2027, 1, 7), "Correct what our answer of 7 January 2027 lists and send the workbook again by 31 January 2027."),
    ("en", None, "Correct what stands under “To correct” and send the workbook again by 31 January 2027."),
]


@pytest.mark.parametrize("days,late,first,then", REMINDERS)
def test_a_reminder_says_how_long_there_is(days: int, late: bool, first: str, then: str) -> None:  # noqa: FBT001
    said = read_wording(STANDARD, Path("nowhere")).render("reminder", "sv", {**SHARED, **FACTS["reminder"], "days": days, "late": late})
    assert " ".join(said.text.split("\n\n")[0].split()) == first
    assert then in " ".join(said.text.split())


@pytest.mark.parametrize("language,answered,box", TO_MEND)
def test_a_reminder_points_at_the_answer_or_says_itself_what_to_mend(language: str, answered: date | None, box: str) -> None:
    facts = {"mend": True, "answered": answered, "mends": [] if answered else [FINDING], "errors": 1, "returned": date(2027, 1, 5)}
    said = read_wording(STANDARD, Path("nowhere")).render("reminder", language, {**SHARED, **FACTS["reminder"], **facts, "file_name": ""})
    shown = " ".join(re.sub(r"<[^>]+>", "", said.html).split())
    assert " ".join(said.text.split("\n\n")[0].split()) == box
    assert box in shown
    assert ("Mål saknas. Välj i listan." in shown) == ("Mål saknas. Välj i listan." in " ".join(said.text.split())) == (answered is None)


def test_facts_are_here_for_every_kind_of_letter() -> None:
    assert sorted(FACTS) == sorted(kind.name for kinds in MAILINGS.values() for kind in kinds)


BROKEN = [
    ("Subject: x\n\n{{ owner", 3, "unexpected end"),
    ("Subject: x\n\nHej\n{{ nobody }}\n", 4, "'nobody' is undefined"),
    ("Subject: x\n\n{{ due.year.there }}\n", 3, "no attribute 'there'"),
    ("Hej!\n\ntext\n", 1, "Subject"),
    ("Subject: x\n\n\n", 1, "Subject"),
    ("Subject: x\n\n{{ owner.__class__.__mro__ }}\n", 3, "unsafe"),
    ("Subject: x\n\n{% if owner %}\nno end\n", 4, "end of template"),
]


@pytest.mark.parametrize("template,line,why", BROKEN)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, template: str, line: int, why: str) -> None:
    own = tmp_path / "templates.sv.jinja"
    own.write_text(template, "utf-8")
    with pytest.raises(StyrxlError) as raised:
        read_wording(STANDARD, tmp_path).render("templates", "sv", {**SHARED, **FACTS["templates"]})
    facts = raised.value.facts
    assert (raised.value.code, facts["file"], facts["line"]) == ("template-broken", str(own), line)
    assert why in str(facts["why"])


def test_a_template_of_the_workspace_takes_the_standard_ones_place(tmp_path: Path) -> None:
    (tmp_path / "notice.sv.jinja").write_text("\ufeffÄmne: Hallå {{ owner_name }}\r\n\r\nVi **hörs**.\r\n", "utf-8")
    said = read_wording(STANDARD, tmp_path).render("notice", "sv", {**SHARED, **FACTS["notice"]})
    assert (said.subject, said.text) == ("Hallå Utbildningsnämnden", "Vi hörs.\n")
    assert "<strong>hörs</strong>" in said.html


def test_a_template_that_is_changed_is_read_anew(tmp_path: Path) -> None:
    """A desk that goes on meanwhile writes what stands there now, and makes templates once that stay as they are."""
    own = tmp_path / "notice.sv.jinja"
    for words in ("Vi hörs.", "Vi ses."):
        own.write_text(f"Ämne: Hallå\n\n{words}\n", "utf-8")
        wording = read_wording(STANDARD, tmp_path)
        assert wording.render("notice", "sv", {**SHARED, **FACTS["notice"]}).text == f"{words}\n"
        assert read_wording(STANDARD, tmp_path) is wording


def test_a_template_that_would_never_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "reminders.sv.jinja").write_text("Subject: x\n\ny\n", "utf-8")
    with pytest.raises(StyrxlError, match="template-unknown"):
        read_wording(STANDARD, tmp_path)
