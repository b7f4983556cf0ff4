"""What is wrong or worth knowing in returns; no file, ledger or clock is asked here."""
