"""The settings as fields of a form."""

from __future__ import annotations

from datetime import date

import pytest

from styrxl.rounds.setup.settings_fields import (
    CHOICE,
    DAY,
    LIST,
    NUMBER,
    OWNERS,
    TEXT,
    SettingField,
    list_fields,
    list_round_fields,
    read_edits,
    write_value,
)


def test_every_setting_has_a_field() -> None:
    fields = {field.name: field for field in list_fields()}
    assert fields["municipality.language"] == SettingField(("municipality", "language"), CHOICE, ("sv", "en"), "sv")
    assert fields["mail.from"].kind == TEXT
    assert fields["mail.allowed_domains"].kind == LIST
    assert fields["mail.imap.folder"].kind == TEXT
    assert fields["mail.rate"] == SettingField(("mail", "rate"), NUMBER, (), "60")
    assert fields["thresholds.board.tkr"].usual == "0"
    assert fields["limits.macros"].choices == ("reject", "warn")
    assert not any(name.startswith("rounds") for name in fields)


def test_a_rounds_name_is_one_or_two() -> None:
    assert [one.name for one in list_round_fields("2027-plan", {})] == [
        "rounds.2027-plan.name",
        "rounds.2027-plan.due",
        "rounds.2027-plan.due_units",
        "rounds.2027-plan.due_owner",
    ]
    content = {"rounds": {"2027-plan": {"name": {"sv": "a", "en": "b"}}}}
    assert [one.name for one in list_round_fields("2027-plan", content)][:2] == ["rounds.2027-plan.name.sv", "rounds.2027-plan.name.en"]


@pytest.mark.parametrize(
    "kind, typed, value",
    [
        (TEXT, " Åköping ", "Åköping"),
        (TEXT, "  ", None),
        (NUMBER, "1 000", 1000),
        (NUMBER, "2,5", 2.5),
        (NUMBER, "två", "två"),
        (DAY, "2027-02-01", date(2027, 2, 1)),
        (DAY, "1 februari", "1 februari"),
        (LIST, "KS, KF\nUBN;", ["KS", "KF", "UBN"]),
    ],
)
def test_what_is_typed_becomes_a_value(kind: str, typed: str, value: object) -> None:
    assert dict(read_edits(SettingField(("a", "b"), kind), "before", typed)) == {("a", "b"): value}


def test_a_number_is_shown_with_all_its_digits() -> None:
    assert [write_value(value) for value in (1234567.5, 1000000.0, 2.5)] == ["1234567.5", "1000000", "2.5"]


def test_what_was_not_touched_is_no_change() -> None:
    for kind in (TEXT, NUMBER, LIST, OWNERS):
        assert dict(read_edits(SettingField(("a",), kind), "x = 2027-01-01\ny", " x = 2027-01-01\r\ny\r\n")) == {}


def test_owners_days_are_changed_one_by_one() -> None:
    was = write_value({"UBN-1": date(2027, 2, 1), "ÄN 2": date(2027, 2, 2), "KFN": date(2027, 2, 3)})
    now = 'UBN-1 = 2027-02-01\n"ÄN 2": 2027-03-02\nREV 2027-02-04\nBO'
    assert dict(read_edits(SettingField(("due",), OWNERS), was, now)) == {
        ("due", "ÄN 2"): date(2027, 3, 2),
        ("due", "KFN"): None,
        ("due", "REV"): date(2027, 2, 4),
        ("due", "BO"): "",
    }
