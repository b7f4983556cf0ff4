"""Exports of many shapes, each placed rightly, and what is wrong with them named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from account_exports import PLACES, TABLE, TRUTH, are_all, list_unplaced, make_workbook, place
from styrxl.model.booked_outcomes import BookedRow

NBSP, THIN = "\u00a0", "\u202f"
SEMICOLONS = f"""Kommunens redovisning;;;
Resultat per ansvar, januari{NBSP}–{NBSP}april 2027;;;

Konto;Ansvar;Verksamhet;Utfall
1510 Kundfordringar;2100 Skolan;440;1{NBSP}000,50
3011 Avgifter;2100 Skolan;440;34{NBSP}500,50-
4010 Varor;2110 Åby skola;440;300{NBSP}000,25
5010 Löner;2120 Förskolan;407;150 000,00
3011 Avgifter;3001 Biblioteket;;-100,00
5010 Löner;3001 Biblioteket;;90 000
Totalt;;;506{NBSP}400,25
"""
TABS = f"""Konto\tAnsvar\tVerksamhet\tUtfall
3011\t2100\t440\t(34{THIN}500,50)
4010\t2110\t440\t300{THIN}000,25
5010\t2120\t407\t150{THIN}000,00
3011\t3001\t\t−100,00
5010\t3001\t\t90{THIN}000,00
"""
DEBIT = """Account,Cost centre,Activity,Debit,Credit
3011,2100,440,,"34,500.50"
4010,2110,440,"300,100.25",100.00
5010,2120,407,"150,000.00",
3011,3001,,0.00,100.00
5010,3001,,"90,000.00",
"""
DEBIT_MAPPING = """export: {unit: kronor, signs: ledger}
columns: {account: Account, unit: Cost centre, activity: Activity}
amounts: {debit: Debit, credit: Credit}
"""
BY_NAME = """Nämnd;Verksamhet;Intäkter;Kostnader
Utbildningsnämnden;Grundskola;34,50050;300,00025
Utbildningsnämnden;Förskola;0;150,00000
Summa utbildningsnämnden;;34,50050;450,00025
Kulturnämnden;Bibliotek;0,10000;90,00000
Totalsumma;;34,60050;540,00025
"""
BY_NAME_MAPPING = """export: {unit: tkr, signs: plain}
columns: {board: Nämnd, activity: Verksamhet}
amounts: {revenue: Intäkter, cost: Kostnader}
places: [{owner_from: board, activity_from: activity}]
"""
BANNERS = (
    ("Utfall 2027",),
    ("Uttaget 2027-05-03", None, None, None),
    (),
    ("Ansvar", "Verksamhet", "Konto", "Utfall kr"),
    ("2100 Skolan",),
    (None, "440", 3011, -34500.5),
    (None, "440", 4010, 300000.25),
    ("Summa 2100 Skolan", None, None, 265499.75),
    ("2120 Förskolan",),
    (None, "407", 5010, 150000),
    ("Summa 2120 Förskolan", None, None, 150000),
    ("Summa 21", None, None, 415499.75),
    ("3001 Biblioteket",),
    (None, None, 3011, -100.0),
    (None, None, 5010, 90000.0),
    ("Summa 3001 Biblioteket", None, None, 89900),
    ("Totalt", None, None, 505399.75),
)
BANNERS_MAPPING = """export: {unit: kronor, signs: ledger, fill_down: [unit]}
columns: {account: Konto, unit: Ansvar, activity: Verksamhet}
amounts: {amount: Utfall*}
"""
MONTHS = (
    ("Konto", "Ansvar", "Verksamhet", "Jan", "Feb", "Mar", "Apr", "Maj", "Jun"),
    ("3011", "2100", "440", 10, 10.0005, 4.5, 10, 99, 98),
    ("4010", "2110", "440", -100, -100, -100.00025, None, -7, 0),
    ("5010", "2120", "407", -50, -50, -50, 0, 0, 0),
    ("3011", "3001", "", 0.1, 0, 0, 0, 0, 0),
    ("5010", "3001", "", -20, -20, -20, -30, -1, 0),
)
MONTHS_MAPPING = """export: {unit: tkr, signs: result}
columns: {account: Konto, unit: Ansvar, activity: Verksamhet}
amounts: {months: [Jan, Feb, Mar, Apr, Maj, Jun]}
"""
PERIODS = """Period|Konto|Ansvar|Verksamhet|Belopp
202701|3011|2100|440|-0.0345005
2027-02|4010|2110|440|0.10000025
2027-04-30|4010|2110|440|0.2
202705|4010|2110|440|7
202612|4010|2110|440|8
202703|5010|2120|407|0.15
202703|3011|3001||-0.0001
202703|5010|3001||0.09
"""
PERIODS_MAPPING = """export: {unit: mkr, signs: ledger}
columns: {period: Period, account: Konto, unit: Ansvar, activity: Verksamhet}
amounts: {amount: Belopp}
"""
VOUCHERS = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#FNAMN "Åköpings kommun"
#RAR 0 20270101 20271231
#RAR -1 20260101 20261231
#KONTO 3011 "Avgifter"
#KONTO 4010 "Läromedel"
#DIM 1 "Ansvar"
#DIM 6 "Verksamhet"
#OBJEKT 1 "2100" "Åby skola"
#RES 0 3011 -34600.50
#RES 0 4010 300007.25
#RES 0 5010 240000.00
#RES -1 3011 -1.00
#VER A 1 20270115 "Avgifter \\"januari\\"" 20270116
{
 #TRANS 3011 {1 "2100" 6 "440"} -34500.50
 #TRANS 3011 {1 "3001"} -100.00 20270120 "Böter"
 #TRANS 1930 {} 34600.50
}
#VER A 2 20270220
{
 #TRANS 4010 {6 "440" 1 "2110"} 300000.25 20270220 "Böcker" 12
 #RTRANS 4010 {6 "440" 1 "2110"} 5.00
 #BTRANS 4010 {6 "440" 1 "2110"} 6.00
 #TRANS 5010 {1 "2120" 6 "407"} 150000
 #TRANS 5010 {1 "3001"} 90000
 #TRANS 1930 {} -540000.25
}
#VER A 3 20270501
{
 #TRANS 4010 {6 "440" 1 "2110"} 7.00
 #TRANS 1930 {} -7.00
}
"""
BALANCES = """#FLAGGA 0
#SIETYP 3
#RAR 0 20270101 20271231
#KONTO 3011 "Avgifter"
#OBJEKT 1 "2100" "Åby skola"
#OUB 0 1510 {1 "2100"} 55.00
#RES 0 3011 -34600.50
#RES 0 4010 300000.25
#PSALDO 0 202701 3011 {} -34600.50
#PSALDO 0 202701 3011 {1 "2100"} -34500.50
#PSALDO 0 202701 3011 {6 "440"} -34500.50
#PSALDO 0 202701 3011 {1 "2100" 6 "440"} -34500.50
#PSALDO 0 202701 3011 {1 "3001"} -100.00
#PSALDO 0 202702 4010 {} 300000.25 12
#PSALDO 0 202702 4010 {1 "2100"} 300000.25 12
#PSALDO 0 202703 5010 {} 240000.00
#PSALDO 0 202703 5010 {1 "2120"} 150000.00
#PSALDO 0 202703 5010 {1 "3001"} 90000.00
#PSALDO 0 202704 1930 {} 100.00
#PSALDO -1 202601 5010 {1 "3001"} 1.00
"""
SIE = "export: {format: sie}\ncolumns: {account: Konto, unit: Ansvar, activity: Verksamhet}\n"
SIE_BALANCES = """export: {format: sie}
columns: {account: Konto, unit: Resultatenhet}
revenue: {account: [3000-3999]}
cost: {account: [4000-7999]}
leave_out: [{why: Balanskonton, where: {account: [1000-2999]}}]
places:
  - {owner: UBN, activity: Grundskola, where: {unit: [2100]}}
  - {owner: UBN, activity: Förskola, where: {unit: [2120]}}
  - {owner: KFN, activity: Bibliotek, where: {unit: [3001]}}
"""

SHAPES = {
    "semicolons, cp1252, a banner, trailing minus": (SEMICOLONS.encode("cp1252", "replace"), TABLE + PLACES),
    "tabs, utf-16, parentheses": (TABS.encode("utf-16"), TABLE + PLACES),
    "tabs, utf-16 without a mark": (TABS.encode("utf-16-le"), TABLE + PLACES),
    "commas, utf-8 with a mark, debit and credit": (DEBIT.encode("utf-8-sig"), DEBIT_MAPPING + PLACES),
    "revenue and cost in tkr, by name, with sums": (BY_NAME.encode(), BY_NAME_MAPPING),
    "a workbook with banners, subtotals and a total": (make_workbook(BANNERS), BANNERS_MAPPING + PLACES),
    "a workbook with a column a month, costs with a minus": (make_workbook([("Om rapporten",)], MONTHS), MONTHS_MAPPING + PLACES),
    "one row a period, in mkr": (PERIODS.encode(), PERIODS_MAPPING + PLACES),
    "SIE type 4": (VOUCHERS.encode("cp437"), SIE + PLACES),
    "SIE type 4 in another encoding": (VOUCHERS.encode("cp1252"), SIE + PLACES),
    "SIE type 3": (BALANCES.encode("cp437"), SIE_BALANCES),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_placed_to_the_ore(shape: str) -> None:
    data, mapping = SHAPES[shape]
    placing = place(data, mapping)
    assert placing.booked == TRUTH
    assert list_unplaced(placing) == []
    assert are_all(placing)
    assert not any(each.is_wrong for each in placing.parted.sums)
    assert placing.broken_ties == ()


@pytest.mark.parametrize(
    "shape, left",
    [
        ("semicolons, cp1252, a banner, trailing minus", [("Balanskonton", 1, Decimal("1000.50"))]),
        ("a workbook with a column a month, costs with a minus", [("left_later", 3, Decimal(189))]),
        ("one row a period, in mkr", [("left_later", 1, Decimal(7)), ("left_year", 1, Decimal(8))]),
        ("SIE type 4", [("left_later", 1, Decimal(7)), ("Balanskonton", 3, Decimal("-505406.75"))]),
    ],
)
def test_what_is_left_out_says_why_and_how_much(shape: str, left: list[tuple[str, int, Decimal]]) -> None:
    outs = place(*SHAPES[shape]).left_out
    told = [(each.why if isinstance(each.why, str) else each.why.key, each.count, sum(each.values)) for each in outs]
    assert sorted(told) == sorted(left)


NET = """export: {unit: kronor, signs: ledger}
columns: {unit: Ansvar}
amounts: {amount: Utfall}
places:
  - {owner: UBN, where: {unit: ["21*"]}}
  - {owner: KFN, where: {unit: [3001]}}
"""
INTERNAL = """export: {unit: kronor, signs: ledger}
columns: {account: Konto, unit: Ansvar, counterpart: Motpart}
amounts: {amount: Utfall}
revenue: {account: ["3*"]}
cost: {account: ["4*"]}
internal: [{counterpart: ["1*"]}]
places: [{owner: UBN, where: {unit: [2100]}}]
"""


def test_net_alone_is_known_where_accounts_are_not_told_apart() -> None:
    booked = place(b"Ansvar;Utfall\n2100;-5,00\n2110;12,00\n3001;3,00\n", NET).booked
    assert booked == (BookedRow("KFN", None, None, None, 300), BookedRow("UBN", None, None, None, 700))


def test_internal_items_are_placed_as_others_and_told_apart() -> None:
    rows = b"Konto;Ansvar;Motpart;Utfall\n3011;2100;19;-5,00\n3011;2100;;-7,00\n4010;2100;11;2,00\n4010;2100;8;1,00\n"
    assert place(rows, INTERNAL).booked == (BookedRow("UBN", None, 1200, 300, -900, 500, 200),)


def test_an_amount_that_may_be_two_is_read_as_neither_until_the_mapping_says_its_decimal_mark() -> None:
    rows = (HEAD + "5010;2120;407;1.234\n").encode()
    assert list_unplaced(place(rows, TABLE + PLACES)) == [(2, "unplaced_amount")]
    for mark, ore in ((",", 123_400), (".", 123)):
        said = TABLE.replace("signs: ledger", f"signs: ledger, decimal: '{mark}'")
        assert [row.cost_ore for row in place(rows, said + PLACES).booked] == [ore]


HEAD = "Konto;Ansvar;Verksamhet;Utfall\n"
SCHOOL = "3011;2100;440;-34500,50\n4010;2110;440;300000,25\n"
NAMED = {
    "an unknown object": ("5010;9999;440;77,70\n", [(4, "unplaced_nowhere")]),
    "an account that is neither": ("8310;2100;440;1,00\n", [(4, "unplaced_kind")]),
    "an amount that cannot be read": ("5010;2100;440;12x\n", [(4, "unplaced_amount")]),
    "an error": ("5010;2100;440;#SAKNAS!\n", [(4, "unplaced_amount")]),
    "a subtotal of an object, without its account": (";2100;440;265499,75\n", [(4, "unplaced_sum")]),
    "as much as the row above, by chance": ("5010;2100;407;9,00\n5010;3001;;9,00\n", []),
    "a subtotal of two rows, without their activity": ("5010;2100;407;9,00\n5010;2100;407;1,00\n5010;2100;;10,00\n", [(6, "unplaced_sum")]),
    "a subtotal by an account's beginning": ("4011;2110;440;2,00\n40;2110;440;300002,25\n", [(5, "unplaced_sum")]),
    "nothing moved": ("5010;9999;440;0,00\n", []),
}


@pytest.mark.parametrize("what", NAMED)
def test_what_cannot_be_placed_is_named_with_its_row_and_why(what: str) -> None:
    more, unplaced = NAMED[what]
    placing = place((HEAD + SCHOOL + more).encode(), TABLE + PLACES)
    assert list_unplaced(placing) == unplaced
    assert are_all(placing)


def test_a_total_that_does_not_tie_is_told_with_its_difference() -> None:
    placing = place((HEAD + SCHOOL + "Totalt;;;265500,75\n").encode(), TABLE + PLACES)
    [stated] = placing.parted.sums
    assert (stated.whole, stated.is_wrong, [str(value) for value in stated.difference]) == (True, True, ["1.00"])


def test_a_subtotal_that_is_counted_twice_shows_in_the_total() -> None:
    """It says neither that it is a sum nor lacks anything: the total alone tells."""
    doubled = "3011;2110;440;265499,75\nTotalt;;;265499,75\n"
    placing = place((HEAD + SCHOOL + doubled).encode(), TABLE + PLACES)
    assert [str(value) for each in placing.parted.sums for value in each.difference] == ["-265499.75"]
    assert placing.parted.sums[0].is_wrong


def test_parts_of_an_ore_are_added_up_before_they_are_rounded() -> None:
    """Costs that were shared out come with more decimals: half an öre goes up, and thirds come to a whole again."""
    thirds = "".join(f"5010;{unit};;0,3333333333\n" for unit in ("3001", "3002")) + "5010;3003;;0,3333333334\n"
    placing = place((HEAD + "5010;2120;407;0,005\n4010;2110;440;0,0149\n" + thirds).encode(), TABLE + PLACES)
    assert [(row.activity, row.cost_ore) for row in placing.booked] == [("Bibliotek", 100), ("Förskola", 1), ("Grundskola", 1)]
    assert are_all(placing)


def test_what_looks_like_a_sum_is_none_where_the_mapping_says_so() -> None:
    rows = "5010;3001;Totalt ansvar;7,00\n;3001;;7,00\n"
    mapping = TABLE + "no_sums: {unit: [3001]}\n" + PLACES.replace("4000-7999", '4000-7999, ""')
    placing = place((HEAD + rows).encode(), mapping)
    assert [row.cost_ore for row in placing.booked] == [1400]
    assert not placing.parted.sums


def test_a_row_called_a_sum_that_is_none_is_told() -> None:
    placing = place((HEAD + SCHOOL + "Summa böcker;;;12,00\n5010;2120;407;1,00\nTotalt;;;265500,75\n").encode(), TABLE + PLACES)
    assert [(each.row.number, each.whole, each.is_wrong) for each in placing.parted.sums] == [(4, False, True), (6, True, False)]


def test_a_text_of_the_mapping_that_no_row_fits_is_told() -> None:
    placing = place((HEAD + SCHOOL).encode(), TABLE + PLACES)
    assert [(path[0], text) for path, text in placing.unmatched] == [("leave_out", "1000-2999"), ("places", "407"), ("places", "3000-3099")]


def test_a_row_that_fits_two_places_is_placed_at_none() -> None:
    placing = place((HEAD + SCHOOL).encode(), TABLE + PLACES.replace("[3000-3099]", "[2110]"))
    assert [(each.row.number, each.first, each.second) for each in placing.twice] == [(3, 0, 2)]
    assert are_all(placing)
