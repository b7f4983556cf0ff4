"""Care of what is kept: a copy of all of it and the way back, what is disposed of in time, and a round as it goes to the archive."""
