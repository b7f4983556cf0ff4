"""Days as people in the municipality have them: times are kept in UTC, and told in its zone, whichever computer looks."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from functools import cache
from typing import overload
from zoneinfo import ZoneInfo

STANDARD_ZONE = "Europe/Stockholm"


@cache
def standard_zone() -> tzinfo:
    """Return the zone of Swedish municipalities: what counts where no settings say another, or none can be read."""
    return ZoneInfo(STANDARD_ZONE)


@overload
def local_day(moment: datetime, zone: tzinfo) -> date: ...


@overload
def local_day(moment: datetime | None, zone: tzinfo) -> date | None: ...


def local_day(moment: datetime | None, zone: tzinfo) -> date | None:
    """Return the day that people in a zone had then; a time without a zone is theirs already."""
    return _in_zone(moment, zone).date() if moment else None


def begin_of_day(moment: datetime, zone: tzinfo) -> datetime:
    """Return when the day began that people in a zone had then."""
    return datetime.combine(local_day(moment, zone), time(), zone)


def format_moment(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as people in a zone write it, to the minute."""
    return f"{_in_zone(moment, zone):%Y-%m-%d %H:%M}"


def stamp_moment(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as it stands in the names of files, to the second."""
    return f"{_in_zone(moment, zone):%Y%m%d-%H%M%S}"


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
