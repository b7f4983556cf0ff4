"""Follow-ups by mail: workbooks, answers, reminders, and summaries whose figures are those of the consolidated workbook."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from filled import fill_plan
from mail_town import MAIL_PLAN, by_smtp, enclosed, flowing, html, passwords, set_up, text
from post_office import Certificates, SmtpServer
from report_sheets import sheets, table
from styrxl.model.days import local_day, standard_zone
from year import T1, Followed, changed, plan

ROUND = "2027-t1"
NAME = {"sv": "Underlag till delårsrapport 1 2027", "en": "Input to interim report 1 2027"}
TODAY = local_day(datetime.now(UTC), standard_zone())
ASKED = ["KFN", "UBN", "UBN-ÅBY", "UBN-ÖST"]  # the library's board has not chosen this round
ADDRESS = {"KF": "kansli", "UBN": "ubn", "KFN": "kfn", "UBN-ÅBY": "rektor.aby", "UBN-ÖST": "ost"}


@pytest.fixture(scope="module")
def answered(mail_followed: Followed, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a follow-up that all have answered, and that is consolidated."""
    made = Followed(set_up(mail_followed.town.copy(tmp_path_factory.mktemp("answered") / "åköping"), round_=ROUND))
    for minute, (owner, said) in enumerate(T1.items()):
        made.put("t1", owner, said, minute)
    made.town.run("consolidate", ROUND, "--all")
    return made


def own(followed: Followed, to: Path, smtp: SmtpServer, made: Certificates) -> Followed:
    return Followed(set_up(followed.town.copy(to), by_smtp(smtp, made), round_=ROUND))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords(monkeypatch.setenv)


@pytest.fixture
def followed(mail_followed: Followed, tmp_path: Path, smtp: SmtpServer, made: Certificates) -> Followed:
    return own(mail_followed, tmp_path / "åköping", smtp, made)


@pytest.fixture
def full(answered: Followed, tmp_path: Path, smtp: SmtpServer, made: Certificates) -> Followed:
    return own(answered, tmp_path / "åköping", smtp, made)


def to(smtp: SmtpServer, owner: str) -> EmailMessage:
    [found] = smtp.to(f"{ADDRESS[owner]}@example.se")
    return found


def previews(followed: Followed) -> dict[str, EmailMessage]:
    """Return the previews by owner."""
    found = {}
    for path in (followed.town.root / "outmail" / ROUND).glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert isinstance(message, EmailMessage)
        found[next(o for o, a in ADDRESS.items() if f"{a}@" in str(message["To"]))] = message
    return found


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table" and dict(attrs).get("role") != "presentation":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"th", "td"} and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag not in {"th", "td"}

    def handle_data(self, data: str) -> None:
        if self.open:
            self.tables[-1][-1][-1] += data


def tables(message: EmailMessage) -> list[list[dict[str, str]]]:
    """Return the tables of a mail's page that have a row of headings: its rows, by heading."""
    parser = _Tables()
    parser.feed(html(message).replace("\N{NO-BREAK SPACE}", " "))
    return [[dict(zip(head, row, strict=True)) for row in rows] for head, *rows in parser.tables]


def number(shown: str) -> float | str:
    """Return a number in either language."""
    plain = shown.replace(" ", "")
    return "" if not plain else float(re.sub(r",(?=\d{3}\b)", "", plain).replace(",", "."))


def test_each_asked_gets_its_workbook_of_the_follow_up(followed: Followed, smtp: SmtpServer) -> None:
    result = followed.town.run("mail", "templates", ROUND)
    assert [line.split()[0] for line in result.stdout.splitlines()[2:6]] == ASKED
    seen = previews(followed)
    assert (sorted(seen), smtp.asked) == (ASKED, [])
    followed.town.run("mail", "templates", ROUND, "--send")
    for owner in ASKED:
        mail = to(smtp, owner)
        assert enclosed(mail) == enclosed(seen[owner]) == {f"{owner}.xlsx": followed.issued("t1", owner)}
        assert text(mail) == text(seen[owner])
    assert to(smtp, "UBN-ÅBY")["Subject"].startswith(f"{NAME['sv']}: arbetsbok för Åby skola, lämna in senast ")
    assert to(smtp, "KFN")["Subject"].startswith(f"{NAME['en']}: workbook for Kultur- och fritidsnämnden, due ")


def test_returns_of_a_follow_up_are_answered(followed: Followed, smtp: SmtpServer) -> None:
    """A receipt that counts the sheets of a follow-up, or what to mend with the marked workbook, in the owner's language."""
    followed.put("t1", "UBN", T1["UBN"])
    followed.put("t1", "KFN", changed(T1["KFN"], "goal_assessments", 0, analysis=None), 1)
    followed.town.run("mail", "answers", ROUND)
    seen = previews(followed)
    followed.town.run("mail", "answers", ROUND, "--send")
    assert {owner: flowing(mail) for owner, mail in seen.items()} == {owner: flowing(to(smtp, owner)) for owner in ("UBN", "KFN")}
    done, to_mend = to(smtp, "UBN"), to(smtp, "KFN")
    assert done["Subject"] == f"{NAME['sv']}: Utbildningsnämnden är klar"
    assert [line.split() for line in text(done).splitlines() if line.startswith(("Mål ", "Åtaganden "))] == [
        ["Mål", "1"],
        ["Åtaganden", "4"],
    ]
    assert to_mend["Subject"] == f"{NAME['en']}: Kultur- och fritidsnämnden needs completing (1 to correct)"
    assert "Goals F" in flowing(to_mend)
    [(name, marked)] = enclosed(to_mend).items()
    assert (name, "To correct" in load_workbook(BytesIO(marked)).sheetnames) == ("KFN.xlsx", True)


def test_only_those_asked_and_not_done_are_reminded(followed: Followed, smtp: SmtpServer) -> None:
    followed.put("t1", "UBN", T1["UBN"])
    followed.town.run("mail", "reminders", ROUND)
    assert sorted(previews(followed)) == ["KFN", "UBN-ÅBY", "UBN-ÖST"]
    followed.town.run("mail", "reminders", ROUND, "--send")
    assert len(smtp.taken) == 3
    assert to(smtp, "KFN")["Subject"].startswith(f"{NAME['en']}: reminder, Kultur- och fritidsnämnden is due ")
    assert enclosed(to(smtp, "UBN-ÖST")) == {"UBN-ÖST.xlsx": followed.issued("t1", "UBN-ÖST")}
    assert "3 skickade tidigare" in followed.town.run("mail", "reminders", ROUND, "--send").output


def test_the_board_is_told_of_late_units_of_a_follow_up(followed: Followed, smtp: SmtpServer, made: Certificates) -> None:
    set_up(followed.town, by_smtp(smtp, made), due=TODAY - timedelta(days=8), round_=ROUND)
    followed.put("t1", "UBN", T1["UBN"])
    followed.put("t1", "UBN-ÅBY", T1["UBN-ÅBY"], 1)
    followed.town.run("mail", "reminders", ROUND, "--send")
    assert to(smtp, "UBN")["Subject"] == f"{NAME['sv']}: en enhet under Utbildningsnämnden är försenad"
    assert to(smtp, "UBN-ÖST")["Subject"].startswith(f"{NAME['sv']}: Östra förskolan skulle ha lämnat in ")


def test_the_summary_says_what_the_workbook_says(full: Followed, smtp: SmtpServer) -> None:
    """To the council's office: key figures as on the first sheet, and each goal as on the one of fulfilment."""
    full.town.run("mail", "summary", ROUND)
    seen = previews(full)
    full.town.run("mail", "summary", ROUND, "--send")
    mail = to(smtp, "KF")
    assert (text(mail), html(mail)) == (text(seen["KF"]), html(seen["KF"]))
    [(name, data)] = enclosed(mail).items()
    assert (name, data) == (f"{ROUND}.xlsx", (full.town.root / "council" / f"{ROUND}.xlsx").read_bytes())
    book = sheets(data)
    said, goals = tables(mail)
    told = [(row["Uppgift"], number(row["Värde"]), row["Anmärkning"]) for row in said]
    first_page = [(row["Nyckeltal"], row["Värde"], row["Anmärkning"]) for row in table(book["Översikt"], "Nyckeltal")]
    assert {*first_page} - {*told} == {figure for figure in first_page if figure[0] == "Nämnder som har beslutat om sin uppföljning"}
    assert "Avvikelse mot ramen (tkr)" in {name for name, _, _ in told}
    first = ["Mål som uppfylls", "Mål delvis", "Mål inte", "Kan inte bedömas", "Saknar svar"]
    then = ["Åtaganden klara eller enligt plan", "Försenade eller delvis", "Avbrutna eller ej gjorda", "Ej påbörjade eller utan svar"]
    assert [tuple(row.values()) for row in goals] == [
        (
            f"{row['Id']} {row['Fullmäktiges mål']}",
            row["Bedömning"],
            ", ".join(p for p in (part(row, first, "nämndmål"), part(row, then, "åtaganden")) if p),
        )
        for row in table(book["Måluppfyllelse"], "Id")
        if row["Id"]  # else it adds up a dimension
    ]
    assert goals[1]["På väg"] == "1 av 1 nämndmål, 6 av 7 åtaganden"


def test_a_boards_summary_is_about_its_goals_and_units(full: Followed, smtp: SmtpServer) -> None:
    full.town.run("mail", "summary", ROUND, "--send")
    for owner, goal, assessed, kept, names in (
        ("UBN", "UBN-M1 Fler elever når målen", "✓ Bedöms uppfyllas", "5 av 5 åtaganden", ("Översikt", "Nyckeltal", "Värde", "Anmärkning")),
        (
            "KFN",
            "KFN-M1 More visit the library",
            "✓ Expected to be fulfilled",
            "1 of 1 commitments",
            ("Overview", "Key figure", "Value", "Remark"),
        ),
    ):
        [(name, data)] = enclosed(to(smtp, owner)).items()
        assert (name, data) == (f"{owner}-{ROUND}.xlsx", (full.town.root / "boards" / ROUND / f"{owner}.xlsx").read_bytes())
        said, goals = tables(to(smtp, owner))
        told = [(label, number(value), remark) for label, value, remark in (row.values() for row in said)]
        assert told == [tuple(row[n] for n in names[1:]) for row in table(sheets(data)[names[0]], names[1])]
        assert [tuple(row.values()) for row in goals] == [(goal, assessed, kept)]
    assert flowing(to(smtp, "KFN")).startswith("✓ The summary is complete: the only workbook is in and done.")
    assert "On track: commitments done or as planned" in flowing(to(smtp, "KFN"))


def test_the_councils_own_assessment_goes_before_the_suggestion_and_is_marked(full: Followed, smtp: SmtpServer) -> None:
    """In English as well: the board that gets everything reads English."""
    assessed = [{"round": ROUND, "goal_id": "KF-M2", "assessment": "partly_on_track", "decision": "KF § 9"}]
    answers = {**plan(organisation=MAIL_PLAN["organisation"]), "council_assessments": assessed}
    workspace = full.town.workspace
    workspace.plan_path.write_bytes(fill_plan(workspace, answers))
    path = full.town.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8").replace("rate = 6000", 'rate = 6000\neverything_to = ["KFN"]'), "utf-8")
    full.town.run("consolidate", ROUND, "--all")
    assert "everything_to" not in full.town.run("mail", "summary", ROUND, "--send").output
    _, goals = tables(to(smtp, "KFN"))
    assert [(row["Goal"][:5], row["Assessment"], row["On track"]) for row in goals] == [
        ("KF-M1", "✓ Expected to be fulfilled", "1 of 1 commitments"),
        ("KF-M2", "! Expected to be partly fulfilled (the council's own)", "1 of 1 board goals, 6 of 7 commitments"),
        ("KF-M3", "✓ Expected to be fulfilled", "1 of 1 board goals, 1 of 1 commitments"),
    ]
    assert "! Bedöms uppfyllas delvis (fullmäktiges egen)" in html(to(smtp, "KF"))


def test_an_incomplete_summary_of_a_follow_up_is_refused_unless_allowed(followed: Followed, smtp: SmtpServer) -> None:
    """And then says first what is missing; the goal that nobody has answered for says so."""
    for minute, owner in enumerate(("UBN", "UBN-ÅBY")):
        followed.put("t1", owner, T1[owner], minute)
    followed.town.run("consolidate", ROUND, "--all")
    said = followed.town.run("mail", "summary", ROUND, "--send", expect=3).stderr
    assert ("2 saknas" in said, "Östra förskolan" in said, "Kultur- och fritidsnämnden" in said, smtp.asked) == (True, True, True, [])
    followed.town.run("mail", "summary", ROUND, "--send", "--allow-incomplete")
    assert flowing(to(smtp, "UBN")).startswith("! Ofullständig: svar saknas eller behöver kompletteras från Östra förskolan. ")
    assert flowing(to(smtp, "KFN")).startswith("! Incomplete: returns are missing or need completing from Kultur- och fritidsnämnden. ")
    assert to(smtp, "KFN")["Subject"].endswith("(incomplete)")
    assert [row["Assessment"] for row in tables(to(smtp, "KFN"))[1]] == ["! No answer"]
    assert "KF-M3 Fler upplever kultur" in {row["Mål"]: row["Bedömning"] for row in tables(to(smtp, "KF"))[1]}


def test_a_summary_made_of_older_answers_is_refused(full: Followed, smtp: SmtpServer) -> None:
    full.put("t1", "UBN", changed(T1["UBN"], "goal_assessments", 0, assessment="partly_on_track"), 30, "rättad.xlsx")
    said = full.town.run("mail", "summary", ROUND, "--send", "--allow-incomplete", expect=3).stderr
    assert f"styrxl consolidate {ROUND}" in said
    assert smtp.asked == []


def test_workbooks_with_the_sheet_of_tables_are_no_older(full: Followed, smtp: SmtpServer) -> None:
    full.town.run("consolidate", ROUND, "--all", "--tables")
    full.town.run("mail", "summary", ROUND, "--send", "--allow-incomplete")
    [sent, *_] = to(smtp, "KF").iter_attachments()
    assert sent.get_content() == (full.town.root / "council" / f"{ROUND}.xlsx").read_bytes()


def part(row: dict[str, Any], names: list[str], what: str) -> str:
    """Return how many are as they should be, of all."""
    first, *others = (int(row[name]) for name in names)
    return f"{first} av {first + sum(others)} {what}" if first + sum(others) else ""
