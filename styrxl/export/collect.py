"""All resources of a round together, each fact with the dimensions that it refers to."""

from __future__ import annotations

from collections.abc import Iterable

from styrxl.export.dimensions import make_goals, make_indicators, make_owners, make_rounds, name_rounds
from styrxl.export.figures import make_figures
from styrxl.export.indicators import make_values
from styrxl.export.judged_tables import make_findings, make_status
from styrxl.export.resource import Resource
from styrxl.export.round_tables import make_round_tables
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.view import View
from styrxl.rounds.status import OwnerStatus


def collect_resources(view: View, statuses: Iterable[OwnerStatus]) -> list[Resource]:
    """Return dimensions, facts, the accepted tables, findings and status of a round as the council sees it (``view``)."""
    followup = FollowupView(view, view.history) if view.history else None
    facts = [*make_figures(view, followup), make_values(view, followup)]
    told = [*make_round_tables(view), make_findings(view.judged, view.scope.language), make_status(view.round.id, statuses)]
    goals, indicators = make_goals(view), make_indicators(view, followup)
    about = [*facts, *told, goals, indicators]
    owners = make_owners(view, {owner for each in about if "owner" in each.names for owner in each.values("owner") if owner})
    rounds = {id_ for each in about if "round" in each.names for id_ in each.values("round")}
    names = {of.id: of.name(view.scope.language) for of in name_rounds(view)} | {view.round.id: view.scope.round_name}
    return [owners, goals, make_rounds(view, rounds, names), indicators, *facts, *told]
