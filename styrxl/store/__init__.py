"""The world that lasts: workspace, settings, ledger, lock and files."""
