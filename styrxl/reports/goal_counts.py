"""How many goals are fulfilled, in figures and titles; of goals that nobody can assess it is never said that none is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from styrxl.model.goal_judgement import NO, PARTLY, YES, Grade
from styrxl.reports.view import View


def count_fulfilled(grades: Sequence[Grade]) -> int | None:
    """Return how many goals are fulfilled; None where none of them can be assessed."""
    return grades.count(YES) if any(grade is not None for grade in grades) else None


def count_word(view: View, grades: Sequence[Grade], total: int | None = None) -> str:
    """Say of how many goals that is (``total``, else all that have grades), and how the others stand."""
    word, of = view.phrases.word, len(grades) if total is None else total
    if count_fulfilled(grades) is None:
        return word("none_assessable", n=of)
    rest = word("partly_and_not", partly=grades.count(PARTLY), no=grades.count(NO), unknown=grades.count(None))
    return f"{word('of_all', n=of)}; {rest}"


def goals_title(view: View, grades: Sequence[Grade]) -> str:
    """Say how many of the council's goals are fulfilled, and of how many that cannot be said."""
    scale, unknown = view.round.kind.scale, grades.count(None)
    if unknown == len(grades):
        return view.phrases.word(f"goals_unknown_{scale}", n=unknown)
    title = view.phrases.chart_title(f"goals_{scale}", grades.count(YES), len(grades))
    return f"{title} ({view.phrases.word('n_not_assessable', n=unknown)})" if unknown else title


def trend_title(view: View, before: Mapping[Grade, int], now: Mapping[Grade, int]) -> str:
    """Say whether more goals are fulfilled than the time before, by how many are assessed so."""
    if not _count_known(now):
        return view.phrases.word("trend_unknown_now")
    if not _count_known(before):
        return view.phrases.word("trend_unknown_before", new=now[YES])
    key = "trend_more" if now[YES] > before[YES] else "trend_fewer" if now[YES] < before[YES] else "trend_same"
    return view.phrases.word(key, old=before[YES], new=now[YES])


def _count_known(counts: Mapping[Grade, int]) -> int:
    return sum(n for grade, n in counts.items() if grade is not None)
