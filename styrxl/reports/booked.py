"""What the accounts say, on the pages: which outcomes are theirs, what returns said instead, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from styrxl.excel.pages import Block, Field, Row
from styrxl.model.amounts import add_amounts
from styrxl.model.booked_outcomes import BookedOutcomes, BookedRow
from styrxl.model.catalogue import number_text
from styrxl.model.judged import ALONE, BOOKED_NET, ReplacedOutcome
from styrxl.model.table_values import column
from styrxl.reports.columns import column_titles
from styrxl.reports.page_parts import LINK_WIDTH
from styrxl.reports.view import View, join_texts


def is_alone(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is what the accounts alone have, which is in nobody's return."""
    return bool(row.get(ALONE))


def omit_booked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table's rows without those that the accounts alone have."""
    return frame[~frame[ALONE].fillna(value=False).astype(bool)] if ALONE in frame else frame


def list_replaced(view: View) -> list[ReplacedOutcome]:
    """Return what accepted returns said in whose place the accounts count."""
    return [one for one in view.judged.replaced if one.source in view.sources]


def tell_source(view: View, row: Mapping[str, Any]) -> str | None:
    """Say that the outcome of a row is the accounts', of which day, and what its return said instead; None where it is the return's."""
    booked, word = view.judged.booked, view.phrases.word
    if booked is None or row.get(BOOKED_NET) is None:
        return None
    said = word("booked_net_on" if booked.net_alone else "booked_on", day=view.day_of(booked.recorded_at))
    if is_alone(row):
        return f"{said}; {word('booked_alone')}"
    where = (int(row["_source"]), int(row["_row"]))
    return f"{said}; {word('booked_replaces')}" if any((one.source, one.row) == where for one in list_replaced(view)) else said


def make_replaced_block(view: View) -> Block:
    """Return the outcomes that returns have otherwise than the accounts now, each with what counts and what the return has.

    The control totals are of what the returns hold: what counts instead is taken out of them here, and what was returned put in.
    """
    heading = view.phrases.heading
    fields = (
        Field(heading("board"), "name", 24),
        Field(heading("unit"), "name", 26),
        Field(heading("outcome_of"), width=62),
        Field(heading("returned_outcome"), "money", 16, tally=True),
        Field(heading("counted_outcome"), "money", 16),
        Field(heading("outcome_difference"), "money", 16),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    title = view.phrases.word("replaced_title")
    return Block(fields, tuple(_list_replaced_rows(view)), heading=title, table="replaced")


def _list_replaced_rows(view: View) -> Iterator[Row]:
    replaced = sorted(list_replaced(view), key=lambda one: (view.rank[view.sources[one.source].owner or ""], one.row))
    names = {table: _name_rows(view, table) for table in {one.table for one in replaced}}
    for one in replaced:
        owner, row = view.sources[one.source].owner or "", names[one.table].get((one.source, one.row), {})
        what = join_texts((row.get("name"), column_titles(view, one.table).get(one.field, one.field)), ": ")
        difference = add_amounts((one.counted, -(one.returned or 0.0)))
        cells = (view.board_name(owner), view.unit_name(owner), what, one.returned, one.counted, difference)
        yield Row((*cells, view.link(one.source, row.get("sheet", ""), one.row)), one.source, amounts=(-one.counted,), again=True)


def _name_rows(view: View, table: str) -> dict[tuple[int, int], dict[str, Any]]:
    """Return what names each row of a table (but for one about an owner as a whole), and its sheet, by return and Excel row."""
    frame = view.table(table)
    first = next((sheet.columns[0].field for form in view.forms for sheet in form.tables if sheet.table == table and sheet.named), "")
    spots = zip(frame["_source"].tolist(), frame["_row"].tolist(), column(frame, first), frame["_sheet"].tolist(), strict=True)
    return {(int(source), int(row)): {"name": name, "sheet": sheet} for source, row, name, sheet in spots}


def list_booked_blocks(view: View) -> list[Block]:
    """Return where the outcomes come from that are the accounts': the run, what it has of the reader's owners, and what of it is here."""
    booked, heading = view.judged.booked, view.phrases.heading
    if booked is None:
        return []
    fields = (
        Field(heading("booked_run"), "name", 28),
        Field(heading("file"), "text", 30),
        Field(heading("booked_at"), "date", 12),
        Field(heading("booked_net"), "money", 17, span=3),
        Field(heading("booked_here"), "money", 10, span=2),
        Field(heading("check"), "status", 15, span=3),
    )
    units = {owner.id for owner in view.units}
    mine = [row for row in booked.rows if view.board is None or row.owner in view.by_id]
    parted = [[row for row in mine if (row.owner in units) is of_units] for of_units in (False, True)]
    names = (view.phrases.word("booked_run", run=str(booked.run)), view.phrases.word("booked_units"))
    rows = tuple(_booked_row(view, booked, name, some) for name, some in zip(names, parted, strict=True) if some)
    return [Block(fields, rows, heading=view.phrases.word("booked_title"))]


def _booked_row(view: View, booked: BookedOutcomes, name: str, rows: Sequence[BookedRow]) -> Row:
    """Return what the accounts say of some owners, what of it is here, and of whom the rest is."""
    placed: dict[str, list[float]] = {}
    for row in rows:
        placed.setdefault(row.owner, []).append(row.net)
    here = _add_by_owner(view)
    of_owner = {owner: (add_amounts(nets), here.get(owner, 0.0)) for owner, nets in placed.items()}
    whole, shown = (add_amounts(pair[at] for pair in of_owner.values()) for at in (0, 1))
    lacking = ", ".join(owner for owner, (net, there) in of_owner.items() if net != there)
    facts = {"owners": lacking, "amount": number_text(add_amounts((whole, -shown)), view.scope.language)}
    check = view.phrases.word("booked_lacking", **facts) if lacking else view.phrases.word("matches")
    return Row((name, booked.file_name, view.day_of(booked.recorded_at), whole, shown, check))


def _add_by_owner(view: View) -> dict[str, float]:
    """Return what the accounts gave the rows of the tables, net, by owner (tkr)."""
    found: dict[str, list[float]] = {}
    for frame in view.tables.values():
        for owner, net in zip(frame["_owner"].tolist(), column(frame, BOOKED_NET), strict=True):
            if net is not None:
                found.setdefault(owner, []).append(net)
    return {owner: add_amounts(nets) for owner, nets in found.items()}
