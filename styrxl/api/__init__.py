"""A workspace read from Python: its rounds, what came back and what was found there. Nothing is decided here, and nothing written."""
