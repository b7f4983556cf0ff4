"""What charts of goals say in their titles: of goals that nobody can assess it is never said that none is fulfilled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from styrxl.model.goal_judgement import YES, Grade
from styrxl.reports.view import View


def goals_title(view: View, grades: Sequence[Grade]) -> str:
    """Say how many of the council's goals are fulfilled, and of how many that cannot be said."""
    tense, unknown = "final" if view.round.kind.final else "expected", grades.count(None)
    if unknown == len(grades):
        return view.phrases.word(f"goals_unknown_{tense}", n=unknown)
    title = view.phrases.chart_title(f"goals_{tense}", grades.count(YES), len(grades))
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
