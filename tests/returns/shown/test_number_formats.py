"""What number formats make of a number, as Excel shows it."""

from __future__ import annotations

import pytest

from styrxl.returns.shown.number_formats import ShownNumber, parse_number_format

SHOWN = [
    ("0%", 0.8, ShownNumber(80, "%")),
    ("0.0 %", 0.805, ShownNumber(80.5, "%")),
    ("0\\ %", 0.07, ShownNumber(7, "%")),
    ('0"%"', 80.0, ShownNumber(80, "%")),  # a sign, not a percentage
    ("[<=1]0%;0", 0.8, ShownNumber(80, "%")),
    ("[<=1]0%;0", 80.0, ShownNumber(80)),
    ("[>1]0;0%", 0.8, ShownNumber(80, "%")),
    ("#,##0,", 1_500_000.0, ShownNumber(1500)),
    ("#,##0.0,", 1_500_499.0, ShownNumber(1500.499)),
    ('0.0,,"mkr"', 3_500_000.0, ShownNumber(3.5, "mkr")),
    ("0,.0", 1_500.0, ShownNumber(1.5)),
    ("#,##0.00", 1_500.0, ShownNumber(1500)),
    ('0" mkr"', 3.5, ShownNumber(3.5, "mkr")),
    ('#,##0\\ "kr";[Red]-#,##0\\ "kr"', -5.0, ShownNumber(-5, "kr")),
    ('_-* #,##0\\ "kr"_-;-* #,##0\\ "kr"_-;_-* "-"\\ "kr"_-;_-@_-', 12.0, ShownNumber(12, "kr")),
    ("[$kr-41D] #,##0", 12.0, ShownNumber(12, "kr")),
    ("#,##0:-", 12.0, ShownNumber(12, ":-")),
    ("#,##0.00 [$€-1]", 12.0, ShownNumber(12, "€")),
    ("[>=1000000]0.0,,\\M;[>=1000]0.0,\\k;0", 1_500.0, ShownNumber(1.5, "k")),
    (";;;", 12.0, ShownNumber(12, visible=False)),
    ('"se bilaga"', 12.0, ShownNumber(12, "se bilaga", visible=False)),
    ("0;-0;;@", 0.0, ShownNumber(0)),  # nothing shows, and it is nothing
    ("#,##0;#,##0", -5.0, ShownNumber(-5, signed=False)),
    ("0;(0)", -5.0, ShownNumber(-5)),
]


@pytest.mark.parametrize("code, number, shown", SHOWN)
def test_what_shows(code: str, number: float, shown: ShownNumber) -> None:
    """The number that shows, unrounded, with its unit."""
    assert parse_number_format(code).show(number) == shown


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "0.00", "#,##0", "#,##0_-", "0.0E+0", "# ?/?", "@", "[Red]0.0", "0;[Red]-0", "#,##0 ;(#,##0)", "0;-0;;@"),
        *("yyyy-mm-dd", "[$-41D]d mmm yyyy;@", "mm:ss.0", "[h]:mm", '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', "0" * 500),
    ],
)
def test_ordinary_formats(code: str) -> None:
    """Decimals, thousands, colours and dates change nothing that a number says."""
    assert not parse_number_format(code).notable


@pytest.mark.parametrize("code", sorted({code for code, _, _ in SHOWN} - {"0;-0;;@", "0;(0)", "#,##0.00"}))
def test_notable_formats(code: str) -> None:
    """Whatever makes some number another one is looked at."""
    assert parse_number_format(code).notable


@pytest.mark.parametrize(
    "code, part",
    [
        *(("mmm-yy", "month"), ("[$-41D]mmmm yyyy;@", "month"), ("yyyy", "year"), ('yyyy" års plan"', "year")),
        *(("yyyy-mm-dd", ""), ("d mmm", ""), ("mm:ss.0", ""), ("yyyy-mm-dd hh:mm", ""), ("0", ""), ("mmm", "")),
    ],
)
def test_parts_of_dates(code: str, part: str) -> None:
    """Where a month or a year shows, the day in the cell is one that nobody chose."""
    format_ = parse_number_format(code)
    assert (format_.part_of_date, format_.notable) == (part, bool(part))


@pytest.mark.parametrize(
    "shown, text",
    [
        (ShownNumber(80, "%"), "80 %"),
        (ShownNumber(80.5, "%"), "80,5 %"),
        (ShownNumber(-1_500_000.25, "kr"), "-1\N{NO-BREAK SPACE}500\N{NO-BREAK SPACE}000,25 kr"),
        (ShownNumber(1.234, "mkr"), "1,2340 mkr"),  # three decimals could be thousands
        (ShownNumber(-1e-05, "kr"), "-0,00001 kr"),
        (ShownNumber(12, "se bilaga", visible=False), "se bilaga"),
    ],
)
def test_text(shown: ShownNumber, text: str) -> None:
    """As a Swede types it."""
    assert shown.text == text
