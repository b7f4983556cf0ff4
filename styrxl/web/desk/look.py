"""The municipality's colours as a style sheet, from the same values as workbooks have them."""

from __future__ import annotations

from styrxl.excel import look
from styrxl.web.contrast import make_readable
from styrxl.web.desk.workplace import Workplace

_LIGHT = {
    "ink": look.INK,
    "line": look.LINE,
    "grey": look.GREY,
    "paper": look.WHITE,
    "soft": look.LOCKED,
    "input": look.INPUT,
    "good": look.GOOD.ink,
    "good-fill": look.GOOD.fill,
    "mend": look.MEND.ink,
    "mend-fill": look.MEND.fill,
    "watch": look.WATCH.ink,
    "watch-fill": look.WATCH.fill,
}


def read_style(place: Workplace) -> str:
    """Return the style sheet that names the colours; on dark screens ``desk.css`` gives them others."""
    workspace = place.find_workspace()
    accent = workspace.settings.accent if workspace else None
    colours = "".join(f"--{name}:#{value};" for name, value in {**_LIGHT, "accent": make_readable(accent or look.ACCENT)}.items())
    return f":root{{{colours}}}"
