"""A town in which every text that somebody may write is made to do harm on a page: names, answers, reasons, letters, files, settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from desk_visitor import Visitor, visit_desk
from mail_town import ADDRESSES, SOON, take
from post_office import reply
from town import ANSWERS, BOARDS, PLAN, ROUND, Answers, Town, lost, new_town

SCRIPT = "<script>alert(1)</script>"
LETTERS = f'"><img src=x onerror=alert(1)>{SCRIPT}&#60;b>javascript:alert(1) [x](javascript:alert(1)) {{{{7*7}}}}${{7*7}}{{%raw%}}'
TURNED = "\u202egnihtyna\u2066\u200f"
EVIL = f"{LETTERS}{TURNED}"
FILE = LETTERS.replace("/", "∕") + TURNED  # as a file's name
_MAILBOX = '[mail.imap]\nserver = "localhost"\nport = 1\nuser = "planering"\n'  # where nobody answers
FREE = ("contribution", "reason", "responsible", "expected_result", "activity", "project", "text", "name")  # what people write themselves
CONTROL = "\x1b[31m\x07"


def spoil(answers: Answers) -> Answers:
    """Return answers with harm in all that is free to write."""
    return {key: [_spoil_row(row) for row in rows] for key, rows in answers.items()}


def _spoil_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: f"{value} {EVIL}" if key in FREE and isinstance(value, str) else value for key, value in row.items()}


def hostile_plan() -> Answers:
    """Return the council's plan, its names and texts spoilt."""
    organisation: Sequence[Mapping[str, Any]] = [
        {**row, "email": ADDRESSES[row["org_id"]], "contact": EVIL} if row["org_id"] in ADDRESSES else row for row in PLAN["organisation"]
    ]
    return spoil({**PLAN, "organisation": organisation})


def hostile_town(root: Path) -> Town:
    """Make the town: handed out, answered, mailed to by strangers, decided about, and with a report that somebody wrote to."""
    town = new_town(root, hostile_plan())
    _spoil_settings(root / "styrxl.toml")
    town.run("distribute", ROUND, "--level", "board")
    for owner in BOARDS:
        town.put(f"{owner} {FILE}.xlsx", town.filled(owner, spoil(ANSWERS[owner])))
    town.run("distribute", ROUND, "--level", "unit")
    broken = {**ANSWERS["UBN-ÅBY"], "commitments": [{"text": EVIL, "parent_id": EVIL, "responsible": EVIL}]}
    town.put(f"åby {FILE}.xlsx", town.filled("UBN-ÅBY", broken), 1)
    town.put(f"öst {FILE}.xlsx", town.filled("UBN-ÖST", spoil(ANSWERS["UBN-ÖST"])), 2)
    town.put(f"öst igen {FILE}.xlsx", town.filled("UBN-ÖST", ANSWERS["UBN-ÖST"]), 3)
    town.put(f"ingens {FILE}.xlsx", lost(town.filled("KFN-BIB", spoil(ANSWERS["KFN-BIB"]))), 4)
    town.put(f"bib {FILE}.xlsx", town.filled("KFN-BIB", spoil(ANSWERS["KFN-BIB"])), 5)
    town.put(f"bib igen {FILE}.xlsx", town.filled("KFN-BIB"), 6)
    town.put(f"skräp {FILE}.xlsx", b"PK\x03\x04" + EVIL.encode(), 7)
    for subject in ("Plan", EVIL):
        name = f"{FILE}.xlsx"
        stranger = reply(f'"{EVIL}" <a@example.org>', "planering@example.se", subject, attachments={name: town.filled("UBN")})
        take(town, stranger)
    _decide(town)
    return town


def _spoil_settings(path: Path) -> None:
    text = re.sub(r"(?m)^(name|role) = .*$", lambda found: f"{found[1]} = {_quote('Åköping ' + EVIL)}", path.read_text("utf-8"))
    round_ = f'[rounds."{ROUND}"]\ndue = {SOON}\nname = {_quote(EVIL)}\n'
    mail = f'[mail]\nfrom = "Planering <planering@example.se>"\nrate = 6000\n{_MAILBOX}{round_}'
    path.write_text(f"{text}\n{mail}", "utf-8")


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(sign):04x}" if not sign.isprintable() else sign for sign in escaped) + '"'


def _decide(town: Town) -> None:
    """Do at the desk what leaves words behind: judge, set aside, say something to a chapter, and put files aside."""
    with visit_desk(town.root) as visitor:
        visitor.press(f"/rounds/{ROUND}/do/judge")
        visitor.press(_find_action(visitor, "set-aside", "öst igen"), reason=EVIL, by=EVIL)
        visitor.press(f"/rounds/{ROUND}/do/chapter-words", words=f"# {EVIL}\n\n{EVIL}\n\n<b onclick=x>{SCRIPT}</b>\n")
        mark = {"form_mark": visitor.find_hidden(f"/rounds/{ROUND}/take-in")["form_mark"]}
        visitor.post(f"/rounds/{ROUND}/take-in", mark, [("files", (f"{FILE}.xlsx", town.filled("UBN"))), ("files", (f"{FILE}.zip", b"PK"))])


def _find_action(visitor: Visitor, action: str, name: str) -> str:
    file = next(path.name for path in (visitor.place.root / "inbox" / ROUND).iterdir() if path.name.startswith(name))
    return f"/rounds/{ROUND}/do/{action}?{urlencode({'file': file})}"
