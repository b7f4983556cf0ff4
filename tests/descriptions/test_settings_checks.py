"""Mistakes in ``styrxl.toml``: on which line, and all at once."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from unittest.mock import Mock

import pytest

from styrxl.descriptions.mistakes import describe_mistake
from styrxl.descriptions.settings_checks import check_owners, check_settings
from styrxl.model.rounds import standard_rounds
from styrxl.store.settings_file import parse_settings, write_new_settings

TOML = """\
[municipality]
name = "Botkyrka kommun"
language = "sv"
accent = "0B5563"

[contact]
role = "Controller"

# dagarna
[rounds."2027-plan"]
due = 2026-11-30
due_units = 2027-01-20
name = "Plan"

[rounds."2027-plan".due_owner]
UBN-ALBY = 2027-02-01

[thresholds]
percent = 2
tkr = 100

[mail]
from = "Planering <planering@kommunen.example.se>"
allowed_domains = [
  "example.se",
]
everything_to = ["KS"]
rate = 60
[mail.imap]
server = "imap.example.se"
folder = "INBOX"

[limits]
rows = 20000
macros = "warn"
"""


SITE = '[server]\naddress = "https://styrning.example.se"\n'
SIGN_IN = '[server.sign_in]\nissuer = "https://login.example.se/v2.0"\nclient_id = "x"\n'


def tell(old: str, new: str, language: str = "sv") -> list[str]:
    """Return what is told where one text of the settings stands in place of another."""
    assert old in TOML
    return [describe_mistake(mistake, language) for mistake in check_settings(TOML.replace(old, new, 1).encode(), standard_rounds())]


@pytest.mark.parametrize(
    "old, new, line, named",
    [
        ("name =", "namn =", 2, "Menar du name?"),
        ('name = "Botkyrka kommun"\n', "", 1, "name"),
        ('"Botkyrka kommun"', '" "', 2, "municipality.name är tom"),
        ('"Botkyrka kommun"', "1", 2, "citattecken"),
        ('"Botkyrka kommun"', '"Botkyrka kommun', 2, "citattecken"),
        ('language = "sv"', 'language = "se"', 3, 'något av: "sv", "en"'),
        ('"0B5563"', '"blå"', 4, "0B5563"),
        ("[contact]", "[contacts]", 6, "Menar du contact?"),
        ("[contact]", "[contact", 6, "hakparentes"),
        ("[contact]", "[municipality]", 6, "rad 6"),
        ('role = "Controller"', 'roll = "Controller"', 7, "Menar du role?"),
        ('role = "Controller"', 'role = ["Controller"]', 7, "en text"),
        ('"2027-plan"', '"2027-plann"', 10, "Menar du plan?"),
        ('"2027-plan"', '"plan-2027"', 10, '[rounds."2027-plan"]'),
        ("due = 2026-11-30", "due = 2026-11-31", 11, "rad 11"),
        ("due = 2026-11-30", 'due = "30 november"', 11, "2027-01-20"),
        ("due = 2026-11-30", "due = 2026-11-30T12:00:00", 11, "2027-01-20"),
        ("due_units", "due_unit", 12, "Menar du due_units?"),
        ('name = "Plan"', 'name = {sv = "Plan"}', 13, "saknas på engelska"),
        ("UBN-ALBY = 2027-02-01", "UBN-ALBY = 20270201", 16, "2027-01-20"),
        ("percent = 2", "percent = -2", 19, "minst 0"),
        ("percent = 2", 'percent = "2"', 19, "ett tal"),
        ("tkr = 100", "tkr = inf", 20, "ett tal"),
        ("tkr = 100", "tkr = 100\ntkr = 50", 21, "rad 21"),
        ("<planering@kommunen.example.se>", "planering", 23, "@kommunen.se"),
        ('allowed_domains = [\n  "example.se",\n]', 'allowed_domains = "example.se"', 24, "hakparenteser"),
        ('  "example.se",', '  "example.se",\n  1,', 26, "citattecken"),
        ("rate = 60", "rate = 0", 28, "minst 1"),
        ("rate = 60", "rate = true", 28, "heltal"),
        ("[mail.imap]", "[mail.imapp]", 29, "Menar du imap?"),
        ('server = "imap.example.se"\n', "", 29, "server"),
        ('folder = "INBOX"', 'folder = "INBOX"\ndone = "INBOX"', 32, "Hanterade"),
        ('folder = "INBOX"', 'security = "ssl"', 31, '"starttls", "tls"'),
        ("rows = 20000", "rows = 0", 34, "minst 1"),
        ("rows = 20000", "row = 20000", 34, "Menar du rows?"),
        ('"warn"', '"varna"', 35, "warn"),
        ("[limits]", "[smtp]\nserver = 1\n[limits]", 33, "smtp"),
        ("[limits]", '[server]\nowners = "oidc"\n[limits]', 34, "[server.sign_in]"),
        ("[limits]", '[server]\nowners = "both"\n[limits]', 34, "[server.sign_in]"),
        ("[limits]", '[server]\n[[server.people]]\nwho = "c"\n[limits]', 34, "[server.sign_in]"),
        ("[limits]", f"[server]\n{SIGN_IN}[limits]", 33, "address"),
        ("[limits]", '[server]\naddress = "http://styrning.kommunen.se"\n[limits]', 34, "https://"),
        ("[limits]", '[server]\naddress = "https://kommunen.se/styrning"\n[limits]', 34, "https://"),
        ("[limits]", '[server]\naddress = "https://a@kommunen.se"\n[limits]', 34, "https://"),
        ("[limits]", '[server]\nlisten = "8700"\n[limits]', 34, "127.0.0.1:8700"),
        ("[limits]", "[server]\nlink_days = 0\n[limits]", 34, "minst 1"),
        ("[limits]", SITE + SIGN_IN.replace("https", "http") + "[limits]", 36, "https://"),
        ("[limits]", SITE + SIGN_IN + '[[server.people]]\nwho = "c"\nmay = "all"\n[limits]', 40, '"write", "read"'),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, named: str) -> None:
    told = tell(old, new)
    assert any(text.startswith(f"styrxl.toml, rad {line}: ") and named in text for text in told), told
    assert len(tell(old, new, "en")) == len(told)


TOWN = '[municipality]\nname = "Botkyrka kommun"\n'


@pytest.mark.parametrize(
    "toml, line, swedish, english",
    [
        (
            *("municipality = 3\n", 1),
            "municipality: ”3” ska vara ett avsnitt: raden [municipality], och under den rader som namn = värde.",
            "municipality: “3” must be a section: the line [municipality], and below it lines such as name = value.",
        ),
        (
            *(f"rounds.2027-plan = 3\n{TOWN}", 1),
            'rounds.2027-plan: ”3” ska vara ett avsnitt: raden [rounds."2027-plan"], och under den rader som namn = värde.',
            'rounds.2027-plan: “3” must be a section: the line [rounds."2027-plan"], and below it lines such as name = value.',
        ),
        (
            *(f'{TOWN}[rounds]\n2027-plan.due_owner = ["KS"]\n', 4),
            (
                'rounds.2027-plan.due_owner: ”["KS"]” ska vara ett avsnitt: raden [rounds."2027-plan".due_owner], '
                "och under den rader som namn = värde."
            ),
            (
                'rounds.2027-plan.due_owner: “["KS"]” must be a section: the line [rounds."2027-plan".due_owner], '
                "and below it lines such as name = value."
            ),
        ),
        (
            *(f'{TOWN}{SITE}people = {{who = "a", of = ["Å", 2.0]}}\n{SIGN_IN}', 5),
            (
                'server.people: ”{who = "a", of = ["Å", 2]}” ska vara ett avsnitt för varje: raden [[server.people]], '
                "och under den rader som namn = värde."
            ),
            (
                'server.people: “{who = "a", of = ["Å", 2]}” must be a section each: the line [[server.people]], '
                "and below it lines such as name = value."
            ),
        ),
        (
            *(f'{TOWN}{SITE}people = [\n  {{who = "a"}},\n  "b",\n]\n{SIGN_IN}', 7),
            "server.people.2: ”b” ska vara ett avsnitt för varje: raden [[server.people]], och under den rader som namn = värde.",
            "server.people.2: “b” must be a section each: the line [[server.people]], and below it lines such as name = value.",
        ),
        ("[contact]\n", 1, "filen saknar ”[municipality]”.", "the file lacks “[municipality]”."),
        (f"{TOWN}[thresholds]\ntkr = -1\n", 4, "thresholds.tkr: ”-1” ska vara minst 0.", "thresholds.tkr: “-1” must be at least 0."),
        (
            *(f"{TOWN}[thresholds]\ntkr = 2e9\n", 4),
            "thresholds.tkr: ”2000000000” ska vara mindre än 1 000 000 000.",
            "thresholds.tkr: “2000000000” must be less than 1,000,000,000.",
        ),
        (
            *(f"{TOWN}[thresholds]\ntkr = [1.5, true]\n", 4),
            "thresholds.tkr: ”[1.5, true]” ska vara ett tal, utan citattecken.",
            "thresholds.tkr: “[1.5, true]” must be a number, without quotation marks.",
        ),
        (
            *("[municipality]\nname = true\n", 2),
            "municipality.name: true läses inte som text. Sätt citattecken omkring.",
            "municipality.name: true is not read as a text. Put quotation marks around it.",
        ),
        (
            *("[municipality]\nname = 2027-01-20\n", 2),
            "municipality.name: 2027-01-20 läses inte som text. Sätt citattecken omkring.",
            "municipality.name: 2027-01-20 is not read as a text. Put quotation marks around it.",
        ),
        (
            *('[municipality]\nname = ["B"]\n', 2),
            'municipality.name: ”["B"]” ska vara en text inom citattecken.',
            'municipality.name: “["B"]” must be a text in quotation marks.',
        ),
        (
            *(f'{TOWN}[mail]\nfrom = "a@example.se"\neverything_to = "KS"\n', 5),
            'mail.everything_to: ”KS” ska vara en lista inom hakparenteser: ["ett", "två"].',
            'mail.everything_to: “KS” must be a list in square brackets: ["one", "two"].',
        ),
        (
            *(f'{TOWN}language = "svenska"\n', 3),
            'municipality.language: ”svenska” går inte. Det ska vara något av: "sv", "en".',
            'municipality.language: “svenska” will not do. It must be one of: "sv", "en".',
        ),
        (
            *(f'{TOWN}accent = "blå"\n', 3),
            'municipality.accent: ”blå” går inte. Skriv till exempel: "0B5563"',
            'municipality.accent: “blå” will not do. Write for example: "0B5563"',
        ),
        (
            *(f'{TOWN}[rounds.2027-plan]\ndue = ["2026-11-30"]\n', 4),
            'rounds.2027-plan.due: ”["2026-11-30"]” går inte. Skriv till exempel: 2027-01-20',
            'rounds.2027-plan.due: “["2026-11-30"]” will not do. Write for example: 2027-01-20',
        ),
    ],
)
def test_a_mistake_is_told_as_one_writes_toml(toml: str, line: int, swedish: str, english: str) -> None:
    """Texts in quotation marks, sections by the line that begins them, numbers as people write them."""
    found = [*check_settings(toml.encode(), standard_rounds())]
    assert [describe_mistake(mistake, "sv") for mistake in found] == [f"styrxl.toml, rad {line}: {swedish}"]
    assert [describe_mistake(mistake, "en") for mistake in found] == [f"styrxl.toml, line {line}: {english}"]


@pytest.mark.parametrize(
    "toml, line, code, place",
    [
        ("[municipality]\nname = Botkyrka\n", 2, "toml-broken", "vid tecken 8 på raden"),
        ('[municipality]\nlogo = "C:\\Bilder\\l.png"\n', 2, "toml-broken", "vid tecken 13 på raden"),
        ("# å\r\n[municipality\r\n", 2, "toml-broken", "vid tecken 14 på raden"),
        ("ÄN = 1\n", 1, "toml-broken", "vid tecken 1 på raden"),
        ('[mail]\nallowed_domains = [\n  "example.se",\n\n', 3, "toml-broken", "för att den tar slut mitt i något"),
        ("[municipality]\n[contact]\n[municipality]\n", 3, "toml-doubled", "redan längre upp"),
        ("[thresholds]\ntkr = 1\ntkr = 2\n", 3, "toml-doubled", "redan längre upp"),
        ("[thresholds]\ntkr = 1\ntkr = 2", 3, "toml-doubled", "redan längre upp"),
        ("[rounds.2027-plan]\ndue = 2026-11-31\n", 2, "toml-no-day", "ingen sådan dag"),
    ],
)
def test_what_cannot_be_read_is_told_in_swedish(toml: str, line: int, code: str, place: str) -> None:
    """Where, and what to do: nothing of what the reader of TOML says in English."""
    [mistake] = check_settings(toml.encode(), standard_rounds())
    assert (mistake.line, mistake.problem.code) == (line, code)
    assert place in describe_mistake(mistake, "sv")
    for text in (describe_mistake(mistake, language) for language in ("sv", "en")):
        assert not re.search(r"Invalid|Expected|Cannot|Unescaped|Illegal|Unterminated|at line", text)


def test_a_reason_that_is_not_known_is_told_as_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's reader may say it in other words one day."""
    monkeypatch.setattr(tomllib, "loads", Mock(side_effect=tomllib.TOMLDecodeError("Broken")))
    [mistake] = check_settings(b"a\nb\n\n", standard_rounds())
    assert (mistake.line, mistake.problem.code) == (2, "toml-broken")


def test_all_are_told_at_once() -> None:
    toml = TOML.replace("role", "roll").replace("percent = 2", "percent = -2").encode()
    assert [mistake.line for mistake in check_settings(toml, standard_rounds())] == [7, 19]


@pytest.mark.parametrize(
    "old, new",
    [
        ('language = "sv"\n', ""),
        ('"0B5563"', '"#0b5563"'),
        ('"0B5563"', '""'),
        ('"2027-plan"', '"2027-Delår1"'),
        ('"2027-plan"', '"2027-ÅR"'),
        ("due = 2026-11-30", 'due = "2026-11-30"'),
        ('name = "Plan"', 'name = {sv = "Plan", en = "Plan"}'),
        ("percent = 2", "percent = 2.5"),
        ("[thresholds]\n", "[thresholds] # trösklar\n"),
        ("\n", "\r\n"),
        ("[limits]", f'{SITE}owners = "both"\n{SIGN_IN}[limits]'),
        ("[limits]", f'{SITE}{SIGN_IN}[[server.people]]\nwho = "c"\nof = ["UBN"]\n[limits]'),
        ("[limits]", '[server]\naddress = "http://127.0.0.1:8700"\n[limits]'),
    ],
)
def test_what_is_right_is_let_be(old: str, new: str) -> None:
    """And is what the settings are made from."""
    assert tell(old, new) == []
    parse_settings(TOML.replace(old, new, 1).encode())


@pytest.mark.parametrize("language", ["sv", "en"])
def test_new_settings_are_right_with_all_their_examples(language: str) -> None:
    """Whoever takes the sign before an example away has one that counts."""
    text = write_new_settings("Botkyrka", language, "Controller")
    assert list(check_settings(text.encode(), standard_rounds())) == []
    examples = re.sub(r"(?m)^# (?=\[|[\w\"-]+ = )", "", text)
    assert examples.count("\n#") < text.count("\n#") / 2
    assert [describe_mistake(m, "sv") for m in check_settings(examples.encode(), standard_rounds())] == []


def test_the_nearest_of_many_owners_is_looked_for_among_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though hundreds may be unknown, and thousands are there: the nearest is that of them all."""
    known = {f"UBN-{number:04}" for number in range(3000)} | {"UBN-ALBY2"}
    compare = Mock(wraps=get_close_matches)
    monkeypatch.setattr("styrxl.descriptions.mistakes.get_close_matches", compare)
    [mistake] = check_owners(TOML.encode(), known)
    assert describe_mistake(mistake, "sv").endswith("Menar du UBN-ALBY2?")
    assert [len(call.args[1]) < 20 for call in compare.call_args_list] == [True]


def test_owners_whom_the_organisation_never_had_are_told() -> None:
    """With the nearest."""
    [mistake] = check_owners(TOML.encode(), {"UBN", "UBN-ALBY2"})
    assert (mistake.line, mistake.problem.where) == (16, "rounds.2027-plan.due_owner.UBN-ALBY")
    assert describe_mistake(mistake, "sv").endswith(": det finns ingen i organisationen som heter ”UBN-ALBY”. Menar du UBN-ALBY2?")
    assert list(check_owners(TOML.encode(), {"UBN-ALBY"})) == []
