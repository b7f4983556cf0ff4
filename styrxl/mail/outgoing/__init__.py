"""Letters: one module a kind, their wording, and how they are sent."""
