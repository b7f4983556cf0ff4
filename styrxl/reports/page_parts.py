"""What the pages of both workbooks are made with: a page under its title, sums, folded rows, links to files, sections of the goal tree."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.excel.pages import BOLD, Block, Field, Link, Page, Row, outline_level
from styrxl.model.amounts import add_known
from styrxl.model.goal_tree import COUNCIL_GOAL, Node
from styrxl.model.masking import mask_persons
from styrxl.reports.view import View

LINK_WIDTH = 17.0
MOST_ROWS_SEEN = 200  # before something is folded away
_MOST_BOARD_ROWS_SEEN = 40  # of money, before activities are folded away: the council reads board by board


def make_titled_page(view: View, key: str, blocks: Sequence[Block], **facts: object) -> Page:
    """Return a page with the name, title and help that ``sheets/report.yaml`` gives it."""
    facts = {"municipality": view.scope.municipality, "round": view.scope.round_name, "board": view.name(view.board) or "", **facts}
    title, help_ = (view.phrases.sheet(key, f"{view.audience}_{part}", **facts) for part in ("title", "help"))
    return Page(view.phrases.sheet(key, "name"), title, help_, tuple(blocks), key, view.phrases.read_help(key, **facts))


def sum_label(view: View) -> str:
    """Return what the last row is called, which adds up all others."""
    return view.phrases.word("sum" if view.board else "sum_boards")


def sum_row(fields: Sequence[Field], rows: Sequence[Row], label: str) -> Row:
    """Return the row that adds up the columns of money; what no row has an amount of has no sum."""
    cells = [add_known(row.cells[n] for row in rows) if f.kind == "money" else None for n, f in enumerate(fields)]
    return Row((label, *cells[1:]), weight=BOLD)


def fold_level(view: View, rows: Sequence[Row]) -> int:
    """Return the level of the outline below which rows of money are folded away."""
    return outline_level([row.level for row in rows], MOST_ROWS_SEEN if view.board else _MOST_BOARD_ROWS_SEEN)


def lacking_word(view: View, lacking: int) -> str:
    """Say how many boards lack a budget or a follow-up."""
    key = "all_in" if not lacking else "one_lacks_budget" if lacking == 1 else "n_lack_budget"
    return view.phrases.word(key, n=lacking)


def newest_return(view: View) -> str:
    """Say on which day the newest return came in, or that none has."""
    days = [view.day_of(r.received).isoformat() for r in view.returns if r.received]
    return view.phrases.word("newest", day=max(days)) if days else view.phrases.word("no_returns")


def file_link(owner: str, path: str) -> Link:
    """Return the link to a return's file, which says whose it is."""
    return Link(f"{owner} · {file_name(path)}", path)


def file_name(path: str) -> str:
    """Return the name of a file in the workspace, as it may be shown."""
    return mask_persons(path.rpartition("/")[2])


# the goal tree


def section_of(node: Node) -> str | None:
    """Return the section that begins with a node that hangs under no goal of the council: ``free`` or ``loose``; None within one."""
    if not node.loose or node.depth:
        return None
    return "free" if node.free else "loose"


def section_row(view: View, section: str, width: int) -> Row:
    """Return the row that heads a section, and says why it is there."""
    return Row((view.phrases.word(section), None, view.phrases.word(f"{section}_why"), *[None] * (width - 3)), weight=BOLD)


def node_depth(node: Node) -> int:
    """Return how far a node's row is indented: what hangs under no goal of the council stands under the heading of its section."""
    return node.depth + (1 if node.loose else 0)


def commitments_below(node: Node) -> int | None:
    """Return how many commitments are under a node; None where nothing can be or is."""
    return node.commitments if node.below or node.kind == COUNCIL_GOAL else None
