"""What has happened, in words, with the ways to the returns and owners that it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from styrxl.model.days import format_moment
from styrxl.model.decisions import ASSIGN
from styrxl.model.masking import make_showable
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.log import Event, describe_event
from styrxl.web.desk.access import Access
from styrxl.web.desk.return_links import owner_href, return_href


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event: when, in which round, whose (with the way there), what happened, and the way to the return that it is about, if any."""

    at: str
    round: Round
    owner: str
    owner_name: str
    owner_href: str
    text: str
    return_href: str


@dataclass(frozen=True, slots=True)
class EventWriter:
    """Puts a round's events into words."""

    round: Round
    language: str
    titles: Mapping[str, str]
    names: Mapping[str, str]
    there: Collection[str]  # paths of the returns in the inbox
    zone: tzinfo

    @classmethod
    def of(cls, desk: Desk, round_: Round, language: str) -> EventWriter:
        """Return the writer of a round's events in a language."""
        titles = {known: title[language] for known, title in desk.forms.titles().items()}
        there = frozenset(desk.workspace.shown(path) for path in desk.workspace.inbox_files(round_).files)
        return cls(round_, language, titles, desk.plan.names(round_.day), there, desk.zone)

    def write(self, event: Event) -> ShownEvent:
        """Return an event in words."""
        owner = event.owner or ""
        return ShownEvent(
            format_moment(event.at, self.zone),
            self.round,
            owner,
            self.names.get(owner, ""),
            owner_href(self.round.id, owner) if owner else "",
            make_showable(describe_event(event, self.language, self.titles)),
            return_href(self.round.id, event.path) if event.path in self.there else "",
        )

    def holds(self, event: Event, searched: str) -> bool:
        """Tell whether an event is about what is searched for: an owner's id or name, a file, or any words of it."""
        owner = event.owner or ""
        known = (owner, self.names.get(owner, ""), event.path, describe_event(event, self.language, self.titles))
        return any(searched in text.casefold() for text in known)


def list_seen(access: Access, events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events that say something new, of and about owners who may be seen: one that gives a return to another is of both."""
    new = (event for event in events if not event.again)
    return (event for event in new if access.sees(event.owner) and access.sees(event.facts["to"] if event.event == ASSIGN else event.owner))
