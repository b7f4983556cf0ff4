"""The kinds of decisions about returns, as the ledger keeps them."""

from __future__ import annotations

SET_ASIDE, TAKE_BACK = "set-aside", "take-back"  # a return no longer counts; it counts again
MERGE = "merge"  # a return was made of two; the origin of its receipt begins so, and the hashes of the older and the newer follow
ASSIGN = "assign"  # a return counts as an owner's
ANEW = "anew"  # a return is judged by the rules and forms of the day
