"""What the overviews of both workbooks are made of: key figures, and charts with the same figures in a table."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.excel.pages import Block, Field, Row, Series
from styrxl.model.catalogue import number_text
from styrxl.reports.participation import Participation, list_other_forms
from styrxl.reports.view import View

LABEL_WIDTH, FIGURE_WIDTH = 66.0, 12.0
# The grid of the council's overviews, in million kronor: a text, an id, four figures; what is long, and charts, on the right.
TEXT, ID, FIGURE, LONG = 44.0, 14.0, 16.5, 66.0
LEFT, CHART_WIDTH = 5, 15.2  # columns of it on the left of a chart; centimetres on its right
GOAL_LETTERS = 110  # of a goal or a commitment: one line
SIGNED = "+#,##0;\N{MINUS SIGN}#,##0;0"  # number format
Figure = tuple[str, float | None, str | None]  # a key figure: its name, how much, and a remark


def group_by_level(view: View, owners: Sequence[Participation], done: str) -> list[tuple[str, list[Participation]]]:
    """Return those who take part as boards, units and administrations, each with the key of the figure that counts who is done.

    ``done``: how keys end that count plans or follow-ups of them. A board that reads is not counted itself.
    """
    groups = {"boards": ("unit", "administration"), "units": ("unit",), "administrations": ("administration",)}
    found = []
    for name, kinds in groups.items():
        mine = [p for p in owners if (p.owner.kind in kinds) != (name == "boards")]
        if mine and not (view.board and name == "boards"):
            found.append((f"{name}_{done if view.about_plans and name != 'administrations' else 'collected'}", mine))
    return found


def count_other_forms(view: View) -> list[Figure]:
    """Return how many are done of each further form that owners have in the round."""
    by_form: dict[str, list[Participation]] = {}
    for name, p in list_other_forms(view):
        by_form.setdefault(name, []).append(p)
    word = view.phrases.word
    return [
        (word("form_done", form=view.form_title(name)), sum(p.accepted is not None for p in mine), word("of_issued", n=len(mine)))
        for name, mine in by_form.items()
    ]


def key_figures_block(view: View, figures: Sequence[Figure]) -> Block:
    """Return key figures as a block."""
    heading = view.phrases.heading
    fields = (
        Field(heading("figure"), width=LABEL_WIDTH),
        Field(heading("value"), "money", FIGURE_WIDTH),
        Field(heading("remark"), "note", FIGURE_WIDTH),
    )
    return Block(fields, tuple(Row(figure) for figure in figures), heading=view.phrases.word("key_figures"))


def chart_text(view: View, title: str, names: Sequence[str], series: Sequence[Series]) -> str:
    """Return a chart in words, for those who cannot see it: its title, and the figures of each series by name."""
    language = view.scope.language
    figures = [f"{name}: {', '.join(f'{s.name} {number_text(s.values[n], language)}' for s in series)}" for n, name in enumerate(names)]
    return view.phrases.word("chart_alt", title=title, points="; ".join(figures))


def counts_block(view: View, figures: Sequence[Figure]) -> Block:
    """Return key figures that count something as a block of a council's overview."""
    heading = view.phrases.heading
    fields = (Field(heading("figure"), width=TEXT), Field(heading("value"), "count", ID), Field(heading("remark"), span=5))
    return Block(fields, tuple(Row(figure) for figure in figures), heading=view.phrases.word("how_complete"))


def in_millions(amount: float | None) -> float | None:
    """Return an amount in tkr as million kronor."""
    return None if amount is None else amount / 1000
