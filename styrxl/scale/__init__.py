"""Many returns at once: processes, a cluster, and what is kept of what was read."""
