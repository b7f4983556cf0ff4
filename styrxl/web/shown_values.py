"""What is put into a page, whoever wrote it, without what would turn or steer the text around it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from styrxl.model.addresses import show_addresses
from styrxl.model.masking import drop_steering


def make_fit_for_page(value: Any) -> Any:
    """Return a value as a template shows it: nothing where there is none; markup is our own, and stays as it is."""
    if value is None:
        return ""
    return show_addresses(drop_steering(value)) if isinstance(value, str) and not isinstance(value, Markup) else value
