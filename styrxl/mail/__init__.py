"""Letters out and in, and how servers let us in."""
