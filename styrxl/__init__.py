"""Steering by goals with Excel: templates out, returns validated, linked and consolidated.

A workspace can be read from Python; nothing is written there::

    import styrxl

    town = styrxl.open("botkyrka")
    plan = town.round("2027-plan")
    plan.returns  # each return: owner, verdict, findings
    plan.tables["commitments"]  # a pandas frame: rows of the returns in force
    plan.findings  # a pandas frame: one row a finding
    styrxl.validate("UBN.xlsx", workspace="botkyrka")  # what is wrong in a workbook
"""

import os

__all__ = ["__version__", "open", "validate"]

__version__ = "0.2.0"

# openpyxl is to write the same bytes whether lxml is installed or not.
os.environ.setdefault("OPENPYXL_LXML", "False")

# What type checkers are told of these stands in __init__.pyi.
_PLACES = {"open": ("styrxl.api.workspace", "open_workspace"), "validate": ("styrxl.api.files", "validate")}


def __getattr__(name: str) -> object:
    """Return what is imported when it is first asked for: the commands do without."""
    if name not in _PLACES:
        raise AttributeError(f"module 'styrxl' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 -- as above

    module, function = _PLACES[name]
    return getattr(import_module(module), function)
