"""Figures into pages, as plain values."""
