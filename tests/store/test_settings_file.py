"""Rounds, and what ``styrxl.toml`` says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import standard_rounds
from styrxl.model.settings import Mailbox, MailSettings, RoundSettings, Server, Settings
from styrxl.store.settings_file import parse_settings, read_settings, write_new_settings

PLAN = standard_rounds().parse("2027-plan")
NAMED = '[municipality]\nname = "Botkyrka kommun"\n'


def error(toml: str | bytes) -> tuple[str, dict[str, object]]:
    with pytest.raises(StyrxlError) as caught:
        parse_settings(toml.encode() if isinstance(toml, str) else toml)
    return caught.value.code, dict(caught.value.facts)


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
    assert (caught.value.code, caught.value.facts) == ("unknown-round", {"round": text, "kinds": "plan, ik, t1, t2, year, ik-upp"})


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


@pytest.mark.parametrize("toml", ["", '"', "#", '[palette]\nink = 1\n[[others]]\nserver = "x"\n'])
def test_sections_of_others_are_let_be(toml: str) -> None:
    toml = toml if toml != '"' else ""
    assert parse_settings((NAMED + toml).encode()) == Settings("Botkyrka kommun")


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
    code, facts = error(toml)
    assert (code, facts["line"]) == ("settings-broken", line)


@pytest.mark.parametrize(
    "toml,key",
    [
        ('[municipality]\nnamn = "Botkyrka"', "municipality.namn"),
        (NAMED + '[contact]\nrole = "x"\nphone = "1"', "contact.phone"),
        (NAMED + '[database]\npassword = "1"', "database.password"),
        (NAMED + '[rounds."2027-plan"]\ndue_unit = 2027-01-20', 'rounds."2027-plan".due_unit'),
        (NAMED + '[round."2027-plan"]\ndue = 2027-01-20', "round"),
        ('name = "Botkyrka"\n' + NAMED, "name"),
    ],
)
def test_an_unknown_key_is_named(toml: str, key: str) -> None:
    code, facts = error(toml)
    assert (code, facts["key"]) == ("settings-unknown-key", key)


@pytest.mark.parametrize("toml", ["", "[municipality]", '[municipality]\nname = ""', '[municipality]\nname = "  "'])
def test_a_municipality_has_a_name(toml: str) -> None:
    assert error(toml)[0] == "settings-missing-key"


@pytest.mark.parametrize(
    "toml,key,value",
    [
        ("[municipality]\nname = 7", "municipality.name", "7"),
        (NAMED + 'language = "svenska"', "municipality.language", "svenska"),
        (NAMED + 'accent = "teal"', "municipality.accent", "teal"),
        (NAMED + 'contact = "controllern"', "municipality.contact", None),
        ('municipality = "Botkyrka"', "municipality", None),
        (NAMED + '[rounds."2027-plan"]\ndue = "snart"', 'rounds."2027-plan".due', "snart"),
        (NAMED + '[rounds."2027-plan"]\ndue = 2027-01-20T12:00:00', 'rounds."2027-plan".due', "2027-01-20 12:00:00"),
        (NAMED + '[rounds."2027-plan"]\ndue = 20270120', 'rounds."2027-plan".due', "20270120"),
        (NAMED + '[rounds."2027-plan".due_owner]\nUBN = 1', 'rounds."2027-plan".due_owner.UBN', "1"),
        (NAMED + '[rounds."2027-plan".name]\nsv = "Plan"', 'rounds."2027-plan".name', "{'sv': 'Plan'}"),
        (NAMED + "[rounds.vt27]\ndue = 2027-01-20", "rounds", "vt27"),
        (NAMED + '[rounds]\n"2027-plan" = 2027-01-20', 'rounds."2027-plan"', "2027-01-20"),
    ],
)
def test_a_value_that_does_not_fit_is_named(toml: str, key: str, value: str | None) -> None:
    code, facts = error(toml)
    expected = "settings-wrong-value" if value else "settings-unknown-key"
    assert (code, facts["key"], facts.get("value")) == (expected, key, value)


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


def test_the_examples_in_new_settings_are_right() -> None:
    lines = write_new_settings("Botkyrka kommun", "sv", "Controller").splitlines()
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
    "text,code,key",
    [
        ('[mail]\nserver = "x"\n', "settings-missing-key", "mail.from"),
        ('[mail]\nfrom = "Planering"\n', "settings-wrong-value", "mail.from"),
        (MAIL + 'password = "hemligt"\n', "settings-unknown-key", "mail.password"),
        (MAIL + 'server = "x"\nsecurity = "none"\n', "settings-wrong-value", "mail.security"),
        (MAIL + 'server = "x"\nport = 0\n', "settings-wrong-value", "mail.port"),
        (MAIL + "rate = true\n", "settings-wrong-value", "mail.rate"),
        (MAIL + 'allowed_domains = "kommunen.se"\n', "settings-wrong-value", "mail.allowed_domains"),
        (MAIL + '[mail.imap]\nuser = "x"\n', "settings-missing-key", "mail.imap.server"),
        (MAIL + '[mail.imap]\nserver = "x"\nfolder = "A"\ndone = "A"\n', "settings-wrong-value", "mail.imap.done"),
        (MAIL + 'imap = "x"\n', "settings-wrong-value", "mail.imap"),
    ],
)
def test_what_is_wrong_with_mail_is_named(text: str, code: str, key: str) -> None:
    """No password has a place there, and a server without encryption none either."""
    with pytest.raises(StyrxlError) as caught:
        parse_settings((NAMED + text).encode())
    assert (caught.value.code, caught.value.facts["key"]) == (code, key)


def test_settings_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(StyrxlError) as caught:
        read_settings(tmp_path)
    assert (caught.value.code, caught.value.facts["path"]) == ("not-readable", str(tmp_path))
