"""Rounds, and what ``styrxl.toml`` says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from styrxl.descriptions.mistakes import Mistake, describe_mistake
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import STANDARD
from styrxl.model.rounds import standard_rounds
from styrxl.model.settings import Mailbox, MailSettings, RoundSettings, Server, Settings
from styrxl.model.thresholds import NONE_ALLOWED, Thresholds
from styrxl.store.settings_file import parse_settings, read_settings, write_new_settings

PLAN = standard_rounds().parse("2027-plan")
NAMED = '[municipality]\nname = "Botkyrka kommun"\n'


def mistakes(toml: str | bytes) -> list[tuple[int | None, str, str]]:
    """Return the line, the place and the kind of each mistake that settings are refused for."""
    with pytest.raises(StyrxlError) as caught:
        parse_settings(toml.encode() if isinstance(toml, str) else toml)
    assert caught.value.code == "own-files-broken"
    return [
        (mistake.line, mistake.problem.where, mistake.problem.code)
        for mistake in cast("tuple[Mistake, ...]", caught.value.facts["mistakes"])
    ]


@pytest.mark.parametrize("kind", ["plan", "t1", "t2", "year", "ik", "ik-upp"])
def test_a_round_is_its_id(kind: str) -> None:
    assert standard_rounds().parse(f"2027-{kind}").id == f"2027-{kind}"


@pytest.mark.parametrize(
    "text",
    ["", "2027", "plan", "2027-", "2027-t3", "2027-Plan", "2027_plan", " 2027-plan", "2027-plan\n", "1027-plan", "٢٠٢٧-plan", "../x"],
)
def test_other_texts_are_no_rounds(text: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        standard_rounds().parse(text)
    assert caught.value.code == "unknown-round"
    assert (caught.value.facts["round"], caught.value.facts["kinds"]) == (text, "plan, ik, t1, t2, year, ik-upp")


@pytest.mark.parametrize(
    "kind,sv,en",
    [
        ("plan", "Plan 2027", "Plan 2027"),
        ("t1", "Underlag till delårsrapport 1 2027", "Input to interim report 1 2027"),
        ("t2", "Underlag till delårsrapport 2 2027", "Input to interim report 2 2027"),
        ("year", "Underlag till årsredovisning 2027", "Input to the annual report 2027"),
    ],
)
def test_a_round_has_a_standard_name(kind: str, sv: str, en: str) -> None:
    assert (standard_rounds().parse(f"2027-{kind}").name("sv"), standard_rounds().parse(f"2027-{kind}").name("en")) == (sv, en)


def test_rounds_sort_as_they_come() -> None:
    ids = ["2028-plan", "2027-year", "2027-t1", "2027-plan", "2027-t2"]
    assert [r.id for r in sorted(map(standard_rounds().parse, ids))] == ["2027-plan", "2027-t1", "2027-t2", "2027-year", "2028-plan"]


def test_a_name_is_enough() -> None:
    assert parse_settings(NAMED.encode()) == Settings("Botkyrka kommun")


def test_reads_every_setting() -> None:
    toml = """
        [municipality]
        name = "Botkyrka kommun"
        organisation_number = "212000-2882"
        language = "en"
        timezone = "Europe/Helsinki"
        accent = "#0b5563"
        logo = "logotyp.png"
        [contact]
        role = "Controller"
        address = "controller@botkyrka.example"
        [database]
        url = "postgresql://styrxl@server/styrxl"
        [rounds."2027-plan"]
        name = "Ettårsplan 2027"
        due = 2026-11-30
        due_units = "2027-01-20"
        [rounds."2027-plan".due_owner]
        UBN-ALBY = 2027-02-01
        "A\u0308N" = 2027-02-02
    """
    assert parse_settings(toml.encode()) == Settings(
        municipality="Botkyrka kommun",
        organisation_number="212000-2882",
        language="en",
        timezone="Europe/Helsinki",
        accent="0B5563",
        logo="logotyp.png",
        contact_role="Controller",
        contact_address="controller@botkyrka.example",
        database="postgresql://styrxl@server/styrxl",
        rounds={
            PLAN: RoundSettings(
                name={"sv": "Ettårsplan 2027", "en": "Ettårsplan 2027"},
                due=date(2026, 11, 30),
                due_units=date(2027, 1, 20),
                due_owner={"UBN-ALBY": date(2027, 2, 1), "ÄN": date(2027, 2, 2)},
            )
        },
    )


def test_notepad_s_byte_order_mark_is_no_trouble() -> None:
    assert parse_settings(b"\xef\xbb\xbf" + NAMED.encode()).municipality == "Botkyrka kommun"


@pytest.mark.parametrize(
    "toml,line",
    [
        (NAMED + 'logo = "logotyp.png\n[contact]\n', 3),
        (NAMED + 'logo = "C:\\bilder\\logotyp.png"\n', 3),
        (NAMED + "accent = ", 3),
        (NAMED + "[contact\n", 3),
        (NAMED + '[municipality]\nname = "x"\n', 3),
        ((NAMED + '[contact]\nrole = "Förvaltare"').encode("cp1252"), 4),
    ],
)
def test_broken_toml_is_told_by_line(toml: str | bytes, line: int) -> None:
    [(told, where, _)] = mistakes(toml)
    assert (told, where) == (line, "")


@pytest.mark.parametrize(
    "toml,line,key",
    [
        ('[municipality]\nname = "A"\nnamn = "Botkyrka"', 3, "municipality.namn"),
        (NAMED + '[contact]\nrole = "x"\nphone = "1"', 5, "contact.phone"),
        (NAMED + '[database]\npassword = "1"', 4, "database.password"),
        (NAMED + '[rounds."2027-plan"]\ndue_unit = 2027-01-20', 4, "rounds.2027-plan.due_unit"),
        (NAMED + '[round."2027-plan"]\ndue = 2027-01-20', 3, "round"),
        (NAMED + "[palette]\nink = 1", 3, "palette"),
        ('name = "Botkyrka"\n' + NAMED, 1, "name"),
    ],
)
def test_an_unknown_key_is_named(toml: str, line: int, key: str) -> None:
    assert mistakes(toml) == [(line, key, "unknown-key")]


@pytest.mark.parametrize(
    "name, nearest",
    [
        ("Europe/Stokholm", "Europe/Stockholm"),
        (" Europe/stokholm ", "Europe/Stockholm"),
        ("stockholm", "Europe/Stockholm"),
        ("Europe", "Europe/Rome"),
        ("../Stockholm", "Europe/Stockholm"),
        ("Sverige kl. 12", ""),
        ("localtime", ""),
    ],
)
def test_an_unknown_zone_is_refused_and_the_nearest_one_named(name: str, nearest: str) -> None:
    with pytest.raises(StyrxlError) as caught:
        parse_settings((NAMED + f'timezone = "{name}"').encode())
    [mistake] = cast("tuple[Mistake, ...]", caught.value.facts["mistakes"])
    told = f"styrxl.toml, line 3: municipality.timezone: there is no time zone called “{name.strip()}”."
    assert describe_mistake(mistake, "en") == (f"{told} Do you mean {nearest}?" if nearest else told)


def test_a_zone_that_is_empty_is_stockholms() -> None:
    settings = parse_settings((NAMED + 'timezone = ""').encode())
    assert (settings.timezone, str(settings.zone)) == ("Europe/Stockholm", "Europe/Stockholm")


@pytest.mark.parametrize(
    "toml,code",
    [
        ("", "missing-key"),
        ("[municipality]", "missing-key"),
        ('[municipality]\nname = ""', "empty-value"),
        ('[municipality]\nname = "  "', "empty-value"),
    ],
)
def test_a_municipality_has_a_name(toml: str, code: str) -> None:
    assert [told for _, _, told in mistakes(toml)] == [code]


@pytest.mark.parametrize(
    "toml,line,key",
    [
        ("[municipality]\nname = 7", 2, "municipality.name"),
        (NAMED + 'language = "svenska"', 3, "municipality.language"),
        (NAMED + 'accent = "teal"', 3, "municipality.accent"),
        ('contact = "controllern"\n' + NAMED, 1, "contact"),
        ('municipality = "Botkyrka"', 1, "municipality"),
        (NAMED + '[rounds."2027-plan"]\ndue = "snart"', 4, "rounds.2027-plan.due"),
        (NAMED + '[rounds."2027-plan"]\ndue = 2027-01-20T12:00:00', 4, "rounds.2027-plan.due"),
        (NAMED + '[rounds."2027-plan"]\ndue = 20270120', 4, "rounds.2027-plan.due"),
        (NAMED + '[rounds."2027-plan".due_owner]\nUBN = 1', 4, "rounds.2027-plan.due_owner.UBN"),
        (NAMED + '[rounds."2027-plan".name]\nsv = "Plan"', 3, "rounds.2027-plan.name"),
        (NAMED + "[rounds.vt27]\ndue = 2027-01-20", 3, "rounds.vt27"),
        (NAMED + '[rounds]\n"2027-plan" = 2027-01-20', 4, "rounds.2027-plan"),
        (NAMED + "[limits]\nseconds = 0", 4, "limits.seconds"),
        (NAMED + '[limits]\nmacros = "run"', 4, "limits.macros"),
        (NAMED + "[thresholds.board]\ntkr = -1", 4, "thresholds.board.tkr"),
    ],
)
def test_a_value_that_does_not_fit_is_named(toml: str, line: int, key: str) -> None:
    assert [(told, where) for told, where, _ in mistakes(toml)] == [(line, key)]


def test_what_limits_do_not_say_is_as_ever() -> None:
    said = parse_settings((NAMED + '[limits]\nrows = 10\nmacros = "warn"\n').encode()).limits
    assert said == replace(STANDARD, rows=10, macros="warn")
    assert parse_settings((NAMED + '[limits]\nmacros = ""\n').encode()).limits == STANDARD


def test_thresholds_of_a_board_are_its_own() -> None:
    settings = parse_settings((NAMED + "[thresholds]\npercent = 1.5\n[thresholds.board]\ntkr = 500\n").encode())
    assert (settings.thresholds, settings.board_thresholds) == (Thresholds(1.5, 100.0), Thresholds(0.0, 500.0))
    assert parse_settings(NAMED.encode()).board_thresholds == NONE_ALLOWED


@pytest.mark.parametrize(
    "owner,level,due",
    [
        ("UBN", "board", date(2026, 11, 30)),
        ("UBN-ALBY", "unit", date(2027, 2, 1)),
        ("UBN-TUMBA", "unit", date(2027, 1, 20)),
        ("KS", "board", date(2026, 12, 15)),
    ],
)
def test_an_owner_s_own_date_goes_before_its_level_s(owner: str, level: str, due: date) -> None:
    own = {"UBN-ALBY": date(2027, 2, 1), "KS": date(2026, 12, 15)}
    settings = Settings("x", rounds={PLAN: RoundSettings(due=date(2026, 11, 30), due_units=date(2027, 1, 20), due_owner=own)})
    assert settings.due(PLAN, owner, level) == due


def test_nothing_is_due_where_nothing_was_settled() -> None:
    settings = Settings("x", rounds={PLAN: RoundSettings(due=date(2026, 11, 30))})
    assert settings.due(PLAN, "UBN-ALBY", "unit") is None
    assert settings.due(standard_rounds().parse("2027-t1"), "UBN", "board") is None


def test_a_round_s_own_name_may_differ_by_language() -> None:
    settings = parse_settings((NAMED + '[rounds."2027-plan"]\nname = {sv = "Verksamhetsplan", en = "Business plan"}').encode())
    assert (settings.round_name(PLAN, "sv"), settings.round_name(PLAN, "en")) == ("Verksamhetsplan", "Business plan")
    assert settings.round_name(standard_rounds().parse("2028-plan"), "sv") == "Plan 2028"


@pytest.mark.parametrize(
    "role,address,contact",
    [("Controller", "08-530", "Controller, 08-530"), ("Controller", "", "Controller"), ("", "08-530", "08-530"), ("", "", "")],
)
def test_contact_is_one_line(role: str, address: str, contact: str) -> None:
    assert Settings("x", contact_role=role, contact_address=address).contact == contact


@pytest.mark.parametrize("name", ["Botkyrka kommun", 'Åre "fjäll" \\ kommun', "{name}", "a\x7fb"])
def test_new_settings_can_be_read_again(name: str) -> None:
    settings = parse_settings(write_new_settings(name, "en", "Utvecklingschef").encode())
    assert settings == Settings(name, language="en", contact_role="Utvecklingschef")


def test_new_settings_are_explained_in_their_language() -> None:
    """The same settings and examples in the same order in both."""
    swedish, english = (write_new_settings("Åköping", language, "Controller") for language in ("sv", "en"))
    assert "# Inställningar för styrxl." in swedish
    assert "# Settings for styrxl." in english
    explained = re.findall(r"(?m)# +(\w.*)$", re.sub(r'(?m)^(# )?(\[.*\]|[\w"-]+ = ("[^"]*"|\[.*?\]|[\w.-]+))', "", english))
    assert len(explained) > 60
    assert [line for line in explained if re.search(r"[åäöÅÄÖ]|\b(och|eller|som|det|för)\b", line.replace("Å, Ä or Ö", ""))] == []
    named = [re.findall(r"(?m)^(?:# )?(\[.*\]|[\w\"-]+) ?(?:=|$)", text) for text in (swedish, english)]
    assert named[0] == named[1]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_examples_in_new_settings_are_right(language: str) -> None:
    lines = write_new_settings("Botkyrka kommun", language, "Controller").splitlines()
    taken = [
        line.removeprefix("# ") if line.startswith(("# [", "# ")) and ("=" in line or line.startswith("# [")) else line for line in lines
    ]
    settings = parse_settings("\n".join(taken).encode())
    assert (settings.organisation_number, settings.accent, settings.logo) == ("212000-2882", "0B5563", "logotyp.png")
    assert settings.database == "postgresql://styrxl@server/styrxl"
    assert settings.mail
    assert settings.mail.mailbox
    assert (settings.mail.sender, settings.mail.allowed_domains) == ("Planering <planering@kommunen.se>", ("kommunen.se",))
    assert (settings.mail.rate, settings.mail.attachment_limit, settings.mail.escalate_after) == (60, 20, 7)
    assert (settings.mail.most_a_day, settings.mail.authserv_id) == (20, "mx.kommunen.se")
    assert settings.mail.server == Server("smtp.kommunen.se", 587, "starttls", "planering")
    assert settings.mail.mailbox == Mailbox(Server("imap.kommunen.se", 993, "tls", "planering"), "INBOX", "Hanterade")
    assert settings.rounds[PLAN].due_owner == {"UBN-ALBY": date(2027, 2, 1), "ÄN-SOLBACKEN": date(2027, 2, 1)}


MAIL = '[mail]\nfrom = "Planering <planering@kommunen.se>"\n'


def test_mail_goes_to_the_senders_own_domain_unless_others_are_named() -> None:
    plain, named = (parse_settings((NAMED + MAIL + more).encode()).mail for more in ("", 'allowed_domains = ["@Skola.se", "b.se"]\n'))
    assert plain == MailSettings("Planering <planering@kommunen.se>", "Planering <planering@kommunen.se>", ("kommunen.se",))
    assert named
    assert named.allowed_domains == ("skola.se", "b.se")


@pytest.mark.parametrize(
    "text,line,key,code",
    [
        ('[mail]\nserver = "x"\n', 3, "mail", "missing-key"),
        ('[mail]\nfrom = "Planering"\n', 4, "mail.from", "wrong-example"),
        (MAIL + 'password = "hemligt"\n', 5, "mail.password", "unknown-key"),
        (MAIL + 'server = "x"\nsecurity = "none"\n', 6, "mail.security", "wrong-example"),
        (MAIL + 'server = "x"\nport = 0\n', 6, "mail.port", "wrong-kind"),
        (MAIL + "rate = true\n", 5, "mail.rate", "wrong-kind"),
        (MAIL + 'allowed_domains = "kommunen.se"\n', 5, "mail.allowed_domains", "wrong-kind"),
        (MAIL + '[mail.imap]\nuser = "x"\n', 5, "mail.imap", "missing-key"),
        (MAIL + '[mail.imap]\nserver = "x"\nfolder = "A"\ndone = "A"\n', 8, "mail.imap.done", "wrong-example"),
        (MAIL + '[mail.imap]\nserver = "x"\nfolder = "styrxl"\n', 5, "mail.imap.done", "wrong-example"),
        (MAIL + '[mail.imap]\nserver = "x"\naside = "INBOX"\n', 7, "mail.imap.aside", "wrong-example"),
        (MAIL + 'imap = "x"\n', 5, "mail.imap", "wrong-kind"),
    ],
)
def test_what_is_wrong_with_mail_is_named(text: str, line: int, key: str, code: str) -> None:
    """No password has a place there, and a server without encryption none either."""
    toml = NAMED + text
    assert (line if "from" in text else 3, key, code) in [(told, where, what) for told, where, what in mistakes(toml)]


def test_settings_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(StyrxlError) as caught:
        read_settings(tmp_path)
    assert (caught.value.code, caught.value.facts["path"]) == ("not-readable", str(tmp_path))
