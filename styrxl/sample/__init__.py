"""The sample municipality: its people, what they answer, and what they get wrong."""
