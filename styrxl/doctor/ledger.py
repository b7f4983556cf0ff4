"""The ledger: whether it is there and whole, of which format, and what its clock and its newest record say of ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from styrxl.doctor.computer import format_size
from styrxl.doctor.look import COMPUTER, GOOD, LEDGER, MEND, WATCH, Look, look_at_error
from styrxl.model.days import format_moment
from styrxl.model.errors import StyrxlError
from styrxl.store.ledger_health import LedgerHealth, look_into_ledger
from styrxl.store.migrations import HEAD
from styrxl.store.workspace import Workspace

PATIENCE = 10.0  # seconds to wait for a server, or for somebody else's writing
_APART, _FAR_APART = timedelta(minutes=1), timedelta(minutes=10)  # clocks


def look_for_ledger(workspace: Workspace) -> tuple[list[Look], LedgerHealth | None]:
    """Return what is to be said of a workspace's ledger, and how it is where it can be read."""
    place = workspace.database
    if isinstance(place, Path) and not place.exists():
        missing = look_at_error(LEDGER, StyrxlError("ledger-missing", path=str(place)))
        return [missing if workspace.is_used else Look(LEDGER, GOOD, "ledger-none")], None
    try:
        health = look_into_ledger(place, PATIENCE)
    except StyrxlError as error:
        interrupted = isinstance(place, Path) and place.with_name(f"{place.name}-journal").exists()
        return [Look(LEDGER, WATCH, "ledger-interrupted") if interrupted else look_at_error(LEDGER, error)], None
    return list(tell_ledger(health, place, used=workspace.is_used)), health


def tell_ledger(health: LedgerHealth, place: Path | str, *, used: bool) -> Iterator[Look]:
    """Tell which format a ledger has, and what in it was cut short."""
    facts = {"server": health.server, "version": health.version or "", "known": HEAD}
    size = format_size(place.stat().st_size) if isinstance(place, Path) else {}
    if health.version is None:
        missing = look_at_error(LEDGER, StyrxlError("ledger-missing", path=str(place)))
        yield missing if used else Look(LEDGER, GOOD, "ledger-empty", facts)
    elif health.version > HEAD:
        yield Look(LEDGER, MEND, "ledger-newer", facts)
    elif health.version < HEAD:
        yield Look(LEDGER, WATCH, "ledger-older", facts)
    else:
        yield Look(LEDGER, GOOD, "ledger-file" if size else "ledger-server", {**facts, "size": size})
    if health.in_flight:
        yield Look(LEDGER, WATCH, "mails-in-flight", {"n": health.in_flight})
    if health.unfinished:
        yield Look(LEDGER, WATCH, "purges-unfinished", {"n": health.unfinished})


def tell_clocks(health: LedgerHealth, now: datetime, here: datetime, zone: tzinfo) -> Iterator[Look]:
    """Tell whether our clock goes with the ledger's: no record may be newer than now, and a server's clock should show the same.

    ``now``: the time that commands record; ``here``: what this computer's clock showed as the server's was asked.
    """
    if health.newest and health.newest - now > _APART:
        facts = {"now": format_moment(now, zone), "newest": format_moment(health.newest, zone)}
        yield Look(COMPUTER, WATCH, "clock-before-ledger", facts)
    if health.clock:
        yield tell_apart(health.clock, here, health.server)


def tell_apart(theirs: datetime, ours: datetime, server: str) -> Look:
    """Tell how far a server's clock and ours are apart."""
    apart = abs(theirs - ours)
    facts = {"server": server, "seconds": round(apart.total_seconds())}
    if apart > _APART:
        return Look(COMPUTER, MEND if apart > _FAR_APART else WATCH, "clocks-apart", facts)
    return Look(COMPUTER, GOOD, "clocks-agree", facts)
