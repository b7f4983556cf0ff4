"""Days as plans have them, in both languages."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.habits.days_in_words import Bound, DayWords

WORDS = DayWords(Forms([standard_folder()]).words.days)
MONTHS = {
    "sv": ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}
YEARS = st.integers(2020, 2060)


def read(typed: str, bound: Bound | None = None) -> tuple[str, str] | None:
    """Return the first and last day of what was typed in the round of 2027."""
    days = WORDS.read(typed, 2027, bound)
    return days and (days.first.isoformat(), days.last.isoformat())


@pytest.mark.parametrize(
    "typed, first, last",
    [
        ("mars", "2027-03-01", "2027-03-31"),
        ("Sept.", "2027-09-01", "2027-09-30"),
        ("maj månad 2028", "2028-05-01", "2028-05-31"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("05/2027", "2027-05-01", "2027-05-31"),
        ("maj -27", "2027-05-01", "2027-05-31"),
        ("maj '27", "2027-05-01", "2027-05-31"),
        ("Q2", "2027-04-01", "2027-06-30"),
        ("2027 Q2", "2027-04-01", "2027-06-30"),
        ("kv. 2", "2027-04-01", "2027-06-30"),
        ("första kvartalet", "2027-01-01", "2027-03-31"),
        ("1:a kvartalet 2028", "2028-01-01", "2028-03-31"),
        ("Q1-27", "2027-01-01", "2027-03-31"),
        ("T2", "2027-05-01", "2027-08-31"),
        ("tertial 3 2027", "2027-09-01", "2027-12-31"),
        ("andra halvåret", "2027-07-01", "2027-12-31"),
        ("second half of the year 2027", "2027-07-01", "2027-12-31"),
        ("v. 10", "2027-03-08", "2027-03-14"),
        ("v10", "2027-03-08", "2027-03-14"),
        ("2027-W10", "2027-03-08", "2027-03-14"),
        ("v. 53 2026", "2026-12-28", "2027-01-03"),
        ("vt 2027", "2027-01-01", "2027-06-30"),
        ("VT27", "2027-01-01", "2027-06-30"),
        ("höstterminen", "2027-07-01", "2027-12-31"),
        ("autumn term 2028", "2028-07-01", "2028-12-31"),
        ("våren", "2027-03-01", "2027-05-31"),
        ("Hösten 2027", "2027-09-01", "2027-11-30"),
        ("summer", "2027-06-01", "2027-08-31"),
        ("vintern 2026/27", "2026-12-01", "2027-02-28"),
        ("läsåret 2027/28", "2027-08-01", "2028-06-30"),
        ("lå 27/28", "2027-08-01", "2028-06-30"),
        ("school year 2027-2028", "2027-08-01", "2028-06-30"),
        ("hela året", "2027-01-01", "2027-12-31"),
        ("2028", "2028-01-01", "2028-12-31"),
        ("1–15 mars", "2027-03-01", "2027-03-15"),
        ("1/3 - 15/3", "2027-03-01", "2027-03-15"),
        ("v. 10–12", "2027-03-08", "2027-03-28"),
        ("weeks 10 to 12 2028", "2028-03-06", "2028-03-26"),
        ("mars–maj 2028", "2028-03-01", "2028-05-31"),
        ("maj/juni", "2027-05-01", "2027-06-30"),
        ("januari t.o.m. mars", "2027-01-01", "2027-03-31"),
        ("Q1-2", "2027-01-01", "2027-06-30"),
        ("ht 2027–vt 2028", "2027-07-01", "2028-06-30"),
        ("2027-03-01–2027-03-15", "2027-03-01", "2027-03-15"),
        ("1 mars 2028", "2028-03-01", "2028-03-01"),
        ("den 15 okt", "2027-10-15", "2027-10-15"),
        ("March 1st, 2028", "2028-03-01", "2028-03-01"),
        ("1st of May", "2027-05-01", "2027-05-01"),
        ("March 15", "2027-03-15", "2027-03-15"),
    ],
)
def test_days(typed: str, first: str, last: str) -> None:
    """Months, quarters, weeks, terms, seasons and school years, and what lies between two of them."""
    assert read(typed) == (first, last)


@pytest.mark.parametrize(
    "typed",
    [
        "maj 27",  # the day or the month?
        "läsåret",
        "vintern",
        "nov–feb",
        "mitten av maj",
        "efter sommaren",
        "före jul",
        "årsskiftet",
        "ca mars",
        "mars eller april?",
        "4 veckor",
        "v. 54",
        "v. 53",
        "Q5",
        "kvartal 0",
        "T4",
        "31 februari",
        "2027-13",
        "2027-28",
        "2027/28",
        "läsåret 2027/29",
        "vt 2027/28",
        "42",
        "1066",
        "mars mars",
        "var 3:e månad",
        "-",
        "",
    ],
)
def test_what_has_no_one_reading(typed: str) -> None:
    """It is asked about."""
    assert [read(typed, bound) for bound in (None, "start", "end")] == [None] * 3


@pytest.mark.parametrize(
    "typed, starts, ends",
    [
        ("under våren", True, True),
        ("during May", True, True),
        ("i mars", True, True),
        ("löpande under hösten", True, True),
        ("från mars", True, False),
        ("fr.o.m. 1 mars", True, False),
        ("i början av maj", True, False),
        ("t.o.m. maj", False, True),
        ("senast sista maj", False, False),
        ("slutet av maj", False, True),
        ("by the end of the year", False, True),
    ],
)
def test_what_stands_before(typed: str, starts: bool, ends: bool) -> None:  # noqa: FBT001 -- a table of cases
    """The end of May is no day on which something starts."""
    assert [read(typed, "start") is not None, read(typed, "end") is not None] == [starts, ends]


@pytest.mark.parametrize("typed", ["löpande", "Löpande.", "tills vidare", "kontinuerligt", "ongoing", "until further notice"])
def test_what_goes_on(typed: str) -> None:
    """It has no day of its own."""
    assert WORDS.is_ongoing(typed)
    assert read(typed, "end") is None


def test_a_year_that_is_not_written_is_assumed() -> None:
    """In a round; where there is none there is no day."""
    assert [WORDS.read(typed, 2027) for typed in ("mars", "mars 2027")] == [
        (date(2027, 3, 1), date(2027, 3, 31), True),
        (date(2027, 3, 1), date(2027, 3, 31), False),
    ]
    assert WORDS.read("mars", None) is None
    assert WORDS.read("mars 2027", None) is not None


@given(YEARS, st.integers(1, 12), st.sampled_from(["sv", "en"]), st.integers(3, 9), st.booleans())
def test_every_month(year: int, month: int, language: str, letters: int, within: bool) -> None:  # noqa: FBT001 -- drawn
    """In full or shortened to three letters, with its year or in the round's; its days are the calendar's."""
    name = MONTHS[language][month - 1]
    name = name if letters > 3 else name[:3]
    days = WORDS.read(name if within else f"{name} {year}", year)
    assert days == (date(year, month, 1), date(year, month, monthrange(year, month)[1]), within)
    assert WORDS.read(f"{year}-{month:02}", None) == WORDS.read(f"{month}/{year}", None) == (*days[:2], False)


@given(YEARS, st.sampled_from([(3, "Q", "kvartal", "quarter"), (4, "T", "tertial", "tertial"), (6, "H", "halvår", "half")]), st.data())
def test_every_part_of_a_year(year: int, part: tuple[int, str, str, str], data: st.DataObject) -> None:
    """The parts follow on each other through the year, and the last one ends with it."""
    months, *names = part
    number = data.draw(st.integers(1, 12 // months))
    name = data.draw(st.sampled_from(names))
    days = WORDS.read(f"{name} {number} {year}", None)
    assert days is not None
    after = WORDS.read(f"{name} {number + 1} {year}", None)
    assert days.first.month == months * (number - 1) + 1
    assert days.last + timedelta(days=1) == (after.first if after else date(year + 1, 1, 1))


@given(YEARS, st.integers(1, 53), st.sampled_from(["v. {}", "v{}", "vecka {}", "Week {}"]))
def test_every_week(year: int, week: int, form: str) -> None:
    """From Monday to Sunday, as ISO counts weeks (28 December always lies in the last)."""
    days = WORDS.read(form.format(week), year)
    if week > date(year, 12, 28).isocalendar().week:
        assert days is None
    else:
        assert days is not None
        assert [(*d.isocalendar(),) for d in (days.first, days.last)] == [(year, week, 1), (year, week, 7)]


@given(st.text("0123456789abcdemjrsvqtåäö.:-–/' ", max_size=60) | st.text(max_size=60), st.sampled_from(["start", "end", None]))
def test_nothing_breaks_it(typed: str, bound: Bound | None) -> None:
    """Whatever is typed, it is some days in their order, or none."""
    days = WORDS.read(typed, 2027, bound)
    assert days is None or days.first <= days.last
