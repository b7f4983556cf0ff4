"""Over any ledger: what is placed, what is left out and what is named are all of it, and each is what it should be."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from account_exports import PLACES, TABLE, are_all, make_workbook, place
from long_runs import long_run
from styrxl.accounts.place import Placing

ACCOUNTS = ("1510", "3011", "3999", "4010", "7999", "8310", "")
UNITS = ("2100", "2199 Åby", "3001", "9999", "")
ACTIVITIES = ("440", "407 Förskola", "999", "")
LEDGER = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(UNITS), st.sampled_from(ACTIVITIES), st.integers(-(10**9), 10**9)), max_size=40
)
FEW = settings(max_examples=long_run(60, 1_500))


def _expect(ledger: list[tuple[str, str, str, int]]) -> tuple[dict[tuple[str, str], int], int]:
    """Return by owner and activity what a ledger's net cost is (öre), and what of all of it is placed, worked out another way."""
    net: defaultdict[tuple[str, str], int] = defaultdict(int)
    for account, unit, activity, ore in ledger:
        if account[:1] not in {"3", "4", "7"}:
            continue
        if unit[:2] == "21" and activity[:3] in {"440", "407"}:
            net["UBN", "Grundskola" if activity == "440" else "Förskola"] += ore
        elif unit == "3001":
            net["KFN", "Bibliotek"] += ore
    return dict(net), sum(net.values())


def _check(placing: Placing, ledger: list[tuple[str, str, str, int]]) -> None:
    assert are_all(placing)
    assert sum(placing.parted.total) == Decimal(sum(ore for *_, ore in ledger)) / 100
    suspects = placing.parted.suspects
    kept = [row for number, row in enumerate(ledger, 2) if number not in suspects]
    net, placed = _expect(kept)
    assert {(row.owner, row.activity): row.net_ore for row in placing.booked} == net
    assert sum(placing.placed) == Decimal(placed) / 100
    assert suspects <= {each.row.number for each in placing.unplaced} | {n for n, row in enumerate(ledger, 2) if row[0] == "1510"}


@FEW
@given(LEDGER)
def test_a_text_is_accounted_for_to_the_ore(ledger: list[tuple[str, str, str, int]]) -> None:
    lines = [f"{account};{unit};{activity};{Decimal(ore) / 100:.2f}".replace(".", ",") for account, unit, activity, ore in ledger]
    _check(place("\n".join(["Konto;Ansvar;Verksamhet;Utfall", *lines]).encode(), TABLE + PLACES), ledger)


@settings(max_examples=long_run(10, 200))
@given(LEDGER)
def test_a_workbook_is_accounted_for_to_the_ore(ledger: list[tuple[str, str, str, int]]) -> None:
    rows = [(account, unit, activity, ore / 100) for account, unit, activity, ore in ledger]
    _check(place(make_workbook([("Konto", "Ansvar", "Verksamhet", "Utfall"), *rows]), TABLE + PLACES), ledger)


@FEW
@given(LEDGER.filter(len))
def test_subtotals_and_a_total_that_say_so_change_nothing(ledger: list[tuple[str, str, str, int]]) -> None:
    lines, total = ["Konto;Ansvar;Verksamhet;Utfall"], 0
    for number, (account, unit, activity, ore) in enumerate(ledger):
        lines.append(f"{account};{unit};{activity};{ore / 100:.2f}")
        total += ore
        if number % 3 == 0:
            lines.append(f"Summa hittills;;;{total / 100:.2f}")
    lines.append(f"Totalt;;;{total / 100:.2f}")
    placing = place("\n".join(lines).encode(), TABLE + PLACES)
    assert are_all(placing)
    assert sum(placing.parted.total) == Decimal(total) / 100
    assert [each.is_wrong for each in placing.parted.sums] == [False] * len(placing.parted.sums)
    assert placing.parted.sums[-1].whole
