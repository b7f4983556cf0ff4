"""Answers that mount up: after so many in a day to one address no more go there, since nobody sends that much by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from styrxl.mail.outgoing.letter import Letter
from styrxl.model.addresses import fold_address
from styrxl.store.mail_states import ANSWER, NOTICE

Reason = tuple[str, Mapping[str, object]]  # a word of the catalogue and its facts


def find_mounting(letters: Iterable[Letter], sent: Counter[tuple[str, str]], most: int) -> dict[tuple[str, str, str, str], Reason]:
    """Return which answers and notices are not to go today, by their keys, and why.

    ``sent``: how many have gone today to each address and owner; ``most``: how many may.
    """
    counts, stopped = Counter(sent), dict[tuple[str, str, str, str], Reason]()
    for letter in letters:
        if letter.kind not in {ANSWER, NOTICE}:
            continue
        keys = [(fold_address(address), letter.owner) for address in letter.to]
        if full := [address for address, key in zip(letter.to, keys, strict=True) if counts[key] >= most]:
            stopped[letter.key] = ("mail_mounting", {"address": full[0], "n": most})
        else:
            counts.update(keys)
    return stopped
