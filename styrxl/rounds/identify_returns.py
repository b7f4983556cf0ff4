"""Returns that were read, identified as they come, each with what it was issued with: what judging them needs is fetched here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, takewhile

from styrxl import __version__
from styrxl.model.decisions import ASSIGN, Decision
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Decided, Recorded
from styrxl.model.prefill import Prefill, PrefillReader
from styrxl.model.rounds import Round
from styrxl.returns.read import ReturnReader, make_form_key
from styrxl.rounds.desk import Desk
from styrxl.rounds.prefills import fetch_prefills
from styrxl.scale.read_all import fetch_return
from styrxl.scale.return_files import ReadFile
from styrxl.store.ledger import BY_HAND, Verdict
from styrxl.store.receipts import Receipt
from styrxl.validation.claims import find_newest_anew
from styrxl.validation.context import Arrival, Context
from styrxl.validation.identify import Identified, Identifier, add_prefill, mark_unreadable

ReadReturn = tuple[ReadFile, Receipt]  # a return that was read, and when it came
Current = Callable[[str, str], Prefill | None]  # owner, form -> what the owner would be issued now
_TOGETHER = 500  # returns whose issues are fetched at once


def identify_returns(
    desk: Desk, returns: Iterable[ReadReturn], context: Context, current: Current, supposed: Decision | None = None
) -> Iterator[Identified]:
    """Yield returns as they are identified, in order.

    ``current`` is only asked about returns whose issue is not known. ``supposed``: a decision that they are judged by, as if it had been
    made. Raises StyrxlError: key-missing, key-broken, not-readable.
    """
    identifier, shared, decided = Identifier(context), PrefillReader(), fetch_decisions(desk, context.round)
    if supposed is not None:
        decided[supposed.sha256] = (*decided.get(supposed.sha256, ()), _as_decided(supposed))
    recorded = fetch_recorded(desk, context.round) if context.round and context.whole_inbox else {}
    rest = iter(returns)
    with ReturnReader(context.forms, desk.limits) as readings:
        while some := list(islice(rest, _TOGETHER)):
            arrivals = [_arrival(desk, gathered, receipt, decided, recorded) for gathered, receipt in some]
            issued = fetch_prefills(desk.ledger, {issue for one in arrivals for issue in identifier.issues_named(one)}, shared)
            for arrival, (gathered, _) in zip(arrivals, some, strict=True):
                return_ = identifier.identify(arrival, issued)
                yield identifier.doubt_cell(_as_issued(desk, gathered, return_, current, readings)) if return_.form else return_


def fetch_decisions(desk: Desk, round_: Round | None) -> dict[str, tuple[Decided, ...]]:
    """Return what was decided about returns, by their hash; where no round is named not whose they are, which is a round's own."""
    return {
        sha256: tuple(_as_decided(d) for d in those if round_ or d.kind != ASSIGN)
        for sha256, those in desk.ledger.decisions(round_.id if round_ else None).items()
    }


def _as_decided(decision: Decision) -> Decided:
    d = decision
    return Decided(d.kind, d.reason, d.decided_by, d.decided_at, d.owner, d.form, d.edition)


def fetch_recorded(desk: Desk, round_: Round) -> dict[str, Recorded]:
    """Return what an earlier version of the program found of returns last, by their hash; nothing where this one has judged them."""
    if desk.ledger.programs(round_.id) <= {__version__}:
        return {}
    return {
        sha256: _find_since(verdicts)
        for sha256, verdicts in desk.ledger.verdicts_of_bytes(round_.id).items()
        if verdicts[-1].program != __version__
    }


def _find_since(verdicts: Sequence[Verdict]) -> Recorded:
    """Return the newest of a return's verdicts, with the time since which it has been the same."""
    last = verdicts[-1]
    *_, since = (verdict.judged_at for verdict in takewhile(lambda v: v.verdict == last.verdict, reversed(verdicts)))
    return Recorded(last.verdict, last.forms, last.program, last.inputs, since)


def _arrival(
    desk: Desk, gathered: ReadFile, receipt: Receipt, decided: Mapping[str, tuple[Decided, ...]], recorded: Mapping[str, Recorded]
) -> Arrival:
    signed = bool(gathered.reading.identity) and desk.signed(gathered.reading.identity or {})
    file, decisions = gathered.file, decided.get(gathered.sha256, ())
    return Arrival(
        file.name,
        gathered.sha256,
        receipt.received_at,
        gathered.reading,
        signed,
        decisions,
        receipt.dated_at,
        _find_name(receipt),
        recorded.get(gathered.sha256),
    )


def _find_name(receipt: Receipt) -> str:
    """Return the name that a file had where it came from, or has where it was put by hand; '' where that is not known."""
    if receipt.origin in {None, BY_HAND}:
        return receipt.path.rpartition("/")[2]
    kept = (receipt.origin or "").rpartition("/")[2]
    return kept if "." in kept and "@" not in kept else ""


def _as_issued(desk: Desk, gathered: ReadFile, return_: Identified, current: Current, readings: ReturnReader) -> Identified:
    """Return a return with what it was issued with, read again where that was another form than it says; unreadable if that fails."""
    try:
        if return_.prefill is None:
            return_ = add_prefill(return_, current(return_.owner, return_.identity["form"]), desk.forms)
        return _read_as_issued(desk, gathered, return_, readings)
    except StyrxlError:
        raise
    except Exception as error:  # noqa: BLE001 -- the trap: one file must not take the round down
        return mark_unreadable(return_, error)


def _read_as_issued(desk: Desk, gathered: ReadFile, return_: Identified, readings: ReturnReader) -> Identified:
    form, reading = return_.form, return_.arrival.reading
    if form is None or reading.form == make_form_key(form):
        return return_
    data, _, _ = fetch_return(gathered.file, desk.limits)
    exact = find_newest_anew(return_.arrival.decided) is not None
    again = readings.read_as(data, form, return_.identity.get("language", reading.language), exact=exact)
    form = desk.forms.form(*again.form) if again.form else form
    return replace(return_, arrival=replace(return_.arrival, reading=again), form=form)
