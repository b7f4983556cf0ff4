"""Exports of the municipality's accounts: read as tables, and each row placed, left out or named; pure."""
