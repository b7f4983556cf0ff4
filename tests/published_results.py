"""Statements of results that municipalities have published, for the last rows of the page Ekonomi to be held against (mnkr)."""

from __future__ import annotations

# Västerviks kommun, Årsredovisning 2020, Finansiella rapporter, Resultaträkning, kommunen (vastervik.se). Costs with depreciation: -2,690.0
# and -25.8; revenue with what disturbs comparison: 442.1 and 5.4. Net financial items: 28.4 and -9.9. Boards: ``VASTERVIK_2020``.
VASTERVIK_2020_RESULT = {
    "revenue": 447.5,
    "cost": -2715.8,
    "net": -2268.3,
    "tax_revenue": 1579.2,
    "general_grants": 696.5,
    "net_financial_items": 18.5,
    "result": 25.9,
}
# What the boards' list does not hold, worked out from the published totals: what is common to the municipality comes to what its net cost
# is beyond theirs, and internal items to what their revenue is beyond the municipality's.
VASTERVIK_2020_COMMON, VASTERVIK_2020_INTERNAL = 61.2, 201.3

# Sjöbo kommun, Årsredovisning 2016, Resultaträkning and Noter 1 and 2 (finansiellinformation.se). Operations as a whole, since the boards
# are not in what was read; capital cost that operations are charged with, depreciation, and internal items between them.
SJOBO_2016 = {"revenue": 839.0, "cost": -1750.3, "capital_cost": 34.8, "depreciation": -28.2, "internal": 564.3}
SJOBO_2016_RESULT = {
    "revenue": 274.7,
    "cost": -1151.2 - 28.2,
    "net": -904.7,
    "tax_revenue": 729.3,
    "general_grants": 188.7,
    "net_financial_items": 9.7,
    "result": 23.0,
}
