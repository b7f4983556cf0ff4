"""Days as people here have them: times are kept in UTC, and their days told in the computer's own zone."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import overload


@overload
def local_day(moment: datetime) -> date: ...


@overload
def local_day(moment: datetime | None) -> date | None: ...


def local_day(moment: datetime | None) -> date | None:
    """Return the day that people here had then; a time without a zone is theirs already."""
    return moment.astimezone().date() if moment else None


def begin_of_day(moment: datetime) -> datetime:
    """Return when the day began that people here had then."""
    return datetime.combine(local_day(moment), time()).astimezone()


def format_moment(moment: datetime) -> str:
    """Return a moment as people here write it, to the minute."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
