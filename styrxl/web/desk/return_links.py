"""The addresses of returns: a page each, and a place on it for each cell, so that any figure can lead to where it was written."""

from __future__ import annotations

from urllib.parse import quote


def return_href(round_id: str, name: str, sheet: str = "", cell: str = "") -> str:
    """Return the address of a return's page, at a cell of it where one is named; ``name``: its file in the round's inbox, or its path."""
    anchor = f"#{quote(make_anchor(sheet, cell), safe='!')}" if sheet else ""
    return f"/rounds/{quote(round_id, safe='')}/returns/{quote(name.rpartition('/')[2], safe='')}{anchor}"


def owner_href(round_id: str, owner: str) -> str:
    """Return the address of an owner's page in a round."""
    return f"/rounds/{quote(round_id, safe='')}/owners/{quote(owner, safe='')}"


def action_href(round_id: str, action: str, **given: str) -> str:
    """Return the address of an action in a round, with what it is given."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items() if value)
    return f"/rounds/{quote(round_id, safe='')}/do/{action}" + (f"?{query}" if query else "")


def make_anchor(sheet: str, cell: str = "") -> str:
    """Return what names a cell, or a sheet, on a return's page: ``Åtaganden!C7``, in which no space may stand."""
    return f"{'_'.join(sheet.split())}!{cell}"
