"""Steering by goals with Excel: templates out, returns validated, linked and consolidated."""

__all__ = ["__version__"]

__version__ = "0.1.0"
