"""The municipality's look, from its settings and logo."""

from __future__ import annotations

from styrxl.excel.look import ACCENT, Look
from styrxl.store.workspace import Workspace


def read_look(workspace: Workspace) -> Look:
    """Return the municipality's look: its name, accent colour and logo."""
    logo = workspace.logo
    return Look(workspace.settings.municipality, workspace.settings.accent or ACCENT, logo.read_bytes() if logo else None)
