"""What a controller's command works with: the workspace, its ledger, the council's plan, and the time that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.council_plan import Plan
from styrxl.model.days import local_day
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES, Form
from styrxl.model.levels import list_kinds
from styrxl.model.limits import Limits, limits_of_returns
from styrxl.model.prefill import list_signed
from styrxl.model.rounds import Round
from styrxl.rounds.council_plan import read_plan
from styrxl.scale.kept_in_memory import Memory
from styrxl.scale.return_files import ReadingMethod
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace, its ledger, the council's plan, the time, and who is at work."""

    workspace: Workspace
    ledger: Ledger
    plan: Plan
    now: datetime
    by: str = "?"
    how: ReadingMethod = field(default_factory=ReadingMethod)  # how returns are read
    memory: Memory = field(default_factory=Memory)  # of rounds that were judged before

    @property
    def forms(self) -> Forms:
        """The forms, and those that were issued as they were then; raises StyrxlError as ``Ledger.editions``."""
        return self.workspace.forms_with(self.ledger.editions)

    @property
    def zone(self) -> tzinfo:
        """The municipality's zone, in which days and times are told."""
        return self.workspace.settings.zone

    @property
    def today(self) -> date:
        """The day that people in the municipality have."""
        return local_day(self.now, self.zone)

    @property
    def limits(self) -> Limits:
        """What a return may be: as the settings have it, with room for what is handed out."""
        return limits_of_returns(self.workspace.settings.limits, len(self.plan.organisations))

    def signed(self, identity: Mapping[str, str]) -> bool:
        """Whether a workbook's identity carries our signature; raises StyrxlError: key-missing, key-broken, not-readable."""
        return self.workspace.verify(list_signed(identity), identity.get("signature", ""))


def open_desk(workspace: Workspace, ledger: Ledger, now: datetime, by: str = "?", how: ReadingMethod | None = None) -> Desk:
    """Return a workspace's desk, with the council's plan read; raises as ``read_plan``."""
    return Desk(workspace, ledger, read_plan(workspace, workspace.forms_with(ledger.editions)), now, by, how or ReadingMethod())


def name_file(forms: Forms, round_: Round, owner: str, form: Form) -> str:
    """Return the name of an owner's workbook in the folders of a round: of its first form its own, of others the form's too."""
    first, *_ = (*forms.for_level(form.level, round_.kind), form.name)
    return f"{owner}.xlsx" if form.name == first else f"{owner}.{form.name}.xlsx"


def name_levels(forms: Forms, levels: Sequence[str]) -> dict[str, str]:
    """Return the kinds of organisation of some levels, by language, as the council's plan calls them: ``nämnd eller enhet``."""
    kinds = forms.words.lists["kind"]
    names = {language: [kinds[kind][language].lower() for kind in list_kinds(levels)] for language in LANGUAGES}
    either = {"sv": " eller ", "en": " or "}
    return {language: either[language].join([", ".join(some[:-1]), some[-1]] if some[1:] else some) for language, some in names.items()}


def suggest_nearest(plan: Plan, typed: str) -> dict[str, Word | str]:
    """Return the fact by which an error on an owner that is not there says which may be meant."""
    nearest = [name for name in plan.nearest(typed) if name != typed]
    return {"nearest": Word("nearest", {"list": nearest}) if nearest else ""}


def belongs_to_another(forms: Forms, path: str, owner: str | None, form: str | None, round_: str | None) -> StyrxlError:
    """Return the error that says that a workbook is somebody's already."""
    title = forms.titles().get(form or "", form)
    return StyrxlError("belongs-to-another", path=path, owner=owner, form=title, round=round_)


def find_only_round(workspace: Workspace, year: int) -> Round:
    """Return the one round that has an inbox or, where none has, that was handed out.

    Raises StyrxlError: which-round where there are several; no-round-yet where there are none (``year`` is the present one).
    """
    names = next((names for folder in ("inbox", "outbox") if (names := _folders_in(workspace.root / folder))), [])
    if not names:
        raise StyrxlError("no-round-yet", round=f"{year + 1}-plan")
    if len(names) > 1:
        raise StyrxlError("which-round", rounds=", ".join(names), last=names[-1])
    return workspace.rounds.parse(names[0])


def _folders_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
