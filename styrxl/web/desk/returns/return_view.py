"""What a return's page shows: its verdict in words, its findings with the ways to their cells, and its answers with their marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from styrxl.mail.info_lines import list_info_lines
from styrxl.model.catalogue import is_waivable, name_rule
from styrxl.model.findings import fix
from styrxl.model.grouped_findings import FindingGroup, group_findings
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import make_showable
from styrxl.rounds.one_return.answers import ShownReturn
from styrxl.web.desk.return_links import make_anchor

TONES = {"accepted": "good", "rejected": "mend", "unreadable": "mend", "superseded": "watch", "duplicate": "watch", "set-aside": "watch"}
SIGNS = {"good": "✓", "mend": "✗", "watch": "!"}
LONG = 1_500  # letters from which a text is folded


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding, or several that are equal: what it says, where on the page its first cell is, and what names it there."""

    id: str
    severity: str
    place: str
    anchor: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class CellMark:
    """What stands at a cell with findings: the worst severity, and which findings."""

    severity: str
    findings: tuple[ShownFinding, ...]


@dataclass(frozen=True, slots=True)
class ShownFindings:
    """A return's findings, the most important first: by severity, by anchor of their cells, and what there is to know in lines."""

    errors: tuple[ShownFinding, ...]
    warnings: tuple[ShownFinding, ...]
    told: tuple[str, ...]
    marks: Mapping[str, CellMark]
    cells: Mapping[str, frozenset[str]]  # sheet -> its cells in which something was found

    def cells_of(self, sheet: str) -> frozenset[str]:
        """Return the cells of a sheet in which something was found to mend or to check."""
        return self.cells.get(sheet, frozenset())


def show_findings(judged: Judged, shown: ShownReturn | None, language: str) -> ShownFindings:
    """Return a return's findings as its page shows them."""
    anchors = _list_anchors(shown)
    groups = group_findings([f for f in judged.findings if f.severity != "info" or judged.verdict == "set-aside"], language, fix)
    made = [(_show_group(group, number, anchors), group) for number, group in enumerate(groups, 1)]
    marks: dict[str, CellMark] = {}
    for one, group in made:
        for cell in dict.fromkeys(make_anchor(f.sheet or "", f.cell) for f in group.group if f.cell):
            before = marks.get(cell)
            marks[cell] = CellMark(before.severity, (*before.findings, one)) if before else CellMark(one.severity, (one,))
    told = () if judged.verdict == "set-aside" else tuple(list_info_lines(judged.findings, language))
    errors = tuple(one for one, _ in made if one.severity == "error")
    return ShownFindings(errors, tuple(one for one, _ in made if one.severity != "error"), told, marks, _list_cells(groups))


def _show_group(group: FindingGroup, number: int, anchors: frozenset[str]) -> ShownFinding:
    first = group.group[0]
    exact, sheet = make_anchor(first.sheet or "", first.cell or ""), make_anchor(first.sheet or "")
    anchor = exact if exact in anchors else sheet if sheet in anchors else ""
    texts = (make_showable(text) for text in (group.place, group.message, group.fix))
    place, message, remedy = texts
    return ShownFinding(f"finding-{number}", group.severity, place, anchor, message, remedy)


def _list_cells(groups: Sequence[FindingGroup]) -> dict[str, frozenset[str]]:
    placed = [(f.sheet or "", f.cell) for group in groups for f in group.group if f.cell]
    return {sheet: frozenset(cell for name, cell in placed if name == sheet) for sheet, _ in placed}


def _list_anchors(shown: ShownReturn | None) -> frozenset[str]:
    if shown is None:
        return frozenset()
    anchors = {make_anchor(sheet.name) for sheet in shown.sheets}
    anchors |= {make_anchor(sheet.name, cell) for sheet in shown.sheets for cell, _ in sheet.headings}
    return frozenset(anchors | {make_anchor(sheet.name, one.cell) for sheet in shown.sheets for row in sheet.rows for one in row.cells})


def find_counting(round_: JudgedRound, judged: Judged) -> Judged | None:
    """Return the return that counts for a return's owner and form; None where none does."""
    if judged.owner is None:
        return None
    return next((r for r in round_.accepted if (r.owner, r.form) == (judged.owner, judged.form)), None)


def list_same_owner(round_: JudgedRound, judged: Judged) -> list[Judged]:
    """Return the returns of a return's owner and form, itself among them, the newest first; it alone where nobody knows whose it is."""
    if judged.owner is None:
        return [judged]
    return sort_newest_first([r for r in round_.returns if (r.owner, r.form) == (judged.owner, judged.form)])


def sort_newest_first(returns: Sequence[Judged]) -> list[Judged]:
    """Return returns sorted by when they came, the newest first."""
    return sorted(returns, key=lambda r: (str(r.received), r.path), reverse=True)


def list_rules_to_waive(judged: Judged, language: str) -> list[str]:
    """Return what the rules are called that would have to be waived for a return to count; none where that does not do."""
    stopping = dict.fromkeys(finding.rule for finding in judged.findings if finding.severity == "error")
    rules = [name_rule(rule, language) for rule in stopping if is_waivable(rule)]
    return rules if judged.verdict == "rejected" and judged.owner and len(rules) == len(stopping) else []


def list_waived(judged: Judged, language: str) -> dict[str, str]:
    """Return what the rules are called of which a waiver holds for a return, each with its reason."""
    waived = {f.rule: make_showable(str(f.facts["waived"])) for f in judged.findings if "waived" in f.facts}
    return {name_rule(rule, language) if is_waivable(rule) else rule: reason for rule, reason in waived.items()}
