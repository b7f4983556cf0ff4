"""One return, read again to be shown: its answers at their cells, and what a decision about it would change."""
